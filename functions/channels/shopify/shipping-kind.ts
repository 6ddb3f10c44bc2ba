import { kindByWords } from "../../../shared/connector/shipping-words.ts";
import type { ShippingKind } from "../../../shared/shipping-kind.ts";
import type { LineItem, RestOrder } from "./payload.ts";

/** False for tips, and for lines that the merchant marked as not shipped. A gift card may be a printed one. */
export const travels = ({ requires_shipping, gift_card, tip }: LineItem): boolean =>
  (tip ?? null) === null && (requires_shipping ?? gift_card !== true);

/**
 * How an order reaches its buyer, by the words of its shipping lines: it has no field for that. If the address is null,
 * the goods are picked up (or were taken along, in a sale at the till). An absent address means nothing, and so does an
 * order without lines.
 */
export function shippingKind({ line_items, shipping_lines, shipping_address }: RestOrder): ShippingKind {
  if (line_items.length === 0) return "ship";
  if (!line_items.some(travels)) return "digital";
  const kinds = kindsByWords(shipping_lines);
  if (kinds.size > 1) return "ship";
  const [byWords] = kinds;
  return byWords ?? (shipping_address === null ? "pick-up" : "ship");
}

/** Its shipping lines are of several kinds: no field says which of its lines goes with which. */
export const goesInSeveralWays = ({ line_items, shipping_lines }: RestOrder): boolean =>
  line_items.some(travels) && kindsByWords(shipping_lines).size > 1;

const kindsByWords = (lines: RestOrder["shipping_lines"]) =>
  new Set(
    lines
      .filter(({ is_removed }) => is_removed !== true)
      .map(({ title, code, delivery_category }) => kindByWords([title, code, delivery_category])),
  );
