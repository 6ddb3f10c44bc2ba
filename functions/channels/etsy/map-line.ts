import type { Attribute } from "../../../shared/connector/attributes.ts";
import { isShipped } from "./order-state.ts";
import type { Transaction, Variation } from "./payload.ts";
import type { Settings } from "./settings.ts";

/** `property_id` of the personalisation that every listing may have. */
const PERSONALISATION = "54";

/** @param looked its SKU in the inventory @param discount of the whole line */
export function mapLine(
  line: Transaction,
  { looked, discount, isFulfilled }: { looked: string | undefined; discount: string | undefined; isFulfilled: boolean },
  settings: Settings,
) {
  const isGone = isFulfilled || isShipped(line);
  return {
    id: line.transaction_id,
    sku: line.sku ?? looked ?? ownSku(line, settings),
    quantity: line.quantity,
    quantityToShip: isGone ? 0 : line.quantity,
    fulfilled: isGone ? line.quantity : 0,
    productId: line.listing_id,
    variantId: line.product_id,
    title: line.title,
    variantTitle:
      line.variations
        .filter((variation) => !isPersonal(variation, line))
        .flatMap(({ formatted_value }) => formatted_value ?? [])
        .join(" / ") || undefined,
    unitPrice: line.price?.value,
    discount,
    properties: propertiesOf(line, settings),
    ships: travels(line),
  };
}

export const travels = ({ is_digital }: Transaction): boolean => is_digital !== true;

function ownSku({ listing_id, product_id }: Transaction, { withoutSku }: Settings): string {
  if (withoutSku === "nothing" || !listing_id) return "";
  return product_id ? `${listing_id}-${product_id}` : listing_id;
}

/** The buyer's own words, as the buyer saw the questions. */
export const propertiesOf = (line: Transaction, { notPersonalised }: Settings): Attribute[] =>
  line.variations.flatMap((variation): Attribute | [] => {
    const { formatted_name = "Personalization", formatted_value: value } = variation;
    if (!isPersonal(variation, line) || value === undefined || notPersonalised.includes(value)) return [];
    return { name: formatted_name, value };
  });

/** A choice among the product's variations is among its properties too; a personalisation is not. */
function isPersonal({ property_id, value_id, question_id }: Variation, { product_data }: Transaction): boolean {
  if (property_id === PERSONALISATION || question_id !== undefined) return true;
  if (product_data.length === 0) return value_id === undefined;
  return !product_data.some((property) => property.property_id === property_id);
}
