import { divide, multiply, shortest, subtract, sum } from "../../../../shared/decimal.ts";
import { type Address, type Line, type Order, quantityToShip } from "../../../../shared/order.ts";
import { catalogId } from "./catalog.ts";
import { paymentId } from "./ids.ts";
import { money } from "./money.ts";

export const LOCATION = "LDEMO0SQUARE1";

/** What Square keeps elsewhere than in the order: api.ts answers it at the addresses of payments and refunds. */
export interface BesideOrder {
  billing: ReturnType<typeof addressFields> | undefined;
  /** Undefined if nothing went back. `lines` is empty if the refund names none. */
  refund: { amount: ReturnType<typeof money>; lines: { uid: string; quantity: string }[] } | undefined;
}

/**
 * The order as `GET /v2/orders/{id}` shows it, with what belongs to it in `beside`. Not from our order, because Square's
 * has no place for them: `note`, `language`, `ip`, `vendor`, coordinates, tags, `variantId` (it follows from the SKU),
 * `buyerCurrency`, a buyer's name that differs from the recipient's.
 * https://developer.squareup.com/reference/square/objects/Order
 */
export function orderResource(order: Order) {
  const { id, currency, lines, cancelledAt, updatedAt } = order;
  const shown = (amount: string | undefined) => money(amount, currency);
  const state = stateOf(order);
  const beside: BesideOrder = {
    billing: order.billingAddress && addressFields(order.billingAddress),
    refund: refundOf(order),
  };
  return {
    id,
    location_id: LOCATION,
    line_items: lines.map((line) => lineItem(line, order)),
    ...(lines.some(({ taxes }) => taxes?.length) || order.pricesIncludeTax !== undefined
      ? { taxes: taxesOf(order) }
      : {}),
    ...(order.discountCodes?.length && {
      discounts: order.discountCodes.map((name, at) => ({ uid: `d${at}`, name, scope: "ORDER", type: "FIXED_AMOUNT" })),
    }),
    ...(state !== "CANCELED" || order.shipping !== undefined ? { fulfillments: fulfillmentsOf(order) } : {}),
    created_at: order.placedAt,
    updated_at: updatedAt,
    state,
    version: versionOf(order),
    ...(order.number !== undefined && { reference_id: order.number }),
    ...(order.buyer?.id !== undefined && { customer_id: order.buyer.id }),
    ...(state !== "OPEN" && state !== "DRAFT" && { closed_at: cancelledAt ?? updatedAt }),
    ...tendersOf(order),
    service_charges: [
      {
        ...{ uid: "shipping", name: "Shipping", calculation_phase: "SUBTOTAL_PHASE", taxable: true, type: "CUSTOM" },
        ...{ amount_money: shown(deliveryOf(order)), applied_money: shown(deliveryOf(order)) },
      },
    ],
    metadata: metadataOf(order),
    total_money: shown(order.total),
    total_tax_money: shown(order.tax),
    total_discount_money: shown(order.discount),
    total_tip_money: shown("0"),
    total_service_charge_money: shown(deliveryOf(order)),
    source: { name: "Square Online" },
    beside,
  };
}

const deliveryOf = ({ shipping }: Order): string => subtract(shipping?.price ?? "0", shipping?.discount ?? "0");

/** Square counts an order's changes; here one a second since it was placed. */
const versionOf = ({ placedAt, updatedAt }: Order): number =>
  1 + Math.max(0, Math.floor((Date.parse(updatedAt) - Date.parse(placedAt)) / 1000));

function stateOf({ cancelledAt, fulfilmentState, hold }: Order): "OPEN" | "COMPLETED" | "CANCELED" | "DRAFT" {
  if (cancelledAt !== undefined) return "CANCELED";
  if (fulfilmentState === "fulfilled") return "COMPLETED";
  return hold === undefined ? "OPEN" : "DRAFT";
}

const taxUid = (line: Line, at: number): string => `${line.id}t${at}`;

function taxesOf({ lines, pricesIncludeTax }: Order) {
  const type = pricesIncludeTax === true ? "INCLUSIVE" : "ADDITIVE";
  const taxes = lines.flatMap((line) =>
    (line.taxes ?? []).map(({ title, rate }, at) => ({
      ...{ uid: taxUid(line, at), name: title ?? "Tax", type, scope: "LINE_ITEM" },
      ...(rate !== undefined && { percentage: shortest(multiply(rate, "100")) }),
    })),
  );
  return taxes.length > 0 ? taxes : [{ uid: "tax", name: "Tax", type, scope: "ORDER", percentage: "0" }];
}

function lineItem(line: Line, { currency }: Order) {
  const { unitPrice = "0", discount = "0", quantity, taxes = [], properties = [] } = line;
  const shown = (amount: string) => money(amount, currency);
  const gross = multiply(unitPrice, String(quantity));
  return {
    uid: line.id,
    catalog_object_id: catalogId(line),
    catalog_version: 1749240427764,
    quantity: String(quantity),
    name: line.title ?? line.sku,
    variation_name: line.variantTitle ?? "Regular",
    item_type: "ITEM",
    // Square Online writes the buyer's texts so.
    modifiers: properties.map(({ name, value }, at) => ({
      ...{ uid: `${line.id}m${at}`, name: value === undefined ? name : `${name}: ${value}`, quantity: "1" },
      ...{ base_price_money: shown("0"), total_price_money: shown("0") },
    })),
    applied_taxes: taxes.map(({ amount = "0" }, at) => ({
      ...{ uid: `${taxUid(line, at)}a`, tax_uid: taxUid(line, at), applied_money: shown(amount) },
    })),
    base_price_money: shown(unitPrice),
    variation_total_price_money: shown(gross),
    gross_sales_money: shown(gross),
    total_tax_money: shown(sum(taxes.map(({ amount = "0" }) => amount))),
    total_discount_money: shown(discount),
    total_money: shown(subtract(gross, discount)),
  };
}

export function addressFields(address: Address) {
  const { name = "", firstName, lastName } = address;
  const words = name.trim().split(/\s+/);
  return {
    address_line_1: address.street1 ?? "",
    address_line_2: address.street2 ?? "",
    locality: address.city ?? "",
    sublocality: address.district ?? "",
    administrative_district_level_1: address.provinceCode ?? address.province ?? "",
    postal_code: address.postcode ?? "",
    ...(address.country !== undefined && { country: address.country }),
    first_name: firstName ?? words.slice(0, -1).join(" "),
    last_name: lastName ?? words.at(-1) ?? "",
  };
}

const SPEEDS = { standard: "Standard", expedited: "Express", priority: "Overnight" } as const;

/** Of an order that is partly shipped two: what has left, and the rest. */
function fulfillmentsOf(order: Order) {
  const { lines, shipping, shippingAddress, cancelledAt, fulfilmentState } = order;
  const { kind = "ship", serviceLevel = "standard" } = shipping ?? {};
  const uid = `${order.id.slice(0, 20)}f`;
  const recipient = recipientOf(order);
  const state = cancelledAt !== undefined ? "CANCELED" : fulfilmentState === "fulfilled" ? "COMPLETED" : "PROPOSED";
  if (kind === "pick-up") {
    return [{ uid, type: "PICKUP", state, pickup_details: { recipient, pickup_at: order.placedAt } }];
  }
  if (kind === "local") {
    return [{ uid, type: "DELIVERY", state, delivery_details: { recipient, deliver_at: order.placedAt } }];
  }
  if (shippingAddress === null) return [];
  const shipment_details = {
    recipient,
    ...(shipping?.code !== undefined && { carrier: shipping.code }),
    shipping_type: kind === "digital" ? "No Shipping" : (shipping?.method ?? SPEEDS[serviceLevel]),
    ...(shippingAddress.remark !== undefined && { shipping_note: shippingAddress.remark }),
    ...(shipping?.shipBy !== undefined && { expected_shipped_at: shipping.shipBy }),
    placed_at: order.placedAt,
  };
  const shipped = entriesOf(lines, ({ fulfilled = 0 }) => fulfilled);
  if (state !== "PROPOSED" || shipped.length === 0) {
    return [{ uid, type: "SHIPMENT", state, line_item_application: "ALL", shipment_details }];
  }
  const left = entriesOf(lines, ({ quantity, fulfilled = 0 }) => quantity - fulfilled);
  return [
    {
      uid,
      type: "SHIPMENT",
      state: "COMPLETED",
      line_item_application: "ENTRY_LIST",
      entries: shipped,
      shipment_details,
    },
    ...(left.length === 0
      ? []
      : [
          {
            ...{ uid: `${uid}2`, type: "SHIPMENT", state, line_item_application: "ENTRY_LIST" },
            ...{ entries: left, shipment_details },
          },
        ]),
  ];
}

const entriesOf = (lines: readonly Line[], count: (line: Line) => number) =>
  lines.flatMap((line) =>
    count(line) > 0 ? [{ uid: `${line.id}e`, line_item_uid: line.id, quantity: String(count(line)) }] : [],
  );

function recipientOf({ shippingAddress, buyer }: Order) {
  const { name, firstName, lastName, email, phone } = shippingAddress ?? buyer ?? {};
  return {
    display_name: name ?? [firstName, lastName].filter(Boolean).join(" "),
    email_address: email ?? buyer?.email ?? "",
    phone_number: phone ?? buyer?.phone ?? "",
    ...(shippingAddress && { address: addressFields(shippingAddress) }),
  };
}

const CARD: Readonly<Record<Order["financialState"], string | undefined>> = {
  pending: undefined,
  authorized: "AUTHORIZED",
  "partially-paid": "CAPTURED",
  paid: "CAPTURED",
  "partially-refunded": "CAPTURED",
  refunded: "CAPTURED",
  voided: "VOIDED",
};

/** What is paid, and what is due: a refund changes neither. */
function tendersOf(order: Order) {
  const { id, financialState, total = "0", currency, paidAt, updatedAt } = order;
  const status = CARD[financialState];
  const paid = financialState === "partially-paid" ? divide(total, "2", 2) : total;
  const due = status === "CAPTURED" ? subtract(total, paid) : total;
  const tender = {
    ...{ id: paymentId(id), location_id: LOCATION, transaction_id: id, created_at: paidAt ?? updatedAt },
    ...{ amount_money: money(paid, currency), type: "CARD" },
    ...{ card_details: { status, card: { card_brand: "VISA", last_4: "1111" }, entry_method: "KEYED" } },
    payment_id: paymentId(id),
  };
  return { ...(status !== undefined && { tenders: [tender] }), net_amount_due_money: money(due, currency) };
}

function refundOf(order: Order): BesideOrder["refund"] {
  const { financialState, refunded, total = "0", currency, lines } = order;
  if (financialState !== "refunded" && financialState !== "partially-refunded") return undefined;
  const isAll = financialState === "refunded";
  const back = lines.flatMap((line) => {
    const { id: uid, quantity, fulfilled = 0 } = line;
    const count = isAll ? quantity : quantity - fulfilled - quantityToShip({ ...line, ships: true });
    return count > 0 ? [{ uid, quantity: String(count) }] : [];
  });
  return { amount: money(refunded ?? (isAll ? total : "1.00"), currency), lines: back };
}

/** What Square has no field for: applications write it. Names have letters, digits, - and _ alone. */
function metadataOf({ attributes = [], taxIds = [], shipping, ...order }: Order) {
  const entries: [string, string | undefined][] = [
    ...attributes.map(({ name, value }): [string, string | undefined] => [name.replace(/[^\w-]/g, "_"), value]),
    ["gift", order.gift === true ? "yes" : undefined],
    ["gift_message", order.giftMessage],
    ["delivery_date", shipping?.deliverFrom],
    ...taxIds.map(({ type, value }): [string, string] => [TAX_NAMES[type], value]),
  ];
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (value ? [[name.slice(0, 60), value.slice(0, 255)]] : [])),
  );
}

const TAX_NAMES = {
  vat: "vat_id",
  ioss: "ioss",
  eori: "eori",
  national: "tax_id",
  "tax-office": "tax_office",
} as const;
