import * as z from "zod/mini";
import { tokenKey } from "../../../shared/connector/token-key.ts";
import { defineChannel } from "../channel.ts";
import { hmac } from "../schemes.ts";
import { Settings } from "./settings.ts";

const SHORTEST_KEY = 16;

const word = (description: string) =>
  z
    .string()
    .check(z.regex(/^[\x21-\x7e]+$/, "has a space, or another character than ASCII"))
    .register(z.globalRegistry, { description });

const Secret = z.object({
  signingSecrets: z
    .array(z.string().check(z.minLength(SHORTEST_KEY, `is shorter than ${SHORTEST_KEY} characters`)))
    .check(z.minLength(1))
    .register(z.globalRegistry, {
      description: "list: the signature key of the webhook subscription, as Square shows it; two while it is replaced",
    }),
  clientId: z.optional(word("the application's ID (sq0idp-…); only for connections that have a refreshToken")),
  clientSecret: z.optional(
    word("the application's secret (sq0csp-…); leave it out if the sellers authorised the application by PKCE"),
  ),
  tokenKey: z.optional(tokenKey("only for connections that have a refreshToken")),
});
export type Secret = z.infer<typeof Secret>;

const Credentials = z
  .object({
    accessToken: z.optional(
      word("the personal access token of the seller's own application; or, instead of it, refreshToken"),
    ),
    refreshToken: z.optional(
      word(
        "the refresh token of the seller's authorisation with ORDERS_READ, ITEMS_READ, PAYMENTS_READ and MERCHANT_PROFILE_READ",
      ),
    ),
  })
  .check(
    z.refine(
      ({ accessToken, refreshToken }) => (accessToken === undefined) !== (refreshToken === undefined),
      "an accessToken, or a refreshToken",
    ),
  );
export type Credentials = z.infer<typeof Credentials>;

/**
 * Square's webhooks over HTTPS, and its Orders, Catalog, Payments and Refunds APIs.
 * https://developer.squareup.com/docs/webhooks/overview
 *
 * One address takes the webhooks of all sellers of an application; `merchant_id` in the signed body names the seller.
 */
export const square = defineChannel({
  name: "square",
  title: "Square",
  endpoint: "app",
  secret: Secret,
  settings: Settings,
  credentials: Credentials,
  rotatesCredentials: true,
  hosts: ["connect.squareup.com", "connect.squareupsandbox.com"],
  // https://developer.squareup.com/docs/webhooks/step3validate: the notification URL as it was registered, then the body.
  verification: hmac({
    header: "x-square-hmacsha256-signature",
    encoding: "base64",
    signs: ({ body }, { url }) => (url === undefined ? undefined : [url, body]),
    covers: "url+body",
  }),
  authorization: () => import("./authorization.ts").then(({ authorization }) => authorization),
  reader: () => import("./reader.ts").then(({ reader }) => reader),
  api: () => import("./api.ts").then(({ api }) => api),
});
