import * as z from "zod/mini";
import { Duration } from "../../../shared/stage/duration.ts";

const OrderIds = z.array(z.string().check(z.regex(/^\d{1,32}$/, "an order's ID has digits only")));
const Codes = z.array(z.int());

/** `settings` of a TikTok Shop connection in the stage file. */
export const Settings = z.strictObject({
  /** Of the app's service in Partner Center: the consent page asks for it. Only for `npm run authorize`. */
  serviceId: z.optional(z.string().check(z.regex(/^\d{1,32}$/, "has digits only"))),
  /** Where the app is listed: sellers of the United States consent on another host. */
  market: z._default(z.enum(["global", "us"]), "global"),
  /** Of the order endpoints: the second part of their paths. Each endpoint of TikTok Shop has a version of its own. */
  orderVersion: z._default(z.string().check(z.regex(/^\d{6}$/, "has six digits: 202309")), "202309"),
  /** What becomes of orders that the seller fulfils and TikTok's own carriers ship: their parcels need TikTok's label. */
  tiktokShipping: z._default(z.enum(["hold", "send"]), "hold"),
  /** Whether the shop's prices include tax. TikTok Shop does not say. */
  pricesIncludeTax: z.optional(z.boolean()),
  /** IDs of orders that test notifications name. By default those of TikTok Shop's own examples. */
  testOrderIds: z._default(OrderIds, ["576486316948490001", "576462377512830168"]),
  /** `code` of answers that refuse the access token: it is renewed once, and the call repeated. */
  tokenCodes: z._default(Codes, [105_001, 105_002, 1_010_000]),
  /** `code` of answers that say that there is no such order, beside an answer without it. */
  goneCodes: z._default(Codes, []),
  /** How long no call is made after "too many requests", if the answer has no Retry-After. */
  coolDown: z._default(Duration, 10_000),
  /** How long before its end an access token is renewed. */
  renewEarly: z._default(Duration, 12 * 3_600_000),
  /** How much earlier than asked a search for changed orders begins: the list may lag. */
  listOverlap: z._default(Duration, 10 * 60_000),
  /** How much time one search covers: whether there is a limit is not documented. */
  listWindow: z._default(Duration.check(z.refine((ms) => ms >= 60_000, "is at least 1m")), 7 * 86_400_000),
});
export type Settings = z.infer<typeof Settings>;
