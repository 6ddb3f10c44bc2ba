import type { ApiTools } from "../../../shared/connector/tools.ts";
import type { Ask, SellerAccount } from "./access.ts";
import { CatalogAnswer, type CatalogProduct, type LineItem } from "./payload.ts";

/** A product as it was looked up. `at`: epoch ms. */
interface Kept {
  at: number;
  product: CatalogProduct;
}

/** Objects that a call names, and products that an environment remembers. */
const MOST_IDS = 100;
const MOST_KEPT = 5_000;

/**
 * The products of an order's lines, which name a catalog object and no SKU. An environment remembers what has a SKU, by
 * connection, object and version: a SKU that was missing may have been filled in since.
 */
export async function productsOf(
  lines: readonly LineItem[],
  ask: Ask,
  { connection, settings }: Pick<SellerAccount, "connection" | "settings">,
  { memory, now }: Pick<ApiTools, "memory" | "now">,
): Promise<Map<string, CatalogProduct>> {
  const kept = keptIn(memory, `catalog ${connection}`);
  const found = new Map<string, CatalogProduct>();
  const missing = new Map<string, string>();
  for (const { catalog_object_id: id, catalog_version } of lines) {
    if (id === undefined) continue;
    const key = `${id} ${catalog_version ?? ""}`;
    const known = kept.get(key);
    if (known && now() - known.at < settings.catalogMaxAge) found.set(id, known.product);
    else missing.set(id, key);
  }
  const ids = [...missing.keys()];
  for (let from = 0; from < ids.length; from += MOST_IDS) {
    for (const [id, product] of await lookUp(ids.slice(from, from + MOST_IDS), ask)) {
      found.set(id, product);
      if (kept.size >= MOST_KEPT) kept.clear();
      if (product.sku !== undefined) kept.set(missing.get(id) ?? id, { at: now(), product });
    }
  }
  return found;
}

/** https://developer.squareup.com/reference/square/catalog-api/batch-retrieve-catalog-objects */
async function lookUp(ids: readonly string[], ask: Ask): Promise<[id: string, product: CatalogProduct][]> {
  // A product may have been deleted since it was sold. Its item says what kind of product it is.
  const body = { object_ids: ids, include_related_objects: true, include_deleted_objects: true };
  const answer = await ask({ method: "POST", path: "/v2/catalog/batch-retrieve", body }, CatalogAnswer);
  const types = new Map(answer?.related_objects.map(({ id, item_data }) => [id, item_data?.product_type]));
  return (answer?.objects ?? []).map(({ id, item_variation_data: data }) => [
    id,
    { sku: data?.sku, itemId: data?.item_id, type: types.get(data?.item_id ?? "") },
  ]);
}

function keptIn(memory: Map<string, unknown>, name: string): Map<string, Kept> {
  const known = memory.get(name);
  const kept: Map<string, Kept> = known instanceof Map ? known : new Map();
  memory.set(name, kept);
  return kept;
}
