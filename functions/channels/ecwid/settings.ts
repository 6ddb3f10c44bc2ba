import * as z from "zod/mini";
import { isTimeZone } from "../../../shared/connector/zoned-instant.ts";
import { Duration } from "../../../shared/stage/duration.ts";

/** Ecwid's own values of `paymentStatus`; a store adds three of its own names, `CUSTOM_PAYMENT_STATUS_1` to `_3`. */
export const PAYMENT_STATUSES = [
  ...(["AWAITING_PAYMENT", "PAID", "CANCELLED", "REFUNDED"] as const),
  ...(["PARTIALLY_REFUNDED", "INCOMPLETE"] as const),
] as const;

/** Ecwid's own values of `fulfillmentStatus`; a store adds `CUSTOM_FULFILLMENT_STATUS_1` to `_3`. */
export const FULFILLMENT_STATUSES = [
  ...(["AWAITING_PROCESSING", "PROCESSING", "SHIPPED", "OUT_FOR_DELIVERY", "DELIVERED"] as const),
  ...(["READY_FOR_PICKUP", "WILL_NOT_DELIVER", "RETURNED"] as const),
] as const;

const Names = z.array(z.string().check(z.trim(), z.minLength(1)));

/** `settings` of an Ecwid connection in the stage file. */
export const Settings = z.strictObject({
  /** Of the store, ISO 4217: an order does not name it. Default: what the store's profile says. */
  currency: z.optional(z.string().check(z.regex(/^[A-Z]{3}$/, "a currency such as EUR"))),
  /** IANA, for a time that comes without its zone. By Ecwid's documents it is UTC. */
  timeZone: z._default(z.string().check(z.refine(isTimeZone, "a time zone such as Europe/Berlin")), "UTC"),
  /** What the store's own payment statuses mean, in Ecwid's words; or another meaning of Ecwid's own. */
  paymentStatuses: z._default(z.record(z.string(), z.enum(PAYMENT_STATUSES)), {}),
  /** What the store's own fulfilment statuses mean, in Ecwid's words; or another meaning of Ecwid's own. */
  fulfillmentStatuses: z._default(z.record(z.string(), z.enum(FULFILLMENT_STATUSES)), {}),
  /** Whether `discount` has the coupon's discount in it. One page says so; another, and its sample, say the sum. */
  discountIncludesCoupon: z._default(z.boolean(), false),
  /** Whether an order is sent although part of its money went back: Ecwid does not say for which lines. */
  partialRefunds: z._default(z.enum(["hold", "send"]), "hold"),
  /** Payment methods that are cash on delivery, as the order names them, beside those known by their words. */
  cashOnDelivery: z._default(Names, []),
  /** Payment methods whose orders are tests: an order has no mark of its own. */
  testPaymentMethods: z._default(Names, []),
  /** How long no call is made after a 429 that does not say. */
  coolDown: z._default(Duration, 60_000),
  /** How much earlier than asked a search for changed orders begins: the list may lag. */
  listOverlap: z._default(Duration, 10 * 60_000),
});
export type Settings = z.infer<typeof Settings>;
