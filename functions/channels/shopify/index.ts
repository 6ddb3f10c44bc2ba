import * as z from "zod/mini";
import { hmacSha256, isSame } from "../../../shared/connector/hmac.ts";
import { defineChannel } from "../channel.ts";
import { header } from "./headers.ts";
import { Settings } from "./settings.ts";

/**
 * Shopify's webhooks over HTTPS. https://shopify.dev/docs/apps/build/webhooks/verify-deliveries
 *
 * The signature covers the body alone: no time, no topic, no shop.
 */
export const shopify = defineChannel({
  name: "shopify",

  secret: z.object({ signingSecrets: z.array(z.string().check(z.minLength(1))).check(z.minLength(1)) }),
  secretFields: {
    signingSecrets:
      "list: the app's client secret; while it is rotated the former one too; for webhooks made in the admin the key shown there (Settings > Notifications > Webhooks)",
  },

  settings: Settings,

  isAuthentic({ headers, body }, { signingSecrets }) {
    const given = header(headers, "hmac-sha256");
    if (given === undefined) return false;
    return signingSecrets.some((secret) => isSame(given, hmacSha256(secret, [body]).toString("base64")));
  },

  reader: () => import("./read-event.ts").then(({ readEvent }) => ({ read: readEvent })),
});
