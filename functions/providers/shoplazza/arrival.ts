import { compare, isDecimal } from "../../../shared/decimal.ts";
import { progressOf } from "../../../shared/order.ts";
import type { Outgoing } from "../provider.ts";
import { amountsOf } from "./amounts.ts";
import type { Settings } from "./settings.ts";
import { isPaid, type ShopOrder } from "./shop-order.ts";

export const MARK_PAID = "mark-paid";

/**
 * How an order arrived in the shop: what is still to do, and what a person may want to know. The shop's prices apply, not
 * ours (reference/providers.md 5.3), so another total is a note and no failure.
 */
export function arrivalOf(
  order: ShopOrder,
  outgoing: Outgoing,
  { markPaid }: Settings,
): { followUp?: string; notes: string[]; priceDiffers: boolean } {
  const unpaid = progressOf(outgoing.order) === "paid" && !isPaid(order);
  const notes = differences(order, outgoing);
  const priceDiffers = notes.length > 0;
  if (!unpaid) return { notes, priceDiffers };
  if (markPaid) return { followUp: MARK_PAID, notes, priceDiffers };
  return {
    priceDiffers,
    notes: [
      ...notes,
      `The order is paid and arrived there as "${order.financial_status ?? "unknown"}"; markPaid is off.`,
    ],
  };
}

function differences({ total_price, currency }: ShopOrder, outgoing: Outgoing): string[] {
  const ours = { total: amountsOf(outgoing).total, currency: outgoing.order.currency };
  if (currency && currency !== ours.currency) return [`The shop's currency is ${currency}, ours ${ours.currency}.`];
  const total = total_price == null ? "" : String(total_price);
  if (!isDecimal(total) || ours.total === undefined || compare(total, ours.total) === 0) return [];
  return [`The shop's total is ${total} ${ours.currency}, ours ${ours.total}.`];
}
