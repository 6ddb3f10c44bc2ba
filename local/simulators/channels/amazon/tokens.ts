import { randomBytes } from "node:crypto";
import type { ApiBook, ApiRequest } from "../../channel-api.ts";
import { DEMO_CODE } from "../../demo-code.ts";
import { type Answer, json } from "../../simulator.ts";

const ACCESS_SECONDS = 3_600;
const REVOKED = "revoked";
const access = (token: string) => `access token ${token}`;

/** https://developer-docs.amazon.com/sp-api/docs/authorization-errors */
const refused = (status: number, error: string, error_description: string): Answer =>
  json(status, { error, error_description });

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  refresh_token: ["grant_type", "refresh_token", "client_id", "client_secret"],
  authorization_code: ["grant_type", "code", "redirect_uri", "client_id", "client_secret"],
};

/** `POST https://api.amazon.com/auth/o2/token` */
export function tokenAnswer({ method, headers, body }: ApiRequest, book: ApiBook): Answer {
  const { app, credentials, memory } = book;
  if (method !== "POST") return refused(405, "invalid_request", "The method is not allowed");
  if (!/^application\/x-www-form-urlencoded\b/.test(headers["content-type"] ?? "")) {
    return refused(400, "invalid_request", "The content type is not supported");
  }
  const form = new URLSearchParams(body.toString());
  const grant = form.get("grant_type") ?? "";
  const fields = Object.hasOwn(FIELDS, grant) ? FIELDS[grant] : undefined;
  if (!fields) return refused(400, "unsupported_grant_type", "The grant is not supported");
  const wrong = [...form.keys()].find((name) => !fields.includes(name)) ?? fields.find((name) => !form.get(name));
  if (wrong !== undefined) return refused(400, "invalid_request", `The parameter ${wrong} is missing or not known`);
  if (form.get("client_id") !== app["clientId"] || form.get("client_secret") !== app["clientSecret"]) {
    return refused(401, "invalid_client", "Client authentication failed");
  }
  if (grant === "authorization_code") return authorised(form.get("code") ?? "", book);
  const known = memory.get("refresh token") ?? credentials["refreshToken"];
  if (memory.has(REVOKED) || form.get("refresh_token") !== known) {
    return refused(400, "invalid_grant", "The request has an invalid grant parameter : refresh_token");
  }
  return granted(String(known), book);
}

/** The simulator has no consent page: a code is any text with this beginning, once. */
function authorised(code: string, book: ApiBook): Answer {
  if (!code.startsWith(DEMO_CODE) || book.memory.has(`code ${code}`)) {
    return refused(400, "invalid_grant", "The request has an invalid grant parameter : code");
  }
  book.memory.set(`code ${code}`, "used");
  const refresh = `Atzr|${randomBytes(24).toString("hex")}`;
  book.memory.set("refresh token", refresh);
  return granted(refresh, book);
}

/** The refresh token stays the same. */
function granted(refresh: string, { memory, now }: ApiBook): Answer {
  const token = `Atza|${randomBytes(24).toString("hex")}`;
  memory.set(access(token), String(now() + ACCESS_SECONDS * 1000));
  return json(200, {
    access_token: token,
    refresh_token: refresh,
    token_type: "bearer",
    expires_in: ACCESS_SECONDS,
  });
}

/** SP-API answers all of these with 403; the details say which it is. */
export const denied = (details: string): Answer =>
  json(403, { errors: [{ code: "Unauthorized", message: "Access to requested resource is denied.", details }] });

const tokenOf = ({ headers }: ApiRequest): string => String(headers["x-amz-access-token"] ?? "");

/** @returns the refusal of a call without a token that lasts */
export function refuse(request: ApiRequest, { memory, now }: ApiBook): Answer | undefined {
  const token = tokenOf(request);
  if (token === "") return denied("Access token is missing in the request header.");
  const ends = memory.get(access(token));
  if (ends === undefined || memory.has(REVOKED))
    return denied("The access token you provided is revoked, malformed or invalid.");
  return now() < Number(ends) ? undefined : denied("The access token you provided has expired.");
}

/** Ends the access token of a request before its time. */
export const endToken = (request: ApiRequest, { memory }: ApiBook): void =>
  void memory.set(access(tokenOf(request)), "0");

/** The seller takes the authorisation back: no token works any more. */
export const revoke = ({ memory }: ApiBook): void => void memory.set(REVOKED, "yes");
