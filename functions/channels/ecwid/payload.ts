import * as z from "zod/mini";
import { Count } from "../../../shared/connector/list-schema.ts";
import { Amount, Flag, Id, lenient, list, maybe, NameValues, Text } from "../../../shared/connector/loose-schema.ts";

const MaybeId = lenient(Id);
const Money = maybe(Amount);

/** `street` has both lines of the address, with a line break between them. */
const Person = z.object({
  name: Text,
  firstName: Text,
  lastName: Text,
  companyName: Text,
  street: Text,
  city: Text,
  countryCode: Text,
  countryName: Text,
  postalCode: Text,
  stateOrProvinceCode: Text,
  stateOrProvinceName: Text,
  phone: Text,
});
export type Person = z.infer<typeof Person>;

/** `value` is in per cent. */
const Tax = z.object({ name: Text, value: Money, total: Money });

/** What the buyer chose, wrote or uploaded. */
const SelectedOption = z.object({
  name: Text,
  /** `CHOICE`, `CHOICES`, `SIZE`, `TEXT`, `DATE` or `FILES`. */
  type: Text,
  value: Text,
  files: list(z.object({ url: Text })),
});
export type SelectedOption = z.infer<typeof SelectedOption>;

const Item = z.object({
  id: Id,
  productId: MaybeId,
  /** Of the variation. */
  combinationId: MaybeId,
  /** Of the variation, if one was chosen. */
  sku: Text,
  name: Text,
  quantity: Count,
  /** Of one unit, with the surcharges of its options, before discounts. */
  price: Money,
  isShippingRequired: Flag,
  /** It has files to download; it may have to be shipped all the same. */
  digital: Flag,
  selectedOptions: list(SelectedOption),
  taxes: list(Tax),
  /** Of the whole line. */
  couponAmount: Money,
  /** Promotions, of the whole line. */
  discounts: list(z.object({ total: Money })),
});
export type Item = z.infer<typeof Item>;

/**
 * The names of an order. `id` (`XJ12H`, `SHOP-XJ12H`) is its identity: the API takes it, and it stays when the store
 * changes its prefix. `orderNumber` is the internal number, which an API of before 2020 has in its place.
 */
const names = { id: Text, internalId: MaybeId, orderNumber: MaybeId };

/** Texts like `2026-10-02 06:00:00 +0000`, and seconds since the epoch. */
const times = {
  createDate: Text,
  createTimestamp: lenient(Count),
  updateDate: Text,
  updateTimestamp: lenient(Count),
};

const statuses = { paymentStatus: Text, fulfillmentStatus: Text };

/** What we read of an order. https://docs.ecwid.com/api-reference/rest-api/orders/get-order */
export const StoreOrder = z.object({
  ...names,
  ...times,
  ...statuses,
  /** With the order's ID where that one is missing; `vendorOrderNumber` is shown to buyers, and is no identity. */
  vendorOrderNumber: Text,

  items: list(Item),
  shippingPerson: maybe(Person),
  billingPerson: maybe(Person),
  email: Text,
  customerId: MaybeId,
  ipAddress: Text,
  lang: Text,
  /** For a tax exemption: a VAT number, in the European Union. */
  customerTaxId: Text,
  /** Of Italy. */
  customerFiscalCode: Text,

  /** Of the items, before discounts. */
  subtotal: Money,
  /** After a gift card was redeemed. */
  total: Amount,
  totalBeforeGiftCardRedemption: Money,
  giftCardRedemption: Money,
  tax: Money,
  /** All discounts but the coupon's: the setting `discountIncludesCoupon`. */
  discount: Money,
  couponDiscount: Money,
  discountCoupon: maybe(z.object({ code: Text })),
  customSurcharges: list(z.object({ id: Text, description: Text, total: Money, taxes: list(Tax) })),
  handlingFee: maybe(z.object({ value: Money })),
  refundedAmount: Money,
  pricesIncludeTax: Flag,

  paymentMethod: Text,
  shippingOption: maybe(
    z.object({
      shippingCarrierName: Text,
      shippingMethodName: Text,
      shippingMethodId: Text,
      shippingRate: Money,
      discountedShippingRate: Money,
      /** `SHIPPING`, `PICKUP` or `DELIVERY`, which one page spells `deliver`. */
      fulfillmentType: Text,
      isPickup: Flag,
    }),
  ),
  /** When it is to be picked up or delivered. */
  pickupTime: Text,
  latestShipDate: Text,
  latestDeliveryDate: Text,
  /** Labels that the store bought at Ecwid. */
  shipments: list(z.object({ shipTo: maybe(Person) })),
  /** Another system ships the order. */
  externalFulfillment: Flag,
  refererId: Text,
  externalOrderData: maybe(z.object({ refererId: Text, refererChannel: Text })),

  orderComments: Text,
  /** Of the store's own fields of its checkout; `extraFields` has the same by their IDs. */
  orderExtraFields: list(z.object({ id: Text, title: Text, value: Text })),
  extraFields: z.optional(NameValues),
});
export type StoreOrder = z.infer<typeof StoreOrder>;

/** Names and times of an order, as the order and a row of the list have them. */
export type OrderNames = Pick<StoreOrder, keyof typeof names>;
export type OrderTimes = Pick<StoreOrder, keyof typeof times>;

/** A row of `GET /orders`, by `responseFields`. */
export const ListedOrder = z.object({ ...names, ...times, ...statuses });
export type ListedOrder = z.infer<typeof ListedOrder>;

/** `GET /orders` */
export const OrderPage = z.object({ total: Count, items: z.array(ListedOrder) });
export type OrderPage = z.infer<typeof OrderPage>;

/** `GET /profile` */
export const Profile = z.object({
  formatsAndUnits: z.object({ currency: z.string().check(z.regex(/^[A-Za-z]{3}$/, "is not an ISO 4217 currency")) }),
});
