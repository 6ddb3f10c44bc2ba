import { compare, divide, multiply, shortest, subtract } from "../../../shared/decimal.ts";
import { amountIn } from "./money-of.ts";
import { currencyOf, isShippedByEbay, piecesOf } from "./order-state.ts";
import type { EbayOrder, LineItem, Shipment } from "./payload.ts";

/** Digits of a unit's price where the line's does not divide: 10.00 for three pieces. */
const PLACES = 6;

export function mapLine(line: LineItem, order: EbayOrder, shipments: readonly Shipment[]) {
  const { fulfilled, toShip } = piecesOf(line, order, shipments);
  const { cost, discounted } = costOf(line, order);
  return {
    id: line.lineItemId,
    sku: line.sku ?? "",
    quantity: line.quantity,
    quantityToShip: toShip,
    fulfilled,
    productId: line.legacyItemId,
    variantId: line.legacyVariationId === "0" ? undefined : line.legacyVariationId,
    title: line.title,
    variantTitle: line.variationAspects.flatMap(({ value }) => value ?? []).join(" / ") || undefined,
    unitPrice: unitPriceOf(cost, line.quantity),
    discount: compare(cost, discounted) > 0 ? subtract(cost, discounted) : undefined,
    taxes: [...line.taxes, ...line.ebayCollectAndRemitTaxes].map(({ taxType, amount }) => ({
      title: taxType,
      amount: amountIn(currencyOf(order), amount, "lineItems.taxes.amount"),
    })),
    ships: line.giftDetails ? false : undefined,
    fulfilledBy: isShippedByEbay(order) ? "ebay" : undefined,
  };
}

/** Of the whole line, before and after its discounts. */
export function costOf({ lineItemCost, discountedLineItemCost }: LineItem, order: EbayOrder) {
  const currency = currencyOf(order);
  const cost = amountIn(currency, lineItemCost, "lineItems.lineItemCost") ?? "0";
  const discounted = amountIn(currency, discountedLineItemCost, "lineItems.discountedLineItemCost") ?? cost;
  return { cost, discounted };
}

/** eBay gives the price of the whole line: 122.2 for four pieces of 30.55. */
function unitPriceOf(cost: string, quantity: number): string | undefined {
  if (quantity === 0) return undefined;
  const price = divide(cost, String(quantity), PLACES);
  const short = shortest(price);
  // As an amount of money where it is one: 122.2 / 4 is 30.55, and 70.3 / 1 is 70.30.
  const cents = divide(cost, String(quantity), 2);
  return compare(multiply(cents, String(quantity)), cost) === 0 ? cents : short;
}
