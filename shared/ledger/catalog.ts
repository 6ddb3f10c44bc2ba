import * as z from "zod/mini";
import { Misconfigured } from "../errors.ts";
import { isNewer } from "../release.ts";
import type { Table } from "./table.ts";
import { Version } from "./version.ts";

/** How a destination knows one of our SKUs. `packSize`: our pieces in one of its packs. */
export const CatalogEntry = z.object({
  productId: z.optional(z.string()),
  variantId: z.optional(z.string()),
  providerSku: z.optional(z.string()),
  packSize: z.optional(z.int().check(z.minimum(1))),
});
export type CatalogEntry = z.infer<typeof CatalogEntry>;

/** One SKU at one destination: pk `catalog#kakaclo/demo`, sk the SKU. */
export const CatalogItem = z.extend(CatalogEntry, { v: Version });

/** @param destination `kakaclo/demo` */
export const catalogPk = (destination: string): string => `catalog#${destination}`;

/**
 * The operator's own mapping, imported by `npm run catalog`: one item for each SKU and destination.
 * @throws Misconfigured for a row of a newer release: the order is fine, so it is retried
 */
export async function catalogEntry(table: Table, destination: string, sku: string): Promise<CatalogEntry | undefined> {
  // DynamoDB takes no empty sort key, and at most 1,024 bytes.
  if (sku === "" || Buffer.byteLength(sku) > 1024) return undefined;
  const item = await table.get({ pk: catalogPk(destination), sk: sku });
  if (isNewer(item)) {
    throw new Misconfigured(
      `The catalog row of SKU ${sku} at ${destination} was written by a newer release: deploy that release.`,
    );
  }
  return item && z.parse(CatalogEntry, item);
}
