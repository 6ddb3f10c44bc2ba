import { deepEqual, equal } from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as z from "zod/mini";
import type { Channel } from "../../functions/channels/channel.ts";
import { type Identity, identityText } from "../../shared/identity.ts";
import { Order } from "../../shared/order.ts";
import { startLedger, type TestLedger } from "../support/ledger-table.ts";
import { market, type Notification } from "../support/market.ts";
import { MarketContext } from "../support/market-context.ts";
import { createMemoryLedger } from "../support/memory-ledger.ts";
import { sampleOrder } from "../support/relay.ts";
import { MINUTE, newEvent, newId } from "../support/route-order-context.ts";
import { THOROUGH } from "../support/thorough.ts";

const SECOND = 1_000;
const timeOf = (at: number) => new Date(at).toISOString();
const addressOf = (street: string) => ({ name: "Ada Byron", street1: street, city: "Berlin", country: "DE" });
/** The Market writes seconds in its webhooks and milliseconds in its API. */
const inSeconds = () => market("body", { timePrecision: SECOND });

let started: TestLedger;
before(async () => {
  started = await startLedger("memory");
});

/** One order at the Market, in memory. Two contents of it differ in the street. */
class OneOrder {
  readonly id = newId();
  readonly relay: MarketContext;

  private constructor(relay: MarketContext) {
    this.relay = relay;
  }

  static async open(channel: Channel = inSeconds()): Promise<OneOrder> {
    const relay = await MarketContext.open(started, channel);
    relay.ledger = createMemoryLedger();
    relay.backoff = { run: (_connection, _deadline, call) => call() };
    return new OneOrder(relay);
  }

  order = (street: string, changes: Record<string, unknown> = {}): Order =>
    z.parse(Order, sampleOrder({ id: this.id, shippingAddress: addressOf(street), ...changes }));

  /** What the API has from now on. */
  has(street: string, changes: Record<string, unknown> = {}): void {
    this.relay.api().orders.set(this.id, this.order(street, changes));
  }

  async fetched(): Promise<string | undefined> {
    return (await this.relay.receive(this.relay.poll(this.id)))?.outcome;
  }

  /** A webhook with the whole order, received now unless `about` says otherwise. */
  async webhook(order: Order, about: { receivedAt?: number; time?: string } = {}): Promise<string | undefined> {
    return (await this.relay.receive(this.queued(order, about)))?.outcome;
  }

  queued(order: Order, { receivedAt = this.relay.clock, time }: { receivedAt?: number; time?: string } = {}) {
    const notification: Notification = { shop: "n1", topic: "order.whole", order, ...(time && { time }) };
    const about = { channel: "market", endpoint: "app", receivedAt: timeOf(receivedAt) };
    return this.relay.queue(newEvent(JSON.stringify(notification), about));
  }

  get calls(): number {
    return this.relay.api().calls;
  }

  async street(): Promise<string | undefined> {
    return (await this.relay.bodyOf(this.id)).shippingAddress?.street1;
  }

  /** The body must be the one that the record names, with its key. */
  async bodyAgrees(): Promise<void> {
    const identity: Identity = { channel: "market", connection: "north", orderId: this.id };
    const { record, body } = (await this.relay.ledger.load(identity)) ?? {};
    deepEqual([body?.digest, body?.freshness], [record?.digest, body?.freshness], identityText(identity));
    if (body && record && body.freshness > record.freshness) throw new Error("the body is newer than its record");
  }
}

describe("a fetched order of equal time, version and state", () => {
  const CHANGES: [what: string, changes: Record<string, unknown>][] = [
    ["lines", { lines: [{ id: "1", sku: "DEMO-TEE", quantity: 1 }] }],
    ["amounts", { total: "9.00" }],
    ["address", { shippingAddress: addressOf("Main 2") }],
    ["hold", { hold: { reason: "fraud check" } }],
  ];
  for (const [what, changes] of CHANGES) {
    test(`is taken if its ${what} differ`, async () => {
      const one = await OneOrder.open();
      one.has("Main 1");
      await one.fetched();
      one.relay.clock += 5 * MINUTE;
      one.has("Main 1", changes);
      equal(await one.fetched(), "updated");
      await one.bodyAgrees();
    });
  }

  test("is a duplicate if only what is not sent differs, such as a note", async () => {
    const one = await OneOrder.open();
    one.has("Main 1");
    await one.fetched();
    one.relay.clock += 5 * MINUTE;
    one.has("Main 1", { note: "ring twice" });
    equal(await one.fetched(), "duplicate");
    equal(one.calls, 2);
  });

  test("is a duplicate of a webhook whose lines the mapping wrote in another sequence", async () => {
    const one = await OneOrder.open();
    const lines = [
      { id: "1", sku: "A", quantity: 1 },
      { id: "2", sku: "B", quantity: 1 },
    ];
    await one.webhook(one.order("Main 1", { lines }));
    one.has("Main 1", { lines: lines.toReversed() });
    equal(await one.fetched(), "duplicate");
    equal(one.calls, 1);
  });

  test("of two fetches, the one that began later is taken: one that began before the record's is stale", async () => {
    const one = await OneOrder.open();
    one.has("old");
    // While this fetch waits for its answer, another one begins and is recorded.
    one.relay.api().during = async () => {
      one.relay.api().during = async () => {};
      one.relay.clock += 2 * MINUTE;
      one.has("new");
      await one.fetched();
      one.has("old");
    };
    equal(await one.fetched(), "stale");
    equal(await one.street(), "new");
  });

  test("began later than the webhook was received: it is taken", async () => {
    const one = await OneOrder.open();
    await one.webhook(one.order("old"));
    one.relay.clock += 2 * MINUTE;
    one.has("new");
    equal(await one.fetched(), "updated");
    equal(one.calls, 1);
    equal(await one.street(), "new");
  });

  test("began long before the webhook was received: it is stale", async () => {
    const one = await OneOrder.open();
    one.has("old");
    one.relay.api().during = async () => {
      one.relay.api().during = async () => {};
      one.relay.clock += 2 * MINUTE;
      await one.webhook(one.order("new"));
    };
    equal(await one.fetched(), "stale");
    equal(one.calls, 1);
    equal(await one.street(), "new");
  });

  for (const [what, apart] of [
    ["before", -30 * SECOND],
    ["after", 30 * SECOND],
  ] as const) {
    test(`began half a minute ${what} the webhook was received: it is fetched once more, and that is taken`, async () => {
      const one = await OneOrder.open();
      await one.webhook(one.order("old"), { receivedAt: one.relay.clock - apart });
      one.has("new");
      equal(await one.fetched(), "updated");
      equal(one.calls, 2);
      equal(await one.street(), "new");
      await one.bodyAgrees();
    });
  }

  test("no event's time counts for it: one far in the past does not make what it fetched stale", async () => {
    const one = await OneOrder.open(market("body"));
    const time = timeOf(one.relay.clock);
    await one.webhook(one.order("old"), { time });
    one.relay.clock += 2 * MINUTE;
    one.has("new");
    const thin: Notification = {
      shop: "n1",
      topic: "order.changed",
      orderId: one.id,
      time: "2026-01-01T00:00:00.000Z",
    };
    equal((await one.relay.receive(one.relay.webhook(thin)))?.outcome, "updated");
    equal(await one.street(), "new");
  });

  test("an order that waited for days in the queue is not ahead of its fetch", async () => {
    const one = await OneOrder.open();
    one.has("old");
    const waiting = one.relay.poll(one.id);
    one.relay.clock += 3 * 24 * 60 * MINUTE;
    one.has("new", { updatedAt: timeOf(one.relay.clock) });
    await one.fetched();
    equal((await one.relay.receive(waiting))?.outcome, "duplicate");
    const events = (await one.relay.orderOf(one.id))?.events ?? [];
    deepEqual(
      events.filter(({ outcome }) => outcome.includes("24 h")),
      [],
    );
  });
});

describe("times of webhook and API", () => {
  test("of one second are equal where the webhook has no milliseconds", async () => {
    const one = await OneOrder.open();
    one.has("Main 1", { updatedAt: "2026-11-01T10:00:00.700Z" });
    await one.fetched();
    equal(await one.webhook(one.order("Main 1", { updatedAt: "2026-11-01T10:00:00.000Z" })), "duplicate");
    one.relay.clock += 2 * MINUTE;
    // Cut to the second, it is not older than what was fetched: the API says what is so.
    one.has("new", { updatedAt: "2026-11-01T10:00:00.900Z" });
    equal(await one.webhook(one.order("new", { updatedAt: "2026-11-01T10:00:00.000Z" })), "updated");
    equal(await one.street(), "new");
  });

  test("of a channel with milliseconds in both are compared to the millisecond", async () => {
    const one = await OneOrder.open(market("body"));
    one.has("new", { updatedAt: "2026-11-01T10:00:00.700Z" });
    await one.fetched();
    equal(await one.webhook(one.order("old", { updatedAt: "2026-11-01T10:00:00.000Z" })), "stale");
    equal(one.calls, 1);
  });
});

describe("webhooks of equal time and state whose content differs", () => {
  test("have the order fetched where the channel has an API", async () => {
    const one = await OneOrder.open();
    await one.webhook(one.order("old"));
    one.has("newest");
    equal(await one.webhook(one.order("new")), "updated");
    equal(one.calls, 1);
    equal(await one.street(), "newest");
    await one.bodyAgrees();
  });

  test("a webhook that comes long after a fetch may be older than it: the API decides", async () => {
    const one = await OneOrder.open();
    one.has("new");
    await one.fetched();
    one.relay.clock += 5 * MINUTE;
    await one.webhook(one.order("old"));
    equal(one.calls, 2);
    equal(await one.street(), "new");
  });

  test("are compared by the sender's event time, without a fetch", async () => {
    const one = await OneOrder.open();
    const [early, late] = ["2026-11-01T11:00:00.000Z", "2026-11-01T11:00:00.100Z"];
    const at = one.relay.clock;
    await one.webhook(one.order("new"), { time: late, receivedAt: at });
    equal(await one.webhook(one.order("old"), { time: early, receivedAt: at - SECOND }), "stale");
    equal(one.calls, 0);
    const another = await OneOrder.open();
    await another.webhook(another.order("old"), { time: early, receivedAt: at - SECOND });
    equal(await another.webhook(another.order("new"), { time: late, receivedAt: at }), "updated");
    equal(another.calls, 0);
  });

  test("of a channel without an API: the one that we received later is taken", async () => {
    const { api: _, ...withoutApi } = market("body");
    const one = await OneOrder.open(withoutApi);
    const at = one.relay.clock;
    await one.webhook(one.order("new"), { receivedAt: at });
    equal(await one.webhook(one.order("old"), { receivedAt: at - SECOND }), "stale");
    equal(await one.street(), "new");
  });

  test("wait for the API where it is down; nothing is taken for newer meanwhile", async () => {
    const one = await OneOrder.open();
    await one.webhook(one.order("new"));
    one.relay.api().down = new Error("down");
    equal(await one.webhook(one.order("old")), "waiting");
    equal(await one.street(), "new");
  });
});

test("a higher version is newer at an equal time, and a lower one is stale", async () => {
  const one = await OneOrder.open();
  one.has("new", { version: 10 });
  await one.fetched();
  equal(await one.webhook(one.order("old", { version: 9 })), "stale");
  equal(await one.webhook(one.order("newest", { version: 11 })), "updated");
  equal(one.calls, 1);
});

test("a tombstone takes an equal event that can be read", async () => {
  const { api: _, ...withoutApi } = market("body");
  const one = await OneOrder.open(withoutApi);
  const time = timeOf(one.relay.clock);
  await one.relay.receive(one.relay.webhook({ shop: "n1", topic: "order.deleted", orderId: one.id, time }));
  const cancelled = one.order("Main 1", { updatedAt: time, cancelledAt: time });
  equal(await one.webhook(cancelled, { receivedAt: one.relay.clock - MINUTE }), "cancelled");
  equal(await one.street(), "Main 1");
  await one.bodyAgrees();
});

/** Numbers from 0 to 1, the same ones for a seed. */
function diceOf(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const SCHEDULES = THOROUGH ? 3_000 : 300;

/**
 * A buyer edits an order a few times, often within a second; each edit sends a webhook. Webhooks and polls come late, in
 * any sequence, repeated, and several at once.
 */
async function schedule(seed: number, channel: Channel, hasEventTimes: boolean): Promise<void> {
  const dice = diceOf(seed);
  const upTo = (most: number) => Math.floor(dice() * most);
  const one = await OneOrder.open(channel);
  const { relay } = one;
  const canFetch = channel.api !== undefined;
  const waiting: (() => Promise<unknown>)[] = [];
  let changedAt = relay.clock - (relay.clock % SECOND);
  let paid = false;
  let known = -1;

  const deliver = async (most: number) => {
    const chosen = Array.from({ length: Math.min(1 + upTo(most), waiting.length) }, () =>
      waiting.splice(upTo(waiting.length), 1),
    );
    relay.clock += [0, 10, SECOND, 40 * SECOND, 2 * MINUTE][upTo(5)] ?? 0;
    await Promise.all(chosen.flat().map((receive) => receive()));
    const street = (await relay.orderOf(one.id)) && (await one.street());
    if (street === undefined) return;
    const now = Number(street);
    if (now < known) throw new Error(`seed ${seed}: stepped back from ${known} to ${now}`);
    known = now;
    await one.bodyAgrees();
  };

  const edits = 2 + upTo(5);
  for (let edit = 0; edit < edits; edit += 1) {
    changedAt += [1, 1, 7, 300, 1_500, 70_000][upTo(6)] ?? 1;
    relay.clock = Math.max(relay.clock + 1, changedAt + 1);
    paid ||= dice() < 0.3;
    const facts = { financialState: paid ? "paid" : "pending" };
    one.has(String(edit), { ...facts, updatedAt: timeOf(changedAt) });
    const inWebhook = one.order(String(edit), { ...facts, updatedAt: timeOf(changedAt - (changedAt % SECOND)) });
    const about = hasEventTimes ? { time: timeOf(changedAt) } : {};
    // Without an API and without the sender's time, only the receipt says which one is newer: that is in sequence.
    const late = canFetch || hasEventTimes ? upTo(3) * 45 * SECOND : 0;
    const receivedAt = relay.clock + late;
    const times = dice() < 0.3 && (canFetch || hasEventTimes) ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      waiting.push(async () => {
        relay.clock = Math.max(relay.clock, receivedAt);
        return relay.receive(one.queued(inWebhook, { ...about, receivedAt: receivedAt + time }));
      });
    }
    if (canFetch && dice() < 0.5) waiting.push(async () => relay.receive(relay.poll(one.id)));
    if (dice() < 0.4) await deliver(3);
  }
  while (waiting.length > 0) await deliver(3);
  equal(await one.street(), String(edits - 1), `seed ${seed}: the newest content`);
}

describe("webhooks and fetches in any sequence: the record ends with the newest content, and never steps back", () => {
  const { api: _, ...withoutApi } = market("body", { timePrecision: SECOND });
  const CHANNELS: [what: string, channel: Channel, hasEventTimes: boolean][] = [
    ["a channel with an API", inSeconds(), false],
    ["a channel with an API and event times", inSeconds(), true],
    ["a channel without an API", withoutApi, false],
    ["a channel without an API, with event times", withoutApi, true],
  ];
  for (const [what, channel, hasEventTimes] of CHANNELS) {
    test(`${what}, ${SCHEDULES} schedules`, async () => {
      for (let seed = 0; seed < SCHEDULES; seed += 1) await schedule(seed, channel, hasEventTimes);
    });
  }
});
