/**
 * What went wrong, by what happens next. A connector throws one of these, or returns. Any other error counts as `InDoubt`
 * if the create request may have left, else as `Unavailable`.
 */
export abstract class DeliveryError extends Error {
  /** Goes to the ledger, never to a log: providers' texts may quote the buyer's address (design.md P7). */
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.reason = reason;
  }
}

/** The provider, or our mapping, refuses the order's data. Nothing was created. Not retried: an operator fixes the data. */
export class Rejected extends DeliveryError {
  override readonly name = "Rejected";
}

/**
 * Credentials, permission, signature, allow-list or configuration are wrong. Nothing was created. Retried after backoff; the
 * first failure pages.
 */
export class Misconfigured extends DeliveryError {
  override readonly name = "Misconfigured";
}

/** Surely not created, and not because of this order: no connection, maintenance. Retried after backoff. */
export class Unavailable extends DeliveryError {
  override readonly name = "Unavailable";
}

/** Surely not created: too many requests. Does not count as an attempt; retried after `retryAfter` (ms), or backoff. */
export class Throttled extends DeliveryError {
  override readonly name = "Throttled";
  readonly retryAfter: number | undefined;

  constructor(reason: string, retryAfter?: number) {
    super(reason);
    this.retryAfter = retryAfter;
  }
}

/** The order may exist. Only a look-up in the provider's own records resolves it. */
export class InDoubt extends DeliveryError {
  override readonly name = "InDoubt";
}

/** The provider reports a duplicate. It is a success only once the existing order was read and is the same. */
export class AlreadyExists extends DeliveryError {
  override readonly name = "AlreadyExists";
}

/** It is not this delivery's turn (another call is in flight). Does not count as an attempt; retried at `until` (epoch ms). */
export class Deferred extends DeliveryError {
  override readonly name = "Deferred";
  readonly until: number;

  constructor(reason: string, until: number) {
    super(reason);
    this.until = until;
  }
}

/**
 * An event that cannot be parsed. It goes to the intake DLQ, raw and whole, until the mapping is fixed. The log gets the field
 * and what is wrong with it, never its value.
 */
export class MalformedEvent extends DeliveryError {
  override readonly name = "MalformedEvent";
  /** Path of the field, in the sender's own names: `line_items.0.price`; `body`, `headers.shopify-topic`. */
  readonly field: string;

  /** @param problem completes the sentence that starts with the field: "is not a decimal amount" */
  constructor({ field, problem }: { field: string; problem: string }, options?: ErrorOptions) {
    super(`${field} ${problem}`, options);
    this.field = field;
  }
}
