import { createHash } from "node:crypto";
import { type Identity, identityText } from "../identity.ts";

/** RFC 4648 base32 in lower case. */
function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => "abcdefghijklmnopqrstuvwxyz234567"[Number.parseInt(group.padEnd(5, "0"), 2)]).join("");
}

/** An order ID that ends like another order's generation: `1001-g2`. */
const LIKE_A_GENERATION = /-g\d+$/;

/**
 * The natural key that we send: `<key>-<channel order ID>`, plus `-g<n>` from the second generation on. If that is too
 * long for the provider, has characters it does not take, or looks like a generation of another order, a hash of the
 * identity replaces the order ID. It is never cut: two numbers could become one. (reference/providers.md 0)
 * @param key of the connection; undefined for a destination set to plain order IDs
 */
export function reference(
  identity: Identity,
  generation: number,
  key: string | undefined,
  limits: { maxLength: number; characters: RegExp },
): string {
  const prefix = key === undefined ? "" : `${key}-`;
  const suffix = generation > 1 ? `-g${generation}` : "";
  const whole = `${prefix}${identity.orderId}${suffix}`;
  const clear = !LIKE_A_GENERATION.test(identity.orderId);
  if (clear && whole.length <= limits.maxLength && limits.characters.test(whole)) return whole;
  const hash = base32(createHash("sha256").update(identityText(identity)).digest()).slice(0, 20);
  return `${prefix}${hash}${suffix}`;
}
