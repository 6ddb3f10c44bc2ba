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

const texts = (...known: string[]) => z._default(z.array(z.string().check(z.minLength(1))), known);

/** Characters that fit. */
const limit = (characters: number) => z._default(z.int().check(z.positive()), characters);

/** Amazon's, of `createFulfillmentOrder`: Lingxing names none, and Amazon refuses after Lingxing said "created". */
const Limits = z.strictObject({
  name: limit(50),
  address1: limit(180),
  address2: limit(60),
  /** 50 in Amazon's documents; some of its countries have been seen to take 30. */
  city: limit(50),
  phone: limit(20),
  email: limit(64),
  msku: limit(50),
  /** Of each of the two remarks. */
  remark: limit(750),
});

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
  /** What the packing slip can print. Default: `any` for a Japanese store, `latin-1` for all others. */
  packingCharacters: z.optional(z.enum(["latin-1", "any"])),
  limits: z._default(Limits, z.parse(Limits, {})),
  packingDate: z._default(z.enum(["date", "date-time"]), "date"),
  /** Of the date on the packing slip [ASSUME]. */
  timeZone: z._default(TimeZone, "UTC"),

  /** How `region` is written: `AL-Alabama`, as the document's sample, or one half of it [ASSUME]. */
  region: z._default(z.enum(["code-name", "code", "name"]), "code-name"),
  /** By country (ISO 3166-1): the `region` of addresses whose province is not on Lingxing's list, or missing. */
  regions: z._default(
    z.record(z.string().check(z.regex(/^[A-Z]{2}$/, "an ISO 3166-1 country")), z.string().check(z.minLength(1))),
    {},
  ),
  /** `country_code` of British addresses [ASSUME]. */
  britain: z._default(z.enum(["GB", "UK"]), "GB"),
  /** A Japanese store needs no city: it opens the street, is sent as the city, or is left out [ASSUME]. */
  japaneseCity: z._default(z.enum(["street", "city", "none"]), "street"),
  /** Where the company goes that Lingxing has no field for. */
  company: z._default(z.enum(["street", "none"]), "street"),

  /** Of one unit: the order's customs value only, or, for India, where it has none the price of the unit. */
  declaredValue: z._default(z.enum(["customs-value", "or-unit-price"]), "customs-value"),
  /** Ask the listing before an order, so that an unknown MSKU is rejected by us, with its name. */
  checkMsku: z._default(z.boolean(), false),

  /** Whose order numbers are unique: then a look-up searches all stores of the company, too [ASSUME]. */
  uniqueness: z._default(z.enum(["store", "company"]), "store"),
  /** `error_details` that mean "that order number is there already"; the document's is the first. */
  duplicateTexts: texts("订单号已经存在", "订单号已存在", "订单已存在", "订单号重复", "重复的订单号", "already exist"),
  /** `error_details` of a look-up that mean "no such order" [ASSUME: the answer is empty]. */
  notFoundTexts: texts("订单不存在"),
  /** `error_details` after which an order may exist: something was not answered in time [ASSUME]. */
  doubtfulTexts: texts("超时", "处理中", "系统异常", "timeout", "timed out"),
  /** `error_details` that say nothing of the order: nothing was created, and it is tried again [ASSUME]. */
  busyTexts: texts("系统繁忙", "服务繁忙", "稍后再试", "稍后重试", "频繁", "system busy", "try again later"),
  /** `error_details` that surely refuse the order, where `otherFailures` is `in-doubt`. */
  rejectedTexts: texts(),
  /** Other `error_details`: surely nothing was created, or an order may exist [ASSUME]. */
  otherFailures: z._default(z.enum(["rejected", "in-doubt"]), "rejected"),
  /** What a code means that the document does not list, or means otherwise. */
  codes: z._default(
    z.record(
      z.string().check(z.regex(/^\d{1,9}$/, "a code of Lingxing: digits")),
      z.enum(["throttled", "failed", "rejected", "retried", "in-doubt"]),
    ),
    {},
  ),

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
