import * as z from "zod/mini";
import { skuOf } from "../../../shared/connector/sku-of.ts";
import type { CatalogEntry, Tools } from "../../../shared/connector/tools.ts";
import { Rejected } from "../../../shared/errors.ts";
import type { Line } from "../../../shared/order.ts";
import type { Account } from "../provider.ts";
import type { Api, Variant } from "./api.ts";
import type { Secret, Settings } from "./settings.ts";

/** `price` is the shop's own, of one unit; undefined where the shop was not asked. */
const Product = z.object({ productId: z.string(), variantId: z.string(), price: z.optional(z.string()) });
export type Product = z.infer<typeof Product> & { packSize?: number | undefined };

/** IDs stay; the price only caps the discount. */
const MAX_AGE = 12 * 3_600_000;

/**
 * The shop's IDs of one SKU: the operator's catalog first, then the shop's look-up by SKU, remembered.
 * @throws Rejected in one sentence naming SKU and destination when there is none, or more than one
 */
export async function productOf(
  line: Pick<Line, "id" | "sku" | "title">,
  account: Account<Settings, Secret>,
  { api, tools }: { api: Api; tools: Tools },
): Promise<Product> {
  const { destination } = account;
  const sku = skuOf(line, destination);
  const entry = await tools.catalog(sku);
  if (entry?.productId && entry.variantId) {
    return { productId: entry.productId, variantId: entry.variantId, packSize: entry.packSize };
  }
  const name = cacheName(sku, entry);
  const cached = await tools.cache.get(name, Product);
  if (cached) return { ...cached, packSize: entry?.packSize };

  const variant = entry?.variantId
    ? await byVariant(entry.variantId, sku, destination, api)
    : await bySku(entry?.providerSku ?? sku, sku, destination, api);
  const { price } = variant;
  const product = {
    variantId: variant.id,
    productId: variant.product_id,
    ...(price != null && { price: String(price) }),
  };
  await tools.cache.put(name, product, MAX_AGE);
  return { ...product, packSize: entry?.packSize };
}

/** The shop does not know the IDs any more: the next order asks for them again. */
export async function forgetProducts(lines: readonly Pick<Line, "sku">[], tools: Tools): Promise<void> {
  for (const sku of new Set(lines.map((line) => line.sku))) {
    await tools.cache.delete(cacheName(sku, await tools.catalog(sku)));
  }
}

/** A changed catalog entry has another name, so it asks again. */
const cacheName = (sku: string, entry: CatalogEntry | undefined): string =>
  `variant ${entry?.variantId ?? entry?.providerSku ?? sku}`;

async function byVariant(id: string, sku: string, destination: string, api: Api): Promise<Variant> {
  const variant = await api.variant(id);
  if (variant) return variant;
  throw new Rejected(
    `${destination} has no variant ${id}, which its catalog names for SKU ${sku}: correct the catalog.`,
  );
}

async function bySku(wanted: string, sku: string, destination: string, api: Api): Promise<Variant> {
  const exact = await api.variantsBySku(wanted);
  const [variant] = exact;
  if (variant && exact.length === 1) return variant;
  const called = wanted === sku ? `SKU ${sku}` : `SKU ${wanted} (our ${sku})`;
  throw new Rejected(
    variant
      ? `${called} names ${exact.length} variants in ${destination}: say in its catalog which one (npm run catalog).`
      : `${called} is unknown to ${destination}: add it there or map it in its catalog (npm run catalog).`,
  );
}
