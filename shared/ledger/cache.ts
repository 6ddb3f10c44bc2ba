import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import * as z from "zod/mini";
import { Misconfigured } from "../errors.ts";
import { ITEM_VERSION, isNewer } from "../release.ts";
import { notNewer, type Table } from "./table.ts";
import { Version } from "./version.ts";

/** A value that a connector caches under a name of its own, which is the sort key. */
export const CacheItem = z.object({
  v: Version,
  /** JSON; of a token sealed by AES-256-GCM, in base64. */
  value: z.string(),
  /** When it becomes too old to be used, epoch ms. */
  freshUntil: z.int(),
  /** Epoch seconds. */
  expiresAt: z.int(),
});
type CacheItem = z.infer<typeof CacheItem>;

/** A connector's cache, shared by all environments. */
export interface Cache {
  /**
   * A value of a newer release is ignored. `newer: "refuse"` throws Misconfigured instead: for values that a look-up
   * relies on, so that an older function does not send again what it cannot find.
   */
  get<T>(name: string, schema: z.ZodMiniType<T>, options?: { newer: "refuse" }): Promise<T | undefined>;
  put(name: string, value: unknown, maxAge: number): Promise<void>;
  delete(name: string): Promise<void>;
}

interface Seal {
  close(text: string, label: string): string;
  /** @returns undefined if another key sealed it, or under another label */
  open(sealed: string, label: string): string | undefined;
}

/** Bytes. Without it Node accepts a shorter tag, which is easier to guess. */
const TAG = { authTagLength: 16 };
const OPEN: Seal = { close: (text) => text, open: (text) => text };

/** AES-256-GCM, with the label as additional authenticated data. @param key 32 bytes in base64 */
export function sealWith(key: string): Seal {
  const bytes = Buffer.from(key, "base64");
  if (bytes.length !== 32) throw new TypeError(`A token key has 32 bytes in base64, this one ${bytes.length}`);
  return {
    close(text, label) {
      const iv = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", bytes, iv, TAG).setAAD(Buffer.from(label));
      const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64");
    },
    open(sealed, label) {
      const all = Buffer.from(sealed, "base64");
      try {
        const decipher = createDecipheriv("aes-256-gcm", bytes, all.subarray(0, 12), TAG).setAAD(Buffer.from(label));
        decipher.setAuthTag(all.subarray(12, 28));
        return Buffer.concat([decipher.update(all.subarray(28)), decipher.final()]).toString("utf8");
      } catch {
        // The key was rotated: values of the former key count as missing.
        return undefined;
      }
    },
  };
}

/** DynamoDB's for a sort key, bytes. */
const LONGEST_NAME = 1024;

/** The sort key of a value: names hold SKUs and IDs of other systems, and one may be longer than a key. */
const keyOf = (name: string): string =>
  Buffer.byteLength(name) <= LONGEST_NAME ? name : `sha256:${createHash("sha256").update(name).digest("hex")}`;

/**
 * Never reads, overwrites or deletes a value of a newer release before it is too old (docs/decisions/versions.md).
 * @param pk of the cache's items (connector-partition.ts)
 * @param now epoch ms
 */
export function createTableCache(table: Table, pk: string, now: () => number, seal: Seal = OPEN): Cache {
  return {
    async get(name, schema, options) {
      const item = await table.get({ pk, sk: keyOf(name) });
      if (isNewer(item)) {
        if (options?.newer !== "refuse" || Number(item?.["expiresAt"]) * 1000 < now()) return undefined;
        throw new Misconfigured(`A newer release wrote down what has to be known of "${name}": deploy that release.`);
      }
      const { data } = CacheItem.safeParse(item);
      // DynamoDB's TTL deletes within days: a value that is too old counts as missing.
      if (!data || data.freshUntil <= now()) return undefined;
      const text = seal.open(data.value, `${pk}/${name}`);
      if (text === undefined) return undefined;
      // Another release may have written it: a value that does not parse counts as missing.
      const parsed = schema.safeParse(JSON.parse(text));
      return parsed.success ? parsed.data : undefined;
    },
    async put(name, value, maxAge) {
      const freshUntil = Math.round(now() + maxAge);
      const text = seal.close(JSON.stringify(value), `${pk}/${name}`);
      const item: CacheItem = { v: ITEM_VERSION, value: text, freshUntil, expiresAt: Math.ceil(freshUntil / 1000) };
      // It is a cache: the last write wins.
      await table.put({ pk, sk: keyOf(name), ...item }, notNewer(now()));
    },
    async delete(name) {
      const { expression, values } = notNewer(now());
      await table.delete({ pk, sk: keyOf(name) }, { expression: `attribute_exists(pk) AND ${expression}`, values });
    },
  };
}
