import {
  AlreadyExists,
  Deferred,
  DeliveryError,
  Misconfigured,
  Rejected,
  Throttled,
  Unavailable,
} from "../../shared/errors.ts";
import type { Delivery } from "../../shared/ledger/delivery.ts";
import { type Cause, deferred, gaveUp, inDoubt, rejected, retryAt, tryOf } from "../../shared/ledger/delivery-life.ts";
import { backoff } from "../../shared/messages/backoff.ts";
import type { Disposition } from "../../shared/messages/sqs-batch.ts";
import type { DeliveryContext } from "./delivery-context.ts";

/** The result of an attempt in one word, for log and metrics. */
export type AttemptOutcome =
  | "created"
  | "rejected"
  | "throttled"
  | "retrying"
  | "failed"
  | "in-doubt"
  | "gave-up"
  | "waiting"
  | "cancelled"
  | "erased"
  | "withdrawn";

/** What an attempt writes, and what happens to its message. */
export interface AttemptResult {
  outcome: AttemptOutcome;
  /** Undefined: there is nothing to write. */
  delivery?: Delivery;
  disposition: Disposition;
}

/**
 * What an error means for the delivery, by the phase in which it was thrown:
 *
 * | error                 | before a request      | create sent           | in doubt              | step open after creation |
 * |-----------------------|-----------------------|-----------------------|-----------------------|--------------------------|
 * | Deferred              | given back, unwritten | deferred              | given back, unwritten | deferred                 |
 * | Throttled             | deferred              | deferred              | deferred              | deferred                 |
 * | Rejected              | rejected              | rejected              | retryAt, gaveUp       | rejected                 |
 * | Misconfigured, Unavailable | retryAt, gaveUp  | retryAt, gaveUp       | retryAt, gaveUp       | retryAt, gaveUp          |
 * | InDoubt, AlreadyExists, any other | retryAt, gaveUp | inDoubt, then retryAt, gaveUp | retryAt, gaveUp | retryAt, gaveUp  |
 *
 * `gaveUp` takes the place of `retryAt` when the message has failed for longer than `giveUpAfter`.
 */
export function afterError(delivery: Delivery, error: unknown, context: DeliveryContext): AttemptResult {
  const { now, config, random } = context;
  const { throttleCap: cap, longestVisibility } = config.timing;
  if (error instanceof Deferred) {
    const retryInMs = Math.max(0, error.until - now());
    return delivery.token !== undefined
      ? postponed(delivery, retryInMs, causeOf(textOf(error), context), context)
      : { outcome: "waiting", disposition: { retryInMs } };
  }
  if (error instanceof Throttled) {
    const retryInMs = Math.min(error.retryAfter || backoff(1, { base: cap, cap, random }), longestVisibility);
    return { ...postponed(delivery, retryInMs, causeOf(textOf(error), context), context), outcome: "throttled" };
  }
  // While the delivery is in doubt, the error comes from the look-up and says nothing about the order.
  if (error instanceof Rejected && delivery.state !== "in-doubt") return refused(delivery, error, context);
  const surelyNotCreated = error instanceof Misconfigured || error instanceof Unavailable || error instanceof Rejected;
  const known = delivery.state === "sending" && !surelyNotCreated ? doubted(delivery, context) : delivery;
  return failed(known, error, context);
}

/** The create call's request may have arrived. */
function doubted(delivery: Delivery, { now, settling }: DeliveryContext): Delivery {
  const { token } = delivery;
  return inDoubt(delivery, { settledAt: now() + settling, now: now(), ...(token !== undefined && { token }) });
}

/** Not an attempt: nothing is counted. @param cause undefined: the former one stays */
export function postponed(
  delivery: Delivery,
  retryInMs: number,
  cause: Cause | undefined,
  { now }: DeliveryContext,
): AttemptResult {
  const next = deferred(delivery, { cause, now: now(), nextAttemptAt: now() + retryInMs });
  return { outcome: "waiting", delivery: next, disposition: { retryInMs } };
}

/** The message returns at once until SQS's redrive policy moves it to the DLQ. */
const TO_DEAD_LETTERS: Disposition = { retryInMs: 0 };

export function refused(delivery: Delivery, error: Rejected, context: DeliveryContext): AttemptResult {
  return {
    outcome: "rejected",
    delivery: rejected(delivery, failureOf(error, context)),
    disposition: TO_DEAD_LETTERS,
  };
}

/** Counts a failed attempt for its message, and gives up after `giveUpAfter`. */
function failed(delivery: Delivery, error: unknown, context: DeliveryContext): AttemptResult {
  const { config, message, random } = context;
  const { giveUpAfter, retryBase: base, retryCap: cap } = config.timing;
  const failure = failureOf(error, context);
  const { count, since } = tryOf(delivery, message.messageId, failure.now);
  if (failure.now - since >= giveUpAfter) {
    return { outcome: "gave-up", delivery: gaveUp(delivery, failure), disposition: TO_DEAD_LETTERS };
  }
  const retryInMs = backoff(count, { base, cap, random });
  const list = error instanceof Misconfigured ? "failing" : "open";
  const next = retryAt(delivery, failure, { nextAttemptAt: failure.now + retryInMs, list });
  const outcome = list === "failing" ? "failed" : "retrying";
  return { outcome: next.state === "in-doubt" ? "in-doubt" : outcome, delivery: next, disposition: { retryInMs } };
}

const failureOf = (error: unknown, context: DeliveryContext) => ({
  messageId: context.message.messageId,
  cause: causeOf(textOf(error), context),
  now: context.now(),
});

/** A provider's text may quote the buyer, so it expires with the body. Without a body the text is our own. */
export function causeOf(text: string, { snapshot }: DeliveryContext): Cause {
  return snapshot.body ? { errorText: { text, expiresAt: snapshot.body.expiresAt } } : { reason: text };
}

function textOf(error: unknown): string {
  if (error instanceof AlreadyExists) return `the provider says it exists already: ${error.reason}`;
  if (error instanceof DeliveryError) return error.reason;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
