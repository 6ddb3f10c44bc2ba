import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { shopify } from "../../../functions/channels/shopify/index.ts";
import { fetchEvent, pack, pointerTo } from "../../../shared/messages/event.ts";
import { explainEvent } from "../../../shared/messages/explain-event.ts";
import { NewerRelease } from "../../../shared/release.ts";
import { Config } from "../../../shared/stage/config.ts";
import { newEvent } from "../../support/route-order-context.ts";

const config = z.parse(Config, {
  stage: "test",
  connections: [{ channel: "shopify", name: "main", key: "sm", since: "2026-01-01T00:00:00Z" }],
  destinations: [],
  routes: [],
});
const context = {
  config,
  channelOf: async (name: string) => (name === "shopify" ? shopify : undefined),
  fetchOversized: async () => {
    throw new Error("NoSuchKey");
  },
};
const headers = { "x-shopify-topic": "orders/create", "x-shopify-shop-domain": "a.myshopify.com" };
const order = (changes: object, about: object = {}) =>
  newEvent(JSON.stringify({ id: 1, email: "ada@example.com", ...changes }), {
    ...{ channel: "shopify", headers },
    ...about,
  });

test("a dead letter is explained by the path of its field, and by no part of its values", async () => {
  const shipping_address = { name: "Ada Byron", address1: "Main 1" };
  const explained = await explainEvent(
    pack(order({ line_items: [{ price: "Ada Byron" }], shipping_address })),
    context,
  );
  ok(explained && /^[\w.*-]+$/.test(explained.field), explained?.field);
  ok(explained.reason.startsWith(`${explained.field} `));
  ok(!/ada|byron|main 1|example/i.test(JSON.stringify(explained)));
});

for (const [what, message, field] of [
  ["no envelope of ours", "Ada Byron", "envelope"],
  ["a body that is not JSON", pack({ ...order({}), body: Buffer.from("{Ada Byron") }), "body"],
  ["a channel of another release", pack(order({}, { channel: "bazaar" })), "channel"],
  [
    "an endpoint that left the stage file",
    pack(order({}, { endpoint: "gone", headers: { "x-shopify-topic": "products/update" } })),
    "endpoint",
  ],
] as const) {
  test(`${what} is explained as ${field}`, async () => {
    const explained = await explainEvent(message, context);
    equal(explained?.field, field);
    ok(!JSON.stringify(explained).includes("Ada"));
  });
}

test("what a mapping's own defect throws is explained by its name, never by its text", async () => {
  const broken = {
    settings: z.object({}),
    reader: async () => ({
      interpret: () => {
        throw new TypeError("Cannot read properties of Ada Byron");
      },
    }),
  };
  deepEqual(await explainEvent(pack(order({})), { ...context, channelOf: async () => broken }), {
    field: "event",
    reason: "event makes the mapping throw TypeError",
  });
});

test("what can be read now needs no explanation: another topic, or an order to fetch", async () => {
  const product = order({}, { headers: { ...headers, "x-shopify-topic": "products/update" } });
  equal(await explainEvent(pack(product), context), undefined);
  const fetch = fetchEvent({ channel: "shopify", connection: "main", orderId: "1" }, "poll", Date.now());
  equal(await explainEvent(pack(fetch), context), undefined);
});

test("what cannot be said now is an error: S3 is down, or a newer release wrote it", async () => {
  await rejects(explainEvent(pointerTo("events/1", order({})), context), /NoSuchKey/);
  const newer = JSON.stringify({ ...JSON.parse(pack(order({}))), v: 2 });
  await rejects(explainEvent(newer, context), NewerRelease);
});
