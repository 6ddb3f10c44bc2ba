import { compare } from "../../../shared/decimal.ts";
import type { LineItem } from "./payload.ts";
import type { Settings } from "./settings.ts";

interface About {
  /** Undefined where nothing says it. */
  shipped: number | undefined;
  /** From the catalogue, for a line that has none. */
  sku: string | undefined;
  settings: Settings;
}

/** @see docs/channels/wix.md */
export function mapLine(line: LineItem, { shipped, sku, settings }: About) {
  const { catalogReference, taxDetails } = line;
  const tax = taxDetails?.totalTax?.amount ?? "0";
  const rate = taxDetails?.taxRate;
  return {
    id: line.id,
    sku: line.physicalProperties?.sku ?? sku ?? "",
    quantity: line.quantity,
    quantityToShip: quantityToShip(line, shipped ?? 0),
    fulfilled: shipped,
    productId: catalogReference?.catalogItemId,
    variantId: catalogReference?.options?.variantId,
    title: shown(line.productName),
    variantTitle: chosen(line).join(" / ") || undefined,
    unitPrice: (line.priceBeforeDiscounts ?? line.price)?.amount,
    compareAtPrice: line.fullPrice?.amount,
    discount: line.totalDiscount?.amount,
    // A rate that the shop's owner set by hand is shown as 0 beside an amount.
    taxes: compare(tax, "0") > 0 ? [{ amount: tax, ...(rate && compare(rate, "0") > 0 && { rate }) }] : [],
    properties: propertiesOf(line),
    ships: isGoods(line, settings),
    fulfilledBy: line.fulfillerId,
  };
}

/** As the shop wrote it: who packs it may not read the buyer's language. */
const shown = (text: LineItem["productName"]): string | undefined => text?.original ?? text?.translated;

/** Values of the options that choose a variant: "M / Blue". The other lines are the buyer's own texts. */
function chosen(line: LineItem): string[] {
  const own = line.catalogReference?.options?.customTextFields ?? {};
  return propertiesOf(line).flatMap(({ name, value }) =>
    value === undefined || Object.hasOwn(own, name) ? [] : value,
  );
}

/** What was chosen ("Size: M") and what the buyer wrote. */
export const propertiesOf = ({ descriptionLines }: LineItem) =>
  descriptionLines.flatMap(({ name, plainText, plainTextValue, colorInfo, color }) => {
    const title = shown(name);
    return title === undefined
      ? []
      : { name: title, value: shown(plainText) ?? shown(plainTextValue) ?? shown(colorInfo) ?? color };
  });

export function isGoods({ physicalProperties, itemType }: LineItem, { notShippedTypes }: Settings): boolean {
  const type = (itemType?.preset ?? itemType?.custom)?.toUpperCase() ?? "";
  return physicalProperties?.shippable !== false && !notShippedTypes.includes(type);
}

/** A piece that was shipped, sent back and refunded counts twice: one too few is sent, never one too many. */
export const quantityToShip = ({ quantity, refundQuantity }: LineItem, shipped: number): number =>
  Math.max(0, quantity - (refundQuantity ?? 0) - shipped);
