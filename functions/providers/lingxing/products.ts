import * as z from "zod/mini";
import { looseRow, rowsOf, Shown } from "../../../shared/connector/list-schema.ts";
import { Rejected } from "../../../shared/errors.ts";
import type { Account, SentLine } from "../provider.ts";
import type { Api } from "./api.ts";
import type { Secret, Settings } from "./settings.ts";
import type { Store } from "./stores.ts";

const Listing = looseRow(z.object({ seller_sku: Shown, fulfillment_channel_type: Shown }));

/** "At most 10 search values." */
const AT_ONCE = 10;

/**
 * That every MSKU is listed in the store, and fulfilled by Amazon.
 * @throws Rejected naming the first that is not, and what `Api.read` throws
 */
export async function checkProducts(
  lines: readonly SentLine[],
  store: Store,
  { destination }: Account<Settings, Secret>,
  api: Api,
): Promise<void> {
  const mskus = [...new Set(lines.map(({ product }) => product))];
  for (let from = 0; from < mskus.length; from += AT_ONCE) {
    const asked = mskus.slice(from, from + AT_ONCE);
    const listed = await api.read(
      "POST",
      "/erp/sc/data/mws/listing",
      { sid: String(store.sid), search_field: "seller_sku", search_value: asked, exact_search: 1, is_delete: 0 },
      rowsOf(Listing),
    );
    for (const msku of asked) {
      const sku = lines.find(({ product }) => product === msku)?.sku ?? msku;
      const listing = listed.find(({ seller_sku }) => seller_sku === msku);
      if (!listing) {
        throw new Rejected(
          `SKU ${sku} is no MSKU of store ${store.name} (${destination}): import its MSKU with npm run catalog, or list it there.`,
        );
      }
      if (listing.fulfillment_channel_type === "FBM") {
        throw new Rejected(
          `SKU ${sku} (MSKU ${msku}) is not fulfilled by Amazon in store ${store.name} (${destination}).`,
        );
      }
    }
  }
}
