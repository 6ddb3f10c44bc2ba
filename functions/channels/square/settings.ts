import * as z from "zod/mini";
import { Duration } from "../../../shared/stage/duration.ts";

const Name = z.string().check(z.trim(), z.minLength(1));
const Names = z.array(Name);
const Words = z.array(z.string().check(z.trim(), z.toUpperCase(), z.minLength(1)));

/** `settings` of a Square connection in the stage file. */
export const Settings = z.strictObject({
  /** Orders of the sandbox are tests. */
  environment: z._default(z.enum(["production", "sandbox"]), "production"),
  /** Of the API, as the header `Square-Version` names it. */
  apiVersion: z._default(z.string().check(z.regex(/^\d{4}-\d\d-\d\d$/, "is not a date")), "2026-09-16"),
  /** IDs of the locations whose orders are taken. None: those of all locations. */
  locations: z._default(Names, []),
  /** Whether payments and refunds are read: an order does not show that its money went back. */
  readRefunds: z._default(z.boolean(), true),
  /** Whether an order is sent although an amount went back that belongs to no line. */
  partialRefunds: z._default(z.enum(["hold", "send"]), "hold"),
  /** Whether an open order that costs nothing, and so has no payment, is paid. */
  freeOrders: z._default(z.enum(["paid", "pending"]), "paid"),
  /** Kinds of products and of lines that are no goods to ship. Any other is shipped. */
  notShippedTypes: z._default(Words, [
    "GIFT_CARD",
    "APPOINTMENTS_SERVICE",
    "DIGITAL",
    "DONATION",
    "EVENT",
    "LEGACY_SQUARE_ONLINE_SERVICE",
    "LEGACY_SQUARE_ONLINE_MEMBERSHIP",
  ]),
  /** Values of `shipping_type` by which a shipment is no parcel. */
  noShipping: z._default(Names, ["No Shipping"]),
  /** Names of the service charges that are the price of shipping. */
  shippingCharges: z._default(Names, ["Shipping"]),
  /** The field that has the number that the buyer sees. */
  number: z._default(z.enum(["reference_id", "ticket_name", "none"]), "reference_id"),
  /** IDs of orders that test events name. Each is an order that does not exist. */
  testOrderIds: z._default(Names, []),
  /** After how long an access token is renewed, though it lasts longer. */
  renewEvery: z._default(Duration, 7 * 86_400_000),
  /** How long an environment remembers the SKU of a catalog object. */
  catalogMaxAge: z._default(Duration, 10 * 60_000),
  /** How much earlier than asked a search for changed orders begins: the list may lag. */
  listOverlap: z._default(Duration, 10 * 60_000),
});
export type Settings = z.infer<typeof Settings>;
