import * as z from "zod/mini";
import { HeaderSecret } from "../../../shared/connector/base-url.ts";
import { defineChannel } from "../channel.ts";
import { hmac } from "../schemes.ts";
import { Settings } from "./settings.ts";
import { signedParts } from "./signed-parts.ts";

/** A client secret has 32 characters or more; a short text can be guessed. */
const SHORTEST_KEY = 16;

const Secret = z.object({
  signingSecrets: z
    .array(
      z.string().check(
        z.minLength(SHORTEST_KEY, `is shorter than ${SHORTEST_KEY} characters`),
        // The page of the app shows both, and Ecwid's own example warns of the mistake.
        z.regex(/^(?!secret_|public_)/, "is an access token: the signing key is the app's client_secret"),
      ),
    )
    .check(z.minLength(1))
    .register(z.globalRegistry, {
      description:
        "list: the app's client_secret (my.ecwid.com/#develop-apps > the app > Details), not its access token; the former one too while it is replaced",
    }),
});
export type Secret = z.infer<typeof Secret>;

const Credentials = z.object({
  accessToken: HeaderSecret.register(z.globalRegistry, {
    description:
      "the secret access token (secret_…) of the app in this store, with the scopes read_orders and read_store_profile",
  }),
});
export type Credentials = z.infer<typeof Credentials>;

/**
 * Ecwid's webhooks over HTTPS, and its REST API v3. https://docs.ecwid.com/build-apps/webhook-automations
 *
 * One address takes the webhooks of all stores of an app; `storeId` names the store. The signature covers the event's time
 * and ID alone: anyone who has seen one signed request may write the rest, so only an order that is fetched counts.
 */
export const ecwid = defineChannel({
  name: "ecwid",
  title: "Ecwid",
  endpoint: "app",
  secret: Secret,
  settings: Settings,
  credentials: Credentials,
  hosts: ["app.ecwid.com"],
  // Beyond 10 s Ecwid counts a webhook as not delivered.
  answerWithin: 10_000,
  // `updateDate` has seconds.
  timePrecision: 1_000,
  verification: hmac({
    header: "x-ecwid-webhook-signature",
    encoding: "base64",
    covers: "event-id",
    signs: ({ body }) => signedParts(body),
  }),
  reader: () => import("./reader.ts").then(({ reader }) => reader),
  api: () => import("./api.ts").then(({ api }) => api),
});
