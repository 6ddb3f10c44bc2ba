import * as z from "zod/mini";
import { Count } from "../../../shared/connector/list-schema.ts";
import { Amount, Flag, Id, lenient, list, maybe, Text, Time } from "../../../shared/connector/loose-schema.ts";

/** A text; by the API's description an object that has it. */
const Currency = z.union([
  z.string(),
  z.pipe(
    z.object({ currencyCode: z.string() }),
    z.transform(({ currencyCode }) => currencyCode),
  ),
]);

/** The value is a number in the API's description, and a text in its answers. */
const Money = z.object({ value: Amount, currency: Currency });

const Address = z.object({
  firstName: Text,
  lastName: Text,
  address1: Text,
  address2: Text,
  city: Text,
  /** `TX`, or a name. */
  state: Text,
  countryCode: Text,
  postalCode: Text,
  phone: Text,
});
export type SiteAddress = z.infer<typeof Address>;

const FormItem = z.object({ label: Text, value: Text });
export type FormItem = z.infer<typeof FormItem>;

const LineItem = z.object({
  id: Id,
  /** Null for downloads. */
  sku: Text,
  productId: Text,
  variantId: Text,
  productName: Text,
  quantity: Count,
  /** Of one unit, before the order's discounts. */
  unitPricePaid: maybe(Money),
  variantOptions: list(z.object({ optionName: Text, value: Text })),
  /** What the buyer wrote into the product's own form. */
  customizations: list(FormItem),
  lineItemType: Text,
});
export type LineItem = z.infer<typeof LineItem>;

const ShippingLine = z.object({ method: Text, amount: maybe(Money) });

/** What we read of the Order. https://developers.squarespace.com/commerce-apis/orders-overview */
export const SiteOrder = z.object({
  id: Id,
  orderNumber: Text,
  createdOn: Time,
  modifiedOn: Time,
  /** `web`, `pos` or `external`. */
  channel: Text,
  /** Of the other system that an external order comes from. */
  channelName: Text,
  testmode: Flag,
  customerId: Text,
  customerEmail: Text,
  billingAddress: lenient(z.nullable(Address)),
  shippingAddress: maybe(Address),
  paymentState: Text,
  fulfillmentStatus: Text,
  lineItems: list(LineItem),
  shippingLines: list(ShippingLine),
  shippingOptionName: Text,
  shippingOptionServiceType: Text,
  discountLines: list(z.object({ promoCode: Text })),
  formSubmission: list(FormItem),
  /** Parcels; they do not say which lines are in them. */
  fulfillments: list(z.unknown()),
  subtotal: maybe(Money),
  shippingTotal: maybe(Money),
  discountTotal: maybe(Money),
  taxTotal: maybe(Money),
  refundedTotal: maybe(Money),
  grandTotal: Money,
  /** `INCLUSIVE` or `EXCLUSIVE`. */
  priceTaxInterpretation: Text,
});
export type SiteOrder = z.infer<typeof SiteOrder>;

/** A page of `GET /orders`. Its rows are read for what they say of the time alone: each order is fetched. */
export const OrderPage = z.object({
  result: z.array(z.object({ id: Id, modifiedOn: Time, fulfillmentStatus: Text, paymentState: Text })),
  pagination: z.object({ hasNextPage: z.boolean(), nextPageCursor: maybe(z.string()) }),
});
export type OrderPage = z.infer<typeof OrderPage>;

/** Seconds since the epoch, with a fraction, as text: `1541006760.123`. */
const Seconds = z.pipe(
  z.union([z.string().check(z.regex(/^\d{9,11}(?:\.\d+)?$/, "is not a time in seconds")), z.number()]),
  z.transform((seconds) => Math.floor(Number(seconds) * 1000)),
);

/** https://developers.squarespace.com/oauth */
export const TokenAnswer = z.object({
  access_token: z.string().check(z.minLength(1)),
  access_token_expires_at: Seconds,
  refresh_token: z.string().check(z.minLength(1)),
  refresh_token_expires_at: Seconds,
});
