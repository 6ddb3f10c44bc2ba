import { add, subtract } from "../../../../shared/decimal.ts";
import { type Address, isCashOnDelivery, type Order } from "../../../../shared/order.ts";
import { cents, idNumber, relatedId, times } from "./fields.ts";
import { lineItem, refundsOf, shippingLines, shippingTax, sumOfTax, taxLines } from "./line-items.ts";

/**
 * The order as WooCommerce 10 shows it by wc/v3, every field of it. Each of its refunds also has the lines that only
 * the refunds' own address shows: `shown` takes them out. Not from our order, because WooCommerce's has no place for
 * them: `district`, `compareAtPrice`, `tags`, customs values, a buyer's currency beside the order's.
 * https://woocommerce.github.io/woocommerce-rest-api-docs/#order-properties
 */
export function orderResource(order: Order, shop: string) {
  const { id, buyer, shippingAddress, billingAddress = shippingAddress } = order;
  const tax = add(sumOfTax(order), shippingTax(order));
  return {
    id: idNumber(id),
    parent_id: 0,
    status: statusOf(order),
    currency: order.currency,
    version: "10.2.1",
    prices_include_tax: order.pricesIncludeTax ?? false,
    ...times("date_created", order.placedAt),
    ...times("date_modified", order.updatedAt),
    discount_total: cents(order.discount ?? "0"),
    discount_tax: "0.00",
    shipping_total: cents(subtract(order.shipping?.price ?? "0", order.shipping?.discount ?? "0")),
    shipping_tax: cents(shippingTax(order)),
    cart_tax: cents(sumOfTax(order)),
    total: cents(order.total ?? "0"),
    total_tax: cents(order.tax ?? tax),
    customer_id: idNumber(buyer?.id),
    order_key: `wc_order_${relatedId(id, "key")}`,
    billing: {
      ...addressResource(billingAddress),
      email: buyer?.email ?? "",
      phone: buyer?.phone ?? billingAddress?.phone ?? "",
    },
    shipping: addressResource(order.shipping?.kind === "pick-up" ? null : shippingAddress),
    ...paymentOf(order),
    transaction_id: "",
    customer_ip_address: buyer?.ip ?? "",
    customer_user_agent: "",
    created_via: "checkout",
    customer_note: order.note ?? "",
    ...times("date_completed", order.fulfilmentState === "fulfilled" ? order.updatedAt : undefined),
    ...times("date_paid", isPaid(order) ? (order.paidAt ?? order.placedAt) : undefined),
    cart_hash: "",
    number: order.number ?? id,
    meta_data: metaData(order),
    line_items: order.lines.map((line) => lineItem(line, order)),
    tax_lines: taxLines(order),
    shipping_lines: shippingLines(order),
    fee_lines: [],
    coupon_lines: (order.discountCodes ?? []).map((code, at) => ({
      ...{ id: at + 1, code, discount: cents(order.discount ?? "0"), discount_tax: "0.00", meta_data: [] },
    })),
    refunds: refundsOf(order),
    payment_url: `https://${shop}/checkout/order-pay/${id}/?pay_for_order=true`,
    is_editable: false,
    needs_payment: order.financialState === "pending",
    needs_processing: true,
    currency_symbol: "$",
    _links: { self: [{ href: `https://${shop}/wp-json/wc/v3/orders/${id}` }] },
  };
}

interface Refund {
  line_items?: unknown;
}

/** As an answer and a webhook have it: refunds are a summary. */
export function shown<T extends object>(resource: T): T {
  const refunds: unknown = Reflect.get(resource, "refunds");
  if (!Array.isArray(refunds)) return resource;
  const summary = refunds.map(({ line_items: _, ...rest }: Refund) => rest);
  return { ...resource, refunds: summary };
}

const PAID = new Set<Order["financialState"]>(["paid", "partially-refunded", "refunded"]);
const isPaid = ({ financialState }: Order): boolean => PAID.has(financialState);

function statusOf(order: Order): string {
  if (order.financialState === "refunded") return "refunded";
  if (order.cancelledAt !== undefined || order.financialState === "voided") return "cancelled";
  if (order.hold !== undefined || order.financialState === "authorized") return "on-hold";
  if (order.fulfilmentState === "fulfilled") return "completed";
  return isPaid(order) || isCashOnDelivery(order) ? "processing" : "pending";
}

const paymentOf = (order: Order) =>
  order.amountDue === undefined
    ? { payment_method: "stripe", payment_method_title: order.paymentMethod ?? "Credit card" }
    : { payment_method: "cod", payment_method_title: order.paymentMethod ?? "Cash on delivery" };

/** WooCommerce asks for two names; of a single name the last word is the last name. */
function addressResource(address: Address | null | undefined) {
  const { name = "", firstName = "", lastName = "" } = address ?? {};
  const words = name.trim().split(/\s+/);
  const isSplit = name === "" || name === `${firstName} ${lastName}`.trim();
  return {
    first_name: isSplit ? firstName : words.slice(0, -1).join(" "),
    last_name: isSplit ? lastName : words.at(-1),
    company: address?.company ?? "",
    address_1: address?.street1 ?? "",
    address_2: address?.street2 ?? "",
    city: address?.city ?? "",
    state: address?.provinceCode ?? address?.province ?? "",
    postcode: address?.postcode ?? "",
    country: address?.country ?? "",
    phone: address?.phone ?? "",
  };
}

/** What WooCommerce has no field for: plugins of the checkout write it under such keys. */
function metaData({ attributes = [], taxIds = [], ...order }: Order) {
  const own = {
    gift_message: order.giftMessage,
    delivery_note: order.shippingAddress?.remark,
    delivery_date: order.shipping?.deliverFrom,
    ...Object.fromEntries(taxIds.map(({ type, value }) => [TAX_ID[type], value])),
  };
  return [...attributes, ...Object.entries(own).map(([name, value]) => ({ name, value }))]
    .filter(({ value }) => value !== undefined)
    .filter(({ name }, at, all) => all.findIndex((other) => other.name === name) === at)
    .map(({ name, value }, at) => ({ id: 13106 + at, key: name, value }));
}

const TAX_ID = {
  vat: "_billing_vat_number",
  ioss: "ioss_number",
  eori: "eori_number",
  national: "_billing_tax_id",
  "tax-office": "tax_office",
} as const;
