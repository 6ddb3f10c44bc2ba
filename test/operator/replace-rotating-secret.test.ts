import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { replaceRotatingSecret } from "../../operator/replace-rotating-secret.ts";
import { rotatingTokenNames } from "../../shared/connector/rotating-token.ts";
import { createTableCache } from "../../shared/ledger/cache.ts";
import { cachePk, leasePk, tokenPk } from "../../shared/ledger/connector-partition.ts";
import { withLease } from "../../shared/ledger/lease.ts";
import { MemoryTable } from "../support/memory-table.ts";

const CONNECTION = "squarespace/main";
const subject = { kind: "channel" as const, name: "squarespace", account: CONNECTION };
const names = rotatingTokenNames(CONNECTION);

test("it waits for a renewal under way, writes, and forgets the former token and note", async () => {
  const table = new MemoryTable();
  const caches = [
    [createTableCache(table, cachePk(subject), Date.now), names.note],
    [createTableCache(table, tokenPk(subject), Date.now), names.access],
  ] as const;
  for (const [cache, name] of caches) await cache.put(name, "of the former authorisation", 60_000);
  const steps: string[] = [];
  let replacing: Promise<void> | undefined;
  const waiting = { now: Date.now, sleep: async () => {}, poll: 1, waitUntil: Date.now() };
  await withLease(
    table,
    leasePk(subject, names.lease),
    60_000,
    async () => {
      replacing = replaceRotatingSecret(CONNECTION, table, async () => steps.push("secret written"));
      for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
      steps.push("renewal done");
    },
    waiting,
  );
  await replacing;
  deepEqual(steps, ["renewal done", "secret written"]);
  for (const [cache, name] of caches) equal(await cache.get(name, z.unknown()), undefined);
});
