import { equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { findOrder } from "../../operator/find-order.ts";
import type { WorkEntry } from "../../shared/ledger/work-entry.ts";
import { Config } from "../../shared/stage/config.ts";

const DAY = 86_400_000;
const NOW = Date.parse("2026-11-20T12:00:00Z");
const config = Config.parse({
  stage: "test",
  connections: [
    { channel: "shopify", name: "main", key: "pm" },
    { channel: "shopify", name: "outlet", key: "po" },
  ],
  destinations: [
    { provider: "s2", name: "us" },
    { provider: "kakaclo", name: "eu", references: "plain" },
  ],
  routes: [],
});

const entry = (connection: string, orderId: string, number: string | undefined, at: number): WorkEntry => ({
  identity: { channel: "shopify", connection, orderId },
  destination: undefined,
  workAt: new Date(at).toISOString(),
  number,
  buyer: undefined,
  firstSeenAt: undefined,
});

/** A work list of these entries; it counts the days that were read. */
function workList(entries: readonly WorkEntry[], held: readonly WorkEntry[] = []) {
  const read: [from: number, to: number][] = [];
  const progress: string[] = [];
  return {
    read,
    progress,
    search: {
      config,
      now: NOW,
      since: NOW - 400 * DAY,
      progress: (sentence: string) => void progress.push(sentence),
      ledger: {
        async *walk(from: number, to: number, shards: readonly number[] = []) {
          // Another pass reads the shards that are not written to.
          if (!shards.includes(0)) return;
          read.push([from, to]);
          const inside = entries.filter(({ workAt }) => Date.parse(workAt) <= from && Date.parse(workAt) >= to);
          yield* inside.toSorted((one, other) => other.workAt.localeCompare(one.workAt));
        },
        async *workList() {
          yield* held;
        },
        order: async () => undefined,
        load: async () => undefined,
      },
    },
  };
}

test("the number is found however it is written, and the reading stops there", async () => {
  const { search, read } = workList([entry("main", "11", "#1001", NOW - 2 * DAY), entry("main", "12", "1002", NOW)]);
  for (const words of ["#1001", "1001", " 1001 "]) equal((await findOrder(words, search)).orderId, "11");
  ok(read.every(([, to]) => to > NOW - 5 * DAY));
});

test("the channel's ID alone, and our reference of any generation and destination, find it", async () => {
  const { search } = workList([entry("outlet", "2001-x", "7", NOW - 200 * DAY)]);
  for (const words of ["2001-x", "po-2001-x", "po-2001-x-g3"])
    equal((await findOrder(words, search)).orderId, "2001-x");
});

test("an order that is held, or whose next look lies ahead, is found", async () => {
  const ahead = workList([entry("main", "11", "#1001", NOW + 6 * 3_600_000)]);
  equal((await findOrder("1001", ahead.search)).orderId, "11");
  const held = workList([], [entry("main", "13", "#1003", NOW - 300 * DAY)]);
  equal((await findOrder("1003", held.search)).orderId, "13");
});

test("two shops' orders of one number are named, and none is chosen", async () => {
  const { search } = workList([entry("main", "11", "#1", NOW), entry("outlet", "12", "#1", NOW - 1)]);
  await rejects(
    findOrder("#1", search),
    /2 orders match #1\. Name one of them:\n {2}shopify\/\w+\/1\d\n {2}shopify\/\w+\/1\d$/,
  );
});

test("a reused number: --before finds the older order", async () => {
  const { search } = workList([entry("main", "11", "#1", NOW), entry("main", "9", "#1", NOW - 100 * DAY)]);
  equal((await findOrder("#1", search)).orderId, "11");
  equal((await findOrder("#1", { ...search, before: NOW - 30 * DAY })).orderId, "9");
});

test("what no order has is looked for as far back as orders are kept, with progress", async () => {
  const { search, read, progress } = workList([]);
  await rejects(findOrder("nothing", search), /No order since \S+ \S+ has the number, ID or reference nothing\./);
  const oldest = Math.min(...read.map(([, to]) => to));
  equal(Math.floor((NOW - oldest) / 1000), config.retention.states / 1000 - 1);
  equal(progress.length, 392, "a line a day, after a week");
  // Every moment was read once: each range begins where the one before ended.
  for (const [index, [, to]] of read.entries()) {
    const next = read[index + 1];
    if (next) equal(next[0], to - 1);
  }
});
