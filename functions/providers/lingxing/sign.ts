import { createCipheriv, createHash } from "node:crypto";

/** Business parameters of one call, top level. `undefined` and `null` are neither signed nor sent. */
export type Parameters = Readonly<Record<string, unknown>>;

/**
 * Compact JSON as it is both signed and sent: keys sorted by code units at every depth, arrays in their own order, members
 * without a value left out. Vendor SDKs disagree on the order of nested keys; sorted ones suit all of them, as long as what
 * is sent is character for character what was signed. (reference/providers.md 3.2)
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "number") return numberText(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const members = Object.entries(value).filter(([, member]) => member !== undefined && member !== null);
  return `{${members
    .sort(byKey)
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
    .join(",")}}`;
}

/** Those that are sent. A `null` would take part in the vendor's signature, and the vendor's SDKs differ on it. */
export const given = (parameters: Parameters): [string, unknown][] =>
  Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null);

/** What the digest is taken of: `k1=v1&k2=v2…`, sorted; empty strings are left out. */
export function signedText(parameters: Parameters): string {
  return given(parameters)
    .filter(([, value]) => value !== "")
    .sort(byKey)
    .map(([key, value]) => `${key}=${valueText(value)}`)
    .join("&");
}

/** Base64, 64 characters, not yet URL-encoded. Good for two minutes from `timestamp`: never keep one. */
export function sign(parameters: Parameters, appId: string): string {
  const digest = createHash("md5").update(signedText(parameters), "utf8").digest("hex").toUpperCase();
  const key = Buffer.from(appId, "utf8");
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null);
  return Buffer.concat([cipher.update(digest, "ascii"), cipher.final()]).toString("base64");
}

/** A value as it is written in the signed text, and in a GET's query before it is encoded. */
export const valueText = (value: unknown): string => (typeof value === "string" ? value : canonicalJson(value));

const byKey = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : Number(a > b));

/** Lingxing takes the digits as they stand; two runtimes write an exponent differently. */
function numberText(value: number): string {
  const text = JSON.stringify(value);
  if (/^-?\d+(\.\d+)?$/.test(text)) return text;
  throw new TypeError("A number that cannot be written in plain digits cannot be signed");
}
