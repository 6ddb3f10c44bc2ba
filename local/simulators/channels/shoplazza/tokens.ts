import { randomUUID } from "node:crypto";
import type { ApiBook, ApiRequest } from "../../channel-api.ts";
import { DEMO_CODE } from "../../demo-code.ts";
import { type Answer, json } from "../../simulator.ts";

/** How long an access token lives is not documented. (ASSUME) */
const LIFE = 2 * 3_600_000;

const FIELDS = ["client_id", "client_secret", "grant_type", "refresh_token", "code", "redirect_uri"] as const;

/** The header of every call; of an authorisation's tokens those that have not ended. */
export function isKnownToken({ headers }: ApiRequest, { credentials, memory, now }: ApiBook): boolean {
  const token = headers["access-token"];
  if (token === undefined) return false;
  return token === credentials["token"] || now() < Number(memory.get(`access ${token}`) ?? 0);
}

/**
 * `POST /admin/oauth/token`, as JSON or as a form: both are in Shoplazza's own programs. Each answer has a new refresh
 * token, and the former ones go on working. (ASSUME)
 */
export function grantToken({ headers, body }: ApiRequest, { app, credentials, memory, now }: ApiBook): Answer {
  const given = fieldsIn(headers["content-type"] ?? "", body.toString());
  if (!given || Object.keys(given).some((name) => !FIELDS.some((field) => field === name)))
    return refused("invalid_request");
  const [secret] = Array.isArray(app["signingSecrets"]) ? app["signingSecrets"] : [];
  if (given["client_id"] !== app["clientId"] || given["client_secret"] !== secret) return refused("invalid_client");
  if (given["grant_type"] === "authorization_code") {
    const code = String(given["code"]);
    if (!code.startsWith(DEMO_CODE) || memory.has(`code ${code}`)) return refused("invalid_grant");
    memory.set(`code ${code}`, "used");
  } else {
    if (given["grant_type"] !== "refresh_token") return refused("unsupported_grant_type");
    const refresh = String(given["refresh_token"]);
    if (refresh !== credentials["refreshToken"] && !memory.has(`refresh ${refresh}`)) return refused("invalid_grant");
  }
  const [access, next, end] = [randomUUID(), randomUUID(), now() + LIFE];
  memory.set(`access ${access}`, String(end));
  memory.set(`refresh ${next}`, "");
  return json(200, {
    access_token: access,
    token_type: "Bearer",
    refresh_token: next,
    expires_in: LIFE / 1000,
    expires_at: Math.floor(end / 1000),
    scope: "read_order",
    created_at: Math.floor(now() / 1000),
    store_id: "11218",
  });
}

const refused = (error: string): Answer => json(400, { error });

function fieldsIn(type: string, body: string): Record<string, unknown> | undefined {
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) return Object.fromEntries(new URLSearchParams(body));
  if (!/^application\/json\b/i.test(type)) return undefined;
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
