import * as z from "zod/mini";
import { type Attribute, attribute, isYes } from "../../../shared/connector/attributes.ts";
import { period } from "../../../shared/connector/instant.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { plainText } from "../../../shared/connector/plain-text.ts";
import { serviceLevel } from "../../../shared/connector/service-level.ts";
import { add, compare, subtract, sum } from "../../../shared/decimal.ts";
import { Order } from "../../../shared/order.ts";
import type { ShippingKind } from "../../../shared/shipping-kind.ts";
import { amountOf, type Beside, isDiscount, mapFee, mapLine, taxesOf } from "./map-line.ts";
import { isOver, orderState } from "./order-state.ts";
import type { Meta, RestAddress, RestOrder } from "./payload.ts";
import { type Settings, siteOf } from "./settings.ts";
import { shipToOf } from "./ship-to-of.ts";
import { requiredTime } from "./time-of.ts";

const ERASED = "the shop erased the buyer's data";
/** As many as an order has. */
const MOST_ATTRIBUTES = 1_000;

/**
 * WordPress replaced the buyer's data by "[deleted]", at the buyer's request or after the time that the shop keeps it.
 * https://github.com/woocommerce/woocommerce, includes/class-wc-privacy-erasers.php
 */
export const isAnonymised = ({ meta_data }: Pick<RestOrder, "meta_data">): boolean =>
  meta_data.some(({ key, value }) => key === "_anonymized" && value === "yes");

/** @throws MalformedEvent if the result does not match our own schema, or a time cannot be read */
export function mapOrder(rest: RestOrder, given: Beside, settings: Settings): Order {
  // What is over is not sent, and its webhook, which lacks the refunds' lines, must say the same as the API.
  const beside = isOver(rest, settings) ? { ...given, refunds: [] } : given;
  const updatedAt = requiredTime(rest, "date_modified", settings);
  const fees = rest.fee_lines.filter((fee) => !isDiscount(fee));
  const attributes = attributesOf(rest.meta_data);
  const parsed = z.safeParse(Order, {
    id: rest.id,
    number: rest.number,
    placedAt: requiredTime(rest, "date_created", settings),
    updatedAt,
    salesPlatform: "WooCommerce",
    shopName: siteOf(settings.url),

    // Without goods the order is not all there: fees alone must not look like an order of nothing to ship.
    lines:
      rest.line_items.length === 0
        ? []
        : [...rest.line_items.map((line) => mapLine(line, rest, beside)), ...fees.map((fee) => mapFee(fee, rest))],
    taxIds: taxIds(attributes),

    currency: rest.currency,
    ...sums(rest),
    discountCodes: rest.coupon_lines.flatMap(({ code }) => code ?? []),
    tax: rest.total_tax,
    total: rest.total,
    pricesIncludeTax: rest.prices_include_tax,

    ...orderState(rest, settings, updatedAt),
    paymentMethod: plainText(rest.payment_method_title) ?? rest.payment_method,
    note: rest.customer_note,
    attributes,
    ...gift(attributes),
    ...(isAnonymised(rest) ? withoutBuyer() : people(rest, beside, attributes)),
  });
  if (parsed.success) return parsed.data;
  throw malformed(parsed.error, ["order"]);
}

/** No webhook, and no fetch, brings back what the shop erased. */
const withoutBuyer = () => ({
  ...{ shippingAddress: null, attributes: [], taxIds: [], note: undefined, giftMessage: undefined },
  hold: { reason: ERASED },
});

function people(rest: RestOrder, { virtualLines }: Beside, attributes: readonly Attribute[]) {
  const { billing } = rest;
  const { kind, address, hold } = shipToOf(rest, virtualLines);
  const named = withoutPrefix(attributes);
  return {
    shippingAddress: address && {
      ...mapAddress(address),
      phone: address.phone ?? billing?.phone,
      remark: attribute(named, "remark"),
    },
    billingAddress: billing && mapAddress(billing),
    buyer: {
      id: rest.customer_id,
      name: nameOf(billing),
      firstName: billing?.first_name,
      lastName: billing?.last_name,
      email: billing?.email,
      phone: billing?.phone,
      ip: rest.customer_ip_address,
    },
    shipping: mapShipping(rest, kind, named),
    ...(hold && { hold }),
  };
}

const nameOf = (address: RestAddress | undefined): string | undefined =>
  [address?.first_name, address?.last_name].filter(Boolean).join(" ") || undefined;

/** `state` is WooCommerce's own code where it knows the country's states, else what the buyer wrote. */
const CODE = /^(?=.*[A-Z])[A-Z0-9-]{1,6}$/;

const mapAddress = (address: RestAddress) => ({
  name: nameOf(address),
  firstName: address.first_name,
  lastName: address.last_name,
  company: address.company,
  street1: address.address_1,
  street2: address.address_2,
  city: address.city,
  province: address.state,
  provinceCode: CODE.test(address.state ?? "") ? address.state : undefined,
  postcode: address.postcode,
  country: address.country,
  phone: address.phone,
});

/** Several shipping lines, one for each parcel, become one, with the name of the first and the sums of their amounts. */
function mapShipping(rest: RestOrder, kind: ShippingKind, attributes: readonly Attribute[]) {
  const { shipping_lines: lines } = rest;
  const [first] = lines;
  const wished = period(attribute(attributes, "deliveryDate"));
  const shipBy = period(attribute(attributes, "shipBy"))?.until;
  if (!first && kind === "ship" && !wished && !shipBy) return undefined;
  const title = plainText(first?.method_title);
  const rates = first ? taxesOf(first.taxes, rest).flatMap(({ rate }) => rate ?? []) : [];
  return {
    ...(kind !== "ship" && { kind }),
    ...(first && {
      method: title,
      code: first.method_id,
      serviceLevel: serviceLevel({ title, code: first.method_id }),
      price: sum(lines.map((line) => amountOf({ net: line.total, tax: line.total_tax }, rest))),
      taxRate: rates.length > 0 ? sum(rates) : undefined,
    }),
    deliverFrom: wished?.from,
    deliverUntil: wished?.until,
    shipBy,
  };
}

/** Of the lines, which are the goods and the fees above zero. */
function sums(rest: RestOrder) {
  const of = (lines: readonly { total?: string | null | undefined; total_tax?: string | null | undefined }[]) =>
    sum(lines.map((line) => amountOf({ net: line.total, tax: line.total_tax }, rest)));
  const below = of(rest.fee_lines.filter(isDiscount));
  const discount = amountOf({ net: rest.discount_total, tax: rest.discount_tax }, rest);
  return {
    subtotal: add(of(rest.line_items), of(rest.fee_lines.filter((fee) => !isDiscount(fee)))),
    discount: compare(below, "0") < 0 ? subtract(discount, below) : discount,
  };
}

const attributesOf = (metas: readonly Meta[]): Attribute[] =>
  metas
    .flatMap(({ key, value }) => {
      if (key === undefined || value === undefined || value === null || value === "") return [];
      return { name: key, value: typeof value === "object" ? JSON.stringify(value) : String(value) };
    })
    .slice(0, MOST_ATTRIBUTES);

/** `_billing_vat_number` as `vat_number`: plugins put the form's name before the field's. */
const withoutPrefix = (attributes: readonly Attribute[]): Attribute[] =>
  attributes.map(({ name, value }) => ({ name: name.replace(/^_?(?:(?:billing|shipping|order)_)?/, ""), value }));

function gift(attributes: readonly Attribute[]) {
  const named = withoutPrefix(attributes);
  const giftMessage = attribute(named, "giftMessage");
  return { gift: giftMessage !== undefined || isYes(attribute(named, "gift") ?? "no"), giftMessage };
}

const taxIds = (attributes: readonly Attribute[]) =>
  (["vat", "ioss", "eori", "national", "tax-office"] as const).flatMap((type) => {
    const value = attribute(withoutPrefix(attributes), type);
    return value ? { type, value } : [];
  });
