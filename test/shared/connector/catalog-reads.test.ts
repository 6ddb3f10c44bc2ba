import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { createTools } from "../../../shared/connector/tools.ts";
import type { Table } from "../../../shared/ledger/table.ts";

/** Tools whose catalog rows arrive when the test says so. */
function toolsWith(get: Table["get"]) {
  const never = () => {
    throw new Error("only the catalog is read");
  };
  return createTools({
    subject: { kind: "provider", name: "kakaclo", account: "kakaclo/eu" },
    table: { get, partition: never, range: never, put: never, delete: never },
    callTimeout: 1,
    deadline: Number.MAX_SAFE_INTEGER,
    memory: new Map(),
    now: () => 0,
    http: never,
  });
}

test("an order of 2,000 lines reads each SKU once, and at most 20 at a time", async () => {
  let reading = 0;
  let most = 0;
  const read: string[] = [];
  const tools = toolsWith(async ({ pk, sk }) => {
    most = Math.max(most, ++reading);
    read.push(sk);
    await new Promise(setImmediate);
    reading -= 1;
    return { pk, sk, v: 1, providerSku: `P-${sk}` };
  });
  const skus = Array.from({ length: 2_000 }, (_, line) => `SKU-${line % 50}`);
  const entries = await Promise.all(skus.map((sku) => tools.catalog(sku)));
  deepEqual(
    entries.map((entry) => entry?.providerSku),
    skus.map((sku) => `P-${sku}`),
  );
  equal(read.length, 50);
  equal(most, 20);
});

test("a read that fails frees its place", async () => {
  const tools = toolsWith(async () => {
    throw new Error("throttled");
  });
  const all = await Promise.allSettled(Array.from({ length: 60 }, (_, line) => tools.catalog(`SKU-${line}`)));
  ok(all.every(({ status }) => status === "rejected"));
});
