import { createHash } from "node:crypto";
import type { Tools } from "../../../shared/connector/tools.ts";
import type { Account } from "../provider.ts";
import { Pk } from "./rows.ts";
import type { Secret, Settings } from "./settings.ts";

export const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

/**
 * IDs that one order's preparation finds, kept in the shared cache for the next ones. It knows which came from there, so
 * that they can be forgotten when Omnitron knows one of them no more.
 */
export interface Memo {
  get(name: string): Promise<string | undefined>;
  put(name: string, pk: string): Promise<void>;
  /** The ID of that name, from the cache or `find`. What is not found is not remembered. */
  of(name: string, find: () => Promise<string>): Promise<string>;
  /** Drops what the cache answered. @returns whether there was any */
  forget(): Promise<boolean>;
}

/** Names are hashed: e-mails and addresses are among them. */
export function openMemo(
  { destination, settings, secret }: Account<Settings, Secret>,
  { cache }: Pick<Tools, "cache">,
): Memo {
  const scope = `${secret.baseUrl} ${secret.channelId}`;
  const keyOf = (name: string) => `${destination} ${hash(`${scope} ${name}`).slice(0, 40)}`;
  const used = new Set<string>();
  // What this order found itself is as good as an answer can be.
  const own = new Set<string>();

  const memo: Memo = {
    async get(name) {
      const key = keyOf(name);
      const pk = await cache.get(key, Pk);
      if (pk !== undefined && !own.has(key)) used.add(key);
      return pk;
    },
    put(name, pk) {
      const key = keyOf(name);
      own.add(key);
      return cache.put(key, pk, settings.cacheFor);
    },
    async of(name, find) {
      const known = await memo.get(name);
      if (known !== undefined) return known;
      const pk = await find();
      await memo.put(name, pk);
      return pk;
    },
    async forget() {
      await Promise.all([...used].map((key) => cache.delete(key)));
      return used.size > 0;
    },
  };
  return memo;
}
