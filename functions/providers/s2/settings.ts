import * as z from "zod/mini";
import { BaseUrl, HeaderSecret } from "../../../shared/connector/base-url.ts";

const AccountId = z.string().check(z.regex(/^\S+$/, "an account's ID, from S2's GET /account"));

const texts = (...built: string[]) => z._default(z.array(z.string().check(z.minLength(2))), built);

/** `settings` of an S2 destination: what the documents leave open (docs/providers/s2.md). */
export const Settings = z.strictObject({
  /** Of S2's `GET /account`: one for all, or one for each connection: `{ "shopify/main": "1ac4…" }`. */
  accountId: z.union([AccountId, z.record(z.string(), AccountId)]),
  /** The document's sample has `items`, its table `item`. */
  itemsField: z._default(z.enum(["items", "item"]), "items"),
  /**
   * What `unitPrice` means is not stated. `listed`: the shop's price as it is; gross: with tax, whether or not the shop's
   * prices include it; `discounted`: after the line's discount.
   */
  unitPrice: z._default(z.enum(["listed", "gross", "gross-discounted", "net", "net-discounted"]), "listed"),
  /** `state`: "state or province"; the code where there is one (`BY` of `DE-BY`), or the name. */
  state: z._default(z.enum(["code", "name"]), "code"),
  /** What S2 has no field for goes into `meta` under `metaKey`; false sends `{}`. */
  meta: z._default(z.boolean(), true),
  metaKey: z._default(z.string().check(z.minLength(1)), "orderRelay"),
  /** Our three speeds as S2's `channelShippingMethod`; without one the method's name at the channel. */
  shippingMethods: z._default(
    z.strictObject({
      standard: z.optional(z.string()),
      expedited: z.optional(z.string()),
      priority: z.optional(z.string()),
    }),
    {},
  ),
  /** Pages of 100 orders that one look-up reads at most; with more orders than that, "not there" proves nothing. */
  lookUpPages: z._default(z.int().check(z.minimum(1)), 50),
  /** How S2 sorts `GET /order`, once you know: a look-up may then stop where the orders get too old. */
  orderList: z._default(z.enum(["unsorted", "newest-first"]), "unsorted"),
  /** `code` of a refusal that says that our order is there already; documented for fulfilments. */
  duplicateCodes: texts("ALREADY_EXISTS"),
  /** Words of a refusal, about an order, that say the same. */
  duplicateTexts: texts("already exist", "duplicate"),
  /** Words of a refusal after which an order may be there, or come: it is looked up. */
  transientTexts: texts("try again", "timeout", "timed out", "busy"),
});
export type Settings = z.infer<typeof Settings>;

export const Secret = z.object({
  baseUrl: BaseUrl.check(z.describe("sandbox https://api.s2sell.io; production as Ventmere names it to you")),
  email: z.string().check(z.minLength(1), z.describe("of the user that logs in")),
  password: z.string().check(z.minLength(1), z.describe("of that user")),
  organization: z
    .optional(HeaderSecret)
    .check(z.describe("the organization's UUID; needed when the user belongs to more than one")),
});
export type Secret = z.infer<typeof Secret>;
