/**
 * A value whose texts can all be written as UTF-8. A shop that cuts a text by its UTF-16 units leaves half a character (a
 * lone surrogate): each runtime then encodes the same text into other bytes, and a signature over them is refused. Each
 * half becomes U+FFFD.
 */
export function wellFormed<T>(value: T): T;
export function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map((one) => wellFormed(one));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key.toWellFormed(), wellFormed(one)]));
}
