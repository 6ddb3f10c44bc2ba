import * as z from "zod/mini";
import { HeaderSecret } from "../../../shared/connector/base-url.ts";
import { tokenKey } from "../../../shared/connector/token-key.ts";
import { defineChannel } from "../channel.ts";
import { hmac } from "../schemes.ts";
import { Settings } from "./settings.ts";

/** A client secret has 43 characters; a short text can be guessed. */
const SHORTEST_KEY = 16;

const word = (description: string) => z.optional(HeaderSecret.register(z.globalRegistry, { description }));

const Secret = z.object({
  signingSecrets: z
    .array(z.string().check(z.minLength(SHORTEST_KEY, `is shorter than ${SHORTEST_KEY} characters`)))
    .check(z.minLength(1))
    .register(z.globalRegistry, {
      description:
        "list: the app's client secret, the present one first; while it is rotated the former one too (Partner Center > Apps > the app)",
    }),
  clientId: word("the app's client ID; only for a connection that has a refreshToken"),
  tokenKey: z.optional(tokenKey("only for a connection that has a refreshToken")),
});
export type Secret = z.infer<typeof Secret>;

const Credentials = z
  .object({
    token: word("the access token of a private app with read_order (store admin > Apps); or, instead, refreshToken"),
    refreshToken: word("the refresh token of the shop's OAuth authorisation, with the scope read_order"),
  })
  .check(
    z.refine(
      ({ token, refreshToken }) => (token === undefined) !== (refreshToken === undefined),
      "a token, or a refreshToken",
    ),
  );
export type Credentials = z.infer<typeof Credentials>;

/**
 * Webhooks and open API of a Shoplazza shop. https://www.shoplazza.dev/reference/webhook-copy
 *
 * The signature covers only the body, not topic or shop. So an endpoint serves one shop. The rule for OAuth's callback is
 * another one: hexadecimal, over the sorted query.
 */
export const shoplazza = defineChannel({
  name: "shoplazza",
  title: "Shoplazza",
  endpoint: "connection",
  secret: Secret,
  settings: Settings,
  credentials: Credentials,
  hosts: [],
  hostsOf: ({ settings: { domain } }) => [domain],
  verification: hmac({ header: "x-shoplazza-hmac-sha256", encoding: "base64" }),
  authorization: () => import("./authorization.ts").then(({ authorization }) => authorization),
  reader: () => import("./reader.ts").then(({ reader }) => reader),
  api: () => import("./api.ts").then(({ api }) => api),
});
