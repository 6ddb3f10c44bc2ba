import * as z from "zod/mini";
import { HeaderSecret } from "../../../shared/connector/base-url.ts";
import { tokenKey } from "../../../shared/connector/token-key.ts";
import { defineChannel } from "../channel.ts";
import { hmac } from "../schemes.ts";
import { Settings } from "./settings.ts";
import { shopHost } from "./shop-host.ts";

/** Shopify's have 32 characters and more; a short text can be guessed. */
const SHORTEST_KEY = 16;

const signingSecrets = z
  .array(z.string().check(z.minLength(SHORTEST_KEY, `is shorter than ${SHORTEST_KEY} characters`)))
  .check(z.minLength(1))
  .register(z.globalRegistry, {
    description:
      "list: the app's client secret; while it is rotated the former one too; for webhooks made in the admin the key shown there (Settings > Notifications > Webhooks)",
  });

const word = (description: string) => z.optional(HeaderSecret.register(z.globalRegistry, { description }));

const Secret = z.object({
  signingSecrets,
  clientId: word("the app's client ID; only for the settings api: client-credentials and refresh-token"),
  clientSecret: word("the app's client secret, if it is not the first of signingSecrets; only with clientId"),
  tokenKey: z.optional(tokenKey("only with clientId")),
});
export type Secret = z.infer<typeof Secret>;

const Credentials = z
  .object({
    accessToken: word("api: token. The Admin API access token of a custom app, shpat_…"),
    refreshToken: word("api: refresh-token. The refresh token of an expiring offline token, not used yet"),
  })
  .check(
    z.refine(
      ({ accessToken, refreshToken }) => (accessToken === undefined) !== (refreshToken === undefined),
      "an accessToken, or a refreshToken",
    ),
  );
export type Credentials = z.infer<typeof Credentials>;

/**
 * Shopify's webhooks over HTTPS, and, if a connection's settings say so, its Admin API.
 * https://shopify.dev/docs/apps/build/webhooks/verify-deliveries
 *
 * The signature covers only the body, not time, topic or shop. So an endpoint serves one shop.
 */
export const shopify = defineChannel({
  name: "shopify",
  title: "Shopify",
  endpoint: "connection",
  secret: Secret,
  settings: Settings,
  credentials: Credentials,
  rotatesCredentials: true,
  uses: ({ settings: { api } }) => ({
    api: api !== "none",
    credentials: api === "token" || api === "refresh-token",
    rotatesCredentials: api === "refresh-token",
  }),
  hosts: [],
  hostsOf: ({ shop }) => shopHost(shop) ?? [],
  // The newer family of headers first, as Shopify's own library looks for them (header.ts).
  verification: hmac({ header: ["shopify-hmac-sha256", "x-shopify-hmac-sha256"], encoding: "base64" }),
  // The Admin API gives updatedAt in seconds, as the webhooks do.
  timePrecision: 1_000,
  authorization: () => import("./authorization.ts").then(({ authorization }) => authorization),
  reader: () => import("./reader.ts").then(({ reader }) => reader),
  api: () => import("./api.ts").then(({ api }) => api),
});
