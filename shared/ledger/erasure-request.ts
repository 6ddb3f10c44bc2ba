import * as z from "zod/mini";
import { ITEM_VERSION } from "../release.ts";
import type { Key } from "./table.ts";
import { Version } from "./version.ts";

/** Whose data to erase. A buyer is identified by the hash in order records. */
const Subject = z.union([
  z.object({ kind: z.literal("buyer"), buyer: z.string() }),
  z.object({ kind: z.literal("orders"), orderIds: z.array(z.string()) }),
  z.object({ kind: z.literal("shop") }),
]);

/**
 * A request to erase personal data (design.md, H5). Every daily walk repeats a request by buyer or shop until
 * `repeatUntil`, for events that are redriven later. Times UTC ISO 8601.
 */
export const ErasureRequest = z.object({
  v: Version,
  /** Counts the writes; each is conditional on the one before. */
  rev: z.int(),
  channel: z.string(),
  connection: z.string(),
  /** Our ID of the event that asked for it. */
  eventId: z.string(),
  subject: Subject,
  /** When the event was received: it does not concern orders first seen later. */
  receivedAt: z.string(),
  /** Until when each daily walk repeats it. Absent if the request names orders. */
  repeatUntil: z.optional(z.string()),
  /** How far the running walk has read the work list. */
  walkedTo: z.optional(z.string()),
  /** When the last walk ended. */
  lastWalkAt: z.optional(z.string()),
  /** Orders erased so far. */
  erased: z.int(),
  doneAt: z.optional(z.string()),
  /** Its copy in S3, for a restore of the table. */
  s3Key: z.optional(z.string()),
  /** Epoch seconds; as long after the request as an order's states are kept. */
  expiresAt: z.int(),
});
export type ErasureRequest = z.infer<typeof ErasureRequest>;

/** A request of which nothing is carried out yet, as it is first written. */
export const newErasureRequest = (request: Omit<ErasureRequest, "v" | "rev" | "erased">): ErasureRequest => ({
  ...{ v: ITEM_VERSION, rev: 1, erased: 0 },
  ...request,
});

/** One partition, so that a walk reads all requests in one query, oldest first. */
export const ERASURE_PK = "erasure";

export const erasureKey = ({ receivedAt, eventId }: Pick<ErasureRequest, "receivedAt" | "eventId">): Key => ({
  pk: ERASURE_PK,
  sk: `${receivedAt}#${eventId}`,
});
