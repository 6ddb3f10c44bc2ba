import { createHash } from "node:crypto";
import { isKnownSku } from "../../simulator.ts";
import type { ShoplazzaSwitches } from "./switches.ts";

export interface Variant {
  readonly id: string;
  readonly product_id: string;
  readonly sku: string;
}

/** A SKU has the same ID in every run, so that a catalog with IDs can be written beforehand. */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(`shoplazza ${text}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}

export const variantOf = (sku: string, twin = ""): Variant => ({
  id: uuidOf(`variant ${sku}${twin}`),
  product_id: uuidOf(`product ${sku}`),
  sku,
});

/** A variant of any `DEMO-` SKU exists as soon as a client asks for it. */
export function createProducts() {
  const known = new Map<string, Variant>();
  return {
    bySku(sku: string, search: ShoplazzaSwitches["skuSearch"]): Variant[] {
      if (!isKnownSku(sku)) return [];
      const others = {
        exact: [],
        loose: [variantOf(`${sku}-BUNDLE`), variantOf(sku.toLowerCase())],
        twins: [variantOf(sku, " twin")],
      };
      const found = [...others[search], variantOf(sku)];
      for (const variant of found) known.set(variant.id, variant);
      return found;
    },
    byId: (id: string): Variant | undefined => known.get(id),
  };
}
export type Products = ReturnType<typeof createProducts>;

/** A variant as the product endpoints show it. */
export const toVariant = ({ id, product_id, sku }: Variant, { unitPrice }: Pick<ShoplazzaSwitches, "unitPrice">) => ({
  id,
  product_id,
  title: sku.replace(/^DEMO-/, "Demo "),
  sku,
  barcode: "",
  price: unitPrice,
  compare_at_price: "0.00",
  inventory_quantity: 1000,
  weight: "0",
  weight_unit: "kg",
  position: 1,
  option1: "",
  option2: "",
  option3: "",
  image: null,
  created_at: "2024-03-05T22:17:28Z",
  updated_at: "2024-03-05T22:17:28Z",
});
