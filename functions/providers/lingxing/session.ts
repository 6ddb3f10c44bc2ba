import { createHash, randomBytes } from "node:crypto";
import * as z from "zod/mini";
import { answerToRead } from "../../../shared/connector/read-answer.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { Misconfigured, Throttled, Unavailable } from "../../../shared/errors.ts";
import type { Account } from "../provider.ts";
import { verdictOf } from "./answers.ts";
import type { Secret, Settings } from "./settings.ts";

/** Times in epoch ms. */
const Token = z.object({ access: z.string(), refresh: z.string(), fetchedAt: z.number(), expiresAt: z.number() });
type Token = z.infer<typeof Token>;

const Granted = z.object({
  access_token: z.string().check(z.minLength(1)),
  refresh_token: z.string(),
  // A number in the sample, a string in the table.
  expires_in: z.coerce.number().check(z.positive()),
});

/** "The refresh_token is good for two hours." */
const REFRESH_LIFE = 2 * 3_600_000;

/**
 * The one access token of an appId. A new one displaces the old one for everybody, so all environments share it in the
 * table, and only the holder of a lease fetches. @throws Throttled, Misconfigured, Unavailable, Deferred
 */
export interface Session {
  current(): Promise<string>;
  /** The one that replaces `refused`, which Lingxing does not know any more: another's if somebody was quicker. */
  replace(refused: string): Promise<string>;
}

/** Names an app in leases and cache without telling its ID, which is the key of its signatures. */
export const appTag = (appId: string): string => createHash("sha256").update(appId).digest("hex").slice(0, 16);

export function openSession({ settings, secret }: Account<Settings, Secret>, tools: Tools): Session {
  const name = `token-${appTag(secret.appId)}`;
  const cache = tools.sealedCache(secret.tokenKey);

  const isFresh = ({ fetchedAt, expiresAt }: Token): boolean =>
    // Never more than half of its life: a short-lived token would else be stale at once.
    tools.now() < expiresAt - Math.min(settings.refreshEarly, (expiresAt - fetchedAt) / 2);

  function remembered(): Token | undefined {
    const known = Token.safeParse(tools.memory.get(name));
    return known.success ? known.data : undefined;
  }

  async function shared(): Promise<Token | undefined> {
    const token = await cache.get(name, Token);
    if (token) tools.memory.set(name, token);
    return token;
  }

  const alone = (work: () => Promise<Token>): Promise<Token> =>
    tools.lease(name, Math.max(1000, tools.deadline - tools.now()), work);

  async function ask(
    path: "access-token" | "refresh",
    fields: Record<string, string>,
  ): Promise<Token | "unknown-refresh"> {
    const request = formOf(settings.tokenForm, fields);
    const verdict = verdictOf(
      await answerToRead(
        tools.http({
          method: "POST",
          url: `${secret.baseUrl}/api/auth-server/oauth/${path}${request.query}`,
          headers: request.headers,
          ...(request.body !== undefined && { body: request.body }),
        }),
      ),
      "200",
      Object.values(fields),
    );
    if (verdict.is === "failed") {
      if (verdict.error instanceof Throttled) tools.count("throttled");
      throw verdict.error;
    }
    if (verdict.is !== "done") {
      // 2001008 and 2001009: used, expired, or of a token that was displaced.
      if (path === "refresh" && /^Lingxing 200100[89]:/.test(verdict.reason)) return "unknown-refresh";
      throw verdict.is === "refused" ? new Misconfigured(verdict.reason) : new Unavailable(verdict.reason);
    }
    const granted = z.safeParse(Granted, verdict.data);
    if (!granted.success) throw new Unavailable("Lingxing gave a token that nobody can read.");
    const { access_token: access, refresh_token: refresh, expires_in } = granted.data;
    const fetchedAt = tools.now();
    const token = { access, refresh, fetchedAt, expiresAt: fetchedAt + expires_in * 1000 };
    await cache.put(name, token, Math.max(REFRESH_LIFE, expires_in * 1000));
    tools.memory.set(name, token);
    return token;
  }

  async function fetchNew(last: Token | undefined): Promise<Token> {
    const wait = last ? last.fetchedAt + settings.tokenPause - tools.now() : 0;
    if (wait > 0) throw new Throttled("Lingxing's token was fetched a moment ago; another one has to wait.", wait);
    const token = await ask("access-token", { appId: secret.appId, appSecret: secret.appSecret });
    if (token === "unknown-refresh") throw new Unavailable("Lingxing spoke of a refresh token when none was sent.");
    return token;
  }

  return {
    async current() {
      const known = remembered();
      if (known && isFresh(known)) return known.access;
      const others = await shared();
      if (others && isFresh(others)) return others.access;
      const token = await alone(async () => {
        const last = await shared();
        if (last && isFresh(last)) return last;
        if (!last || tools.now() >= last.fetchedAt + REFRESH_LIFE) return fetchNew(last);
        const refreshed = await ask("refresh", { appId: secret.appId, refreshToken: last.refresh });
        return refreshed === "unknown-refresh" ? fetchNew(last) : refreshed;
      });
      return token.access;
    },

    async replace(refused) {
      tools.count("relogin");
      tools.memory.delete(name);
      const token = await alone(async () => {
        const last = await shared();
        return last && last.access !== refused && isFresh(last) ? last : fetchNew(last);
      });
      return token.access;
    },
  };
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
