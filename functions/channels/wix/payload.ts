import * as z from "zod/mini";
import { Count } from "../../../shared/connector/list-schema.ts";
import { Amount, Id, lenient, list, maybe, Text, Time } from "../../../shared/connector/loose-schema.ts";

/** `{amount: "215.66", formattedAmount: "$215.66"}` */
const Money = maybe(z.object({ amount: Amount }));
/** In the shop's language, and in the buyer's. */
const Translated = lenient(z.object({ original: Text, translated: Text }));

const VatId = lenient(z.object({ id: Text, type: Text }));

/** https://dev.wix.com/docs/rest/business-solutions/e-commerce/orders/orders/order-object */
const Address = z.object({
  country: Text,
  /** ISO 3166-2: `US-NY`. */
  subdivision: Text,
  subdivisionFullname: Text,
  city: Text,
  postalCode: Text,
  /** The first line. Some versions name it `addressLine1`. */
  addressLine: Text,
  addressLine1: Text,
  addressLine2: Text,
  streetAddress: lenient(z.object({ number: Text, name: Text, apt: Text })),
  location: lenient(z.object({ latitude: Amount, longitude: Amount })),
});

const Contact = z.object({ firstName: Text, lastName: Text, phone: Text, company: Text, vatId: VatId });
export type Contact = z.infer<typeof Contact>;

const AddressWithContact = z.object({ address: maybe(Address), contactDetails: maybe(Contact) });
export type AddressWithContact = z.infer<typeof AddressWithContact>;

/** `customTextFields` are what the buyer wrote, by the question. */
const CatalogReference = z.object({
  catalogItemId: Text,
  appId: Text,
  options: lenient(z.object({ variantId: Text, customTextFields: lenient(z.record(z.string(), z.unknown())) })),
});

const TaxDetails = maybe(z.object({ taxRate: lenient(Amount), totalTax: Money }));

const LineItem = z.object({
  id: Id,
  productName: Translated,
  catalogReference: maybe(CatalogReference),
  quantity: Count,
  refundQuantity: maybe(Count),
  /** Of one unit; `priceBeforeDiscounts` where an order's own discount is taken off it. */
  price: Money,
  priceBeforeDiscounts: Money,
  /** Of the catalogue, before a sale price. */
  fullPrice: Money,
  /** Of the whole line. */
  totalDiscount: Money,
  taxDetails: TaxDetails,
  descriptionLines: list(
    z.object({
      name: Translated,
      plainText: Translated,
      plainTextValue: Translated,
      colorInfo: Translated,
      color: Text,
    }),
  ),
  physicalProperties: maybe(z.object({ sku: Text, shippable: maybe(z.boolean()) })),
  itemType: lenient(z.object({ preset: Text, custom: Text })),
  /** The service that ships it; none if the shop does. */
  fulfillerId: Text,
});
export type LineItem = z.infer<typeof LineItem>;

const ShippingInfo = z.object({
  code: Text,
  title: Text,
  logistics: maybe(
    z.object({
      instructions: Text,
      deliveryTimeSlot: lenient(z.object({ from: Time, to: Time })),
      shippingDestination: maybe(AddressWithContact),
      pickupDetails: maybe(z.object({ address: maybe(Address), pickupMethod: Text })),
    }),
  ),
  cost: maybe(z.object({ price: Money, discount: Money, taxDetails: TaxDetails })),
});
export type ShippingInfo = z.infer<typeof ShippingInfo>;

/** An order, as the API shows it and events carry it. */
export const WixOrder = z.object({
  id: Id,
  number: Text,
  createdDate: Time,
  updatedDate: Time,
  status: Text,
  paymentStatus: Text,
  fulfillmentStatus: Text,
  lineItems: list(LineItem),
  buyerInfo: maybe(z.object({ contactId: Text, email: Text })),
  buyerLanguage: Text,
  buyerNote: Text,
  billingInfo: maybe(AddressWithContact),
  /** Who gets it, where nothing is shipped. */
  recipientInfo: maybe(AddressWithContact),
  shippingInfo: maybe(ShippingInfo),
  currency: z.string(),
  taxIncludedInPrices: lenient(z.boolean()),
  /** `subtotal` is that of the lines before `discount`. */
  priceSummary: maybe(
    z.object({ subtotal: Money, discount: Money, tax: Money, total: Money, totalPrice: Money, shipping: Money }),
  ),
  balanceSummary: maybe(z.object({ balance: Money, refunded: Money })),
  appliedDiscounts: list(z.object({ coupon: lenient(z.object({ code: Text })) })),
  activities: list(z.object({ type: Text, createdDate: lenient(Time) })),
  customFields: list(z.object({ title: Text, value: z.optional(z.unknown()) })),
  channelInfo: lenient(z.object({ type: Text, externalOrderId: Text })),
});
export type WixOrder = z.infer<typeof WixOrder>;

/** An order with what other calls say of it. */
export interface WholeOrder {
  order: WixOrder;
  /** Pieces that were shipped, by line ID. Undefined where nothing says it. */
  shipped?: ReadonlyMap<string, number> | undefined;
  /** SKUs from the catalogue, by line ID. */
  skus?: ReadonlyMap<string, string> | undefined;
  /** Why an SKU is missing, where it could not be looked up. */
  unreadCatalog?: string | undefined;
}

/** `GET /ecom/v1/orders/{id}` */
export const OrderAnswer = z.object({ order: WixOrder });

/** `GET /ecom/v1/fulfillments/orders/{id}` */
export const FulfilmentsAnswer = z.object({
  orderWithFulfillments: z.object({
    fulfillments: list(z.object({ lineItems: list(z.object({ id: Id, quantity: maybe(Count) })) })),
  }),
});

const Cursors = lenient(
  z.object({ cursors: lenient(z.object({ next: Text })), hasNext: lenient(z.nullable(z.boolean())) }),
);

/** A page of `POST /ecom/v1/orders/search`. Programs that call it find the cursor in one place or the other. */
export const OrderPage = z.object({
  orders: list(z.object({ id: Id, updatedDate: Time, status: Text, paymentStatus: Text, fulfillmentStatus: Text })),
  metadata: Cursors,
  pagingMetadata: Cursors,
});
export type OrderPage = z.infer<typeof OrderPage>;

/** `POST /oauth2/token` */
export const TokenAnswer = z.object({
  access_token: z.string().check(z.minLength(1)),
  /** Seconds. */
  expires_in: z.number().check(z.minimum(1)),
});
