import * as z from "zod/mini";
import { Identity } from "../identity.ts";
import { OrderState } from "../order-state.ts";
import { Ticket } from "./ticket.ts";
import { Version } from "./version.ts";

/** One line of an order's trace. `outcome` is our word for what the event did. */
export const TraceEvent = z.object({
  at: z.string(),
  topic: z.string(),
  outcome: z.string(),
  eventId: z.optional(z.string()),
});
export type TraceEvent = z.infer<typeof TraceEvent>;

/** The trace keeps this many of the newest events, and counts all. */
export const TRACE_LENGTH = 50;

/** What an erased order has in place of its buyer's hash: a walk of the work list passes it without reading it. */
export const ERASED_BUYER = "erased";

/** An order without its body: sk `order`. Times UTC ISO 8601. */
export const OrderRecord = z.object({
  ...Identity.shape,
  v: Version,
  /** Counts the writes; each is conditional on the one before. */
  rev: z.int(),
  state: OrderState,
  reason: z.optional(z.string()),
  generation: z.int(),
  /** Of the newest state that was recorded (freshness.ts). */
  freshness: z.string(),
  /** SHA-256 of the order as mapped: distinguishes a repeat from an update of equal freshness. */
  digest: z.optional(z.string()),
  /**
   * SHA-256 of its lines, amounts, address and hold: a fetched order that is alike in these, and of equal freshness, is a
   * duplicate.
   */
  contentDigest: z.optional(z.string()),
  /** The number that the buyer sees. Set once: the index projects it. */
  number: z.optional(z.string()),
  placedAt: z.optional(z.string()),
  /** When its first event was received: erasure and a restore of the table are judged by it. */
  firstSeenAt: z.string(),
  events: z.array(TraceEvent),
  eventCount: z.int(),
  /**
   * Destinations decided in this generation. A delivery takes every line to ship, until the routes issue makes each of
   * these `{ destination, route, lines: [{ id, quantity }], options }`, and adds `toRevise` beside `toSend` (design.md
   * H1).
   */
  decided: z.array(z.string()),
  /** Those of `decided` whose message is not known to be on its queue yet. */
  toSend: z.array(z.string()),
  /** Those of `decided` that a cancellation has not reached yet. */
  toSuppress: z.array(z.string()),
  /**
   * Present while the newest state is due nowhere, though deliveries were decided (no line left to ship): where it is due
   * again, a new message is sent, for the delivery may be withdrawn.
   */
  lapsed: z.optional(z.literal(true)),
  /** When `toSend` was last emptied. */
  sentAt: z.optional(z.string()),
  /** Present while it is held: since when. */
  heldSince: z.optional(z.string()),
  /** Present while it is held because another order came under its ID; its body is that one's. */
  reused: z.optional(z.literal(true)),
  /** What the merchant was to hear of. Newest last. */
  tickets: z.optional(z.array(Ticket)),
  /**
   * Present while it waits for its channel: `hold`, the channel's own reason not to send it yet; `gone`, its API does
   * not have the order; `restored`, the table was restored, and it has to be fetched before anything of it is sent.
   * Since when, and how often find-due had it fetched since.
   */
  channelWait: z.optional(z.object({ cause: z.enum(["hold", "gone", "restored"]), since: z.string(), looks: z.int() })),
  /** When the fetch began that found it at its channel last, or when the operator confirmed it after a restore. */
  confirmedAt: z.optional(z.string()),
  /**
   * Ours, of the event that decided what was sent last (at first: of the first event); travels on to the deliveries.
   */
  eventId: z.string(),
  receivedAt: z.string(),
  /**
   * Hash of the buyer, so that a buyer's bodies can be found and erased; `erased` once they are. Set once: the index
   * projects it.
   */
  buyer: z.optional(z.string()),
  /** Its buyer's data is being erased since, and was erased at: later events change its states only. */
  erasure: z.optional(z.object({ since: z.string(), erasedAt: z.optional(z.string()) })),
  /** Its entry in the work list: when find-due looks at it next, and the hour of that; or a list (work-list.ts). */
  workAt: z.optional(z.string()),
  workList: z.optional(z.string()),
  /** How often find-due has looked and found it unfinished. */
  dueLooks: z.optional(z.int()),
  /** Epoch seconds; fixed when the order was first seen. */
  expiresAt: z.int(),
});
export type OrderRecord = z.infer<typeof OrderRecord>;
