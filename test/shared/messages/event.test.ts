import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import {
  fetchEvent,
  groupOf,
  pack,
  pointerTo,
  queueEvent,
  type ReceivedEvent,
  unpack,
} from "../../../shared/messages/event.ts";

/** A webhook's event out of its message. */
async function received(message: string, stored: (key: string) => Promise<string> = nowhere): Promise<ReceivedEvent> {
  const event = await unpack(message, stored);
  if (event.source === "poll") throw new Error("an order to fetch");
  return event;
}

const nowhere = async (): Promise<string> => {
  throw new Error("nothing is stored");
};
const event: ReceivedEvent = {
  source: "webhook",
  eventId: "evt_1",
  channel: "shopify",
  endpoint: "demo",
  receivedAt: "2026-10-01T10:00:00.000Z",
  method: "POST",
  rawPath: "/webhooks/shopify/d%65mo",
  rawQuery: "a=%20&a=+&schl%C3%BCssel[]=\u00e9",
  headers: { "x-name": "Zoë \u{1F382} \u0000 \ud800 \uffff", "x-shopify-topic": "orders/create" },
  query: { "schlüssel[]": "\u007f\u2028" },
  body: randomBytes(1000),
};

test("an event comes out of its message as it went in, and the message is ASCII", async () => {
  const message = pack(event);
  ok(/^[\x20-\x7e]*$/.test(message));
  const out = await received(message);
  deepEqual({ ...out, body: Buffer.from(out.body) }, { ...event, body: Buffer.from(event.body) });
});

test("an empty body and any bytes come through", async () => {
  for (const body of [Buffer.alloc(0), Buffer.from([0, 0xff, 0xfe, 0xc3]), Buffer.alloc(6_000_000)]) {
    deepEqual(Buffer.from((await received(pack({ ...event, body }))).body), body);
  }
});

test("a pointer brings the whole event back", async () => {
  const stored = new Map([["events/shopify/demo/evt_1", pack(event)]]);
  const out = await received(pointerTo("events/shopify/demo/evt_1", event), async (key) => stored.get(key) ?? "");
  equal(out.eventId, "evt_1");
  deepEqual(Buffer.from(out.body), Buffer.from(event.body));
});

test("what is no envelope of ours is an error, and so is a bomb", async () => {
  const envelope = JSON.parse(pack(event));
  const bomb = { ...envelope, body: gzipSync(Buffer.alloc(64 * 1024 * 1024)).toString("base64") };
  for (const message of ["", "hello", "{}", "null", JSON.stringify({ ...envelope, v: 2 }), JSON.stringify(bomb)]) {
    await rejects(unpack(message, nowhere), Error, message.slice(0, 40));
  }
});

test("an order to fetch comes out of its message as it went in, ASCII too", async () => {
  const identity = { channel: "ebay", connection: "main", orderId: "12-Zo\u00eb-34567" };
  const event = fetchEvent(identity, "next look", Date.parse("2026-10-01T10:00:00Z"));
  deepEqual(
    { ...event, eventId: "" },
    {
      ...{ source: "poll", eventId: "", channel: "ebay", connection: "main", orderId: "12-Zo\u00eb-34567" },
      ...{ receivedAt: "2026-10-01T10:00:00.000Z", topic: "next look" },
    },
  );
  ok(/^evt_[0-9a-f-]{36}$/.test(event.eventId));
  const message = pack(event);
  ok(/^[\x20-\x7e]*$/.test(message));
  deepEqual(await unpack(message, nowhere), event);
  equal(groupOf(event), "ebay/main");
});

test("a record of a connection's queue is an event of its endpoint, the same each time it is received", async () => {
  const record = { messageId: "m-1", body: '{"a":"\u00eb"}', sentAt: 1_790_000_000_000, attributes: { kind: "x" } };
  const event = queueEvent({ channel: "amazon", endpoint: "app", name: "eu" }, record);
  deepEqual(event, queueEvent({ channel: "amazon", endpoint: "app", name: "eu" }, record));
  deepEqual([event.source, event.connection, event.headers, event.method], ["queue", "eu", { kind: "x" }, ""]);
  equal(groupOf(event), "amazon/app");
  const out = await received(pack(event));
  deepEqual({ ...out, body: Buffer.from(out.body).toString() }, { ...event, body: record.body });
});

test("an envelope of another source, or a fetch without its order, is not one of ours", async () => {
  const fetch = JSON.parse(pack(fetchEvent({ channel: "a", connection: "b", orderId: "1" }, "poll", 0)));
  const { orderId: _, ...nothing } = fetch;
  for (const envelope of [{ ...fetch, source: "pigeon" }, nothing, { ...JSON.parse(pack(event)), source: "poll" }]) {
    await rejects(unpack(JSON.stringify(envelope), nowhere), { name: "MalformedEvent", field: "envelope" });
  }
});
