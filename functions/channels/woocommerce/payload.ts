import * as z from "zod/mini";
import { Amount, Flag, Id, lenient, list, maybe, Text } from "../../../shared/connector/loose-schema.ts";

/** WordPress writes "" for an amount that is not there. */
const Money = z.pipe(
  z.transform((given) => (given === "" ? undefined : given)),
  maybe(Amount),
);

/** An ID of something else; 0 if there is none. */
const Reference = z.pipe(
  maybe(Id),
  z.transform((id) => (id === "0" ? undefined : (id ?? undefined))),
);

const Meta = z.object({
  key: Text,
  value: z.optional(z.unknown()),
  /** How the shop shows it: "Color" of `pa_color`. Newer versions. */
  display_key: Text,
  display_value: z.optional(z.unknown()),
});
export type Meta = z.infer<typeof Meta>;
/** Plugins write what they like. No entry makes the others, or the order, unreadable. */
const Metas = z.catch(
  z.pipe(
    list(lenient(Meta)),
    z.transform((entries) => entries.flatMap((entry) => entry ?? [])),
  ),
  [],
);

/** `id` is that of the rate, which `tax_lines` name. */
const LineTax = z.object({ id: Reference, total: Money });

/** Some plugins sell half metres: such a quantity is none of pieces, and unreadable. */
const Pieces = z.pipe(
  z.union([z.int().check(z.minimum(0)), z.string().check(z.regex(/^\d{1,9}(?:\.0+)?$/, "not a whole number"))]),
  z.transform(Number),
);

const LineItem = z.object({
  id: Id,
  name: Text,
  /** Of the product, without the variation. Newer versions. */
  parent_name: Text,
  product_id: Reference,
  variation_id: Reference,
  quantity: Pieces,
  sku: Text,
  /** Before discounts, and after them; of the whole line, always without tax. */
  subtotal: Money,
  subtotal_tax: Money,
  total: Money,
  total_tax: Money,
  taxes: list(LineTax),
  meta_data: Metas,
});
export type LineItem = z.infer<typeof LineItem>;

/** Must be there, even if it is empty. null and {}, as PHP writes it, are an empty list. */
const LineItems = z.pipe(
  z.transform((given) => (given === undefined ? given : (z.safeParse(list(z.unknown()), given).data ?? given))),
  z.array(LineItem),
);

const Address = z.object({
  first_name: Text,
  last_name: Text,
  company: Text,
  address_1: Text,
  address_2: Text,
  city: Text,
  state: Text,
  postcode: Text,
  country: Text,
  email: Text,
  phone: Text,
});
export type RestAddress = z.infer<typeof Address>;

const ShippingLine = z.object({
  method_title: Text,
  method_id: Text,
  total: Money,
  total_tax: Money,
  taxes: list(LineTax),
});
export type ShippingLine = z.infer<typeof ShippingLine>;

const FeeLine = z.object({ id: Id, name: Text, total: Money, total_tax: Money, taxes: list(LineTax) });
export type FeeLine = z.infer<typeof FeeLine>;

/** `rate_percent`: 19 for 19 %. */
const TaxLine = z.object({ rate_id: Reference, label: Text, rate_percent: lenient(z.nullable(Amount)) });
export type TaxLine = z.infer<typeof TaxLine>;

/**
 * The order of wc/v3 (and v2), as webhooks and the API carry it: what we read of it. Times of its own zone have a twin
 * in UTC, `…_gmt`, and neither has a zone in its text.
 * https://woocommerce.github.io/woocommerce-rest-api-docs/#order-properties
 */
export const RestOrder = z.object({
  id: Id,
  number: Text,
  status: z.string().check(z.minLength(1)),
  currency: z.string(),
  date_created: Text,
  date_created_gmt: Text,
  date_modified: Text,
  date_modified_gmt: Text,
  date_paid: Text,
  date_paid_gmt: Text,
  date_completed: Text,
  date_completed_gmt: Text,
  /** Prices were entered with tax. The amounts of the lines are without it all the same. */
  prices_include_tax: Flag,
  discount_total: Money,
  discount_tax: Money,
  total: Money,
  total_tax: Money,
  customer_id: Reference,
  customer_ip_address: Text,
  customer_note: Text,
  billing: lenient(Address),
  shipping: lenient(Address),
  payment_method: Text,
  payment_method_title: Text,
  meta_data: Metas,
  line_items: LineItems,
  tax_lines: list(TaxLine),
  shipping_lines: list(ShippingLine),
  fee_lines: list(FeeLine),
  coupon_lines: list(z.object({ code: Text })),
  /** A summary: their lines are at an address of their own. Amounts are negative. */
  refunds: list(z.object({ id: Id, total: Money })),
});
export type RestOrder = z.infer<typeof RestOrder>;

/**
 * A refund with its lines, whose quantities are negative.
 * https://woocommerce.github.io/woocommerce-rest-api-docs/#order-refund-properties
 */
export const RestRefund = z.object({
  id: Id,
  line_items: list(
    z.object({
      product_id: Reference,
      variation_id: Reference,
      quantity: maybe(z.number()),
      /** `_refunded_item_id` is the ID of the order's line. */
      meta_data: Metas,
    }),
  ),
});
export type RestRefund = z.infer<typeof RestRefund>;
