import { orderDiscount } from "../../../shared/connector/order-discount.ts";
import { add, compare, type Decimal, divide, multiply, round, subtract, sum } from "../../../shared/decimal.ts";
import { type Line, type Order, quantityToShip } from "../../../shared/order.ts";
import { type Item, isPositive, percent } from "./items.ts";
import type { Settings } from "./settings.ts";

/** The order's own figures. `amount` includes shipping and tax. [ASSUME] */
export interface Amounts {
  amount: Decimal;
  shipping: Decimal;
  netShipping: Decimal;
  /** In percent. */
  shippingTaxRate: Decimal;
  discount: Decimal;
}

/** The order's figures as the channel has them where all of it is sent, else what the sent part comes to. */
export function amountsOf(order: Order, lines: readonly Line[], items: readonly Item[], settings: Settings): Amounts {
  const { decimals } = settings;
  const money = (amount: Decimal) => round(amount, decimals);
  const isWhole = order.lines.every((line) => !isPositive(line.unitPrice ?? "1") || isSentWhole(line, lines));
  const taxIsInside = order.pricesIncludeTax === true;

  const share = (amount: Decimal) => money(isWhole ? amount : shareOf(amount, order, lines, decimals));
  const rate = order.shipping?.taxRate ?? "0";
  const price = share(order.shipping?.price ?? "0");
  const reduced = subtract(price, share(order.shipping?.discount ?? "0"));
  const paid = isPositive(reduced) ? reduced : money("0");
  const paidWithTax = taxIsInside ? paid : money(multiply(paid, add("1", rate)));
  const paidWithoutTax = taxIsInside ? money(divide(paid, add("1", rate), decimals + 4)) : paid;

  const ofLines = sum(items.map(({ discount }) => discount));
  // Of an order that is divided, another destination's lines may have the whole discount.
  const anyLine = order.lines.some((line) => isPositive(line.discount ?? "0"));
  const discounts = anyLine ? ofLines : share(orderDiscount(order));
  const taxOnTop = settings.prices === "with-tax" || taxIsInside ? [] : items.map(({ tax }) => tax ?? "0");
  const goods = subtract(add(sum(items.map(({ total }) => total)), sum(taxOnTop)), discounts);
  return {
    amount: money(isWhole && order.total !== undefined ? order.total : add(goods, paidWithTax)),
    ...(settings.netShipping === "discount"
      ? { shipping: price, netShipping: paid }
      : { shipping: paidWithTax, netShipping: paidWithoutTax }),
    shippingTaxRate: percent(rate),
    discount: money(isWhole ? (order.discount ?? discounts) : discounts),
  };
}

const isSentWhole = (line: Line, lines: readonly Line[]) =>
  lines.some(({ id }) => id === line.id) && quantityToShip(line) === line.quantity;

/** By the value of the pieces that travel, or by their number where prices are missing. */
function shareOf(amount: Decimal, order: Order, lines: readonly Line[], decimals: number): Decimal {
  const travelling = order.lines.filter(({ ships }) => ships !== false);
  const weigh = (some: readonly Line[], quantity: (line: Line) => number, price: (line: Line) => Decimal) =>
    sum(some.map((line) => multiply(price(line), String(quantity(line)))));
  const byValue = (line: Line) => line.unitPrice ?? "0";
  const price =
    compare(
      weigh(travelling, ({ quantity }) => quantity, byValue),
      "0",
    ) > 0
      ? byValue
      : () => "1";
  const all = weigh(travelling, ({ quantity }) => quantity, price);
  return divide(multiply(amount, weigh(lines, quantityToShip, price)), all, decimals + 4);
}
