import * as z from "zod/mini";
import { accessToken } from "../../../shared/connector/access-token.ts";
import type { HttpAnswer } from "../../../shared/connector/http.ts";
import { retryAfter } from "../../../shared/connector/http.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import { type RotatedGrant, rotatingToken } from "../../../shared/connector/rotating-token.ts";
import type { ApiTools } from "../../../shared/connector/tools.ts";
import { Misconfigured, Rejected, Throttled, Unavailable } from "../../../shared/errors.ts";
import { parseJson } from "../../../shared/json.ts";
import type { Account } from "../channel.ts";
import type { Credentials, Secret } from "./index.ts";
import { TokenAnswer } from "./payload.ts";
import type { Settings } from "./settings.ts";

export type SellerAccount = Account<Secret, Settings, Credentials>;

/** A call that reads; those that search take a body. */
export interface Question {
  method: "GET" | "POST";
  /** Below the host: `/v2/locations`. */
  path: string;
  body?: unknown;
}

/**
 * Makes a call with the seller's token. Undefined: Square has no such thing (404).
 * @throws Misconfigured, Rejected, Throttled, Unavailable, MalformedEvent
 */
export type Ask = <T>(question: Question, schema: z.ZodMiniType<T>) => Promise<T | undefined>;

const HOSTS = { production: "connect.squareup.com", sandbox: "connect.squareupsandbox.com" } as const;

export const hostOf = ({ environment }: Settings): string => HOSTS[environment];

export function createAsk(account: SellerAccount, tools: ApiTools): Ask {
  const send = createSend(account, tools);
  return async ({ method, path, body }, schema) => {
    const answer = await send((token) =>
      askSquare(account.settings, tools, { method, path, body, headers: { authorization: `Bearer ${token}` } }),
    );
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw refusal(answer, tools.now());
    const parsed = z.safeParse(schema, jsonOf(answer.text));
    if (parsed.success) return parsed.data;
    throw malformed(parsed.error);
  };
}

/** A call as all are made; what its answer means is left to the caller. */
export function askSquare(
  settings: Settings,
  tools: ApiTools,
  { method, path, body, headers }: Question & { headers?: Record<string, string> },
): Promise<HttpAnswer> {
  return answerToRead(
    tools.http({
      method,
      url: `https://${hostOf(settings)}${path}`,
      headers: {
        accept: "application/json",
        "square-version": settings.apiVersion,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
  );
}

/** @throws Unavailable */
function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new Unavailable("Square's answer is not JSON.", { cause });
  }
}

/** Makes a call with an access token. */
type Send = (call: (token: string) => Promise<HttpAnswer>) => Promise<HttpAnswer>;

function createSend(account: SellerAccount, tools: ApiTools): Send {
  const { app, connection, credentials } = account;
  const { accessToken: own, refreshToken } = credentials;
  if (own !== undefined) return (call) => call(own);
  const { clientId, clientSecret, tokenKey: key } = app;
  if (refreshToken === undefined || clientId === undefined || key === undefined) {
    return async () => {
      throw new Misconfigured(
        "A refreshToken needs clientId and tokenKey in the endpoint's secret; or fill in an accessToken.",
      );
    };
  }
  const exchange = (refresh: string) => exchanged(refresh, clientId, account, tools);
  // By PKCE, which has no secret, each refresh token works once.
  if (clientSecret === undefined) {
    const token = rotatingToken({ connection, key, early: RENEW_EARLY, refresh: exchange }, tools);
    return (call) => token.call(call);
  }
  const token = accessToken(
    {
      name: `token ${connection}`,
      credentials: [clientId, clientSecret, refreshToken],
      key,
      early: RENEW_EARLY,
      async login() {
        const { access, expiresAt, merchant } = await exchange(refreshToken);
        checkSeller(merchant, account);
        return { access, expiresAt };
      },
    },
    tools,
  );
  return (call) => token.call(call);
}

/** How long before its end a token is renewed, ms: long enough for the call that it is sent with. */
const RENEW_EARLY = 5 * 60_000;

/**
 * https://developer.squareup.com/docs/oauth-api/refresh-revoke-limit-scope
 * @throws Misconfigured if Square no longer takes the refresh token, Throttled, Unavailable
 */
async function exchanged(
  refresh: string,
  clientId: string,
  account: SellerAccount,
  tools: ApiTools,
): Promise<RotatedGrant & { merchant: string | undefined }> {
  const { app, settings } = account;
  const answer = await askSquare(settings, tools, {
    method: "POST",
    path: "/oauth2/token",
    body: {
      client_id: clientId,
      ...(app.clientSecret !== undefined && { client_secret: app.clientSecret }),
      grant_type: "refresh_token",
      refresh_token: refresh,
    },
  });
  if (answer.status === 429) throw throttled(answer, tools.now());
  if (answer.status >= 400 && answer.status < 500) {
    throw new Misconfigured(
      `Square refuses the refresh token (${answer.status}): the seller revoked the authorisation, or, by PKCE, it was used elsewhere or ended after 90 days. Authorise the application again, and fill in the new refreshToken.`,
    );
  }
  const granted = answer.status === 200 ? readAnswer(answer, TokenAnswer) : undefined;
  if (!granted) throw new Unavailable(`Square gave no token (${answer.status}).`);
  return {
    access: granted.access_token,
    expiresAt: Math.min(Date.parse(granted.expires_at), tools.now() + settings.renewEvery),
    refresh: granted.refresh_token ?? refresh,
    merchant: granted.merchant_id,
  };
}

/** @throws Misconfigured if the credentials are another seller's than the connection's */
export function checkSeller(merchant: string | undefined, { shop }: Pick<SellerAccount, "shop">): void {
  if (merchant === undefined || shop === undefined || merchant.toLowerCase() === shop.toLowerCase()) return;
  throw new Misconfigured("The secret's token is another seller's than the connection's shop in the stage file.");
}

/** https://developer.squareup.com/docs/build-basics/handling-errors */
const ErrorBody = z.object({ errors: z.array(z.object({ code: z.string(), detail: z.optional(z.string()) })) });

/** Codes that distinguish one 401 or 403 from another. */
const CODES = new Set([
  "UNAUTHORIZED",
  "ACCESS_TOKEN_EXPIRED",
  "ACCESS_TOKEN_REVOKED",
  "CLIENT_DISABLED",
  "FORBIDDEN",
  "INSUFFICIENT_SCOPES",
  "APPLICATION_DISABLED",
]);

/** The error that an answer means: its body may quote the buyer, so only the status and known words say it. */
function refusal(answer: HttpAnswer, now: number): Error {
  const { status } = answer;
  const [error] = readAnswer(answer, ErrorBody)?.errors ?? [];
  const code = error && CODES.has(error.code) ? ` ${error.code}` : "";
  switch (status) {
    case 401:
      return new Misconfigured(
        `Square refuses the token (401${code}): it has ended, or the seller revoked the authorisation.`,
      );
    case 403:
      return new Misconfigured(
        error?.code === "INSUFFICIENT_SCOPES"
          ? `Square refuses the call (403${code}): the token works, but lacks ${scopesIn(error.detail)}.`
          : `Square refuses the call (403${code}).`,
      );
    case 429:
      return throttled(answer, now);
    case 400:
    case 405:
    case 422:
      return new Rejected(`Square refuses the request (${status}).`);
    default:
      return new Unavailable(`Square answered ${status}.`);
  }
}

/** The permissions that an error names: `ORDERS_READ`. */
const scopesIn = (detail = ""): string =>
  detail.match(/\b[A-Z]{3,20}(?:_[A-Z]{3,20}){0,4}_READ\b/g)?.join(", ") ?? "a permission";

/** Square documents no header. */
const throttled = (answer: HttpAnswer, now: number): Throttled =>
  new Throttled("Square has too many requests (429 RATE_LIMITED).", retryAfter(answer, now));
