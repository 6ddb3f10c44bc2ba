import type { ShippingKind } from "../../../shared/shipping-kind.ts";
import type { LineItem, RestOrder } from "./payload.ts";

/** Shopify's order has no field for it; shops and apps name their methods freely, each in its own language. */
const PICK_UP =
  /\bpick[\s-]?up\b|\bclick\s?(?:and|&|\+)\s?collect\b|\b(?:abholung|selbstabholer|abholen|retrait|ritiro|recogida|retirada|afhalen|ophalen|afhentning|hämta|nouto|osobní odběr|odbiór osobisty|személyes átvétel|gel[\s-]al)\b|самови|самовы|mağazadan teslim|店頭受|店舗受|自取|自提|픽업|방문 수령/iu;
const LOCAL =
  /\b(?:local[\s-]?delivery|lokale?\s+(?:lieferung|levering|bezorging|leverans)|livraison locale|entrega local|consegna locale)\b|(?:местная|локальна) доставка|ローカルデリバリー|当地配送|本地配送/iu;
/** A carrier brings it to a point where the buyer picks it up: a parcel like any other. */
const POINT = /point|punto|ponto|punkt|relais|relay|locker|parcel|paket|packet|station|automat|box|コンビニ/iu;

/** Characters of a method's name that are read: the patterns take long over millions. */
const LONGEST_NAME = 300;

/** False for tips, and for lines that the merchant marked as not shipped. A gift card may be a printed one. */
export const travels = ({ requires_shipping, gift_card, tip }: LineItem): boolean =>
  (tip ?? null) === null && (requires_shipping ?? gift_card !== true);

/**
 * How an order reaches its buyer, by the words of its shipping lines. If the address is null, the goods are picked up
 * (or were taken along, in a sale at the till). An absent address means nothing, and so does an order without lines.
 */
export function shippingKind({ line_items, shipping_lines, shipping_address }: RestOrder): ShippingKind {
  if (line_items.length === 0) return "ship";
  if (!line_items.some(travels)) return "digital";
  const [first] = shipping_lines.filter(({ is_removed }) => is_removed !== true);
  const names = [first?.title, first?.code, first?.delivery_category].flatMap(
    (name) => name?.slice(0, LONGEST_NAME) ?? [],
  );
  // An underscore is part of a word to \b.
  const words = names.join(" ").replaceAll("_", " ");
  if (LOCAL.test(words)) return "local";
  return shipping_address === null || (PICK_UP.test(words) && !POINT.test(words)) ? "pick-up" : "ship";
}
