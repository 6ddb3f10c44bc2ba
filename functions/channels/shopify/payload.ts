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

const Money = z.object({ amount: maybe(Amount), currency_code: Text });
const MoneySet = maybe(z.object({ shop_money: maybe(Money), presentment_money: maybe(Money) }));
const Rate = lenient(Amount);

const TaxLine = z.object({ title: Text, rate: Rate, price: maybe(Amount), price_set: MoneySet });
const Allocation = z.object({ amount: maybe(Amount), amount_set: MoneySet });

const LineItem = z.object({
  id: Id,
  sku: Text,
  quantity: z.int().check(z.minimum(0)),
  /**
   * Without what was refunded or removed; since version 2024-01.
   * https://shopify.dev/changelog/addition-of-lineitem-current_quantity-on-admin-rest-api
   */
  current_quantity: maybe(z.int()),
  fulfillable_quantity: maybe(z.int()),
  fulfillment_status: Text,
  product_id: maybe(Id),
  variant_id: maybe(Id),
  title: Text,
  name: Text,
  variant_title: Text,
  vendor: Text,
  price: maybe(Amount),
  price_set: MoneySet,
  /** `manual` (the shop itself) or the handle of a service. */
  fulfillment_service: Text,
  total_discount: maybe(Amount),
  total_discount_set: MoneySet,
  discount_allocations: list(Allocation),
  tax_lines: list(TaxLine),
  properties: z.optional(NameValues),
  requires_shipping: Flag,
  gift_card: Flag,
  /** Present on the line of a tip. */
  tip: z.optional(z.unknown()),
});
export type LineItem = z.infer<typeof LineItem>;

/** Must be there: an event that leaves fields out is unreadable. null and {}, as PHP writes it, are an empty list. */
const LineItems = z.pipe(
  z.transform((given) => (given === undefined ? given : (z.safeParse(list(z.unknown()), given).data ?? given))),
  z.array(LineItem),
);

const Address = z.object({
  name: Text,
  first_name: Text,
  last_name: Text,
  company: Text,
  address1: Text,
  address2: Text,
  city: Text,
  province: Text,
  province_code: Text,
  zip: Text,
  country_code: Text,
  /** Its name. */
  country: Text,
  phone: Text,
  latitude: lenient(Amount),
  longitude: lenient(Amount),
});
export type RestAddress = z.infer<typeof Address>;

const ShippingLine = z.object({
  title: Text,
  code: Text,
  delivery_category: Text,
  price: maybe(Amount),
  price_set: MoneySet,
  discounted_price: maybe(Amount),
  discounted_price_set: MoneySet,
  discount_allocations: list(Allocation),
  tax_lines: list(TaxLine),
  is_removed: Flag,
});
export type ShippingLine = z.infer<typeof ShippingLine>;

const QuantityOfLine = z.object({ id: maybe(Id), line_item_id: maybe(Id), quantity: maybe(z.int()) });

const Refund = z.object({
  refund_line_items: list(z.object({ ...QuantityOfLine.shape, restock_type: Text })),
  transactions: list(z.object({ kind: Text, status: Text, amount: maybe(Amount), currency: Text })),
});
export type Refund = z.infer<typeof Refund>;

const Fulfilment = z.object({ status: Text, line_items: list(QuantityOfLine) });
export type Fulfilment = z.infer<typeof Fulfilment>;

const LocalizedField = z.object({ key: Text, value: Text });

/**
 * The Order of the REST Admin API, 2023-01 to 2026-04, as webhooks carry it: what we read of it.
 * https://shopify.dev/docs/api/admin-rest/latest/resources/order#resource-object
 */
export const RestOrder = z.object({
  id: Id,
  name: Text,
  order_number: Text,
  created_at: Time,
  processed_at: maybe(Time),
  updated_at: Time,
  cancelled_at: maybe(Time),
  test: Flag,
  currency: z.string(),
  presentment_currency: Text,
  financial_status: maybe(z.string()),
  fulfillment_status: Text,
  email: Text,
  contact_email: Text,
  phone: Text,
  customer_locale: Text,
  browser_ip: Text,
  client_details: lenient(z.object({ browser_ip: Text })),
  note: Text,
  note_attributes: z.optional(NameValues),
  tags: Text,
  subtotal_price: maybe(Amount),
  subtotal_price_set: MoneySet,
  total_discounts: maybe(Amount),
  total_discounts_set: MoneySet,
  total_tax: maybe(Amount),
  total_tax_set: MoneySet,
  total_price: maybe(Amount),
  total_price_set: MoneySet,
  /** Of the total, in the shop's currency. */
  total_outstanding: maybe(Amount),
  taxes_included: Flag,
  discount_codes: list(z.object({ code: Text })),
  payment_gateway_names: list(Text),
  gateway: Text,
  payment_terms: lenient(
    z.nullable(z.object({ payment_schedules: list(z.object({ completed_at: lenient(z.nullable(Time)) })) })),
  ),
  customer: lenient(
    z.nullable(z.object({ id: lenient(z.nullable(Id)), first_name: Text, last_name: Text, email: Text, phone: Text })),
  ),
  billing_address: lenient(z.nullable(Address)),
  shipping_address: maybe(Address),
  line_items: LineItems,
  shipping_lines: list(ShippingLine),
  refunds: maybe(list(Refund)),
  fulfillments: list(Fulfilment),
  localization_extensions: list(LocalizedField),
  localized_fields: list(LocalizedField),
});
export type RestOrder = z.infer<typeof RestOrder>;

type MoneySet = z.infer<typeof MoneySet>;

/** In the shop's currency, in which the plain fields are written too. */
export const inShopMoney = (set: MoneySet, plain: string | null | undefined): string | undefined =>
  set?.shop_money?.amount ?? plain ?? undefined;
