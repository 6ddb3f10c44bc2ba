import * as z from "zod/mini";
import { Duration } from "../../../shared/stage/duration.ts";

const Words = z.array(z.string().check(z.trim(), z.toUpperCase(), z.minLength(1)));
const Ids = z.array(z.string().check(z.trim(), z.toLowerCase(), z.minLength(1)));

/** `settings` of a Wix connection in the stage file. */
export const Settings = z.strictObject({
  /**
   * What an approved order is that is not paid: the buyer chose an offline payment, and staff marks it as paid later.
   * The order does not say which. `cash-on-delivery`: the carrier collects it.
   */
  offlinePayment: z._default(z.enum(["wait", "cash-on-delivery"]), "wait"),
  /** Values of `itemType` that are no goods to ship. Any other is shipped, unless `shippable` is false. */
  notShippedTypes: z._default(Words, ["DIGITAL", "GIFT_CARD", "SERVICE"]),
  /** Where the SKU of a line that has none is looked up. `auto`: in the version of the catalogue that the site has. */
  catalog: z._default(z.enum(["auto", "v1", "v3", "off"]), "auto"),
  /** `catalogReference.appId` of lines whose products are in the catalogue of Wix Stores: its current ID, and a former one. */
  catalogApps: z._default(Ids, ["215238eb-22a5-4c36-9e7b-e7c08025e04e", "1380b703-ce81-ff05-f115-39571d94dfcd"]),
  /** How long no call is made after a 429 that does not say. */
  coolDown: z._default(Duration, 60_000),
  /** How long before its end an access token is renewed. */
  renewEarly: z._default(Duration, 5 * 60_000),
  /** How much earlier than asked a search for changed orders begins: it may lag. */
  listOverlap: z._default(Duration, 10 * 60_000),
});
export type Settings = z.infer<typeof Settings>;
