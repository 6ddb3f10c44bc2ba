import { createHmac } from "node:crypto";

/** The four values of an integration. */
export interface Oauth1Keys {
  consumerKey: string;
  consumerSecret: string;
  accessToken: string;
  accessTokenSecret: string;
}

interface Signing {
  method: string;
  /** With its query. */
  url: string;
  /** `HMAC-SHA256` */
  signatureMethod: string;
  /** Epoch ms. */
  now: number;
  nonce: string;
}

/**
 * The header `Authorization` of a request without a form body.
 * https://www.rfc-editor.org/rfc/rfc5849#section-3.4
 */
export function oauth1Header(keys: Oauth1Keys, { method, url, signatureMethod, now, nonce }: Signing): string {
  const { origin, pathname, searchParams } = new URL(url);
  const protocol: [string, string][] = [
    ["oauth_consumer_key", keys.consumerKey],
    ["oauth_nonce", nonce],
    ["oauth_signature_method", signatureMethod],
    ["oauth_timestamp", String(Math.floor(now / 1000))],
    ["oauth_token", keys.accessToken],
    ["oauth_version", "1.0"],
  ];
  const pairs = [...searchParams, ...protocol].map(([name, value]) => `${escaped(name)}=${escaped(value)}`);
  const base = [method, `${origin}${pathname}`, pairs.sort().join("&")].map(escaped).join("&");
  const key = `${escaped(keys.consumerSecret)}&${escaped(keys.accessTokenSecret)}`;
  const algorithm = signatureMethod === "HMAC-SHA1" ? "sha1" : "sha256";
  const signature = createHmac(algorithm, key).update(base).digest("base64");
  const parts = [...protocol, ["oauth_signature", signature] as const];
  return `OAuth ${parts.map(([name, value]) => `${name}="${escaped(value)}"`).join(", ")}`;
}

/** RFC 3986: all but letters, digits, `-._~`. */
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
