import { createHash } from "node:crypto";
import { round, shortest } from "../../../../shared/decimal.ts";
import type { Address } from "../../../../shared/order.ts";
import { bareNumber } from "../../exact-json.ts";

/** An ID as a JSON number. */
export const idNumber = (id: string): unknown => bareNumber(id);

/** The ID of something that belongs to an order, the same each time. */
export function relatedId(id: string, what: string): string {
  const digest = createHash("sha256").update(`${id} ${what}`).digest();
  return `7${String(digest.readUInt32BE() % 10 ** 8).padStart(8, "0")}`;
}

/** A JSON number of at most four decimals. */
export const money = (amount: string | undefined): unknown => bareNumber(shortest(round(amount ?? "0", 4)));

/** `2026-11-02 10:00:00`, UTC without saying so, to the second. */
export const sqlTime = (time: string): string => new Date(time).toISOString().slice(0, 19).replace("T", " ");

/** @param what the address is: `shipping` or `billing` */
export function addressResource(address: Address, what: "shipping" | "billing", orderId: string) {
  const { name = "", firstName = "", lastName = "" } = address;
  const words = name.trim().split(/\s+/);
  const isSplit = name === "" || name === [firstName, lastName].filter(Boolean).join(" ");
  return {
    address_type: what,
    city: address.city ?? "",
    ...(address.company !== undefined && { company: address.company }),
    country_id: address.country ?? "",
    ...(address.email !== undefined && { email: address.email }),
    entity_id: idNumber(relatedId(orderId, what)),
    firstname: isSplit ? firstName : words.slice(0, -1).join(" "),
    lastname: isSplit ? lastName : words.at(-1),
    parent_id: idNumber(orderId),
    postcode: address.postcode ?? "",
    region: address.province ?? "",
    region_code: address.provinceCode ?? address.province ?? "",
    street: [address.street1, address.street2].filter((line) => line !== undefined),
    telephone: address.phone ?? "",
  };
}
