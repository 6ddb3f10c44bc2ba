import { MAX_RECEIVES } from "../../shared/messages/max-receives.ts";
import type { Config } from "../../shared/stage/config.ts";

/** What the delay of a message depends on. */
export interface Received {
  /** How often SQS has handed it out, this time included. */
  receives: number;
  /** When it was put on the queue (`SentTimestamp`), epoch ms. */
  sentAt: number;
}

type Timing = Pick<Config["timing"], "retryBase" | "fetchRetryCap" | "longestVisibility">;

/** From this receive on, the remaining time is divided by the remaining receives. */
const SHARE_OUT_FROM = 10;
/** A delay grows by up to this share, so that messages given back together return apart. */
const SPREAD = 0.1;

/**
 * When a message that waits for its channel's API is given up: half the queue's retention after it was sent. Epoch ms.
 */
export const waitsUntil = ({ sentAt }: Received, { retention }: Pick<Config, "retention">): number =>
  sentAt + retention.queues / 2;

/**
 * For how long a message that waits for its channel's API is given back, ms. SQS moves a message to the DLQ after 25
 * receives. So the delay doubles with each receive, up to `fetchRetryCap`. It grows beyond that only if the remaining
 * receives would not last for half the queue's retention.
 * @param earliest end of the connection's backoff, epoch ms: an earlier return is useless
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
