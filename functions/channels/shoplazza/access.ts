import * as z from "zod/mini";
import { accessToken, type Grant } from "../../../shared/connector/access-token.ts";
import { type HttpAnswer, retryAfter } from "../../../shared/connector/http.ts";
import { Count } from "../../../shared/connector/list-schema.ts";
import { lenient } from "../../../shared/connector/loose-schema.ts";
import { answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import type { ApiTools } from "../../../shared/connector/tools.ts";
import { Misconfigured, Throttled, Unavailable } from "../../../shared/errors.ts";
import type { Account } from "../channel.ts";
import type { Credentials, Secret } from "./index.ts";
import type { Settings } from "./settings.ts";

type ShopAccount = Account<Secret, Settings, Credentials>;
/** Makes a call with the shop's access token. */
export type Send = (call: (token: string) => Promise<HttpAnswer>) => Promise<HttpAnswer>;

/** `expires_at` is in seconds of the epoch, `expires_in` in seconds from now. How long a token lives is not said. */
const TokenAnswer = z.object({
  access_token: z.string().check(z.minLength(1)),
  refresh_token: lenient(z.string().check(z.minLength(1))),
  expires_at: lenient(Count),
  expires_in: lenient(Count),
});

type TokenAnswer = z.infer<typeof TokenAnswer>;

/** Nothing says when a refresh token ends: the table forgets one that was not used for a year, ms. */
const UNUSED = 365 * 86_400_000;

/** With a private app's token, or with one that is renewed by the authorisation's refresh token. */
export function createSend(account: ShopAccount, tools: ApiTools): Send {
  const { app, connection, credentials } = account;
  const { token, refreshToken } = credentials;
  if (token !== undefined) return (call) => call(token);
  const { clientId, tokenKey } = app;
  const [clientSecret] = app.signingSecrets;
  if (refreshToken === undefined || clientId === undefined || clientSecret === undefined || tokenKey === undefined) {
    return async () => {
      throw new Misconfigured(
        "A refreshToken needs clientId and tokenKey in the endpoint's secret; or fill in a private app's token.",
      );
    };
  }
  const renew = (refresh: string) => exchange(refresh, { clientId, clientSecret }, account, tools);
  const access = accessToken(
    {
      name: `token ${connection}`,
      credentials: [account.settings.domain, clientId, clientSecret, refreshToken],
      key: tokenKey,
      early: account.settings.renewEarly,
      async login() {
        const granted = await renew(refreshToken);
        if (granted) return granted;
        throw new Misconfigured(
          "Shoplazza refuses the refresh token: the app was removed from the shop, or its authorisation ended. Authorise the app again, and fill in the new refreshToken.",
        );
      },
      refresh: renew,
    },
    tools,
  );
  return (call) => access.call(call);
}

/** @returns undefined if the refresh token is refused @throws Throttled, Unavailable */
async function exchange(
  refresh: string,
  app: AppCredentials,
  { settings }: ShopAccount,
  tools: ApiTools,
): Promise<Grant | undefined> {
  const granted = await askForTokens({ grant_type: "refresh_token", refresh_token: refresh }, app, settings, tools);
  return (
    granted && {
      access: granted.access_token,
      expiresAt: endOf(granted, tools.now()),
      // Whether it changes is not said: the newest one counts, and the operator's after it.
      refresh: { token: granted.refresh_token ?? refresh, expiresAt: tools.now() + UNUSED },
    }
  );
}

interface AppCredentials {
  clientId: string;
  clientSecret: string;
}

/**
 * @param grant the fields of one kind of grant
 * @returns undefined if it is refused
 * @throws Throttled, Unavailable
 */
export async function askForTokens(
  grant: Readonly<Record<string, string>>,
  app: AppCredentials,
  settings: Settings,
  tools: ApiTools,
): Promise<TokenAnswer | undefined> {
  const request = { client_id: app.clientId, client_secret: app.clientSecret, ...grant };
  const isForm = settings.tokenRequest === "form";
  const answer = await answerToRead(
    tools.http({
      method: "POST",
      url: `https://${settings.domain}/admin/oauth/token`,
      headers: {
        accept: "application/json",
        "content-type": isForm ? "application/x-www-form-urlencoded" : "application/json",
      },
      body: isForm ? new URLSearchParams(request).toString() : JSON.stringify(request),
    }),
  );
  if (answer.status === 429) throw new Throttled("Shoplazza limits the calls", retryAfter(answer, tools.now()));
  if (answer.status >= 400 && answer.status < 500) return undefined;
  const granted = answer.status === 200 ? readAnswer(answer, TokenAnswer) : undefined;
  if (!granted) throw new Unavailable(`Shoplazza gave no token (${answer.status}).`);
  return granted;
}

function endOf({ expires_at, expires_in }: TokenAnswer, now: number): number | undefined {
  if (expires_at !== undefined) return expires_at * 1000;
  return expires_in === undefined ? undefined : now + expires_in * 1000;
}
