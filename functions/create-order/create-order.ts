import { type Delivery, DeliveryPointer, ENDED } from "../../shared/ledger/delivery.ts";
import { backAt, isOpen, newDelivery, stageOf } from "../../shared/ledger/delivery-life.ts";
import { deliveryOf } from "../../shared/ledger/delivery-of.ts";
import { linesReturned } from "../../shared/ledger/lines-returned.ts";
import { finishSuppression } from "../../shared/ledger/outbox.ts";
import type { Disposition } from "../../shared/messages/sqs-batch.ts";
import { isNewer, NewerRelease } from "../../shared/release.ts";
import { type Config, destinationPath } from "../../shared/stage/config.ts";
import { type Attempted, attemptDelivery } from "./attempt-delivery.ts";
import { type Deps, deliveryContext, type Message } from "./delivery-context.ts";
import { makeDueAgain } from "./make-due-again.ts";

/** How a message was handled, for its log line and the metrics. */
export interface Handled {
  disposition: Disposition;
  outcome: Attempted["outcome"] | "ended" | "superseded" | "failed-before" | "unreadable";
  pointer?: DeliveryPointer;
  delivery?: Delivery;
}

/**
 * Creates an order at a provider, once. Reads the delivery and the order in one query, resolves what an earlier attempt
 * left in doubt, claims the delivery, creates the order, records the result (design.md, "The life of a delivery").
 * @throws NewerRelease, and what the ledger throws: SQS delivers the message again, and an expired claim is in doubt
 */
export async function createOrder(message: Message, deps: Deps): Promise<Handled> {
  const handled = await work(message, deps);
  const { disposition, outcome } = handled;
  if (disposition === "ack" || TO_DEAD_LETTERS.has(outcome)) return handled;
  return {
    ...handled,
    disposition: { retryInMs: Math.max(disposition.retryInMs, patience(message.receives, deps.config.timing)) },
  };
}

/** Outcomes whose message returns at once until SQS moves it to the DLQ. */
const TO_DEAD_LETTERS: ReadonlySet<Handled["outcome"]> = new Set([
  "rejected",
  "gave-up",
  "failed-before",
  "unreadable",
]);

/**
 * SQS moves a message to the DLQ after 25 receives, whatever their reason, and waiting must not use them up. From the
 * twelfth receive on, each delay is twice the one before, so that the remaining receives last for days.
 */
const patience = (receives: number, { retryBase, longestVisibility }: Config["timing"]): number =>
  receives < 12 ? 0 : Math.min(longestVisibility, retryBase * 2 ** (receives - 12));

async function work(message: Message, deps: Deps): Promise<Handled> {
  const pointer = parsePointer(message.body);
  const destination = deps.config.destinations.find(
    (one) => destinationPath(one) === pointer?.destination && one.provider === deps.provider.name,
  );
  const snapshot = pointer && destination && (await deps.ledger.load(pointer));
  // Not a message of ours or of this provider, or of a destination or an order that is gone: the operator reads it in the
  // DLQ.
  if (!snapshot) return { disposition: { retryInMs: 0 }, outcome: "unreadable", ...(pointer && { pointer }) };

  const { record } = snapshot;
  if (pointer.generation < record.generation) return { disposition: "ack", outcome: "superseded", pointer };
  // What the order's record did not decide was put on a queue by hand, or was forgotten by a restore of the table.
  const isDecided = pointer.generation === record.generation && record.decided.includes(pointer.destination);
  if (!isDecided) return { disposition: { retryInMs: 0 }, outcome: "unreadable", pointer };
  const delivery =
    deliveryOf(snapshot, pointer.destination, pointer.generation) ??
    newDelivery(record, pointer.destination, pointer.generation);
  const known = { pointer, delivery };

  // A cancellation waits for this delivery to end, and reports it where that was too late.
  const finishIfEnded = async ({ state }: Delivery) => {
    const { destination: path } = pointer;
    if (ENDED.has(state) && record.toSuppress.includes(path)) await finishSuppression(record, path, deps);
  };
  if (hasEnded(delivery) && !(await linesReturned(delivery, snapshot, deps))) {
    await finishIfEnded(delivery);
    return { disposition: "ack", outcome: "ended", ...known };
  }
  const failedAt = delivery.failed[message.messageId];
  if (failedAt !== undefined && message.sentAt <= failedAt) {
    return { disposition: { retryInMs: 0 }, outcome: "failed-before", ...known };
  }
  const wait = backAt(delivery) - deps.now();
  if (wait > 0) return { disposition: { retryInMs: wait }, outcome: "waiting", ...known };

  const context = deliveryContext(message, destination, snapshot, deps);
  if (!isOpen(delivery, deps.now())) await makeDueAgain(context);
  const result = await attemptDelivery(delivery, context);
  await finishIfEnded(result.delivery ?? delivery);
  return { ...known, ...result };
}

const hasEnded = (delivery: Delivery): boolean => ENDED.has(delivery.state) && stageOf(delivery) !== "step-open";

/** @returns undefined for a message that is not ours */
function parsePointer(body: string): DeliveryPointer | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  // During a deployment the older function may receive it too: the message waits for the newer one.
  if (isNewer(json)) throw new NewerRelease("this message");
  const { data } = DeliveryPointer.safeParse(json);
  return data;
}
