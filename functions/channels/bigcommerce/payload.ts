import * as z from "zod/mini";
import { Count } from "../../../shared/connector/list-schema.ts";
import { Amount, Flag, Id, lenient, list, maybe, NameValues, Text } from "../../../shared/connector/loose-schema.ts";
import { Rfc2822Time } from "./rfc-2822-time.ts";

/** Where BigCommerce has no ID (a guest, a product that is not in the catalogue) it writes 0. */
const MaybeId = lenient(
  z.pipe(
    Id,
    z.transform((id) => (id === "0" ? undefined : id)),
  ),
);

/** `19.9900` as `19.99`: four decimals are BigCommerce's way of writing, and cents stay. */
const Money = maybe(
  z.pipe(
    Amount,
    z.transform((amount) => amount.replace(/(\.\d\d)0+$/, "$1")),
  ),
);

const address = {
  first_name: Text,
  last_name: Text,
  company: Text,
  street_1: Text,
  street_2: Text,
  city: Text,
  state: Text,
  zip: Text,
  country: Text,
  country_iso2: Text,
  phone: Text,
  email: Text,
  /** The store's own fields of its address forms. */
  form_fields: z.optional(NameValues),
};
const BillingAddress = z.object(address);
export type BillingAddress = z.infer<typeof BillingAddress>;

/** https://developer.bigcommerce.com/docs/rest-management/orders/order-shipping-addresses */
export const ShippingAddress = z.object({ ...address, id: Id, shipping_method: Text });
export type ShippingAddress = z.infer<typeof ShippingAddress>;

/** https://developer.bigcommerce.com/docs/rest-management/orders/order-products */
export const OrderProduct = z.object({
  id: Id,
  product_id: MaybeId,
  variant_id: MaybeId,
  /** Of the shipping address it goes to; none if it is a download, a gift certificate or picked up. */
  order_address_id: MaybeId,
  /** Only of an item that the buyer picks up. */
  order_pickup_method_id: MaybeId,
  name: Text,
  sku: Text,
  /** `physical`, `digital` or `giftcertificate`. */
  type: Text,
  price_ex_tax: Money,
  price_inc_tax: Money,
  /** Of the whole line. */
  total_tax: Money,
  quantity: Count,
  quantity_shipped: maybe(Count),
  quantity_refunded: maybe(Count),
  is_refunded: Flag,
  wrapping_name: Text,
  wrapping_message: Text,
  event_name: Text,
  event_date: Text,
  brand: Text,
  /** Of the line and of the order, which BigCommerce spreads over its lines. */
  applied_discounts: list(z.object({ amount: Money })),
  product_options: list(z.object({ display_name: Text, display_value: Text, value: Text, type: Text })),
  configurable_fields: z.optional(NameValues),
});
export type OrderProduct = z.infer<typeof OrderProduct>;

/** https://developer.bigcommerce.com/docs/rest-management/orders/order-coupons */
export const OrderCoupon = z.object({ id: Id, code: Text });
export type OrderCoupon = z.infer<typeof OrderCoupon>;

/** Amounts are in `default_currency_code`. https://developer.bigcommerce.com/docs/rest-management/orders */
export const V2Order = z.object({
  id: Id,
  status_id: Count,
  /** `status` is BigCommerce's name of it. */
  status: Text,
  payment_status: Text,
  /** Archived by the store's staff. */
  is_deleted: Flag,
  date_created: Rfc2822Time,
  date_modified: Rfc2822Time,
  customer_id: MaybeId,
  customer_locale: Text,
  customer_message: Text,
  ip_address: Text,
  ip_address_v6: Text,
  billing_address: maybe(BillingAddress),
  is_tax_inclusive_pricing: Flag,
  subtotal_ex_tax: Money,
  subtotal_inc_tax: Money,
  shipping_cost_ex_tax: Money,
  shipping_cost_inc_tax: Money,
  total_inc_tax: Money,
  total_tax: Money,
  discount_amount: Money,
  coupon_discount: Money,
  store_credit_amount: Money,
  gift_certificate_amount: Money,
  refunded_amount: Money,
  /** What was charged. */
  default_currency_code: Text,
  /** What the buyer saw. */
  currency_code: Text,
  payment_method: Text,
});
export type V2Order = z.infer<typeof V2Order>;

/** A row of `GET /v2/orders`. */
export const ListedOrder = z.object({ id: Id, status: Text, date_modified: Rfc2822Time });

/** An order with its sub-resources, each read to its last page. */
export interface WholeOrder {
  order: V2Order;
  products: readonly OrderProduct[];
  addresses: readonly ShippingAddress[];
  coupons: readonly OrderCoupon[];
}
