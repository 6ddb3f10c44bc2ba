import type { Identity } from "../identity.ts";
import type { Queues } from "../messages/queues.ts";
import { type Config, destinationPath } from "../stage/config.ts";
import { endpointOf } from "../stage/endpoints.ts";
import { type Delivery, ENDED } from "./delivery.ts";
import {
  erased as erasedDelivery,
  fenced,
  isOpen,
  isRunning,
  newDelivery,
  scrubbed,
  stageOf,
} from "./delivery-life.ts";
import { deliveryOf } from "./delivery-of.ts";
import type { Erased } from "./erasure-request.ts";
import { isInDoubt } from "./in-doubt-until.ts";
import type { Ledger, OrderSnapshot } from "./ledger.ts";
import { type ErasureOccasion, erased, erasedUnknown, erasureBegun } from "./order-life.ts";
import type { OrderRecord } from "./order-record.ts";
import { dispatch } from "./outbox.ts";

export interface EraseDeps {
  ledger: Ledger;
  queues: Pick<Queues, "sendToDestination">;
  config: Config;
  /** Epoch ms. */
  now: () => number;
  /** Called for each destination for which a cancellation came too late. */
  onLateCancellation?: (destination: string, order: Identity) => void;
}

/**
 * Erases a buyer's data from one order (design.md, H5): its body, every text that may quote the buyer, its objects in
 * S3, the buyer's hash and the digest of the address. What was not sent is never sent; what is in flight or in doubt is
 * finished first, and the data is kept until then. Identity and states stay. May be repeated after any crash.
 * @param topic for the order's trace: the channel's own word, or "operator"
 * @throws what the ledger, the queues or S3 throw
 */
export async function eraseOrder(identity: Identity, topic: string, deps: EraseDeps): Promise<Erased> {
  for (;;) {
    const snapshot = await deps.ledger.load(identity);
    const step = snapshot ? await eraseKnown(snapshot, topic, deps) : await eraseUnknown(identity, topic, deps);
    if (step !== "conflict") return step;
  }
}

async function eraseUnknown(identity: Identity, topic: string, deps: EraseDeps): Promise<Erased | "conflict"> {
  const { ledger, config, now } = deps;
  const expiresAt = Math.floor((now() + config.retention.states) / 1000);
  // The body first: a worker that does not know of the erasure yet may be about to write one.
  await ledger.eraseBody(identity, { expiresAt, endpoint: endpointOf(config, identity), eventIds: [] });
  const record = erasedUnknown(identity, { now: now(), topic }, expiresAt);
  return (await ledger.putOrder(record)) === "conflict" ? "conflict" : "erased";
}

async function eraseKnown(snapshot: OrderSnapshot, topic: string, deps: EraseDeps): Promise<Erased | "conflict"> {
  const { ledger, config, now } = deps;
  const { record } = snapshot;
  if (record.erasure?.erasedAt !== undefined) return "erased before";
  if (!record.erasure) {
    // From now on no event decides anything, and no claim that is based on the record as it was goes through.
    const occasion: ErasureOccasion = { now: now(), topic, dueAfter: config.timing.dueAfter };
    const begun = erasureBegun(record, waitingForLookUp(snapshot, deps), occasion);
    if ((await ledger.putOrder(begun)) === "conflict") return "conflict";
    await dispatch(begun, deps);
    return "conflict";
  }

  const known = new Set(snapshot.deliveries.map(({ destination, generation }) => `${destination}#${generation}`));
  const missing = record.decided.filter((destination) => !known.has(`${destination}#${record.generation}`));
  const all = [...snapshot.deliveries, ...missing.map((destination) => newDelivery(record, destination))];
  const ends = await Promise.all(all.map((delivery) => end(delivery, record, deps)));
  if (ends.includes("conflict")) return "conflict";
  const unfinished = ends.filter((one) => one !== "ended" && one !== "conflict");
  if (unfinished.length > 0) return { waits: unfinished.join("; ") };
  return finish(record, topic, deps);
}

/** Those whose delivery may exist at the provider, and for which no message is under way: only a look-up shows it. */
function waitingForLookUp(snapshot: OrderSnapshot, { config, now }: EraseDeps): string[] {
  const known = new Set(config.destinations.map(destinationPath));
  return snapshot.record.decided.filter((destination) => {
    const delivery = deliveryOf(snapshot, destination);
    const waits = delivery?.firstSentAt !== undefined && !ENDED.has(delivery.state) && !isOpen(delivery, now());
    return waits && known.has(destination);
  });
}

/** Ends a delivery that surely does not exist at its provider. @returns what has to be finished first, in words */
async function end(delivery: Delivery, record: OrderRecord, deps: EraseDeps): Promise<string> {
  const { ledger, config, now } = deps;
  const { destination, state } = delivery;
  if (stageOf(delivery) === "step-open") return `${destination} is created, and its step ${delivery.followUp} is open`;
  if (ENDED.has(state)) return "ended";
  const { restoredAt } = config;
  const mayExist =
    state === "sending" || state === "in-doubt" || isInDoubt(delivery, record, { restoredAt, now: now() });
  if (!mayExist) {
    const next = erasedDelivery(delivery);
    return (await ledger.putDelivery(next)) === "conflict" ? "conflict" : "ended";
  }
  // A worker that read the order before the erasure must not claim it: it reads again.
  if (!isRunning(delivery, now()) && (await ledger.putDelivery(fenced(delivery, now()))) === "conflict") {
    return "conflict";
  }
  return state === "sending" || state === "in-doubt"
    ? `${destination} is ${state}`
    : `${destination} is ${state} and may exist there`;
}

/** Every delivery has ended: nothing needs the buyer's data any more. The record is written last. */
async function finish(record: OrderRecord, topic: string, deps: EraseDeps): Promise<Erased | "conflict"> {
  const { ledger, config, now } = deps;
  const eventIds = [record.eventId, ...record.events.flatMap(({ eventId }) => eventId ?? [])];
  const { expiresAt } = record;
  await ledger.eraseBody(record, { expiresAt, endpoint: endpointOf(config, record), eventIds: [...new Set(eventIds)] });
  const deliveries = (await ledger.load(record))?.deliveries ?? [];
  for (const delivery of deliveries) {
    if (!ENDED.has(delivery.state)) return "conflict";
    await ledger.eraseErrorText(delivery);
    if ((await ledger.putDelivery(scrubbed(delivery))) === "conflict") return "conflict";
  }
  return (await ledger.putOrder(erased(record, { now: now(), topic }))) === "conflict" ? "conflict" : "erased";
}
