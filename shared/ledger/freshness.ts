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

/** Characters of the digest: enough to order two contents the same way whichever comes first. */
const DIGEST_LENGTH = 8;

/**
 * How new a state of an order is, as text that sorts: the channel's own time, then the order's progress, then the
 * event's time, else when we received it (design.md P6). Shopify writes `updated_at` to the second, and "created" and
 * "paid" of one checkout share it. The rest makes two contents never equal: which one is taken does not depend on which
 * one arrives first.
 * @param updatedAt UTC ISO 8601 with milliseconds, as `Order` has it
 */
export function freshness(updatedAt: string, progress: Progress, tie: TieBreakers): string {
  const { eventTime, receivedAt, digest = "" } = tie;
  return [updatedAt, RANK[progress], eventTime ?? receivedAt, receivedAt, digest.slice(0, DIGEST_LENGTH)].join("|");
}
