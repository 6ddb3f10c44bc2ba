import * as z from "zod/mini";
import { fractionDigits } from "../../../shared/connector/fraction-digits.ts";
import { Count } from "../../../shared/connector/list-schema.ts";
import { Id, lenient, list, maybe, Text, Time } from "../../../shared/connector/loose-schema.ts";
import { isDecimal, multiply } from "../../../shared/decimal.ts";

/** `{ "amount": 3000, "currency": "USD" }`: in the currency's smallest unit. It becomes 30.00. */
const Money = z.pipe(
  z.object({
    amount: z.union([z.int(), z.string().check(z.regex(/^-?\d{1,18}$/, "is not a whole number"))]),
    currency: z.string().check(z.regex(/^[A-Z]{3}$/, "is not an ISO 4217 currency")),
  }),
  z.transform(({ amount, currency }) => ({
    value: multiply(String(amount), `1e-${fractionDigits(currency)}`),
    currency,
  })),
);
const MaybeMoney = maybe(Money);

/** A decimal as text: `"2"`, `"0.75"` of what is sold by weight. */
const Quantity = z.string().check(z.regex(/^\d{1,9}(?:\.\d{1,9})?$/, "is not a quantity"));
const Percentage = lenient(z.string().check(z.refine(isDecimal)));

const Address = z.object({
  address_line_1: Text,
  address_line_2: Text,
  address_line_3: Text,
  locality: Text,
  sublocality: Text,
  /** Of the United States the state's code. */
  administrative_district_level_1: Text,
  postal_code: Text,
  country: Text,
  first_name: Text,
  last_name: Text,
});
export type SquareAddress = z.infer<typeof Address>;

const Recipient = z.object({
  customer_id: Text,
  display_name: Text,
  email_address: Text,
  phone_number: Text,
  address: maybe(Address),
});
export type Recipient = z.infer<typeof Recipient>;

const Fulfilment = z.object({
  /** `SHIPMENT`, `PICKUP`, `DELIVERY` or `IN_STORE`. */
  type: Text,
  state: Text,
  /** `ALL` lines of the order, the default, or those in `entries`. */
  line_item_application: Text,
  entries: list(z.object({ line_item_uid: Id, quantity: Quantity })),
  shipment_details: maybe(
    z.object({
      recipient: maybe(Recipient),
      carrier: Text,
      shipping_note: Text,
      shipping_type: Text,
      expected_shipped_at: Text,
    }),
  ),
  pickup_details: maybe(z.object({ recipient: maybe(Recipient), pickup_at: Text, note: Text })),
  delivery_details: maybe(z.object({ recipient: maybe(Recipient), deliver_at: Text, note: Text })),
});
export type Fulfilment = z.infer<typeof Fulfilment>;

const LineItem = z.object({
  uid: Id,
  name: Text,
  variation_name: Text,
  note: Text,
  quantity: Quantity,
  /** `ITEM`, `CUSTOM_AMOUNT` or `GIFT_CARD`. */
  item_type: Text,
  /** None of an amount that was typed in. */
  catalog_object_id: Text,
  catalog_version: Text,
  modifiers: list(
    z.object({ name: Text, quantity: Text, base_price_money: MaybeMoney, total_price_money: MaybeMoney }),
  ),
  applied_taxes: list(z.object({ tax_uid: Text, applied_money: MaybeMoney })),
  /** Of one unit, without modifiers. */
  base_price_money: MaybeMoney,
  /** Of all units, without modifiers. */
  variation_total_price_money: MaybeMoney,
  total_discount_money: MaybeMoney,
});
export type LineItem = z.infer<typeof LineItem>;

/** One way of payment says in its details how far it has come; others say nothing. */
const Details = maybe(z.object({ status: Text }));
const Tender = z.object({
  type: Text,
  payment_id: Text,
  created_at: Text,
  amount_money: MaybeMoney,
  card_details: Details,
  bank_account_details: Details,
  buy_now_pay_later_details: Details,
  square_account_details: Details,
});
export type Tender = z.infer<typeof Tender>;

const Return = z.object({
  /** The order that was sold; none if the till did not know it. */
  source_order_id: Text,
  return_line_items: list(z.object({ source_line_item_uid: Text, quantity: Quantity, item_type: Text })),
});

/** What we read of the Order. https://developer.squareup.com/reference/square/objects/Order */
export const SquareOrder = z.object({
  id: Id,
  location_id: Text,
  reference_id: Text,
  ticket_name: Text,
  /** Of the application that placed it: `Square Online`. */
  source: maybe(z.object({ name: Text })),
  customer_id: Text,
  /** `OPEN`, `COMPLETED`, `CANCELED` or `DRAFT`. */
  state: Text,
  /** Missing of orders that were not placed by the API. */
  version: maybe(Count),
  created_at: Time,
  updated_at: Time,
  closed_at: Text,
  line_items: list(LineItem),
  taxes: list(z.object({ uid: Text, name: Text, type: Text, percentage: Percentage })),
  discounts: list(z.object({ name: Text })),
  service_charges: list(z.object({ name: Text, applied_money: MaybeMoney, amount_money: MaybeMoney })),
  fulfillments: list(Fulfilment),
  tenders: list(Tender),
  returns: list(Return),
  metadata: lenient(z.record(z.string(), z.nullable(z.string()))),
  total_money: MaybeMoney,
  total_tax_money: MaybeMoney,
  total_discount_money: MaybeMoney,
  net_amount_due_money: MaybeMoney,
});
export type SquareOrder = z.infer<typeof SquareOrder>;

export const OrderAnswer = z.object({ order: SquareOrder });

/** Square leaves out what is empty. Orders that it does not know are missing too. */
export const OrdersAnswer = z.object({ orders: list(SquareOrder) });

/** A page of a search, read for what it says of the time alone: each order is fetched. */
export const SearchPage = z.object({
  orders: list(
    z.object({
      id: Id,
      updated_at: Time,
      state: Text,
      line_items: list(z.unknown()),
      returns: list(z.object({ source_order_id: Text })),
    }),
  ),
  cursor: Text,
});
export type SearchPage = z.infer<typeof SearchPage>;

/** https://developer.squareup.com/reference/square/objects/CatalogObject */
export const CatalogAnswer = z.object({
  objects: list(z.object({ id: Id, item_variation_data: maybe(z.object({ item_id: Text, sku: Text })) })),
  related_objects: list(z.object({ id: Id, item_data: maybe(z.object({ product_type: Text })) })),
});

/** https://developer.squareup.com/reference/square/objects/Payment */
const Payment = z.object({
  id: Id,
  /** `APPROVED`, `PENDING`, `COMPLETED`, `CANCELED` or `FAILED`. */
  status: Text,
  refund_ids: list(Id),
  buyer_email_address: Text,
  billing_address: maybe(Address),
});
export type Payment = z.infer<typeof Payment>;
export const PaymentAnswer = z.object({ payment: Payment });

/** https://developer.squareup.com/reference/square/objects/PaymentRefund */
const Refund = z.object({
  id: Id,
  /** `PENDING`, `COMPLETED`, `REJECTED` or `FAILED`. */
  status: Text,
  amount_money: Money,
  /** The order of the return, not the one that was sold. */
  order_id: Text,
  created_at: Text,
  updated_at: Text,
});
export type Refund = z.infer<typeof Refund>;
export const RefundAnswer = z.object({ refund: Refund });

export const LocationsAnswer = z.object({ locations: list(z.object({ id: Id })) });

/** https://developer.squareup.com/reference/square/oauth-api/obtain-token */
export const TokenAnswer = z.object({
  access_token: z.string().check(z.minLength(1)),
  expires_at: Time,
  merchant_id: Text,
  refresh_token: lenient(z.string().check(z.minLength(1))),
});

/** https://developer.squareup.com/reference/square/oauth-api/retrieve-token-status */
export const TokenStatus = z.object({ scopes: maybe(z.array(z.string())), merchant_id: Text });

/** An order with what its own object does not show. */
export interface WholeOrder {
  order: SquareOrder;
  /** By the ID of the catalog object. */
  products: ReadonlyMap<string, CatalogProduct>;
  payments: readonly Payment[];
  /** Those that were not refused. */
  refunds: readonly Refund[];
  /** The orders that the refunds made, which say what goes back. */
  returnOrders: readonly SquareOrder[];
}

/** What the catalog says of a product that is sold. */
export interface CatalogProduct {
  sku: string | undefined;
  itemId: string | undefined;
  /** `REGULAR`, `DIGITAL`, `APPOINTMENTS_SERVICE` … */
  type: string | undefined;
}
