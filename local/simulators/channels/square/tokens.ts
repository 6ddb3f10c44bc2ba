import * as z from "zod/mini";
import { checkBody } from "../../body-check.ts";
import type { ApiBook, ApiRequest } from "../../channel-api.ts";
import { DEMO_CODE } from "../../demo-code.ts";
import { type Answer, json } from "../../simulator.ts";
import { newId } from "./ids.ts";
import { invalid, unauthorized } from "./refusals.ts";

/** Of an access token; of a refresh token by PKCE, which each use replaces. */
const ACCESS_MS = 30 * 86_400_000;
const PKCE_MS = 90 * 86_400_000;
const SCOPES = ["ITEMS_READ", "MERCHANT_PROFILE_READ", "ORDERS_READ", "PAYMENTS_READ"];

const REFRESH = "refresh token";
const REVOKED = "revoked";
/** What the seller granted, if it is less than all. */
const GRANTED = "scopes";
const access = (token: string) => `access token ${token}`;

const Common = {
  client_id: z.string(),
  client_secret: z.optional(z.string()),
  scopes: z.optional(z.array(z.string())),
  short_lived: z.optional(z.boolean()),
};
/** https://developer.squareup.com/reference/square/oauth-api/obtain-token */
const Exchange = z.discriminatedUnion("grant_type", [
  z.strictObject({ ...Common, grant_type: z.literal("refresh_token"), refresh_token: z.string() }),
  z.strictObject({
    ...Common,
    grant_type: z.literal("authorization_code"),
    code: z.string(),
    redirect_uri: z.optional(z.string()),
    code_verifier: z.optional(z.string()),
  }),
]);

/** `POST /oauth2/token`. Without a secret the authorisation is one by PKCE. */
export function tokenAnswer(body: unknown, book: ApiBook): Answer {
  const { app, memory, now, shop } = book;
  const checked = checkBody(Exchange, body);
  if (!checked.ok) return invalid(checked.complaint.field, checked.complaint.message);
  const { client_id, client_secret } = checked.body;
  const isPkce = client_secret === undefined;
  const isOurs = client_id === app["clientId"] && client_secret === app["clientSecret"];
  const refresh_token = isOurs && !memory.has(REVOKED) ? refreshTokenFor(checked.body, isPkce, book) : undefined;
  if (refresh_token === undefined) return unauthorized("UNAUTHORIZED");
  const token = newId(64);
  memory.set(access(token), String(now() + ACCESS_MS));
  if (isPkce) memory.set(REFRESH, newId(64));
  return json(200, {
    access_token: token,
    token_type: "bearer",
    expires_at: day(now() + ACCESS_MS),
    merchant_id: shop,
    refresh_token: isPkce ? memory.get(REFRESH) : refresh_token,
    short_lived: false,
    ...(isPkce && { refresh_token_expires_at: day(now() + PKCE_MS) }),
  });
}

/** The authorisation's refresh token. Undefined: the grant is refused. */
function refreshTokenFor(
  grant: z.infer<typeof Exchange>,
  isPkce: boolean,
  { credentials, memory }: ApiBook,
): string | undefined {
  const last = memory.get(REFRESH) ?? String(credentials["refreshToken"]);
  if (grant.grant_type === "refresh_token") return grant.refresh_token === last ? last : undefined;
  // Without the app's secret, the verifier has to prove that the same program asked for consent.
  if (isPkce && grant.code_verifier === undefined) return undefined;
  if (!grant.code.startsWith(DEMO_CODE) || memory.has(`code ${grant.code}`)) return undefined;
  memory.set(`code ${grant.code}`, "used");
  memory.set(REFRESH, newId(64));
  return memory.get(REFRESH);
}

/** `2026-12-20T10:00:00Z` */
const day = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, "Z");

/** `POST /oauth2/token/status` */
export const statusAnswer = ({ app, memory, now, shop }: ApiBook): Answer =>
  json(200, {
    scopes: memory.get(GRANTED)?.split(" ") ?? SCOPES,
    expires_at: day(now() + ACCESS_MS),
    client_id: app["clientId"],
    merchant_id: shop,
  });

const bearer = ({ headers }: ApiRequest): string => /^Bearer (\S+)$/.exec(headers.authorization ?? "")?.[1] ?? "";

/** The personal access token, or one that was issued. @returns the refusal of any other */
export function refuse(request: ApiRequest, { credentials, memory, now }: ApiBook): Answer | undefined {
  const token = bearer(request);
  if (memory.has(REVOKED)) return unauthorized("ACCESS_TOKEN_REVOKED");
  if (token !== "" && token === credentials["accessToken"]) return undefined;
  const ends = memory.get(access(token));
  if (ends === undefined) return unauthorized("UNAUTHORIZED");
  return now() < Number(ends) ? undefined : unauthorized("ACCESS_TOKEN_EXPIRED");
}

/** Ends the access token of a request before its time. */
export const endToken = (request: ApiRequest, { memory }: ApiBook): void =>
  void memory.set(access(bearer(request)), "0");

/** The seller takes the authorisation back: no token works any more. */
export const revoke = ({ memory }: ApiBook): void => void memory.set(REVOKED, "yes");
