import type { Identity } from "../identity.ts";
import { asciiJson } from "../messages/ascii-json.ts";
import type { Queues } from "../messages/queues.ts";
import { isSameInJson, shellWord } from "../shell-word.ts";
import { type Config, pathOf } from "../stage/config.ts";
import { type Delivery, type DeliveryPointer, type DeliveryState, ENDED } from "./delivery.ts";
import { cancelled, fenced, isRunning, newDelivery } from "./delivery-life.ts";
import { deliveryOf } from "./delivery-of.ts";
import { isInDoubt } from "./in-doubt-until.ts";
import type { Ledger, OrderSnapshot } from "./ledger.ts";
import { type Dispatched, dispatched } from "./order-life.ts";
import type { OrderRecord } from "./order-record.ts";

interface SuppressDeps {
  ledger: Ledger;
  now: () => number;
  config?: Pick<Config, "stage" | "restoredAt">;
  /**
   * Called for each destination at which an order exists that was cancelled at its channel. Absent in a process that cannot
   * raise a ticket: then that destination stays to be suppressed, and a function reports it.
   */
  onLateCancellation?: (destination: string, order: Identity) => void;
}

interface Deps extends SuppressDeps {
  queues: Pick<Queues, "sendToDestination">;
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
  await conclude(record, sends, await suppressAll(record, record.toSuppress, deps), deps);
}

/**
 * Records that a delivery which had to be suppressed has ended. If its order exists at the provider, the cancellation came
 * too late: that is reported before it is recorded, so that a function which dies in between is no loss.
 */
export async function finishSuppression(record: OrderRecord, destination: string, deps: SuppressDeps): Promise<void> {
  await conclude(record, { done: [], failures: [] }, await suppressAll(record, [destination], deps), deps);
}

async function conclude(
  record: OrderRecord,
  sends: Tried<void>,
  suppressions: Tried<Suppression>,
  deps: SuppressDeps,
): Promise<void> {
  const { onLateCancellation: report } = deps;
  const isLate = ({ existsAs }: Suppression) => existsAs !== undefined;
  const over = suppressions.done.filter(({ result }) => result.isOver && (report !== undefined || !isLate(result)));
  const late = over.filter(({ result }) => isLate(result));
  for (const { destination } of late) report?.(destination, record);

  const running = suppressions.done.flatMap(({ result }) => result.runsUntil ?? []);
  if (sends.done.length + over.length + running.length > 0) {
    await recordDispatched(record, deps.ledger, {
      sent: sends.done.map(({ destination }) => destination),
      suppressed: over.map(({ destination }) => destination),
      late: late.map(({ destination, result }) => `too late for ${destination} (${result.existsAs})`),
      now: deps.now(),
      ...(running.length > 0 && { lookAt: Math.max(...running) }),
    });
  }
  const [failure] = [...sends.failures, ...suppressions.failures];
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

/** The message of a delivery. @param stage for the commands its note names */
export function pointerTo(record: OrderRecord, destination: string, stage = "<stage>"): DeliveryPointer {
  const { channel, connection, orderId, generation, eventId, receivedAt } = record;
  const path = pathOf({ channel, name: connection });
  // The SQS console shows the message as JSON, which is what an operator copies: quotes that JSON escapes end elsewhere.
  const command = isSameInJson(orderId)
    ? `npm run order -- --stage ${stage} ${shellWord(`${path}/${orderId}`)}`
    : `npm run failed -- --stage ${stage}, which has the command for such an ID`;
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

/** What a cancellation did to one delivery. */
interface Suppression {
  /** It has ended. If not, it may exist: it stays to be suppressed until its own message, or the operator, has found out. */
  isOver: boolean;
  /** The order exists at the provider, where the operator stops it. */
  existsAs?: DeliveryState;
  /** An attempt creates it just now: the end of its lease, epoch ms. */
  runsUntil?: number;
}

/** Reads the order once for all destinations, and again after a conflict. */
function suppressAll(
  record: OrderRecord,
  destinations: readonly string[],
  deps: SuppressDeps,
): Promise<Tried<Suppression>> {
  let first: Promise<OrderSnapshot | undefined> | undefined;
  const readOnce = () => {
    first ??= deps.ledger.load(record);
    return first;
  };
  return tryAll(destinations, (destination) => suppress(record, destination, readOnce, deps));
}

/** Ends a delivery that surely does not exist at its provider. */
async function suppress(
  record: OrderRecord,
  destination: string,
  readOnce: () => Promise<OrderSnapshot | undefined>,
  deps: SuppressDeps,
): Promise<Suppression> {
  const { ledger, now } = deps;
  for (let read = readOnce; ; read = () => ledger.load(record)) {
    const snapshot = await read();
    const isWanted = snapshot && isReleased(snapshot.record, record, destination);
    if (!snapshot || isWanted) return { isOver: true };
    const found = deliveryOf(snapshot, destination, record.generation);
    if (found && EXISTING.has(found.state)) return { isOver: true, existsAs: found.state };
    if (found && ENDED.has(found.state)) return { isOver: true };
    if (found && isRunning(found, now())) return { isOver: false, runsUntil: found.leaseUntil ?? now() };
    const delivery = found ?? newDelivery(record, destination);
    // One that may exist is looked up when its next message comes. A worker that has one now read the order before: its
    // claim must fail, so that it reads again.
    const isUnknown = mayExist(delivery, record, { ...deps.config, now: now() });
    const next = isUnknown ? fenced(delivery, now()) : cancelled(delivery, record.reason ?? BEFORE_SENT);
    if ((await ledger.putDelivery(next)) === "written") return { isOver: !isUnknown };
  }
}

const EXISTING: ReadonlySet<DeliveryState> = new Set(["created", "done-by-hand"]);

/** Another writer finished it, or the operator kept or renewed the order since `record` was read. */
const isReleased = (newest: OrderRecord, record: OrderRecord, destination: string): boolean =>
  newest.generation !== record.generation || !newest.toSuppress.includes(destination);

/** It was sent, or a restore of the table may have forgotten that it was. */
export const mayExist = (
  delivery: Delivery,
  record: OrderRecord,
  { restoredAt, now }: Pick<Config, "restoredAt"> & { now: number },
): boolean => delivery.firstSentAt !== undefined || isInDoubt(delivery, record, { restoredAt, now });

const BEFORE_SENT = "cancelled at the channel before it was sent";
