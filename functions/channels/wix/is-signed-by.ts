import type { KeyObject } from "node:crypto";

/**
 * Whether one of the keys signed the token by RS256, whatever algorithm its header names, and its own times (`exp`,
 * `nbf`), if it has them, allow it now.
 * @param now epoch ms
 */
export async function isSignedBy(token: string, keys: readonly KeyObject[], now: number): Promise<boolean> {
  // Loaded with the first token: the other functions that read this channel's schemas have no use for it.
  const { jwtVerify } = await import("jose/jwt/verify");
  for (const key of keys) {
    try {
      await jwtVerify(token, key, { algorithms: ["RS256"], currentDate: new Date(now) });
      return true;
    } catch {
      // jose throws for every token that it refuses; the next key may have signed it.
    }
  }
  return false;
}
