import { add, multiply, subtract, sum } from "../../../../shared/decimal.ts";
import { isCashOnDelivery, type Order } from "../../../../shared/order.ts";
import { TAX_ID_LABELS } from "../../tax-id-labels.ts";
import { addressResource, idNumber, money, relatedId, sqlTime } from "./fields.ts";
import { bothCurrencies, orderItems, rateOf, sumOfTax } from "./order-items.ts";

/**
 * The order as `GET /V1/orders/{entity_id}` shows it. Not from our order, because Commerce has no place for them:
 * `paidAt`, `district`, coordinates, the names of a line's properties, tags, the buyer's language.
 * https://developer.adobe.com/commerce/webapi/rest/tutorials/orders/
 */
export function orderResource(order: Order) {
  const { id, currency, buyer, billingAddress, shippingAddress, shipping } = order;
  const isVirtual = order.lines.every(({ ships }) => ships === false);
  const state = stateOf(order);
  const method = METHODS[shipping?.kind ?? "ship"] ?? shipping?.code ?? "flatrate_flatrate";
  const address = isVirtual ? null : shippingAddress;
  const billing = billingAddress ?? shippingAddress;
  return {
    ...amountsOf(order),
    base_currency_code: currency,
    ...(order.discountCodes?.length && { coupon_code: order.discountCodes.join(",") }),
    created_at: sqlTime(order.placedAt),
    ...customerOf(order),
    entity_id: idNumber(id),
    global_currency_code: currency,
    increment_id: order.number ?? id,
    is_virtual: isVirtual ? 1 : 0,
    order_currency_code: order.buyerCurrency ?? currency,
    protect_code: relatedId(id, "protect"),
    quote_id: idNumber(relatedId(id, "quote")),
    ...(buyer?.ip !== undefined && { remote_ip: buyer.ip }),
    ...(isVirtual ? {} : { shipping_description: shipping?.method ?? "Flat Rate - Fixed" }),
    state,
    status: state === "new" ? "pending" : state,
    store_currency_code: currency,
    store_id: 1,
    store_name: "Main Website\nMain Website Store\nDefault Store View",
    total_item_count: order.lines.length,
    total_qty_ordered: order.lines.reduce((count, { quantity }) => count + quantity, 0),
    updated_at: sqlTime(order.updatedAt),
    items: orderItems(order),
    ...(billing && {
      billing_address: {
        ...addressResource(billing, "billing", id),
        ...(billingAddress === undefined && {
          ...(buyer?.email !== undefined && { email: buyer.email }),
          telephone: buyer?.phone ?? billing.phone ?? "",
        }),
        ...vatOf(order),
      },
    }),
    payment: paymentOf(order),
    status_histories: [],
    extension_attributes: {
      shipping_assignments: [
        {
          shipping: {
            ...(address && { address: addressResource(address, "shipping", id) }),
            ...(isVirtual ? {} : { method }),
            total: { base_shipping_amount: money(shipping?.price), shipping_amount: money(shipping?.price) },
          },
          items: [],
        },
      ],
      ...(shipping?.kind === "pick-up" && { pickup_location_code: "main" }),
      ...(order.giftMessage !== undefined && {
        gift_message: { gift_message_id: 1, customer_id: 0, sender: "", recipient: "", message: order.giftMessage },
      }),
      ...(order.gift === true && { gw_id: 1 }),
      payment_additional_info: [
        { key: "method_title", value: paymentTitle(order) },
        { key: "instructions", value: "" },
      ],
      ...taxesOf(order),
      ...ownAttributes(order),
    },
  };
}

/** What Commerce has no field for: extensions add fields of these names. */
function ownAttributes({ attributes = [], taxIds = [], shipping, shippingAddress }: Order) {
  const labelled = taxIds.filter(({ type }) => type !== "vat").map(({ type, value }) => [TAX_ID_LABELS[type], value]);
  const own: Record<string, string | undefined> = {
    ...Object.fromEntries(attributes.map(({ name, value }) => [name, value])),
    ...Object.fromEntries(labelled),
    delivery_date: shipping?.deliverFrom,
    ship_by: shipping?.shipBy,
    delivery_note: shippingAddress?.remark,
  };
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
}

const vatOf = ({ taxIds = [] }: Order) => {
  const vat = taxIds.find(({ type }) => type === "vat");
  return vat ? { vat_id: vat.value } : {};
};

/** A shop's states. https://experienceleague.adobe.com/docs/commerce-admin/stores-sales/order-management/orders/order-status.html */
function stateOf(order: Order): string {
  if (order.cancelledAt !== undefined || order.financialState === "voided") return "canceled";
  if (order.financialState === "refunded") return "closed";
  if (order.hold !== undefined) return "holded";
  if (order.fulfilmentState === "fulfilled") return "complete";
  if (order.financialState === "paid" || order.financialState === "partially-refunded") return "processing";
  return order.financialState === "pending" && !isCashOnDelivery(order) ? "pending_payment" : "new";
}

const METHODS = {
  ship: undefined,
  "pick-up": "instore_pickup",
  local: "local_delivery",
  digital: undefined,
} as const;

const paymentTitle = (order: Order): string =>
  order.paymentMethod ?? (isCashOnDelivery(order) ? "Cash On Delivery" : "Credit Card");

function paymentOf(order: Order) {
  const { id, total = "0", financialState } = order;
  return {
    account_status: null,
    additional_information: [paymentTitle(order), ""],
    ...bothCurrencies("amount_ordered", total, order),
    ...(financialState === "authorized" && bothCurrencies("amount_authorized", total, order)),
    cc_last4: null,
    entity_id: idNumber(relatedId(id, "payment")),
    method: isCashOnDelivery(order) ? "cashondelivery" : "braintree",
    parent_id: idNumber(id),
  };
}

function customerOf({ buyer, billingAddress, shippingAddress }: Order) {
  const person = buyer ?? billingAddress ?? shippingAddress ?? {};
  const words = person.name?.trim().split(/\s+/) ?? [];
  const hasBoth = person.firstName !== undefined || person.lastName !== undefined;
  const [first, last] = hasBoth
    ? [person.firstName, person.lastName]
    : [words.slice(0, -1).join(" "), words.at(-1) ?? ""];
  return {
    customer_email: buyer?.email ?? "",
    customer_firstname: first ?? "",
    customer_lastname: last ?? "",
    ...(buyer?.id === undefined ? { customer_is_guest: 1 } : { customer_id: idNumber(buyer.id), customer_is_guest: 0 }),
    customer_note_notify: 1,
  };
}

/** Each amount in the shop's currency and in the order's. The subtotal is that before discounts and without tax. */
function amountsOf(order: Order) {
  const { discount = "0", total = "0", shipping, pricesIncludeTax = false, refunded, note } = order;
  const tax = order.tax ?? sumOfTax(order);
  const listed = add(order.subtotal ?? "0", sum(order.lines.map((line) => line.discount ?? "0")));
  const subtotal = pricesIncludeTax ? subtract(listed, sumOfTax(order)) : listed;
  const delivery = shipping?.price ?? "0";
  const paid = paidOf(order);
  const back = refunded ?? (order.financialState === "refunded" ? total : "0");
  const amounts: Record<string, string> = {
    discount_amount: multiply(discount, "-1"),
    grand_total: total,
    shipping_amount: delivery,
    shipping_discount_amount: shipping?.discount ?? "0",
    shipping_incl_tax: delivery,
    shipping_tax_amount: "0",
    subtotal,
    subtotal_incl_tax: add(subtotal, sumOfTax(order)),
    tax_amount: tax,
    total_due: subtract(total, paid),
    ...(paid === "0" ? {} : { total_paid: paid }),
    ...(back === "0" ? {} : { total_refunded: back }),
  };
  const written = Object.entries(amounts).map(([name, amount]) => bothCurrencies(name, amount, order));
  return {
    ...Object.assign({}, ...written),
    base_to_global_rate: 1,
    base_to_order_rate: Number(rateOf(order)),
    ...(note !== undefined && { customer_note: note }),
  };
}

function paidOf({ financialState, total = "0" }: Order): string {
  if (financialState === "paid" || financialState === "partially-refunded" || financialState === "refunded")
    return total;
  return financialState === "partially-paid" ? "1" : "0";
}

function taxesOf(order: Order) {
  const ofLines = order.lines.flatMap(({ id, taxes = [] }) =>
    taxes.length === 0
      ? []
      : {
          type: "product",
          item_id: idNumber(id),
          applied_taxes: taxes.map(({ title = "Tax", rate = "0", amount }) => ({
            ...{ code: title, title, percent: money(multiply(rate, "100")) },
            ...bothCurrencies("amount", amount, order),
          })),
        },
  );
  const rate = order.shipping?.taxRate;
  const ofShipping =
    rate === undefined
      ? []
      : [{ type: "shipping", applied_taxes: [{ code: "Tax", title: "Tax", percent: money(multiply(rate, "100")) }] }];
  return { applied_taxes: [], item_applied_taxes: [...ofLines, ...ofShipping] };
}
