import { cutText, filled, lengthOf } from "../../../shared/connector/fit-text.ts";
import { Misconfigured, Rejected } from "../../../shared/errors.ts";
import type { Order } from "../../../shared/order.ts";
import type { Account } from "../provider.ts";
import { type Secret, type Settings, STORE_COUNTRIES } from "./settings.ts";

/**
 * The number on the packing slip, which should be the one the buyer knows. Amazon takes 1 to 40 characters of ISO 8859-1
 * without two spaces in a row; a number outside of that is not cut but replaced by the channel's ID, or else our reference.
 */
export function packingNumber({ number, id }: Pick<Order, "number" | "id">, reference: string): string {
  const candidates = [number, id].map((text) => (text ?? "").trim().replace(/ {2,}/g, " "));
  return candidates.find((text) => /^[\x20-\x7e\xa0-\xff]{1,40}$/.test(text)) ?? reference;
}

/** `2022-12-09`, or `2025-04-09T14:30:45` without a zone. */
export function packingDate(
  placedAt: string,
  { packingDate, timeZone }: Pick<Settings, "packingDate" | "timeZone">,
): string {
  // Swedes write dates as ISO 8601 does.
  const local = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" }).format(
    new Date(placedAt),
  );
  const [date = "", time = ""] = local.split(" ");
  return packingDate === "date" ? date : `${date}T${time}`;
}

/**
 * What is printed on the packing slip: the gift's message, else the destination's own words. Printers of most countries know
 * ISO 8859-1 and no more; what they cannot print would come out as question marks.
 * @throws Rejected, or Misconfigured where it is in the destination's words
 */
export function packingRemark(
  { gift, giftMessage }: Pick<Order, "gift" | "giftMessage">,
  { destination, settings }: Pick<Account<Settings, Secret>, "destination" | "settings">,
): string | undefined {
  const message = gift === false ? undefined : filled(giftMessage);
  const text = message ?? filled(settings.packingRemark);
  const max = settings.limits.remark;
  if (text === undefined) return undefined;
  if (printable(settings) === "any") return cutText(text, max);
  const printed = asPrinted(text);
  const strange = [...new Set(printed.match(NOT_LATIN_1))];
  if (strange.length === 0) return lengthOf(printed) <= max ? printed : `${[...printed].slice(0, max - 3).join("")}...`;
  const which = `${strange.length} ${strange.length === 1 ? "character" : "characters"} outside ISO 8859-1 (${strange.slice(0, 5).join(" ")}), which the packing slip cannot print`;
  const remedy = `or set settings.packingCharacters of ${destination} to "any"`;
  if (message === undefined) {
    throw new Misconfigured(`settings.packingRemark of ${destination} has ${which}: change it, ${remedy}.`);
  }
  throw new Rejected(`The order's gift message has ${which} (${destination}): change it in the order, ${remedy}.`);
}

const printable = ({ packingCharacters, store }: Settings): "latin-1" | "any" =>
  packingCharacters ?? (store.country === STORE_COUNTRIES.JP ? "any" : "latin-1");

const NOT_LATIN_1 = /[^\t\n\r\x20-\x7e\xa0-\xff]/gu;

/** Signs that telephones and word processors write by themselves, and what says the same in ISO 8859-1. */
const PLAIN: readonly [RegExp, string][] = [
  [/[\u2018-\u201b\u2032]/g, "'"],
  [/[\u201c-\u201f\u2033]/g, '"'],
  [/[\u2010-\u2015\u2212]/g, "-"],
  [/\u2026/g, "..."],
  [/\u20ac/g, "EUR"],
  [/\u2022/g, "\u00b7"],
  [/\u0153/g, "oe"],
  [/\u0152/g, "OE"],
  [/[\u2000-\u200a\u202f\u205f\u3000]/g, " "],
  [/[\u2028\u2029]/g, "\n"],
  // Seen by no one: joiners, marks of order and direction, control characters.
  [/\p{Cf}|\ufe0e|\ufe0f|(?![\t\n\r])\p{Cc}/gu, ""],
];

const asPrinted = (text: string): string =>
  PLAIN.reduce((plain, [sign, same]) => plain.replace(sign, same), text.normalize("NFC"));
