import * as z from "zod/mini";
import { accessToken } from "../../../shared/connector/access-token.ts";
import { type HttpAnswer, retryAfter } from "../../../shared/connector/http.ts";
import { Count } from "../../../shared/connector/list-schema.ts";
import { lenient, Text } from "../../../shared/connector/loose-schema.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import type { ApiTools } from "../../../shared/connector/tools.ts";
import { Misconfigured, Rejected, Throttled, Unavailable } from "../../../shared/errors.ts";
import { parseJson } from "../../../shared/json.ts";
import type { Account } from "../channel.ts";
import { basicOf, hostsOf } from "./hosts-of.ts";
import type { Credentials, Secret, Settings } from "./settings.ts";

export type SellerAccount = Account<Secret, Settings, Credentials>;

/**
 * Reads an address with the seller's token. Undefined: eBay has no such thing.
 * @throws Misconfigured, Rejected, Throttled, Unavailable, MalformedEvent
 */
export type Ask = <T>(url: string, schema: z.ZodMiniType<T>) => Promise<T | undefined>;

/** How long before its end a token is renewed, ms: long enough for the call that it is sent with. */
const RENEW_EARLY = 5 * 60_000;

export function createAsk({ app, connection, credentials: { refreshToken } }: SellerAccount, tools: ApiTools): Ask {
  const token = accessToken(
    {
      name: `token ${connection}`,
      credentials: [app.environment ?? "production", app.clientId, app.clientSecret, refreshToken],
      key: app.tokenKey,
      early: RENEW_EARLY,
      // https://developer.ebay.com/api-docs/static/oauth-refresh-token-request.html: it does not change.
      async login() {
        const granted = await askForToken({ grant_type: "refresh_token", refresh_token: refreshToken }, app, tools);
        if (granted) return granted;
        throw new Misconfigured(
          "eBay refuses the refresh token (invalid_grant): the seller revoked the authorisation or changed name or password, or it ended after 18 months. Run npm run authorize.",
        );
      },
    },
    tools,
  );
  return async (url, schema) => {
    const answer = await token.call((access) => get(url, access, tools));
    if (isUnknown(answer)) return undefined;
    if (answer.status !== 200) throw refusal(answer, tools.now());
    const parsed = z.safeParse(schema, jsonOf(answer.text));
    if (parsed.success) return parsed.data;
    throw malformed(parsed.error);
  };
}

/** @throws Unavailable */
export const get = (url: string, access: string, tools: ApiTools): Promise<HttpAnswer> =>
  answerToRead(
    tools.http({ method: "GET", url, headers: { accept: "application/json", authorization: `Bearer ${access}` } }),
  );

/** @throws Unavailable */
function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new Unavailable("eBay's answer is not JSON.", { cause });
  }
}

/** `expires_in` in seconds. Only an authorisation's code gives a refresh token. */
const TokenAnswer = z.object({
  access_token: z.string().check(z.regex(/^[\x21-\x7e]+$/)),
  expires_in: lenient(Count),
  refresh_token: lenient(z.string().check(z.minLength(1))),
});
const TokenError = z.object({ error: Text });

/** A user's token, as eBay granted it. */
export interface Granted {
  access: string;
  /** Epoch ms. */
  expiresAt: number | undefined;
  /** Absent in the answer to a refresh token: it stays. */
  refreshToken: string | undefined;
}

/**
 * @param grant the fields of one kind of grant
 * @returns undefined if the code or the refresh token is refused
 * @throws Misconfigured if the application's own keys are refused, Throttled, Unavailable
 */
export async function askForToken(
  grant: Readonly<Record<string, string>>,
  app: Secret,
  tools: ApiTools,
): Promise<Granted | undefined> {
  const answer = await answerToRead(
    tools.http({
      method: "POST",
      url: `${hostsOf(app).api}/identity/v1/oauth2/token`,
      headers: { "content-type": "application/x-www-form-urlencoded", authorization: basicOf(app) },
      body: new URLSearchParams(grant).toString(),
    }),
  );
  if (answer.status === 429) throw throttled(answer, tools.now());
  if (answer.status >= 400 && answer.status < 500) {
    if (readAnswer(answer, TokenError)?.error === "invalid_grant") return undefined;
    throw new Misconfigured(
      `eBay refuses the application's keys (${answer.status}): clientId and clientSecret in the endpoint's secret are wrong, of the other environment, or not enabled.`,
    );
  }
  const granted = answer.status === 200 ? readAnswer(answer, TokenAnswer) : undefined;
  if (!granted) throw new Unavailable(`eBay gave no token (${answer.status}).`);
  const { access_token: access, expires_in: seconds, refresh_token: refreshToken } = granted;
  return { access, refreshToken, expiresAt: seconds === undefined ? undefined : tools.now() + seconds * 1000 };
}

/** https://developer.ebay.com/api-docs/static/handling-error-messages.html */
const ErrorBody = z.object({ errors: z.array(z.object({ errorId: lenient(Count) })) });
const errorIdOf = (answer: HttpAnswer): number | undefined => readAnswer(answer, ErrorBody)?.errors[0]?.errorId;

/** `Invalid order ID` */
const NO_ORDER = 32_100;
const isUnknown = (answer: HttpAnswer): boolean =>
  answer.status === 404 || (answer.status === 400 && errorIdOf(answer) === NO_ORDER);

/** The error that an answer means: its body may quote the buyer, so only the status and the number say it. */
function refusal(answer: HttpAnswer, now: number): Error {
  const { status } = answer;
  const errorId = errorIdOf(answer);
  const said = errorId === undefined ? `${status}` : `${status}, error ${errorId}`;
  switch (status) {
    case 401:
      return new Misconfigured(`eBay refuses the token (${said}): it has ended, or the seller revoked it.`);
    case 403:
      return new Misconfigured(
        `eBay refuses the call (${said}): the token works, but lacks sell.fulfillment.readonly, or the application may not make this call.`,
      );
    case 429:
      return throttled(answer, now);
    case 400:
    case 405:
    case 409:
      return new Rejected(`eBay refuses the request (${said}).`);
    default:
      return new Unavailable(`eBay answered ${said}.`);
  }
}

/** eBay documents no header. */
const throttled = (answer: HttpAnswer, now: number): Throttled =>
  new Throttled("eBay limits the calls (429).", retryAfter(answer, now));
