import * as z from "zod/mini";
import { BaseUrl, HeaderSecret } from "../../../shared/connector/base-url.ts";
import { Duration } from "../../../shared/stage/duration.ts";

/** What `seller/lists` and `createOrder` call the country of a store. */
export const STORE_COUNTRIES = {
  US: "美国",
  CA: "加拿大",
  MX: "墨西哥",
  GB: "英国",
  DE: "德国",
  FR: "法国",
  IT: "意大利",
  ES: "西班牙",
  IN: "印度",
  JP: "日本",
  AU: "澳洲",
  AE: "阿联酋",
  SG: "新加坡",
  NL: "荷兰",
  SA: "沙特阿拉伯",
  BR: "巴西",
  SE: "瑞典",
  PL: "波兰",
  TR: "土耳其",
  BE: "比利时",
} as const;

const isCode = (text: string): text is keyof typeof STORE_COUNTRIES => Object.hasOwn(STORE_COUNTRIES, text);

/** ISO 3166-1 alpha-2, or Lingxing's own Chinese name; becomes the latter. */
const StoreCountry = z.pipe(
  z
    .string()
    .check(
      z.refine(
        (text) => isCode(text) || Object.values<string>(STORE_COUNTRIES).includes(text),
        `the country of the store: ${Object.keys(STORE_COUNTRIES).join(", ")}, or its Chinese name at Lingxing`,
      ),
    ),
  z.transform((text): string => (isCode(text) ? STORE_COUNTRIES[text] : text)),
);

const TimeZone = z.string().check(
  z.refine((name) => {
    try {
      return new Intl.DateTimeFormat("en", { timeZone: name }).format() !== "";
    } catch {
      return false;
    }
  }, "a time zone such as UTC or America/Los_Angeles"),
);

/** `settings` of a lingxing destination. What reference/providers.md 3 only assumes is a switch here. */
export const Settings = z.strictObject({
  /** As `seller/lists` names it, with the country of its marketplace. */
  store: z.strictObject({ name: z.string().check(z.minLength(1)), country: StoreCountry }),

  /** Unbranded box, no Amazon Logistics: not sent unless set (Lingxing's default is no). */
  blankBox: z.optional(z.boolean()),
  blockAmazonLogistics: z.optional(z.boolean()),
  /** `hold` creates orders that a person releases at Lingxing. */
  deliveryOperation: z._default(z.enum(["ship", "hold"]), "ship"),
  /** Where the order names no service level. */
  serviceLevel: z._default(z.enum(["standard", "expedited", "priority"]), "standard"),

  /** Printed on the packing slip where the order is no gift with a message. */
  packingRemark: z.optional(z.string()),
  packingDate: z._default(z.enum(["date", "date-time"]), "date"),
  /** Of the date on the packing slip [ASSUME]. */
  timeZone: z._default(TimeZone, "UTC"),

  /** How `region` is written: `AL-Alabama`, as the document's sample, or one half of it [ASSUME]. */
  region: z._default(z.enum(["code-name", "code", "name"]), "code-name"),
  /** `country_code` of British addresses [ASSUME]. */
  britain: z._default(z.enum(["GB", "UK"]), "GB"),
  /** A Japanese store takes no city: it opens the street, or is left out [ASSUME]. */
  japaneseCity: z._default(z.enum(["street", "none"]), "street"),
  /** Where the company goes that Lingxing has no field for. */
  company: z._default(z.enum(["street", "none"]), "street"),

  /** Of one unit: the order's customs value only, or, for India, where it has none the price of the unit. */
  declaredValue: z._default(z.enum(["customs-value", "or-unit-price"]), "customs-value"),
  /** Lines of one MSKU become one [ASSUME]. */
  mergeLines: z._default(z.boolean(), true),
  /** Ask the listing before an order, so that an unknown MSKU is rejected by us, with its name. */
  checkMsku: z._default(z.boolean(), false),

  /** Whose order numbers are unique: then a look-up searches all stores of the company, too [ASSUME]. */
  uniqueness: z._default(z.enum(["store", "company"]), "store"),
  /** `error_details` that mean "that order number is there already". */
  duplicateTexts: z._default(z.array(z.string()), ["订单号已经存在"]),
  /** `error_details` of a look-up that mean "no such order" [ASSUME: the answer is empty]. */
  notFoundTexts: z._default(z.array(z.string()), ["订单不存在"]),
  /** Other `error_details`: surely nothing was created, or an order may exist [ASSUME]. */
  otherFailures: z._default(z.enum(["rejected", "in-doubt"]), "rejected"),

  /** How the token endpoints get their parameters; the vendor's SDKs use the query, which proxies log. */
  tokenForm: z._default(z.enum(["multipart", "urlencoded", "query"]), "multipart"),
  refreshEarly: z._default(Duration, 5 * 60_000),
  /** Least time between two fetches of a token: "60s" has been claimed, the documents say nothing [ASSUME]. */
  tokenPause: z._default(Duration, 0),
  /** How long a call that we gave up may still hold its place in Lingxing's queue of one. */
  abandonedFor: z._default(Duration, 120_000),
  storeMaxAge: z._default(Duration, 3_600_000),
  regionsMaxAge: z._default(Duration, 7 * 86_400_000),
});
export type Settings = z.infer<typeof Settings>;

export const Secret = z.object({
  baseUrl: BaseUrl.check(z.describe("https://openapi.lingxing.com")),
  /** It is an AES key, too. */
  appId: HeaderSecret.check(
    z.refine((id) => [16, 24, 32].includes(id.length), "must have 16, 24 or 32 characters"),
    z.describe("AppID of the ERP's open API (16, 24 or 32 characters)"),
  ),
  appSecret: HeaderSecret.check(z.describe("AppSecret of the same page, as it is shown there")),
  tokenKey: z.string().check(
    z.refine((text) => Buffer.from(text, "base64").length === 32, "must be 32 bytes in base64"),
    z.describe(
      "32 random bytes in base64 (openssl rand -base64 32), which seal the shared token; the same for all destinations of one appId",
    ),
  ),
});
export type Secret = z.infer<typeof Secret>;
