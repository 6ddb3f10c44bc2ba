import * as z from "zod/mini";
import { Duration } from "../../../shared/stage/duration.ts";

const Words = z.array(z.string().check(z.trim(), z.minLength(1)));

/** `settings` of a Shoplazza connection in the stage file. */
export const Settings = z.strictObject({
  /** The host of the shop's API: `<name>.myshoplaza.com` (one z in shoplaza). */
  domain: z.pipe(
    z.string().check(z.regex(/^[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d-]+)+$/i, "a host, such as demo.myshoplaza.com")),
    z.transform((host) => host.toLowerCase()),
  ),
  /** Of the API. A new one comes every half year, and old ones go. Before 2026-01 lists have no cursor. */
  version: z._default(
    z
      .string()
      .check(
        z.refine(
          (text) => /^\d{4}-\d{2}$/.test(text) && text >= "2026-01",
          "a version from 2026-01 on, such as 2026-07",
        ),
      ),
    "2026-01",
  ),
  /** How the refresh of a token is written: Shoplazza's own programs do it in both ways. */
  tokenRequest: z._default(z.enum(["json", "form"]), "json"),
  /** How long before its end an access token is renewed. */
  renewEarly: z._default(Duration, 5 * 60_000),
  /** How much earlier than asked a list of changed orders begins: it may lag. */
  listOverlap: z._default(Duration, 10 * 60_000),
  /** What `deleted_at` means is not said: the shop deleted the order, or nothing. */
  deletedAt: z._default(z.enum(["cancels", "ignored"]), "cancels"),
  /** Payment methods that are cash on delivery, as the order names them, beside those known by their words. */
  cashOnDelivery: z._default(Words, []),
  /** Payment channels of a test payment: such an order is a test order. */
  testPayments: z._default(Words, ["bogus"]),
});
export type Settings = z.infer<typeof Settings>;
