/**
 * What went wrong, by what happens next. A connector throws one of these or returns; whatever else it throws is taken as
 * "in doubt" if its create request may have left, else as "provider down".
 */
export abstract class DeliveryError extends Error {
  /** Goes to the ledger only, never to a log: providers' texts echo addresses (design.md P7). */
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.reason = reason;
  }
}

/** The provider, or our mapping, says no to this order's data; nothing was created. A person must mend something. Not retried. */
export class Rejected extends DeliveryError {
  override readonly name = "Rejected";
}

/** Credentials, permission, signature, allow-list or configuration; nothing was created. Retried like "down", paged at the first. */
export class Misconfigured extends DeliveryError {
  override readonly name = "Misconfigured";
}

/** Surely not created, and not this order's fault: no connection, maintenance. Retried after backoff. */
export class Unavailable extends DeliveryError {
  override readonly name = "Unavailable";
}

/** Surely not created: too many requests. Not an attempt; retried after `retryAfter` (ms), or backoff. */
export class Throttled extends DeliveryError {
  override readonly name = "Throttled";
  readonly retryAfter: number | undefined;

  constructor(reason: string, retryAfter?: number) {
    super(reason);
    this.retryAfter = retryAfter;
  }
}

/** Nobody can know yet whether the order exists. Resolved only by the provider's own records. */
export class InDoubt extends DeliveryError {
  override readonly name = "InDoubt";
}

/** The provider says the order exists already: success only once it was read and is the same. */
export class AlreadyExists extends DeliveryError {
  override readonly name = "AlreadyExists";
}

/** It is not this delivery's turn (one in flight): not an attempt; come again after `until` (epoch ms). */
export class Deferred extends DeliveryError {
  override readonly name = "Deferred";
  readonly until: number;

  constructor(reason: string, until: number) {
    super(reason);
    this.until = until;
  }
}

/**
 * An event that cannot be read as it is: it goes to the intake DLQ, raw and whole, until the mapping is repaired. Says which
 * field is wrong and how, never what it holds: both go to the log.
 */
export class MalformedEvent extends DeliveryError {
  override readonly name = "MalformedEvent";
  /** Path of the field, in the sender's own names: `line_items.0.price`; `body`, `headers.shopify-topic`. */
  readonly field: string;

  /** @param problem ends the sentence that the field begins: "is not a decimal amount" */
  constructor({ field, problem }: { field: string; problem: string }, options?: ErrorOptions) {
    super(`${field} ${problem}`, options);
    this.field = field;
  }
}
