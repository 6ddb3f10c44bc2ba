import * as z from "zod/mini";
import { defineChannel } from "../channel.ts";
import { hmac } from "../schemes.ts";
import { Settings } from "./settings.ts";

/** Shopify's have 32 characters and more; a short text can be guessed. */
const SHORTEST_KEY = 16;

const signingSecrets = z
  .array(z.string().check(z.minLength(SHORTEST_KEY, `is shorter than ${SHORTEST_KEY} characters`)))
  .check(z.minLength(1))
  .register(z.globalRegistry, {
    description:
      "list: the app's client secret; while it is rotated the former one too; for webhooks made in the admin the key shown there (Settings > Notifications > Webhooks)",
  });

/**
 * Shopify's webhooks over HTTPS. https://shopify.dev/docs/apps/build/webhooks/verify-deliveries
 *
 * The signature covers only the body, not time, topic or shop. So an endpoint serves one shop.
 */
export const shopify = defineChannel({
  name: "shopify",
  title: "Shopify",
  endpoint: "connection",
  secret: z.object({ signingSecrets }),
  settings: Settings,
  hosts: [],
  // The newer family of headers first, as Shopify's own library looks for them (header.ts).
  verification: hmac({ header: ["shopify-hmac-sha256", "x-shopify-hmac-sha256"], encoding: "base64" }),
  reader: () => import("./reader.ts").then(({ reader }) => reader),
});
