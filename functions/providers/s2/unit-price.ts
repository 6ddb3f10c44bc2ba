import { add, type Decimal, divide, multiply, round, shortest, subtract, sum } from "../../../shared/decimal.ts";
import type { Line, Order } from "../../../shared/order.ts";
import type { Settings } from "./settings.ts";

/** Four digits after the point: as many as any currency has, and two to spare for what a division leaves over. */
const PLACES = 4;

/** The price of one piece of `line`, in the meaning the destination has chosen; 0 where the channel gave none. */
export function unitPriceOf(line: Line, order: Order, meaning: Settings["unitPrice"]): Decimal {
  if (line.unitPrice === undefined) return "0";
  if (meaning === "listed" || line.quantity === 0) return shortest(line.unitPrice);
  const perUnit = (amount: Decimal) => divide(amount, String(line.quantity), PLACES + 4);
  const discounted = meaning.endsWith("-discounted");
  const price = discounted ? subtract(line.unitPrice, perUnit(line.discount ?? "0")) : line.unitPrice;
  const includesTax = order.pricesIncludeTax ?? false;
  const wantsTax = meaning.startsWith("gross");
  if (includesTax === wantsTax) return shortest(discounted ? round(price, PLACES) : price);

  const taxes = line.taxes ?? [];
  const rate = sum(taxes.map((tax) => tax.rate ?? "0"));
  const rated = wantsTax ? multiply(price, add("1", rate)) : divide(price, add("1", rate), PLACES + 4);
  // A tax without a rate is an amount of the whole line.
  const fixed = perUnit(sum(taxes.filter((tax) => tax.rate === undefined).map((tax) => tax.amount ?? "0")));
  return shortest(round(wantsTax ? add(rated, fixed) : subtract(rated, fixed), PLACES));
}
