import * as z from "zod/mini";
import { Count } from "../../../shared/connector/list-schema.ts";
import { Amount, Flag, Id, lenient, list, maybe, Text } from "../../../shared/connector/loose-schema.ts";
import { plainText } from "../../../shared/connector/plain-text.ts";
import { divide } from "../../../shared/decimal.ts";

const Digits = z.pipe(
  z.union([z.int(), z.string().check(z.regex(/^-?\d{1,30}$/, "is not a whole number"))]),
  z.transform((amount) => String(amount)),
);

/** 18,080 of a divisor of 100 are 180.80. A divisor that is no power of ten is refused: no currency has one. */
export const Money = z.pipe(
  z.object({
    amount: Digits,
    divisor: z.int().check(z.refine((divisor) => /^10*$/.test(String(divisor)), "is not 1, 10, 100 …")),
    currency_code: z.string(),
  }),
  z.transform(({ amount, divisor, currency_code }) => ({
    value: divide(amount, String(divisor), String(divisor).length - 1),
    currency: currency_code,
  })),
);

/** The year 9999. */
const LAST_SECOND = 253_402_300_799;

/** Seconds since the epoch. */
const Seconds = z.pipe(
  z.int().check(z.minimum(1), z.maximum(LAST_SECOND)),
  z.transform((seconds) => new Date(seconds * 1000).toISOString()),
);
/** A time that an order can do without. */
const MaybeSeconds = lenient(Seconds);

/** Sellers' and buyers' texts, in which Etsy writes `&#39;` for `'`. */
const Prose = z.pipe(Text, z.transform(plainText));

const Variation = z.object({
  property_id: lenient(Id),
  /** Null for a personalisation. */
  value_id: lenient(Id),
  /** Of the newer personalisations, which may have several questions. */
  question_id: lenient(Id),
  formatted_name: Prose,
  formatted_value: Prose,
});
export type Variation = z.infer<typeof Variation>;

const PropertyValue = z.object({ property_id: lenient(Id), value_ids: list(Id) });
export type PropertyValue = z.infer<typeof PropertyValue>;

const Transaction = z.object({
  transaction_id: Id,
  listing_id: maybe(Id),
  /** Each change of a listing's inventory gives its products new IDs. */
  product_id: maybe(Id),
  /** Most are "". */
  sku: Text,
  title: Prose,
  quantity: Count,
  /** Of one piece. */
  price: maybe(Money),
  /** What the shop's coupon took off. */
  shop_coupon: maybe(Amount),
  is_digital: Flag,
  /** What was chosen, personalisations included. */
  variations: list(Variation),
  /** The product's own properties. */
  product_data: list(PropertyValue),
  paid_timestamp: MaybeSeconds,
  shipped_timestamp: MaybeSeconds,
  expected_ship_date: MaybeSeconds,
  shipping_method: Prose,
  shipping_upgrade: Prose,
});
export type Transaction = z.infer<typeof Transaction>;

const Refund = z.object({ amount: maybe(Money), created_timestamp: MaybeSeconds, status: Text });
export type Refund = z.infer<typeof Refund>;

/** What says how far a receipt has come. Each time is there twice; the names with a `d` are the newer ones. */
const state = {
  receipt_id: Id,
  status: Text,
  created_timestamp: maybe(Seconds),
  create_timestamp: maybe(Seconds),
  updated_timestamp: maybe(Seconds),
  update_timestamp: maybe(Seconds),
  refunds: list(Refund),
};

/** What we read of a ShopReceipt, which is an order. https://developers.etsy.com/documentation/reference */
export const Receipt = z.object({
  ...state,
  /** 1: of a Pattern site. */
  receipt_type: lenient(z.number()),
  buyer_user_id: lenient(Id),
  /** Null unless Etsy granted the app to see it. */
  buyer_email: Text,
  name: Prose,
  first_line: Prose,
  second_line: Prose,
  city: Prose,
  state: Prose,
  zip: Text,
  country_iso: Text,
  payment_method: Text,
  message_from_buyer: Prose,
  is_paid: Flag,
  is_shipped: Flag,
  is_gift: Flag,
  gift_message: Prose,
  gift_sender: Prose,
  grandtotal: Money,
  subtotal: maybe(Money),
  total_shipping_cost: maybe(Money),
  total_tax_cost: maybe(Money),
  total_vat_cost: maybe(Money),
  discount_amt: maybe(Money),
  gift_wrap_price: maybe(Money),
  /** Parcels; they do not say which lines are in them. */
  shipments: list(z.unknown()),
  transactions: list(Transaction),
});
export type Receipt = z.infer<typeof Receipt>;

/** A row of `GET …/receipts`, read for its state alone: each order is fetched. */
const ReceiptRow = z.object(state);
export type ReceiptRow = z.infer<typeof ReceiptRow>;

export const ReceiptPage = z.object({ count: Count, results: z.array(ReceiptRow) });
export type ReceiptPage = z.infer<typeof ReceiptPage>;

/** `GET /listings/{listing_id}/inventory` */
export const Inventory = z.object({
  products: list(z.object({ product_id: Id, sku: Text, is_deleted: Flag, property_values: list(PropertyValue) })),
});
export type Inventory = z.infer<typeof Inventory>;

/** https://developers.etsy.com/documentation/essentials/authentication */
export const TokenAnswer = z.object({
  access_token: z.string().check(z.minLength(1)),
  /** Seconds. */
  expires_in: z.number().check(z.positive()),
  refresh_token: z.string().check(z.minLength(1)),
});

/** `POST /scopes`: what a token is allowed. */
export const ScopesAnswer = z.object({ scopes: z.array(z.string()) });
/** `GET /users/me` */
export const UserAnswer = z.object({ shop_id: maybe(Id) });

/** `invalid_token`, `insufficient_scope`, or a sentence. */
export const ErrorBody = z.object({ error: Text, error_description: Text });
