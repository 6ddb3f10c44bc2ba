import * as z from "zod/mini";
import { Identity } from "../identity.ts";
import { ErrorText } from "./error-text.ts";
import { Version } from "./version.ts";

export const DeliveryState = z.enum([
  "queued",
  "sending",
  "retrying",
  "in-doubt",
  "created",
  "rejected",
  "failed",
  "cancelled",
  "withdrawn",
  "done-by-hand",
  "erased",
]);
export type DeliveryState = z.infer<typeof DeliveryState>;

/** Nothing more will happen to it: its messages are acknowledged. */
export const ENDED: ReadonlySet<DeliveryState> = new Set([
  "created",
  "cancelled",
  "withdrawn",
  "done-by-hand",
  "erased",
]);

const SentLine = z.object({
  id: z.string(),
  sku: z.string(),
  /** In the provider's units. */
  quantity: z.number(),
  product: z.string(),
  /** In ours: an edit of the line is judged against this (changed-after-sending.ts). */
  pieces: z.optional(z.number()),
});

/** A delivery keeps this many of its newest steps; `attempts` counts all. */
export const HISTORY_LENGTH = 20;

/** What was written of a delivery, and when: for its timeline. No texts, which might quote the buyer. */
export const HistoryStep = z.object({
  /** Epoch ms. */
  at: z.int(),
  did: z.enum(["claimed", "created", "rejected", "retryAt", "deferred", "gaveUp", "stepClaimed", "resolved"]),
  /** After it. */
  state: DeliveryState,
  /** When it is tried again, epoch ms. */
  until: z.optional(z.int()),
  /** In doubt: "not there" before this proves nothing, epoch ms. */
  settledAt: z.optional(z.int()),
});
export type HistoryStep = z.infer<typeof HistoryStep>;

/** One order on its way to one destination: sk `delivery#<destination>#<generation>`. Times in epoch ms. */
export const Delivery = z.object({
  ...Identity.shape,
  v: Version,
  rev: z.int(),
  destination: z.string(),
  generation: z.int(),
  state: DeliveryState,
  /** In our own words, for the operator; never quotes the buyer. */
  reason: z.optional(z.string()),
  /** What a connector reported last. It may quote the buyer, so it is an item of its own (error-text.ts). */
  errorText: z.optional(ErrorText),
  /**
   * Fixed with the first claim, never recomputed; after a restore, of the order that was found. Absent where it was
   * cancelled before.
   */
  reference: z.optional(z.string()),
  /** Creates that were started, over its whole life. */
  attempts: z.int(),
  /** Freshness of the order as it was sent. */
  orderVersion: z.optional(z.string()),
  lines: z.optional(z.array(SentLine)),
  /** Of the address as it was sent: an edit of it is judged against this (address-digest.ts). */
  addressDigest: z.optional(z.string()),
  firstSentAt: z.optional(z.int()),
  lastSentAt: z.optional(z.int()),
  /** The running attempt's own token, and when its lease ends: of a create, or of a step after it. */
  token: z.optional(z.string()),
  leaseUntil: z.optional(z.int()),
  /** Until when the last request could act: while it runs, its function's end; then, when its socket was closed. */
  actsUntil: z.optional(z.int()),
  /** "Not there" before this proves nothing. Present while in doubt. */
  settledAt: z.optional(z.int()),
  nextAttemptAt: z.optional(z.int()),
  /** Failed attempts of each message ID, and when its first one failed. */
  tries: z.record(z.string(), z.object({ count: z.int(), since: z.int() })),
  /** The newest 100 message IDs with which it failed for good, and when: SQS has to move these to the DLQ. */
  failed: z.record(z.string(), z.int()),
  providerOrderIds: z.array(z.string()),
  /** A step still open after creation. */
  followUp: z.optional(z.string()),
  notes: z.optional(z.array(z.string())),
  createdAt: z.optional(z.int()),
  /** When the operator recorded that the order does not exist at the provider, despite earlier requests. */
  notCreatedAt: z.optional(z.int()),
  /** Its newest steps, oldest first. */
  history: z.optional(z.array(HistoryStep)),
  /** What the operator recorded last, when, and the operator's ARN. */
  resolvedBy: z.optional(z.string()),
  /** Present while it is open after a failure, or waits for the operator (work-list.ts). */
  workList: z.optional(z.string()),
  workAt: z.optional(z.string()),
  expiresAt: z.int(),
});
export type Delivery = z.infer<typeof Delivery>;

/** Why it is in its state, for the operator: what the connector reported, else our own words. */
export const reasonOf = ({ errorText, reason }: Pick<Delivery, "errorText" | "reason">): string | undefined =>
  errorText?.text ?? reason;

/**
 * The message of a destination's queue: small, without personal data, with a note for the operator who reads the DLQ.
 */
export const DeliveryPointer = z.object({
  ...Identity.shape,
  v: z.literal(1),
  generation: z.int(),
  destination: z.string(),
  eventId: z.string(),
  receivedAt: z.string(),
  note: z.string(),
});
export type DeliveryPointer = z.infer<typeof DeliveryPointer>;
