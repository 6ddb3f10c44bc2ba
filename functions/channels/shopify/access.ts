import * as z from "zod/mini";
import { accessToken } from "../../../shared/connector/access-token.ts";
import type { HttpAnswer } from "../../../shared/connector/http.ts";
import { Count } from "../../../shared/connector/list-schema.ts";
import { answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import { rotatingToken } from "../../../shared/connector/rotating-token.ts";
import type { ApiTools } from "../../../shared/connector/tools.ts";
import { Misconfigured, Unavailable } from "../../../shared/errors.ts";
import type { Account } from "../channel.ts";
import type { Credentials, Secret } from "./index.ts";
import { refusalOfShop, throttled } from "./refusal.ts";
import type { Settings } from "./settings.ts";

/** Of a connection without credentials of its own (`client-credentials`), they are undefined. */
export type ShopAccount = Account<Secret, Settings, Credentials | undefined>;
/** Makes a call with the shop's access token. */
export type Send = (call: (token: string) => Promise<HttpAnswer>) => Promise<HttpAnswer>;

/** The app's own credentials. */
interface App {
  client_id: string;
  client_secret: string;
}

const Text = z.string().check(z.minLength(1));
/** Times in seconds from now. */
const Granted = z.object({ access_token: Text, expires_in: Count });
/** An access token that ends, with the refresh token that renews it once. */
export const RefreshableAccess = z.object({ ...Granted.shape, refresh_token: Text });
/** A permanent access token. */
export const GrantedAccess = z.object({ access_token: Text });

/** @param host the shop's */
export function createSend(host: string, account: ShopAccount, tools: ApiTools): Send {
  const { app, connection, credentials, settings } = account;
  switch (settings.api) {
    case "token": {
      const token = credentials?.accessToken;
      return token === undefined ? missing("an accessToken in the connection's secret") : (call) => call(token);
    }
    case "client-credentials": {
      const own = ownApp(app);
      if (!own) return missing(APP);
      const access = accessToken(
        {
          name: `token ${connection}`,
          credentials: [host, own.client_id, own.client_secret],
          key: own.key,
          early: settings.renewEarly,
          async login() {
            const request = { ...own.app, grant_type: "client_credentials" };
            const granted = await askForToken(host, request, Granted, tools);
            return { access: granted.access_token, expiresAt: tools.now() + granted.expires_in * 1000 };
          },
        },
        tools,
      );
      return (call) => access.call(call);
    }
    case "refresh-token": {
      const own = ownApp(app);
      if (credentials?.refreshToken === undefined) return missing("a refreshToken in the connection's secret");
      if (!own) return missing(APP);
      const token = rotatingToken(
        {
          connection,
          key: own.key,
          early: settings.renewEarly,
          async refresh(refresh) {
            const request = { ...own.app, grant_type: "refresh_token", refresh_token: refresh };
            const granted = await askForToken(host, request, RefreshableAccess, tools);
            return {
              access: granted.access_token,
              expiresAt: tools.now() + granted.expires_in * 1000,
              refresh: granted.refresh_token,
            };
          },
        },
        tools,
      );
      return (call) => token.call(call);
    }
    default:
      return missing("another value than none");
  }
}

const APP = "clientId and tokenKey in the endpoint's secret";

const missing =
  (what: string): Send =>
  async () => {
    throw new Misconfigured(`The setting api needs ${what}: docs/channels/shopify.md, "The Admin API".`);
  };

/** Undefined where the endpoint's secret has no clientId. */
export function appOf({ clientId, clientSecret, signingSecrets }: Secret): App | undefined {
  const secret = clientSecret ?? signingSecrets[0];
  return clientId === undefined || secret === undefined ? undefined : { client_id: clientId, client_secret: secret };
}

function ownApp(secret: Secret) {
  const app = appOf(secret);
  return app && secret.tokenKey !== undefined ? { ...app, app, key: secret.tokenKey } : undefined;
}

/**
 * https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens
 * @throws Misconfigured if Shopify refuses the app or its refresh token, Throttled, Unavailable
 */
export async function askForToken<T>(
  host: string,
  request: object,
  schema: z.ZodMiniType<T>,
  tools: ApiTools,
): Promise<T> {
  const answer = await answerToRead(
    tools.http({
      method: "POST",
      url: `https://${host}/admin/oauth/access_token`,
      headers: { accept: "application/json", "content-type": "application/json" },
      body: JSON.stringify(request),
    }),
  );
  const { status } = answer;
  if (status === 429) throw throttled(answer, tools.now());
  const ofShop = refusalOfShop(status);
  if (ofShop) throw ofShop;
  if (status >= 400 && status < 500) {
    const what = "refresh_token" in request ? "refresh token" : "code" in request ? "code" : "app's credentials";
    throw new Misconfigured(
      `Shopify refuses the ${what} (${status}): the app was uninstalled, its secret changed, or the authorisation ended. Install the app again, and fill in the new secrets.`,
    );
  }
  const granted = status === 200 ? readAnswer(answer, schema) : undefined;
  if (!granted) throw new Unavailable(`Shopify gave no token (${status}).`);
  return granted;
}
