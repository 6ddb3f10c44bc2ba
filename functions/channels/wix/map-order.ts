import * as z from "zod/mini";
import { type Attribute, attribute, isYes } from "../../../shared/connector/attributes.ts";
import { period } from "../../../shared/connector/instant.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { fullName } from "../../../shared/connector/person-name.ts";
import { provinceCode } from "../../../shared/connector/province-code.ts";
import { serviceLevel } from "../../../shared/connector/service-level.ts";
import { kindByWords } from "../../../shared/connector/shipping-words.ts";
import { compare, subtract } from "../../../shared/decimal.ts";
import { Order } from "../../../shared/order.ts";
import type { ShippingKind } from "../../../shared/shipping-kind.ts";
import { isGoods, mapLine, propertiesOf } from "./map-line.ts";
import { orderState, totalOf } from "./order-state.ts";
import type { AddressWithContact, WholeOrder, WixOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";

/** Only its fulfilments say which lines were shipped. */
export const isPartlyShipped = ({ fulfillmentStatus }: WixOrder): boolean =>
  fulfillmentStatus === "PARTIALLY_FULFILLED";

/**
 * @param site the app's instance ID on the site, as the stage file names it
 * @throws MalformedEvent if the result does not match our own schema: names our field, not its value
 */
export function mapOrder(whole: WholeOrder, site: string | undefined, settings: Settings): Order {
  const { order } = whole;
  const { billingInfo: billing, buyerInfo, priceSummary, balanceSummary } = order;
  const attributes = attributesOf(order);
  const everywhere = [...attributes, ...order.lineItems.flatMap(propertiesOf)];
  const giftMessage = attribute(everywhere, "giftMessage");
  const state = orderState(order, settings);
  const refunded = balanceSummary?.refunded?.amount;

  const parsed = z.safeParse(Order, {
    id: order.id,
    number: order.number,
    placedAt: order.createdDate,
    updatedAt: order.updatedDate,
    salesPlatform: "Wix",
    shopName: site,
    ...state,
    hold: state.hold ?? whyIncomplete(whole),

    lines: order.lineItems.map((line) =>
      mapLine(line, { shipped: shippedOf(line, whole), sku: whole.skus?.get(line.id), settings }),
    ),
    shippingAddress: shippingAddressOf(order, attributes),
    billingAddress: mapAddress(billing),
    buyer: {
      id: buyerInfo?.contactId,
      name: fullName(billing?.contactDetails ?? undefined),
      firstName: billing?.contactDetails?.firstName,
      lastName: billing?.contactDetails?.lastName,
      email: buyerInfo?.email,
      phone: billing?.contactDetails?.phone,
      language: order.buyerLanguage,
    },
    taxIds: taxIds(order, attributes),

    currency: order.currency,
    subtotal: subtotalOf(order),
    discount: priceSummary?.discount?.amount,
    discountCodes: order.appliedDiscounts.flatMap(({ coupon }) => coupon?.code ?? []),
    tax: priceSummary?.tax?.amount,
    total: totalOf(order),
    refunded: compare(refunded ?? "0", "0") > 0 ? refunded : undefined,
    pricesIncludeTax: order.taxIncludedInPrices,

    shipping: mapShipping(order, attributes, settings),
    gift: giftMessage !== undefined || isYes(attribute(everywhere, "gift") ?? "no"),
    giftMessage,
    note: order.buyerNote,
    attributes,
    tags: order.channelInfo?.externalOrderId && order.channelInfo.type ? [order.channelInfo.type] : [],
  });
  if (parsed.success) return parsed.data;
  throw malformed(parsed.error, ["order"]);
}

function shippedOf(
  { id, quantity }: WixOrder["lineItems"][number],
  { order, shipped }: WholeOrder,
): number | undefined {
  if (order.fulfillmentStatus === "FULFILLED") return quantity;
  if (!isPartlyShipped(order)) return 0;
  return shipped && Math.min(quantity, shipped.get(id) ?? 0);
}

/** Why an order cannot be sent as it was read. */
function whyIncomplete({ order, shipped, unreadCatalog }: WholeOrder): { reason: string } | undefined {
  if (isPartlyShipped(order) && !shipped) {
    return { reason: "part of it is shipped, and Wix does not say which lines" };
  }
  return unreadCatalog === undefined ? undefined : { reason: unreadCatalog };
}

/** Fields that the shop added to its checkout. A value may be of any kind. */
const attributesOf = ({ customFields }: WixOrder): Attribute[] =>
  customFields.flatMap(({ title, value }) => {
    if (title === undefined || value === undefined || value === null || value === "") return [];
    return { name: title, value: typeof value === "object" ? JSON.stringify(value) : String(value) };
  });

/** To a point where the buyer collects it, it travels like any parcel. */
const isPoint = ({ shippingInfo }: WixOrder): boolean =>
  shippingInfo?.logistics?.pickupDetails?.pickupMethod === "PICKUP_POINT";

function shippingAddressOf(order: WixOrder, attributes: readonly Attribute[]) {
  const logistics = order.shippingInfo?.logistics;
  const { shippingDestination, pickupDetails, instructions } = logistics ?? {};
  const contactDetails = (shippingDestination ?? order.recipientInfo ?? order.billingInfo)?.contactDetails;
  const place =
    isPoint(order) && pickupDetails?.address ? { address: pickupDetails.address, contactDetails } : shippingDestination;
  const address = mapAddress(place);
  return address ? { ...address, remark: instructions ?? attribute(attributes, "remark") } : null;
}

function mapAddress(place: AddressWithContact | null | undefined) {
  const { address, contactDetails: contact } = place ?? {};
  if (!address && !contact) return undefined;
  const { country, subdivision, streetAddress: street } = address ?? {};
  const streetLine = [street?.number, street?.name].filter(Boolean).join(" ") || undefined;
  return {
    name: fullName(contact ?? undefined),
    firstName: contact?.firstName,
    lastName: contact?.lastName,
    company: contact?.company,
    street1: address?.addressLine1 ?? address?.addressLine ?? streetLine,
    street2: address?.addressLine2 ?? street?.apt,
    city: address?.city,
    province: address?.subdivisionFullname ?? subdivision,
    provinceCode: codeOf(subdivision) ?? provinceCode(country, address?.subdivisionFullname ?? subdivision),
    postcode: address?.postalCode,
    country,
    phone: contact?.phone,
    latitude: address?.location?.latitude,
    longitude: address?.location?.longitude,
  };
}

/** `NY` of `US-NY`. */
const codeOf = (subdivision: string | undefined): string | undefined =>
  /^[A-Z]{2}-([A-Z0-9]{1,3})$/.exec(subdivision ?? "")?.[1];

/** Wix's is before the discounts. Some of these may be on shipping: it is never less than nothing. */
function subtotalOf({ priceSummary }: WixOrder): string | undefined {
  if (!priceSummary?.subtotal) return undefined;
  const left = subtract(priceSummary.subtotal.amount, priceSummary.discount?.amount ?? "0");
  return compare(left, "0") < 0 ? "0" : left;
}

function mapShipping(order: WixOrder, attributes: readonly Attribute[], settings: Settings) {
  const { shippingInfo, priceSummary } = order;
  const { title: method, code, cost, logistics } = shippingInfo ?? {};
  const { from, to } = logistics?.deliveryTimeSlot ?? {};
  const wished = period(attribute(attributes, "deliveryDate"));
  const rate = cost?.taxDetails?.taxRate;
  return {
    kind: shippingKind(order, settings),
    method,
    code,
    serviceLevel: serviceLevel({ title: method, code }),
    price: (cost?.price ?? priceSummary?.shipping)?.amount,
    discount: cost?.discount?.amount,
    taxRate: rate && compare(rate, "0") > 0 ? rate : undefined,
    deliverFrom: from ?? wished?.from,
    deliverUntil: to ?? wished?.until,
    shipBy: period(attribute(attributes, "shipBy"))?.until,
  };
}

function shippingKind(order: WixOrder, settings: Settings): ShippingKind {
  const { lineItems, shippingInfo, channelInfo } = order;
  if (lineItems.length > 0 && !lineItems.some((line) => isGoods(line, settings))) return "digital";
  if (isPoint(order)) return "ship";
  if (shippingInfo?.logistics?.pickupDetails) return "pick-up";
  // Sold at the till: the buyer took it along.
  if (!shippingInfo && channelInfo?.type?.toUpperCase() === "POS") return "pick-up";
  return kindByWords([shippingInfo?.title]) ?? "ship";
}

/** Brazil's numbers of persons and companies; Wix writes any other as a VAT number. */
const NATIONAL = new Set(["CPF", "CNPJ"]);

function taxIds(order: WixOrder, attributes: readonly Attribute[]) {
  const { billingInfo, shippingInfo, recipientInfo } = order;
  const people = [billingInfo, shippingInfo?.logistics?.shippingDestination, recipientInfo];
  const vatId = people.map((one) => one?.contactDetails?.vatId).find((one) => one?.id !== undefined);
  const own = vatId?.id
    ? [
        {
          type: NATIONAL.has(vatId.type?.toUpperCase() ?? "") ? ("national" as const) : ("vat" as const),
          value: vatId.id,
        },
      ]
    : [];
  const asked = (["vat", "ioss", "eori", "national", "tax-office"] as const).flatMap((type) => {
    const value = attribute(attributes, type);
    return value === undefined || own.some((known) => known.type === type) ? [] : { type, value };
  });
  return [...own, ...asked];
}
