import { randomBytes } from "node:crypto";
import * as z from "zod/mini";
import type { ApiBook, ApiRequest } from "../../channel-api.ts";
import { type Answer, json } from "../../simulator.ts";

/** Of a token, seconds. */
const LIFE = 86_399;
const SCOPE = "commerce.accs";

const Form = z.strictObject({
  client_id: z.string(),
  client_secret: z.string(),
  grant_type: z.literal("client_credentials"),
  scope: z.string(),
});

const refused = (status: number, error: string): Answer => json(status, { error });

/** `POST /ims/token/v3`. https://developer.adobe.com/developer-console/docs/guides/authentication/ */
export function tokenAnswer({ method, headers, body }: ApiRequest, { app, memory, now }: ApiBook): Answer {
  if (method !== "POST") return refused(405, "method_not_allowed");
  if (!/^application\/x-www-form-urlencoded\b/.test(headers["content-type"] ?? ""))
    return refused(400, "invalid_request");
  const form = Form.safeParse(Object.fromEntries(new URLSearchParams(body.toString())));
  if (!form.success) return refused(400, "invalid_request");
  const { client_id, client_secret, scope } = form.data;
  const [clientId] = Array.isArray(app["clientIds"]) ? app["clientIds"] : [];
  if (client_id !== clientId || client_secret !== app["clientSecret"]) return refused(401, "invalid_client");
  if (!scope.split(",").includes(SCOPE)) return refused(400, "invalid_scope");
  const token = randomBytes(24).toString("base64url");
  memory.set(`ims ${token}`, String(now() + LIFE * 1000));
  return json(200, { access_token: token, token_type: "bearer", expires_in: LIFE });
}

const bearer = ({ headers }: ApiRequest): string => /^Bearer (\S+)$/.exec(headers.authorization ?? "")?.[1] ?? "";

/** With the headers that say who asks. */
export function isImsCall(request: ApiRequest, { app, memory, now }: ApiBook): boolean {
  const [clientId] = Array.isArray(app["clientIds"]) ? app["clientIds"] : [];
  const { "x-api-key": key, "x-gw-ims-org-id": organisation } = request.headers;
  const ends = Number(memory.get(`ims ${bearer(request)}`) ?? 0);
  return now() < ends && key === clientId && organisation === app["organisation"];
}

/** Ends the token of a request before its time. */
export const endToken = (request: ApiRequest, { memory }: ApiBook): void =>
  void memory.delete(`ims ${bearer(request)}`);
