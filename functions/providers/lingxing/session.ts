import { createHash, randomBytes } from "node:crypto";
import * as z from "zod/mini";
import { type AccessToken, accessToken, type Grant } from "../../../shared/connector/access-token.ts";
import { answerToRead } from "../../../shared/connector/read-answer.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { defined } from "../../../shared/defined.ts";
import { Misconfigured, Throttled, Unavailable } from "../../../shared/errors.ts";
import type { Account } from "../provider.ts";
import { interpretAnswer } from "./answers.ts";
import type { Secret, Settings } from "./settings.ts";

const Granted = z.object({
  access_token: z.string().check(z.minLength(1)),
  refresh_token: z.string(),
  // A number in the sample, a string in the table.
  expires_in: z.coerce.number().check(z.positive()),
});

/** "The refresh_token is good for two hours." */
const REFRESH_LIFE = 2 * 3_600_000;

/** Names an app in leases and cache without its ID, which is the key of its signatures. */
export const appTag = (appId: string): string => createHash("sha256").update(appId).digest("hex").slice(0, 16);

/**
 * The one access token of an appId (reference/providers.md 3.1): a new one displaces the old one for every environment.
 * @throws Throttled, Misconfigured, Unavailable, Deferred
 */
export function openSession({ settings, secret }: Account<Settings, Secret>, tools: Tools): AccessToken {
  const { appId, appSecret, tokenKey } = secret;
  const ask = (path: "access-token" | "refresh", fields: Record<string, string>) =>
    askFor(path, fields, { settings, secret, tools });

  return accessToken(
    {
      name: `token-${appTag(appId)}`,
      credentials: [appId, appSecret],
      key: tokenKey,
      early: settings.refreshEarly,
      async login(last) {
        const wait = last === undefined ? 0 : last + settings.tokenPause - tools.now();
        if (wait > 0) throw new Throttled("Lingxing's token was fetched a moment ago; another one has to wait.", wait);
        const grant = await ask("access-token", { appId, appSecret });
        if (grant) return grant;
        throw new Unavailable("Lingxing answered about a refresh token when none was sent.");
      },
      refresh: (refreshToken) => ask("refresh", { appId, refreshToken }),
    },
    tools,
  );
}

interface Caller {
  settings: Settings;
  secret: Secret;
  tools: Tools;
}

/** @returns undefined where Lingxing does not take the refresh token any more */
async function askFor(
  path: "access-token" | "refresh",
  fields: Record<string, string>,
  { settings, secret, tools }: Caller,
): Promise<Grant | undefined> {
  const { query, ...request } = formOf(settings.tokenForm, fields);
  const url = `${secret.baseUrl}/api/auth-server/oauth/${path}${query}`;
  const answer = interpretAnswer(await answerToRead(tools.http({ method: "POST", url, ...defined(request) })), {
    success: "200",
    codes: settings.codes,
    secrets: Object.values(fields),
  });
  if (answer.is === "failed") {
    if (answer.error instanceof Throttled) tools.count("throttled");
    throw answer.error;
  }
  if (answer.is !== "done") {
    // 2001008 and 2001009: used, expired, or of a token that was displaced.
    if (path === "refresh" && /^Lingxing 200100[89]:/.test(answer.reason)) return undefined;
    throw answer.is === "refused" ? new Misconfigured(answer.reason) : new Unavailable(answer.reason);
  }
  const granted = z.safeParse(Granted, answer.data);
  if (!granted.success) throw new Unavailable("Lingxing gave a token that cannot be read.");
  const { access_token: access, refresh_token: token, expires_in } = granted.data;
  const now = tools.now();
  return { access, expiresAt: now + expires_in * 1000, refresh: { token, expiresAt: now + REFRESH_LIFE } };
}

function formOf(form: Settings["tokenForm"], fields: Record<string, string>) {
  const entries = Object.entries(fields);
  // Encoded once, and "+" too: a secret with special characters else cannot be decrypted (0001001).
  const encoded = entries.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&");
  if (form === "query") return { query: `?${encoded}`, headers: {}, body: undefined };
  if (form === "urlencoded") {
    return { query: "", headers: { "content-type": "application/x-www-form-urlencoded" }, body: encoded };
  }
  const boundary = `order-relay-${randomBytes(16).toString("hex")}`;
  const parts = entries.map(
    ([key, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`,
  );
  const headers = { "content-type": `multipart/form-data; boundary=${boundary}` };
  return { query: "", headers, body: `${parts.join("")}--${boundary}--\r\n` };
}
