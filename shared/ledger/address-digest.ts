import { createHash } from "node:crypto";
import { type Identity, identityText } from "../identity.ts";
import type { Address } from "../order.ts";
import { wellFormed } from "../well-formed.ts";

/** Fields that say nothing of where a parcel goes; some shops fill in the coordinates minutes later. */
const ELSEWHERE = new Set(["latitude", "longitude", "email"]);

/**
 * SHA-256 of where an order goes, kept by its delivery: whether the address was changed after it was sent. Fields in any
 * sequence, case and spacing give the same digest; two orders to the same address have two.
 * @param address null if nothing has to be shipped
 */
export function addressDigest(order: Identity, address: Address | null): string {
  const fields = Object.entries(wellFormed(address ?? {}))
    .map(([name, value]) => [name, plain(value ?? "")] as const)
    .filter(([name, value]) => value !== "" && !ELSEWHERE.has(name));
  const text = JSON.stringify(address && fields.sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash("sha256")
    .update(`${identityText(order)}\n${text}`)
    .digest("base64url");
}

const plain = (text: string): string => text.normalize("NFC").replace(/\s+/g, " ").trim().toLowerCase();
