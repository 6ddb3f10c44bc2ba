import * as z from "zod/mini";
import { Duration } from "../../../shared/stage/duration.ts";

const Names = z.array(z.string().check(z.trim(), z.minLength(1)));
/** https://developer.bigcommerce.com/docs/rest-management/orders/order-status: 0 (Incomplete) to 14. */
const StatusId = z.int().check(z.minimum(0));

/** `settings` of a BigCommerce connection in the stage file. */
export const Settings = z.strictObject({
  /** IDs of the statuses in which an order is sent: 9 Awaiting Shipment, 11 Awaiting Fulfillment. */
  shipStatuses: z._default(z.array(StatusId), [9, 11]),
  /** Payment methods that are cash on delivery, as the order names them, beside those known by their words. */
  cashOnDelivery: z._default(Names, []),
  /** Payment methods whose orders are tests. */
  testPaymentMethods: z._default(Names, ["Test Payment Gateway"]),
  /** Whether `total_inc_tax` is the sum before store credit and gift certificates. The documents do not say. */
  totalIncludesCredit: z._default(z.boolean(), true),
  /** How much earlier than asked a search for changed orders begins: the list may lag. */
  listOverlap: z._default(Duration, 10 * 60_000),
});
export type Settings = z.infer<typeof Settings>;
