import * as z from "zod/mini";
import { type Attribute, attribute, isYes } from "../../../shared/connector/attributes.ts";
import { period } from "../../../shared/connector/instant.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { fullName } from "../../../shared/connector/person-name.ts";
import { provinceCode } from "../../../shared/connector/province-code.ts";
import { serviceLevel } from "../../../shared/connector/service-level.ts";
import { shipTo } from "../../../shared/connector/ship-to.ts";
import { kindByWords } from "../../../shared/connector/shipping-words.ts";
import { add, compare, subtract } from "../../../shared/decimal.ts";
import { Order } from "../../../shared/order.ts";
import type { ShippingKind } from "../../../shared/shipping-kind.ts";
import { mapItem, mapSurcharge, propertiesOf, travels } from "./map-line.ts";
import { orderIdentity } from "./order-identity.ts";
import { fulfillmentStatus, orderState } from "./order-state.ts";
import { instantOf, orderTime } from "./order-time.ts";
import type { Person, StoreOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";

/** What an order does not say itself. */
interface Store {
  /** The store's ID. */
  shop: string;
  currency: string;
}

/** @throws MalformedEvent if the result does not match our own schema: names the field, not its value */
export function mapOrder(order: StoreOrder, { shop, currency }: Store, settings: Settings): Order {
  const { billingPerson: billing, shippingPerson } = order;
  const id = orderIdentity(order);
  const updatedAt = orderTime(order, "update", settings);
  const { hold, ...state } = orderState(order, updatedAt, settings);
  const attributes = attributesOf(order);
  const everywhere = [...attributes, ...order.items.flatMap(propertiesOf)];
  const giftMessage = attribute(everywhere, "giftMessage");
  const goesTo = addressOf(order, attribute(attributes, "remark"));
  const buyer = billing ?? shippingPerson ?? undefined;

  const parsed = z.safeParse(Order, {
    id,
    number: order.id ?? order.vendorOrderNumber ?? id,
    placedAt: orderTime(order, "create", settings),
    updatedAt,
    salesPlatform: "Ecwid",
    shopName: shop,
    ...state,

    lines: [
      ...order.items.map((item) => mapItem(item, state.fulfilmentState, otherService(order))),
      ...order.customSurcharges.map(mapSurcharge),
    ],
    shippingAddress: goesTo.shippingAddress,
    billingAddress: billing ? mapPerson(billing) : undefined,
    buyer: {
      id: order.customerId,
      name: fullName(buyer),
      firstName: buyer?.firstName,
      lastName: buyer?.lastName,
      email: order.email,
      phone: buyer?.phone,
      language: order.lang,
      ip: order.ipAddress,
    },
    taxIds: taxIds(order, attributes),

    currency,
    ...amountsOf(order, settings),
    discountCodes: order.discountCoupon?.code === undefined ? [] : [order.discountCoupon.code],
    tax: order.tax,
    refunded: order.refundedAmount,
    pricesIncludeTax: order.pricesIncludeTax,
    paymentMethod: order.paymentMethod,

    shipping: mapShipping(order, attributes, settings),
    gift: giftMessage !== undefined || isYes(attribute(everywhere, "gift") ?? "no"),
    giftMessage,
    note: order.orderComments,
    attributes,
    hold: hold ?? goesTo.hold,
    test: isListed(order.paymentMethod, settings.testPaymentMethods),
  });
  if (parsed.success) return parsed.data;
  throw malformed(parsed.error, ["order"]);
}

/** An order has one address. Only labels that the store bought may name several. */
function addressOf({ shippingPerson, shipments }: StoreOrder, remark: string | undefined) {
  const labels = shipTo(shipments.map((label) => (label.shipTo ? mapPerson(label.shipTo) : null)));
  if (labels.hold) return labels;
  return { shippingAddress: shippingPerson ? { ...mapPerson(shippingPerson), remark } : null, hold: undefined };
}

function mapPerson(person: Person) {
  const { street, countryCode: country, stateOrProvinceCode: code, stateOrProvinceName: province } = person;
  const [street1, ...more] = street?.split(/\s*\n\s*/) ?? [];
  return {
    name: fullName(person),
    firstName: person.firstName,
    lastName: person.lastName,
    company: person.companyName,
    street1,
    street2: more.join(", ") || undefined,
    city: person.city,
    province: province ?? code,
    provinceCode: provinceCode(country, code ?? province) ?? (/^[A-Z0-9]{1,3}$/.test(code ?? "") ? code : undefined),
    postcode: person.postalCode,
    country: country ?? person.countryName,
    phone: person.phone,
  };
}

/** The store's own fields by their titles; of those that only `extraFields` has, by their names there. */
function attributesOf({ orderExtraFields, extraFields = [] }: StoreOrder): Attribute[] {
  const titled = orderExtraFields.flatMap(({ id, title, value }) => {
    const name = title ?? id;
    return name === undefined ? [] : { name, value };
  });
  const known = new Set(orderExtraFields.flatMap(({ id, title }) => [id, title]));
  return [...titled, ...extraFields.filter(({ name }) => !known.has(name))];
}

function taxIds({ customerTaxId, customerFiscalCode }: StoreOrder, attributes: readonly Attribute[]) {
  const own = { vat: customerTaxId, national: customerFiscalCode } as const;
  return (["vat", "ioss", "eori", "national", "tax-office"] as const).flatMap((type) => {
    const value = (type === "vat" || type === "national" ? own[type] : undefined) ?? attribute(attributes, type);
    return value ? { type, value } : [];
  });
}

/** `total` is what is left to pay after a gift card, which is a way to pay. */
function amountsOf(order: StoreOrder, { discountIncludesCoupon }: Settings) {
  const coupon = discountIncludesCoupon ? "0" : (order.couponDiscount ?? "0");
  const discount = add(order.discount ?? "0", coupon);
  const isByGiftCard = compare(order.giftCardRedemption ?? "0", "0") > 0;
  const total = (isByGiftCard ? order.totalBeforeGiftCardRedemption : undefined) ?? order.total;
  if (!order.subtotal) return { discount, total };
  const left = subtract(order.subtotal, discount);
  // A part may be a discount on shipping.
  return { discount, total, subtotal: compare(left, "0") < 0 ? "0" : left };
}

function mapShipping(order: StoreOrder, attributes: readonly Attribute[], settings: Settings) {
  const { shippingOption: option, pickupTime, latestShipDate, latestDeliveryDate, handlingFee } = order;
  const method = option?.shippingMethodName;
  const rate = option?.shippingRate ?? undefined;
  const discounted = option?.discountedShippingRate ?? undefined;
  const time = (text: string | undefined) => (text === undefined ? undefined : instantOf(text, settings));
  const wished = period(attribute(attributes, "deliveryDate"));
  return {
    kind: shippingKind(order, settings),
    method: method ?? option?.shippingCarrierName,
    code: option?.shippingMethodId,
    serviceLevel: serviceLevel({ title: [option?.shippingCarrierName, method].filter(Boolean).join(", ") }),
    price: rate && add(rate, handlingFee?.value ?? "0"),
    discount: rate && discounted && compare(discounted, rate) < 0 ? subtract(rate, discounted) : undefined,
    deliverFrom: time(pickupTime) ?? wished?.from,
    deliverUntil: time(latestDeliveryDate) ?? wished?.until,
    shipBy: time(latestShipDate) ?? period(attribute(attributes, "shipBy"))?.until,
  };
}

/** `fulfillmentType` in small letters. */
const KINDS: Readonly<Record<string, ShippingKind>> = {
  shipping: "ship",
  pickup: "pick-up",
  delivery: "local",
  deliver: "local",
};

function shippingKind(order: StoreOrder, settings: Settings): ShippingKind {
  const { items, shippingOption: option } = order;
  if (items.length > 0 && !items.some(travels)) return "digital";
  const type = option?.fulfillmentType?.toLowerCase() ?? "";
  const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (option?.isPickup === true || fulfillmentStatus(order, settings) === "READY_FOR_PICKUP") return "pick-up";
  // Older orders say no type, and a store may set up a pick-up as a shipping method.
  return kind === undefined || kind === "ship" ? (kindByWords([option?.shippingMethodName]) ?? "ship") : kind;
}

/** The system that ships the order in place of the store: the connection's `fulfilmentServices` lists our own. */
function otherService({ externalFulfillment, externalOrderData, refererId }: StoreOrder): string | undefined {
  if (externalFulfillment !== true) return undefined;
  return externalOrderData?.refererChannel ?? externalOrderData?.refererId ?? refererId ?? "external fulfilment";
}

const isListed = (name: string | undefined, listed: readonly string[]): boolean =>
  listed.some((other) => other.toLowerCase() === name?.trim().toLowerCase());
