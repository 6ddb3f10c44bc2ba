import type { Fulfilment, LineItem, Refund } from "./payload.ts";

type Sources = {
  refunds?: readonly Refund[] | null | undefined;
  fulfillments: readonly Fulfilment[];
  fulfillment_status?: string | undefined;
};

/** A fulfilment in one of these states ships nothing. */
const VOID = new Set(["cancelled", "error", "failure"]);

/**
 * What is still to be shipped of a line: ordered, minus refunded, removed and already fulfilled. The least of what
 * Shopify's fields and our own count say, because each is missing or wrong somewhere:
 * - `fulfillable_quantity` is documented as quantity - max(refunded, fulfilled), which counts a unit that was refunded
 *   before it shipped and another that shipped only once;
 * - `current_quantity` knows nothing of fulfilments, and is absent before version 2024-01;
 * - a unit that was shipped, sent back and refunded must not be taken off twice: `restock_type` "return" says so. Any other
 *   refund counts against what has not been shipped: rather hold back a unit than give away a refunded one.
 */
export function quantityToShip(line: LineItem, order: Sources): number {
  if (line.fulfillment_status === "fulfilled" || order.fulfillment_status === "fulfilled") return 0;
  const refunds = (order.refunds ?? [])
    .flatMap((refund) => refund.refund_line_items)
    .filter((item) => isOf(line, item));
  const current = line.current_quantity ?? line.quantity;
  const refunded = Math.max(total(refunds), line.quantity - current);
  const returned = total(refunds.filter((item) => item.restock_type === "return"));
  const fulfilled = total(
    order.fulfillments
      .filter(({ status }) => !VOID.has(status ?? ""))
      .flatMap((fulfilment) => fulfilment.line_items)
      .filter((item) => isOf(line, item)),
  );
  const counted = line.quantity - fulfilled - (refunded - Math.min(returned, fulfilled));
  return Math.max(0, Math.min(line.quantity, current, line.fulfillable_quantity ?? line.quantity, counted));
}

type Part = {
  id?: string | null | undefined;
  line_item_id?: string | null | undefined;
  quantity?: number | null | undefined;
};

/** A refund's item names its line apart from its own ID; a fulfilment's is the line itself. */
const isOf = (line: LineItem, part: Part): boolean => (part.line_item_id ?? part.id) === line.id;
const total = (parts: readonly Part[]): number => parts.reduce((sum, { quantity }) => sum + (quantity ?? 0), 0);
