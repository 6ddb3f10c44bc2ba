import { createHash } from "node:crypto";
import { type Identity, identityText } from "../identity.ts";

/** The index key of one shard of a list or an hour: `open#0`, `2026-11-20T14#3`. */
export const workShard = (list: string, shard: number): string => `${list}#${shard}`;

/**
 * The index key of an order's entry: always the same for the same order and setting. One key of an index takes about
 * 1,000 writes a second, and a throttled index throttles the table's writes too.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-sharding.html
 * @param shards 1 to `WORK_LIST_SHARDS`: a setting of the stage
 */
export function workShardOf(list: string, identity: Identity, shards: number): string {
  const hash = createHash("sha256").update(identityText(identity)).digest();
  return workShard(list, hash.readUInt32BE(0) % shards);
}

/** The list or hour of an index key. */
export const listOf = (key: string): string => key.replace(/#\d$/, "");
