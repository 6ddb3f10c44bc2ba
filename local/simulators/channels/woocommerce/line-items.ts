import { add, compare, multiply, subtract, sum } from "../../../../shared/decimal.ts";
import { type Line, type Order, quantityToShip } from "../../../../shared/order.ts";
import { cents, idNumber, relatedId } from "./fields.ts";

/** The rate of all taxes of an order: it has one tax line. */
const RATE_ID = 75;

const taxOf = ({ taxes = [] }: Line): string => sum(taxes.map(({ amount }) => amount ?? "0"));

/** https://woocommerce.github.io/woocommerce-rest-api-docs/#order-line-items-properties */
export function lineItem(line: Line, order: Order) {
  const { discount = "0", unitPrice = "0", title = line.sku, variantTitle } = line;
  const tax = taxOf(line);
  const listed = multiply(unitPrice, String(line.quantity));
  // Lines are written without tax, whatever the prices of the shop are.
  const subtotal = order.pricesIncludeTax === true ? subtract(listed, tax) : listed;
  const total = subtract(subtotal, discount);
  return {
    id: idNumber(line.id),
    name: [title, variantTitle].filter(Boolean).join(" - "),
    product_id: idNumber(line.productId),
    variation_id: idNumber(line.variantId),
    quantity: line.quantity,
    tax_class: "",
    subtotal: cents(subtotal),
    subtotal_tax: cents(tax),
    total: cents(total),
    total_tax: cents(tax),
    taxes: compare(tax, "0") === 0 ? [] : [{ id: RATE_ID, total: cents(tax), subtotal: cents(tax) }],
    meta_data: (line.properties ?? []).map(({ name, value = "" }, at) => ({
      ...{ id: 2095 + at, key: name, value, display_key: name, display_value: value },
    })),
    sku: line.sku === "" ? null : line.sku,
    global_unique_id: "",
    // A number, and after discounts, unlike all other amounts.
    price: line.quantity === 0 ? 0 : Number(total) / line.quantity,
    image: { id: "", src: "" },
    parent_name: variantTitle === undefined ? null : title,
  };
}

/** https://woocommerce.github.io/woocommerce-rest-api-docs/#order-tax-lines-properties */
export function taxLines(order: Order) {
  const [first] = order.lines.flatMap(({ taxes = [] }) => taxes);
  const tax = sum(order.lines.map(taxOf));
  if (first === undefined && order.shipping?.taxRate === undefined) return [];
  const rate = first?.rate ?? order.shipping?.taxRate ?? "0";
  return [
    {
      id: idNumber(relatedId(order.id, "tax")),
      rate_code: "TAX-1",
      rate_id: RATE_ID,
      label: first?.title ?? "Tax",
      compound: false,
      tax_total: cents(tax),
      shipping_tax_total: cents(shippingTax(order)),
      rate_percent: Number(multiply(rate, "100")),
      meta_data: [],
    },
  ];
}

export const shippingTax = ({ shipping }: Order): string =>
  shipping?.taxRate === undefined ? "0" : multiply(shipping.price ?? "0", shipping.taxRate);

const METHODS = { ship: "flat_rate", "pick-up": "local_pickup", local: "local_delivery", digital: "" } as const;
const TITLES = { standard: "Standard", expedited: "Express", priority: "Overnight" } as const;

/** None of an order that is not shipped. */
export function shippingLines(order: Order) {
  const { shipping } = order;
  const kind = shipping?.kind ?? "ship";
  if (kind === "digital" || (order.shippingAddress === null && kind === "ship")) return [];
  const price = subtract(shipping?.price ?? "0", shipping?.discount ?? "0");
  const tax = shippingTax(order);
  return [
    {
      id: idNumber(relatedId(order.id, "shipping")),
      method_title: shipping?.method ?? TITLES[shipping?.serviceLevel ?? "standard"],
      method_id: METHODS[kind],
      instance_id: "1",
      total: cents(price),
      total_tax: cents(tax),
      taxes: compare(tax, "0") === 0 ? [] : [{ id: RATE_ID, total: cents(tax), subtotal: "" }],
      tax_status: "taxable",
      meta_data: [],
    },
  ];
}

/** What was paid back: the pieces that are not to be shipped any more, of an order that was not. */
export function refundsOf(order: Order) {
  const { refunded, financialState, total = "0", fulfilmentState = "unfulfilled" } = order;
  const amount = refunded ?? (financialState === "refunded" ? total : undefined);
  if (amount === undefined || compare(amount, "0") === 0) return [];
  const taken = fulfilmentState === "unfulfilled" ? order.lines.flatMap((line) => refundedLine(line, order)) : [];
  return [{ id: idNumber(relatedId(order.id, "refund")), reason: "", total: `-${cents(amount)}`, line_items: taken }];
}

function refundedLine(line: Line, order: Order) {
  const pieces = line.quantity - quantityToShip({ ...line, ships: true, fulfilledBy: undefined });
  if (pieces === 0) return [];
  return [
    {
      ...{ id: idNumber(relatedId(order.id, `refund of ${line.id}`)), name: line.title ?? line.sku },
      ...{ product_id: idNumber(line.productId), variation_id: idNumber(line.variantId), quantity: -pieces },
      ...{ subtotal: cents(`-${multiply(line.unitPrice ?? "0", String(pieces))}`), sku: line.sku, price: 0 },
      meta_data: [{ id: 3001, key: "_refunded_item_id", value: line.id }],
    },
  ];
}

export const sumOfTax = (order: Order): string => add(sum(order.lines.map(taxOf)), "0");
