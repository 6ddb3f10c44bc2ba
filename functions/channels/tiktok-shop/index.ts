import * as z from "zod/mini";
import { tokenKey } from "../../../shared/connector/token-key.ts";
import { defineChannel } from "../channel.ts";
import { hmac } from "../schemes.ts";
import { Settings } from "./settings.ts";

/** An app secret has 40 characters; a short text can be guessed. */
const SHORTEST_KEY = 16;

const visible = () => z.string().check(z.regex(/^[\x21-\x7e]+$/, "has a space, or another character than ASCII"));
const word = (description: string) => visible().register(z.globalRegistry, { description });

const Secret = z.object({
  signingSecrets: z
    .array(visible().check(z.minLength(SHORTEST_KEY, `is shorter than ${SHORTEST_KEY} characters`)))
    .check(z.minLength(1))
    .register(z.globalRegistry, {
      description:
        "list: the app secret, the present one first, which also signs our calls; while it is reset the former one too (Partner Center > App & Service > the app)",
    }),
  appKey: word("the app key (Partner Center > App & Service > the app)"),
  tokenKey: tokenKey(),
});
export type Secret = z.infer<typeof Secret>;

const Credentials = z.object({
  refreshToken: word("the refresh token of the seller's authorisation, not used yet; npm run authorize fills it in"),
  shopCipher: word("the shop's cipher, from GET /authorization/202309/shops; npm run authorize fills it in"),
});
export type Credentials = z.infer<typeof Credentials>;

/**
 * TikTok Shop's webhooks over HTTPS, and its Order API.
 * https://partner.tiktokshop.com/docv2/page/tts-webhooks-overview
 *
 * One address takes the webhooks of all shops of an app; `shop_id` in the signed body names the shop.
 */
export const tiktokShop = defineChannel({
  name: "tiktok-shop",
  title: "TikTok Shop",
  endpoint: "app",
  secret: Secret,
  settings: Settings,
  credentials: Credentials,
  rotatesCredentials: true,
  hosts: ["open-api.tiktokglobalshop.com", "auth.tiktok-shops.com"],
  // Its configuration guide says 3 s, as third parties quote it.
  answerWithin: 3_000,
  // Unix seconds, in webhooks and API.
  timePrecision: 1_000,
  verification: hmac<Secret>({
    header: "authorization",
    encoding: "hex",
    signs: ({ body }, { secret }) => [secret.appKey, body],
  }),
  authorization: () => import("./authorization.ts").then(({ authorization }) => authorization),
  reader: () => import("./reader.ts").then(({ reader }) => reader),
  api: () => import("./api.ts").then(({ api }) => api),
});
