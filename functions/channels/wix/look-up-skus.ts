import * as z from "zod/mini";
import { list, maybe, Text } from "../../../shared/connector/loose-schema.ts";
import type { ApiTools } from "../../../shared/connector/tools.ts";
import { linesToLookUp } from "./lines-to-look-up.ts";
import type { LineItem, WholeOrder, WixOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";
import type { Answered, Call } from "./site-calls.ts";

const VersionAnswer = z.object({ catalogVersion: z.string() });
/** A site that moves to the newer catalogue does so once: how long its version is kept, ms. */
const VERSION_AGE = 86_400_000;

/** `GET /stores/v1/products/{id}`: a product without variants of its own has the SKU itself. */
const V1Product = z.object({
  product: z.object({ sku: Text, variants: list(z.object({ id: Text, variant: maybe(z.object({ sku: Text })) })) }),
});
/** `GET /stores/v3/products/{id}` */
const V3Product = z.object({
  product: z.object({ variantsInfo: maybe(z.object({ variants: list(z.object({ id: Text, sku: Text })) })) }),
});

/** A product's SKUs, by variant; `own` that of a product without variants. */
interface Skus {
  own: string | undefined;
  variants: { id?: string | undefined; sku?: string | undefined }[];
}

/** The app may not read the catalogue, or it is not of the version that was asked. */
class Unreadable extends Error {
  override readonly name = "Unreadable";
}

/**
 * SKUs from the catalogue of Wix Stores for lines that have none: the shop may have given the product one since. An
 * order whose catalogue cannot be read is held with the reason, since no provider could take it.
 * @throws what `call` throws for answers that say nothing of the catalogue
 */
export async function lookUpSkus(
  order: WixOrder,
  settings: Settings,
  { call, tools }: { call: Call; tools: ApiTools },
): Promise<Pick<WholeOrder, "skus" | "unreadCatalog">> {
  const lines = linesToLookUp(order, settings);
  if (lines.length === 0) return {};
  try {
    const read = await readerOf(settings, call, tools);
    if (!read) return {};
    const skus = new Map<string, string>();
    const products = new Map<string, Skus | undefined>();
    for (const line of lines) {
      const id = line.catalogReference?.catalogItemId ?? "";
      if (!products.has(id)) products.set(id, await read(id));
      const sku = skuIn(products.get(id), line);
      if (sku !== undefined) skus.set(line.id, sku);
    }
    return { skus };
  } catch (error) {
    if (error instanceof Unreadable) return { unreadCatalog: `a line has no SKU, and ${error.message}` };
    throw error;
  }
}

type ReadProduct = (id: string) => Promise<Skus | undefined>;

/** Undefined where the site has no catalogue. */
async function readerOf(settings: Settings, call: Call, tools: ApiTools): Promise<ReadProduct | undefined> {
  const version = settings.catalog === "auto" ? await versionOf(call, tools) : settings.catalog;
  const get = async <T>(path: string, schema: z.ZodMiniType<T>) => orUnreadable(await call("GET", path, schema));
  if (version === "v1") {
    return async (id) => {
      const { product } = (await get(`/stores/v1/products/${encodeURIComponent(id)}`, V1Product)) ?? {};
      const variants = product?.variants.map(({ id: variantId, variant }) => ({ id: variantId, sku: variant?.sku }));
      return product && { own: product.sku, variants: variants ?? [] };
    };
  }
  if (version === "v3") {
    return async (id) => {
      const { product } = (await get(`/stores/v3/products/${encodeURIComponent(id)}`, V3Product)) ?? {};
      return product && { own: undefined, variants: product.variantsInfo?.variants ?? [] };
    };
  }
  return undefined;
}

async function versionOf(call: Call, { cache }: ApiTools): Promise<string> {
  const known = await cache.get("catalog version", z.string());
  if (known !== undefined) return known;
  const answer = orUnreadable(await call("GET", "/stores/v3/provision/version", VersionAnswer));
  const version = /^(V[13])_CATALOG$/.exec(answer?.catalogVersion ?? "")?.[1]?.toLowerCase() ?? "none";
  await cache.put("catalog version", version, VERSION_AGE);
  return version;
}

/** @returns undefined: there is no such product */
function orUnreadable<T>(answer: Answered<T>): T | undefined {
  if ("found" in answer) return answer.found;
  if (answer.status === 404) return undefined;
  throw new Unreadable(
    answer.status === 403
      ? "the app may not read the products: it lacks the permission Read Products, or the site's owner has not accepted the app's new version"
      : `Wix refuses to show its product (${answer.status})`,
  );
}

function skuIn(product: Skus | undefined, { catalogReference }: LineItem): string | undefined {
  const { variants = [], own } = product ?? {};
  const variantId = catalogReference?.options?.variantId;
  const only = variants.length === 1 ? variants[0] : undefined;
  const variant = variants.find(({ id }) => id === variantId) ?? (variantId === undefined ? only : undefined);
  return variant?.sku ?? own;
}
