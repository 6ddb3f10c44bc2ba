import type { ShippingKind } from "../../../shared/order.ts";
import type { LineItem, RestOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";

/** Shopify's order has no field for it; shops and apps name their methods freely. The settings take precedence. */
const PICK_UP =
  /\b(?:(?:store|local|in[\s_-]?store)?[\s_-]?pick[\s_-]?up|click\s?(?:and|&|\+)\s?collect|abholung|selbstabholer|retrait|ritiro|recogida|retirada)\b/i;
const LOCAL = /\blocal[\s_-]?delivery\b/i;

/** False for gift cards, tips and lines that the merchant marked as not shipped. */
export const travels = (line: LineItem): boolean =>
  line.requires_shipping !== false && line.gift_card !== true && (line.tip ?? null) === null;

/**
 * How an order reaches its buyer: by the connection's settings, else by the words of its shipping lines. If the address
 * is null, the goods are picked up (or were taken along, in a sale at the till). An absent address means nothing.
 */
export function shippingKind(
  { line_items, shipping_lines, shipping_address }: RestOrder,
  { shippingKinds }: Pick<Settings, "shippingKinds">,
): ShippingKind {
  if (line_items.length > 0 && !line_items.some(travels)) return "digital";
  const [first] = shipping_lines.filter(({ is_removed }) => is_removed !== true);
  const names = [first?.title, first?.code, first?.delivery_category].flatMap((name) => name ?? []);
  for (const [method, kind] of Object.entries(shippingKinds)) {
    if (names.some((name) => name.trim().toLowerCase() === method.trim().toLowerCase())) return kind;
  }
  // An underscore is part of a word to \b.
  const words = names.join(" ").replaceAll("_", " ");
  if (LOCAL.test(words)) return "local";
  return PICK_UP.test(words) || shipping_address === null ? "pick-up" : "ship";
}
