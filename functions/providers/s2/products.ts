import * as z from "zod/mini";
import { looseRow, Shown } from "../../../shared/connector/list-schema.ts";
import { scanPages } from "../../../shared/connector/scan-pages.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { Rejected, Unavailable } from "../../../shared/errors.ts";
import type { Api } from "./api.ts";

const Product = looseRow(z.object({ id: Shown, sku: Shown }));

/** How long an environment remembers a product's ID, ms: it changes only when the product is made again. */
const REMEMBERED = 10 * 60_000;
/** `term` searches names, too. */
const MAX_PAGES = 10;

interface Remembered {
  id: Promise<string>;
  until: number;
}

/** S2's own look-up by SKU. */
export function openProducts(api: Api, { memory, now }: Pick<Tools, "memory" | "now">, destination: string) {
  const kept = memory.get("s2 products");
  const known: Map<string, Remembered> = kept instanceof Map ? kept : new Map();
  memory.set("s2 products", known);

  async function search(sku: string): Promise<string> {
    const { rows, whole } = await scanPages({
      page: (_, offset) => api.list("/product", Product, { offset, term: sku }, "product list"),
      idOf: ({ id, raw }) => id || JSON.stringify(raw),
      wanted: (product) => product.sku === sku,
      maxPages: MAX_PAGES,
    });
    const [first, second] = rows;
    if (first && !second) return first.id;
    if (first?.id === "") throw new Unavailable(`S2 shows the product of SKU ${sku} without an ID that can be read.`);
    if (!first && !whole) throw new Unavailable(`S2's list of products of SKU ${sku} could not be read to its end.`);
    const [problem, remedy] = first
      ? ["is the SKU of more than one product", "map it to the right one"]
      : ["is the SKU of no product", "create it there, or map it"];
    throw new Rejected(`${sku} ${problem} of ${destination}: ${remedy} with npm run catalog.`);
  }

  return {
    /** The product ID. @throws Rejected where there is not exactly one product of that SKU */
    async bySku(sku: string): Promise<string> {
      const remembered = known.get(sku);
      if (remembered && now() < remembered.until) return remembered.id;
      const id = search(sku);
      known.set(sku, { id, until: now() + REMEMBERED });
      id.catch(() => known.delete(sku));
      return id;
    },
    /** After S2 refused an order: an ID may be out of date. */
    forget(ids: readonly string[]): void {
      for (const [sku, { id }] of known) {
        id.then((value) => ids.includes(value) && known.delete(sku)).catch(() => {});
      }
    },
  };
}
