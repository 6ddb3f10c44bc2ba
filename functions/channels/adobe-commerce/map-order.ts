import * as z from "zod/mini";
import { type Attribute, attribute, isYes } from "../../../shared/connector/attributes.ts";
import { period } from "../../../shared/connector/instant.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { fullName } from "../../../shared/connector/person-name.ts";
import { serviceLevel } from "../../../shared/connector/service-level.ts";
import { shipTo } from "../../../shared/connector/ship-to.ts";
import { kindByWords } from "../../../shared/connector/shipping-words.ts";
import { compare, type Decimal, subtract, sum } from "../../../shared/decimal.ts";
import { Order } from "../../../shared/order.ts";
import type { ShippingKind } from "../../../shared/shipping-kind.ts";
import { fraction, mapLines } from "./map-line.ts";
import { orderState } from "./order-state.ts";
import type { RestAddress, RestOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";
import { timeOf } from "./time-of.ts";

type Lines = ReturnType<typeof mapLines>;

/** @throws MalformedEvent if a time cannot be read, or the result does not match our own schema */
export function mapOrder(order: RestOrder, settings: Settings): Order {
  const { billing_address: billing, extension_attributes: more } = order;
  const updatedAt = timeOf(order.updated_at, "updated_at", settings);
  const lines = mapLines(order, settings);
  const attributes = attributesOf(order);
  const { shippingAddress, hold: severalAddresses } = shipTo(
    assignments(order).map(({ address }) => address && mapAddress(address)),
  );
  const title = more?.payment_additional_info.find(({ key }) => key === "method_title")?.value;
  const methods = [order.payment?.method, title].flatMap((name) => name ?? []);
  const state = orderState(order, updatedAt, methods, settings);
  const giftMessage = more?.gift_message?.message ?? attribute(attributes, "giftMessage");

  const parsed = z.safeParse(Order, {
    id: order.entity_id,
    number: order.increment_id,
    placedAt: timeOf(order.created_at, "created_at", settings),
    updatedAt,
    salesPlatform: "Adobe Commerce",
    shopName: order.store_name?.split(/\s*\n\s*/).join(" / "),
    ...state,
    fulfilmentState: fulfilmentState(order, lines),
    hold: state.hold ?? severalAddresses,

    lines,
    shippingAddress: shippingAddress && { ...shippingAddress, remark: attribute(attributes, "remark") },
    billingAddress: billing && mapAddress(billing),
    buyer: buyerOf(order),
    taxIds: taxIds(order, attributes),

    currency: order.base_currency_code ?? order.order_currency_code,
    buyerCurrency: order.order_currency_code,
    ...amountsOf(order, lines, settings),

    paymentMethod: title ?? order.payment?.method,
    shipping: mapShipping(order, lines, attributes, settings),
    gift: giftMessage !== undefined || isWrapped(order) || isYes(attribute(attributes, "gift") ?? "no"),
    giftMessage,
    note: order.customer_note,
    attributes,
  });
  if (parsed.success) return parsed.data;
  throw malformed(parsed.error, ["order"]);
}

const assignments = ({ extension_attributes: more }: RestOrder) =>
  (more?.shipping_assignments ?? []).flatMap(({ shipping }) => shipping ?? []);

const isWrapped = ({ items, extension_attributes: more }: RestOrder): boolean =>
  [more, ...items.map((item) => item.extension_attributes)].some((each) => each?.gw_id !== undefined);

const joined = (...parts: (string | undefined)[]): string | undefined => parts.filter(Boolean).join(" ") || undefined;

function mapAddress(address: RestAddress) {
  const [street1, ...street] = address.street.flatMap((line) => line ?? []);
  const firstName = joined(address.firstname, address.middlename);
  const lastName = joined(address.lastname, address.suffix);
  return {
    name: fullName({ firstName, lastName }),
    firstName,
    lastName,
    company: address.company,
    street1,
    street2: street.join(", ") || undefined,
    city: address.city,
    province: address.region ?? address.region_code,
    // Where Commerce does not know a country's regions, the code repeats the name.
    provinceCode: address.region_code === address.region ? undefined : address.region_code,
    postcode: address.postcode,
    country: address.country_id,
    phone: address.telephone,
    email: address.email,
  };
}

function buyerOf(order: RestOrder) {
  const { billing_address: billing } = order;
  const firstName = joined(order.customer_firstname, order.customer_middlename) ?? billing?.firstname;
  const lastName = order.customer_lastname ?? billing?.lastname;
  return {
    id: order.customer_id,
    name: fullName({ firstName, lastName }),
    firstName,
    lastName,
    email: order.customer_email ?? billing?.email,
    phone: billing?.telephone,
    ip: order.remote_ip,
  };
}

/** Goods were shipped if their counts say so; a complete order has nothing left to do. */
function fulfilmentState({ state }: RestOrder, lines: Lines): Order["fulfilmentState"] {
  const goods = lines.filter(({ ships }) => ships);
  const isWhole = goods.length > 0 && goods.every(({ quantity, fulfilled }) => fulfilled >= quantity);
  if (state === "complete" || isWhole) return "fulfilled";
  return goods.some(({ fulfilled }) => fulfilled > 0) ? "partial" : "unfulfilled";
}

const positive = (amount: Decimal | null | undefined): Decimal | undefined =>
  compare(amount ?? "0", "0") > 0 ? (amount ?? undefined) : undefined;

/** In the shop's currency, in which Commerce is paid. */
function amountsOf(order: RestOrder, lines: Lines, { pricesIncludeTax }: Settings) {
  const subtotal = (pricesIncludeTax ? order.base_subtotal_incl_tax : undefined) ?? order.base_subtotal;
  return {
    subtotal: subtotal && subtract(subtotal, sum(lines.map(({ discount }) => discount ?? "0"))),
    discount: order.base_discount_amount?.replace(/^-/, ""),
    discountCodes: order.coupon_code?.split(",").map((code) => code.trim()),
    tax: order.base_tax_amount,
    total: order.base_grand_total,
    refunded: positive(order.base_total_refunded),
    pricesIncludeTax,
  };
}

function mapShipping(order: RestOrder, lines: Lines, attributes: readonly Attribute[], settings: Settings) {
  const code = assignments(order).find(({ method }) => method !== undefined)?.method;
  const method = order.shipping_description;
  const wished = period(attribute(attributes, "deliveryDate"));
  const taxes = order.extension_attributes?.item_applied_taxes.find(({ type }) => type === "shipping")?.applied_taxes;
  const rates = (taxes ?? []).flatMap(({ percent }) => percent ?? []);
  return {
    kind: shippingKind(order, lines, code),
    method,
    code,
    serviceLevel: serviceLevel({ title: method, code }),
    price: (settings.pricesIncludeTax ? order.base_shipping_incl_tax : undefined) ?? order.base_shipping_amount,
    discount: positive(order.base_shipping_discount_amount),
    taxRate: rates.length > 0 ? fraction(sum(rates)) : undefined,
    deliverFrom: wished?.from,
    deliverUntil: wished?.until,
    shipBy: period(attribute(attributes, "shipBy"))?.until,
  };
}

/** The method of Commerce's In-Store Delivery. */
const IN_STORE = "instore_pickup";

function shippingKind(order: RestOrder, lines: Lines, code: string | undefined): ShippingKind {
  if (order.is_virtual || (lines.length > 0 && lines.every(({ ships }) => !ships))) return "digital";
  if (code === IN_STORE || order.extension_attributes?.pickup_location_code !== undefined) return "pick-up";
  return kindByWords([order.shipping_description, code]) ?? "ship";
}

/** Extensions add fields of their own beside Commerce's: those with a plain value are the order's attributes. */
function attributesOf({ extension_attributes: more }: Pick<RestOrder, "extension_attributes">): Attribute[] {
  return Object.entries(more ?? {}).flatMap(([name, value]) =>
    (typeof value === "string" && value !== "") || typeof value === "number" ? { name, value: String(value) } : [],
  );
}

function taxIds({ billing_address: billing, customer_taxvat }: RestOrder, attributes: readonly Attribute[]) {
  const vat = billing?.vat_id ?? customer_taxvat ?? attribute(attributes, "vat");
  const others = (["ioss", "eori", "national", "tax-office"] as const).flatMap((type) => {
    const value = attribute(attributes, type);
    return value ? { type, value } : [];
  });
  return [...(vat ? [{ type: "vat", value: vat }] : []), ...others];
}
