import { createHash } from "node:crypto";
import { round } from "../../../../shared/decimal.ts";
import type { Address } from "../../../../shared/order.ts";
import { bareNumber } from "../../exact-json.ts";

/** An ID as BigCommerce writes it; 0 where there is none. */
export const idNumber = (id: string | undefined): unknown => bareNumber(id ?? "0");

/** The ID of something that belongs to an order, the same each time: its address, its shipment. */
export function relatedId(orderId: string, what: string): string {
  const digest = createHash("sha256").update(`${orderId} ${what}`).digest();
  return `7${String(digest.readUInt32BE() % 10 ** 8).padStart(8, "0")}`;
}

/** Money has four decimals: `19.9900`. */
export const money = (amount: string | undefined): string => round(amount ?? "0", 4);

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** RFC 2822, to the second, always in UTC: `Tue, 05 Mar 2019 21:40:11 +0000`. */
export function mailTime(time: string): string {
  const at = new Date(time);
  const two = (value: number) => String(value).padStart(2, "0");
  const clock = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(":");
  const day = `${DAYS[at.getUTCDay()]}, ${two(at.getUTCDate())} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
  return `${day} ${clock} +0000`;
}

const countryNames = new Intl.DisplayNames(["en"], { type: "region" });

/** https://developer.bigcommerce.com/docs/rest-management/orders, `billing_address`; an empty field is "". */
export function addressFields(address: Address | undefined) {
  const { first, last } = namesOf(address);
  const country = address?.country;
  return {
    first_name: first,
    last_name: last,
    company: address?.company ?? "",
    street_1: address?.street1 ?? "",
    street_2: address?.street2 ?? "",
    city: address?.city ?? "",
    state: address?.province ?? "",
    zip: address?.postcode ?? "",
    country: country === undefined ? "" : (countryNames.of(country) ?? ""),
    country_iso2: country ?? "",
    phone: address?.phone ?? "",
    email: address?.email ?? "",
  };
}

/**
 * BigCommerce has two names and no whole one: of a whole name that says something else than the two, the last word is the
 * last name.
 */
function namesOf({ name, firstName = "", lastName = "" }: Pick<Address, "name" | "firstName" | "lastName"> = {}) {
  const both = [firstName, lastName].filter(Boolean).join(" ");
  if (name === undefined || name === both) return { first: firstName, last: lastName };
  const words = name.trim().split(/\s+/);
  return { first: words.slice(0, -1).join(" "), last: words.at(-1) ?? "" };
}
