import type { Progress } from "../order.ts";

const RANK = { placed: 0, paid: 1, cancelled: 2 } as const satisfies Record<Progress, number>;

/**
 * How new a state of an order is, as text that sorts: the channel's own time, then how far the order has come, then when
 * the sender says the event happened (design.md P6). Shopify writes `updated_at` to the second, and "created" and "paid"
 * of one checkout share it.
 * @param updatedAt UTC ISO 8601 with milliseconds, as `Order` has it
 * @param eventTime the same, or undefined where the channel does not say
 */
export const freshness = (updatedAt: string, progress: Progress, eventTime?: string): string =>
  `${updatedAt}|${RANK[progress]}|${eventTime ?? ""}`;
