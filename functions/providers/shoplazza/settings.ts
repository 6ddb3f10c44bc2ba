import * as z from "zod/mini";
import { BaseUrl, HeaderSecret } from "../../../shared/connector/base-url.ts";
import { provinceSettings } from "../../../shared/connector/province-or-none.ts";

const Texts = z.array(z.string().check(z.minLength(3)));

/** Where shop systems say otherwise than ICU. */
const COUNTRY_NAMES = {
  CD: "Democratic Republic of the Congo",
  CG: "Republic of the Congo",
  HK: "Hong Kong",
  MM: "Myanmar",
  MO: "Macao",
  PS: "Palestine",
  TR: "Turkey",
};

/**
 * Every switch of docs/providers/shoplazza.md: what the public documents leave open or contradict (reference/providers.md
 * 5, [ASSUME]).
 */
export const Settings = z.strictObject({
  /** Of the calls: a new one comes every half year, and old ones go. */
  version: z._default(z.string().check(z.regex(/^\d{4}-\d{2}$/, "a version such as 2022-01")), "2022-01"),
  /** The create's body as 2022-01 has it, or below `order`, with a `shipping_name`, as 2026-01. */
  createBody: z._default(z.enum(["2022-01", "2026-01"]), "2022-01"),
  /** The document's table prints `LineItems`, the 2022-01 specification `line_items`. */
  lineItemsName: z._default(z.enum(["line_items", "LineItems"]), "line_items"),
  /** Sends `created_at`, `updated_at`, `order_status` and `financial_status`: required by the document, absent in the specification. */
  documentFields: z._default(z.boolean(), true),
  /** Status words of the specification (paid/waiting, placed/opened) or of the document (paid/unpaid, pending). */
  statusWords: z._default(z.enum(["specification", "document"]), "specification"),
  /** `NM`, or `US-NM`: both are in the specification's examples. */
  provinceCode: z._default(z.enum(["short", "with-country"]), "short"),
  ...provinceSettings,
  /** By country code, before the built-in names and those of ICU; no list of the shop's names is public. */
  countryNames: z._default(z.record(z.string(), z.string().check(z.minLength(1))), {}),
  /** The order's tax as it is, or "0.00" where our prices include it: a shop without tax-included prices adds it on top. */
  taxTotal: z._default(z.enum(["as-ordered", "zero-if-included"]), "as-ordered"),
  /** For an order without a shipping method; `shipping_line.name` is required. */
  shippingName: z._default(z.string().check(z.minLength(1)), "Standard Shipping"),
  /** Where engravings and the like go; the shape of `custom_properties` is not public: `[{name, value}]` is assumed. */
  lineProperties: z._default(z.enum(["note", "custom_properties", "omit"]), "note"),
  /** The document says text, the specification number. */
  coordinates: z._default(z.enum(["omit", "text", "number"]), "omit"),
  /** The order's own tags beside our marker. */
  orderTags: z._default(z.boolean(), true),
  /** No limit is documented; what is over is cut. Our marker comes first. */
  noteLength: z._default(z.int().check(z.minimum(200)), 1000),

  /** Marks an order that is paid here and arrived unpaid there as paid, as a step of its own. */
  markPaid: z._default(z.boolean(), false),
  /** Name of the payment in the shop. With it the step goes to 2026-01, which otherwise records a test payment. */
  paymentGateway: z.optional(z.string().check(z.minLength(1))),

  /** By `order_tags` on 2026-01, or by a time window alone. */
  lookUp: z._default(z.enum(["2026-01", "2022-01"]), "2026-01"),
  /** Whether a miss by tag proves anything: a shop that rewrites tags still has our marker in the note, which only the scan reads. */
  tagMiss: z._default(z.enum(["scan", "conclusive"]), "scan"),
  /** Orders per page of a look-up; 250 is the documented most. */
  pageSize: z._default(z.int().check(z.minimum(1), z.maximum(250)), 250),
  /** Pages that one look-up reads at most; what is beyond stays in doubt. */
  maxPages: z._default(z.int().check(z.minimum(1)), 40),

  /** Orders that one look-up reads singly, because the list shows neither their tags nor their note; with more it proves nothing. */
  maxDetails: z._default(z.int().check(z.minimum(0)), 20),

  /** What a 406 ("Create order failed") means is not said. */
  notAcceptable: z._default(z.enum(["in-doubt", "rejected"]), "in-doubt"),
  /** What a 500 "NotFound" means is not said: a product, or the order that was just made. */
  notFound: z._default(z.enum(["in-doubt", "rejected"]), "in-doubt"),
  /** Beginnings of 422 texts that surely mean "not created", beside the document's reasons 1 to 5. */
  alsoRejects: z._default(Texts, []),
  /** Parts of texts that leave open whether the order exists, beside the document's reasons 6 to 8. */
  alsoInDoubt: z._default(Texts, []),
  /** Beginnings of texts about the shop, not the order, beside "store is not active". */
  alsoFails: z._default(Texts, []),
});
export type Settings = z.infer<typeof Settings>;

const icuNames = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });

/** The country's English name, without the signs that only ICU writes: "Côte d’Ivoire", "Trinidad & Tobago". */
export function countryName(code: string, { countryNames }: Settings): string {
  const known = new Map(Object.entries({ ...COUNTRY_NAMES, ...countryNames })).get(code);
  return known ?? (icuNames.of(code) ?? code).replace("’", "'").replace(" & ", " and ").replace("St. ", "Saint ");
}

export const Secret = z.object({
  baseUrl: BaseUrl.check(z.describe("the shop's own address: https://<shopdomain>.myshoplaza.com (one z in shoplaza)")),
  token: HeaderSecret.check(
    z.describe("access token with read_order, write_order and read_product: store admin → Apps → private app"),
  ),
});
export type Secret = z.infer<typeof Secret>;
