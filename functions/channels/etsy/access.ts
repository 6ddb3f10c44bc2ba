import * as z from "zod/mini";
import { type HttpAnswer, type HttpRequest, retryAfter } from "../../../shared/connector/http.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import { type RotatedGrant, rotatingToken } from "../../../shared/connector/rotating-token.ts";
import type { ApiTools } from "../../../shared/connector/tools.ts";
import { Misconfigured, Rejected, Throttled, Unavailable } from "../../../shared/errors.ts";
import { parseJson } from "../../../shared/json.ts";
import type { Account } from "../channel.ts";
import type { Credentials, Secret } from "./index.ts";
import { ErrorBody, TokenAnswer } from "./payload.ts";
import type { Settings } from "./settings.ts";

export type ShopAccount = Account<Secret, Settings, Credentials>;

const API = "https://api.etsy.com/v3/application";
const TOKENS = "https://api.etsy.com/v3/public/oauth/token";
const FORM = { "content-type": "application/x-www-form-urlencoded" };

/** What the API answered: what was asked for, or the status of a refusal that only the caller can judge. */
export type Answered<T> = { found: T } | { status: 403 | 404 };

/** A GET below `/v3/application`, or a POST of a form. */
export interface Call<T> {
  path: string;
  query?: Readonly<Record<string, string>>;
  /** The fields of a form, made with the access token. */
  form?(token: string): Readonly<Record<string, string>>;
  schema: z.ZodMiniType<T>;
  /** Whether 403 is the caller's: default no, then it is Misconfigured. */
  takes403?: boolean;
}

/** @throws Misconfigured, Rejected, Throttled, Unavailable, and MalformedEvent for an answer of another shape */
export type Ask = <T>(call: Call<T>) => Promise<Answered<T>>;

/** Makes a shop's calls with the token of its owner's consent. */
export function createAsk({ app, connection, settings }: ShopAccount, tools: ApiTools): Ask {
  const token = rotatingToken(
    {
      connection,
      key: app.tokenKey,
      early: settings.renewEarly,
      refresh: (refresh) => grant({ grant_type: "refresh_token", refresh_token: refresh }, app, settings, tools),
    },
    tools,
  );
  return async ({ path, query, form, schema, takes403 = false }) => {
    const search = query ? `?${new URLSearchParams(query)}` : "";
    const answer = await token.call((access) =>
      answerToRead(tools.http({ url: `${API}${path}${search}`, ...requestOf(access, app, form?.(access)) })),
    );
    const { status } = answer;
    if (status === 404 || (status === 403 && takes403 && !isAboutTheApp(answer))) return { status };
    if (status !== 200) throw refusal(answer, settings, tools.now());
    return { found: read(answer, schema) };
  };
}

/** The rest of a request: the app's keys, and the token with the user's ID before its point, as Etsy gave it. */
export function requestOf(
  access: string,
  { keystring, sharedSecret }: Pick<Secret, "keystring" | "sharedSecret">,
  form?: Readonly<Record<string, string>>,
): Omit<HttpRequest, "timeout" | "url"> {
  return {
    method: form ? "POST" : "GET",
    headers: {
      authorization: `Bearer ${access}`,
      "x-api-key": `${keystring}:${sharedSecret}`,
      accept: "application/json",
      ...(form && FORM),
    },
    ...(form && { body: new URLSearchParams(form).toString() }),
  };
}

function read<T>({ text }: HttpAnswer, schema: z.ZodMiniType<T>): T {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw new Unavailable("Etsy's answer is not JSON.", { cause });
  }
  const parsed = z.safeParse(schema, json);
  if (parsed.success) return parsed.data;
  throw malformed(parsed.error);
}

/**
 * A pair of tokens. https://developers.etsy.com/documentation/essentials/authentication
 * @throws Misconfigured if Etsy refuses what is exchanged, Throttled, Unavailable
 */
export async function grant(
  exchanged: Readonly<Record<string, string>>,
  { keystring }: Pick<Secret, "keystring">,
  settings: Settings,
  tools: ApiTools,
): Promise<RotatedGrant> {
  const body = new URLSearchParams({ ...exchanged, client_id: keystring }).toString();
  const headers = { accept: "application/json", ...FORM };
  const answer = await answerToRead(tools.http({ method: "POST", url: TOKENS, headers, body }));
  const { status } = answer;
  if (status === 429) throw throttled(answer, settings, tools.now());
  if (status >= 400 && status < 500 && status !== 408) throw new Misconfigured(refusedGrant(answer, exchanged));
  const granted = status === 200 ? readAnswer(answer, TokenAnswer) : undefined;
  if (!granted) throw new Unavailable(`Etsy gave no token (${status}).`);
  return {
    access: granted.access_token,
    expiresAt: tools.now() + granted.expires_in * 1_000,
    refresh: granted.refresh_token,
  };
}

function refusedGrant(answer: HttpAnswer, { grant_type }: Readonly<Record<string, string>>): string {
  const { status } = answer;
  if (readAnswer(answer, ErrorBody)?.error === "invalid_client") {
    return `Etsy refuses the app (${status} invalid_client): the keystring is wrong, or the app is suspended.`;
  }
  return grant_type === "refresh_token"
    ? `Etsy refuses the refresh token (${status}): it ended after 90 days without use, was used elsewhere, or the seller changed the password or removed the app. Run npm run authorize again.`
    : `Etsy refuses the code (${status}): it was used, it ended, or the redirect address is another one.`;
}

const isAboutTheApp = (answer: HttpAnswer): boolean =>
  /api[\s_-]?key|shared secret/i.test(readAnswer(answer, ErrorBody)?.error ?? "");

/** The error that an answer means: its body may quote what was sent, so only the status and known words say it. */
function refusal(answer: HttpAnswer, settings: Settings, now: number): Error {
  const { status } = answer;
  switch (status) {
    case 401:
      return new Misconfigured(
        "Etsy refuses a new access token (401): the seller removed the app, or changed the password.",
      );
    case 403:
      return new Misconfigured(whyForbidden(answer));
    case 429:
      return throttled(answer, settings, now);
    case 400:
    case 405:
    case 422:
      return new Rejected(`Etsy refuses the request (${status}).`);
    default:
      return new Unavailable(`Etsy answered ${status}.`);
  }
}

function whyForbidden(answer: HttpAnswer): string {
  if (isAboutTheApp(answer)) {
    return "Etsy refuses the app's keys (403): keystring or sharedSecret is wrong, or the app is not approved.";
  }
  return readAnswer(answer, ErrorBody)?.error === "insufficient_scope"
    ? "Etsy refuses the call (403 insufficient_scope): the token works, but lacks the scope transactions_r."
    : "Etsy refuses the call (403): the token's user does not own the connection's shop.";
}

/** The wait may be a day: the day's requests are counted over all shops of the app. */
function throttled(answer: HttpAnswer, { coolDown }: Settings, now: number): Throttled {
  const isDay = answer.headers["x-remaining-today"] === "0";
  return new Throttled(
    `The app has made too many requests to Etsy (429)${isDay ? ": the day's are used up" : ""}.`,
    retryAfter(answer, now) ?? coolDown,
  );
}
