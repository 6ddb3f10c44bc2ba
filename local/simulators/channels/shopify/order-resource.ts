import { add, multiply, round, subtract } from "../../../../shared/decimal.ts";
import { isCashOnDelivery, type Order } from "../../../../shared/order.ts";
import { TAX_ID_LABELS } from "../../tax-id-labels.ts";
import { cents, gid, idNumber, maybeTime, moneyOf, relatedId, shopTime } from "./fields.ts";
import { lineItem, splitOf } from "./line-items.ts";
import { addressResource, customerResource, emailOf } from "./people.ts";
import { refundsOf } from "./refund.ts";

const ONLINE_STORE = 580111;

/**
 * The order as a webhook of version 2026-04 carries it, every field of it. Not from our order, because Shopify's has no
 * place for them: `paidAt`, `district`, `compareAtPrice`, customs values.
 * https://shopify.dev/docs/api/admin-rest/latest/resources/order#resource-object
 */
export function orderResource(order: Order, shop: string) {
  const { id, currency } = order;
  const token = relatedId(id, "token");
  return {
    id: idNumber(id),
    admin_graphql_api_id: gid("Order", id),
    app_id: ONLINE_STORE,
    browser_ip: order.buyer?.ip ?? null,
    buyer_accepts_marketing: false,
    cancel_reason: order.cancelledAt === undefined ? null : "customer",
    cancelled_at: maybeTime(order.cancelledAt),
    cart_token: token,
    checkout_id: idNumber(relatedId(id, "checkout")),
    checkout_token: token,
    client_details: {
      accept_language: order.buyer?.language ?? "en",
      browser_height: null,
      browser_ip: order.buyer?.ip ?? null,
      browser_width: null,
      session_hash: null,
      user_agent: "Mozilla/5.0",
    },
    closed_at: null,
    confirmation_number: `D${token.slice(0, 8)}`,
    confirmed: true,
    contact_email: emailOf(order),
    created_at: shopTime(order.placedAt),
    currency,
    customer_locale: order.buyer?.language ?? "en",
    device_id: null,
    discount_codes: (order.discountCodes ?? []).map((code) => ({ code, amount: "0.00", type: "fixed_amount" })),
    duties_included: false,
    email: emailOf(order),
    estimated_taxes: false,
    financial_status: order.financialState.replaceAll("-", "_"),
    fulfillment_status: FULFILMENT[order.fulfilmentState ?? "unfulfilled"],
    landing_site: "/",
    landing_site_ref: null,
    location_id: null,
    merchant_business_entity_id: "MTU0ODM4MDAwOQ",
    merchant_of_record_app_id: null,
    ...numbersOf(order),
    note: order.note ?? null,
    note_attributes: noteAttributes(order),
    order_status_url: `https://${shop}/orders/${token}/authenticate`,
    payment_gateway_names: [
      isCashOnDelivery(order) ? "Cash on Delivery (COD)" : (order.paymentMethod ?? "shopify_payments"),
    ],
    phone: order.buyer?.phone ?? null,
    po_number: null,
    presentment_currency: order.buyerCurrency ?? currency,
    processed_at: shopTime(order.placedAt),
    reference: null,
    referring_site: null,
    source_identifier: null,
    source_name: "web",
    source_url: null,
    tags: (order.tags ?? []).join(", "),
    tax_exempt: false,
    tax_lines: [],
    taxes_included: order.pricesIncludeTax ?? false,
    test: order.test ?? false,
    token,
    total_weight: 200 * order.lines.reduce((count, { quantity }) => count + quantity, 0),
    updated_at: shopTime(order.updatedAt),
    user_id: null,
    ...totalsOf(order),
    billing_address: order.billingAddress
      ? addressResource(order.billingAddress)
      : order.shippingAddress && addressResource(order.shippingAddress),
    customer: customerResource(order),
    discount_applications: discountApplications(order),
    fulfillments: fulfilmentsOf(order),
    line_items: order.lines.map((line) => lineItem(line, order)),
    payment_terms: null,
    refunds: refundsOf(order),
    shipping_address: order.shippingAddress && addressResource(order.shippingAddress),
    shipping_lines: shippingLines(order),
    returns: [],
    line_item_groups: [],
  };
}

const FULFILMENT = { unfulfilled: null, partial: "partial", fulfilled: "fulfilled" } as const;

/** `name` is what the buyer sees: `#1001`, unless the shop writes its numbers in another way. */
function numbersOf({ number = "1001" }: Order) {
  const digits = Number(/\d{1,9}$/.exec(number)?.[0] ?? "1001");
  return {
    name: /^\d+$/.test(number) ? `#${number}` : number,
    number: Math.max(1, digits - 1000),
    order_number: digits,
  };
}

/** Each amount, as a text and as a set; the `current_…` ones are those after refunds and edits. */
function totalsOf(order: Order) {
  const money = moneyOf(order);
  const { subtotal = "0.00", discount = "0.00", tax = "0.00", total = "0.00", refunded = "0.00" } = order;
  const shipping = order.shipping?.price ?? "0.00";
  const both = (name: string, amount: string) => ({ [name]: cents(amount), [`${name}_set`]: money(amount) });
  return {
    ...both("current_subtotal_price", subtotal),
    ...both("current_total_discounts", discount),
    ...both("current_total_price", subtract(total, refunded)),
    ...both("current_total_tax", tax),
    current_total_additional_fees_set: null,
    current_total_duties_set: null,
    current_shipping_price_set: money(shipping),
    original_total_additional_fees_set: null,
    original_total_duties_set: null,
    ...both("subtotal_price", subtotal),
    ...both("total_discounts", discount),
    ...both("total_line_items_price", add(subtotal, discount)),
    ...both("total_price", total),
    ...both("total_tax", tax),
    total_cash_rounding_payment_adjustment_set: money("0.00"),
    total_cash_rounding_refund_adjustment_set: money("0.00"),
    total_outstanding: PAID.has(order.financialState) ? "0.00" : cents(order.amountDue ?? total),
    total_shipping_price_set: money(shipping),
    total_tip_received: "0.00",
  };
}

const PAID = new Set<Order["financialState"]>(["paid", "partially-refunded", "refunded", "voided"]);

/** What Shopify has no field for: themes and apps write it into attributes of these names (docs/channels/shopify.md). */
function noteAttributes({ attributes = [], taxIds = [], shipping, ...order }: Order) {
  const own = {
    Gift: order.gift === true ? "yes" : undefined,
    "Gift Message": order.giftMessage,
    "Delivery instructions": order.shippingAddress?.remark,
    "Delivery date": shipping?.deliverFrom,
    "Ship by": shipping?.shipBy,
    ...Object.fromEntries(taxIds.map(({ type, value }) => [TAX_ID_LABELS[type], value])),
  };
  return [...attributes, ...Object.entries(own).map(([name, value]) => ({ name, value }))]
    .filter(({ value }) => value !== undefined)
    .filter(({ name }, at, all) => all.findIndex((other) => other.name === name) === at);
}

/** All discounts of the lines are one of a code, or one of the shop's own. */
function discountApplications({ lines, discountCodes: [code] = [], discount = "0.00" }: Order) {
  if (!lines.some((line) => line.discount !== undefined && !/^[0.]*$/.test(line.discount))) return [];
  const common = {
    target_type: "line_item",
    value: cents(discount),
    value_type: "fixed_amount",
    allocation_method: "across",
    target_selection: "all",
  };
  return code === undefined
    ? [{ ...common, type: "manual", title: "Discount", description: "Discount" }]
    : [{ ...common, type: "discount_code", code }];
}

function fulfilmentsOf(order: Order) {
  const shipped = order.lines
    .map((line) => ({ line, quantity: splitOf(line, order).fulfilled }))
    .filter(({ quantity }) => quantity > 0);
  if (shipped.length === 0) return [];
  const id = relatedId(order.id, "fulfilment");
  return [
    {
      id: idNumber(id),
      admin_graphql_api_id: gid("Fulfillment", id),
      created_at: shopTime(order.updatedAt),
      location_id: 655441491,
      name: `${numbersOf(order).name}.1`,
      order_id: idNumber(order.id),
      origin_address: {},
      receipt: {},
      service: "manual",
      shipment_status: null,
      status: "success",
      tracking_company: null,
      tracking_number: null,
      tracking_numbers: [],
      tracking_url: null,
      tracking_urls: [],
      updated_at: shopTime(order.updatedAt),
      line_items: shipped.map(({ line, quantity }) => ({ ...lineItem(line, order), quantity })),
    },
  ];
}

/** How a checkout names what is not a parcel: Shopify has no field for the kind. */
const CODES = { ship: undefined, "pick-up": "Store Pickup", local: "Local Delivery", digital: undefined } as const;

const TITLES = { standard: "Standard", expedited: "Express", priority: "Overnight" } as const;

function shippingLines(order: Order) {
  const { shipping } = order;
  if (shipping === undefined || order.shippingAddress === null) return [];
  const money = moneyOf(order);
  const { price = "0.00", discount = "0", serviceLevel = "standard" } = shipping;
  const discounted = subtract(price, discount);
  const title = shipping.method ?? TITLES[serviceLevel];
  return [
    {
      id: idNumber(relatedId(order.id, "shipping")),
      carrier_identifier: null,
      code: CODES[shipping.kind ?? "ship"] ?? shipping.code ?? title,
      current_discounted_price_set: money(discounted),
      discounted_price: cents(discounted),
      discounted_price_set: money(discounted),
      is_removed: false,
      phone: null,
      price: cents(price),
      price_set: money(price),
      requested_fulfillment_service_id: null,
      source: "shopify",
      title,
      tax_lines: shipping.taxRate === undefined ? [] : [shippingTax(price, shipping.taxRate, money)],
      discount_allocations: [],
    },
  ];
}

function shippingTax(price: string, rate: string, money: ReturnType<typeof moneyOf>) {
  const amount = round(multiply(price, rate), 2);
  return { channel_liable: false, price: amount, price_set: money(amount), rate: Number(rate), title: "Tax" };
}
