import * as z from "zod/mini";
import type { ApiTools } from "../../../shared/connector/tools.ts";
import type { Ask } from "./access.ts";
import { travels } from "./map-line.ts";
import type { WholeOrder } from "./map-order.ts";
import { isCancelled } from "./order-state.ts";
import { Inventory, type PropertyValue, type Receipt, type Transaction } from "./payload.ts";
import type { Settings } from "./settings.ts";

const FORBIDDEN =
  "a line has no SKU, and the app may not read the listing's inventory: the seller's consent lacks listings_r";

/**
 * SKUs of the inventory for lines that have none: the seller may have given the product one since. They are looked up
 * for a shipped order too, so that its lines stay the ones that were sent.
 * @throws what `ask` throws for answers that say nothing of the inventory
 */
export async function lookUpSkus(
  receipt: Receipt,
  settings: Settings,
  { ask, tools }: { ask: Ask; tools: Pick<ApiTools, "cache"> },
): Promise<Omit<WholeOrder, "receipt">> {
  const skus = new Map<string, string>();
  if (isCancelled(receipt, settings)) return { skus };
  const inventories = new Map<string, Inventory | undefined>();
  for (const line of receipt.transactions) {
    const { listing_id: listing, product_id: product, transaction_id } = line;
    if (line.sku !== undefined || !travels(line) || !listing) continue;
    const name = `sku ${listing} ${product ?? ""}`;
    const known = await tools.cache.get(name, z.string());
    if (known === undefined && !inventories.has(listing)) {
      const inventory = await inventoryOf(listing, ask);
      if (inventory === "forbidden") return { skus, unreadInventory: FORBIDDEN };
      inventories.set(listing, inventory);
    }
    const sku = known ?? skuIn(inventories.get(listing), line);
    if (sku === undefined) continue;
    skus.set(transaction_id, sku);
    if (known === undefined) await tools.cache.put(name, sku, settings.skuMaxAge);
  }
  return { skus };
}

/**
 * Undefined for a listing that has none, or is gone.
 * https://developers.etsy.com/documentation/reference#operation/getListingInventory
 */
async function inventoryOf(listing: string, ask: Ask): Promise<Inventory | undefined | "forbidden"> {
  const answer = await ask({
    path: `/listings/${encodeURIComponent(listing)}/inventory`,
    // Each change of the inventory replaces its products: the one that was sold may be deleted.
    query: { show_deleted: "true" },
    schema: Inventory,
    takes403: true,
  });
  if ("found" in answer) return answer.found;
  return answer.status === 403 ? "forbidden" : undefined;
}

/** By the product's ID; else by the same variation as it is now; else the only SKU that the listing has. */
function skuIn(inventory: Inventory | undefined, { product_id, product_data }: Transaction): string | undefined {
  const products = inventory?.products ?? [];
  const sold = products.find((product) => product.product_id === product_id);
  if (sold?.sku !== undefined) return sold.sku;
  const current = products.filter(({ is_deleted }) => is_deleted !== true);
  const variation = variationOf(product_data);
  const same = current.filter(({ property_values }) => variationOf(property_values) === variation);
  return onlySku(same.length > 0 && product_data.length > 0 ? same : current);
}

/** As one text, whatever the order of its properties. */
const variationOf = (properties: readonly PropertyValue[]): string =>
  properties
    .map(({ property_id, value_ids }) => `${property_id}=${value_ids.toSorted().join("+")}`)
    .toSorted()
    .join(" ");

function onlySku(products: Inventory["products"]): string | undefined {
  const [first, ...others] = new Set(products.map(({ sku }) => sku));
  return others.length === 0 ? first : undefined;
}
