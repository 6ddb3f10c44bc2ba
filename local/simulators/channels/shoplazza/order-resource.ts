import { add, multiply, round, subtract } from "../../../../shared/decimal.ts";
import { type Address, isCashOnDelivery, type Line, type Order, quantityToShip } from "../../../../shared/order.ts";

/** `5` as `5.00`; digits that are there stay. */
const cents = (amount: string): string => (/\.\d\d/.test(amount) ? amount : round(amount, 2));

/** To the second, as all published samples have it. */
export const shopTime = (time: string): string => new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
const maybeTime = (time: string | undefined): string => (time === undefined ? "" : shopTime(time));

/** No country's names are published: its own code is what a shop can always write. */
const countryNames = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });

/**
 * The order as a webhook carries it and the API shows it, 2026-01: amounts are text. Not from our order, because Shoplazza's
 * has no place for them: `taxes` of lines, `attributes`, tax numbers but Brazil's, `buyerCurrency`, times of delivery.
 * https://www.shoplazza.dev/reference/order-details-2
 */
export function orderResource(order: Order) {
  const { discount = "0", subtotal = "0", shipping } = order;
  return {
    id: order.id,
    number: (order.number ?? "1001").padStart(8, "0"),
    note: "",
    customer_note: noteOf(order),
    ...statesOf(order),
    cancel_reason: order.cancelledAt === undefined ? "" : "customer",
    buyer_accepts_marketing: false,
    browser_ip: order.buyer?.ip ?? "",
    currency: order.currency,
    sub_total: cents(add(subtotal, discount)),
    total_discount: cents(discount),
    code_discount_total: "0.00",
    line_item_discount_total: cents(discount),
    total_tax: cents(order.tax ?? "0"),
    total_shipping: cents(subtract(shipping?.price ?? "0", shipping?.discount ?? "0")),
    total_price: cents(order.total ?? "0"),
    total_paid: totalPaid(order),
    total_refund_price: refundedOf(order),
    total_tip_received: "0.00",
    gift_card_total: "0.00",
    product_tax_included: order.pricesIncludeTax ?? false,
    discount_code: order.discountCodes?.[0] ?? "",
    discount_applications: "[]",
    tags: (order.tags ?? []).join(", "),
    created_at: shopTime(order.placedAt),
    updated_at: shopTime(order.updatedAt),
    placed_at: maybeTime(isPlaced(order) ? (order.paidAt ?? order.placedAt) : undefined),
    cancelled_at: maybeTime(order.cancelledAt),
    deleted_at: "",
    customer_deleted_at: "",
    ...paymentOf(order),
    shipping_line: shippingLine(order),
    customer: customerOf(order),
    shipping_address: order.shippingAddress && addressOf(order.shippingAddress, order),
    billing_address: addressOf(order.billingAddress ?? order.shippingAddress ?? {}, order),
    line_items: order.lines.map((line) => lineItem(line, order)),
    fulfillments: fulfilmentsOf(order),
  };
}

const FINANCIAL = {
  pending: "waiting",
  authorized: "authorized",
  "partially-paid": "partially_paid",
  paid: "paid",
  "partially-refunded": "partially_refunded",
  refunded: "refunded",
  voided: "cancelled",
} as const;
const FULFILMENT = { unfulfilled: "waiting", partial: "partially_shipped", fulfilled: "shipped" } as const;

const PAID = new Set<Order["financialState"]>(["paid", "partially-refunded", "refunded"]);
/** Paid or confirmed. */
const isPlaced = (order: Order): boolean => PAID.has(order.financialState) || order.amountDue !== undefined;

function statesOf(order: Order) {
  const { fulfilmentState = "unfulfilled", cancelledAt } = order;
  const status = cancelledAt !== undefined ? "cancelled" : isPlaced(order) ? "placed" : "opened";
  return {
    status,
    financial_status: FINANCIAL[order.financialState],
    fulfillment_status: isPlaced(order) ? FULFILMENT[fulfilmentState] : "initialled",
  };
}

function totalPaid(order: Order): string {
  const { total = "0", amountDue } = order;
  if (PAID.has(order.financialState)) return cents(total);
  return order.financialState === "partially-paid" && amountDue !== undefined
    ? cents(subtract(total, amountDue))
    : "0.00";
}

/** Of all refunds so far. */
const refundedOf = ({ refunded, financialState, total = "0" }: Order): string =>
  cents(refunded ?? (financialState === "refunded" ? total : "0"));

const paymentOf = (order: Order) =>
  isCashOnDelivery(order)
    ? { payment_method: "cod", payment_line: { payment_channel: "cod", payment_method: "COD" } }
    : {
        payment_method: "online",
        payment_line: {
          payment_channel: order.test ? "bogus" : (order.paymentMethod ?? "paypal"),
          payment_method: "online",
        },
      };

const METHODS = { ship: undefined, "pick-up": "Store pickup", local: "Local delivery", digital: undefined } as const;
const SPEEDS = { standard: "Standard", expedited: "Express", priority: "Overnight" } as const;

function shippingLine({ shipping }: Order) {
  const { kind = "ship", serviceLevel = "standard", method, code } = shipping ?? {};
  return { shipping_name: METHODS[kind] ?? method ?? SPEEDS[serviceLevel], desc: code ?? "" };
}

/** There is no field for a message with a gift, or for the driver: the buyer's note has all. */
const noteOf = ({ note, giftMessage, shippingAddress }: Order): string =>
  [note, giftMessage && `Gift message: ${giftMessage}`, shippingAddress?.remark].filter(Boolean).join("\n");

function customerOf({ buyer }: Order) {
  const { id, email = "", firstName, lastName, name, phone = "" } = buyer ?? {};
  return { ...(id !== undefined && { id }), email, ...namesOf({ name, firstName, lastName }), phone };
}

interface Named {
  name?: string | undefined;
  firstName?: string | undefined;
  lastName?: string | undefined;
}

/** Of a single name the last word is the last name. */
function namesOf({ name = "", firstName, lastName }: Named) {
  const words = name.trim().split(/\s+/);
  return { first_name: firstName ?? words.slice(0, -1).join(" "), last_name: lastName ?? words.at(-1) ?? "" };
}

function addressOf(address: Address, { buyer, taxIds = [] }: Order) {
  const { first_name, last_name } = namesOf(address);
  const cpf = address.country === "BR" ? taxIds.find(({ type }) => type === "national")?.value : undefined;
  return {
    first_name,
    last_name,
    name: address.name ?? [first_name, last_name].filter(Boolean).join(" "),
    company: address.company ?? "",
    address1: address.street1 ?? "",
    address2: address.street2 ?? "",
    area: address.district ?? "",
    city: address.city ?? "",
    province: address.province ?? "",
    province_code: address.provinceCode ?? "",
    zip: address.postcode ?? "",
    country: address.country === undefined ? "" : (countryNames.of(address.country) ?? address.country),
    country_code: address.country ?? "",
    phone: address.phone ?? "",
    email: address.email ?? buyer?.email ?? "",
    latitude: address.latitude ?? "",
    longitude: address.longitude ?? "",
    ...(cpf !== undefined && { extra_info: { cpf } }),
  };
}

function lineItem(line: Line, order: Order) {
  const { unitPrice = "0", discount = "0", title = line.sku } = line;
  const shipped = shippedPieces(line, order);
  const toShip = quantityToShip({ ...line, ships: true, fulfilledBy: undefined });
  return {
    id: line.id,
    product_id: line.productId ?? "",
    variant_id: line.variantId ?? "",
    product_title: title,
    variant_title: line.variantTitle ?? "",
    vendor: line.vendor ?? "",
    sku: line.sku,
    quantity: line.quantity,
    price: cents(unitPrice),
    compare_at_price: cents(line.compareAtPrice ?? "0"),
    total: cents(subtract(multiply(unitPrice, String(line.quantity)), discount)),
    fulfillment_status: shipped === line.quantity && shipped > 0 ? "shipped" : "waiting",
    requires_shipping: line.ships !== false && order.shipping?.kind !== "digital",
    refund_quantity_total: Math.max(0, line.quantity - shipped - toShip),
    properties: [],
    custom_properties: (line.properties ?? []).map(({ name, value = "" }) => ({ name, value })),
  };
}

const shippedPieces = (line: Line, { fulfilmentState }: Order): number =>
  fulfilmentState === "fulfilled" ? line.quantity : (line.fulfilled ?? 0);

function fulfilmentsOf(order: Order) {
  const lines = order.lines
    .map((line) => ({ id: line.id, sku: line.sku, quantity: line.quantity, ship_quantity: shippedPieces(line, order) }))
    .filter(({ ship_quantity }) => ship_quantity > 0);
  if (lines.length === 0) return [];
  const at = shopTime(order.updatedAt);
  return [
    {
      ...{ id: `${order.id}-1`, order_id: order.id, status: "success", created_at: at, updated_at: at },
      ...{ tracking_company: "", tracking_number: "", line_items: lines },
    },
  ];
}
