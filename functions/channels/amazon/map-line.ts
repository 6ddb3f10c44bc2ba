import { divide } from "../../../shared/decimal.ts";
import { isCancelled, isShippedByAmazon } from "./order-state.ts";
import type { AmazonItem, AmazonOrder } from "./payload.ts";
import { amountOf, partOf } from "./proceeds.ts";
import type { Settings } from "./settings.ts";

export function mapLine(item: AmazonItem, order: AmazonOrder, settings: Settings) {
  const { product, quantityOrdered: quantity, fulfillment } = item;
  const breakdowns = item.proceeds?.breakdowns ?? [];
  const shipped = Math.min(fulfillment?.quantityFulfilled ?? 0, quantity);
  const open = fulfillment?.quantityUnfulfilled ?? quantity - shipped;
  const tax = partOf(breakdowns, "TAX", "ITEM");
  return {
    id: item.orderItemId,
    sku: product.sellerSku ?? "",
    quantity,
    quantityToShip: isCancelled(item) ? 0 : Math.min(open, quantity - shipped),
    fulfilled: shipped,
    productId: product.asin,
    title: product.title,
    unitPrice: product.price?.unitPrice?.amount ?? perUnit(amountOf(breakdowns, "ITEM"), quantity),
    discount: partOf(breakdowns, "DISCOUNT", "ITEM"),
    taxes: tax === undefined ? [] : [{ amount: tax }],
    properties: propertiesOf(item),
    fulfilledBy: isShippedByAmazon(order, settings) ? "amazon" : undefined,
  };
}

const perUnit = (amount: string | undefined, quantity: number): string | undefined =>
  amount === undefined || quantity === 0 ? undefined : divide(amount, String(quantity), 4);

export const giftOf = ({ fulfillment }: AmazonItem) => fulfillment?.packing?.giftOption ?? undefined;

function propertiesOf(item: AmazonItem) {
  const [url, wrap] = [item.product.customization?.customizedUrl, giftOf(item)?.giftWrapLevel];
  return [
    ...(url === undefined ? [] : [{ name: "Customization", value: url }]),
    ...(wrap === undefined ? [] : [{ name: "Gift wrap", value: wrap }]),
  ];
}
