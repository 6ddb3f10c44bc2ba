import * as z from "zod/mini";
import { accessToken, type Grant } from "../../../shared/connector/access-token.ts";
import { type HttpAnswer, retryAfter } from "../../../shared/connector/http.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import type { ApiTools } from "../../../shared/connector/tools.ts";
import { Misconfigured, Throttled, Unavailable } from "../../../shared/errors.ts";
import { parseJson } from "../../../shared/json.ts";
import type { Account } from "../channel.ts";
import type { Secret } from "./index.ts";
import { TokenAnswer } from "./payload.ts";
import type { Settings } from "./settings.ts";

const HOST = "https://www.wixapis.com";

/** What the API answered: what was asked for, or the status of a refusal that only the caller can judge. */
export type Answered<T> = { found: T } | { status: number };

/**
 * Makes a call for one site. @throws Misconfigured (401), Throttled, Unavailable, and MalformedEvent where the answer does
 * not match the schema
 */
export type Call = <T>(
  method: "GET" | "POST",
  path: string,
  schema: z.ZodMiniType<T>,
  body?: object,
) => Promise<Answered<T>>;

/** @throws Misconfigured if the stage file does not name the site */
export function siteCalls(account: Account<Secret, Settings, unknown>, tools: ApiTools): Call {
  const { app, connection, shop, settings } = account;
  const token = accessToken(
    {
      name: `token ${connection}`,
      credentials: [app.appId, app.appSecret, shop ?? ""],
      key: app.tokenKey,
      early: settings.renewEarly,
      login: () => logIn(account, tools),
    },
    tools,
  );
  return async (method, path, schema, body) => {
    const answer = await token.call((access) =>
      answerToRead(
        tools.http({
          method,
          url: `${HOST}${path}`,
          // Without the word Bearer.
          headers: { authorization: access, accept: "application/json", ...(body && JSON_TYPE) },
          ...(body && { body: JSON.stringify(body) }),
        }),
      ),
    );
    const { status } = answer;
    if (status === 200) return { found: read(answer, schema) };
    if (status === 401) {
      throw new Misconfigured(
        "Wix refuses a new access token (401): the app was removed from the site, or is blocked.",
      );
    }
    if (status === 429) throw throttled(answer, settings, tools.now());
    if (status < 400 || status >= 500 || status === 408) throw new Unavailable(`Wix answered ${status}.`);
    return { status };
  };
}

const JSON_TYPE = { "content-type": "application/json" };

function read<T>({ text }: HttpAnswer, schema: z.ZodMiniType<T>): T {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw new Unavailable("Wix's answer is not JSON.", { cause });
  }
  const parsed = z.safeParse(schema, json);
  if (parsed.success) return parsed.data;
  throw malformed(parsed.error);
}

/**
 * A token of the app on one site; there is no refresh token.
 * https://dev.wix.com/docs/rest/app-management/oauth-2/create-access-token
 */
async function logIn({ app, shop, settings }: Account<Secret, Settings, unknown>, tools: ApiTools): Promise<Grant> {
  if (shop === undefined) {
    throw new Misconfigured("The connection has no shop in the stage file: the app's instance ID on the site.");
  }
  const answer = await answerToRead(
    tools.http({
      method: "POST",
      url: `${HOST}/oauth2/token`,
      headers: { accept: "application/json", ...JSON_TYPE },
      body: JSON.stringify({
        grant_type: "client_credentials",
        client_id: app.appId,
        client_secret: app.appSecret,
        instance_id: shop,
      }),
    }),
  );
  const { status } = answer;
  if (status === 429) throw throttled(answer, settings, tools.now());
  if (status >= 400 && status < 500 && status !== 408) {
    throw new Misconfigured(
      `Wix gives no access token (${status}): appId or appSecret is wrong, or no site has the app under the connection's shop (the instance ID).`,
    );
  }
  const granted = status === 200 ? readAnswer(answer, TokenAnswer) : undefined;
  if (!granted) throw new Unavailable(`Wix gave no token (${status}).`);
  return { access: granted.access_token, expiresAt: tools.now() + granted.expires_in * 1_000 };
}

/** Wix documents no header and no wait. */
const throttled = (answer: HttpAnswer, { coolDown }: Settings, now: number): Throttled =>
  new Throttled("Wix has too many requests for this site (429).", retryAfter(answer, now) ?? coolDown);
