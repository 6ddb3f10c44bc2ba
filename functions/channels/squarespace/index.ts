import * as z from "zod/mini";
import { tokenKey } from "../../../shared/connector/token-key.ts";
import { defineChannel } from "../channel.ts";
import { hmac } from "../schemes.ts";
import { Settings } from "./settings.ts";

const signingSecrets = z
  .array(
    z
      .string()
      .check(z.regex(/^(?:[0-9a-f]{2}){16,}$/i, "is not hexadecimal of 16 bytes or more, as Squarespace answers it")),
  )
  .check(z.minLength(1))
  .register(z.globalRegistry, {
    description:
      "list: the secret of each webhook subscription, in hexadecimal as Squarespace answered it when the subscription was made or its secret rotated",
  });

const word = (description: string) =>
  z
    .string()
    .check(z.regex(/^[\x21-\x7e]+$/, "has a space, or another character than ASCII"))
    .register(z.globalRegistry, { description });

const Secret = z.object({
  signingSecrets,
  clientId: z.optional(word("the OAuth client's ID; only for connections that have a refreshToken")),
  clientSecret: z.optional(word("the OAuth client's secret; only for connections that have a refreshToken")),
  tokenKey: z.optional(tokenKey("only for connections that have a refreshToken")),
});
export type Secret = z.infer<typeof Secret>;

const Credentials = z
  .object({
    apiKey: z.optional(
      word("an API key of the site with the permission Orders: read-only; or, instead of it, refreshToken"),
    ),
    refreshToken: z.optional(
      word(
        "the refresh token of an authorisation with the scope website.orders.read and access_type=offline, not used yet",
      ),
    ),
  })
  .check(
    z.refine(
      ({ apiKey, refreshToken }) => (apiKey === undefined) !== (refreshToken === undefined),
      "an apiKey, or a refreshToken",
    ),
  );
export type Credentials = z.infer<typeof Credentials>;

/**
 * Squarespace's webhooks over HTTPS, and its Orders API. https://developers.squarespace.com/webhooks/overview
 *
 * One address takes the webhooks of all websites of an OAuth client; `websiteId` in the signed body names the website.
 */
export const squarespace = defineChannel({
  name: "squarespace",
  title: "Squarespace",
  endpoint: "app",
  secret: Secret,
  settings: Settings,
  credentials: Credentials,
  rotatesCredentials: true,
  hosts: ["api.squarespace.com", "login.squarespace.com"],
  // https://developers.squarespace.com/webhooks/verifying-notifications: the secret is decoded, the signature is hex.
  verification: hmac({
    header: "squarespace-signature",
    encoding: "hex",
    key: (secret) => Buffer.from(secret, "hex"),
  }),
  authorization: () => import("./authorization.ts").then(({ authorization }) => authorization),
  reader: () => import("./reader.ts").then(({ reader }) => reader),
  api: () => import("./api.ts").then(({ api }) => api),
});
