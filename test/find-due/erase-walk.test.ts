import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { createLedger } from "../../shared/ledger/ledger.ts";
import type { Item } from "../../shared/ledger/table.ts";
import { CANARY, DAY, ErasureRelay, everything, personalOrder } from "../support/erasure-relay.ts";
import { bucketOf } from "../support/event-store.ts";
import { MemoryTable } from "../support/memory-table.ts";

const HOUR = 3_600_000;

class Shop extends ErasureRelay<MemoryTable> {
  constructor(table = new MemoryTable(), objects: Map<string, string> = new Map()) {
    super(table, objects);
  }

  ordersOf(buyer: string, id: string, changes: Record<string, unknown> = {}) {
    return this.arrives({ order: personalOrder({ id, buyer: { id: buyer, email: "email-canary@x.de" }, ...changes }) });
  }

  /** Orders whose data is in the table or the bucket. */
  left(): string[] {
    const texts = everything([...this.table.items.values()], this.objects).filter((text) => CANARY.test(text));
    return [...new Set(texts.map((text) => /#(\w+)","sk"/.exec(text)?.[1] ?? text.slice(0, 80)))].sort();
  }

  requests = async () => (await this.ledger.erasures.open()).map(({ subject }) => subject.kind);
  request = () => this.table.partition("erasure").then(([item]) => item);
}

test("one walk works off the requests of two buyers and of a list, and touches no other order", async () => {
  const shop = new Shop();
  for (const [buyer, id] of [
    ["ada", "1"],
    ["bob", "2"],
    ["eve", "3"],
    ["ada", "4"],
  ] as const) {
    await shop.ordersOf(buyer, id);
  }
  await shop.run();
  equal((await shop.asks({ buyerId: "ada" })).outcome, "erasure-requested");
  equal((await shop.asks({ buyerId: "bob" })).outcome, "erasure-requested");
  deepEqual(shop.left(), ["1", "2", "3", "4"], "not yet");
  const { queries } = shop.table;
  await shop.walk();
  deepEqual(shop.left(), ["3"]);
  const once = shop.table.queries - queries;
  for (const id of ["1", "2", "4"]) equal((await shop.trace(id)).deliveries[0]?.state, "created");
  const open = await shop.ledger.erasures.open();
  deepEqual(open.map(({ erased }) => erased).sort(), [1, 2]);
  ok(open.every(({ clearedAt, doneAt }) => clearedAt !== undefined && doneAt === undefined));

  const one = new Shop();
  await one.ordersOf("ada", "1");
  await one.run();
  await one.asks({ buyerId: "ada" });
  const before = one.table.queries;
  await one.walk();
  ok(once <= one.table.queries - before + 20, "the work list is read once for all requests");
});

test("a shop's request erases its orders, in whatever hour or list they are, and those of no other shop", async () => {
  const shop = new Shop();
  shop.config = {
    ...shop.config,
    connections: [...shop.config.connections, { ...shop.config.connections[0], name: "other", key: "po" } as never],
  };
  await shop.ordersOf("ada", "past");
  await shop.run();
  shop.clock += 3 * DAY;
  // Held for the operator: revived while its delivery exists.
  await shop.ordersOf("bob", "held");
  await shop.run();
  for (const [minute, changes] of [
    [1, { cancelledAt: "2026-11-04T11:00:00.000Z" }],
    [2, {}],
  ] as const) {
    await shop.ordersOf("bob", "held", { updatedAt: `2026-11-04T12:0${minute}:00.000Z`, ...changes });
  }
  equal((await shop.record("held"))?.workList, "held");
  await shop.ordersOf("eve", "unpaid", { financialState: "pending" });
  await shop.arrives({ order: personalOrder({ id: "others" }) }, "other");
  await shop.ordersOf("kim", "future");
  equal((await shop.asks("shop", "shop/redact")).outcome, "erasure-requested");
  await shop.walk();
  deepEqual(shop.left(), ["others"]);
  equal((await shop.trace("future")).deliveries[0]?.state, "erased");
  deepEqual(
    [(await shop.record("held"))?.state, (await shop.trace("held")).deliveries[0]?.state],
    ["cancelled", "created"],
  );
  for await (const entry of shop.ledger.workList("held")) ok(!entry, "nothing waits for the operator any more");
});

test("what the same buyer orders after the request stays", async () => {
  const shop = new Shop();
  await shop.ordersOf("ada", "before");
  await shop.asks({ buyerId: "ada" });
  shop.clock += 1000;
  await shop.ordersOf("ada", "after");
  await shop.walk();
  deepEqual(shop.left(), ["after"]);
  await shop.nextWalk();
  deepEqual(shop.left(), ["after"]);
});

for (const part of ["orders", "future", "past", "held"] as const) {
  test(`an entry that moves ahead of its hour when the walk begins with "${part}" is found in the same walk`, async () => {
    const shop = new Shop();
    shop.config = { ...shop.config, routes: [] };
    await shop.ordersOf("ada", "1");
    await shop.ordersOf("ada", "2", { financialState: "pending" });
    shop.clock += 2 * DAY;
    await shop.asks({ buyerId: "ada" });
    const routes = [{ from: ["plain/main"], to: ["parcelworks/demo"], when: "paid" as const, test: false }];
    let moved = false;
    shop.table.beforePut = async (item: Item) => {
      if (moved || item.sk !== "erasure-walk" || item["part"] !== part) return;
      moved = true;
      // Both become due in a quarter of an hour: past what the walk has read of the future.
      shop.config = { ...shop.config, routes };
      for (const id of ["1", "2"]) await shop.ordersOf("ada", id, { updatedAt: "2026-11-03T11:00:00.000Z", note: "n" });
      // Before the list `held`, the past hours were read: there is nothing left to move.
      const due = new Date(shop.clock + 15 * 60_000).toISOString();
      equal((await shop.record("1"))?.workAt === due, part !== "held");
    };
    await shop.walk();
    deepEqual([moved, shop.left()], [true, []]);
  });
}

test("an event that was received before the request and is redriven later brings nothing back", async () => {
  const shop = new Shop();
  // Its event waits in the intake's DLQ: only its order is in no table yet.
  const received = shop.clock;
  shop.clock += HOUR;
  await shop.asks({ buyerId: "ada" });
  await shop.walk();
  for (let day = 1; day <= 3; day++) await shop.nextWalk();
  const { clock } = shop;
  shop.receivedAt = received;
  await shop.ordersOf("ada", "late");
  shop.receivedAt = undefined;
  deepEqual([shop.left(), (await shop.record("late"))?.firstSeenAt], [["late"], new Date(received).toISOString()]);
  equal(shop.clock, clock);
  await shop.nextWalk();
  deepEqual(shop.left(), []);
  equal((await shop.trace("late")).deliveries[0]?.state, "erased");
  await shop.run();
  equal(shop.parcelworks.posts, 0);
});

/** The months of the defaults, shortened to days. */
const quick = (shop: Shop) => {
  const { timing } = shop.config;
  shop.config = { ...shop.config, timing: { ...timing, erasureRepeat: 4 * DAY, erasureLate: 3 * DAY } };
};

test("by default a request is repeated for 30 days by a daily walk, and late after 25 days", () => {
  const { erasureEvery, erasureRepeat, erasureLate } = new Shop().config.timing;
  deepEqual([erasureEvery, erasureRepeat, erasureLate], [DAY, 30 * DAY, 25 * DAY]);
});

test("a request by buyer is repeated for that time, then done with the date; the walk rests while none is open", async () => {
  const shop = new Shop();
  quick(shop);
  await shop.ordersOf("ada", "1");
  await shop.asks({ buyerId: "ada" });
  await shop.walk();
  const cleared = (await shop.request())?.["clearedAt"];
  equal(cleared, new Date(shop.clock).toISOString());
  for (let day = 1; day <= 4; day++) {
    deepEqual(await shop.requests(), ["buyer"], `day ${day}`);
    await shop.nextWalk();
  }
  await shop.nextWalk();
  const done = await shop.request();
  deepEqual([await shop.requests(), done?.["clearedAt"], done?.["erased"]], [[], cleared, 1]);
  match(String(done?.["doneAt"]), /^2026-11-05T/);
  const { queries } = shop.table;
  deepEqual(await shop.nextWalk(), { open: 0, isLate: false });
  equal(shop.table.queries, queries, "no open request: no walk");
});

test("between two walks a pass reads one item", async () => {
  const shop = new Shop();
  await shop.asks({ buyerId: "ada" });
  await shop.walk();
  const { reads, queries } = shop.table;
  deepEqual(await shop.walk(), { open: 1, isLate: false });
  deepEqual([shop.table.reads - reads, shop.table.queries - queries], [1, 0]);
});

test("a delivery in doubt keeps the request open, with the reason, until it is resolved; near the limit it is late", async () => {
  const shop = new Shop();
  quick(shop);
  shop.parcelworks.fates.push("timeout-before-create");
  shop.parcelworks.searchable = false;
  await shop.ordersOf("ada", "1");
  await shop.run();
  equal((await shop.trace("1")).deliveries[0]?.state, "in-doubt");
  await shop.asks({ buyerId: "ada" });
  await shop.walk();
  const waiting = (await shop.ledger.erasures.open())[0]?.waiting?.orders;
  deepEqual(waiting, [{ orderId: "1", reason: "parcelworks/demo is in-doubt" }]);
  deepEqual(shop.left(), ["1"], "its look-up needs it");
  for (let day = 1; day < 3; day++) deepEqual(await shop.nextWalk(), { open: 1, isLate: false });
  deepEqual(await shop.nextWalk(), { open: 1, isLate: true });
  for (let day = 1; day < 4; day++) await shop.nextWalk();
  deepEqual(await shop.requests(), ["buyer"], "not done, though the time of its repeats is over");
  await shop.run();
  shop.parcelworks.searchable = true;
  shop.redrive("new");
  await shop.run();
  equal((await shop.trace("1")).deliveries[0]?.state, "erased");
  deepEqual(await shop.nextWalk(), { open: 0, isLate: false });
  deepEqual([shop.left(), shop.parcelworks.posts], [[], 1]);
  const request = await shop.request();
  deepEqual([request?.["waiting"], request?.["erased"]], [undefined, 1]);
});

test("a request for orders that has to wait for a delivery is finished by the walk", async () => {
  const shop = new Shop();
  await shop.ordersOf("ada", "1");
  await shop.ordersOf("ada", "2");
  let outcome = "";
  shop.parcelworks.onPost = async () => {
    if (outcome === "") outcome = (await shop.asks({ orderIds: ["1", "2", "3"] })).outcome;
  };
  await shop.run();
  equal(outcome, "erasure-requested");
  deepEqual([shop.left(), shop.parcelworks.posts], [["1"], 1], "the other is erased, and the unknown one remembered");
  await shop.walk();
  deepEqual([shop.left(), await shop.requests()], [[], []]);
  const request = await shop.request();
  deepEqual([request?.["erased"], request?.["doneAt"] !== undefined, request?.["repeatUntil"]], [3, true, undefined]);
});

test("the same event again changes nothing, and a crash of route-order in between is finished by its repeat", async () => {
  const shop = new Shop();
  await shop.ordersOf("ada", "1");
  await shop.ordersOf("bob", "2");
  await shop.run();
  for (let survives = 0; ; survives++) {
    let writes = 0;
    shop.table.beforePut = async () => {
      if (writes++ >= survives) throw new Error("killed");
    };
    const outcome = await shop.asks({ orderIds: ["1", "2"] }).then(
      (routed) => routed.outcome,
      () => "killed",
    );
    shop.table.beforePut = async () => {};
    if (outcome === "erased") break;
    ok(survives < 60, outcome);
  }
  deepEqual(shop.left(), []);
});

test("a walk that is interrupted after any step goes on where it ended, and erases every order", async () => {
  const table = new MemoryTable();
  const shop = new Shop(table);
  for (let id = 0; id < 130; id++) {
    if (id % 50 === 0) shop.clock += DAY;
    await shop.ordersOf("ada", `o${id}`, { financialState: "pending" });
  }
  await shop.asks("shop");
  let passes = 0;
  for (; (await shop.requests()).length > 0 && passes < 500; passes++) {
    const before = shop.left().length;
    // Time for a few pieces of work only; every fifth pass is killed at its third write.
    let calls = 0;
    const began = shop.clock;
    const now = () => began + ++calls * 100;
    let writes = 0;
    table.beforePut = async () => {
      if (passes % 5 === 4 && ++writes > 3) throw new Error("killed");
    };
    await shop.walk({ now, deadline: began + 4_000 }).catch(() => {});
    table.beforePut = async () => {};
    ok(shop.left().length <= before);
    const walk = await shop.ledger.erasures.walk();
    if (walk?.part === "over") break;
  }
  ok(passes > 3, `${passes} passes`);
  deepEqual(shop.left(), []);
  equal((await shop.ledger.erasures.open())[0]?.clearedAt !== undefined, true);
});

test("two passes at a time do not disturb each other", async () => {
  const shop = new Shop();
  for (let id = 0; id < 50; id++) await shop.ordersOf("ada", `o${id}`);
  await shop.run();
  await shop.asks({ buyerId: "ada" });
  await Promise.all([shop.walk(), shop.walk(), shop.walk()]);
  for (let pass = 0; pass < 5; pass++) await shop.walk();
  deepEqual(shop.left(), []);
});

test("one order that cannot be erased now keeps no other from it, and is erased by the next walk", async () => {
  const shop = new Shop();
  for (const id of ["1", "2", "3"]) await shop.ordersOf("ada", id);
  await shop.asks({ buyerId: "ada" });
  shop.table.beforePut = async ({ pk }) => {
    if (pk.endsWith("#2")) throw new Error("down");
  };
  const failed: string[] = [];
  await shop.walk({ failed: ({ orderId }) => void failed.push(orderId) });
  shop.table.beforePut = async () => {};
  deepEqual([[...new Set(failed)], shop.left()], [["2"], ["2"]]);
  const [request] = await shop.ledger.erasures.open();
  deepEqual(request?.waiting?.orders, [{ orderId: "2", reason: "failed: Error" }]);
  equal(request?.clearedAt, undefined);
  await shop.nextWalk();
  deepEqual(shop.left(), []);
});

test("a restore of the table brings back data and loses the request: its copy in S3 has both erased again", async () => {
  const objects = new Map<string, string>();
  const shop = new Shop(new MemoryTable(), objects);
  await shop.ordersOf("ada", "1");
  await shop.run();
  await shop.walk();
  const backup = [...structuredClone([...shop.table.items.values()])];
  await shop.asks({ buyerId: "ada" });
  await shop.asks({ orderIds: ["1"] });
  await shop.nextWalk();
  deepEqual(shop.left(), []);

  const restored = new MemoryTable();
  for (const item of backup) await restored.put(item, { expression: "attribute_not_exists(pk)" });
  const after = new Shop(restored, objects);
  after.clock = shop.clock + DAY;
  after.config = { ...after.config, restoredAt: new Date(after.clock).toISOString() };
  deepEqual(after.left(), ["1"]);
  await after.walk();
  deepEqual([after.left(), await after.requests()], [[], ["buyer"]]);
  await after.nextWalk();
  equal((await after.ledger.erasures.walk())?.restoredAt, after.config.restoredAt);
});

test("2,000 orders of a shop are erased in one walk, and read once", async () => {
  const shop = new Shop();
  await shop.ordersOf("ada", "o", { financialState: "pending" });
  const items = [...shop.table.items.values()];
  for (let order = 1; order < 2000; order++) {
    for (const { pk, ...item } of items.filter(({ sk }) => sk === "order" || sk === "body")) {
      const copy = { pk: `${pk}${order}`, ...item, ...(item.sk === "order" && { orderId: `o${order}` }) };
      await shop.table.put(copy, { expression: "attribute_not_exists(pk)" });
    }
  }
  equal(shop.left().length, 2000);
  await shop.asks("shop");
  await shop.walk();
  deepEqual(shop.left(), []);
  equal((await shop.ledger.erasures.open())[0]?.erased, 2000);
  const { reads } = shop.table;
  await shop.nextWalk();
  ok(shop.table.reads - reads < 20, `${shop.table.reads - reads} reads: erased orders are passed by without a read`);
});

test("a copy that a newer release wrote stops the restore: nothing is forgotten silently", async () => {
  const objects = new Map([["erasures/x", JSON.stringify({ v: 2 })]]);
  const { erasures } = createLedger(new MemoryTable(), bucketOf(objects));
  await erasures.restore().then(
    () => ok(false),
    (error: Error) => equal(error.name, "NewerRelease"),
  );
});

test("a request that names more orders than one item holds is kept in several, and done at once", async () => {
  const shop = new Shop();
  await shop.ordersOf("ada", "1");
  const orderIds = ["1", ...Array.from({ length: 1200 }, (_, index) => `unknown${index}`), "1"];
  equal((await shop.asks({ orderIds })).outcome, "erased");
  const requests = await shop.table.partition("erasure");
  deepEqual(
    requests.map(({ part, erased, doneAt }) => [part, erased, doneAt !== undefined]),
    [
      [undefined, 500, true],
      [1, 500, true],
      [2, 201, true],
    ],
  );
  deepEqual(shop.left(), []);
});

test("a request for which route-order's time is too short is left to the walk", async () => {
  const shop = new Shop();
  for (const id of ["1", "2", "3"]) await shop.ordersOf("ada", id);
  shop.table.beforePut = async ({ pk }) => {
    if (pk.endsWith("#1")) shop.clock += 60_000;
  };
  const orderIds = ["1", ...Array.from({ length: 20 }, (_, index) => `u${index}`), "2", "3"];
  equal((await shop.asks({ orderIds })).outcome, "erasure-requested");
  shop.table.beforePut = async () => {};
  ok(shop.left().length > 0);
  await shop.walk();
  deepEqual([shop.left(), await shop.requests()], [[], []]);
});
