import type { Ledger } from "../../shared/ledger/ledger.ts";
import type { WorkEntry } from "../../shared/ledger/work-entry.ts";
import { isOnOpenList, WORK_LISTS, type WorkList } from "../../shared/ledger/work-list.ts";
import { type Config, destinationPath, pathOf } from "../../shared/stage/config.ts";
import { type Dimension, type MetricName, REMOVED } from "../../shared/telemetry/metrics.ts";

/** A count as it is now, not of what happened: its alarm ends when the count is back to zero. */
export interface Gauge {
  name: Extract<
    MetricName,
    "DeliveriesOverdue" | "WaitingFailing" | "WaitingFailed" | "WaitingRejected" | "OrdersHeld" | "OrdersUnread"
  >;
  dimension: Dimension;
  value: number;
}

/** Counts the entries of the ledger's lists by destination and by connection, zeros included. @param now epoch ms */
export async function gauges(ledger: Pick<Ledger, "workList">, config: Config, now: number): Promise<Gauge[]> {
  const paths = config.destinations.map(destinationPath);
  const overdueBefore = new Date(now - config.timing.overdueAfter).toISOString();
  const counts = new Map<string, number>();
  const of = (what: string, place: string) => counts.get(`${what} ${place}`) ?? 0;
  const add = (what: string, place: string) => counts.set(`${what} ${place}`, of(what, place) + 1);
  const countAll = async (list: WorkList) => {
    // Entry by entry: an outage leaves 100,000 of them, and this function has 256 MB.
    for await (const entry of ledger.workList(list)) {
      const place = list === "unread" ? STAGE : placeOf(entry);
      add(list, place);
      if (isOnOpenList({ workList: list }) && entry.workAt <= overdueBefore) add("overdue", place);
      if (entry.destination !== undefined && !paths.includes(place)) add("orders", REMOVED);
    }
  };
  await Promise.all(WORK_LISTS.map(countAll));

  const byDestination = (name: Gauge["name"], what: WorkList | "overdue"): Gauge[] =>
    paths.map((destination) => ({ name, dimension: { destination }, value: of(what, destination) }));
  const removed = of("orders", REMOVED);
  return [
    ...byDestination("DeliveriesOverdue", "overdue"),
    ...byDestination("WaitingFailing", "failing"),
    ...byDestination("WaitingFailed", "failed"),
    ...byDestination("WaitingRejected", "rejected"),
    // A metric is billed by the hour in which it is written: these two are written only when they are not zero.
    ...(removed > 0
      ? [{ name: "DeliveriesOverdue" as const, dimension: { destination: REMOVED }, value: removed }]
      : []),
    ...(of("unread", STAGE) > 0 ? [{ name: "OrdersUnread" as const, dimension: {}, value: of("unread", STAGE) }] : []),
    ...config.connections.map(pathOf).map((connection) => ({
      name: "OrdersHeld" as const,
      dimension: { connection },
      value: of("held", connection),
    })),
  ];
}

/** Orders that cannot be read are counted for the stage. */
const STAGE = "stage";

/** A delivery is counted for its destination, a held order for its connection. */
const placeOf = ({
  identity: { channel, connection },
  destination = pathOf({ channel, name: connection }),
}: WorkEntry): string => destination;
