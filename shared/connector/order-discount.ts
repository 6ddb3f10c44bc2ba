import { compare, type Decimal } from "../decimal.ts";
import type { Order } from "../order.ts";

/**
 * The discount on the goods that only the order itself has: its lines show none, as where a shop takes it off the sum.
 * A discount that is as large as that of the shipping is the shipping's.
 * @returns "0" if there is none
 */
export function orderDiscount({ discount = "0", shipping }: Pick<Order, "discount" | "shipping">): Decimal {
  const isOfShipping = compare(discount, shipping?.discount ?? "0") === 0;
  return isOfShipping || compare(discount, "0") <= 0 ? "0" : discount;
}
