import type { Delivery } from "./delivery.ts";
import type { OrderRecord } from "./order-record.ts";

interface DoubtContext {
  /** Of the destination, ms. */
  settling: number;
  /** Of the stage, UTC ISO 8601. */
  restoredAt: string | undefined;
  /** Epoch ms. */
  now: number;
}

type Seen = Pick<OrderRecord, "firstSeenAt" | "placedAt">;

/**
 * Until when "not there" proves nothing, epoch ms; undefined where no earlier attempt can have created it. By the clock of
 * the function that sent it: another one's may differ by `leaseSkew`.
 */
export function inDoubtUntil(delivery: Delivery, order: Seen, context: DoubtContext): number | undefined {
  const { state, settledAt, firstSentAt, lastSentAt, actsUntil = lastSentAt ?? firstSentAt } = delivery;
  const { settling, restoredAt, now } = context;
  const restored = restoredAt === undefined ? 0 : Date.parse(restoredAt);
  if (mayBeForgotten(delivery, order, restored)) return Math.max(settledAt ?? 0, restored + settling);
  if (state === "in-doubt") return settledAt ?? now + settling;
  if (actsUntil === undefined) return undefined;
  // The attempt that held this lease died, after it may have posted. And a replay looks up before it posts: "rejected" was
  // our reading of a text of the provider's.
  const mayHaveActed = state === "sending" || state === "rejected" || state === "failed";
  return mayHaveActed ? actsUntil + settling : undefined;
}

export const isInDoubt = (delivery: Delivery, order: Seen, context: Omit<DoubtContext, "settling">): boolean =>
  inDoubtUntil(delivery, order, { ...context, settling: 0 }) !== undefined;

/**
 * What the table lost in a restore may have been created: nothing of that time is free, unless the operator looked since.
 * Nor is an order placed before and first seen after: it may have been known, and be lost with its deliveries.
 */
function mayBeForgotten(
  { notCreatedAt = 0 }: Delivery,
  { firstSeenAt, placedAt = firstSeenAt }: Seen,
  restored: number,
): boolean {
  return isFormer({ firstSeenAt, placedAt }, restored) && notCreatedAt < restored;
}

const isFormer = ({ firstSeenAt, placedAt = firstSeenAt }: Seen, restored: number): boolean =>
  Date.parse(firstSeenAt) < restored || Date.parse(placedAt) < restored;

/**
 * The order is older than the restore of the table, and was not found at its channel since: the table may have forgotten
 * that it was cancelled or changed, so nothing of it is sent (design.md).
 * @param restoredAt of the stage, UTC ISO 8601
 */
export function needsConfirmation(
  order: Seen & Pick<OrderRecord, "confirmedAt">,
  restoredAt: string | undefined,
): boolean {
  if (restoredAt === undefined) return false;
  const restored = Date.parse(restoredAt);
  return isFormer(order, restored) && !(Date.parse(order.confirmedAt ?? "") >= restored);
}

/**
 * A restore of the table may have forgotten what was sent of the order, later generations of it included.
 * @param restoredAt of the stage, UTC ISO 8601
 */
export const isForgotten = (delivery: Delivery, order: Seen, restoredAt: string | undefined): boolean =>
  restoredAt !== undefined && mayBeForgotten(delivery, order, Date.parse(restoredAt));
