import { compare, type Decimal } from "../decimal.ts";
import { Rejected } from "../errors.ts";
import { isCashOnDelivery, type Order } from "../order.ts";

/**
 * For a provider that can only have the whole amount of its order collected on delivery.
 * @param amount what the order there comes to; undefined if prices are missing
 * @returns whether it is to be collected; false for an order that is paid
 * @throws Rejected if a part of it was paid: the buyer would pay twice
 */
export function collectsAll(
  order: Pick<Order, "amountDue" | "financialState" | "cancelledAt" | "total" | "currency">,
  amount: Decimal | undefined,
  destination: string,
): boolean {
  if (!isCashOnDelivery(order)) return false;
  const { amountDue = "0", total, currency, financialState } = order;
  const amounts = [total, amount].filter((each) => each !== undefined);
  if (amounts.some((each) => compare(each, amountDue) === 0)) return true;
  if (amounts.length === 0 && financialState !== "partially-paid") return true;
  const of = amounts[0] === undefined ? "" : ` of ${amounts[0]}`;
  throw new Rejected(
    `On delivery ${amountDue}${of} ${currency} is due, and ${destination} can only collect all of an order: send it by hand, or collect the rest in another way.`,
  );
}
