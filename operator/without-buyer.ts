import type { Order } from "../shared/order.ts";

const HIDDEN = "…";
/** Parts of an address that say nothing of one person. */
const PLACES = new Set(["country", "provinceCode", "province", "latitude", "longitude"]);
/** Shorter words would hide parts of others. */
const SHORTEST = 3;
const EMAIL = /[^\s"'<>(),;:]+@[^\s"'<>(),;:]+\.[^\s"'<>(),;:]+/g;
const PHONE = /\+?\d[\d\s().-]{5,}\d/g;
/** As many last digits of two phone numbers that are the same, however they are written. */
const SAME_DIGITS = 7;

/**
 * A text, which may quote its order's buyer, without what the order says of them: every name, street, town, e-mail and
 * phone number of it that occurs in the text is `…`. For lists; the text itself is one click away.
 */
export function withoutBuyer(text: string, { shippingAddress, billingAddress, buyer, taxIds }: Order): string {
  const fields = [shippingAddress, billingAddress, buyer].flatMap((part) => Object.entries(part ?? {}));
  const values = fields.flatMap(([name, value]) => (typeof value === "string" && !PLACES.has(name) ? [value] : []));
  const words = values
    .flatMap((value) => [value, ...value.split(/[\s,]+/)])
    .concat((taxIds ?? []).map(({ value }) => value));
  const hidden = [...new Set(words.map((word) => word.trim()))]
    .filter((word) => word.length >= SHORTEST)
    .sort((a, b) => b.length - a.length);
  const phones = [shippingAddress?.phone, billingAddress?.phone, buyer?.phone].map(lastDigits);
  const digits = new Set(phones.filter((phone) => phone !== undefined));
  const withoutNumbers = text
    .replace(EMAIL, HIDDEN)
    .replace(PHONE, (number) => (digits.has(lastDigits(number) ?? "") ? HIDDEN : number));
  return hidden.reduce((shown, word) => replaceWord(shown, word), withoutNumbers);
}

/** In any case, and not inside a longer word. */
function replaceWord(text: string, word: string): string {
  const literal = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, "giu"), HIDDEN);
}

const lastDigits = (phone: string | undefined): string | undefined => {
  const digits = phone?.replace(/\D/g, "") ?? "";
  return digits.length < SAME_DIGITS ? undefined : digits.slice(-SAME_DIGITS);
};
