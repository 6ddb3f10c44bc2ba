import { createHash } from "node:crypto";
import * as z from "zod/mini";
import type { HttpAnswer } from "./http.ts";
import type { ApiTools, Cache } from "./tools.ts";

/** What a refresh gives: an access token, and the refresh token that replaces the one that was sent. */
export interface RotatedGrant {
  access: string;
  /** Epoch ms. */
  expiresAt: number;
  refresh: string;
  /** Epoch ms. */
  refreshExpiresAt: number;
}

export interface RotatingTokenOptions {
  /** Names the authorisation in lease and cache; contains no credential. */
  name: string;
  /** The refresh token that the operator filled in. It counts until it was used once; another one replaces all. */
  first: string;
  /** 32 bytes in base64, which seal the pair in the table. */
  key: string;
  /** How long before its end the access token is renewed, ms; never in the first half of its life. */
  early: number;
  /** Exchanges a refresh token. Each works once. */
  refresh(token: string): Promise<RotatedGrant>;
}

/** A pair as it is kept. Times in epoch ms. `first` is the SHA-256 of the operator's refresh token. */
const Pair = z.object({
  access: z.string(),
  fetchedAt: z.number(),
  expiresAt: z.number(),
  refresh: z.string(),
  refreshExpiresAt: z.number(),
  first: z.string(),
});
type Pair = z.infer<typeof Pair>;

/** What an environment knows of an authorisation. */
class Held {
  pair: Pair | undefined;
  /** The server gave it and the table does not have it yet: a refused write must not lose the new refresh token. */
  unsaved: Pair | undefined;
}

/**
 * The access token of an authorisation whose refresh token changes at each use, and that no login replaces. One caller
 * at a time refreshes it, under a lease that outlives the caller; the new pair is in the table before its access token is
 * used. If it cannot be written, this environment keeps it and writes it first of all the next time.
 *
 * A pair that is lost between the server's answer and the table (a crash) needs a new authorisation, which the server's
 * refusal of the used token shows.
 */
export function rotatingToken(options: RotatingTokenOptions, tools: ApiTools) {
  const { name, key, early } = options;
  const cache: Cache = tools.sealedCache(key);
  const first = createHash("sha256").update(options.first).digest("hex");
  const held = heldIn(tools.memory, `${name} ${first}`);

  const isFresh = ({ fetchedAt, expiresAt }: Pair): boolean =>
    tools.now() < expiresAt - Math.min(early, (expiresAt - fetchedAt) / 2);
  const usable = (pair: Pair | undefined, refused: string | undefined): Pair | undefined =>
    pair && pair.access !== refused && isFresh(pair) ? pair : undefined;

  /** Of this authorisation: the operator may have filled in another one since. */
  async function stored(): Promise<Pair | undefined> {
    const pair = await cache.get(name, Pair);
    return pair?.first === first ? pair : undefined;
  }

  async function save(pair: Pair): Promise<Pair> {
    held.unsaved = pair;
    await cache.put(name, pair, Math.max(pair.refreshExpiresAt, pair.expiresAt) - tools.now());
    held.unsaved = undefined;
    return pair;
  }

  async function renew(refused: string | undefined): Promise<Pair> {
    const shared = held.unsaved ? undefined : usable(await stored(), refused);
    if (shared) return shared;
    return tools.lease(name, Math.max(1_000, tools.deadline - tools.now()), async () => {
      const last = held.unsaved ? await save(held.unsaved) : await stored();
      const known = usable(last, refused);
      if (known) return known;
      const grant = await options.refresh(last?.refresh ?? options.first);
      return save({ ...grant, fetchedAt: tools.now(), first });
    });
  }

  async function obtain(refused?: string): Promise<string> {
    const pair = usable(held.unsaved ? undefined : held.pair, refused) ?? (await renew(refused));
    held.pair = pair;
    return pair.access;
  }

  return {
    /** Makes a call. If the server refuses the token (401), makes it once more with a newer one. */
    async call(send: (token: string) => Promise<HttpAnswer>): Promise<HttpAnswer> {
      const token = await obtain();
      const answer = await send(token);
      return answer.status === 401 ? send(await obtain(token)) : answer;
    },
  };
}

function heldIn(memory: Map<string, unknown>, name: string): Held {
  const known = memory.get(name);
  const held = known instanceof Held ? known : new Held();
  memory.set(name, held);
  return held;
}
