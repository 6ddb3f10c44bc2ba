import { type Config, destinationPath, pathOf } from "../../shared/config.ts";
import type { Ledger, Waiting } from "../../shared/ledger.ts";
import { type Dimension, type MetricName, REMOVED } from "../../shared/metrics.ts";

/** What is so at this moment, however long it has been: an alarm on it ends when the matter does. */
export interface Gauge {
  name: Extract<MetricName, "DeliveriesOverdue" | "WaitingFaulty" | "WaitingRejected" | "OrdersHeld">;
  dimension: Dimension;
  value: number;
}

/** What the ledger says is not done, by destination and by connection, zeros included. @param now epoch ms */
export async function gauges(ledger: Pick<Ledger, "standing">, config: Config, now: number): Promise<Gauge[]> {
  const [open, failing, faulty, rejected, held] = await Promise.all([
    ledger.standing(["open"]),
    ledger.standing(["failing"]),
    ledger.standing(["faulty"]),
    ledger.standing(["rejected"]),
    ledger.standing(["held"]),
  ]);
  const unended = [...open, ...failing];
  const overdueBefore = new Date(now - config.timing.overdueAfter).toISOString();
  const overdue = unended.filter(({ since }) => since <= overdueBefore);
  const paths = config.destinations.map(destinationPath);
  const removed = [...unended, ...faulty, ...rejected].filter(
    ({ destination }) => destination !== undefined && !paths.includes(destination),
  );
  const byDestination = (name: Gauge["name"], found: Waiting[]): Gauge[] =>
    paths.map((path) => ({
      name,
      dimension: { destination: path },
      value: found.filter(({ destination }) => destination === path).length,
    }));
  return [
    ...byDestination("DeliveriesOverdue", overdue),
    ...byDestination("WaitingFaulty", [...failing, ...faulty]),
    ...byDestination("WaitingRejected", rejected),
    // Billed only while there is something to say.
    ...(removed.length > 0
      ? [{ name: "DeliveriesOverdue" as const, dimension: { destination: REMOVED }, value: removed.length }]
      : []),
    ...config.connections.map((connection) => ({
      name: "OrdersHeld" as const,
      dimension: { connection: pathOf(connection) },
      value: held.filter(
        ({ identity: { channel, connection: name } }) => pathOf({ channel, name }) === pathOf(connection),
      ).length,
    })),
  ];
}
