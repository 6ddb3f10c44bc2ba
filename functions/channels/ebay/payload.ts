import * as z from "zod/mini";
import { Count } from "../../../shared/connector/list-schema.ts";
import { Amount, Flag, Id, list, maybe, Text, Time } from "../../../shared/connector/loose-schema.ts";

const Currency = z.string().check(z.regex(/^[A-Z]{3}$/, "is not an ISO 4217 currency"));

/** `{ "value": "20.2", "currency": "EUR" }`. https://developer.ebay.com/api-docs/sell/fulfillment/types/sel:Amount */
const Money = z.object({
  value: Amount,
  currency: Currency,
  /** Before eBay converted it, if it did. */
  convertedFromValue: maybe(Amount),
  convertedFromCurrency: maybe(Currency),
});
export type Money = z.infer<typeof Money>;
const MaybeMoney = maybe(Money);

const Contact = z.object({
  fullName: Text,
  companyName: Text,
  contactAddress: maybe(
    z.object({
      addressLine1: Text,
      addressLine2: Text,
      city: Text,
      county: Text,
      stateOrProvince: Text,
      postalCode: Text,
      countryCode: Text,
    }),
  ),
  /** May be `{}`. */
  primaryPhone: maybe(z.object({ phoneNumber: Text })),
  email: Text,
});
export type Contact = z.infer<typeof Contact>;

/** https://developer.ebay.com/api-docs/sell/fulfillment/types/sel:FulfillmentStartInstruction */
const Instruction = z.object({
  /** `SHIP_TO`, `SELLER_DEFINED`, `PREPARE_FOR_PICKUP`, `DIGITAL` or `FULFILLED_BY_EBAY`. */
  fulfillmentInstructionsType: Text,
  maxEstimatedDeliveryDate: Text,
  /** It goes to a hub of eBay's: `shipTo` is the hub, and the buyer's own address is not for us. */
  ebaySupportedFulfillment: Flag,
  pickupStep: maybe(z.object({ merchantLocationKey: Text })),
  shippingStep: maybe(
    z.object({
      shippingCarrierCode: Text,
      shippingServiceCode: Text,
      shipToReferenceId: Text,
      shipTo: maybe(Contact),
    }),
  ),
});
export type Instruction = z.infer<typeof Instruction>;

const Refund = z.object({ amount: MaybeMoney, refundStatus: Text, refundDate: Text });
const NamedTax = z.object({ taxType: Text, amount: MaybeMoney });

/** https://developer.ebay.com/api-docs/sell/fulfillment/types/sel:LineItem */
const LineItem = z.object({
  lineItemId: Id,
  legacyItemId: Text,
  legacyVariationId: Text,
  variationAspects: list(z.object({ name: Text, value: Text })),
  sku: Text,
  title: Text,
  quantity: Count,
  /** Of the whole line, before and after discounts. */
  lineItemCost: Money,
  discountedLineItemCost: MaybeMoney,
  /** With delivery and tax. */
  total: MaybeMoney,
  lineItemFulfillmentStatus: Text,
  lineItemFulfillmentInstructions: maybe(z.object({ shipByDate: Text, guaranteedDelivery: Flag })),
  appliedPromotions: list(z.object({ promotionId: Text, description: Text })),
  taxes: list(NamedTax),
  /** Taxes that eBay collects and pays to the state. */
  ebayCollectAndRemitTaxes: list(
    z.object({ taxType: Text, amount: MaybeMoney, ebayReference: maybe(z.object({ name: Text, value: Text })) }),
  ),
  refunds: list(Refund),
  /** Of a digital gift card. */
  giftDetails: maybe(z.object({ message: Text })),
  purchaseMarketplaceId: Text,
});
export type LineItem = z.infer<typeof LineItem>;

/** What we read of an order. https://developer.ebay.com/api-docs/sell/fulfillment/types/sel:Order */
export const EbayOrder = z.object({
  orderId: Id,
  creationDate: Time,
  lastModifiedDate: Time,
  orderFulfillmentStatus: Text,
  orderPaymentStatus: Text,
  sellerId: Text,
  salesRecordReference: Text,
  buyerCheckoutNotes: Text,
  buyer: maybe(
    z.object({
      /** Or an ID that never changes, in its place. */
      username: Text,
      taxIdentifier: maybe(z.object({ taxpayerId: Text, taxIdentifierType: Text })),
      buyerRegistrationAddress: maybe(Contact),
    }),
  ),
  cancelStatus: maybe(z.object({ cancelState: Text, cancelledDate: Text })),
  pricingSummary: z.object({
    priceSubtotal: MaybeMoney,
    /** Negative. */
    priceDiscount: MaybeMoney,
    deliveryCost: MaybeMoney,
    /** Negative. */
    deliveryDiscount: MaybeMoney,
    tax: MaybeMoney,
    total: Money,
  }),
  paymentSummary: maybe(
    z.object({
      payments: list(z.object({ paymentMethod: Text, paymentDate: Text, paymentStatus: Text })),
      /** In the currency of the payout, which may be another one. */
      refunds: list(Refund),
    }),
  ),
  fulfillmentStartInstructions: list(Instruction),
  /** What eBay does for the order. */
  program: maybe(
    z.object({
      fulfillmentProgram: maybe(z.object({ fulfilledBy: Text })),
      ebayVault: maybe(z.object({ fulfillmentType: Text })),
    }),
  ),
  lineItems: list(LineItem),
});
export type EbayOrder = z.infer<typeof EbayOrder>;

/** A page of the list, read for what it says of the time alone: each order is fetched. */
export const OrdersPage = z.object({
  total: Count,
  orders: list(z.object({ orderId: Id, lastModifiedDate: Time, orderPaymentStatus: Text })),
});
export type OrdersPage = z.infer<typeof OrdersPage>;

const Shipment = z.object({ lineItems: list(z.object({ lineItemId: Id, quantity: maybe(Count) })) });
export type Shipment = z.infer<typeof Shipment>;
export const ShipmentsAnswer = z.object({ fulfillments: list(Shipment) });
