import * as z from "zod/mini";
import { BaseUrl, HeaderSecret } from "../../../shared/connector/base-url.ts";
import { provinceSettings } from "../../../shared/connector/province-or-none.ts";
import { Duration } from "../../../shared/stage/duration.ts";

/** What the documents say, and what they only name on other pages (`Expedited`: the fastest). */
const ChannelType = z.enum(["Standard", "Express", "Expedited"]);

/** What an envelope's code says of the order. `failed`: of us, our token or rights. */
const CodeMeaning = z.enum(["failed", "throttled", "in-doubt", "exists", "rejected"]);
export type CodeMeaning = z.infer<typeof CodeMeaning>;

const texts = (...built: string[]) => z._default(z.array(z.string().check(z.minLength(2))), built);

/** `settings` of a KakaClo destination: what the documents leave open (docs/providers/kakaclo.md). */
export const Settings = z.strictObject({
  /** The document's sample has the plural, its table the singular. */
  addressField: z._default(z.enum(["orderAddresses", "orderAddress"]), "orderAddresses"),
  ...provinceSettings,
  /** Our three speeds in KakaClo's words. */
  channelTypes: z._default(
    z.strictObject({
      standard: z._default(ChannelType, "Standard"),
      expedited: z._default(ChannelType, "Express"),
      priority: z._default(ChannelType, "Express"),
    }),
    { standard: "Standard", expedited: "Express", priority: "Express" },
  ),
  /** Our sales platform or channel → `salePlatform`, beside KakaClo's own list; "" sends none. */
  salePlatforms: z._default(z.record(z.string(), z.string()), {}),
  /** Characters of `remark`; the document has no limit. */
  remarkLimit: z._default(z.int().check(z.minimum(160)), 255),
  /** Pages of 250 rows that one look-up reads at most; with more in the window, "not there" proves nothing. */
  lookUpPages: z._default(z.int().check(z.minimum(1)), 40),
  /** For this long the list may show only some of the orders that one create was split into. */
  indexLag: z._default(Duration, 600_000),
  /** What `data: null` of a list is: it shows no total, so by default it proves nothing. */
  nullList: z._default(z.enum(["unknown", "empty"]), "unknown"),
  /** What a code means, beside those built in (answers.ts); an `x` is any digit: `{ "42900": "throttled", "401xx": "failed" }`. */
  codes: z._default(
    z.record(z.string().check(z.regex(/^[\dx]{1,9}$/, "a code: digits, x for any digit")), CodeMeaning),
    {},
  ),
  /** Words of a refusal that say that our order is there already. */
  duplicateTexts: texts("already exist", "duplicate", "重复", "已存在", "已经存在"),
  /** Words of a refusal after which an order may be there, or come: it is looked up. */
  transientTexts: texts("busy", "try again", "timeout", "timed out", "waiting_payment", "繁忙", "稍后", "超时", "重试"),
});
export type Settings = z.infer<typeof Settings>;

export const Secret = z.object({
  /** Paths begin with `/openapi`: the documents' "API endpoint …/openapi" would double it. */
  baseUrl: z
    ._default(
      BaseUrl.check(z.refine((url) => !url.endsWith("/openapi"), "the address without /openapi at its end")),
      "https://developer.kakaclo.com",
    )
    .check(z.describe("default https://developer.kakaclo.com; test system https://test-developer.kakaclo.com")),
  token: HeaderSecret.check(
    z.describe("access token, from KakaClo's personal center, API setting, or the business manager"),
  ),
});
export type Secret = z.infer<typeof Secret>;
