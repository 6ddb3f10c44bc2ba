import { createHash } from "node:crypto";
import { type Answer, isKnownSku } from "../../simulator.ts";
import { keyed, list } from "./list.ts";
import type { AkinonSwitches } from "./switches.ts";

/** A SKU has the same ID in every run, so that a catalog with product IDs can be written beforehand. */
export const productKeyOf = (sku: string): number =>
  1_000_000 + (createHash("sha256").update(`akinon product ${sku}`).digest().readUInt32BE() % 1_000_000_000);

/** Products and their remote IDs in the channel. Every `DEMO-` SKU exists as soon as a client asks for it. */
export function createProducts(switches: Readonly<AkinonSwitches>) {
  const skus = new Map<number, string>();
  const meet = (sku: string) => {
    if (isKnownSku(sku)) skus.set(productKeyOf(sku), sku);
  };
  const inOrder = () => [...skus].sort(([a], [b]) => a - b);

  return {
    has: (pk: number): boolean => skus.has(pk),
    /** `products/` */
    products(query: URLSearchParams): Answer {
      const sku = query.get("sku");
      if (sku !== null) meet(sku);
      return list(
        inOrder()
          .filter(([, each]) => sku === null || !switches.skuFilter || each === sku)
          .map(([pk, each]) => keyed(pk, { sku: each, name: each, base_code: each, is_active: true }, switches)),
        query,
        switches,
      );
    },
    /** `integration_actions/`, for products only. */
    integrationActions(query: URLSearchParams): Answer {
      const type = query.get("content_type_name") ?? query.get("content_type_model") ?? "product";
      const asked = query.get("remote_id__in")?.split(",") ?? query.get("remote_id__exact") ?? query.get("remote_id");
      const remoteIds = typeof asked === "string" ? [asked] : asked;
      for (const id of remoteIds ?? []) meet(id);
      const isShown = (sku: string) =>
        switches.remoteIds === "sku" && type === "product" && (remoteIds === null || remoteIds.includes(sku));
      return list(
        inOrder()
          .filter(([, sku]) => isShown(sku))
          .map(([pk, sku]) =>
            keyed(
              pk + 1,
              {
                channel: switches.channelId,
                content_type: { id: 17, app_label: "products", model: "product" },
                object_id: pk,
                remote_id: sku,
                local_batch_id: null,
                status: "success",
              },
              switches,
            ),
          ),
        query,
        switches,
      );
    },
  };
}
