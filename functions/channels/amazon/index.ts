import * as z from "zod/mini";
import { HeaderSecret } from "../../../shared/connector/base-url.ts";
import { tokenKey } from "../../../shared/connector/token-key.ts";
import { defineChannel } from "../channel.ts";
import { Settings } from "./settings.ts";

const word = (description: string) => HeaderSecret.register(z.globalRegistry, { description });

const Secret = z.object({
  clientId: word("the app's LWA client ID (amzn1.application-oa2-client.…)"),
  clientSecret: word("the app's LWA client secret (amzn1.oa2-cs.…); Amazon ends it after 180 days"),
  tokenKey: tokenKey(),
  applicationId: z.optional(
    word("the app's ID (amzn1.sp.solution.… or amzn1.sellerapps.app.…); for npm run authorize"),
  ),
});
export type Secret = z.infer<typeof Secret>;

const Credentials = z.object({
  refreshToken: word("the refresh token of the seller's authorisation (Atzr|…)"),
});
export type Credentials = z.infer<typeof Credentials>;

/** Of SP-API, which writes to queues itself. https://developer-docs.amazon.com/sp-api/docs/set-up-notifications-with-amazon-sqs */
const SP_API = { account: "437568002678" };

/**
 * Notifications ORDER_CHANGE of the Selling Partner API, and its Orders API 2026-01-01. Amazon sends no webhooks: a
 * notification comes on the connection's own queue, from SP-API itself or by way of EventBridge.
 * https://developer-docs.amazon.com/sp-api/docs/notifications-api-v1-use-case-guide
 */
export const amazon = defineChannel({
  name: "amazon",
  title: "Amazon",
  endpoint: "queue",
  secret: Secret,
  settings: Settings,
  credentials: Credentials,
  hosts: [
    "api.amazon.com",
    ...["na", "eu", "fe"].flatMap((region) => [
      `sellingpartnerapi-${region}.amazon.com`,
      `sandbox.sellingpartnerapi-${region}.amazon.com`,
    ]),
  ],
  sender: ({ settings }) => (settings.delivery === "eventbridge" ? "eventbridge" : SP_API),
  timePrecision: 1_000,
  authorization: () => import("./authorization.ts").then(({ authorization }) => authorization),
  reader: () => import("./reader.ts").then(({ reader }) => reader),
  api: () => import("./api.ts").then(({ api }) => api),
});
