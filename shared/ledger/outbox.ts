import type { Identity } from "../identity.ts";
import { asciiJson } from "../messages/ascii-json.ts";
import type { Queues } from "../messages/queues.ts";
import { shellWord } from "../shell-word.ts";
import { type Config, pathOf } from "../stage/config.ts";
import { type Delivery, type DeliveryPointer, type DeliveryState, ENDED } from "./delivery.ts";
import { cancelled, fenced, isRunning, newDelivery } from "./delivery-life.ts";
import { deliveryOf } from "./delivery-of.ts";
import { isInDoubt } from "./in-doubt-until.ts";
import type { Ledger } from "./ledger.ts";
import { type Dispatched, dispatched } from "./order-life.ts";
import type { OrderRecord } from "./order-record.ts";

interface Deps {
  ledger: Ledger;
  queues: Pick<Queues, "sendToDestination">;
  now: () => number;
  config?: Pick<Config, "stage" | "restoredAt">;
  /** Called for each destination for which a cancellation came too late: its delivery is created, or may be. */
  onLateCancellation?: (destination: string, order: Identity) => void;
}

/**
 * Finishes what an order's record says is decided and not yet known to have happened: sends the deliveries in `toSend`,
 * suppresses those in `toSuppress`, then records it. Every repeat of an event and the due-time pass may do it again:
 * sending twice is harmless, not sending is not.
 * @throws the first failure, once all were tried: one dead queue does not delay the others
 */
export async function dispatch(record: OrderRecord, deps: Deps): Promise<void> {
  if (record.toSend.length === 0 && record.toSuppress.length === 0) return;
  const sends = await tryAll(record.toSend, (destination) => send(record, destination, deps));
  const suppressions = await tryAll(record.toSuppress, (destination) => suppress(record, destination, deps));
  const [failure] = [...sends.failures, ...suppressions.failures];
  if (failure && sends.done.length + suppressions.done.length === 0) throw failure.error;

  const late = suppressions.done.filter(({ result }) => result !== undefined);
  await recordDispatched(record, deps.ledger, {
    sent: sends.done.map(({ destination }) => destination),
    suppressed: suppressions.done.map(({ destination }) => destination),
    late: late.map(({ destination, result }) => lateSentence(destination, result)),
    now: deps.now(),
  });
  for (const { destination } of late) deps.onLateCancellation?.(destination, record);
  if (failure) throw failure.error;
}

interface Tried<Result> {
  done: { destination: string; result: Result }[];
  failures: { error: unknown }[];
}

async function tryAll<Result>(
  destinations: readonly string[],
  work: (destination: string) => Promise<Result>,
): Promise<Tried<Result>> {
  const tried: Tried<Result> = { done: [], failures: [] };
  await Promise.all(
    destinations.map(async (destination) => {
      try {
        tried.done.push({ destination, result: await work(destination) });
      } catch (error) {
        tried.failures.push({ error });
      }
    }),
  );
  return tried;
}

const send = (record: OrderRecord, destination: string, { queues, config }: Deps): Promise<void> =>
  queues.sendToDestination(destination, asciiJson(pointerTo(record, destination, config?.stage)));

const lateSentence = (destination: string, state: DeliveryState | undefined): string =>
  `${state === "created" ? "" : "perhaps "}too late for ${destination} (${state})`;

/** The message of a delivery. @param stage for the commands its note names */
export function pointerTo(record: OrderRecord, destination: string, stage = "<stage>"): DeliveryPointer {
  const { channel, connection, orderId, generation, eventId, receivedAt } = record;
  const path = pathOf({ channel, name: connection });
  const command = `npm run order -- --stage ${stage} ${shellWord(`${path}/${orderId}`)}`;
  const note = `Order ${orderId} of ${path} for ${destination}; its trace: ${command}`;
  return { v: 1, channel, connection, orderId, generation, destination, eventId, receivedAt, note };
}

/** Writes upon the newest record, whichever writer was last. */
async function recordDispatched(record: OrderRecord, ledger: Ledger, finished: Dispatched): Promise<void> {
  let current: OrderRecord | undefined = record;
  while (current && current.generation === record.generation) {
    if ((await ledger.putOrder(dispatched(current, finished))) === "written") return;
    current = await ledger.order(record);
  }
}

/**
 * Ends a delivery that surely does not exist at its provider.
 * @returns its state where the cancellation is, or may be, too late: the operator stops it at the provider
 */
async function suppress(
  record: OrderRecord,
  destination: string,
  { ledger, config, now }: Deps,
): Promise<DeliveryState | undefined> {
  const restoredAt = config?.restoredAt;
  for (;;) {
    const snapshot = await ledger.load(record);
    const found = snapshot && deliveryOf(snapshot, destination, record.generation);
    if (found && ENDED.has(found.state)) return found.state === "created" ? "created" : undefined;
    if (found && isRunning(found, now())) return "sending";
    const delivery = found ?? newDelivery(record, destination);
    // One that was sent, or that a restore of the table may have forgotten, may exist: create-order looks it up when its
    // next message comes. A worker that has one now read the order before: its claim must fail, so that it reads again.
    const mayExist = delivery.firstSentAt !== undefined || isInDoubt(delivery, record, { restoredAt, now: now() });
    const next: Delivery = mayExist ? fenced(delivery, now()) : cancelled(delivery, record.reason ?? BEFORE_SENT);
    if ((await ledger.putDelivery(next)) === "conflict") continue;
    // An attempt that died while it was sending left it in doubt.
    return next.state === "in-doubt" || next.state === "sending" ? "in-doubt" : undefined;
  }
}

const BEFORE_SENT = "cancelled at the channel before it was sent";
