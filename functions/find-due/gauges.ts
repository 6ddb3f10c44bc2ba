import { type Config, destinationPath, pathOf } from "../../shared/config.ts";
import type { Ledger, Waiting } from "../../shared/ledger.ts";
import { type Dimension, type MetricName, REMOVED } from "../../shared/metrics.ts";
import type { Standing } from "../../shared/standing.ts";

/** What is so at this moment, however long it has been: an alarm on it ends when the matter does. */
export interface Gauge {
  name: Extract<
    MetricName,
    "DeliveriesOverdue" | "WaitingFailing" | "WaitingFaulty" | "WaitingRejected" | "OrdersHeld"
  >;
  dimension: Dimension;
  value: number;
}

/** What the ledger says is not done, by destination and by connection, zeros included. @param now epoch ms */
export async function gauges(ledger: Pick<Ledger, "standing">, config: Config, now: number): Promise<Gauge[]> {
  const paths = config.destinations.map(destinationPath);
  const overdueBefore = new Date(now - config.timing.overdueAfter).toISOString();
  const overdue = new Counts();
  const standing: Record<Standing, Counts> = {
    open: new Counts(),
    failing: new Counts(),
    faulty: new Counts(),
    rejected: new Counts(),
    held: new Counts(),
  };
  let removed = 0;
  const countAll = async (as: Standing) => {
    // Entry by entry: an outage makes 100,000 of them, and this runs in 256 MB.
    for await (const entry of ledger.standing(as)) {
      standing[as].add(placeOf(entry));
      if (as === "held") continue;
      if ((as === "open" || as === "failing") && entry.since <= overdueBefore) overdue.add(placeOf(entry));
      if (!paths.includes(placeOf(entry))) removed += 1;
    }
  };
  await Promise.all((["open", "failing", "faulty", "rejected", "held"] as const).map(countAll));

  const byDestination = (name: Gauge["name"], counts: Counts): Gauge[] =>
    paths.map((destination) => ({ name, dimension: { destination }, value: counts.of(destination) }));
  return [
    ...byDestination("DeliveriesOverdue", overdue),
    ...byDestination("WaitingFailing", standing.failing),
    ...byDestination("WaitingFaulty", standing.faulty),
    ...byDestination("WaitingRejected", standing.rejected),
    // Billed only while there is something to say.
    ...(removed > 0
      ? [{ name: "DeliveriesOverdue" as const, dimension: { destination: REMOVED }, value: removed }]
      : []),
    ...config.connections.map(pathOf).map((connection) => ({
      name: "OrdersHeld" as const,
      dimension: { connection },
      value: standing.held.of(connection),
    })),
  ];
}

/** A delivery is its destination's, a held order its connection's. */
const placeOf = ({ identity: { channel, connection }, destination = `${channel}/${connection}` }: Waiting): string =>
  destination;

class Counts {
  private readonly counts = new Map<string, number>();

  add(place: string): void {
    this.counts.set(place, this.of(place) + 1);
  }

  of(place: string): number {
    return this.counts.get(place) ?? 0;
  }
}
