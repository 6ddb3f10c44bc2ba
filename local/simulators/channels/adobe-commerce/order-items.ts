import { add, divide, multiply, round, subtract, sum } from "../../../../shared/decimal.ts";
import { type Line, type Order, quantityToShip } from "../../../../shared/order.ts";
import { idNumber, money, relatedId, sqlTime } from "./fields.ts";

/** Amounts in the order's own currency, of which one is worth this many of the shop's. */
export const rateOf = ({ currency, buyerCurrency }: Order): string =>
  buyerCurrency === undefined || buyerCurrency === currency ? "1" : "2";

/** `base_<name>` in the shop's currency, `<name>` in the order's. */
export function bothCurrencies(name: string, amount: string | undefined, order: Order) {
  return { [`base_${name}`]: money(amount), [name]: money(multiply(amount ?? "0", rateOf(order))) };
}

const taxOf = ({ taxes = [] }: Line): string => sum(taxes.map(({ amount }) => amount ?? "0"));
export const sumOfTax = ({ lines }: Order): string => sum(lines.map(taxOf));

/** A variant is a simple product in a configurable one: both are items, and the outer one has price and counts. */
export function orderItems(order: Order): object[] {
  return order.lines.flatMap((line) => {
    const item = orderItem(line, order);
    return line.variantId === undefined ? [item] : [item, chosenItem(line, order, item)];
  });
}

/** https://developer.adobe.com/commerce/webapi/rest/tutorials/orders/, `items` */
function orderItem(line: Line, order: Order) {
  const { quantity, title = line.sku, discount = "0" } = line;
  const tax = taxOf(line);
  const unitTax = quantity === 0 ? "0" : round(divide(tax, String(quantity), 6), 4);
  const unit = line.unitPrice ?? "0";
  const price = order.pricesIncludeTax === true ? subtract(unit, unitTax) : unit;
  const rowTotal = multiply(price, String(quantity));
  const rate = line.taxes?.[0]?.rate;
  const type = line.variantId === undefined ? (line.ships === false ? "virtual" : "simple") : "configurable";
  return {
    ...bothCurrencies("amount_refunded", "0", order),
    ...bothCurrencies("discount_amount", discount, order),
    ...bothCurrencies("discount_invoiced", "0", order),
    ...bothCurrencies("original_price", line.compareAtPrice ?? unit, order),
    ...bothCurrencies("price", price, order),
    ...bothCurrencies("price_incl_tax", add(price, unitTax), order),
    ...bothCurrencies("row_invoiced", "0", order),
    ...bothCurrencies("row_total", rowTotal, order),
    ...bothCurrencies("row_total_incl_tax", add(rowTotal, tax), order),
    ...bothCurrencies("tax_amount", tax, order),
    created_at: sqlTime(order.placedAt),
    discount_percent: 0,
    free_shipping: 0,
    is_qty_decimal: 0,
    is_virtual: line.ships === false ? 1 : 0,
    item_id: idNumber(line.id),
    name: title,
    no_discount: 0,
    order_id: idNumber(order.id),
    product_id: idNumber(line.productId ?? relatedId(line.sku, "product")),
    product_type: type,
    ...countsOf(line, order),
    quote_item_id: idNumber(relatedId(line.id, "quote")),
    row_weight: 0,
    sku: line.sku,
    store_id: 1,
    tax_percent: money(multiply(rate ?? "0", "100")),
    updated_at: sqlTime(order.updatedAt),
    weight: 0.2,
    ...optionsOf(line),
  };
}

/** What is gone of a line was shipped, if the order was in part; else it was refunded. */
function countsOf(line: Line, { fulfilmentState = "unfulfilled", cancelledAt, financialState }: Order) {
  const left = quantityToShip({ ...line, ships: true, fulfilledBy: undefined });
  const gone = fulfilmentState === "fulfilled" ? line.quantity : line.quantity - left;
  const wasShipped = fulfilmentState !== "unfulfilled";
  const isCancelled = cancelledAt !== undefined;
  const isPaid = financialState !== "pending" && financialState !== "authorized" && financialState !== "voided";
  return {
    qty_canceled: isCancelled ? line.quantity : 0,
    qty_invoiced: isPaid && !isCancelled ? line.quantity : 0,
    qty_ordered: line.quantity,
    qty_refunded: isCancelled || wasShipped ? 0 : gone,
    qty_shipped: wasShipped ? gone : 0,
  };
}

/** Nothing was counted on it, and it is free. */
function chosenItem(line: Line, order: Order, parent: ReturnType<typeof orderItem>) {
  const { title = line.sku, variantTitle } = line;
  return {
    ...bothCurrencies("discount_amount", "0", order),
    ...bothCurrencies("price", "0", order),
    ...bothCurrencies("row_total", "0", order),
    ...bothCurrencies("tax_amount", "0", order),
    created_at: sqlTime(order.placedAt),
    is_qty_decimal: 0,
    is_virtual: line.ships === false ? 1 : 0,
    item_id: idNumber(relatedId(line.id, "chosen")),
    name: variantTitle === undefined ? title : `${title}-${variantTitle}`,
    order_id: idNumber(order.id),
    parent_item_id: idNumber(line.id),
    product_id: idNumber(line.variantId ?? "0"),
    product_type: "simple",
    ...{ qty_canceled: 0, qty_invoiced: 0, qty_ordered: line.quantity, qty_refunded: 0, qty_shipped: 0 },
    sku: line.sku,
    store_id: 1,
    updated_at: sqlTime(order.updatedAt),
    parent_item: parent,
  };
}

/** The options' names are only at the product: the order has their IDs. */
function optionsOf({ properties = [] }: Line) {
  if (properties.length === 0) return {};
  const custom_options = properties.map(({ name, value = "" }) => ({
    option_id: /^option (\d+)$/.exec(name)?.[1] ?? relatedId(name, "option"),
    option_value: value,
  }));
  return { product_option: { extension_attributes: { custom_options } } };
}
