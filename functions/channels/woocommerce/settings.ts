import * as z from "zod/mini";
import { HeaderSecret } from "../../../shared/connector/base-url.ts";
import { ShopUrl } from "../../../shared/connector/shop-url.ts";
import { isTimeZone } from "../../../shared/connector/zoned-instant.ts";
import { Duration } from "../../../shared/stage/duration.ts";

/** WooCommerce's own words for the states of an order, as a setting may name them. */
export const STATUSES = ["pending", "on-hold", "processing", "completed", "cancelled", "refunded", "failed"] as const;

/** `settings` of a WooCommerce connection in the stage file. */
export const Settings = z.object({
  /** The shop's home address, as WordPress has it under Settings > General > Site Address. */
  url: ShopUrl,
  /** `plain`: WordPress writes its addresses as `?p=123` (Settings > Permalinks), and the API's as `?rest_route=…`. */
  permalinks: z._default(z.enum(["pretty", "plain"]), "pretty"),
  /** `query`: the shop's host drops the header `Authorization`. */
  keysIn: z._default(z.enum(["header", "query"]), "header"),
  /** Of the shop (IANA), for times that come without their UTC twin. */
  timeZone: z.optional(z.string().check(z.refine(isTimeZone, "a time zone such as Europe/Berlin"))),
  /** What the shop's own statuses mean, in WooCommerce's words; or another meaning of WooCommerce's own. */
  statuses: z._default(z.record(z.string(), z.enum(STATUSES)), {}),
  /** IDs of payment methods that are cash on delivery. */
  cashOnDelivery: z._default(z.array(z.string().check(z.trim(), z.minLength(1))), ["cod"]),
  /** How much earlier than asked a list of changed orders begins: it may lag, and so may the shop's clock. */
  listOverlap: z._default(Duration, 10 * 60_000),
});
export type Settings = z.infer<typeof Settings>;

const key = (prefix: string, description: string) =>
  HeaderSecret.check(z.startsWith(prefix, `begins with ${prefix}`)).register(z.globalRegistry, { description });

/** Of the shop's REST API. */
export const Credentials = z.object({
  consumerKey: key("ck_", "the API key's Consumer key, ck_…: WooCommerce > Settings > Advanced > REST API, Read"),
  consumerSecret: key("cs_", "the API key's Consumer secret, cs_…, which WooCommerce shows once"),
});
export type Credentials = z.infer<typeof Credentials>;

/** `shop.example/de` of `https://Shop.example/de/`: how events name their shop. Undefined if it is no address. */
export function siteOf(url: string): string | undefined {
  const { hostname, pathname } = URL.parse(url) ?? {};
  return hostname ? `${hostname}${pathname}`.replace(/\/+$/, "") : undefined;
}
