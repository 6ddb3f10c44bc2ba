import * as z from "zod/mini";
import { Duration } from "../../../shared/stage/duration.ts";

/** Values of `status`, compared without regard to case. */
export const STATUSES = [
  "open",
  "payment processing",
  "paid",
  "completed",
  "canceled",
  "partially refunded",
  "fully refunded",
] as const;

const Words = z.array(z.string().check(z.trim(), z.toLowerCase(), z.minLength(1)));

/** `settings` of an Etsy connection in the stage file. */
export const Settings = z.strictObject({
  /** Other values of `status`, each by the documented one that it means. */
  statuses: z._default(z.record(z.string().check(z.trim(), z.toLowerCase(), z.minLength(1)), z.enum(STATUSES)), {}),
  /** Whether an order is sent although part of its money went back: Etsy does not say for which lines. */
  partialRefunds: z._default(z.enum(["hold", "send"]), "hold"),
  /** Values of `status` of a refund by which no money went back. */
  failedRefunds: z._default(Words, ["failed", "declined", "canceled", "cancelled"]),
  /**
   * The SKU of a line that has none, in the inventory neither: its listing and product ID
   * (`1077116959-434775`), which `npm run catalog` can map, or nothing.
   */
  withoutSku: z._default(z.enum(["listing-product", "nothing"]), "listing-product"),
  /** How long a SKU of the inventory is kept for the next orders. */
  skuMaxAge: z._default(Duration, 86_400_000),
  /** Texts in place of a personalisation that the buyer left out. */
  notPersonalised: z._default(z.array(z.string()), ["Not requested on this item."]),
  /** IDs of receipts that the portal's test messages name. Each is an order that does not exist. */
  testReceiptIds: z._default(z.array(z.string().check(z.minLength(1))), []),
  /** How long no call is made after a 429 that does not say. */
  coolDown: z._default(Duration, 10_000),
  /** How long before its end an access token is renewed. */
  renewEarly: z._default(Duration, 5 * 60_000),
  /** How much earlier than asked a search for changed orders begins: the list may lag. */
  listOverlap: z._default(Duration, 10 * 60_000),
  /** How far back orders are listed by their state, because the list by change misses cancellations and refunds. */
  lookBack: z._default(Duration, 60 * 86_400_000),
});
export type Settings = z.infer<typeof Settings>;
