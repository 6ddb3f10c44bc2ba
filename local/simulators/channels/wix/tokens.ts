import { randomBytes } from "node:crypto";
import * as z from "zod/mini";
import { checkBody } from "../../body-check.ts";
import type { ApiBook, ApiRequest } from "../../channel-api.ts";
import { type Answer, json } from "../../simulator.ts";

/** Of an access token. https://dev.wix.com/docs/rest/app-management/oauth-2/create-access-token */
const LIFE_S = 14_400;

const key = (token: string) => `access token ${token}`;

const refused = (status: number, error: string, description: string): Answer =>
  json(status, { error, error_description: description });

/** Of the grants only this one is simulated. */
const Request = z.strictObject({
  grant_type: z.literal("client_credentials"),
  client_id: z.string(),
  client_secret: z.string(),
  instance_id: z.string(),
});

/** `POST /oauth2/token` */
export function tokenAnswer(request: ApiRequest, { app, shop, memory, now }: ApiBook): Answer {
  const { method, headers } = request;
  if (method !== "POST") return refused(405, "invalid_request", "Method not allowed");
  if (!/^application\/json\b/.test(headers["content-type"] ?? "")) {
    return refused(415, "invalid_request", "The body must be JSON");
  }
  const checked = checkBody(Request, bodyOf(request));
  if (!checked.ok) return refused(400, "invalid_request", `${checked.complaint.field} ${checked.complaint.message}`);
  const { client_id, client_secret, instance_id } = checked.body;
  if (client_id !== app["appId"] || client_secret !== app["appSecret"]) {
    return refused(401, "invalid_client", "Unknown app");
  }
  if (instance_id !== shop) return refused(400, "invalid_request", "The app is not installed on such a site");
  const token = `OauthNG.JWS.${randomBytes(24).toString("base64url")}`;
  memory.set(key(token), String(now() + LIFE_S * 1_000));
  return json(200, { access_token: token, token_type: "Bearer", expires_in: LIFE_S });
}

/** Undefined if it is not JSON. */
export function bodyOf({ body }: ApiRequest): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

/** The token alone, without the word Bearer. */
export const isAuthorised = ({ headers }: ApiRequest, { memory, now }: ApiBook): boolean =>
  now() < Number(memory.get(key(headers.authorization ?? "")) ?? 0);

/** Ends the access token of a request before its time. */
export const endToken = ({ headers }: ApiRequest, { memory }: ApiBook): void =>
  void memory.delete(key(headers.authorization ?? ""));
