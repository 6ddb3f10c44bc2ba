import type { Progress } from "../order.ts";

const RANK = { placed: 0, paid: 1, cancelled: 2 } as const satisfies Record<Progress, number>;

/** What decides between two states of an order with one time and one progress. */
interface TieBreakers {
  /** When the sender says that it happened; of a fetched order, when the fetch began. UTC ISO 8601 with milliseconds. */
  eventTime?: string | undefined;
  /** When we received the event, UTC ISO 8601 with milliseconds. */
  receivedAt: string;
  /** Of the order's content; undefined where the event carries none. */
  digest?: string;
}

/** A time further ahead of its receipt than this, ms, is a broken clock or a forged header, and counts as the receipt. */
const FURTHEST_AHEAD = 24 * 3_600_000;

/** Whether a sender's time is so far ahead that it would make every later event stale. Both UTC ISO 8601. */
export const isAhead = (time: string, receivedAt: string): boolean =>
  Date.parse(time) > Date.parse(receivedAt) + FURTHEST_AHEAD;

/** Characters of the digest: enough to order two contents the same way whichever comes first. */
const DIGEST_LENGTH = 8;

/**
 * How new a state of an order is, as text that sorts: the channel's own time, then the order's progress, then the
 * event's time, else when we received it (design.md P6). Shopify writes `updated_at` to the second, and "created" and
 * "paid" of one checkout share it. The rest makes two contents never equal: which one is taken does not depend on which
 * one arrives first. A time more than 24 h ahead counts as when we received it.
 * @param updatedAt UTC ISO 8601 with milliseconds, as `Order` has it
 */
export function freshness(updatedAt: string, progress: Progress, tie: TieBreakers): string {
  const { eventTime, receivedAt, digest = "" } = tie;
  const inTime = (time: string) => (isAhead(time, receivedAt) ? receivedAt : time);
  return [
    inTime(updatedAt),
    RANK[progress],
    inTime(eventTime ?? receivedAt),
    receivedAt,
    digest.slice(0, DIGEST_LENGTH),
  ].join("|");
}
