import { createHmac, timingSafeEqual } from "node:crypto";

type Bytes = string | Uint8Array;

/** HMAC-SHA256 over the parts one after the other; text as UTF-8. */
export function hmacSha256(key: Bytes, parts: readonly Bytes[]): Buffer {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/**
 * Compares in constant time, text with text: Node's base64 and hex decoders skip invalid characters, so that after
 * decoding many spellings of one signature would pass.
 */
export function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
