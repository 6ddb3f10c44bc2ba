import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { createTableCache } from "../../../shared/ledger/cache.ts";
import type { Item, Table } from "../../../shared/ledger/table.ts";

test("a name longer than a key of DynamoDB is cached all the same, apart from others like it", async () => {
  const items = new Map<string, Item>();
  const never = () => {
    throw new Error("a cache reads and writes single items");
  };
  const table: Table = {
    get: async ({ sk }) => items.get(sk),
    put: async (item) => {
      items.set(item.sk, item);
      return "written";
    },
    delete: async ({ sk }) => {
      items.delete(sk);
      return "deleted";
    },
    partition: never,
    range: never,
  };
  const cache = createTableCache(table, "provider#x/cache#x/eu", () => 0);
  const [one, other] = [`variant ${"é".repeat(3_000)}1`, `variant ${"é".repeat(3_000)}2`];
  await cache.put(one, "first", 60_000);
  await cache.put(other, "second", 60_000);
  equal(await cache.get(one, z.string()), "first");
  equal(await cache.get(other, z.string()), "second");
  for (const sk of items.keys()) ok(Buffer.byteLength(sk) <= 1_024, sk);
  await cache.delete(one);
  equal(await cache.get(one, z.string()), undefined);
});
