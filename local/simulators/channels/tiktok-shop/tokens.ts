import { randomBytes } from "node:crypto";
import type { ApiBook, ApiRequest } from "../../channel-api.ts";
import { DEMO_CODE } from "../../demo-code.ts";
import type { Answer } from "../../simulator.ts";
import { refused, success } from "./answers.ts";

const ACCESS_MS = 604_799_000;
const REFRESH_MS = 365 * 86_400_000;

/** What `memory` of the book has. */
const REFRESH = "refresh token";
const access = (token: string) => `access token ${token}`;

/** The parameters of each call; all are required, and no other is taken. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  "/api/v2/token/get": ["app_key", "app_secret", "auth_code", "grant_type"],
  "/api/v2/token/refresh": ["app_key", "app_secret", "grant_type", "refresh_token"],
};

/** `GET /api/v2/token/get`, `GET /api/v2/token/refresh` */
export function tokenAnswer({ method, path, query }: ApiRequest, book: ApiBook): Answer {
  const wanted = Object.hasOwn(PARAMETERS, path) ? PARAMETERS[path] : undefined;
  if (wanted === undefined || method !== "GET") return refused(36_009_009, "Invalid path", 404);
  if ([...query.keys()].toSorted().join() !== wanted.join()) return refused(36_004_004, "Invalid parameters");
  const [secret] = (book.app["signingSecrets"] ?? []) as string[];
  if (query.get("app_key") !== book.app["appKey"] || query.get("app_secret") !== secret) {
    return refused(36_004_003, "App key or secret is invalid");
  }
  return path.endsWith("/get") ? authorised(query, book) : exchanged(query, book);
}

/** The simulator has no consent page: a code is any text with this beginning, once. */
function authorised(query: URLSearchParams, book: ApiBook): Answer {
  const code = query.get("auth_code") ?? "";
  const isGood = query.get("grant_type") === "authorized_code" && code.startsWith(DEMO_CODE);
  if (!isGood || book.memory.has(`code ${code}`)) return refused(36_004_004, "Authorization code is invalid");
  book.memory.set(`code ${code}`, "used");
  return granted(book);
}

/** A token that was used is dead here. (ASSUME: not documented) */
function exchanged(query: URLSearchParams, book: ApiBook): Answer {
  const last = book.memory.get(REFRESH) ?? book.credentials["refreshToken"];
  const isGood = query.get("grant_type") === "refresh_token" && query.get("refresh_token") === last;
  return isGood ? granted(book) : refused(36_004_005, "Refresh token is invalid");
}

function granted({ memory, now }: ApiBook): Answer {
  const [token, refresh] = [`TTP_${randomBytes(24).toString("hex")}`, `TTR_${randomBytes(24).toString("hex")}`];
  const endsAt = now() + ACCESS_MS;
  memory.set(access(token), String(endsAt));
  memory.set(REFRESH, refresh);
  return success({
    access_token: token,
    access_token_expire_in: Math.floor(endsAt / 1000),
    refresh_token: refresh,
    refresh_token_expire_in: Math.floor((now() + REFRESH_MS) / 1000),
    open_id: "7010736057180325637",
    seller_name: "Demo shop",
    seller_base_region: "US",
    user_type: 0,
    granted_scopes: ["seller.authorization.info", "seller.order.info"],
  });
}

const tokenOf = ({ headers }: ApiRequest): string => String(headers["x-tts-access-token"] ?? "");

export const isTokenGood = (request: ApiRequest, { memory, now }: ApiBook): boolean =>
  now() < Number(memory.get(access(tokenOf(request))) ?? 0);

/** Ends the access token of a request before its time. */
export const endToken = (request: ApiRequest, { memory }: ApiBook): void =>
  void memory.delete(access(tokenOf(request)));
