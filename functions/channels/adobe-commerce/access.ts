import { randomBytes } from "node:crypto";
import { accessToken, type Grant } from "../../../shared/connector/access-token.ts";
import { type HttpAnswer, retryAfter } from "../../../shared/connector/http.ts";
import { answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import type { ApiTools } from "../../../shared/connector/tools.ts";
import { Misconfigured, Throttled, Unavailable } from "../../../shared/errors.ts";
import type { Account } from "../channel.ts";
import { oauth1Header } from "./oauth1-header.ts";
import { TokenAnswer } from "./payload.ts";
import type { Credentials, Secret, Settings } from "./settings.ts";

export type ShopAccount = Account<Secret, Settings, Credentials>;

/** How a shop's calls prove who makes them. */
export interface Access {
  /** `oauth`: each call is signed. `bearer`: an integration's token. `ims`: a token from Adobe's identity service. */
  kind: "oauth" | "bearer" | "ims";
  /** Makes a GET call. */
  get(url: string): Promise<HttpAnswer>;
}

export function createAccess(account: ShopAccount, tools: ApiTools): Access {
  const { credentials, settings } = account;
  const { consumerKey, consumerSecret, accessToken: token, accessTokenSecret } = credentials;
  const send = (url: string, headers: Record<string, string>) =>
    answerToRead(tools.http({ method: "GET", url, headers: { accept: "application/json", ...headers } }));
  if (token === undefined) return imsAccess(account, tools, send);
  if (consumerKey === undefined || consumerSecret === undefined || accessTokenSecret === undefined) {
    return { kind: "bearer", get: (url) => send(url, { authorization: `Bearer ${token}` }) };
  }
  const keys = { consumerKey, consumerSecret, accessToken: token, accessTokenSecret };
  return {
    kind: "oauth",
    get(url) {
      const nonce = randomBytes(16).toString("hex");
      const signing = { method: "GET", url, signatureMethod: settings.oauthSignature, now: tools.now(), nonce };
      return send(url, { authorization: oauth1Header(keys, signing) });
    },
  };
}

type Send = (url: string, headers: Record<string, string>) => Promise<HttpAnswer>;

function imsAccess({ app, connection, settings }: ShopAccount, tools: ApiTools, send: Send): Access {
  const { clientSecret, organisation, tokenKey } = app;
  const [clientId = ""] = app.clientIds;
  if (clientSecret === undefined || organisation === undefined || tokenKey === undefined) {
    return {
      kind: "ims",
      async get() {
        throw new Misconfigured(
          "Without an integration's token the endpoint's secret needs clientSecret, organisation and tokenKey, to get one from Adobe's IMS.",
        );
      },
    };
  }
  const token = accessToken(
    {
      name: `token ${connection}`,
      credentials: [clientId, clientSecret, settings.scopes],
      key: tokenKey,
      early: settings.renewEarly,
      login: () => login({ clientId, clientSecret, scope: settings.scopes }, tools),
    },
    tools,
  );
  const store = settings.edition === "saas" && settings.storeCode !== "all" ? { store: settings.storeCode } : {};
  return {
    kind: "ims",
    get: (url) =>
      token.call((bearer) =>
        send(url, {
          authorization: `Bearer ${bearer}`,
          "x-api-key": clientId,
          "x-gw-ims-org-id": organisation,
          ...store,
        }),
      ),
  };
}

/** https://developer.adobe.com/commerce/webapi/rest/authentication/server-to-server/ */
async function login(
  { clientId, clientSecret, scope }: { clientId: string; clientSecret: string; scope: string },
  tools: ApiTools,
): Promise<Grant> {
  const form = { client_id: clientId, client_secret: clientSecret, grant_type: "client_credentials", scope };
  const answer = await answerToRead(
    tools.http({
      method: "POST",
      url: "https://ims-na1.adobelogin.com/ims/token/v3",
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
      body: new URLSearchParams(form).toString(),
    }),
  );
  if (answer.status === 429)
    throw new Throttled("Adobe's IMS has too many requests (429).", retryAfter(answer, tools.now()));
  if (answer.status >= 400 && answer.status < 500) {
    throw new Misconfigured(
      `Adobe's IMS gives no token (${answer.status}): the client ID, the client secret or the setting scopes is wrong, or the credential was removed.`,
    );
  }
  const granted = answer.status === 200 ? readAnswer(answer, TokenAnswer) : undefined;
  if (!granted) throw new Unavailable(`Adobe's IMS answered ${answer.status} and no token.`);
  return { access: granted.access_token, expiresAt: tools.now() + granted.expires_in * 1000 };
}
