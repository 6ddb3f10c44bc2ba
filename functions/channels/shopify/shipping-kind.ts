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
  const [first] = shipping_lines.filter(({ is_removed }) => is_removed !== true);
  const byWords = kindByWords([first?.title, first?.code, first?.delivery_category]);
  return byWords ?? (shipping_address === null ? "pick-up" : "ship");
}
