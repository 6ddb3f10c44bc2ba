import { divide, shortest, sum } from "../../../shared/decimal.ts";
import type { Order } from "../../../shared/order.ts";
import type { Item, SelectedOption, StoreOrder } from "./payload.ts";

/** Of an order that is partly shipped, no field says which lines were. */
const SHIPPED = { unfulfilled: () => 0, partial: () => undefined, fulfilled: ({ quantity }: Item) => quantity };

/** @param fulfilledBy the other system that ships the order */
export function mapItem(item: Item, fulfilment: Order["fulfilmentState"], fulfilledBy: string | undefined) {
  return {
    id: item.id,
    sku: item.sku ?? "",
    quantity: item.quantity,
    fulfilled: SHIPPED[fulfilment ?? "unfulfilled"](item),
    productId: item.productId,
    variantId: item.combinationId,
    title: item.name,
    variantTitle: item.selectedOptions.flatMap(chosen).join(" / ") || undefined,
    unitPrice: item.price,
    discount: sum([item.couponAmount ?? "0", ...item.discounts.map(({ total }) => total ?? "0")]),
    taxes: item.taxes.map(mapTax),
    properties: propertiesOf(item),
    ships: travels(item),
    fulfilledBy,
  };
}

/** An item that does not say is shipped unless it is a download. */
export const travels = ({ isShippingRequired, digital }: Item): boolean => isShippingRequired ?? digital !== true;

/** A fee or a tip is a line that is not shipped: it belongs to the total, and no provider makes it. */
export const mapSurcharge = (surcharge: StoreOrder["customSurcharges"][number], at: number) => ({
  id: `surcharge-${at + 1}`,
  sku: "",
  quantity: 1,
  title: surcharge.description ?? surcharge.id,
  unitPrice: surcharge.total,
  taxes: surcharge.taxes.map(mapTax),
  ships: false,
});

const mapTax = ({ name, value, total }: Item["taxes"][number]) => ({
  title: name,
  rate: value ? shortest(divide(value, "100", (value.split(".")[1]?.length ?? 0) + 2)) : undefined,
  amount: total,
});

/** Options that choose among a product's variations: "M / Blue". The others are the buyer's own. */
const CHOICES = new Set(["CHOICE", "SIZE", "SWATCHES", "RADIO"]);
const chosen = ({ type, value }: SelectedOption): string[] =>
  value !== undefined && CHOICES.has(type?.toUpperCase() ?? "") ? [value] : [];

export const propertiesOf = ({ selectedOptions }: Item) =>
  selectedOptions.flatMap(({ name, value, files }) => {
    if (name === undefined) return [];
    const addresses = files.flatMap(({ url }) => url ?? []);
    return { name, value: addresses.length > 0 ? addresses.join(" ") : value };
  });
