import * as z from "zod/mini";
import { tokenKey } from "../../../shared/connector/token-key.ts";
import { defineChannel } from "../channel.ts";
import { isSignedBy } from "./is-signed-by.ts";
import { publicKeyOf } from "./public-key-of.ts";
import { Settings } from "./settings.ts";

const publicKeys = z
  .array(
    z
      .string()
      .check(
        z.refine(
          (text) => publicKeyOf(text) !== undefined,
          "is not an RSA public key of 2,048 bits or more (-----BEGIN PUBLIC KEY-----), or the base64 of one",
        ),
      ),
  )
  .check(z.minLength(1))
  .register(z.globalRegistry, {
    description:
      "list: the public key that the app's page Webhooks shows (PEM, or its base64); several while Wix replaces it",
  });

const word = (description: string) =>
  z
    .string()
    .check(z.regex(/^[\x21-\x7e]+$/, "has a space, or another character than ASCII"))
    .register(z.globalRegistry, { description });

const Secret = z.object({
  publicKeys,
  appId: word("the app's ID, from its page OAuth"),
  appSecret: word("the app's secret key, from its page OAuth"),
  tokenKey: tokenKey(),
});
export type Secret = z.infer<typeof Secret>;

/** A JWT that is signed: none of its three parts is empty. */
const TOKEN = /^[\w-]+\.[\w-]+\.([\w-]+)$/;

/**
 * Wix's webhooks over HTTPS, and its eCommerce Orders API.
 * https://dev.wix.com/docs/build-apps/develop-your-app/api-integrations/events-and-webhooks/about-webhooks
 *
 * One address takes the webhooks of all sites that have the app; `instanceId` in the signed body names the site.
 */
export const wix = defineChannel({
  name: "wix",
  title: "Wix",
  endpoint: "app",
  secret: Secret,
  settings: Settings,
  hosts: ["www.wixapis.com"],
  answerWithin: 1_250,
  verification: {
    covers: "body",
    /** The whole body is a JWT. Neither its issuer nor its audience is checked, as in Wix's own library. */
    async verify({ body }, { secret, now }) {
      const token = Buffer.from(body).toString("latin1");
      const [, signature] = TOKEN.exec(token) ?? [];
      if (signature === undefined) return "unsigned";
      // The last letter has bits that mean nothing: without this check, some other letters would pass too.
      if (Buffer.from(signature, "base64url").toString("base64url") !== signature) return "forged";
      const keys = secret.publicKeys.flatMap((text) => publicKeyOf(text) ?? []);
      return (await isSignedBy(token, keys, now)) ? "authentic" : "forged";
    },
  },
  reader: () => import("./reader.ts").then(({ reader }) => reader),
  api: () => import("./api.ts").then(({ api }) => api),
});
