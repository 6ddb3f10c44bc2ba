import type { Stage } from "./checked-stage.ts";

/** The longest that an instance of receive-webhook is busy with a webhook while AWS answers as usual, ms. */
export const BUSY = 100;

/** Webhooks of one route: how many a second, and how many at once. */
export interface Throttle {
  rate: number;
  burst: number;
}

/**
 * Of each webhook route. A flood of forgeries must not take the concurrency of the whole account: a consumer that finds
 * none is throttled, and each throttled receive brings a good order closer to the DLQ.
 */
export function throttleOf({ infrastructure: { throttle, accountConcurrency } }: Stage): Throttle {
  return throttle ?? { rate: Math.ceil(accountConcurrency / 2), burst: accountConcurrency };
}
