import * as z from "zod/mini";
import {
  Amount,
  Flag,
  Id,
  lenient,
  list,
  maybe,
  NameValues,
  Text,
  Time,
} from "../../../shared/connector/loose-schema.ts";

/** A whole number, as a number or as text. */
const Quantity = z.pipe(
  z.union([z.int().check(z.minimum(0)), z.string().check(z.regex(/^\d{1,9}$/))]),
  z.transform(Number),
);

/** "", null and Go's year 1 are none; any other text must be a time. */
const MaybeTime = z.pipe(
  z.transform((given) => (given === "" || (typeof given === "string" && given.startsWith("0001-")) ? null : given)),
  maybe(Time),
);

/** An amount; "" is none. */
const MaybeAmount = z.pipe(
  z.transform((given) => (given === "" ? null : given)),
  maybe(Amount),
);

const LineItem = z.object({
  id: Id,
  product_id: lenient(Id),
  variant_id: lenient(Id),
  sku: Text,
  quantity: Quantity,
  product_title: Text,
  variant_title: Text,
  vendor: Text,
  price: MaybeAmount,
  compare_at_price: MaybeAmount,
  /** Of the whole line, after its discount. */
  total: MaybeAmount,
  properties: z.optional(NameValues),
  custom_properties: z.optional(NameValues),
  requires_shipping: Flag,
  fulfillment_status: Text,
  /** Pieces that were refunded: 2022-01. */
  refund_quantity: maybe(Quantity),
  /** Pieces that were refunded: since 2025-06. */
  refund_quantity_total: maybe(Quantity),
});
export type LineItem = z.infer<typeof LineItem>;

const Address = z.object({
  name: Text,
  first_name: Text,
  last_name: Text,
  company: Text,
  address1: Text,
  address2: Text,
  area: Text,
  city: Text,
  province: Text,
  province_code: Text,
  zip: Text,
  country: Text,
  country_code: Text,
  phone: Text,
  email: Text,
  latitude: lenient(Amount),
  longitude: lenient(Amount),
  cpf: Text,
  extra_info: lenient(z.object({ cpf: Text })),
});
export type ShopAddress = z.infer<typeof Address>;

const Fulfilment = z.object({
  status: Text,
  line_items: list(
    z.object({
      id: lenient(Id),
      /** 2022-01. */
      shipping_quantity: lenient(Quantity),
      /** Since 2025-06. */
      ship_quantity: lenient(Quantity),
    }),
  ),
});
export type Fulfilment = z.infer<typeof Fulfilment>;

/** The fields that show whose order it is. Their shape must not make an order unreadable. */
export const Marks = z.object({
  tags: lenient(z.union([z.string(), z.array(z.string())])),
  note: lenient(z.string()),
});
export type Marks = z.infer<typeof Marks>;

/** Must be there: an event that leaves lines out is fetched. Go writes an empty list as null. */
const LineItems = z.pipe(
  z.transform((given) => (given === null ? [] : given)),
  z.array(LineItem),
);

/**
 * The order as webhooks carry it and the API shows it, 2022-01 to 2026-07: what we read of it. 2022-01 writes some amounts
 * as JSON numbers. https://www.shoplazza.dev/reference/order-details-2
 */
export const ShopOrder = z.object({
  id: Id,
  number: Text,
  status: Text,
  financial_status: Text,
  fulfillment_status: Text,
  created_at: Time,
  updated_at: Time,
  placed_at: MaybeTime,
  /** 2022-01. */
  canceled_at: MaybeTime,
  /** 2026-01. */
  cancelled_at: MaybeTime,
  deleted_at: MaybeTime,
  currency: z.string(),
  sub_total: MaybeAmount,
  total_discount: MaybeAmount,
  total_tax: MaybeAmount,
  total_shipping: MaybeAmount,
  total_price: MaybeAmount,
  total_paid: MaybeAmount,
  /** Of all refunds so far. */
  total_refund_price: MaybeAmount,
  product_tax_included: Flag,
  config: lenient(z.object({ product_tax_included: Flag })),
  discount_code: Text,
  payment_method: Text,
  payment_line: lenient(z.nullable(z.object({ payment_channel: Text, payment_method: Text }))),
  shipping_line: lenient(z.nullable(z.object({ name: Text, shipping_name: Text, desc: Text }))),
  customer_note: Text,
  ...Marks.shape,
  browser_ip: Text,
  customer: lenient(
    z.nullable(z.object({ id: lenient(Id), email: Text, first_name: Text, last_name: Text, phone: Text })),
  ),
  shipping_address: maybe(Address),
  billing_address: lenient(z.nullable(Address)),
  line_items: LineItems,
  fulfillments: list(Fulfilment),
});
export type ShopOrder = z.infer<typeof ShopOrder>;
