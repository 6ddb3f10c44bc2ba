import * as z from "zod/mini";
import { type Attribute, attribute, isYes } from "../../../shared/connector/attributes.ts";
import { instant, period } from "../../../shared/connector/instant.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { fullName } from "../../../shared/connector/person-name.ts";
import { provinceCode } from "../../../shared/connector/province-code.ts";
import { serviceLevel } from "../../../shared/connector/service-level.ts";
import { shipTo } from "../../../shared/connector/ship-to.ts";
import { kindByWords } from "../../../shared/connector/shipping-words.ts";
import { subtract, sum } from "../../../shared/decimal.ts";
import { Order } from "../../../shared/order.ts";
import type { ShippingKind } from "../../../shared/shipping-kind.ts";
import { grossOf, isGoods, isMeasured, mapLine, piecesOf, propertiesOf } from "./map-line.ts";
import { isOpen, lastChange, orderState, shipmentsOf } from "./order-state.ts";
import type { Fulfilment, Recipient, SquareAddress, SquareOrder, WholeOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";

/**
 * @param merchant the seller's ID, where the stage file names it
 * @throws MalformedEvent if the result does not match our own schema: names our field, not its value
 */
export function mapOrder(whole: WholeOrder, merchant: string | undefined, settings: Settings): Order {
  const { order, payments } = whole;
  const attributes = attributesOf(order);
  const everywhere = [...attributes, ...order.line_items.flatMap(propertiesOf)];
  const giftMessage = attribute(everywhere, "giftMessage");
  const state = orderState(whole, settings);
  const shipments = shipmentsToMake(order);
  const { shippingAddress, hold: severalAddresses } = shipTo(shipments.map(mapShipment));
  const recipient = shipments.map(recipientOf).find(Boolean) ?? order.fulfillments.map(recipientOf).find(Boolean);
  const billing = payments.find(({ billing_address }) => billing_address)?.billing_address;
  const reason = whyHeld(whole, settings);

  const parsed = z.safeParse(Order, {
    id: order.id,
    number: settings.number === "none" ? undefined : order[settings.number],
    placedAt: order.created_at,
    updatedAt: lastChange(whole),
    version: order.version,
    salesPlatform: "Square",
    shopName: merchant,
    ...state,

    lines: order.line_items.map((line) => mapLine(line, whole, settings)),
    shippingAddress,
    billingAddress: billing ? mapAddress(billing) : undefined,
    buyer: {
      id: order.customer_id ?? recipient?.customer_id,
      ...(isNamed(billing) ? namesOf({ address: billing }) : namesOf(recipient)),
      email:
        payments.find(({ buyer_email_address }) => buyer_email_address)?.buyer_email_address ??
        recipient?.email_address,
      phone: recipient?.phone_number,
    },
    taxIds: taxIds(attributes),

    currency: currencyOf(order),
    subtotal: subtract(sum(order.line_items.map(grossOf)), sum(order.line_items.map(discountOf))),
    discount: order.total_discount_money?.value,
    discountCodes: order.discounts.flatMap(({ name }) => name ?? []),
    tax: order.total_tax_money?.value,
    total: order.total_money?.value,
    pricesIncludeTax: pricesIncludeTax(order),

    paymentMethod: [...new Set(order.tenders.flatMap(({ type }) => type ?? []))].join(", ") || undefined,

    shipping: mapShipping(whole, shipments, attributes, settings),
    gift: giftMessage !== undefined || isYes(attribute(everywhere, "gift") ?? "no"),
    giftMessage,
    attributes,
    tags: order.source?.name ? [order.source.name] : [],
    hold: reason === undefined ? severalAddresses : { reason },
    test: settings.environment === "sandbox",
  });
  if (parsed.success) return parsed.data;
  throw malformed(parsed.error, ["order"]);
}

/** Why the order is not sent yet; undefined if it may be. */
function whyHeld(whole: WholeOrder, settings: Settings): string | undefined {
  const { order } = whole;
  if (order.state === "DRAFT") return "it is a draft";
  const goods = order.line_items.filter((line) => isGoods(line, whole, settings));
  if (order.state !== "OPEN" || shipmentsOf(order).length === 0) return undefined;
  if (settings.partialRefunds === "hold" && hasUnexplainedRefund(whole)) {
    return "an amount of it is refunded, and Square does not say for which lines";
  }
  if (goods.some((line) => isMeasured(line) && piecesOf(line, whole).toShip > 0)) {
    return "a line is sold by weight or length, which is no number of pieces";
  }
  return goods.some((line) => piecesOf(line, whole).unassigned > 0)
    ? "a line is in none of its fulfillments"
    : undefined;
}

/** Money went back, and no return says of which lines: by the Refunds API, and by "refund an amount" at the till. */
function hasUnexplainedRefund({ order, refunds, returnOrders }: WholeOrder): boolean {
  const isUnknown = refunds.some(({ order_id }) => !returnOrders.some(({ id }) => id === order_id));
  const lines = returnOrders
    .flatMap(({ returns }) => returns)
    .filter(({ source_order_id }) => source_order_id === order.id)
    .flatMap(({ return_line_items }) => return_line_items);
  return isUnknown || lines.some(({ source_line_item_uid }) => source_line_item_uid === undefined);
}

/** The shipments that are still to be made; if none is, those that were. */
function shipmentsToMake(order: SquareOrder): Fulfilment[] {
  const shipments = shipmentsOf(order);
  const open = shipments.filter(isOpen);
  return open.length > 0 ? open : shipments;
}

const recipientOf = ({
  shipment_details,
  pickup_details,
  delivery_details,
}: Fulfilment): Recipient | null | undefined =>
  shipment_details?.recipient ?? delivery_details?.recipient ?? pickup_details?.recipient;

const isNamed = (address: SquareAddress | null | undefined): boolean =>
  (address?.first_name ?? address?.last_name) !== undefined;

function namesOf(recipient: Pick<Recipient, "display_name" | "address"> | null | undefined) {
  const [firstName, lastName] = [recipient?.address?.first_name, recipient?.address?.last_name];
  return { name: recipient?.display_name ?? fullName({ firstName, lastName }), firstName, lastName };
}

function mapShipment(shipment: Fulfilment) {
  const recipient = recipientOf(shipment);
  if (!recipient?.address) return null;
  return {
    ...mapAddress(recipient.address),
    ...namesOf(recipient),
    phone: recipient.phone_number,
    email: recipient.email_address,
    remark: shipment.shipment_details?.shipping_note,
  };
}

/** The province is a code in some countries, and a name in others. */
function mapAddress(address: SquareAddress) {
  const { first_name: firstName, last_name: lastName, administrative_district_level_1: province, country } = address;
  return {
    name: fullName({ firstName, lastName }),
    firstName,
    lastName,
    street1: address.address_line_1,
    street2: [address.address_line_2, address.address_line_3].filter(Boolean).join(", ") || undefined,
    district: address.sublocality,
    city: address.locality,
    province,
    provinceCode: provinceCode(country, province) ?? (/^[A-Z0-9]{2,3}$/.test(province ?? "") ? province : undefined),
    postcode: address.postal_code,
    country,
  };
}

/** The order of a return may have no total. */
const currencyOf = ({ total_money, net_amount_due_money, tenders, line_items }: SquareOrder): string | undefined =>
  [
    total_money,
    net_amount_due_money,
    ...tenders.map(({ amount_money }) => amount_money),
    line_items[0]?.base_price_money,
  ].find(Boolean)?.currency;

const discountOf = ({ total_discount_money }: SquareOrder["line_items"][number]): string =>
  total_discount_money?.value ?? "0";

/** Undefined if the order has taxes of both kinds, or none. */
function pricesIncludeTax({ taxes }: SquareOrder): boolean | undefined {
  const [first, ...others] = new Set(taxes.map(({ type }) => type));
  return others.length > 0 || (first !== "INCLUSIVE" && first !== "ADDITIVE") ? undefined : first === "INCLUSIVE";
}

/** What applications wrote. Square's own entries have a colon in their name. */
const attributesOf = ({ metadata = {} }: SquareOrder): Attribute[] =>
  Object.entries(metadata).flatMap(([name, value]) => (name.includes(":") || value === null ? [] : { name, value }));

function mapShipping(
  whole: WholeOrder,
  shipments: readonly Fulfilment[],
  attributes: readonly Attribute[],
  settings: Settings,
) {
  const details = shipments[0]?.shipment_details;
  const charges = whole.order.service_charges.filter(({ name }) => isListed(name, settings.shippingCharges));
  const wished = period(attribute(attributes, "deliveryDate"));
  return {
    kind: shippingKind(whole, settings),
    method: details?.shipping_type,
    code: details?.carrier,
    serviceLevel: serviceLevel({ title: details?.shipping_type, code: details?.carrier }),
    price:
      charges.length === 0
        ? undefined
        : sum(charges.map(({ applied_money, amount_money }) => (applied_money ?? amount_money)?.value ?? "0")),
    deliverFrom: wished?.from,
    deliverUntil: wished?.until,
    shipBy: instant(details?.expected_shipped_at ?? "") ?? period(attribute(attributes, "shipBy"))?.until,
  };
}

/** An order without a fulfillment waits for one: it is held for its address. */
function shippingKind(whole: WholeOrder, settings: Settings): ShippingKind {
  const { line_items, fulfillments } = whole.order;
  if (line_items.length > 0 && !line_items.some((line) => isGoods(line, whole, settings))) return "digital";
  const types = new Set(fulfillments.map(({ type }) => type));
  if (types.has("SHIPMENT")) {
    const methods = shipmentsOf(whole.order).map(({ shipment_details }) => shipment_details?.shipping_type);
    if (methods.every((method) => isListed(method, settings.noShipping))) return "digital";
    return kindByWords(methods) ?? "ship";
  }
  if (types.has("DELIVERY")) return "local";
  return types.has("PICKUP") || types.has("IN_STORE") ? "pick-up" : "ship";
}

const isListed = (name: string | undefined, listed: readonly string[]): boolean =>
  name !== undefined && listed.some((other) => other.toLowerCase() === name.toLowerCase());

function taxIds(attributes: readonly Attribute[]) {
  return (["vat", "ioss", "eori", "national", "tax-office"] as const).flatMap((type) => {
    const value = attribute(attributes, type);
    return value ? { type, value } : [];
  });
}
