import * as z from "zod/mini";
import { Identity } from "../identity.ts";
import { Version } from "./version.ts";

/**
 * A member of a pack (Mercado Libre): it names the order in which the member is recorded. Its key is the one that the member's
 * own record would have, and it is written only where nothing is yet: the first one, alone or in a pack, decides
 * (design.md, H2). Times UTC ISO 8601.
 */
export const Alias = z.object({
  /** Of the member. */
  ...Identity.shape,
  v: Version,
  /** Counts the writes; each is conditional on the one before. */
  rev: z.int(),
  /** Order ID of the pack. */
  packId: z.string(),
  /** The member's own last-changed time at the channel, not the pack's. */
  changedAt: z.optional(z.string()),
  /** Epoch seconds; as the pack's record. */
  expiresAt: z.int(),
});
export type Alias = z.infer<typeof Alias>;
