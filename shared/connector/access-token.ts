import { createHash } from "node:crypto";
import * as z from "zod/mini";
import type { HttpAnswer } from "./http.ts";
import type { ConnectorTools } from "./tools.ts";

/** The result of a login or a refresh. */
export interface Grant {
  access: string;
  /** Epoch ms. Undefined if the server does not say: then the token is used until it is refused. */
  expiresAt?: number | undefined;
  /** A refresh token and when it ends, epoch ms. */
  refresh?: { token: string; expiresAt: number } | undefined;
}

export interface TokenOptions {
  /** Names the login in lease and cache; contains no credential. Destinations of one name share a token. */
  name: string;
  /** What the login sends. A token of other credentials is not used: the operator has changed the secret. */
  credentials: readonly string[];
  /**
   * 32 bytes in base64, which seal the token in the table for all environments. Without it, each environment logs in
   * itself.
   */
  key?: string | undefined;
  /** How long before its end the token is renewed, ms; never in the first half of its life. */
  early?: number;
  /** @param last when the last token was fetched, epoch ms, where one is known */
  login(last: number | undefined): Promise<Grant>;
  /** @returns undefined if the server no longer takes this refresh token; then a login follows */
  refresh?(token: string): Promise<Grant | undefined>;
}

/** An access token. Its methods throw what `login` and `refresh` throw, and Deferred. */
export interface AccessToken {
  current(): Promise<string>;
  /** After the server refused a token: a newer one, which another record or environment may have fetched already. */
  replace(refused: string): Promise<string>;
  /** Makes a call. If the server refuses the token (401), makes it once more with a newer one. */
  call(send: (token: string) => Promise<HttpAnswer>): Promise<HttpAnswer>;
  /** This environment's last tokens, to be removed from every quoted text. */
  used(): readonly string[];
}

/** Times in epoch ms. `credentials` is their SHA-256. */
const Token = z.object({
  access: z.string(),
  fetchedAt: z.number(),
  expiresAt: z.optional(z.number()),
  refresh: z.optional(z.object({ token: z.string(), expiresAt: z.number() })),
  credentials: z.string(),
});
type Token = z.infer<typeof Token>;

/** How long the table keeps a token whose end is unknown, ms. */
const UNSTATED = 7 * 86_400_000;

/** What an environment remembers of a login. */
class Held {
  token: Token | undefined;
  /** The renewal under way, which all records of a batch wait for. */
  pending: Promise<Token> | undefined;
  used: string[] = [];
}

/**
 * The one access token of a login. The environment keeps it in memory and shares it with the others through the sealed
 * cache. One caller at a time renews it, under a lease: at some providers a new token ends the old one.
 *
 * Refresh tokens are cached, so losing one costs a login. One that rotates and that no login can replace (OAuth of
 * storefronts) must not be kept here: rotating-token.ts.
 */
export function accessToken(options: TokenOptions, tools: ConnectorTools): AccessToken {
  const { name, key, early = 0 } = options;
  const cache = key === undefined ? undefined : tools.sealedCache(key);
  const credentials = createHash("sha256").update(JSON.stringify(options.credentials)).digest("hex");
  const held = heldIn(tools.memory, `${name} ${credentials}`);

  const lookUp = async (): Promise<Token | undefined> => cache?.get(name, Token);
  const alone = (work: () => Promise<Token>): Promise<Token> =>
    cache ? tools.lease(name, Math.max(1000, tools.deadline - tools.now()), work) : work();

  function isFresh({ fetchedAt, expiresAt }: Token): boolean {
    if (expiresAt === undefined) return true;
    return tools.now() < expiresAt - Math.min(early, (expiresAt - fetchedAt) / 2);
  }
  const usable = (token: Token | undefined, refused: string | undefined): Token | undefined =>
    token && token.access !== refused && token.credentials === credentials && isFresh(token) ? token : undefined;

  async function grant(last: Token | undefined, refused: string | undefined): Promise<Token> {
    const refresh = refused === undefined && last?.credentials === credentials ? last.refresh : undefined;
    const refreshed = refresh && tools.now() < refresh.expiresAt ? await options.refresh?.(refresh.token) : undefined;
    if (refused !== undefined) tools.count("relogin");
    const granted = refreshed ?? (await options.login(last?.fetchedAt));
    const token = { ...granted, fetchedAt: tools.now(), credentials };
    const until = Math.max(token.expiresAt ?? tools.now() + UNSTATED, token.refresh?.expiresAt ?? 0);
    await cache?.put(name, token, until - tools.now());
    return token;
  }

  async function renew(refused: string | undefined): Promise<Token> {
    const shared = usable(await lookUp(), refused);
    if (shared) return shared;
    return alone(async () => {
      const last = await lookUp();
      return usable(last, refused) ?? grant(last ?? held.token, refused);
    });
  }

  /** If a renewal fails, it fails for every waiting caller; the next caller tries again. */
  function begin(refused: string | undefined): Promise<Token> {
    const pending = renew(refused)
      .then((token) => {
        held.token = token;
        if (!held.used.includes(token.access)) held.used = [...held.used, token.access].slice(-5);
        return token;
      })
      .finally(() => {
        held.pending = undefined;
      });
    held.pending = pending;
    return pending;
  }

  async function obtain(refused?: string): Promise<string> {
    while (held.pending) {
      const { access } = await held.pending;
      // The renewal may have started before the server refused the token that it found.
      if (access !== refused) return access;
    }
    return (usable(held.token, refused) ?? (await begin(refused))).access;
  }

  return {
    current: () => obtain(),
    replace: obtain,
    async call(send) {
      const token = await obtain();
      const answer = await send(token);
      return answer.status === 401 ? send(await obtain(token)) : answer;
    },
    used: () => held.used,
  };
}

function heldIn(memory: Map<string, unknown>, name: string): Held {
  const known = memory.get(name);
  const held = known instanceof Held ? known : new Held();
  memory.set(name, held);
  return held;
}
