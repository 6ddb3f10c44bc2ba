import { type HttpAnswer, retryAfter } from "../../../shared/connector/http.ts";
import { Misconfigured, Throttled } from "../../../shared/errors.ts";

/**
 * The state of the shop itself, which every call meets.
 * https://shopify.dev/docs/api/usage/response-codes
 */
export function refusalOfShop(status: number): Misconfigured | undefined {
  switch (status) {
    case 402:
      return new Misconfigured("Shopify refuses the call (402): the shop is frozen until its owner pays the bill.");
    case 423:
      return new Misconfigured("Shopify refuses the call (423): the shop is locked.");
    default:
      return undefined;
  }
}

/** Too many requests. Shopify writes the wait with a fraction, too: `2.0`. */
export function throttled({ headers }: Pick<HttpAnswer, "headers">, now: number): Throttled {
  const seconds = headers["retry-after"]?.trim() ?? "";
  const wait = /^\d{1,6}\.\d+$/.test(seconds) ? Math.ceil(Number(seconds) * 1000) : retryAfter({ headers }, now);
  return new Throttled("Shopify has too many requests of this app for the shop (429).", wait);
}
