import { isGoods, quantityToShip } from "./map-line.ts";
import type { LineItem, WixOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";

/** Lines that are to be shipped and have no SKU, while the catalogue of Wix Stores has their products. */
export function linesToLookUp(order: WixOrder, settings: Settings): LineItem[] {
  if (settings.catalog === "off" || order.fulfillmentStatus === "FULFILLED" || order.status !== "APPROVED") return [];
  return order.lineItems.filter(
    (line) =>
      line.physicalProperties?.sku === undefined &&
      line.fulfillerId === undefined &&
      isGoods(line, settings) &&
      quantityToShip(line, 0) > 0 &&
      line.catalogReference?.catalogItemId !== undefined &&
      settings.catalogApps.includes(line.catalogReference.appId?.toLowerCase() ?? ""),
  );
}
