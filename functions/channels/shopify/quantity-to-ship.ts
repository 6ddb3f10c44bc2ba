import type { Fulfilment, LineItem, Refund } from "./payload.ts";

type Sources = {
  refunds?: readonly Refund[] | null | undefined;
  fulfillments: readonly Fulfilment[];
  fulfillment_status?: string | undefined;
};

/** A fulfilment in one of these states ships nothing. */
const VOID = new Set(["cancelled", "error", "failure"]);

/**
 * How many of a line are still to ship: ordered, minus refunded, removed and already fulfilled. It is the least of
 * Shopify's fields and our own count, because each of them is missing or wrong in some case:
 * - `fulfillable_quantity` is documented as quantity - max(refunded, fulfilled), which counts a unit that was refunded
 * before it shipped, and another one that shipped, only once;
 * - `current_quantity` knows nothing of fulfilments, and is absent before version 2024-01;
 * - a unit that was shipped, sent back and refunded (`restock_type` "return") must not be subtracted twice;
 * - a refund without restock ("no_restock") is money alone, and leaves the units to be shipped: Shopify says so by
 * keeping them in both `current_quantity` and `fulfillable_quantity`. Where one of these is missing, and for any other
 * refund, it is better to hold back a unit than to give away a refunded one.
 */
export function quantityToShip(line: LineItem, order: Sources): number {
  if (line.fulfillment_status === "fulfilled" || order.fulfillment_status === "fulfilled") return 0;
  const current = line.current_quantity ?? line.quantity;
  const saysBoth = typeof line.current_quantity === "number" && typeof line.fulfillable_quantity === "number";
  const refunds = (order.refunds ?? [])
    .flatMap((refund) => refund.refund_line_items)
    .filter((item) => isOf(line, item) && !(saysBoth && item.restock_type === "no_restock"));
  const refunded = Math.max(total(refunds), line.quantity - current);
  const returned = total(refunds.filter((item) => item.restock_type === "return"));
  const fulfilled = inFulfilments(line, order);
  const counted = line.quantity - fulfilled - (refunded - Math.min(returned, fulfilled));
  return Math.max(0, Math.min(line.quantity, current, line.fulfillable_quantity ?? line.quantity, counted));
}

/**
 * How many of a line were shipped, which distinguishes a shipped line from a removed one; undefined before the first
 * fulfilment of the order.
 */
export function fulfilledQuantity(line: LineItem, order: Sources): number | undefined {
  const { fulfillments, fulfillment_status: status } = order;
  if (fulfillments.length === 0 && status !== "partial" && status !== "fulfilled") return undefined;
  const isShipped = line.fulfillment_status === "fulfilled" || (status === "fulfilled" && fulfillments.length === 0);
  return isShipped ? line.quantity : Math.min(line.quantity, inFulfilments(line, order));
}

const inFulfilments = (line: LineItem, { fulfillments }: Sources): number =>
  total(
    fulfillments
      .filter(({ status }) => !VOID.has(status ?? ""))
      .flatMap((fulfilment) => fulfilment.line_items)
      .filter((item) => isOf(line, item)),
  );

type Part = {
  id?: string | null | undefined;
  line_item_id?: string | null | undefined;
  quantity?: number | null | undefined;
};

/** A refund's item has an ID of its own and names its line; a fulfilment's item has the ID of the line. */
const isOf = (line: LineItem, part: Part): boolean => (part.line_item_id ?? part.id) === line.id;
const total = (parts: readonly Part[]): number => parts.reduce((sum, { quantity }) => sum + (quantity ?? 0), 0);
