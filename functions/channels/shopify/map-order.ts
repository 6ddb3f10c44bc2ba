import * as z from "zod/mini";
import { type Attribute, attribute, isYes } from "../../../shared/connector/attributes.ts";
import { isCashOnDeliveryMethod } from "../../../shared/connector/cash-on-delivery.ts";
import { period } from "../../../shared/connector/instant.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { serviceLevel } from "../../../shared/connector/service-level.ts";
import { add, compare, divide, multiply, round, subtract, sum } from "../../../shared/decimal.ts";
import { Order } from "../../../shared/order.ts";
import { inShopMoney, type LineItem, type RestAddress, type RestOrder, type ShippingLine } from "./payload.ts";
import { fulfilledQuantity, quantityToShip } from "./quantity-to-ship.ts";
import type { Settings } from "./settings.ts";
import { goesInSeveralWays, shippingKind, travels } from "./shipping-kind.ts";

const SEVERAL_WAYS = "its parts reach the buyer in different ways";

/** What is known of an order beside the order itself: what the webhook's headers say, or what else the API has. */
export interface Delivery {
  topic: string;
  shop?: string | undefined;
  test: boolean;
  /** UTC ISO 8601. */
  triggeredAt?: string | undefined;
  /** When the last payment came in, UTC ISO 8601. */
  paidAt?: string | undefined;
  hold?: { reason: string; until?: string | undefined } | undefined;
}

/** @throws MalformedEvent if the result does not match our own schema: names our field, not its value */
export function mapOrder(rest: RestOrder, delivery: Delivery, settings: Settings): Order {
  const { customer, billing_address: billing } = rest;
  const attributes = rest.note_attributes ?? [];
  const everywhere = [...attributes, ...rest.line_items.flatMap((line) => line.properties ?? [])];
  const giftMessage = attribute(everywhere, "giftMessage");

  const parsed = z.safeParse(Order, {
    id: rest.id,
    number: rest.name ?? rest.order_number,
    placedAt: placedAt(rest),
    paidAt: paidAt(rest, delivery),
    updatedAt: rest.updated_at,
    cancelledAt: rest.cancelled_at,
    salesPlatform: "Shopify",
    shopName: delivery.shop,

    lines: rest.line_items.map((line) => mapLine(line, rest)),
    shippingAddress: rest.shipping_address
      ? { ...mapAddress(rest.shipping_address), remark: attribute(attributes, "remark") }
      : null,
    billingAddress: billing ? mapAddress(billing) : undefined,
    buyer: {
      id: customer?.id,
      name: [customer?.first_name, customer?.last_name].filter(Boolean).join(" ") || billing?.name,
      firstName: customer?.first_name,
      lastName: customer?.last_name,
      email: rest.email ?? rest.contact_email ?? customer?.email,
      phone: rest.phone ?? customer?.phone,
      language: rest.customer_locale,
      ip: rest.browser_ip ?? rest.client_details?.browser_ip,
    },
    taxIds: taxIds(rest, attributes),

    currency: rest.currency,
    buyerCurrency: rest.presentment_currency,
    subtotal: inShopMoney(rest.subtotal_price_set, rest.subtotal_price),
    discount: inShopMoney(rest.total_discounts_set, rest.total_discounts),
    discountCodes: rest.discount_codes.flatMap(({ code }) => code ?? []),
    tax: inShopMoney(rest.total_tax_set, rest.total_tax),
    total: inShopMoney(rest.total_price_set, rest.total_price),
    refunded: refunded(rest),
    pricesIncludeTax: rest.taxes_included,

    financialState: financialState(rest.financial_status),
    paymentMethod: gatewaysOf(rest).join(", ") || rest.gateway,
    amountDue: amountDue(rest, settings),

    shipping: mapShipping(rest, attributes),
    gift: giftMessage !== undefined || isYes(attribute(everywhere, "gift") ?? "no"),
    giftMessage,
    note: rest.note,
    attributes,
    tags: rest.tags?.split(",").flatMap((tag) => tag.trim() || []),
    fulfilmentState: FULFILMENT[rest.fulfillment_status ?? ""] ?? "unfulfilled",
    hold: delivery.hold ?? (goesInSeveralWays(rest) ? { reason: SEVERAL_WAYS } : undefined),
    test: rest.test === true || delivery.test,
  });
  if (parsed.success) return parsed.data;
  throw malformed(parsed.error, ["order"]);
}

function mapLine(line: LineItem, order: RestOrder) {
  const allocated = sum(line.discount_allocations.map((part) => inShopMoney(part.amount_set, part.amount) ?? "0"));
  return {
    id: line.id,
    sku: line.sku ?? "",
    quantity: line.quantity,
    quantityToShip: quantityToShip(line, order),
    fulfilled: fulfilledQuantity(line, order),
    productId: line.product_id,
    variantId: line.variant_id,
    title: line.title ?? line.name,
    variantTitle: line.variant_title,
    vendor: line.vendor,
    unitPrice: inShopMoney(line.price_set, line.price),
    // Allocations are both the line's and the order's discounts; total_discount is the line's own alone.
    discount:
      line.discount_allocations.length > 0 ? allocated : inShopMoney(line.total_discount_set, line.total_discount),
    taxes: line.tax_lines.map(({ title, rate, price, price_set }) => ({
      title,
      rate,
      amount: inShopMoney(price_set, price),
    })),
    properties: line.properties ?? [],
    ships: travels(line),
    fulfilledBy: otherService(line),
  };
}

/** `manual` is the shop's own stock; a gift card's service is `gift_card`. */
const otherService = ({ fulfillment_service: service }: LineItem): string | undefined =>
  service === "manual" || service === "gift_card" ? undefined : service;

const mapAddress = (address: RestAddress) => ({
  name: address.name ?? ([address.first_name, address.last_name].filter(Boolean).join(" ") || undefined),
  firstName: address.first_name,
  lastName: address.last_name,
  company: address.company,
  street1: address.address1,
  street2: address.address2,
  city: address.city,
  province: address.province,
  provinceCode: address.province_code,
  postcode: address.zip,
  country: address.country_code ?? address.country,
  phone: address.phone,
  latitude: address.latitude,
  longitude: address.longitude,
});

/** Several shipping lines become one, with the name of the first and the sums of their amounts. */
function mapShipping(rest: RestOrder, attributes: readonly Attribute[]) {
  const kind = shippingKind(rest);
  const wished = period(attribute(attributes, "deliveryDate"));
  const shipBy = period(attribute(attributes, "shipBy"))?.until;
  const kept = rest.shipping_lines.filter(({ is_removed }) => is_removed !== true);
  if (kept.length === 0 && kind === "ship" && !wished && !shipBy) return undefined;
  return {
    ...(kind !== "ship" && { kind }),
    ...shippingMethod(kept),
    deliverFrom: wished?.from,
    deliverUntil: wished?.until,
    shipBy,
  };
}

function shippingMethod(lines: readonly ShippingLine[]) {
  const [first] = lines;
  if (!first) return undefined;
  const rates = first.tax_lines.flatMap(({ rate }) => rate ?? []);
  return {
    method: first.title,
    code: first.code,
    serviceLevel: serviceLevel(first),
    price: sum(lines.map((line) => inShopMoney(line.price_set, line.price) ?? "0")),
    discount: sum(lines.map(shippingDiscount)),
    taxRate: rates.length > 0 ? sum(rates) : undefined,
  };
}

/** `discounted_price` lacks discounts of the whole cart; the allocations have them, but are not always sent. */
function shippingDiscount(line: ShippingLine): string {
  const price = inShopMoney(line.price_set, line.price) ?? "0";
  const own = subtract(price, inShopMoney(line.discounted_price_set, line.discounted_price) ?? price);
  const allocated = sum(line.discount_allocations.map((part) => inShopMoney(part.amount_set, part.amount) ?? "0"));
  return compare(allocated, own) > 0 ? allocated : own;
}

/** An imported order keeps its true date in `processed_at` and was created here later. */
function placedAt({ created_at, processed_at }: RestOrder): string {
  return processed_at && Date.parse(processed_at) < Date.parse(created_at) ? processed_at : created_at;
}

/**
 * The order has no time of payment. It follows from its payment terms, from its payments (which the API has), from the
 * event "paid", or from an immediate payment.
 */
function paidAt(rest: RestOrder, { topic, triggeredAt, paidAt: known }: Delivery): string | undefined {
  if (!["paid", "partially_refunded", "refunded"].includes(rest.financial_status ?? "")) return undefined;
  const instalments = rest.payment_terms?.payment_schedules.flatMap(({ completed_at }) => completed_at ?? []) ?? [];
  if (instalments.length > 0) return instalments.sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1);
  if (known !== undefined) return known;
  if (topic === "orders/paid") return triggeredAt ?? rest.updated_at;
  return topic === "orders/create" ? (rest.processed_at ?? rest.created_at) : undefined;
}

/** `expired`: the authorisation lapsed; nothing was paid. */
const financialState = (status: string | null | undefined): string =>
  status === null || status === undefined || status === "expired" ? "pending" : status;

const FULFILMENT: Record<string, "unfulfilled" | "partial" | "fulfilled"> = {
  partial: "partial",
  fulfilled: "fulfilled",
};

/**
 * What is still due of an order that is paid on delivery. Its payment method says so even after it was paid. What is due
 * of a partly paid order is the rest alone: without that amount it is not known, and the order waits to be paid.
 */
function amountDue(rest: RestOrder, { cashOnDelivery }: Settings): string | undefined {
  if (!isCashOnDeliveryMethod([...gatewaysOf(rest), rest.gateway ?? ""], cashOnDelivery)) return undefined;
  const state = financialState(rest.financial_status);
  if (state === "partially_paid") return rest.total_outstanding ?? undefined;
  if (state !== "pending" && state !== "authorized") return undefined;
  return rest.total_outstanding ?? inShopMoney(rest.total_price_set, rest.total_price);
}

const gatewaysOf = (rest: RestOrder): string[] => rest.payment_gateway_names.flatMap((name) => name ?? []);

/**
 * Transactions are in the buyer's currency. Amounts in another currency than the shop's are converted by the order's
 * rate.
 */
function refunded({ refunds, currency, ...rest }: RestOrder): string | undefined {
  if (!refunds) return undefined;
  const paidBack = refunds
    .flatMap(({ transactions }) => transactions)
    .filter(({ kind, status }) => kind === "refund" && status === "success");
  return paidBack.reduce((total, { amount, currency: paidIn }) => {
    const shop = rest.total_price_set?.shop_money?.amount;
    const buyer = rest.total_price_set?.presentment_money?.amount;
    if (!amount) return total;
    if (!paidIn || paidIn === currency || !shop || !buyer || compare(buyer, "0") === 0) return add(total, amount);
    return add(total, round(divide(multiply(amount, shop), buyer, 8), 2));
  }, "0.00");
}

function taxIds({ localization_extensions, localized_fields }: RestOrder, attributes: readonly Attribute[]) {
  const named = (["vat", "ioss", "eori", "national", "tax-office"] as const).flatMap((type) => {
    const value = attribute(attributes, type);
    return value ? { type, value } : [];
  });
  // TAX_CREDENTIAL_BR, SHIPPING_CREDENTIAL_KR …; TAX_EMAIL_IT and TAX_CREDENTIAL_TYPE_CO say something else.
  const localized = [...localization_extensions, ...localized_fields].flatMap(({ key, value }) =>
    value && /^(?:tax|shipping)_credential_[a-z]{2}$/i.test(key ?? "") ? { type: "national" as const, value } : [],
  );
  const all = [...named, ...localized];
  return all.filter(
    (id, index) => all.findIndex((other) => other.type === id.type && other.value === id.value) === index,
  );
}
