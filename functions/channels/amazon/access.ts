import * as z from "zod/mini";
import { accessToken } from "../../../shared/connector/access-token.ts";
import { type HttpAnswer, retryAfter } from "../../../shared/connector/http.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import type { ApiTools } from "../../../shared/connector/tools.ts";
import { Misconfigured, Rejected, Throttled, Unavailable } from "../../../shared/errors.ts";
import { parseJson } from "../../../shared/json.ts";
import type { Account } from "../channel.ts";
import type { Credentials, Secret } from "./index.ts";
import { ErrorList, TokenAnswer } from "./payload.ts";
import type { Settings } from "./settings.ts";

export type SellerAccount = Account<Secret, Settings, Credentials>;

/** Gets a path of SP-API. Undefined: Amazon has no such thing (404). */
export type Get = <T>(
  path: string,
  query: Readonly<Record<string, string>>,
  schema: z.ZodMiniType<T>,
) => Promise<T | undefined>;

const TOKENS = "https://api.amazon.com/auth/o2/token";

/** @throws by its calls: Misconfigured, Rejected, Throttled, Unavailable, MalformedEvent */
export function createGet(account: SellerAccount, tools: ApiTools): Get {
  const { app, connection, credentials, settings } = account;
  const { clientId, clientSecret, tokenKey: key } = app;
  const host = `${settings.environment === "sandbox" ? "sandbox." : ""}sellingpartnerapi-${settings.region}.amazon.com`;
  const token = accessToken(
    {
      name: `token ${connection}`,
      credentials: [clientId, clientSecret, credentials.refreshToken],
      key,
      early: settings.renewEarly,
      async login() {
        const grant = { grant_type: "refresh_token", refresh_token: credentials.refreshToken };
        const { access_token, expires_in } = await askForToken(grant, app, tools);
        return { access: access_token, expiresAt: tools.now() + expires_in * 1000 };
      },
    },
    tools,
  );
  return async (path, query, schema) => {
    const search = new URLSearchParams(query).toString();
    const url = `https://${host}${path}${search && `?${search}`}`;
    const answer = await token.call(async (access) =>
      withoutDisguise(
        await answerToRead(
          tools.http({ method: "GET", url, headers: { accept: "application/json", "x-amz-access-token": access } }),
        ),
      ),
    );
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw refusal(answer, tools.now());
    const parsed = z.safeParse(schema, jsonOf(answer.text));
    if (parsed.success) return parsed.data;
    throw malformed(parsed.error);
  };
}

/** @throws Unavailable */
function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new Unavailable("Amazon's answer is not JSON.", { cause });
  }
}

/** SP-API refuses an access token that has ended with 403, as it does a role that is missing. */
function withoutDisguise(answer: HttpAnswer): HttpAnswer {
  if (answer.status !== 403) return answer;
  const texts = readAnswer(answer, ErrorList)?.errors.flatMap(({ details = "", message = "" }) => [details, message]);
  const isOfToken = texts?.some((text) => /access token.*\b(?:expired|revoked|invalid|malformed)\b/i.test(text));
  return isOfToken ? { ...answer, status: 401 } : answer;
}

const OAuthError = z.object({ error: z.string() });

/**
 * https://developer-docs.amazon.com/sp-api/docs/connect-to-the-selling-partner-api
 * @param grant the fields of one kind of grant
 * @throws Misconfigured if Login with Amazon refuses it, Throttled, Unavailable
 */
export async function askForToken(
  grant: Readonly<Record<string, string>>,
  { clientId, clientSecret }: Pick<Secret, "clientId" | "clientSecret">,
  tools: Pick<ApiTools, "http" | "now">,
): Promise<TokenAnswer> {
  const answer = await answerToRead(
    tools.http({
      method: "POST",
      url: TOKENS,
      headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ ...grant, client_id: clientId, client_secret: clientSecret }).toString(),
    }),
  );
  const { status } = answer;
  if (status === 429) throw throttled(answer, tools.now());
  if (status >= 400 && status < 500)
    throw new Misconfigured(refusedGrant(status, readAnswer(answer, OAuthError)?.error));
  const granted = status === 200 ? readAnswer(answer, TokenAnswer) : undefined;
  if (!granted) throw new Unavailable(`Login with Amazon gave no token (${status}).`);
  return granted;
}

function refusedGrant(status: number, error: string | undefined): string {
  switch (error) {
    case "invalid_grant":
      return `Login with Amazon refuses the seller's authorisation (${status} invalid_grant): it was revoked, or ended (a public app's after 365 days), or the code was used. Authorise the app again (npm run authorize).`;
    case "invalid_client":
      return `Login with Amazon refuses the app (${status} invalid_client): its client secret was rotated (Amazon ends one after 180 days), or is another app's. Fill in the new clientSecret.`;
    case "unauthorized_client":
      return `Login with Amazon refuses the app (${status} unauthorized_client): the refresh token is another app's.`;
    default:
      return `Login with Amazon refuses the app or the authorisation (${status}).`;
  }
}

/** The error that an answer means: its body may quote the buyer, so only the status and known words say it. */
function refusal(answer: HttpAnswer, now: number): Error {
  const { status } = answer;
  switch (status) {
    case 401:
      return new Misconfigured("Amazon refuses a new access token (401).");
    case 403:
      return new Misconfigured(
        "Amazon refuses the call (403). The authorisation works, or it would have given no token: the app lacks a role that includedData needs, or the seller is of another region or has not this marketplace.",
      );
    case 429:
      return throttled(answer, now);
    case 400:
      return new Rejected("Amazon refuses the request (400): it may no longer take one of includedData.");
    case 413:
    case 415:
      return new Rejected(`Amazon refuses the request (${status}).`);
    default:
      return new Unavailable(`Amazon answered ${status}.`);
  }
}

/** Amazon sends no Retry-After, and, at times, the calls a second that it allows. */
function throttled(answer: HttpAnswer, now: number): Throttled {
  const rate = Number(answer.headers["x-amzn-ratelimit-limit"]);
  const nextCall = rate > 0 ? Math.min(Math.ceil(1000 / rate), 600_000) : undefined;
  return new Throttled("Amazon has too many requests (429).", retryAfter(answer, now) ?? nextCall);
}
