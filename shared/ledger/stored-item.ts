import { isNewer, NewerRelease } from "../release.ts";
import { type Item, type Key, NOT_EXISTS, type Table } from "./table.ts";

/** Refuses a newer item with an error that names it: a schema's own error would not. @throws NewerRelease */
export function refuseNewer(what: string, item: Item): Item {
  if (isNewer(item)) throw new NewerRelease(what);
  return item;
}

/**
 * Whether an item has expired. DynamoDB's TTL deletes it up to days later; until then no reader may use it.
 * @param now epoch ms
 */
export const isExpired = (item: Item, now: number): boolean =>
  typeof item["expiresAt"] === "number" && item["expiresAt"] * 1000 <= now;

/** Writes an item of `rev` n over n - 1; `rev` 1 only if there is none. "conflict": another writer was first. */
export const putRevision = (table: Table, item: Item & { rev: number }): Promise<"written" | "conflict"> =>
  table.put(item, item.rev === 1 ? NOT_EXISTS : { expression: "rev = :before", values: { ":before": item.rev - 1 } });

/**
 * Reads an item that has a version. @returns undefined if there is none, or it has expired
 * @param now epoch ms
 * @throws NewerRelease
 */
export async function readStored(table: Table, key: Key, what: string, now: number): Promise<Item | undefined> {
  const item = await table.get(key);
  return item && !isExpired(item, now) ? refuseNewer(what, item) : undefined;
}
