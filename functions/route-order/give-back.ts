import { Deferred, MalformedEvent, Misconfigured, Rejected, Throttled, Unavailable } from "../../shared/errors.ts";
import type { Config } from "../../shared/stage/config.ts";
import { errorName } from "../../shared/telemetry/log.ts";
import { type Received, retryDelay, waitsUntil } from "./retry-delay.ts";

/**
 * A message that is not acknowledged. `unreadable`: the event cannot be parsed. `gave-up`: its order could not be
 * fetched for too long. Both return at once until SQS's redrive policy moves them to the DLQ: "Start DLQ redrive" can
 * send back only what SQS itself moved. `waiting`: its channel's API fails, or does not have the order yet.
 */
export interface GivenBack {
  outcome: "unreadable" | "gave-up" | "waiting";
  retryInMs: number;
  /** Of an unreadable event: path of the field that is missing or wrong. */
  field?: string;
  /** The name of what was thrown. */
  error: string;
}

/** Neither the API nor the ledger has the order: it may be about to appear. */
export class UnknownOrder extends Error {
  override readonly name = "UnknownOrder";
}

interface Context {
  config: Config;
  /** Epoch ms. */
  now: () => number;
  random: () => number;
}

/** @throws any error of the stack itself: the message then returns after the queue's visibility timeout */
export function giveBack(error: unknown, message: Received, { config, now, random }: Context): GivenBack {
  const cause = error instanceof Error ? error.cause : undefined;
  const named = { error: errorName(cause ?? error) };
  if (error instanceof MalformedEvent) return { outcome: "unreadable", retryInMs: 0, field: error.field, ...named };
  if (error instanceof Rejected) return { outcome: "unreadable", retryInMs: 0, ...named };

  const until = waitUntil(error, message, { config, now });
  if (until === undefined) throw error;
  if (now() >= until) return { outcome: "gave-up", retryInMs: 0, ...named };
  const delay = retryDelay(message, earliest(error, now()), { config, now: now(), random });
  // The delay may have grown beyond the time to give up: the message returns for that time.
  return { outcome: "waiting", retryInMs: Math.min(delay, until - now()), ...named };
}

/** When the message is given up, epoch ms; undefined for an error that does not come from the channel's API. */
function waitUntil(error: unknown, message: Received, { config }: Pick<Context, "config" | "now">): number | undefined {
  if (error instanceof UnknownOrder) return message.sentAt + config.timing.goneAfter;
  const waits = [Unavailable, Throttled, Misconfigured, Deferred].some((kind) => error instanceof kind);
  return waits ? waitsUntil(message, config) : undefined;
}

function earliest(error: unknown, now: number): number {
  if (error instanceof Deferred) return error.until;
  return error instanceof Throttled ? now + (error.retryAfter ?? 0) : now;
}
