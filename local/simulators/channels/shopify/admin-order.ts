import { shortest, subtract } from "../../../../shared/decimal.ts";
import type { Address, Line, Order } from "../../../../shared/order.ts";
import { gid, type MoneySet, relatedId } from "./fields.ts";
import { splitOf } from "./line-items.ts";
import { orderResource } from "./order-resource.ts";

type Rest = ReturnType<typeof orderResource>;

/** UTC, to the second. */
const second = (time: string): string => `${new Date(time).toISOString().slice(0, "2026-11-20T10:00:05".length)}Z`;
const maybeSecond = (time: string | undefined): string | null => (time === undefined ? null : second(time));

/** One decimal at least, and no more than there are: `16720.0`. */
const money = ({ shop_money, presentment_money }: MoneySet) => ({
  shopMoney: { amount: decimal(shop_money.amount), currencyCode: shop_money.currency_code },
  presentmentMoney: { amount: decimal(presentment_money.amount), currencyCode: presentment_money.currency_code },
});
const decimal = (amount: string): string =>
  shortest(amount).includes(".") ? shortest(amount) : `${shortest(amount)}.0`;

/** A list with a cursor, as it is stored: all of it. */
const list = <T>(nodes: readonly T[]) => ({ nodes });

const attributes = (pairs: readonly { name: string; value?: string | undefined }[]) =>
  pairs.map(({ name, value }) => ({ key: name, value: value ?? null }));

const taxes = (lines: readonly { title: string; rate: number; price_set: MoneySet }[]) =>
  lines.map(({ title, rate, price_set }) => ({ title, rate, ratePercentage: rate * 100, priceSet: money(price_set) }));

const allocations = (all: readonly { amount_set: MoneySet }[]) =>
  all.map(({ amount_set }) => ({ allocatedAmountSet: money(amount_set) }));

/**
 * The order as the Admin API's `Order` has it, with whole lists where it has pages.
 * https://shopify.dev/docs/api/admin-graphql/2026-10/objects/Order
 */
export function adminOrder(order: Order, shop: string) {
  const { id } = order;
  const rest = orderResource(order, shop);
  const lines = order.lines.map((line, at) => lineItem(line, order, rest.line_items[at]));
  return {
    id: gid("Order", id),
    legacyResourceId: id,
    name: rest.name,
    createdAt: second(order.placedAt),
    processedAt: second(order.placedAt),
    updatedAt: second(order.updatedAt),
    cancelledAt: maybeSecond(order.cancelledAt),
    test: rest.test,
    edited: false,
    sourceName: "web",
    currencyCode: rest.currency,
    presentmentCurrencyCode: rest.presentment_currency,
    taxesIncluded: rest.taxes_included,
    displayFinancialStatus: rest.financial_status.toUpperCase(),
    displayFulfillmentStatus: FULFILMENT[order.fulfilmentState ?? "unfulfilled"],
    paymentGatewayNames: rest.payment_gateway_names,
    discountCodes: order.discountCodes ?? [],
    email: rest.email,
    phone: rest.phone,
    customerLocale: rest.customer_locale,
    clientIp: rest.browser_ip,
    note: rest.note,
    tags: order.tags ?? [],
    customAttributes: attributes(rest.note_attributes),
    customer: customer(order, rest),
    billingAddress: rest.billing_address && mailingAddress(rest.billing_address, id, "billing"),
    shippingAddress: rest.shipping_address && mailingAddress(rest.shipping_address, id, "shipping"),
    subtotalPriceSet: amount(order, order.subtotal),
    totalDiscountsSet: amount(order, order.discount),
    totalTaxSet: amount(order, order.tax),
    totalPriceSet: amount(order, order.total),
    currentTotalPriceSet: amount(order, subtract(order.total ?? "0", order.refunded ?? "0")),
    totalOutstandingSet: amount(order, rest.total_outstanding),
    totalRefundedSet: amount(order, rest.refunds[0]?.transactions[0]?.amount),
    transactions: transactions(order),
    refunds: rest.refunds.map(() => ({
      id: gid("Refund", relatedId(id, "refund")),
      totalRefundedSet: amount(order, rest.refunds[0]?.transactions[0]?.amount),
      refundLineItems: list([]),
    })),
    fulfillments: rest.fulfillments.map(({ status }) => ({
      id: gid("Fulfillment", relatedId(id, "fulfilment")),
      status: status.toUpperCase(),
      fulfillmentLineItems: list(
        order.lines.flatMap((line, at) => {
          const { fulfilled } = splitOf(line, order);
          const own = gid("FulfillmentLineItem", relatedId(line.id, "fulfilled"));
          return fulfilled > 0 ? [{ id: own, lineItem: lines[at], quantity: fulfilled }] : [];
        }),
      ),
    })),
    fulfillmentOrders: list([fulfilmentOrder(order)]),
    lineItems: list(lines),
    shippingLines: list(
      rest.shipping_lines.map((line) => ({
        id: gid("ShippingLine", relatedId(id, "shipping")),
        title: line.title,
        code: line.code,
        source: line.source,
        carrierIdentifier: null,
        deliveryCategory: null,
        isRemoved: false,
        originalPriceSet: money(line.price_set),
        discountedPriceSet: money(line.discounted_price_set),
        discountAllocations: [],
        taxLines: taxes(line.tax_lines),
      })),
    ),
    localizedFields: list([]),
  };
}

const FULFILMENT = {
  unfulfilled: "UNFULFILLED",
  partial: "PARTIALLY_FULFILLED",
  fulfilled: "FULFILLED",
} as const;

/** An amount in the shop's currency, and in the buyer's at the rate 1. */
function amount({ currency, buyerCurrency = currency }: Order, value = "0") {
  const both = decimal(value);
  return {
    shopMoney: { amount: both, currencyCode: currency },
    presentmentMoney: { amount: both, currencyCode: buyerCurrency },
  };
}

/** https://shopify.dev/docs/api/admin-graphql/2026-10/objects/LineItem */
function lineItem(line: Line, order: Order, rest: Rest["line_items"][number] | undefined) {
  if (!rest) throw new RangeError("a line without its REST form");
  const { open, removed } = splitOf(line, order);
  return {
    id: gid("LineItem", line.id),
    sku: line.sku,
    quantity: line.quantity,
    currentQuantity: line.quantity - removed,
    refundableQuantity: line.quantity - removed,
    nonFulfillableQuantity: removed,
    unfulfilledQuantity: open,
    title: rest.title,
    name: rest.name,
    variantTitle: rest.variant_title,
    vendor: rest.vendor,
    requiresShipping: rest.requires_shipping,
    isGiftCard: rest.gift_card,
    product: line.productId === undefined ? null : { id: gid("Product", line.productId) },
    variant: line.variantId === undefined ? null : { id: gid("ProductVariant", line.variantId) },
    fulfillmentService: { handle: rest.fulfillment_service },
    originalUnitPriceSet: money(rest.price_set),
    totalDiscountSet: money(rest.total_discount_set),
    discountAllocations: allocations(rest.discount_allocations),
    taxLines: taxes(rest.tax_lines),
    customAttributes: attributes(rest.properties),
  };
}

function customer({ id, buyer }: Order, rest: Rest) {
  if (!rest.customer) return null;
  const { first_name, last_name, email, phone } = rest.customer;
  return {
    id: gid("Customer", buyer?.id ?? relatedId(id, "customer")),
    firstName: first_name,
    lastName: last_name,
    defaultEmailAddress: email === null ? null : { emailAddress: email },
    defaultPhoneNumber: phone === null ? null : { phoneNumber: phone },
  };
}

type RestAddress = NonNullable<Rest["shipping_address"]>;

function mailingAddress(address: RestAddress, orderId: string, what: string) {
  return {
    id: gid("MailingAddress", relatedId(orderId, what)),
    name: address.name,
    firstName: address.first_name,
    lastName: address.last_name,
    company: address.company,
    address1: address.address1,
    address2: address.address2,
    city: address.city,
    province: address.province,
    provinceCode: address.province_code,
    zip: address.zip,
    country: address.country,
    countryCodeV2: address.country_code satisfies Address["country"] | null,
    phone: address.phone,
    latitude: address.latitude,
    longitude: address.longitude,
  };
}

const PAID = new Set<Order["financialState"]>(["paid", "partially-refunded", "refunded"]);

function transactions({ id, financialState, placedAt, paidAt = placedAt }: Order) {
  if (!PAID.has(financialState)) return [];
  const sale = gid("OrderTransaction", relatedId(id, "sale"));
  return [{ id: sale, kind: "SALE", status: "SUCCESS", processedAt: second(paidAt) }];
}

/** An order on hold has one reason here. */
function fulfilmentOrder({ id, hold, fulfilmentState }: Order) {
  const own = gid("FulfillmentOrder", relatedId(id, "fulfilment order"));
  const isPlanned = hold?.until !== undefined;
  return {
    id: own,
    status: fulfilmentState === "fulfilled" ? "CLOSED" : hold ? (isPlanned ? "SCHEDULED" : "ON_HOLD") : "OPEN",
    fulfillAt: maybeSecond(hold?.until),
    fulfillmentHolds:
      hold && !isPlanned
        ? [{ id: gid("FulfillmentHold", relatedId(id, "hold")), reason: "OTHER", reasonNotes: hold.reason }]
        : [],
  };
}
