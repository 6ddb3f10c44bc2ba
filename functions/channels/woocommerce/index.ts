import * as z from "zod/mini";
import { defineChannel, type SignedRequest, type Verification } from "../channel.ts";
import { hmac, type SigningSecrets } from "../schemes.ts";
import { Credentials, Settings } from "./settings.ts";
import { signingKey } from "./signing-key.ts";

/** WooCommerce's own have 50 characters; a short text can be guessed. */
const SHORTEST_KEY = 16;

const signingSecrets = z
  .array(z.string().check(z.minLength(SHORTEST_KEY, `is shorter than ${SHORTEST_KEY} characters`)))
  .check(z.minLength(1))
  .register(z.globalRegistry, {
    description:
      "list: the webhooks' Secret (WooCommerce > Settings > Advanced > Webhooks), as you typed it there; while it is changed the former one too",
  });

const signed = hmac<SigningSecrets>({ header: "x-wc-webhook-signature", encoding: "base64", key: signingKey });

/** The shop sends it when a webhook is saved, before the first order: form-encoded, without any of its headers. */
const isPing = ({ headers, body }: SignedRequest): boolean =>
  body.length <= LONGEST_PING &&
  /^webhook_id=\d+$/.test(new TextDecoder().decode(body)) &&
  !Object.keys(headers).some((name) => name.startsWith("x-wc-webhook-"));
const LONGEST_PING = 40;

/** The ping wants exactly 200; its unsigned text is answered and never read. */
const verification: Verification<SigningSecrets> = {
  ...signed,
  verify: (request, endpoint) => (isPing(request) ? { answer: {} } : signed.verify(request, endpoint)),
};

/**
 * Webhooks and REST API (wc/v3) of a WordPress shop.
 * https://github.com/woocommerce/woocommerce, includes/class-wc-webhook.php
 *
 * The signature covers only the body, not topic or shop. So an endpoint serves one shop.
 */
export const woocommerce = defineChannel({
  name: "woocommerce",
  title: "WooCommerce",
  endpoint: "connection",
  secret: z.object({ signingSecrets }),
  settings: Settings,
  credentials: Credentials,
  hosts: [],
  hostsOf: ({ settings: { url } }) => [new URL(url).hostname],
  // WooCommerce waits 60 s; like all channels it gets its answer within the default.
  verification,
  reader: () => import("./reader.ts").then(({ reader }) => reader),
  api: () => import("./api.ts").then(({ api }) => api),
});
