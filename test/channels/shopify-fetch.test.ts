import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { asUsedBy, connectionFacts, type Meaning } from "../../functions/channels/channel.ts";
import { shopify } from "../../functions/channels/shopify/index.ts";
import { reader } from "../../functions/channels/shopify/reader.ts";
import { type Deps, routeOrder } from "../../functions/route-order/route-order.ts";
import { bodyOf, ID_ALONE } from "../../local/simulators/channels/shopify/topics.ts";
import { pack } from "../../shared/messages/event.ts";
import type { Order } from "../../shared/order.ts";
import { Config } from "../../shared/stage/config.ts";
import { connection, event, leastOrder } from "../support/deliveries.ts";
import { bucketOf } from "../support/event-store.ts";
import { createMemoryLedger } from "../support/memory-ledger.ts";
import { firstReceive, noChannelApi } from "../support/no-channel-api.ts";
import { APP, MINUTE, NOW, openShop, SHOP } from "../support/shopify-shop.ts";

const API = { api: "token" };
const HOLDS = { api: "token", holds: "respected" };

/** route-order in memory, at a shop whose connection has these settings. */
function open(settings: object = {}) {
  const shop = openShop({ settings: { ...API, ...settings } });
  const config = z.parse(Config, {
    stage: "test",
    connections: [{ channel: "shopify", name: "demo", key: "sd", maxOrderAge: "none", shop: SHOP, settings }],
    destinations: [{ provider: "parcelworks", name: "demo" }],
    routes: [{ from: ["shopify/demo"], to: ["parcelworks/demo"] }],
  });
  let clock = NOW;
  const deps: Deps = {
    ...noChannelApi,
    config,
    channelOf: async () => shopify,
    openClient: async () => shop.client,
    ledger: createMemoryLedger(),
    queues: { sendToDestination: async () => {} },
    eventStore: bucketOf(new Map()),
    ...{ now: () => clock, random: () => 0.5 },
  };

  /** An event as the shop sends it. */
  function arrives(topic: string, body: string, headers: Record<string, string> = {}) {
    clock += 1_000;
    const all = { "x-shopify-topic": topic, "x-shopify-shop-domain": SHOP, ...headers };
    const received = { ...event("shopify", body, all), receivedAt: new Date(clock).toISOString() };
    return routeOrder(firstReceive(pack(received), clock), deps);
  }
  const says = (topic: string, order: Order, headers: Record<string, string> = {}) =>
    arrives(
      topic,
      bodyOf({ topic, order, shop: SHOP, endpoint: { signingSecrets: APP.signingSecrets }, now: NOW }),
      headers,
    );
  const identity = (orderId: string) => ({ channel: "shopify", connection: "demo", orderId });
  return {
    shop,
    arrives,
    says,
    record: (orderId: string) => deps.ledger.order(identity(orderId)),
    async body(orderId: string): Promise<Order | undefined> {
      const stored = (await deps.ledger.load(identity(orderId)))?.body;
      return stored && deps.ledger.readBody(stored);
    },
  };
}

test("orders/create and orders/paid with one event ID both count", async () => {
  for (const settings of [{}, API]) {
    const { says, record, shop } = open(settings);
    const order = shop.put({ financialState: "pending" });
    const headers = { "x-shopify-event-id": "98880550-7158-44d4-b7cd-2c97c8a091b5" };
    equal((await says("orders/create", order, headers)).outcome, "recorded");
    const paid = { ...order, financialState: "paid" as const, updatedAt: new Date(NOW + MINUTE).toISOString() };
    equal((await says("orders/paid", paid, headers)).outcome, "updated");
    deepEqual(
      (await record(order.id))?.events.map(({ topic }) => topic),
      ["orders/create", "orders/paid"],
    );
    equal(shop.calls.length, 0, "both carry the order");
  }
});

/** Topics that do not carry the order. */
const THIN = ["orders/edited", "refunds/create", "order_transactions/create", "orders/risk_assessment_changed"];

for (const topic of THIN) {
  test(`${topic} leads to a fetch where there is an API, and is a note where there is none`, async () => {
    const api = open(API);
    const order = api.shop.put({ note: "as the API has it" });
    equal((await api.says(topic, order)).outcome, "recorded");
    equal((await api.body(order.id))?.note, "as the API has it");
    const none = open();
    equal((await none.says(topic, order)).outcome, "ignored");
    deepEqual([none.shop.calls.length, await none.record(order.id)], [0, undefined]);
  });
}

test("an order edited after its webhook is fetched by the edit's own event, with the lines that it has now", async () => {
  const { shop, says, body } = open(API);
  const lines = [
    { id: "11", sku: "DEMO-TEE-M", quantity: 1 },
    { id: "12", sku: "DEMO-CAP", quantity: 1 },
  ];
  const order = shop.put({ lines });
  equal((await says("orders/create", order)).outcome, "recorded");
  const updatedAt = new Date(NOW + MINUTE).toISOString();
  const edited = shop.put({
    ...order,
    updatedAt,
    lines: [
      { id: "11", sku: "DEMO-TEE-M", quantity: 1, quantityToShip: 0 },
      { id: "12", sku: "DEMO-CAP", quantity: 1 },
    ],
  });
  equal((await says("orders/edited", edited)).outcome, "updated");
  deepEqual(
    (await body(order.id))?.lines.map(({ sku, quantityToShip }) => [sku, quantityToShip]),
    [
      ["DEMO-TEE-M", 0],
      ["DEMO-CAP", 1],
    ],
  );
  // The webhook that Shopify sends with it says the same; the payment's time is the API's alone.
  equal((await says("orders/updated", edited)).outcome, "duplicate");
  equal((await body(order.id))?.paidAt, order.placedAt);
});

test("a deletion counts once the API no longer has the order; while it has it, the API's state counts", async () => {
  const { shop, says, record } = open(API);
  const order = shop.put({ financialState: "pending" });
  await says("orders/create", order);
  await says("orders/delete", order);
  equal((await record(order.id))?.state, "held");
  const gone = open(API);
  await gone.says("orders/create", order);
  await gone.says("orders/delete", order);
  equal((await gone.record(order.id))?.state, "cancelled");
});

test("an order with include_fields is fetched where there is an API, and unreadable where there is none", async () => {
  const api = open(API);
  const order = api.shop.put({ tags: [ID_ALONE] });
  equal((await api.says("orders/updated", order)).outcome, "recorded");
  equal((await api.body(order.id))?.lines.length, 1);
  const wrong = await api.arrives("orders/updated", `{"id":${order.id},"created_at":"yesterday"}`);
  equal(wrong.outcome, "unreadable");
  const none = open();
  equal((await none.says("orders/updated", order)).outcome, "unreadable");
  equal((await none.record(order.id))?.state, "held");
});

test("where holds are respected, no webhook of an order lifts one, and the hold's release sends it", async () => {
  const { shop, says, arrives, record } = open(HOLDS);
  const order = shop.put({ hold: { reason: "other" } });
  await says("orders/paid", order);
  match((await record(order.id))?.reason ?? "", /Shopify holds its fulfilment/);
  const later = { ...order, updatedAt: new Date(NOW + MINUTE).toISOString() };
  shop.put(later);
  await says("orders/updated", later);
  equal((await record(order.id))?.state, "held");
  const { hold: _, ...free } = { ...later, updatedAt: new Date(NOW + 2 * MINUTE).toISOString() };
  shop.put(free);
  const [held] = JSON.parse(shop.hosted.book.orders.get(order.id) ?? "{}").fulfillmentOrders.nodes;
  const body = JSON.stringify({ fulfillment_order: { id: held.id, status: "open" } });
  await arrives("fulfillment_orders/hold_released", body);
  const record_ = await record(order.id);
  deepEqual([record_?.state, record_?.orderId], ["recorded", order.id]);
});

test("a fulfilment order's event is none of an order's where holds are ignored, whatever its body", async () => {
  for (const settings of [{}, API, { holds: "respected" }]) {
    const { arrives, shop } = open(settings);
    equal((await arrives("fulfillment_orders/placed_on_hold", "[[[")).outcome, "ignored");
    equal(shop.calls.length, 0);
  }
  const { arrives } = open(HOLDS);
  for (const body of [
    "[[[",
    "{}",
    '{"fulfillment_order":{"id":7}}',
    '{"fulfillment_order":{"id":"gid://shopify/Order/7"}}',
  ]) {
    equal((await arrives("fulfillment_orders/placed_on_hold", body)).outcome, "unreadable", body);
  }
});

test("a connection uses the API, and a secret of its own, only if its settings say so", () => {
  for (const [api, uses] of [
    [undefined, [false, false]],
    ["none", [false, false]],
    ["token", [true, true]],
    ["client-credentials", [true, false]],
    ["refresh-token", [true, true]],
  ] as const) {
    const used = asUsedBy(connection("shopify", { settings: api === undefined ? {} : { api } }), shopify);
    deepEqual([used.api !== undefined, used.credentials !== undefined], uses, api);
    equal(used.name, "shopify");
  }
});

test("an order that the reader cannot name is malformed, with an API too", () => {
  const facts = connectionFacts(shopify, connection("shopify", { settings: HOLDS }));
  const meaning = (body: string): Meaning =>
    reader.interpret(event("shopify", body, { "x-shopify-topic": "orders/updated" })).meaning(facts as never);
  deepEqual(meaning(leastOrder()), { kind: "fetch", orderId: "820982911946154508" });
  for (const body of ["{}", "[]", '{"id":null}']) {
    let field: unknown;
    try {
      meaning(body);
    } catch (error) {
      field = Object(error).field;
    }
    equal(typeof field, "string", body);
  }
});
