import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { pack, pointerTo, type ReceivedEvent, unpack } from "../../../shared/messages/event.ts";

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
