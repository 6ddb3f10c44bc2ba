import { createHash } from "node:crypto";
import { type Identity, identityText } from "../identity.ts";
import type { Address } from "../order.ts";
import { wellFormed } from "../well-formed.ts";

/**
 * SHA-256 of where an order goes, kept by its delivery: whether the address was changed after it was sent. Fields in any
 * sequence give the same digest; two orders to the same address have two.
 * @param address null if nothing has to be shipped
 */
export function addressDigest(order: Identity, address: Address | null): string {
  const fields = address && Object.entries(wellFormed(address)).filter(([, value]) => value !== undefined);
  const text = JSON.stringify(fields?.sort(([a], [b]) => (a < b ? -1 : 1)) ?? null);
  return createHash("sha256")
    .update(`${identityText(order)}\n${text}`)
    .digest("base64url");
}
