import { createCipheriv, createHash } from "node:crypto";
import type { LingxingSwitches } from "./switches.ts";

/**
 * Whether a call is signed as the guide describes. The guide does not say how the gateway writes nested values: vendor
 * SDKs sort their keys or keep the body's order, and both work.
 */
export function isSigned(
  parameters: Readonly<Record<string, unknown>>,
  given: string,
  { appId, signedNested }: Pick<LingxingSwitches, "appId" | "signedNested">,
): boolean {
  const texts = [
    ...(signedNested === "as-sent" ? [] : [plainText(parameters, (value) => JSON.stringify(sorted(value)))]),
    ...(signedNested === "sorted" ? [] : [plainText(parameters, (value) => JSON.stringify(value))]),
  ];
  return texts.some((text) => signatureOf(text, appId) === given);
}

function plainText(parameters: Readonly<Record<string, unknown>>, nested: (value: unknown) => string): string {
  return Object.keys(parameters)
    .sort()
    .map((key) => [key, parameters[key]] as const)
    .filter(([, value]) => value !== "")
    .map(([key, value]) => `${key}=${typeof value === "object" && value !== null ? nested(value) : String(value)}`)
    .join("&");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

/** AES/ECB/PKCS5 of the upper-case MD5, keyed by the appId. */
export function signatureOf(text: string, appId: string): string {
  const md5 = createHash("md5").update(text).digest("hex").toUpperCase();
  const cipher = createCipheriv(`aes-${appId.length * 8}-ecb`, appId, null);
  return cipher.update(md5, "ascii", "base64") + cipher.final("base64");
}
