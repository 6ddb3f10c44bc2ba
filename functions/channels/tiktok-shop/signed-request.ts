import { hmacSha256 } from "../../../shared/connector/hmac.ts";
import type { HttpRequest } from "../../../shared/connector/http.ts";
import type { Secret } from "./index.ts";

const API = "https://open-api.tiktokglobalshop.com";

/** A call of the API, before it is signed. */
export interface ApiCall {
  method: "GET" | "POST";
  /** `/order/202309/orders` */
  path: string;
  query: Readonly<Record<string, string>>;
  /** JSON, as it is sent. */
  body?: string;
}

/**
 * The signature of a call: over its path, its query by name, and the bytes of its body.
 * https://partner.tiktokshop.com/docv2/page/sign-your-api-request
 * @returns lower-case hex
 */
export function signatureOf({ path, query, body = "" }: Omit<ApiCall, "method">, appSecret: string): string {
  const parameters = Object.entries(query)
    .filter(([name]) => name !== "sign" && name !== "access_token")
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}${value}`);
  return hmacSha256(appSecret, [appSecret, path, ...parameters, body, appSecret]).toString("hex");
}

/** @param now epoch ms; TikTok Shop takes a clock that is 5 minutes behind, or 30 s ahead */
export function signedRequest(
  { method, path, query, body }: ApiCall,
  { appKey, signingSecrets: [appSecret = ""] }: Secret,
  token: string,
  now: number,
): Omit<HttpRequest, "timeout"> {
  const signed = { ...query, app_key: appKey, timestamp: String(Math.floor(now / 1000)) };
  const sign = signatureOf({ path, query: signed, ...(body !== undefined && { body }) }, appSecret);
  return {
    method,
    url: `${API}${path}?${new URLSearchParams({ ...signed, sign })}`,
    headers: { "x-tts-access-token": token, "content-type": "application/json", accept: "application/json" },
    ...(body !== undefined && { body }),
  };
}
