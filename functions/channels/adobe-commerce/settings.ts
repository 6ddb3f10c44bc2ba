import * as z from "zod/mini";
import { HeaderSecret } from "../../../shared/connector/base-url.ts";
import { ShopUrl } from "../../../shared/connector/shop-url.ts";
import { tokenKey } from "../../../shared/connector/token-key.ts";
import { isTimeZone } from "../../../shared/connector/zoned-instant.ts";
import { Duration } from "../../../shared/stage/duration.ts";

const Words = z.array(z.string().check(z.trim(), z.minLength(1)));

/** Those that Adobe's guide asks for. https://developer.adobe.com/commerce/webapi/rest/authentication/server-to-server/ */
const SCOPES =
  "openid,AdobeID,email,profile,additional_info.roles,additional_info.projectedProductContext,commerce.accs";

/** `settings` of an Adobe Commerce connection in the stage file. */
export const Settings = z.strictObject({
  /** The shop's base address; of Commerce as a Cloud Service its REST endpoint, which ends with the tenant's ID. */
  url: ShopUrl,
  /** `paas`: on premises, or on Commerce's cloud infrastructure. `saas`: Adobe Commerce as a Cloud Service. */
  edition: z._default(z.enum(["paas", "saas"]), "paas"),
  /** The store view by which the API answers. With `all` it has the orders of every store view. */
  storeCode: z._default(z.string().check(z.regex(/^\w+$/, "a store view's code: letters, digits and _")), "all"),
  /** Of a token from Adobe's IMS. */
  scopes: z._default(z.string().check(z.minLength(1)), SCOPES),
  /** How requests are signed with the four values of an integration. Releases before 2.4.3 may only know HMAC-SHA1. */
  oauthSignature: z._default(z.enum(["HMAC-SHA256", "HMAC-SHA1"]), "HMAC-SHA256"),
  /** Of the times that the API writes without a zone (IANA). */
  timeZone: z._default(z.string().check(z.refine(isTimeZone, "a time zone such as Europe/Berlin")), "UTC"),
  /** Whether the shop's catalogue prices include tax. The order has both, and does not say which the shop wrote. */
  pricesIncludeTax: z._default(z.boolean(), false),
  /** What is sent of a bundle: the products in it, or the bundle under its own SKU. */
  bundles: z._default(z.enum(["products", "whole"]), "products"),
  /** Which pieces were refunded, of a line that was shipped in part: those not shipped yet, or returned ones. */
  refundedPieces: z._default(z.enum(["unshipped", "returned"]), "unshipped"),
  /** Codes or titles of payment methods that are cash on delivery, beside those known by their words. */
  cashOnDelivery: z._default(Words, []),
  /** Codes of payment methods whose orders count as paid once they are processing, without an invoice. */
  paidMethods: z._default(Words, []),
  /** Statuses in which an order is held, whatever its state is: Commerce's own, and the shop's. */
  holdStatuses: z._default(Words, ["fraud", "paypal_reversed"]),
  /** What the buyer sees as the name of a product's option, by the option's ID: the order has only the ID. */
  optionNames: z._default(z.record(z.string(), z.string().check(z.minLength(1))), {}),
  /** Names of the shop's own events that are about an order and have its `entity_id`. */
  orderEvents: z._default(Words, []),
  /** Orders on a page of a list: no more than the shop's limit allows, if it has one. */
  pageSize: z._default(z.int().check(z.minimum(1), z.maximum(1_000)), 100),
  /** How much earlier than asked a search for changed orders begins: the list may lag. */
  listOverlap: z._default(Duration, 10 * 60_000),
  /** How long before its end a token from IMS is renewed. */
  renewEarly: z._default(Duration, 5 * 60_000),
});
export type Settings = z.infer<typeof Settings>;

const word = (description: string) => HeaderSecret.register(z.globalRegistry, { description });

const clientIds = z.array(HeaderSecret).check(z.minLength(1)).register(z.globalRegistry, {
  description:
    "list: the client ID of the project's OAuth Server-to-Server credential (Adobe Developer Console), which every event names; the former one too while it is changed. With the first one tokens are got",
});

/** The project in Adobe's Developer Console: whose events, and, if a connection has no token of its own, whose tokens. */
export const Secret = z.object({
  clientIds,
  clientSecret: z.optional(word("the credential's client secret; only for connections without an integration's token")),
  organisation: z.optional(
    word("the IMS organisation's ID, …@AdobeOrg; only for connections without an integration's token"),
  ),
  tokenKey: z.optional(tokenKey("only for connections without an integration's token")),
});
export type Secret = z.infer<typeof Secret>;

/** Of the shop's integration. Without any of these, the project's own credential gets tokens from IMS. */
export const Credentials = z
  .object({
    consumerKey: z.optional(word("the integration's Consumer Key (System > Extensions > Integrations)")),
    consumerSecret: z.optional(word("the integration's Consumer Secret")),
    accessToken: z.optional(
      word("the integration's Access Token; alone, it is sent as a Bearer token, which the shop has to allow"),
    ),
    accessTokenSecret: z.optional(word("the integration's Access Token Secret")),
  })
  .check(
    z.refine(({ consumerKey, consumerSecret, accessToken, accessTokenSecret }) => {
      const others = [consumerKey, consumerSecret, accessTokenSecret].filter((value) => value !== undefined).length;
      return others === 0 || (others === 3 && accessToken !== undefined);
    }, "all four values of the integration, its accessToken alone, or none"),
  );
export type Credentials = z.infer<typeof Credentials>;
