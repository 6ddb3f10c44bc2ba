import * as z from "zod/mini";
import { defineChannel } from "../channel.ts";
import { standardWebhooks } from "../schemes.ts";
import { Settings } from "./settings.ts";

/** BigCommerce's have 64 characters; a short text can be guessed. */
const SHORTEST_KEY = 16;

const signingSecrets = z
  .array(
    z.string().check(
      z.minLength(SHORTEST_KEY, `is shorter than ${SHORTEST_KEY} characters`),
      // The libraries of Standard Webhooks want whsec_ and base64; the key is the client secret as it is shown.
      z.regex(/^(?!wh(?:sec|pk)_)/, "is the client secret as BigCommerce shows it, without whsec_ and not in base64"),
    ),
  )
  .check(z.minLength(1))
  .register(z.globalRegistry, {
    description:
      "list: the client secret of the app, or of the API account, whose token made the webhooks; several while you replace an account",
  });

const word = (description: string) =>
  z
    .string()
    .check(z.regex(/^[\w-]+$/, "has other characters than letters, digits, - and _"))
    .register(z.globalRegistry, {
      description,
    });

/**
 * BigCommerce's webhooks over HTTPS, and its REST API (orders: V2).
 * https://developer.bigcommerce.com/docs/integrations/webhooks
 *
 * One address takes the webhooks of all stores of an app; `producer` in the signed body names the store.
 */
export const bigcommerce = defineChannel({
  name: "bigcommerce",
  title: "BigCommerce",
  endpoint: "app",
  secret: z.object({ signingSecrets }),
  settings: Settings,
  credentials: z.object({
    storeHash: word(
      "the store's own part of the API path that the API account shows: https://api.bigcommerce.com/stores/<this>/v3/",
    ),
    accessToken: word(
      "the access token of the API account (or the app's, for this store), with the scope Orders: read-only",
    ),
  }),
  hosts: ["api.bigcommerce.com"],
  // Standard Webhooks, but the key is the client secret's own text: its documents encode it in base64 only because the
  // library decodes it.
  verification: standardWebhooks({ key: (clientSecret) => clientSecret }),
  reader: () => import("./reader.ts").then(({ reader }) => reader),
  api: () => import("./api.ts").then(({ api }) => api),
});
