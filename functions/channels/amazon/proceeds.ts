import { compare, subtract, sum } from "../../../shared/decimal.ts";
import type { AmazonOrder, Breakdown } from "./payload.ts";

type Part = "ITEM" | "SHIPPING";

/** Which sign a discount has is not said: it is taken without one. */
const withoutSign = (amount: string): string => (compare(amount, "0") < 0 ? subtract("0", amount) : amount);

/** All of one kind; undefined if there is none. */
export function amountOf(breakdowns: readonly Breakdown[], kind: string): string | undefined {
  const amounts = breakdowns.flatMap(({ type, subtotal }) => (type === kind ? withoutSign(subtotal.amount) : []));
  return amounts.length > 0 ? sum(amounts) : undefined;
}

/** Of taxes or discounts what is of goods or of shipping. Where Amazon does not divide them, all is of goods. */
export function partOf(breakdowns: readonly Breakdown[], kind: "TAX" | "DISCOUNT", part: Part): string | undefined {
  const amounts = breakdowns
    .filter(({ type }) => type === kind)
    .flatMap(({ subtotal, detailedBreakdowns: details }) => {
      if (details.length === 0) return part === "ITEM" ? [subtotal.amount] : [];
      return details.flatMap(({ subtype, value }) => (subtype === part && value ? value.amount : []));
    });
  return amounts.length > 0 ? sum(amounts.map(withoutSign)) : undefined;
}

/** The order's own, which has no details, or those of its items. */
export const orderBreakdowns = ({ proceeds, orderItems }: AmazonOrder): Breakdown[] =>
  proceeds && proceeds.breakdowns.length > 0 ? proceeds.breakdowns : itemBreakdowns({ orderItems });

export const itemBreakdowns = ({ orderItems }: Pick<AmazonOrder, "orderItems">): Breakdown[] =>
  orderItems.flatMap(({ proceeds }) => proceeds?.breakdowns ?? []);

const ADDED = ["ITEM", "SHIPPING", "GIFT_WRAP", "COD_FEE", "DELIVERY_TIP", "OTHER"];

/** By what the total adds up to; undefined if there is no tax, or it adds up to neither. */
export function pricesIncludeTax(order: AmazonOrder): boolean | undefined {
  const all = orderBreakdowns(order);
  const tax = amountOf(all, "TAX") ?? "0";
  const total = order.proceeds?.grandTotal?.amount;
  if (total === undefined || compare(tax, "0") === 0) return undefined;
  const added = sum(ADDED.map((kind) => amountOf(all, kind) ?? "0"));
  const withoutTax = subtract(added, amountOf(all, "DISCOUNT") ?? "0");
  if (compare(withoutTax, total) === 0) return true;
  return compare(sum([withoutTax, tax]), total) === 0 ? false : undefined;
}
