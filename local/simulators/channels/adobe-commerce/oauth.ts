import { createHmac } from "node:crypto";
import type { ApiBook, ApiRequest } from "../../channel-api.ts";

/** How far the timestamp of a request may be from the shop's clock, s. */
const TOLERANCE = 600;

/** RFC 3986's own set stays as it is. */
const quote = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9\-._~]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");

/** `OAuth a="b", c="d"`; undefined if it is another scheme. */
function parametersOf(header: string | undefined): Map<string, string> | undefined {
  if (!header?.startsWith("OAuth ")) return undefined;
  const pairs = header.slice("OAuth ".length).split(/,\s*/);
  return new Map(
    pairs.map((pair) => {
      const [, name = "", value = ""] = /^(\w+)="([^"]*)"$/.exec(pair) ?? [];
      return [name, decodeURIComponent(value)];
    }),
  );
}

/**
 * What is wrong with a request's signature; undefined if nothing is, "no oauth" if it bears none. A nonce works once.
 * https://www.rfc-editor.org/rfc/rfc5849#section-3.2
 */
export function oauthProblem(request: ApiRequest, { credentials, memory, now }: ApiBook): string | undefined {
  const given = parametersOf(request.headers.authorization);
  if (!given) return "no oauth";
  const { consumerKey, consumerSecret, accessToken, accessTokenSecret } = credentials;
  if (given.get("oauth_consumer_key") !== consumerKey) return "Consumer key has expired";
  if (given.get("oauth_token") !== accessToken) return "The token rejected";
  const method = given.get("oauth_signature_method");
  if (method !== "HMAC-SHA256" && method !== "HMAC-SHA1") return "Signature method is not supported";
  const nonce = `nonce ${given.get("oauth_nonce")}`;
  const age = Math.abs(now() / 1000 - Number(given.get("oauth_timestamp")));
  if (!(age <= TOLERANCE) || memory.has(nonce)) return "The nonce is already being used";
  memory.set(nonce, "used");
  const signed = [...request.query, ...given].filter(([name]) => name !== "oauth_signature" && name !== "realm");
  const text = signed
    .map(([name, value]) => [quote(name), quote(value)] as const)
    .toSorted(([a, x], [b, y]) => (a === b ? Number(x > y) - Number(x < y) : Number(a > b) - Number(a < b)))
    .map((pair) => pair.join("="))
    .join("&");
  const base = [request.method, `https://${request.host}${request.path}`, text].map(quote).join("&");
  const key = [consumerSecret, accessTokenSecret].map((part) => quote(String(part))).join("&");
  const hash = createHmac(method === "HMAC-SHA1" ? "sha1" : "sha256", key);
  return hash.update(base).digest("base64") === given.get("oauth_signature") ? undefined : "The signature is invalid";
}
