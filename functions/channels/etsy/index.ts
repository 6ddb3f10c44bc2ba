import * as z from "zod/mini";
import { tokenKey } from "../../../shared/connector/token-key.ts";
import { defineChannel } from "../channel.ts";
import { isStandardKey, standardWebhooks } from "../schemes.ts";
import { Settings } from "./settings.ts";

const word = (description: string) =>
  z
    .string()
    .check(z.regex(/^[\x21-\x7e]+$/, "has a space, or another character than ASCII"))
    .register(z.globalRegistry, { description });

/** The header x-api-key separates the two by a colon. */
const half = (description: string) =>
  z
    .string()
    .check(z.regex(/^[\x21-\x39\x3b-\x7e]+$/, "has a colon, a space, or another character than ASCII"))
    .register(z.globalRegistry, { description });

const Secret = z.object({
  signingSecrets: z
    .array(
      z
        .string()
        .check(z.refine((key) => key.startsWith("whsec_") && isStandardKey(key), "is not whsec_ and base64, as shown")),
    )
    .check(z.minLength(1))
    .register(z.globalRegistry, {
      description:
        "list: the signing secret (whsec_…) of the endpoint in Etsy's webhook portal; two while you replace the endpoint",
    }),
  keystring: half("the app's keystring, in Your Apps at Etsy"),
  sharedSecret: half("the app's shared secret, beside the keystring"),
  tokenKey: tokenKey(),
});
export type Secret = z.infer<typeof Secret>;

const Credentials = z.object({
  refreshToken: word(
    "the refresh token of the seller's consent to transactions_r and listings_r, not used yet: npm run authorize fills it in",
  ),
});
export type Credentials = z.infer<typeof Credentials>;

/**
 * Etsy's webhooks over HTTPS, and its Open API v3. https://developers.etsy.com/documentation/essentials/webhooks
 *
 * One address takes the webhooks of all shops of an app; `shop_id` in the signed body names the shop.
 */
export const etsy = defineChannel({
  name: "etsy",
  title: "Etsy",
  endpoint: "app",
  secret: Secret,
  settings: Settings,
  credentials: Credentials,
  rotatesCredentials: true,
  hosts: ["api.etsy.com"],
  verification: standardWebhooks(),
  // Its times are seconds since the epoch.
  timePrecision: 1_000,
  authorization: () => import("./authorization.ts").then(({ authorization }) => authorization),
  reader: () => import("./reader.ts").then(({ reader }) => reader),
  api: () => import("./api.ts").then(({ api }) => api),
});
