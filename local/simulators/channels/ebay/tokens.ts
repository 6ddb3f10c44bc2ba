import { randomBytes } from "node:crypto";
import * as z from "zod/mini";
import type { ApiBook, ApiRequest } from "../../channel-api.ts";
import { DEMO_CODE } from "../../demo-code.ts";
import { type Answer, json } from "../../simulator.ts";

export const SCOPE = "https://api.ebay.com/oauth/api_scope";
export const ORDERS = `${SCOPE}/sell.fulfillment.readonly`;
export const IDENTITY = `${SCOPE}/commerce.identity.readonly`;

/** Of an access token, seconds; of a refresh token, about 18 months. */
const LIFE = 7_200;
const REFRESH_LIFE = 47_304_000;
const REVOKED = "revoked";
/** What the seller granted, if it is less than all. */
const GRANTED = "scopes";

const Grant = z.discriminatedUnion("grant_type", [
  z.strictObject({ grant_type: z.literal("client_credentials"), scope: z.literal(SCOPE) }),
  z.strictObject({ grant_type: z.literal("refresh_token"), refresh_token: z.string(), scope: z.optional(z.string()) }),
  z.strictObject({ grant_type: z.literal("authorization_code"), code: z.string(), redirect_uri: z.string() }),
]);

const refused = (status: number, error: string): Answer => json(status, { error, error_description: error });
const formOf = ({ body }: ApiRequest) => Object.fromEntries(new URLSearchParams(body.toString()));

/** An application's own token is not a seller's. */
export const isAppToken = (request: ApiRequest): boolean => formOf(request)["grant_type"] === "client_credentials";

/** `POST /identity/v1/oauth2/token`. https://developer.ebay.com/api-docs/static/oauth-tokens.html */
export function tokenAnswer(request: ApiRequest, { app, credentials, memory, now }: ApiBook): Answer {
  const { headers } = request;
  const own = `Basic ${Buffer.from(`${app["clientId"]}:${app["clientSecret"]}`).toString("base64")}`;
  if (headers.authorization !== own) return refused(401, "invalid_client");
  if (!/^application\/x-www-form-urlencoded\b/.test(headers["content-type"] ?? "")) {
    return refused(400, "invalid_request");
  }
  const form = Grant.safeParse(formOf(request));
  if (!form.success) return refused(400, "invalid_request");
  const grant = form.data;
  const issue = (scopes: string) => {
    const token = `v^1.1#${randomBytes(24).toString("base64url")}`;
    memory.set(`access ${token}`, JSON.stringify({ ends: now() + LIFE * 1000, scopes }));
    return { access_token: token, expires_in: LIFE };
  };
  if (grant.grant_type === "client_credentials") {
    return json(200, { ...issue(SCOPE), token_type: "Application Access Token" });
  }
  const user = () => ({
    ...issue(memory.get(GRANTED) ?? `${ORDERS} ${IDENTITY}`),
    token_type: "User Access Token",
  });
  if (grant.grant_type === "refresh_token") {
    const isKnown = grant.refresh_token === credentials["refreshToken"] || memory.has(`refresh ${grant.refresh_token}`);
    return isKnown && !memory.has(REVOKED) ? json(200, user()) : refused(400, "invalid_grant");
  }
  const isNew = grant.code.startsWith(DEMO_CODE) && !memory.has(`code ${grant.code}`);
  if (!isNew || grant.redirect_uri !== app["redirectName"]) return refused(400, "invalid_grant");
  memory.set(`code ${grant.code}`, "used");
  const refreshToken = `v^1.1#refresh-${randomBytes(24).toString("base64url")}`;
  memory.set(`refresh ${refreshToken}`, "");
  return json(200, { ...user(), refresh_token: refreshToken, refresh_token_expires_in: REFRESH_LIFE });
}

const bearer = ({ headers }: ApiRequest): string => /^Bearer (\S+)$/.exec(headers.authorization ?? "")?.[1] ?? "";

/** Whether a call bears a token that has not ended, and has the scope. */
export function allows(request: ApiRequest, scope: string, { memory, now }: ApiBook): "yes" | "no-token" | "no-scope" {
  const text = memory.get(`access ${bearer(request)}`);
  if (text === undefined) return "no-token";
  const { ends, scopes } = z.object({ ends: z.number(), scopes: z.string() }).parse(JSON.parse(text));
  if (now() >= ends || (memory.has(REVOKED) && scope !== SCOPE)) return "no-token";
  return scopes.split(" ").includes(scope) ? "yes" : "no-scope";
}

/** Ends the access token of a request before its time. */
export const endToken = (request: ApiRequest, { memory }: ApiBook): void =>
  void memory.delete(`access ${bearer(request)}`);

/** The seller takes the authorisation back: no token of its works any more. */
export const revoke = ({ memory }: ApiBook): void => void memory.set(REVOKED, "yes");
