import { deepEqual, equal, match, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as z from "zod/mini";
import { HttpFailure } from "../../shared/connector/http.ts";
import { MalformedEvent, Misconfigured, Throttled, Unavailable } from "../../shared/errors.ts";
import { Order } from "../../shared/order.ts";
import { QUICK_TABLE, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { market } from "../support/market.ts";
import { MarketContext, NORTH, SOUTH } from "../support/market-context.ts";
import { sampleOrder } from "../support/relay.ts";
import { DAY, HOUR, MINUTE, newId, ONE, TWO } from "../support/route-order-context.ts";

const orderOf = (changes: Record<string, unknown>): Order => z.parse(Order, sampleOrder(changes));

/** Where an order was sent, however often. */
const sentOnce = (relay: MarketContext, id: string): string[] => [...new Set(relay.sentOf(id))].sort();

let started: TestLedger;
before(async () => {
  started = await startLedger(QUICK_TABLE);
});
after(() => started.stop());

describe("an app's endpoint", () => {
  test("serves several shops: the event's shop picks the connection, and its API", async () => {
    const relay = await MarketContext.open(started);
    const id = newId();
    relay.api(NORTH).orders.set(id, orderOf({ id, note: "north's" }));
    relay.api(SOUTH).orders.set(id, orderOf({ id, note: "south's" }));
    relay.webhook({ shop: "n1", topic: "order.changed", orderId: id });
    relay.webhook({ shop: "s1", topic: "order.changed", orderId: id });
    deepEqual(
      (await relay.run(0)).map(({ outcome, connection }) => [outcome, connection]),
      [
        ["recorded", NORTH],
        ["recorded", SOUTH],
      ],
    );
    deepEqual([relay.api(NORTH).calls, relay.api(SOUTH).calls], [1, 1]);
    equal((await relay.bodyOf(id, "north")).note, "north's");
    equal((await relay.bodyOf(id, "south")).note, "south's");
    deepEqual(relay.sentOf(id), [ONE, TWO, ONE, TWO]);
  });

  test("ignores what is of an unknown shop, without a call and without a trace in the ledger", async () => {
    const relay = await MarketContext.open(started);
    const id = newId();
    for (const connection of [NORTH, SOUTH]) relay.api(connection).orders.set(id, orderOf({ id }));
    relay.webhook({ shop: "x9", topic: "order.changed", orderId: id });
    relay.commands.length = 0;
    const [routed] = await relay.run(0);
    equal(routed?.outcome, "unknown-shop");
    deepEqual([relay.intake, relay.deadLetters, relay.commands], [[], [], []]);
    deepEqual([relay.api(NORTH).calls, relay.api(SOUTH).calls], [0, 0]);
  });

  test("takes a shop's ID in upper and lower case for the same", async () => {
    const relay = await MarketContext.open(started);
    relay.webhook({ shop: "N1", topic: "something.else" });
    equal((await relay.run(0))[0]?.connection, NORTH);
  });
});

describe("an order to fetch", () => {
  test("comes from a poll as it comes from a webhook", async () => {
    const relay = await MarketContext.open(started);
    const id = newId();
    relay.api(SOUTH).orders.set(id, orderOf({ id }));
    relay.poll(id, "south");
    equal((await relay.run(0))[0]?.outcome, "recorded");
    deepEqual(relay.sentOf(id), [ONE, TWO]);
    equal((await relay.orderOf(id, "south"))?.events[0]?.topic, "poll");
    relay.poll(id, "south");
    equal((await relay.run(0))[0]?.outcome, "duplicate");
    equal(relay.sentOf(id).length, 2);
  });

  test("waits in the DLQ while its connection is out of the stage, and is an order once that is back", async () => {
    const relay = await MarketContext.open(started);
    const id = newId();
    relay.api(NORTH).orders.set(id, orderOf({ id }));
    const { config } = relay;
    relay.config = { ...config, connections: config.connections.filter(({ name }) => name !== "north") };
    relay.poll(id);
    const [routed] = await relay.run(0);
    deepEqual([routed?.outcome, routed?.field], ["unreadable", "connection"]);
    equal(relay.deadLetters.length, 1);
    relay.config = config;
    relay.redrive();
    equal((await relay.run(0))[0]?.outcome, "recorded");
  });

  test("that was fetched later is newer, where the channel moved no time: a changed order is never a duplicate", async () => {
    const relay = await MarketContext.open(started);
    const id = newId();
    relay.api().orders.set(id, orderOf({ id, total: "1.00" }));
    relay.poll(id);
    await relay.run(MINUTE);
    relay.api().orders.set(id, orderOf({ id, total: "2.00" }));
    relay.poll(id);
    equal((await relay.run(MINUTE)).at(-1)?.outcome, "updated");
    equal((await relay.bodyOf(id)).total, "2.00");
  });

  test("that cannot be mapped is unreadable by its field, and repaired by a redrive", async () => {
    const relay = await MarketContext.open(started);
    const id = newId();
    relay.api().orders.set(id, orderOf({ id }));
    relay
      .api()
      .failures.push(
        ...Array.from({ length: 25 }, () => new MalformedEvent({ field: "buyer.address", problem: "is missing" })),
      );
    relay.poll(id);
    const [routed] = await relay.run(0);
    deepEqual([routed?.outcome, routed?.field, relay.deadLetters.length], ["unreadable", "buyer.address", 1]);
    deepEqual(relay.apiFailures, [], "its connection goes on");
    relay.redrive();
    equal((await relay.run(0))[0]?.outcome, "recorded");
  });

  for (const [what, ids] of [
    ["are halves of a character, which the ledger would take for one", ["7\ud800", "7\udbff"]],
    ["are empty", [""]],
    ["are longer than a key may be", ["7".repeat(256)]],
  ] as const) {
    test(`whose own IDs ${what} is unreadable, and never merged with another`, async () => {
      const relay = await MarketContext.open(started);
      for (const id of ids) {
        const asked = newId();
        relay.api().orders.set(asked, { ...orderOf({ id: asked }), id });
        relay.poll(asked);
        const [routed] = await relay.run(0);
        deepEqual([routed?.outcome, routed?.field], ["unreadable", "order ID"]);
      }
      equal(relay.deadLetters.length, ids.length);
      for (const id of ids) deepEqual(relay.sentOf(id), []);
    });
  }

  test("that is known, was not sent and cannot be mapped now is held with the field, until it can", async () => {
    const relay = await MarketContext.open(started);
    const [id, other] = [newId(), newId()];
    relay.api().orders.set(id, orderOf({ id, financialState: "pending" }));
    relay.poll(id);
    await relay.run(0);
    relay.api().orders.set(id, orderOf({ id, updatedAt: "2026-11-01T11:00:00Z" }));
    const missing = () => new MalformedEvent({ field: "buyer.address", problem: "is missing" });
    // Each of the two is received until SQS moves it to the DLQ.
    relay.api().failures.push(...Array.from({ length: 50 }, missing));
    relay.poll(id);
    relay.poll(other);
    await relay.run(0);
    const { state, reason } = (await relay.orderOf(id)) ?? {};
    deepEqual([state, reason], ["held", "cannot be read: buyer.address is missing"]);
    // What was asked for may be a member of a pack, which has another ID.
    equal(await relay.orderOf(other), undefined);
    relay.redrive();
    await relay.run(0);
    deepEqual(relay.sentOf(id), [ONE, TWO]);
  });

  test("that makes its connector throw comes back by itself, and keeps no other order of the connection waiting", async () => {
    const relay = await MarketContext.open(started);
    const [bad, good] = [newId(), newId()];
    for (const id of [bad, good]) relay.api().orders.set(id, orderOf({ id }));
    relay.api().failures.push(new TypeError("of Ada Byron"));
    relay.poll(bad);
    const [routed] = await relay.run(0);
    deepEqual([routed?.outcome, routed?.error], ["waiting", "TypeError"]);
    ok(!JSON.stringify({ ...routed, event: undefined }).includes("Ada"));
    relay.poll(good);
    equal((await relay.run(0)).at(-1)?.outcome, "recorded");
    equal((await relay.run(MINUTE)).at(-1)?.outcome, "recorded");
  });
});

describe("a webhook whose signature does not cover its body is a hint:", () => {
  for (const covers of ["nothing", "event-id"] as const) {
    test(`(${covers}) an order in it creates nothing that the API does not have`, async () => {
      const relay = await MarketContext.open(started, market(covers));
      const id = newId();
      relay.webhook({ shop: "n1", topic: "order.whole", order: orderOf({ id, note: "forged" }) });
      equal((await relay.run(0))[0]?.outcome, "waiting");
      equal(await relay.orderOf(id), undefined);
      deepEqual(relay.sent, []);
    });

    test(`(${covers}) what the API has is recorded, whatever the hint says`, async () => {
      const relay = await MarketContext.open(started, market(covers));
      const id = newId();
      relay.api().orders.set(id, orderOf({ id, note: "genuine" }));
      relay.webhook({ shop: "n1", topic: "order.whole", order: orderOf({ id, note: "forged" }) });
      equal((await relay.run(0))[0]?.outcome, "recorded");
      equal((await relay.bodyOf(id)).note, "genuine");
    });

    test(`(${covers}) a deletion in it cancels nothing, whether the API has the order or not`, async () => {
      for (const isThere of [true, false]) {
        const relay = await MarketContext.open(started, market(covers));
        const id = newId();
        relay.api().orders.set(id, orderOf({ id }));
        relay.poll(id);
        await relay.run(MINUTE);
        if (!isThere) relay.api().orders.delete(id);
        relay.webhook({ shop: "n1", topic: "order.deleted", orderId: id, time: new Date(relay.clock).toISOString() });
        await relay.run(MINUTE);
        equal((await relay.orderOf(id))?.state, "recorded");
      }
    });

    test(`(${covers}) a request to erase is not believed and not lost`, async () => {
      const relay = await MarketContext.open(started, market(covers));
      relay.webhook({ shop: "n1", topic: "buyer.erase", buyerId: "b1" });
      const [routed] = await relay.run(0);
      deepEqual([routed?.outcome, routed?.field, relay.deadLetters.length], ["unreadable", "signature", 1]);
    });

    test(`(${covers}) that the app was uninstalled is asked of the API, which says whether it is so`, async () => {
      const relay = await MarketContext.open(started, market(covers));
      relay.webhook({ shop: "n1", topic: "app.uninstalled" });
      equal((await relay.run(0))[0]?.outcome, "still-connected");
      equal(relay.api().calls, 1);
      relay.api().down = new Misconfigured("401");
      relay.webhook({ shop: "n1", topic: "app.uninstalled" });
      equal((await relay.run(0)).at(-1)?.outcome, "waiting");
      deepEqual(
        relay.apiFailures.map(({ connection, error }) => [connection, error instanceof Misconfigured]),
        [[NORTH, true]],
      );
    });
  }

  test("without an API to ask, an order in it ends in the DLQ", async () => {
    const { api: _, ...withoutApi } = market("nothing");
    const relay = await MarketContext.open(started, withoutApi);
    const id = newId();
    relay.webhook({ shop: "n1", topic: "order.whole", order: orderOf({ id }) });
    equal((await relay.run(0))[0]?.outcome, "unreadable");
    equal(relay.deadLetters.length, 1);
    equal(await relay.orderOf(id), undefined);
  });
});

describe("a webhook whose signature covers its body", () => {
  test("is an order without a fetch, where it carries one", async () => {
    const relay = await MarketContext.open(started, market("body"));
    const id = newId();
    relay.webhook({ shop: "n1", topic: "order.whole", order: orderOf({ id }) });
    equal((await relay.run(0))[0]?.outcome, "recorded");
    equal(relay.api().calls, 0);
  });

  test("deletes an order that the API does not have any more, and none that it still has", async () => {
    const relay = await MarketContext.open(started, market("body"));
    const [deleted, kept] = [newId(), newId()];
    for (const id of [deleted, kept]) {
      relay.api().orders.set(id, orderOf({ id }));
      relay.poll(id);
    }
    await relay.run(MINUTE);
    relay.api().orders.delete(deleted);
    for (const orderId of [deleted, kept]) relay.webhook({ shop: "n1", topic: "order.deleted", orderId });
    await relay.run(MINUTE);
    equal((await relay.orderOf(deleted))?.state, "cancelled");
    equal((await relay.orderOf(kept))?.state, "recorded");
  });

  test("says that the app was uninstalled: no call is needed", async () => {
    const relay = await MarketContext.open(started, market("body"));
    relay.webhook({ shop: "n1", topic: "app.uninstalled" });
    equal((await relay.run(0))[0]?.outcome, "interrupted");
    equal(relay.api().calls, 0);
  });

  test("asks for an erasure, which is done at once, and which the order's trace says", async () => {
    const relay = await MarketContext.open(started, market("body"));
    const id = newId();
    relay.api().orders.set(id, orderOf({ id }));
    relay.poll(id);
    await relay.run(MINUTE);
    relay.webhook({ shop: "n1", topic: "orders.erase", orderId: id });
    equal((await relay.run(0)).at(-1)?.outcome, "erased");
    const record = await relay.orderOf(id);
    equal(record?.events.at(-1)?.outcome, "the buyer's data is erased");
    equal(record?.state, "recorded");
  });

  test("asks for a buyer's erasure: the request is kept once, without the buyer's ID, as the buyer's orders carry it", async () => {
    const relay = await MarketContext.open(started, market("body"));
    const id = newId();
    relay.webhook({ shop: "n1", topic: "order.whole", order: orderOf({ id, buyer: { id: "ada-1815" } }) });
    relay.webhook({ shop: "n1", topic: "buyer.erase", buyerId: "ada-1815" });
    const [, request] = relay.intake;
    ok(request);
    const { body } = request;
    await relay.run(0);
    await relay.routes(body);
    const kept = await relay.table.partition("erasure");
    const subjects = kept.map(({ subject }) => subject);
    deepEqual(subjects, [{ kind: "buyer", buyer: (await relay.orderOf(id))?.buyer }]);
    ok(!JSON.stringify(kept).includes("ada-1815"));
  });
});

describe("a channel's API that is down", () => {
  test("loses nothing: every event comes back until it is up again, while another connection's go on", async () => {
    const relay = await MarketContext.open(started);
    relay.api(NORTH).down = new HttpFailure("timeout", true);
    const ids = Array.from({ length: 20 }, newId);
    for (const id of ids) {
      relay.api(NORTH).orders.set(id, orderOf({ id }));
      relay.webhook({ shop: "n1", topic: "order.changed", orderId: id });
    }
    const other = newId();
    relay.api(SOUTH).orders.set(other, orderOf({ id: other }));
    relay.webhook({ shop: "s1", topic: "order.changed", orderId: other });
    await relay.run(0);
    deepEqual(relay.sentOf(other), [ONE, TWO], "at once");
    equal(relay.intake.length, 20);
    equal(relay.api(NORTH).calls, 1, "one call found it out");

    await relay.run(2 * HOUR);
    ok(relay.api(NORTH).calls < 20, `${relay.api(NORTH).calls} calls for 20 events in two hours`);
    equal(relay.intake.length, 20);
    relay.api(NORTH).down = undefined;
    await relay.run(6 * HOUR);
    for (const id of ids) deepEqual(relay.sentOf(id), [ONE, TWO]);
    deepEqual([relay.intake, relay.deadLetters], [[], []]);
  });

  test("keeps other environments from calling it as well", async () => {
    const relay = await MarketContext.open(started);
    relay.api().down = new Unavailable("maintenance");
    relay.poll(newId());
    await relay.run(0);
    for (let count = 0; count < 5; count++) {
      relay.backoff = relay.environment();
      relay.poll(newId());
      equal((await relay.run(0)).at(-1)?.outcome, "waiting");
    }
    equal(relay.api().calls, 1);
  });

  test("is not called before its Retry-After is over", async () => {
    const relay = await MarketContext.open(started);
    const id = newId();
    relay.api().orders.set(id, orderOf({ id }));
    relay.api().failures.push(new Throttled("429", HOUR));
    const message = relay.poll(id);
    await relay.run(0);
    ok(message.visibleAt >= relay.clock + HOUR);
    await relay.run(HOUR - 1);
    equal(relay.api().calls, 1);
    await relay.run(HOUR);
    deepEqual([relay.api().calls, relay.sentOf(id)], [2, [ONE, TWO]]);
  });

  test("for half the queue's retention sends the event to the DLQ, whole; a redrive makes the order of it", async () => {
    const relay = await MarketContext.open(started);
    const id = newId();
    relay.api().orders.set(id, orderOf({ id }));
    relay.api().down = new Unavailable("down");
    const { body } = relay.webhook({ shop: "n1", topic: "order.changed", orderId: id });
    await relay.run(2 * DAY - 1);
    deepEqual([relay.intake.length, relay.deadLetters.length], [1, 0], "not before");
    const routed = await relay.run(4 * HOUR);
    equal(routed.at(-1)?.outcome, "gave-up");
    deepEqual(
      relay.deadLetters.map((letter) => letter.body),
      [body],
    );
    relay.api().down = undefined;
    relay.redrive();
    await relay.run(HOUR);
    deepEqual(relay.sentOf(id), [ONE, TWO]);
  });

  test("refuses our credentials: that is reported once a backoff, not once an event", async () => {
    const relay = await MarketContext.open(started);
    relay.api().down = new Misconfigured("401");
    for (let count = 0; count < 10; count++) relay.poll(newId());
    await relay.run(0);
    deepEqual([relay.apiFailures.length, relay.intake.length], [1, 10]);
  });
});

describe("an order that the API does not have", () => {
  test("may be about to appear: the event comes back, and the order is recorded", async () => {
    const relay = await MarketContext.open(started);
    const id = newId();
    relay.webhook({ shop: "n1", topic: "order.changed", orderId: id });
    await relay.run(5 * MINUTE);
    equal(await relay.orderOf(id), undefined);
    relay.api().orders.set(id, orderOf({ id }));
    await relay.run(10 * MINUTE);
    deepEqual(relay.sentOf(id), [ONE, TWO]);
  });

  test("and the ledger does not know either, after 15 minutes sends its event to the DLQ", async () => {
    const relay = await MarketContext.open(started);
    relay.webhook({ shop: "n1", topic: "order.changed", orderId: newId() });
    await relay.run(15 * MINUTE - 1);
    deepEqual([relay.intake.length, relay.deadLetters.length], [1, 0]);
    await relay.run(1);
    deepEqual([relay.intake.length, relay.deadLetters.length], [0, 1]);
    deepEqual(relay.apiFailures, [], "its connection goes on");
  });

  test("keeps its state where it was sent, and the trace says so", async () => {
    const relay = await MarketContext.open(started);
    const id = newId();
    relay.api().orders.set(id, orderOf({ id }));
    relay.poll(id);
    await relay.run(MINUTE);
    const before = await relay.orderOf(id);
    relay.api().orders.delete(id);
    relay.poll(id);
    equal((await relay.run(0)).at(-1)?.outcome, "gone");
    const record = await relay.orderOf(id);
    deepEqual([record?.state, record?.decided, record?.workAt], ["recorded", [ONE, TWO], before?.workAt]);
    match(record?.events.at(-1)?.outcome ?? "", /^gone/);
  });

  test("is held where nothing was sent, looked at again, overdue after 15 minutes, and goes on once it is found", async () => {
    const relay = await MarketContext.open(started);
    const id = newId();
    relay.api().orders.set(id, orderOf({ id, financialState: "pending" }));
    relay.poll(id);
    await relay.run(MINUTE);
    relay.api().orders.delete(id);
    relay.poll(id);
    const [first] = await relay.run(0);
    deepEqual([first?.outcome, first?.state, first?.isOverdue], ["gone", "held", false]);
    match((await relay.orderOf(id))?.reason ?? "", /does not have this order/);
    const seen: (boolean | undefined)[] = [];
    for (let minutes = 0; minutes < 20; minutes++) {
      await relay.pass();
      seen.push(...(await relay.run(MINUTE)).map(({ isOverdue }) => isOverdue));
    }
    deepEqual(seen, [false, true]);
    relay.api().orders.set(id, orderOf({ id }));
    await relay.live(HOUR);
    deepEqual(sentOnce(relay, id), [ONE, TWO]);
    equal((await relay.orderOf(id))?.reason, undefined);
  });
});

describe("an order that its channel holds", () => {
  const HOLD = "masked address: the channel shows it later";

  test("is held with that reason and a next look; it goes on once a fetch finds the hold lifted", async () => {
    const relay = await MarketContext.open(started);
    const id = newId();
    relay.api().orders.set(id, orderOf({ id, hold: { reason: HOLD } }));
    relay.webhook({ shop: "n1", topic: "order.changed", orderId: id });
    equal((await relay.run(0))[0]?.state, "held");
    const held = await relay.orderOf(id);
    equal(held?.reason, HOLD);
    equal(held?.workAt, new Date(relay.clock + relay.config.timing.holdLookAfter).toISOString());

    await relay.live(HOUR);
    deepEqual(relay.sent, []);
    ok(relay.api().calls > 1, "it was looked at");
    deepEqual(relay.tickets, []);
    await relay.live(4 * DAY, HOUR);
    deepEqual(
      relay.tickets.map(({ kind }) => kind),
      ["held-too-long"],
      "once, though it is looked at again and again",
    );
    // The channel lifts it and moves no time.
    relay.api().orders.set(id, orderOf({ id }));
    await relay.live(2 * HOUR);
    deepEqual(sentOnce(relay, id), [ONE, TWO]);
    const { state, reason } = (await relay.orderOf(id)) ?? {};
    deepEqual([state, reason], ["recorded", undefined]);
    const { calls } = relay.api();
    await relay.live(DAY, HOUR);
    equal(relay.api().calls, calls, "nothing looks at it any more");
  });

  test("is looked at in pauses that double, up to six hours", async () => {
    const relay = await MarketContext.open(started);
    const id = newId();
    relay.api().orders.set(id, orderOf({ id, hold: { reason: HOLD } }));
    relay.poll(id);
    await relay.run(0);
    const pauses: number[] = [];
    for (let look = 0; look < 10; look++) {
      const { workAt = "" } = (await relay.orderOf(id)) ?? {};
      pauses.push(Math.round((Date.parse(workAt) - relay.clock) / MINUTE));
      relay.clock = Date.parse(workAt);
      await relay.pass();
      await relay.run(0);
    }
    deepEqual(pauses, [5, 10, 20, 40, 80, 160, 320, 360, 360, 360]);
  });

  test("is looked at however often find-due or its queue fails: the following look is written first", async () => {
    const relay = await MarketContext.open(started);
    const id = newId();
    relay.api().orders.set(id, orderOf({ id, hold: { reason: HOLD } }));
    relay.poll(id);
    await relay.run(0);
    relay.clock += 5 * MINUTE;
    relay.intakeDown = true;
    equal((await relay.pass()).failed, 1);
    deepEqual(relay.intake, []);
    relay.intakeDown = false;
    relay.api().orders.set(id, orderOf({ id }));
    await relay.live(HOUR);
    deepEqual(sentOnce(relay, id), [ONE, TWO]);
  });

  test("is cancelled while it waits: nothing is sent, and nothing looks at it any more", async () => {
    const relay = await MarketContext.open(started);
    const id = newId();
    relay.api().orders.set(id, orderOf({ id, hold: { reason: HOLD } }));
    relay.poll(id);
    await relay.run(MINUTE);
    relay.api().orders.set(id, orderOf({ id, cancelledAt: "2026-11-01T12:01:00Z" }));
    await relay.live(HOUR);
    equal((await relay.orderOf(id))?.state, "cancelled");
    const { calls } = relay.api();
    await relay.live(DAY, HOUR);
    deepEqual([relay.api().calls, relay.sent], [calls, []]);
  });
});

describe("a queue of one seller", () => {
  const body = (shop: string, orderId: string) => JSON.stringify({ shop, topic: "order.changed", orderId });

  test("brings its own connection's events", async () => {
    const relay = await MarketContext.open(started);
    const id = newId();
    relay.api(SOUTH).orders.set(id, orderOf({ id }));
    const owner = relay.config.connections.find(({ name }) => name === "south");
    ok(owner);
    const routed = await relay.routes(body("s1", id), { owner });
    deepEqual([routed.outcome, routed.connection], ["recorded", SOUTH]);
  });

  test("does not take another seller's: that goes to its DLQ", async () => {
    const relay = await MarketContext.open(started);
    const id = newId();
    for (const connection of [NORTH, SOUTH]) relay.api(connection).orders.set(id, orderOf({ id }));
    const owner = relay.config.connections.find(({ name }) => name === "south");
    ok(owner);
    const routed = await relay.routes(body("n1", id), { owner });
    deepEqual([routed.outcome, routed.field, routed.retryInMs], ["unreadable", "shop", 0]);
    equal(await relay.orderOf(id, "north"), undefined);
    equal(await relay.orderOf(id, "south"), undefined);
  });
});
