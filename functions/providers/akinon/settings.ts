import * as z from "zod/mini";
import { BaseUrl, HeaderSecret } from "../../../shared/connector/base-url.ts";
import { Amount } from "../../../shared/order.ts";
import { Duration } from "../../../shared/stage/duration.ts";

const Key = z.int().check(z.positive());
const word = (max: number) => z.string().check(z.minLength(1), z.maxLength(max));
const PerLevel = <Schema extends z.ZodMiniType>(schema: Schema) =>
  z.strictObject({ standard: z.optional(schema), expedited: z.optional(schema), priority: z.optional(schema) });
const PaymentOption = z.strictObject({ paymentOption: z.optional(Key), paymentOptionSlug: z.optional(word(128)) });

const isPattern = (text: string): boolean => {
  try {
    // Whatever is empty would match every text.
    return !new RegExp(text, "i").test("");
  } catch {
    return false;
  }
};
const Pattern = z.string().check(z.refine(isPattern, "a regular expression that does not match everything"));

/** Which field of our address names that level of Omnitron's geography; "none" leaves it out. */
const Level = z.enum(["city", "province", "district", "none"]);
const Levels = z.strictObject({
  city: z._default(z.enum(["city", "province"]), "city"),
  township: z._default(Level, "district"),
  district: z._default(Level, "none"),
});
export type Levels = z.infer<typeof Levels>;

/** Every [ASSUME] of reference/providers.md 4 is a switch here; docs/providers/akinon.md explains them one by one. */
export const Settings = z.strictObject({
  /**
   * What comes before the key in `Authorization`: the vendor's SDK writes "Token " before the key of a login, the
   * document nothing before an API key. Those are the defaults.
   */
  authorization: z.optional(z.enum(["token", "plain"])),
  /** Where username and password are sent: the family of interfaces for ERP systems has `/api/i1/auth/login/`. */
  loginPath: z._default(
    z.string().check(z.regex(/^\/[\w/-]+\/$/, "a path with a slash at both ends")),
    "/api/v1/auth/login/",
  ),
  /** How long a token of the sealed cache is taken for good; its lifetime is not stated, a 401 ends it in any case. */
  tokenFor: z._default(Duration, 7 * 86_400_000),

  /** Omnitron keeps one item a unit, as its vendor's channel app sends; the document has a quantity. */
  items: z._default(z.enum(["per-unit", "per-line"]), "per-unit"),
  /** `status` of orders and items: codes as the vendor's app sends, or names as the document's. */
  paidStatus: z._default(word(64), "400"),
  unpaidStatus: z._default(word(64), "300"),
  /** Digits after the point of amounts. */
  decimals: z._default(z.int().check(z.minimum(0), z.maximum(6)), 2),
  /** Unit prices as the channel gave them, or with the tax added where the channel's are without. */
  prices: z._default(z.enum(["as-given", "with-tax"]), "as-given"),
  /** Unit price of a line whose channel hides it. */
  missingPrice: z.optional(Amount),
  /** What `net_shipping_amount` is net of. */
  netShipping: z._default(z.enum(["discount", "tax"]), "discount"),

  /** Where a SKU's product is looked up: as the channel's remote ID, as Omnitron's SKU, or in that order. */
  products: z._default(z.enum(["either", "remote-id", "sku"]), "either"),
  /** What the channel's remote IDs are. */
  remoteId: z._default(z.enum(["sku", "variantId", "productId"]), "sku"),
  /** Name of the filter that keeps integration actions to products. */
  contentTypeFilter: z._default(z.enum(["content_type_name", "content_type_model"]), "content_type_name"),
  /** `products/?sku=` below the channel, or of the whole tenant. */
  productsOf: z._default(z.enum(["channel", "tenant"]), "channel"),

  /** By country code; "*" for all others. */
  geography: z._default(z.record(z.string(), Levels), {}),
  /** Names that the geography does not know are tried as the channel's own mapped codes. */
  geographyMapping: z._default(z.boolean(), true),
  /**
   * Pages of 200 that are read for a name that differs in case or accents alone; 0 reads none. One page has the cities
   * of Turkey.
   */
  geographyPages: z._default(z.int().check(z.minimum(0), z.maximum(50)), 5),
  /** What a billing address has whose places Omnitron does not know: nothing, and the order is rejected, or those of the shipping address. */
  billingGeography: z._default(z.enum(["own", "shipping"]), "own"),
  /** Addresses there have no province: where `geography` does not use it, it ends the street line or is left out. */
  province: z._default(z.enum(["line", "nowhere"]), "line"),
  addressTitle: z.optional(word(128)),

  /** ERP code or key of the cargo company; without it the channel's only one. */
  cargoCompany: z.optional(z.union([Key, word(255)])),
  /** By our service level, before `cargoCompany`. */
  cargoCompanies: z._default(PerLevel(z.union([Key, word(255)])), {}),
  deliveryTypes: z._default(PerLevel(word(128)), {}),
  /** Sent in place of the order's own shipping code. */
  shippingOptionSlug: z.optional(word(128)),
  /** Whether the order's shipping code is a shipping option's slug. */
  sendShippingCode: z._default(z.boolean(), true),

  /** Price and stock list of the items: those of the channel's catalog, or none. */
  lists: z._default(z.enum(["catalog", "none"]), "catalog"),
  catalog: z.optional(Key),
  priceList: z.optional(Key),
  stockList: z.optional(Key),

  paymentOption: z.optional(Key),
  paymentOptionSlug: z.optional(word(128)),
  cashOnDelivery: z._default(PaymentOption, {}),
  segment: z.optional(word(255)),
  datasource: z.optional(Key),

  /** Whether a 429 to a create means that nothing was created. */
  throttledCreate: z._default(z.enum(["not-created", "in-doubt"]), "not-created"),
  /*
   * Regular expressions, without case: no text of Omnitron is documented, and a tenant's language decides. The built-in
   * ones are English and Turkish.
   */
  /** A 400 or 406 about the number, or a 406 about nothing else, that says so means that the order exists. */
  duplicateText: z._default(
    Pattern,
    "unique|already exist|duplicate|\\btaken\\b|mevcut(?! değil)|benzersiz|zaten|kayıtlı(?! değil)|tekrarlan",
  ),
  /** What else a 406 may complain of in such words: then it refuses the order. */
  otherSubjectText: z._default(
    Pattern,
    "product|\\bitems?\\b|price|stock|address|customer|e-?mail|phone|cargo|ürün|kalem|fiyat|stok|adres|müşteri|posta|telefon|kargo",
  ),
  /** A 400 or 406 that says so leaves open whether the order exists. */
  inDoubtText: z._default(
    Pattern,
    "time[d ]*-?out|deadline|temporar|try again|internal error|zaman aşımı|tekrar dene|geçici|daha sonra",
  ),
  /** A complaint that says so is about a key that Omnitron no longer has. */
  goneText: z._default(Pattern, "invalid pk|does not exist|geçersiz pk|(obje|nesne) (bulunamadı|mevcut değil)"),
  /** How long IDs of customers, addresses, products, cargo companies and places are kept. */
  cacheFor: z._default(Duration, 7 * 86_400_000),
});
export type Settings = z.infer<typeof Settings>;

const Credential = z.string().check(z.minLength(1));

export const Secret = z
  .object({
    baseUrl: BaseUrl.check(
      z.describe("address of the tenant's Omnitron, without /api/v1: https://omnitron.example.com"),
    ),
    /** With the tenant's address it names the place where orders go, and what the user may touch. */
    channelId: z
      .union([
        Key,
        z.pipe(
          z.string().check(z.regex(/^[1-9]\d{0,14}$/, "the channel's number")),
          z.transform((digits) => Number(digits)),
        ),
      ])
      .check(z.describe("number of the sales channel in Omnitron, as its address there shows it")),
    apiKey: z
      .optional(HeaderSecret)
      .check(z.describe("an API key with rights on that channel; or, instead of it, username and password")),
    username: z.optional(Credential).check(z.describe("user of Omnitron's API, with rights on that channel")),
    password: z.optional(Credential).check(z.describe("that user's password")),
    tokenKey: z
      .optional(z.string().check(z.regex(/^[A-Za-z0-9+/]{43}=$/, "32 bytes in base64")))
      .check(
        z.describe(
          "optional: 32 random bytes in base64 (openssl rand -base64 32). With it all environments share one login, kept encrypted in the table",
        ),
      ),
  })
  .check(
    z.refine(
      ({ apiKey, username, password }) =>
        apiKey === undefined
          ? username !== undefined && password !== undefined
          : username === undefined && password === undefined,
      "an apiKey, or username and password",
    ),
  );
export type Secret = z.infer<typeof Secret>;

const standardLevels: Levels = { city: "city", township: "district", district: "none" };

export const levelsOf = ({ geography }: Settings, country: string): Levels =>
  geography[country] ?? geography["*"] ?? standardLevels;
