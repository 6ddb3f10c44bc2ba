import { compare, multiply, subtract } from "../../../shared/decimal.ts";
import { isOwnOrder, OURSELVES } from "./own-order.ts";
import type { LineItem, ShopOrder } from "./payload.ts";

/** States of a line all of whose pieces were shipped. */
const SHIPPED = new Set(["shipped", "finished", "returning", "returned"]);

/** @see docs/channels/shoplazza.md */
export function mapLine(line: LineItem, order: ShopOrder) {
  const shipped = shippedPieces(line, order);
  return {
    id: line.id,
    sku: line.sku ?? "",
    quantity: line.quantity,
    // A piece that was shipped, sent back and refunded counts twice: better to hold back a piece than to give away one.
    quantityToShip: Math.max(0, line.quantity - shipped - refundedPieces(line)),
    fulfilled: hasShipped(order) ? shipped : undefined,
    productId: line.product_id,
    variantId: line.variant_id,
    title: line.product_title,
    variantTitle: line.variant_title,
    vendor: line.vendor,
    unitPrice: line.price,
    compareAtPrice: line.compare_at_price,
    discount: discountOf(line),
    properties: [...(line.properties ?? []), ...(line.custom_properties ?? [])],
    ships: line.requires_shipping ?? true,
    ...(isOwnOrder(order) && { fulfilledBy: OURSELVES }),
  };
}

const refundedPieces = ({ refund_quantity: before, refund_quantity_total: since }: LineItem): number =>
  Math.max(before ?? 0, since ?? 0);

const isCancelled = (status: string | undefined): boolean => /^cancell?ed$/i.test(status ?? "");

const hasShipped = ({ fulfillments }: ShopOrder): boolean => fulfillments.some(({ status }) => !isCancelled(status));

/** In a fulfilment, 0 and no number at all mean the whole line: so it is when a fulfilment is made. */
function shippedPieces(line: LineItem, { fulfillments }: ShopOrder): number {
  if (SHIPPED.has(line.fulfillment_status?.toLowerCase() ?? "")) return line.quantity;
  const pieces = fulfillments
    .filter(({ status }) => !isCancelled(status))
    .flatMap(({ line_items }) => line_items)
    .filter(({ id }) => id === line.id)
    .map(({ ship_quantity, shipping_quantity }) => ship_quantity || shipping_quantity || line.quantity);
  return Math.min(
    line.quantity,
    pieces.reduce((sum, count) => sum + count, 0),
  );
}

/** `total` is that of the line after its own discount. */
function discountOf({ price, total, quantity }: LineItem): string | undefined {
  if (!price || !total) return undefined;
  const off = subtract(multiply(price, String(quantity)), total);
  return compare(off, "0") > 0 ? off : undefined;
}
