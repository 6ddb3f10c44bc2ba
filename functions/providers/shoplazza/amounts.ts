import { fractionDigits } from "../../../shared/connector/fraction-digits.ts";
import { orderDiscount } from "../../../shared/connector/order-discount.ts";
import { add, compare, type Decimal, divide, multiply, round, subtract, sum } from "../../../shared/decimal.ts";
import { type Line, quantityToShip } from "../../../shared/order.ts";
import type { Outgoing } from "../provider.ts";

/** What of the order's money belongs to the lines that go to this destination. All in the order's currency. */
export interface Amounts {
  discount: Decimal;
  tax: Decimal;
  shipping: Decimal;
  /** What the buyer pays for these lines by our figures; undefined where prices are missing. */
  total: Decimal | undefined;
}

/**
 * Amounts of the whole order are divided by value where only a part of it goes there.
 * @param shopValue of the lines at the shop's prices, where known: `discount` is never above it
 */
export function amountsOf({ order, lines }: Pick<Outgoing, "order" | "lines">, shopValue?: Decimal): Amounts {
  const digits = fractionDigits(order.currency);
  const money = (amount: Decimal): Decimal => round(amount, digits);
  const part = weigh(lines, quantityToShip);
  const all = weigh(order.lines, (line) => line.quantity);
  const whole = compare(part.pieces, all.pieces) === 0;
  const priced = lines.every((line) => line.unitPrice !== undefined);

  const share = (amount: Decimal): Decimal => {
    if (whole) return amount;
    const by = compare(all.value, "0") > 0 ? "value" : "pieces";
    return divide(multiply(amount, part[by]), all[by], digits + 2);
  };
  /** Of one line's amount, what falls on the units that go there. */
  const ofUnits = (line: Line, amount: Decimal): Decimal =>
    divide(multiply(amount, String(quantityToShip(line))), String(line.quantity), digits + 2);

  const ofItsLines = sum(lines.map((line) => ofUnits(line, line.discount ?? "0")));
  // Of an order that is divided, another destination's lines may have the whole discount.
  const anyLine = order.lines.some((line) => compare(line.discount ?? "0", "0") > 0);
  const given = anyLine ? ofItsLines : share(orderDiscount(order));
  const caps = [part.value, ...(shopValue === undefined ? [] : [shopValue])];
  const discount = money(caps.reduce(smaller, larger(given, "0")));

  const lineTaxes = lines.flatMap((line) => (line.taxes ?? []).map((tax) => ofUnits(line, tax.amount ?? "0")));
  const ofLines = lineTaxes.length > 0 ? sum(lineTaxes) : undefined;
  const tax = money((whole ? (order.tax ?? ofLines) : (ofLines ?? share(order.tax ?? "0"))) ?? "0");

  const net = subtract(order.shipping?.price ?? "0", order.shipping?.discount ?? "0");
  const shipping = money(share(larger(net, "0")));

  const computed = add(subtract(part.value, discount), add(shipping, order.pricesIncludeTax ? "0" : tax));
  const total = whole && order.total !== undefined ? order.total : priced ? computed : undefined;
  return { discount, tax, shipping, total: total && money(total) };
}

const smaller = (a: Decimal, b: Decimal): Decimal => (compare(a, b) <= 0 ? a : b);
const larger = (a: Decimal, b: Decimal): Decimal => (compare(a, b) >= 0 ? a : b);

function weigh(lines: readonly Line[], quantity: (line: Line) => number): { value: Decimal; pieces: Decimal } {
  return {
    value: sum(lines.map((line) => multiply(line.unitPrice ?? "0", String(quantity(line))))),
    pieces: sum(lines.map((line) => String(quantity(line)))),
  };
}
