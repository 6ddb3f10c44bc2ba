import { createHash } from "node:crypto";
import { isKnownSku } from "../../simulator.ts";
import { type Organization, timestamp } from "./organization.ts";

/** A SKU has the same ID in every run, so that a catalog with product IDs can be written beforehand. */
export function productIdOf(sku: string): string {
  const hex = createHash("sha256").update(`s2 product ${sku}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}

/** The document's Product Object, with the values of the sample's second product. */
export function toProduct(sku: string, organization: Organization) {
  const id = productIdOf(sku);
  return {
    id,
    organization,
    sku,
    brand: {
      id: "5643b7ee-7df1-48c6-b690-1e29ffa8ab33",
      name: "",
      nameNormalized: "",
      createdAt: timestamp(Date.UTC(2024, 2, 5, 22, 17, 28, 679), 732),
    },
    gtin: "",
    name: sku.replace(/^DEMO-/, "Demo "),
    remarks: "",
    imageMain: "",
    packageLengthMm: 1500,
    packageWidthMm: 260,
    packageHeightMm: 810,
    shippingWeightKg: 35,
    caseUnit: "CARTON",
    casePack: 1,
    caseLengthMm: 0,
    caseWidthMm: 0,
    caseHeightMm: 0,
    caseWeightKg: 0,
    condition: "NEW",
    serialNumberRequired: false,
    expiryDateRequired: false,
    unknown: false,
    createdAt: timestamp(Date.UTC(2024, 2, 5, 22, 20, 44, 132), 6),
    updatedAt: timestamp(Date.UTC(2024, 3, 1, 14, 31, 19, 885), 955),
    otherIds: [],
  };
}

/** The products of the account: every `DEMO-` SKU exists as soon as a client asks for it. */
export function createCatalog() {
  const skus = new Map<string, string>();
  return {
    /** @returns the SKUs that match the term; their product IDs are valid from now on */
    search(term: string, withNeighbours: boolean): string[] {
      const found = isKnownSku(term) ? [...(withNeighbours ? [`${term}-BUNDLE`] : []), term] : [];
      for (const sku of found) skus.set(productIdOf(sku), sku);
      return found;
    },
    skuOf: (productId: string): string | undefined => skus.get(productId),
    /** Everything handed out so far. */
    all: (): string[] => [...skus.values()],
  };
}
