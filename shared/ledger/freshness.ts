import type { Progress } from "../order.ts";

const RANK = { placed: 0, paid: 1, cancelled: 2 } as const satisfies Record<Progress, number>;

/**
 * How new a state of an order is, as text that sorts: the channel's own time, then the order's progress, then the
 * event's time (design.md P6). Shopify writes `updated_at` to the second, and "created" and "paid" of one checkout
 * share it.
 * @param updatedAt UTC ISO 8601 with milliseconds, as `Order` has it
 * @param eventTime in the same form; undefined if the channel does not send it
 */
export const freshness = (updatedAt: string, progress: Progress, eventTime?: string): string =>
  `${updatedAt}|${RANK[progress]}|${eventTime ?? ""}`;
