import { randomBytes } from "node:crypto";
import * as z from "zod/mini";
import type { ApiBook, ApiRequest } from "../../channel-api.ts";
import { DEMO_CODE } from "../../demo-code.ts";
import { type Answer, json } from "../../simulator.ts";

/*
 * Tokens of the Admin API.
 * https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens
 */

const HOUR = 3_600_000;
/** Of a token by client credentials; of an offline token that ends, and of its refresh token. */
const LIFE = { client_credentials: 24 * HOUR - 1_000, refresh_token: HOUR };
const REFRESH_LIFE = 90 * 24 * HOUR;

const App = { client_id: z.string(), client_secret: z.string() };
/** Of the authorization code grant, which has no grant_type. */
const Code = z.strictObject({
  ...App,
  code: z.string(),
  expiring: z.optional(z.union([z.literal(1), z.literal("1")])),
});
const Request = z.discriminatedUnion("grant_type", [
  z.strictObject({ ...App, grant_type: z.literal("client_credentials") }),
  z.strictObject({ ...App, grant_type: z.literal("refresh_token"), refresh_token: z.string() }),
]);

/** The scopes that the merchant granted. */
export const SCOPES = [
  ...["read_orders", "read_all_orders", "read_customers", "read_products"],
  ...["read_merchant_managed_fulfillment_orders", "read_assigned_fulfillment_orders"],
];

const access = (token: string): string => `access token ${token}`;
const refused = (error: string, error_description: string): Answer => json(400, { error, error_description });

/** `POST /admin/oauth/access_token` */
export function tokenAnswer(request: ApiRequest, book: ApiBook): Answer {
  if (request.method !== "POST") return json(404, { errors: "Not Found" });
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) {
    return refused("invalid_request", "The request must be JSON here");
  }
  const given = jsonOf(request.body);
  const code = Code.safeParse(given);
  const body = code.success ? code : Request.safeParse(given);
  if (!body.success) return refused("invalid_request", `Wrong: ${body.error.issues[0]?.path.join(".")}`);
  const { app } = book;
  const [first] = Array.isArray(app["signingSecrets"]) ? app["signingSecrets"] : [];
  if (body.data.client_id !== app["clientId"] || body.data.client_secret !== (app["clientSecret"] ?? first)) {
    return refused("application_cannot_be_found", "Could not find the application");
  }
  const { data } = body;
  if ("code" in data) return authorised(data, book);
  return data.grant_type === "refresh_token" ? refreshed(data.refresh_token, book) : issued(book);
}

/** A permanent token, or with `expiring` one that ends. */
function authorised({ code, expiring }: z.infer<typeof Code>, book: ApiBook): Answer {
  if (!code.startsWith(DEMO_CODE) || book.memory.has(`code ${code}`)) {
    return refused("invalid_request", "The authorization code was not found or was already used");
  }
  book.memory.set(`code ${code}`, "used");
  if (expiring !== undefined) return granted("", book);
  const token = `shpat_${randomBytes(16).toString("hex")}`;
  book.memory.set(access(token), String(Number.MAX_SAFE_INTEGER));
  return json(200, { access_token: token, scope: SCOPES.join(",") });
}

function issued({ memory, now }: ApiBook): Answer {
  const token = `shpat_${randomBytes(16).toString("hex")}`;
  memory.set(access(token), String(now() + LIFE.client_credentials));
  return json(200, { access_token: token, scope: SCOPES.join(","), expires_in: LIFE.client_credentials / 1000 });
}

const NEWEST = "newest refresh token";
const FORMER = "former refresh token";
const ENDS = "refresh token ends";

/** The former refresh token is taken until the newest one is used: since 28 August 2026. */
function refreshed(given: string, book: ApiBook): Answer {
  const { memory, credentials, now } = book;
  const newest = memory.get(NEWEST) ?? credentials["refreshToken"];
  const isKnown = given === newest || (given === memory.get(FORMER) && given !== "");
  if (!isKnown || now() >= Number(memory.get(ENDS) ?? Number.POSITIVE_INFINITY)) {
    return refused("invalid_grant", "This request requires an active refresh_token");
  }
  return granted(given, book);
}

function granted(former: string, { memory, now }: ApiBook): Answer {
  const [token, refresh] = [`shpua_${randomBytes(16).toString("hex")}`, `shprt_${randomBytes(16).toString("hex")}`];
  memory.set(access(token), String(now() + LIFE.refresh_token));
  memory.set(FORMER, former);
  memory.set(NEWEST, refresh);
  memory.set(ENDS, String(now() + REFRESH_LIFE));
  return json(200, {
    access_token: token,
    scope: SCOPES.join(","),
    expires_in: LIFE.refresh_token / 1000,
    refresh_token: refresh,
    refresh_token_expires_in: REFRESH_LIFE / 1000,
  });
}

const tokenOf = ({ headers }: ApiRequest): string => String(headers["x-shopify-access-token"] ?? "");

/** The permanent token of a custom app, or one that has not ended. */
export function isAuthorised(request: ApiRequest, { memory, credentials, now }: ApiBook): boolean {
  const token = tokenOf(request);
  if (token === "") return false;
  return token === credentials["accessToken"] || now() < Number(memory.get(access(token)) ?? 0);
}

/** Ends the access token of a request before its time. */
export const endToken = (request: ApiRequest, { memory }: ApiBook): void =>
  void memory.delete(access(tokenOf(request)));

/** Undefined if it is not JSON. */
export function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
