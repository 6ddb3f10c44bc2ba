import type { Identity } from "../identity.ts";
import type { Queues } from "../messages/queues.ts";
import { omit } from "../omit.ts";
import type { Config } from "../stage/config.ts";
import { type Delivery, type DeliveryPointer, ENDED, newDelivery } from "./delivery.ts";
import type { Ledger } from "./ledger.ts";
import type { OrderRecord } from "./order-record.ts";

interface Deps {
  ledger: Ledger;
  queues: Pick<Queues, "sendToDestination">;
  now: () => number;
  config?: Pick<Config, "stage">;
  /** Told of each destination for which a cancellation came too late: its delivery is created, or may be. */
  onLateCancellation?: (destination: string, order: Identity) => void;
}

/**
 * Finishes what an order's record says is decided and not yet known to have happened: sends the deliveries in `toSend`,
 * suppresses those in `toSuppress`, then records it. Every repeat of an event and the due-time pass may do it again:
 * sending twice is harmless, not sending is not.
 * @throws the first failure, once all were tried: one dead queue does not keep the others waiting
 */
export async function dispatch(record: OrderRecord, deps: Deps): Promise<void> {
  if (record.toSend.length === 0 && record.toSuppress.length === 0) return;
  const { ledger, queues, now } = deps;
  const failures: unknown[] = [];
  const attempt = async (destination: string, work: () => Promise<string | undefined>) => {
    try {
      return { destination, started: await work() };
    } catch (error) {
      failures.push(error);
      return undefined;
    }
  };
  const sent = await Promise.all(
    record.toSend.map((destination) =>
      attempt(destination, async () => {
        await queues.sendToDestination(destination, JSON.stringify(pointerTo(record, destination, deps.config?.stage)));
        return undefined;
      }),
    ),
  );
  const suppressed = await Promise.all(
    record.toSuppress.map((destination) => attempt(destination, () => suppress(record, destination, deps))),
  );

  const done = new Set([...sent, ...suppressed].flatMap((result) => (result ? [result.destination] : [])));
  if (done.size === 0) throw failures[0];
  const late = suppressed.flatMap((result) => (result?.started === undefined ? [] : [result]));
  const too = late.map(
    ({ destination, started }) => `${started === "(created)" ? "" : "perhaps "}too late for ${destination} ${started}`,
  );
  await settle(record, ledger, (current) => ({
    ...current,
    // A cancellation may have moved a destination from one list to the other meanwhile.
    toSend: current.toSend.filter((destination) => !(done.has(destination) && record.toSend.includes(destination))),
    toSuppress: current.toSuppress.filter(
      (destination) => !(done.has(destination) && record.toSuppress.includes(destination)),
    ),
    ...(sent.some((result) => result) && { sentAt: new Date(now()).toISOString() }),
    ...(too.length > 0 && { reason: [current.reason ?? "cancelled", ...too].join("; ") }),
  }));
  for (const { destination } of late) deps.onLateCancellation?.(destination, record);
  if (failures.length > 0) throw failures[0];
}

/** The message of a delivery. @param stage for the commands its note names */
export function pointerTo(record: OrderRecord, destination: string, stage = "<stage>"): DeliveryPointer {
  const { channel, connection, orderId, generation, eventId, receivedAt } = record;
  const story = `npm run order -- --stage ${stage} ${channel}/${connection}/${orderId}`;
  const note = `Order ${orderId} of ${channel}/${connection} for ${destination}; its story: ${story}`;
  return { v: 1, channel, connection, orderId, generation, destination, eventId, receivedAt, note };
}

/** Writes upon the newest record, whoever wrote it last. */
async function settle(
  record: OrderRecord,
  ledger: Ledger,
  change: (current: OrderRecord) => OrderRecord,
): Promise<void> {
  let current: OrderRecord | undefined = record;
  while (current && current.generation === record.generation) {
    if ((await ledger.putOrder({ ...change(current), rev: current.rev + 1 })) === "written") return;
    current = await ledger.order(record);
  }
}

/**
 * Ends a delivery that has not started. @returns how far it had come where it is too late: then it is looked up, or
 * cancelled at the provider, by others.
 */
async function suppress(record: OrderRecord, destination: string, { ledger }: Deps): Promise<string | undefined> {
  for (;;) {
    const file = await ledger.load(record);
    const { generation } = record;
    const delivery = file?.deliveries.find((one) => one.destination === destination && one.generation === generation);
    if (delivery && ENDED.has(delivery.state)) return delivery.state === "created" ? "(created)" : undefined;
    if (delivery?.state === "sending") return "(sending)";
    // Sent once, it may exist: whoever takes its message next sees the cancelled order and looks it up first. Whoever has
    // it in hand read the order before: its claim is to fail, so that it reads again.
    if (delivery?.firstSentAt !== undefined) {
      if ((await ledger.putDelivery({ ...delivery, rev: delivery.rev + 1 })) === "conflict") continue;
      return delivery.state === "in-doubt" ? "(in-doubt)" : undefined;
    }
    const known = delivery ?? newDelivery(record, destination);
    const cancelled: Delivery = {
      // It waits for nothing and nobody any more.
      ...omit(known, "nextAttemptAt", "workAt", "workList"),
      rev: known.rev + 1,
      state: "cancelled",
      reason: record.reason ?? "cancelled at the channel before it was sent",
    };
    if ((await ledger.putDelivery(cancelled)) === "written") return undefined;
  }
}
