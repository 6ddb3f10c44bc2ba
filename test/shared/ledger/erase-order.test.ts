import { deepEqual, equal, match, ok } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { Rejected } from "../../../shared/errors.ts";
import type { Item } from "../../../shared/ledger/table.ts";
import { Order } from "../../../shared/order.ts";
import { CANARY, ErasureRelay, everything, personalOrder } from "../../support/erasure-relay.ts";
import { startLedger, type TestLedger } from "../../support/ledger-table.ts";
import { MemoryTable } from "../../support/memory-table.ts";

const HOUR = 3_600_000;
const inMemory = () => new ErasureRelay(new MemoryTable());

const left = (relay: ErasureRelay): string[] => {
  const items = relay.table instanceof MemoryTable ? [...relay.table.items.values()] : [];
  return everything(items, relay.objects)
    .filter((text) => CANARY.test(text))
    .map((text) => text.slice(0, 200));
};

/** The provider refuses an order and quotes the buyer. */
const refuseWithQuote = (relay: ErasureRelay) => {
  relay.parcelworks.client.prepare = async () => {
    throw new Rejected("the address street-canary 1 of Ada Canary is not known");
  };
};

describe("on a real table", () => {
  let started: TestLedger;
  before(async () => {
    started = await startLedger("dynalite");
  });
  after(() => started.stop());

  const scan = async (): Promise<Item[]> =>
    ((await started.client.send(new ScanCommand({ TableName: "ledger" }))).Items ?? []).map(
      (item) => unmarshall(item) as Item,
    );

  test("nothing personal is left in any item and any object; identity, states and references are", async () => {
    const relay = new ErasureRelay(started.table, started.objects);
    const large = (word: string) => `${word}-canary ${randomBytes(400 * 1024).toString("base64")}`;
    await relay.arrives({ order: personalOrder({ id: "1" }) });
    await relay.arrives({ order: personalOrder({ id: "2", note: large("first") }) });
    const updatedAt = "2026-11-01T11:00:00.000Z";
    await relay.arrives({ order: personalOrder({ id: "2", note: large("second"), updatedAt }) });
    await relay.run();
    refuseWithQuote(relay);
    await relay.arrives({ order: personalOrder({ id: "3" }) });
    await relay.run(HOUR);
    await relay.arrives({ order: personalOrder({ id: "4", financialState: "pending" }) });
    // Events above 1 MiB are in S3: those of the order's trace, and another order's.
    const events = (await relay.record("2"))?.events.map(({ eventId }) => eventId) ?? [];
    for (const eventId of events) relay.objects.set(`events/plain/main/${eventId}`, "event-canary");
    relay.objects.set("events/plain/main/evt_other", "another order's");
    ok((await scan()).length >= 10);
    const before = everything(await scan(), relay.objects).filter((text) => CANARY.test(text));
    ok(before.length === 3 + 2 + 1 + events.length, `${before.length} places`);
    const buyers = (await Promise.all(["1", "2", "3", "4"].map(relay.record))).map((record) => record?.buyer ?? "");
    const digests = (await scan()).flatMap(({ addressDigest }) => (addressDigest ? [String(addressDigest)] : []));
    equal(digests.length, 2);

    for (const id of ["1", "2", "3", "4"]) equal(await relay.erase(id), "erased");
    const texts = everything(await scan(), relay.objects);
    deepEqual(
      texts.filter((text) => CANARY.test(text) || [...buyers, ...digests].some((hash) => text.includes(hash))),
      [],
    );
    deepEqual([...relay.objects.keys()], ["events/plain/main/evt_other"]);

    const trace = await relay.trace("2");
    deepEqual(
      trace.deliveries.map(({ state, reference, providerOrderIds }) => [state, reference, providerOrderIds]),
      [["created", "pm-2", ["P2"]]],
    );
    deepEqual([trace.state, trace.events.at(-1)?.outcome], ["recorded", "the buyer's data is erased"]);
    deepEqual(
      (await relay.trace("3")).deliveries.map(({ state, reason }) => [state, reason]),
      [["erased", null]],
    );
    equal((await relay.trace("4")).state, "held");
    equal(await relay.erase("1"), "erased before");
  });

  test("a slower worker's body and error text replace nothing, and its object in S3 goes too", async () => {
    const relay = new ErasureRelay(started.table, started.objects);
    const order = Order.parse(personalOrder({ id: "slow" }));
    await relay.arrives({ order });
    const identity = { channel: "plain", connection: "main", orderId: "slow" };
    equal(await relay.erase("slow"), "erased");
    const late = { freshness: "9999", digest: "d", expiresAt: 1_900_000_000 };
    await relay.ledger.putBody(identity, order, late);
    const note = randomBytes(400 * 1024).toString("base64");
    await relay.ledger.putBody(identity, { ...order, note }, late);
    const [delivery] = (await relay.file("slow"))?.deliveries ?? [];
    ok(delivery);
    const errorText = { text: "street-canary 1", rev: delivery.rev + 1, expiresAt: 1_900_000_000 };
    equal(await relay.ledger.putDelivery({ ...delivery, rev: delivery.rev + 1, errorText }), "conflict");
    equal((await relay.file("slow"))?.body, undefined);
    deepEqual(
      everything(await scan(), relay.objects).filter((text) => CANARY.test(text)),
      [],
    );
    equal([...relay.objects.keys()].filter((key) => key.startsWith("bodies/")).length, 0);
  });
});

describe("what comes later", () => {
  test("events of an erased order change its state only: nothing is stored, nothing is sent", async () => {
    const relay = inMemory();
    await relay.arrives({ order: personalOrder({ id: "1", financialState: "pending" }) });
    equal(await relay.erase("1"), "erased");
    for (const [minute, changes] of [
      [1, { financialState: "pending" }],
      [2, { financialState: "paid" }],
      [3, { financialState: "paid", note: "new-canary" }],
      [4, { financialState: "paid", cancelledAt: "2026-11-01T13:00:00.000Z" }],
      [5, { financialState: "paid" }],
      [6, { buyer: { name: "****" }, shippingAddress: { name: "****", street1: "****", city: "****", country: "DE" } }],
    ] as const) {
      const updatedAt = `2026-11-01T12:0${minute}:00.000Z`;
      await relay.arrives({ order: personalOrder({ id: "1", updatedAt, ...changes }) });
      deepEqual([left(relay), relay.queue.length], [[], 0], JSON.stringify(changes));
    }
    const record = await relay.record("1");
    deepEqual([record?.state, record?.decided, record?.buyer], ["cancelled", [], "erased"]);
    match(record?.events.at(-1)?.outcome ?? "", /nothing but its state is kept/);
  });

  test("an order that is not known yet is remembered: the event that brings it later is not stored", async () => {
    const relay = inMemory();
    equal(await relay.erase("1"), "erased");
    equal((await relay.arrives({ order: personalOrder({ id: "1" }) })).outcome, "touched");
    deepEqual([left(relay), relay.queue.length, (await relay.record("1"))?.state], [[], 0, "cancelled"]);
  });

  test("the cancellation of an erased order that was created is reported as too late", async () => {
    const relay = inMemory();
    await relay.arrives({ order: personalOrder({ id: "1" }) });
    await relay.run();
    equal(await relay.erase("1"), "erased");
    await relay.arrives({ kind: "change", orderId: "1", change: "cancelled", topic: "orders/delete" });
    deepEqual([(await relay.record("1"))?.state, relay.late], ["cancelled", ["parcelworks/demo"]]);
    equal((await relay.trace("1")).deliveries[0]?.state, "created");
  });

  test("a worker that read the order before the erasure writes neither body nor record", async () => {
    const table = new MemoryTable();
    const relay = new ErasureRelay(table);
    for (const isKnown of [true, false]) {
      const id = isKnown ? "known" : "unknown";
      if (isKnown) await relay.arrives({ order: personalOrder({ id }) });
      // The erasure runs whole between the worker's read and its first write.
      let isFirst = true;
      table.beforePut = async () => {
        if (!isFirst) return;
        isFirst = false;
        equal(await relay.erase(id), "erased");
      };
      const updatedAt = "2026-11-01T11:00:00.000Z";
      await relay.arrives({ order: personalOrder({ id, updatedAt, note: "late-canary" }) });
      table.beforePut = async () => {};
      deepEqual(left(relay), [], id);
      ok((await relay.record(id))?.erasure?.erasedAt);
    }
    await relay.run();
    equal(relay.parcelworks.posts, 0);
  });

  test("find-due sends nothing of an erased order, and asks no channel for it", async () => {
    const relay = inMemory();
    await relay.arrives({ order: personalOrder({ id: "1" }) });
    relay.queue.length = 0;
    await relay.due();
    equal(await relay.erase("1"), "erased");
    relay.clock += 24 * HOUR;
    const { resent, failed } = await relay.due();
    deepEqual([resent, failed, relay.queue.length], [0, 0, 0]);
  });
});

describe("a delivery under way", () => {
  test("that was not sent is erased: its message is acknowledged without a call", async () => {
    const relay = inMemory();
    await relay.arrives({ order: personalOrder({ id: "1" }) });
    equal(await relay.erase("1"), "erased");
    await relay.run();
    deepEqual([relay.parcelworks.posts, relay.queue.length, relay.deadLetters.length], [0, 0, 0]);
    equal((await relay.trace("1")).deliveries[0]?.state, "erased");
  });

  test("whose worker has read the order already does not get its claim", async () => {
    const table = new MemoryTable();
    const relay = new ErasureRelay(table);
    await relay.arrives({ order: personalOrder({ id: "1" }) });
    let isFirst = true;
    table.beforePut = async ({ sk }) => {
      if (!isFirst || !sk.startsWith("delivery#")) return;
      isFirst = false;
      equal(await relay.erase("1"), "erased");
    };
    await relay.run();
    deepEqual([relay.parcelworks.posts, left(relay)], [0, []]);
  });

  test("that is being sent is finished first, with its data; then it is erased", async () => {
    const relay = inMemory();
    await relay.arrives({ order: personalOrder({ id: "1" }) });
    let meanwhile: unknown;
    relay.parcelworks.onPost = async () => {
      meanwhile = await relay.erase("1");
    };
    await relay.run();
    deepEqual(meanwhile, { waits: "parcelworks/demo is sending" });
    equal((await relay.trace("1")).deliveries[0]?.state, "created");
    ok(left(relay).length > 0);
    equal(await relay.erase("1"), "erased");
    deepEqual([left(relay), relay.parcelworks.posts], [[], 1]);
  });

  for (const [fate, state] of [
    ["timeout-after-create", "created"],
    ["timeout-before-create", "erased"],
    ["killed-after-create", "created"],
    ["killed-before-create", "erased"],
  ] as const) {
    test(`${fate}: is looked up first and then ${state}, never sent a second time`, async () => {
      const relay = inMemory();
      relay.parcelworks.fates.push(fate);
      await relay.arrives({ order: personalOrder({ id: "1" }) });
      await relay.run(0);
      const first = await relay.erase("1");
      ok(typeof first === "object" && /in-doubt|sending/.test(first.waits), JSON.stringify(first));
      await relay.run();
      equal(await relay.erase("1"), "erased");
      deepEqual([relay.parcelworks.posts, left(relay)], [1, []]);
      equal((await relay.trace("1")).deliveries[0]?.state, state);
      equal(relay.parcelworks.live().length, state === "created" ? 1 : 0);
    });
  }

  test("an attempt that read it in doubt before the erasure does not send it again", async () => {
    const table = new MemoryTable();
    const relay = new ErasureRelay(table);
    relay.parcelworks.fates.push("timeout-before-create");
    await relay.arrives({ order: personalOrder({ id: "1" }) });
    await relay.run(0);
    const { client } = relay.parcelworks;
    const find = client.find.bind(client);
    let isFirst = true;
    client.find = async (sent, outgoing) => {
      // The look-up after which it would be sent again: the time of doubt is over.
      const settledAt = (await relay.file("1"))?.deliveries[0]?.settledAt ?? Number.POSITIVE_INFINITY;
      if (isFirst && relay.clock >= settledAt + relay.config.timing.leaseSkew) {
        isFirst = false;
        deepEqual(await relay.erase("1"), { waits: "parcelworks/demo is in-doubt" });
      }
      return find(sent, outgoing);
    };
    await relay.run();
    deepEqual([isFirst, relay.parcelworks.posts], [false, 1]);
    equal(await relay.erase("1"), "erased");
    equal((await relay.trace("1")).deliveries[0]?.state, "erased");
  });

  for (const [fate, state] of [
    ["rejected-after-create", "created"],
    ["rejected", "erased"],
  ] as const) {
    test(`${fate}: waits for the operator in the DLQ, gets one message that looks it up, and is ${state}`, async () => {
      const relay = inMemory();
      relay.parcelworks.fates.push(fate);
      await relay.arrives({ order: personalOrder({ id: "1" }) });
      await relay.run();
      deepEqual([relay.deadLetters.length, relay.queue.length], [1, 0]);
      deepEqual(await relay.erase("1"), { waits: "parcelworks/demo is rejected and may exist there" });
      equal(relay.queue.length, 1, "a message to look it up");
      for (const _ of [1, 2]) await relay.erase("1");
      equal(relay.queue.length, 1, "one message, however often it is tried");
      await relay.run();
      equal(await relay.erase("1"), "erased");
      deepEqual([relay.parcelworks.posts, left(relay)], [1, []]);
      equal((await relay.trace("1")).deliveries[0]?.state, state);
      relay.redrive("new");
      await relay.run();
      deepEqual([relay.parcelworks.posts, relay.deadLetters.length], [1, 0], "its dead letter is acknowledged");
    });
  }

  test("whose queue is down: the look-up is not lost, find-due sends its message", async () => {
    const relay = inMemory();
    relay.parcelworks.fates.push("rejected");
    await relay.arrives({ order: personalOrder({ id: "1" }) });
    await relay.run();
    relay.queueDown = 1;
    await relay.erase("1").catch(() => {});
    equal(relay.queue.length, 0);
    relay.clock += HOUR;
    await relay.due();
    equal(relay.queue.length, 1);
    await relay.run();
    equal(await relay.erase("1"), "erased");
  });

  test("a step that is open after creation is finished first", async () => {
    const relay = inMemory();
    const { client } = relay.parcelworks;
    const create = client.create.bind(client);
    client.create = async (prepared, outgoing) => ({ ...(await create(prepared, outgoing)), followUp: "mark-paid" });
    client.followUp = async () => {
      throw new Error("down");
    };
    await relay.arrives({ order: personalOrder({ id: "1" }) });
    await relay.run(0);
    deepEqual(await relay.erase("1"), { waits: "parcelworks/demo is created, and its step mark-paid is open" });
    client.followUp = async () => {};
    await relay.run();
    equal(await relay.erase("1"), "erased");
    deepEqual(left(relay), []);
  });
});

test("a crash before any write of an erasure leaves nothing that the next one does not finish", async () => {
  for (let survives = 0; ; survives++) {
    const table = new MemoryTable();
    const relay = new ErasureRelay(table);
    await relay.arrives({ order: personalOrder({ id: "1" }) });
    await relay.run();
    let writes = 0;
    table.beforePut = async () => {
      if (writes++ >= survives) throw new Error("killed");
    };
    const isKilled = await relay.erase("1").then(
      () => false,
      () => true,
    );
    table.beforePut = async () => {};
    const last = await relay.erase("1");
    deepEqual([isKilled ? last : "erased", left(relay)], ["erased", []], `killed before write ${survives}`);
    if (!isKilled) return ok(survives >= 4, `${survives} writes`);
  }
});
