import type { Delivery } from "./delivery.ts";
import type { OrderRecord } from "./order-record.ts";

interface Circumstances {
  /** Of the destination, ms. */
  settling: number;
  /** Of the stage, UTC ISO 8601. */
  restoredAt: string | undefined;
  /** Epoch ms. */
  now: number;
}

/** Until when "not there" proves nothing, epoch ms; undefined where no earlier attempt can have created it. */
export function inDoubtUntil(
  { state, settledAt, firstSentAt, actsUntil, lastSentAt, notCreatedAt = 0 }: Delivery,
  { firstSeenAt, placedAt = firstSeenAt }: Pick<OrderRecord, "firstSeenAt" | "placedAt">,
  { settling, restoredAt, now }: Circumstances,
): number | undefined {
  // What the table forgot in a restore may have been created: nothing of that time is free, unless a person looked since.
  // Nor is an order placed before and heard of after: it may have been known, and be forgotten with its deliveries.
  const restored = restoredAt === undefined ? 0 : Date.parse(restoredAt);
  const former = Date.parse(firstSeenAt) < restored || Date.parse(placedAt) < restored;
  if (former && notCreatedAt < restored) return Math.max(settledAt ?? 0, restored + settling);
  if (firstSentAt === undefined) return undefined;
  // The attempt that held this lease died, after it may have posted.
  if (state === "sending") return (actsUntil ?? firstSentAt) + settling;
  if (state === "in-doubt") return settledAt ?? now + settling;
  // A replay looks up before it posts: "rejected" was our reading of somebody's prose.
  if (state === "rejected" || state === "failed") return (lastSentAt ?? firstSentAt) + settling;
  return undefined;
}
