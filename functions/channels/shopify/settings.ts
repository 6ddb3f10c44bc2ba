import * as z from "zod/mini";
import { Duration } from "../../../shared/stage/duration.ts";

/** `settings` of a Shopify connection in the stage file. */
export const Settings = z.object({
  /** Payment methods that are cash on delivery, as the order names them, beside those known by their words. */
  cashOnDelivery: z._default(z.array(z.string().check(z.trim(), z.minLength(1))), []),
  /**
   * Whether the Admin API is called, and with which token: `token`, the permanent one of a custom app;
   * `client-credentials`, of an app of the shop's own organisation; `refresh-token`, an expiring offline token.
   */
  api: z._default(z.enum(["none", "token", "client-credentials", "refresh-token"]), "none"),
  /** Of the Admin API. One appears each quarter and lives for 12 months. */
  apiVersion: z._default(z.string().check(z.regex(/^20\d\d-(?:01|04|07|10)$/, "a version such as 2026-10")), "2026-10"),
  /**
   * `respected`: an order waits while Shopify holds, or has scheduled, one of its fulfilment orders. No webhook of an
   * order says so: each leads to a fetch.
   */
  holds: z._default(z.enum(["ignored", "respected"]), "ignored"),
  /** `all`: the app has read_all_orders. Without it the API has the orders of 60 days, and the others are gone. */
  history: z._default(z.enum(["60-days", "all"]), "60-days"),
  /** Lines of an order in one query: each costs about 16 of the 1,000 points that a query may cost. */
  pageSize: z._default(z.int().check(z.minimum(1), z.maximum(250)), 20),
  /** How much earlier than asked a search for changed orders begins: the search lags. */
  listOverlap: z._default(Duration, 10 * 60_000),
  /** How long before its end an access token is renewed. */
  renewEarly: z._default(Duration, 5 * 60_000),
});
export type Settings = z.infer<typeof Settings>;
