import * as z from "zod/mini";
import { Count } from "../../../shared/connector/list-schema.ts";
import { Amount, Id, list, maybe, Text, Time } from "../../../shared/connector/loose-schema.ts";

const Money = z.object({
  amount: Amount,
  currencyCode: z.string().check(z.regex(/^[A-Z]{3}$/, "is not an ISO 4217 currency")),
});
const MaybeMoney = maybe(Money);

const Window = maybe(z.object({ earliestDateTime: Text, latestDateTime: Text }));

/** `ITEM`, `SHIPPING`, `GIFT_WRAP`, `COD_FEE`, `TAX`, `DISCOUNT`, `DELIVERY_TIP` or `OTHER`. */
const Breakdown = z.object({
  type: Text,
  subtotal: Money,
  /** Of taxes and discounts: what they are of. */
  detailedBreakdowns: list(z.object({ subtype: Text, value: MaybeMoney })),
});
export type Breakdown = z.infer<typeof Breakdown>;

/** Of a business or a home, or a point where a carrier hands parcels out. */
const Address = z.object({
  name: Text,
  companyName: Text,
  addressLine1: Text,
  addressLine2: Text,
  addressLine3: Text,
  city: Text,
  districtOrCounty: Text,
  stateOrRegion: Text,
  municipality: Text,
  postalCode: Text,
  countryCode: Text,
  phone: Text,
  /** Of Brazil alone. */
  extendedFields: maybe(z.object({ neighborhood: Text })),
});
export type AmazonAddress = z.infer<typeof Address>;

const Item = z.object({
  orderItemId: Id,
  quantityOrdered: Count,
  product: z.object({
    asin: Text,
    sellerSku: Text,
    title: Text,
    price: maybe(z.object({ unitPrice: MaybeMoney })),
    /** Of Amazon Custom: where the buyer's choices are downloaded. */
    customization: maybe(z.object({ customizedUrl: Text })),
  }),
  proceeds: maybe(z.object({ breakdowns: list(Breakdown) })),
  promotion: maybe(z.object({ breakdowns: list(z.object({ promotionId: Text })) })),
  cancellation: maybe(
    z.object({
      cancellationRequest: maybe(z.object({ requester: Text })),
      cancellationExecution: maybe(z.object({ cancelledBy: Text })),
    }),
  ),
  fulfillment: maybe(
    z.object({
      quantityFulfilled: maybe(Count),
      quantityUnfulfilled: maybe(Count),
      packing: maybe(z.object({ giftOption: maybe(z.object({ giftMessage: Text, giftWrapLevel: Text })) })),
      shipping: maybe(
        z.object({
          shippingConstraints: maybe(z.object({ cashOnDelivery: Text })),
          internationalShipping: maybe(z.object({ iossNumber: Text })),
        }),
      ),
    }),
  ),
});
export type AmazonItem = z.infer<typeof Item>;

/** What we read of the Order. https://developer-docs.amazon.com/sp-api/reference/getorder */
export const AmazonOrder = z.object({
  orderId: Id,
  createdTime: Time,
  lastUpdatedTime: Time,
  /** `PRIME`, `AMAZON_BUSINESS`, `IN_STORE_PICK_UP`, `AMAZON_EASY_SHIP` … */
  programs: list(z.string()),
  salesChannel: maybe(z.object({ marketplaceId: Text, marketplaceName: Text })),
  buyer: maybe(z.object({ buyerName: Text, buyerEmail: Text, buyerCompanyName: Text, buyerPurchaseOrderNumber: Text })),
  recipient: maybe(
    z.object({
      deliveryAddress: maybe(Address),
      deliveryPreference: maybe(z.object({ dropOffLocation: Text, addressInstruction: Text })),
    }),
  ),
  proceeds: maybe(z.object({ grandTotal: MaybeMoney, breakdowns: list(Breakdown) })),
  payment: maybe(z.object({ paymentExecutions: list(z.object({ paymentMethod: Text, paymentAmount: MaybeMoney })) })),
  tax: maybe(
    z.object({
      taxRegistrations: list(
        z.object({
          /** `BUYER`, `MERCHANT` or `MARKETPLACE`. */
          entityType: Text,
          /** `BUSINESS`, `VAT`, `CST`, `CPF` or `CNPJ`. */
          taxRegistrationType: Text,
          taxRegistrationNumber: Text,
          taxRegistrationAttributes: list(z.object({ key: Text, value: Text })),
        }),
      ),
    }),
  ),
  /** Missing unless it is asked for. */
  fulfillment: maybe(
    z.object({
      fulfillmentStatus: Text,
      /** `MERCHANT` or `AMAZON`. */
      fulfilledBy: Text,
      fulfillmentServiceLevel: Text,
      shipByWindow: Window,
      deliverByWindow: Window,
    }),
  ),
  orderItems: list(Item),
});
export type AmazonOrder = z.infer<typeof AmazonOrder>;

/** The former version had the order in `payload`. */
export const OrderAnswer = z.object({ order: AmazonOrder });

/** A page of a search, read for what it says of the time alone: each order is fetched. */
export const SearchPage = z.object({
  orders: z.array(
    z.object({ orderId: Id, lastUpdatedTime: Time, fulfillment: maybe(z.object({ fulfillmentStatus: Text })) }),
  ),
  pagination: maybe(z.object({ nextToken: Text })),
});
export type SearchPage = z.infer<typeof SearchPage>;

/** https://developer-docs.amazon.com/sp-api/docs/connect-to-the-selling-partner-api */
export const TokenAnswer = z.object({
  access_token: z.string().check(z.minLength(1)),
  refresh_token: z.optional(z.string().check(z.minLength(1))),
  /** Seconds. */
  expires_in: Count,
});
export type TokenAnswer = z.infer<typeof TokenAnswer>;

export const ErrorList = z.object({ errors: z.array(z.object({ code: Text, details: Text, message: Text })) });
