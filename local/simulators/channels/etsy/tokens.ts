import { randomBytes } from "node:crypto";
import type { ApiBook, ApiRequest } from "../../channel-api.ts";
import { DEMO_CODE } from "../../demo-code.ts";
import { type Answer, json } from "../../simulator.ts";

/** Of an access token, and of a refresh token, which each use replaces. */
const ACCESS_MS = 3_600_000;
const REFRESH_MS = 90 * 86_400_000;
/** Who owns the shop: the beginning of each token. */
const USER = "288298098";
const SCOPES = ["transactions_r", "listings_r", "shops_r"];

const REFRESH = "refresh token";
const REFRESH_ENDS = "refresh token ends";
const access = (token: string) => `access token ${token}`;

const refused = (status: number, error: string, error_description: string): Answer =>
  json(status, { error, error_description });

/** The fields of a form, each once; undefined if it is none, or has others than these. */
function fieldsOf({ headers, body }: ApiRequest, names: readonly string[]): Record<string, string> | undefined {
  if (!/^application\/x-www-form-urlencoded\b/.test(headers["content-type"] ?? "")) return undefined;
  const fields = [...new URLSearchParams(body.toString())];
  const isWhole = fields.length === names.length && names.every((name) => fields.some(([given]) => given === name));
  return isWhole ? Object.fromEntries(fields) : undefined;
}

/**
 * `POST /v3/public/oauth/token`
 * https://developers.etsy.com/documentation/essentials/authentication
 */
export function tokenAnswer(request: ApiRequest, book: ApiBook): Answer {
  if (request.method !== "POST") return refused(405, "invalid_request", "method not allowed");
  const refresh = fieldsOf(request, ["grant_type", "client_id", "refresh_token"]);
  const code = fieldsOf(request, ["grant_type", "client_id", "redirect_uri", "code", "code_verifier"]);
  const given = refresh ?? code;
  if (given === undefined) return refused(400, "invalid_request", "a field is missing, unknown or not in a form");
  if (given["client_id"] !== book.app["keystring"]) return refused(401, "invalid_client", "unknown client_id");
  if (refresh && given["grant_type"] === "refresh_token") return exchanged(given["refresh_token"] ?? "", book);
  if (code && given["grant_type"] === "authorization_code") return authorised(given, book);
  return refused(400, "unsupported_grant_type", "unsupported grant_type");
}

/** The simulator has no consent page: a code is any text with the beginning of the demo's, once. */
function authorised(
  { code = "", redirect_uri = "", code_verifier = "" }: Record<string, string>,
  book: ApiBook,
): Answer {
  if (!URL.canParse(redirect_uri)) return refused(400, "invalid_request", "redirect_uri is invalid");
  if (!/^[\w.~-]{43,128}$/.test(code_verifier)) return refused(400, "invalid_grant", "code_verifier is invalid");
  if (!code.startsWith(DEMO_CODE) || book.memory.has(`code ${code}`)) {
    return refused(400, "invalid_grant", "code is invalid");
  }
  book.memory.set(`code ${code}`, "used");
  return granted(book);
}

/** A token that was used is dead: only the last one is taken. */
function exchanged(given: string, book: ApiBook): Answer {
  const { memory, credentials, now } = book;
  const last = memory.get(REFRESH) ?? credentials["refreshToken"];
  const ends = Number(memory.get(REFRESH_ENDS) ?? Number.POSITIVE_INFINITY);
  if (given !== last || now() >= ends) return refused(400, "invalid_grant", "refresh_token is revoked");
  return granted(book);
}

/** A new pair; the last refresh token dies. */
function granted({ memory, now }: ApiBook): Answer {
  const [token, refresh] = [0, 1].map(() => `${USER}.${randomBytes(48).toString("base64url")}`);
  if (token === undefined || refresh === undefined) throw new Error("no tokens");
  memory.set(access(token), String(now() + ACCESS_MS));
  memory.set(REFRESH, refresh);
  memory.set(REFRESH_ENDS, String(now() + REFRESH_MS));
  return json(200, { access_token: token, token_type: "Bearer", expires_in: ACCESS_MS / 1000, refresh_token: refresh });
}

const bearer = ({ headers }: ApiRequest): string => /^Bearer (\d+\.\S+)$/.exec(headers.authorization ?? "")?.[1] ?? "";

/** What is wrong with a call's keys or token; undefined if nothing is. */
export function refusalOf(request: ApiRequest, { app, memory, now }: ApiBook): Answer | undefined {
  const { keystring, sharedSecret } = app;
  const key = request.headers["x-api-key"];
  if (key === keystring) return json(403, { error: "Shared secret is required in x-api-key header." });
  if (key !== `${keystring}:${sharedSecret}`) return json(403, { error: "API key not found or not active." });
  if (now() < Number(memory.get(access(bearer(request))) ?? 0)) return undefined;
  return expired();
}

export const expired = (): Answer => refused(401, "invalid_token", "access token is expired");
export const noScope = (): Answer => refused(403, "insufficient_scope", "Insufficient scope");

/** Ends the access token of a request before its time. */
export const endToken = (request: ApiRequest, { memory }: ApiBook): void => void memory.delete(access(bearer(request)));

/** `POST /v3/application/scopes`: the token is a field of the form. */
export function scopesAnswer(request: ApiRequest): Answer {
  const given = fieldsOf(request, ["token"]);
  return given?.["token"] === bearer(request)
    ? json(200, { scopes: SCOPES })
    : json(400, { error: "token is missing" });
}

/** `GET /v3/application/users/me` */
export const userAnswer = ({ shop }: ApiBook): Answer =>
  json(200, { user_id: Number(USER), shop_id: /^\d+$/.test(shop) ? Number(shop) : shop });
