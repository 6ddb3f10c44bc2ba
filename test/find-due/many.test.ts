import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { findDue } from "../../functions/find-due/find-due.ts";
import type { Ledger, OrderSnapshot } from "../../shared/ledger/ledger.ts";
import type { WorkEntry } from "../../shared/ledger/work-entry.ts";
import { Config } from "../../shared/stage/config.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const BEGAN = Date.parse("2026-11-01T12:00:00.000Z");

const never = async (): Promise<never> => {
  throw new Error("not asked for");
};

/** A ledger of thousands of orders that were all created, in memory; each query takes its time on a clock of its own. */
class Crowd {
  clock = BEGAN;
  readonly looked: string[] = [];
  readonly failing = new Set<string>();
  /** When each order was marked last that could not be read, epoch ms. */
  readonly unread = new Map<string, number>();
  refusesMarks = false;
  cursor: number | undefined;
  atOnce = 0;
  most = 0;
  readonly due = new Map<string, number>();
  /** ms of one look at an order, and of one query of the index. */
  cost = { load: 5, due: 5 };

  add(count: number, from: number, to: number): void {
    for (let index = 0; index < count; index++) {
      this.due.set(`o${this.due.size}`, from + Math.floor(((to - from) * index) / count));
    }
  }

  readonly ledger: Ledger = {
    order: never,
    putOrder: never,
    putBody: never,
    readBody: never,
    putDelivery: never,
    eraseBody: never,
    eraseErrorText: never,
    erasures: { put: never, get: never, open: never, restore: never, walk: never, putWalk: never },
    workList: (list) => this.marked(list),
    markUnread: async ({ orderId }) => {
      if (this.refusesMarks) throw new Error("down");
      this.unread.set(orderId, this.clock);
    },
    unmarkUnread: async ({ orderId }) => void this.unread.delete(orderId),
    unread: async () => undefined,
    dueCursor: async () => this.cursor,
    moveDueCursor: async (to) => {
      if (this.cursor === undefined || to > this.cursor) this.cursor = to;
    },
    walk: (from, to) => this.walk(from, to),
    load: async ({ orderId }): Promise<OrderSnapshot> => {
      this.most = Math.max(this.most, ++this.atOnce);
      await Promise.resolve();
      this.atOnce -= 1;
      // Ten side by side take the time of one.
      this.clock += this.cost.load / 10;
      if (this.failing.has(orderId)) throw new Error("down");
      this.looked.push(orderId);
      const workAt = new Date(this.due.get(orderId) ?? 0).toISOString();
      const identity = { channel: "plain", connection: "main", orderId };
      return {
        record: {
          ...identity,
          ...{
            v: 1,
            rev: 1,
            state: "recorded",
            generation: 1,
            freshness: "",
            firstSeenAt: "",
            events: [],
            eventCount: 1,
          },
          ...{
            decided: ["parcelworks/one"],
            toSend: [],
            toSuppress: [],
            eventId: "",
            receivedAt: "",
            expiresAt: 0,
            workAt,
          },
        },
        body: undefined,
        deliveries: [
          {
            ...identity,
            ...{ v: 1, rev: 1, destination: "parcelworks/one", generation: 1, state: "created", attempts: 1 },
            ...{ tries: {}, failed: {}, providerOrderIds: ["P1"], expiresAt: 0 },
          },
        ],
      };
    },
  };

  private async *walk(from: number, to: number): AsyncGenerator<WorkEntry> {
    this.clock += this.cost.due;
    const found = [...this.due].filter(([, at]) => at >= from && at <= to).sort(([, a], [, b]) => a - b);
    for (const [orderId, at] of found) {
      const identity = { channel: "plain", connection: "main", orderId };
      const projected = { number: undefined, buyer: undefined, firstSeenAt: undefined };
      yield { identity, destination: undefined, workAt: new Date(at).toISOString(), ...projected };
    }
  }

  private async *marked(list: string): AsyncGenerator<WorkEntry> {
    if (list !== "unread") throw new Error("not asked for");
    for (const [orderId, at] of [...this.unread].sort(([, a], [, b]) => a - b)) {
      const identity = { channel: "plain", connection: "main", orderId };
      const projected = { number: undefined, buyer: undefined, firstSeenAt: undefined };
      yield { identity, destination: undefined, workAt: new Date(at).toISOString(), ...projected };
    }
  }

  pass(time = 30_000) {
    const config = z.parse(Config, { stage: "test", connections: [], destinations: [], routes: [] });
    const queues = { sendToDestination: never, sendToIntake: never };
    return findDue({ config, ledger: this.ledger, queues, now: () => this.clock, deadline: this.clock + time });
  }
}

test("5,000 created orders are passed within the time, ten side by side, and never again", async () => {
  const crowd = new Crowd();
  crowd.cursor = BEGAN - HOUR;
  crowd.add(5000, BEGAN - 50 * MINUTE, BEGAN);
  equal((await crowd.pass()).looked, 5000);
  ok(crowd.most <= 10);
  ok(crowd.most > 1);
  crowd.clock = BEGAN + 10 * MINUTE;
  await crowd.pass();
  equal((await crowd.pass()).looked, 0);
});

test("what a pass had no time for is found by the next one: none of 20,000 is left out, wherever the time ends", async () => {
  const crowd = new Crowd();
  crowd.cursor = BEGAN - HOUR;
  crowd.add(20_000, BEGAN - 50 * MINUTE, BEGAN);
  let passes = 0;
  while (crowd.cursor < BEGAN && passes < 50) {
    await crowd.pass(1_800 + 7 * passes++);
  }
  ok(passes > 5);
  equal(new Set(crowd.looked).size, 20_000);
});

test("an entry that always fails does not keep a pass that has no time for all from ever reaching the end", async () => {
  const crowd = new Crowd();
  crowd.cursor = BEGAN - HOUR;
  crowd.add(20_000, BEGAN - 50 * MINUTE, BEGAN);
  crowd.failing.add("o0").add("o7777");
  for (let pass = 0; pass < 50 && crowd.cursor < BEGAN - 40 * MINUTE * Number(pass < 49); pass++)
    await crowd.pass(2_000);
  for (let pass = 0; pass < 40; pass++) await crowd.pass(2_000);
  equal(new Set(crowd.looked).size, 19_998);
});

test("after a year without a pass it catches up, pass by pass", async () => {
  const crowd = new Crowd();
  crowd.cursor = BEGAN - 365 * 24 * HOUR;
  crowd.cost.due = 100;
  crowd.add(100, BEGAN - 364 * 24 * HOUR, BEGAN);
  for (let pass = 0; pass < 60; pass++) await crowd.pass(20_000);
  equal(new Set(crowd.looked).size, 100);
  ok((crowd.cursor ?? 0) >= BEGAN);
});

test("a pass that has no time at all loses nothing", async () => {
  const crowd = new Crowd();
  crowd.cursor = BEGAN - HOUR;
  crowd.add(10, BEGAN - 30 * MINUTE, BEGAN);
  deepEqual(await crowd.pass(0), { looked: 0, resent: 0, failed: 0, stuck: false });
  equal((await crowd.pass()).looked, 10);
});

test("what two passes with no time for all could not read is kept, at the head of a backlog, and looked at again", async () => {
  const crowd = new Crowd();
  crowd.cursor = BEGAN - HOUR;
  crowd.add(20_000, BEGAN - HOUR, BEGAN);
  crowd.cost.load = 100;
  const throttled = ["o3", "o4"];
  for (const id of throttled) crowd.failing.add(id);
  await crowd.pass(10_000);
  deepEqual([...crowd.unread.keys()], [], "it may be over in a moment");
  await crowd.pass(10_000);
  deepEqual([...crowd.unread.keys()], throttled);
  crowd.failing.clear();
  for (let pass = 0; pass < 100 && crowd.unread.size > 0; pass++) {
    crowd.clock += MINUTE;
    await crowd.pass(60_000);
  }
  deepEqual([...crowd.unread.keys()], []);
  for (const id of throttled) ok(crowd.looked.includes(id));
});

test("a newer release's orders, more than one pass can mark, are all kept, and hold the others back for no longer than that", async () => {
  const crowd = new Crowd();
  crowd.cursor = BEGAN - HOUR;
  crowd.add(350, BEGAN - HOUR, BEGAN);
  for (let index = 0; index < 250; index++) crowd.failing.add(`o${index}`);
  for (let pass = 0; pass < 5; pass++) {
    crowd.clock += MINUTE;
    equal((await crowd.pass()).stuck, false);
  }
  crowd.clock += 20 * MINUTE;
  for (let pass = 0; pass < 5; pass++) await crowd.pass();
  equal(crowd.unread.size, 250);
  equal(new Set(crowd.looked).size, 100);
  crowd.failing.clear();
  crowd.clock += 20 * MINUTE;
  for (let pass = 0; pass < 5; pass++) await crowd.pass();
  deepEqual([crowd.unread.size, new Set(crowd.looked).size], [0, 350]);
});

test("while not even a mark can be written, the cursor stays, and the function says that it is stuck", async () => {
  const crowd = new Crowd();
  crowd.cursor = BEGAN - HOUR;
  crowd.add(10, BEGAN - HOUR, BEGAN);
  crowd.failing.add("o2");
  crowd.refusesMarks = true;
  for (const stuck of [false, true, true]) {
    crowd.clock += 20 * MINUTE;
    equal((await crowd.pass()).stuck, stuck);
  }
  crowd.refusesMarks = false;
  crowd.failing.clear();
  await crowd.pass();
  equal(crowd.looked.filter((id) => id === "o2").length, 1);
});
