import * as z from "zod/mini";
import type { HttpAnswer } from "../../../shared/connector/http.ts";
import { answerToRead } from "../../../shared/connector/read-answer.ts";
import { type RotatedGrant, rotatingToken } from "../../../shared/connector/rotating-token.ts";
import type { ApiTools } from "../../../shared/connector/tools.ts";
import { Misconfigured } from "../../../shared/errors.ts";
import type { Account } from "../channel.ts";
import type { Credentials, Secret } from "./index.ts";
import { codeOf, readEnvelope, refusal } from "./read-envelope.ts";
import type { Settings } from "./settings.ts";

type ShopAccount = Account<Secret, Settings, Credentials>;
/** Makes a call with the shop's access token. */
export type Send = (call: (token: string) => Promise<HttpAnswer>) => Promise<HttpAnswer>;

const TOKENS = "https://auth.tiktok-shops.com/api/v2/token";

const Word = z.string().check(z.minLength(1));
const Tokens = z.object({
  access_token: Word,
  refresh_token: Word,
  access_token_expire_in: z.int().check(z.minimum(1)),
});

/** Below it the time is a duration: once it was seen as one (604799). */
const FIRST_UNIX_TIME = 1_000_000_000;

/**
 * With an access token of about seven days. The refresh token that a refresh gives is another one; whether the former is
 * still taken is not documented, so it counts as used.
 */
export function createSend({ app, connection, settings }: ShopAccount, tools: ApiTools): Send {
  const token = rotatingToken(
    {
      connection,
      key: app.tokenKey,
      early: settings.renewEarly,
      refresh: (refresh) =>
        askForTokens("refresh", { refresh_token: refresh, grant_type: "refresh_token" }, { app, settings, tools }),
    },
    tools,
  );
  return (call) => token.call(async (access) => asRefused(await call(access), settings));
}

/** A refused token is 401 by HTTP, and here a code in any answer. */
function asRefused(answer: HttpAnswer, { tokenCodes }: Settings): HttpAnswer {
  const code = codeOf(answer);
  return code !== undefined && tokenCodes.includes(code) ? { ...answer, status: 401 } : answer;
}

interface Asking {
  app: Secret;
  settings: Settings;
  tools: Pick<ApiTools, "http" | "now">;
}

/**
 * Exchanges a code or a refresh token. By GET with the app's secret in the query, as TikTok Shop has it: the address is
 * in no message of ours. https://partner.tiktokshop.com/docv2/page/authorization-overview-202407
 * @throws Misconfigured if it is refused, Throttled, Unavailable
 */
export async function askForTokens(
  what: "get" | "refresh",
  grant: Readonly<Record<string, string>>,
  { app, settings, tools }: Asking,
): Promise<RotatedGrant> {
  const { appKey, signingSecrets } = app;
  const [appSecret = ""] = signingSecrets;
  const query = new URLSearchParams({ app_key: appKey, app_secret: appSecret, ...grant });
  const answer = await answerToRead(
    tools.http({ method: "GET", url: `${TOKENS}/${what}?${query}`, headers: { accept: "application/json" } }),
  );
  if (isRefused(answer, settings, tools.now())) throw new Misconfigured(REFUSED[what]);
  const granted = readEnvelope(answer, Tokens, settings, tools.now());
  return {
    access: granted.access_token,
    expiresAt: endOf(granted.access_token_expire_in, tools.now()),
    refresh: granted.refresh_token,
  };
}

const REFUSED = {
  get: "TikTok Shop refuses the code: it works once, for 30 minutes, with the app's own key and secret.",
  refresh:
    "TikTok Shop refuses the refresh token: it ended, was used elsewhere, or the seller ended the authorisation. Authorise the shop again.",
} as const;

/** Any code but those of a busy or broken server. */
function isRefused(answer: HttpAnswer, settings: Settings, now: number): boolean {
  const { status } = answer;
  const code = codeOf(answer) ?? 0;
  if (status >= 500 || refusal(answer, settings, now).name === "Throttled") return false;
  return code !== 0 || (status >= 400 && status < 500);
}

const endOf = (seconds: number, now: number): number =>
  seconds < FIRST_UNIX_TIME ? now + seconds * 1000 : seconds * 1000;
