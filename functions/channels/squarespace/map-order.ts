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
import { orderState } from "./order-state.ts";
import type { FormItem, LineItem, SiteAddress, SiteOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";

/**
 * @param website the website's ID, where the stage file names it
 * @throws MalformedEvent if the result does not match our own schema: names our field, not its value
 */
export function mapOrder(order: SiteOrder, website: string | undefined, settings: Settings): Order {
  const { billingAddress: billing, shippingAddress } = order;
  const attributes = order.formSubmission.flatMap(named);
  const everywhere = [...attributes, ...order.lineItems.flatMap(propertiesOf)];
  const giftMessage = attribute(everywhere, "giftMessage");
  const state = orderState(order, settings);

  const parsed = z.safeParse(Order, {
    id: order.id,
    number: order.orderNumber,
    placedAt: order.createdOn,
    updatedAt: order.modifiedOn,
    salesPlatform: "Squarespace",
    shopName: website,
    ...state,

    lines: order.lineItems.map((line) => mapLine(line, state.fulfilmentState, settings)),
    shippingAddress: shippingAddress
      ? { ...mapAddress(shippingAddress), remark: attribute(attributes, "remark") }
      : null,
    billingAddress: billing ? mapAddress(billing) : undefined,
    buyer: {
      id: order.customerId,
      name: fullName(billing ?? undefined),
      firstName: billing?.firstName,
      lastName: billing?.lastName,
      email: order.customerEmail,
      phone: billing?.phone,
    },
    taxIds: taxIds(attributes),

    currency: order.grandTotal.currency,
    subtotal: subtotalOf(order),
    discount: order.discountTotal?.value,
    discountCodes: order.discountLines.flatMap(({ promoCode }) => promoCode ?? []),
    tax: order.taxTotal?.value,
    total: order.grandTotal.value,
    refunded: order.refundedTotal?.value,
    pricesIncludeTax: TAX[order.priceTaxInterpretation ?? ""],

    shipping: mapShipping(order, attributes, settings),
    gift: giftMessage !== undefined || isYes(attribute(everywhere, "gift") ?? "no"),
    giftMessage,
    attributes,
    tags: order.channel?.toLowerCase() === "external" && order.channelName ? [order.channelName] : [],
    test: order.testmode,
  });
  if (parsed.success) return parsed.data;
  throw malformed(parsed.error, ["order"]);
}

const TAX: Readonly<Record<string, boolean | undefined>> = { INCLUSIVE: true, EXCLUSIVE: false };

/** Of an order that is partly shipped, no field says which lines were. */
const SHIPPED = { unfulfilled: () => 0, partial: () => undefined, fulfilled: ({ quantity }: LineItem) => quantity };

function mapLine(line: LineItem, fulfilment: Order["fulfilmentState"], settings: Settings) {
  return {
    id: line.id,
    sku: line.sku ?? "",
    quantity: line.quantity,
    fulfilled: SHIPPED[fulfilment ?? "unfulfilled"](line),
    productId: line.productId,
    variantId: line.variantId,
    title: line.productName,
    variantTitle: line.variantOptions.flatMap(({ value }) => value ?? []).join(" / ") || undefined,
    unitPrice: line.unitPricePaid?.value,
    properties: propertiesOf(line),
    ships: travels(line, settings),
  };
}

/** A type that is in no list ships: it is seen at its provider, and not lost. */
const travels = ({ lineItemType }: LineItem, { notShippedTypes }: Settings): boolean =>
  !notShippedTypes.includes(lineItemType?.toUpperCase() ?? "");

const named = ({ label, value }: FormItem): Attribute | [] => (label === undefined ? [] : { name: label, value });
const propertiesOf = ({ customizations }: LineItem): Attribute[] => customizations.flatMap(named);

/** `state` is a code or a name. Of a country whose provinces are not listed, two or three capitals or digits are a code. */
function mapAddress(address: SiteAddress) {
  const { firstName, lastName, state, countryCode } = address;
  return {
    name: fullName({ firstName, lastName }),
    firstName,
    lastName,
    street1: address.address1,
    street2: address.address2,
    city: address.city,
    province: state,
    provinceCode: provinceCode(countryCode, state) ?? (/^[A-Z0-9]{2,3}$/.test(state ?? "") ? state : undefined),
    postcode: address.postalCode,
    country: countryCode,
    phone: address.phone,
  };
}

/** Squarespace's is before the discounts. Some of these may be on shipping: it is never less than nothing. */
function subtotalOf({ subtotal, discountTotal }: SiteOrder): string | undefined {
  if (!subtotal) return undefined;
  const left = subtract(subtotal.value, discountTotal?.value ?? "0");
  return compare(left, "0") < 0 ? "0" : left;
}

function mapShipping(order: SiteOrder, attributes: readonly Attribute[], settings: Settings) {
  const { shippingLines, shippingOptionName, shippingOptionServiceType: code } = order;
  const [first] = shippingLines;
  const method = shippingOptionName ?? first?.method;
  const wished = period(attribute(attributes, "deliveryDate"));
  return {
    kind: shippingKind(order, settings),
    method,
    code,
    serviceLevel: serviceLevel({ title: method, code }),
    price: (order.shippingTotal ?? first?.amount)?.value,
    deliverFrom: wished?.from,
    deliverUntil: wished?.until,
    shipBy: period(attribute(attributes, "shipBy"))?.until,
  };
}

/**
 * An order has no field for it. Goods without an address were taken along at the till, or are picked up by a method that
 * the buyer chose. One without either is incomplete, and is held for its address.
 */
function shippingKind(order: SiteOrder, settings: Settings): ShippingKind {
  const { lineItems, shippingLines, shippingOptionName, shippingAddress, channel } = order;
  if (lineItems.length > 0 && !lineItems.some((line) => travels(line, settings))) return "digital";
  const byWords = kindByWords([shippingOptionName, ...shippingLines.map(({ method }) => method)]);
  if (byWords) return byWords;
  if (shippingAddress || lineItems.length === 0) return "ship";
  const isAtTheTill = channel?.toLowerCase() === "pos";
  const chose = shippingLines.some(({ method }) => method !== undefined) && channel?.toLowerCase() !== "external";
  return isAtTheTill || chose ? "pick-up" : "ship";
}

function taxIds(attributes: readonly Attribute[]) {
  return (["vat", "ioss", "eori", "national", "tax-office"] as const).flatMap((type) => {
    const value = attribute(attributes, type);
    return value ? { type, value } : [];
  });
}
