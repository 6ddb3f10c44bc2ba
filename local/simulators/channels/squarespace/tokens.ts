import { randomBytes } from "node:crypto";
import * as z from "zod/mini";
import type { ApiBook, ApiRequest } from "../../channel-api.ts";
import { DEMO_CODE } from "../../demo-code.ts";
import { type Answer, json } from "../../simulator.ts";

/** Of an access token, and of a refresh token, which each use replaces. https://developers.squarespace.com/oauth */
const ACCESS_MS = 30 * 60_000;
const REFRESH_MS = 7 * 86_400_000;

const REFRESH = "refresh token";
const REFRESH_ENDS = "refresh token ends";
const access = (token: string) => `access token ${token}`;

/** Text seconds with a fraction. */
const seconds = (ms: number): string => (ms / 1000).toFixed(3);

const refused = (status: number, error: string, description: string): Answer =>
  json(status, { error, error_description: description });

/** `POST /api/1/login/oauth/provider/tokens` */
export function tokenAnswer(request: ApiRequest, book: ApiBook): Answer {
  const { method, headers } = request;
  if (method !== "POST") return refused(405, "invalid_request", "Method not allowed");
  const { clientId, clientSecret } = book.app;
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
  if (headers.authorization !== `Basic ${basic}`) return refused(401, "invalid_client", "Unknown client");
  if (!/^application\/json\b/.test(headers["content-type"] ?? "")) {
    return refused(415, "invalid_request", "The body must be JSON");
  }
  const body = Exchange.safeParse(bodyOf(request));
  if (!body.success) return refused(400, "invalid_request", `Wrong: ${body.error.issues[0]?.path.join(".")}`);
  const { data } = body;
  return data.grant_type === "refresh_token" ? exchanged(data.refresh_token, book) : authorised(data.code, book);
}

const Exchange = z.discriminatedUnion("grant_type", [
  z.strictObject({ grant_type: z.literal("refresh_token"), refresh_token: z.string() }),
  z.strictObject({ grant_type: z.literal("authorization_code"), code: z.string(), redirect_uri: z.url() }),
]);

/** The simulator has no consent page: a code is any text with this beginning, once. */
function authorised(code: string, book: ApiBook): Answer {
  if (!code.startsWith(DEMO_CODE) || book.memory.has(`code ${code}`)) {
    return refused(400, "invalid_grant", "The code is invalid, or was used");
  }
  book.memory.set(`code ${code}`, "used");
  return granted(book);
}

/** Undefined if it is not JSON. */
function bodyOf({ body }: ApiRequest): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

/** A token that was used is dead: only the last one is taken. */
function exchanged(given: string, book: ApiBook): Answer {
  const { memory, credentials, now } = book;
  const last = memory.get(REFRESH) ?? credentials["refreshToken"];
  const ends = Number(memory.get(REFRESH_ENDS) ?? Number.POSITIVE_INFINITY);
  if (given !== last || now() >= ends) {
    return refused(400, "invalid_grant", "The refresh token is invalid, or was used");
  }
  return granted(book);
}

/** A new pair; the last refresh token dies. */
function granted({ memory, now }: ApiBook): Answer {
  const [token, refresh] = [randomBytes(24).toString("hex"), randomBytes(24).toString("hex")];
  memory.set(access(token), String(now() + ACCESS_MS));
  memory.set(REFRESH, refresh);
  memory.set(REFRESH_ENDS, String(now() + REFRESH_MS));
  return json(200, {
    token_type: "bearer",
    access_token: token,
    access_token_expires_at: seconds(now() + ACCESS_MS),
    refresh_token: refresh,
    refresh_token_expires_at: seconds(now() + REFRESH_MS),
  });
}

const bearer = ({ headers }: ApiRequest): string => /^Bearer (\S+)$/.exec(headers.authorization ?? "")?.[1] ?? "";

/** The site's API key, or an access token that has not ended. */
export function isAuthorised(request: ApiRequest, { memory, credentials, now }: ApiBook): boolean {
  const token = bearer(request);
  if (token === "") return false;
  return token === credentials["apiKey"] || now() < Number(memory.get(access(token)) ?? 0);
}

/** Ends the access token of a request before its time. */
export const endToken = (request: ApiRequest, { memory }: ApiBook): void => void memory.delete(access(bearer(request)));
