import * as z from "zod/mini";
import type { Identity } from "../identity.ts";
import { orderPk } from "./order-key.ts";
import type { Key } from "./table.ts";
import { Version } from "./version.ts";

/**
 * An order at which find-due could not look in its hour: sk `unread`, an item beside those that cannot be read. It is in
 * the list `unread`, and looked at again, until it can be read; then it has no entry, and expires.
 */
export const UnreadOrder = z.object({
  v: Version,
  /** Of the first look that failed, UTC ISO 8601. */
  since: z.string(),
  /** Its entry in the work list: when find-due looked at it last. */
  workAt: z.optional(z.string()),
  workList: z.optional(z.string()),
  /** Epoch seconds. */
  expiresAt: z.int(),
});
export type UnreadOrder = z.infer<typeof UnreadOrder>;

export const unreadKey = (identity: Identity): Key => ({ pk: orderPk(identity), sk: "unread" });
