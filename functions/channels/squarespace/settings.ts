import * as z from "zod/mini";
import { Duration } from "../../../shared/stage/duration.ts";

const Words = z.array(z.string().check(z.trim(), z.toUpperCase(), z.minLength(1)));

/** `settings` of a Squarespace connection in the stage file. */
export const Settings = z.strictObject({
  /** Values of `paymentState` by which an order is paid. `NONE`: it names no state, as in orders before there was one. */
  paidStates: z._default(Words, ["PAID"]),
  /**
   * Values of `paymentState` by which an order is held, and fetched again until it has another: no event says that an
   * order was paid.
   */
  heldStates: z._default(Words, [
    "PENDING",
    "NOT_CHARGED",
    "AUTHORIZED",
    "PARTIALLY_PAID",
    "FAILED",
    "REFUND_PENDING",
    "REFUND_FAILED",
    "NONE",
  ]),
  /** Whether an order is sent although part of its money went back: Squarespace does not say for which lines. */
  partialRefunds: z._default(z.enum(["hold", "send"]), "hold"),
  /** Values of `lineItemType` that are no goods to ship. Any other is shipped. */
  notShippedTypes: z._default(Words, [
    "SERVICE",
    "GIFT_CARD",
    "DIGITAL",
    "DIGITAL_PRODUCT",
    "DOWNLOAD",
    "PAYWALL",
    "PAYWALL_PRODUCT",
    "DONATION",
  ]),
  /** IDs of orders that test notifications name. Each is an order that does not exist. */
  testOrderIds: z._default(z.array(z.string().check(z.minLength(1))), []),
  /** How long no call is made after a 429, which says nothing of it. */
  coolDown: z._default(Duration, 60_000),
  /** How long before its end an access token is renewed. */
  renewEarly: z._default(Duration, 5 * 60_000),
  /** How much earlier than asked a search for changed orders begins: the list may lag. */
  listOverlap: z._default(Duration, 10 * 60_000),
});
export type Settings = z.infer<typeof Settings>;
