import type { OrderBody } from "./order-body.ts";

type Amount = string | null | undefined;
const value = (amount: Amount): number => Number(amount ?? 0);
const sum = (amounts: Amount[]): number => amounts.reduce<number>((all, amount) => all + value(amount), 0);

/**
 * What does not add up: an item's total, or the order's amount. The document does not say whether the amount has tax on
 * top, nor which amount has the discount of the shipping, so each reading is accepted. (ASSUME)
 */
export function wrongSum({ order, order_item: items }: OrderBody): string | undefined {
  for (const { unit_price, total_price, quantity } of items) {
    if (unit_price == null || total_price == null) continue;
    const units = quantity ?? 1;
    if (!isNear(value(total_price), value(unit_price) * units, units)) {
      return `total_price ${total_price} is not ${units} times unit_price ${unit_price}.`;
    }
  }
  if (order.amount == null || items.some(({ unit_price, price }) => unit_price == null && price == null))
    return undefined;

  const goods = sum(items.map(({ total_price, unit_price, price }) => total_price ?? unit_price ?? price));
  const shipping = [order.shipping_amount, order.net_shipping_amount ?? order.shipping_amount].map(value);
  const discounts = [value(order.discount_amount), sum(items.map(({ discount_amount }) => discount_amount))];
  const taxes = [0, sum(items.map(({ tax_amount }) => tax_amount))];
  const shippingTaxes = [1, 1 + value(order.shipping_tax_rate) / 100];
  const readings = shipping.flatMap((net) =>
    shippingTaxes.flatMap((rate) =>
      discounts.flatMap((discount) => taxes.map((tax) => goods + net * rate - discount + tax)),
    ),
  );
  return readings.some((reading) => isNear(value(order.amount), reading, items.length + 2))
    ? undefined
    : `amount ${order.amount} is not what the items, the shipping and the discount come to.`;
}

/** To a hundredth for each amount that was rounded. */
const isNear = (one: number, other: number, rounded: number): boolean =>
  Math.abs(one - other) <= Math.max(0.01 * rounded, Math.abs(other) * 1e-9);
