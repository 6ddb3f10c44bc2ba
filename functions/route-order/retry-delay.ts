import { MAX_RECEIVES } from "../../shared/messages/max-receives.ts";
import type { Config } from "../../shared/stage/config.ts";

/** A message of the intake queue, as the delays need it. */
export interface Received {
  /** How often SQS has handed it out, this time included. */
  receives: number;
  /** When it was put on the queue (`SentTimestamp`), epoch ms. */
  sentAt: number;
}

type Timing = Pick<Config["timing"], "retryBase" | "fetchRetryCap" | "longestVisibility">;

/** From this receive on, what is left of the time is shared out over what is left of the receives. */
const SHARE_OUT_FROM = 10;
/** Messages that were given back together return apart: a delay grows by up to this share. */
const SPREAD = 0.1;

/** When a message that waits for its channel's API is given up, epoch ms: half the queue's retention after it was sent. */
export const waitsUntil = ({ sentAt }: Received, { retention }: Pick<Config, "retention">): number =>
  sentAt + retention.queues / 2;

/**
 * For how long a message that waits for its channel's API is given back, ms. Every receive counts, and SQS moves what
 * was received 25 times to the DLQ: so the delay doubles with each receive, up to `fetchRetryCap`, and grows beyond that
 * only where the remaining receives would not last for half the queue's retention.
 * @param earliest before which a return is useless, epoch ms: the end of the connection's backoff
 */
export function retryDelay(
  message: Received,
  earliest: number,
  {
    config,
    now,
    random,
  }: { config: { timing: Timing } & Pick<Config, "retention">; now: number; random: () => number },
): number {
  const { retryBase, fetchRetryCap, longestVisibility } = config.timing;
  const spread = 1 + random() * SPREAD;
  const growing = Math.min(fetchRetryCap, retryBase * 2 ** Math.min(30, message.receives - 1) * spread);
  const left = waitsUntil(message, config) - now;
  const share = message.receives < SHARE_OUT_FROM ? 0 : left / Math.max(1, MAX_RECEIVES - message.receives);
  return Math.min(longestVisibility, Math.max(growing, share, (earliest - now) * spread));
}
