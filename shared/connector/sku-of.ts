import { Rejected } from "../errors.ts";
import type { Line } from "../order.ts";

type Named = Pick<Line, "id" | "sku" | "title">;

/** A line's SKU, trimmed. @throws Rejected with one sentence that names the line by ID and title if it has none */
export function skuOf(line: Named, destination: string): string {
  const sku = line.sku.trim();
  if (!sku) throw noSku(line, destination);
  return sku;
}

/** The error for a line without a SKU, at a destination that finds its product by nothing else. */
export const noSku = ({ id, title }: Named, destination: string): Rejected =>
  new Rejected(
    `Line ${id}${title ? ` ("${title}")` : ""} of the order has no SKU, by which ${destination} finds the product: give it one in the shop, or list its title in the connection's notGoods if it is not goods.`,
  );
