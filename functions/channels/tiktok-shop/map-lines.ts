import { compare, multiply, subtract, sum } from "../../../shared/decimal.ts";
import { serviceOf } from "./order-state.ts";
import type { TiktokOrder, Unit } from "./payload.ts";
import { unitState } from "./unit-state.ts";

/**
 * TikTok Shop has a line for each unit. Units of one SKU and price become one line, under the ID of the first; all their
 * IDs are kept. A unit that is cancelled or shipped stays in its line, so that the line's ID lasts.
 */
export function mapLines(order: TiktokOrder) {
  const service = serviceOf(order);
  const units = order.line_items.toSorted((a, b) => compareIds(a.id, b.id));
  return [...Map.groupBy(units, sameGoods).values()].map((group) => ({
    ...mapLine(group),
    ...(service !== undefined && { fulfilledBy: service }),
  }));
}

/** By number, whatever the API's order is. */
const compareIds = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

const sameGoods = (unit: Unit): string =>
  JSON.stringify([unit.sku_id, unit.seller_sku, unit.product_id, unit.original_price, unit.sale_price, unit.is_gift]);

function mapLine(units: readonly Unit[]) {
  const [first] = units;
  const count = (state: ReturnType<typeof unitState>) => units.filter((unit) => unitState(unit) === state).length;
  return {
    id: first?.id,
    sourceIds: units.map(({ id }) => id),
    sku: first?.seller_sku ?? "",
    quantity: units.length,
    quantityToShip: count("open"),
    fulfilled: count("shipped"),
    productId: first?.product_id,
    variantId: first?.sku_id,
    title: first?.product_name,
    variantTitle: first?.sku_name,
    unitPrice: first?.original_price ?? first?.sale_price,
    discount: discountOf(units),
    taxes: taxesOf(units),
  };
}

/** The seller's and TikTok's discount of the whole line. */
function discountOf(units: readonly Unit[]): string | undefined {
  const { original_price: before, sale_price: after } = units[0] ?? {};
  if (!before || !after) return undefined;
  const off = multiply(subtract(before, after), String(units.length));
  return compare(off, "0") > 0 ? off : undefined;
}

/** Whether `tax_rate` is a fraction or a percentage is not documented: it is not mapped. */
function taxesOf(units: readonly Unit[]) {
  const taxes = units.flatMap(({ item_tax }) => item_tax);
  return [...Map.groupBy(taxes, ({ tax_type }) => tax_type)].map(([title, of]) => ({
    title,
    amount: sum(of.flatMap(({ tax_amount }) => tax_amount ?? [])),
  }));
}
