import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { amazon } from "../../functions/channels/amazon/index.ts";
import { reader } from "../../functions/channels/amazon/reader.ts";
import { Settings } from "../../functions/channels/amazon/settings.ts";
import type { Meaning } from "../../functions/channels/channel.ts";
import { MalformedEvent } from "../../shared/errors.ts";
import { fetchEvent, pack, queueEvent } from "../../shared/messages/event.ts";
import { interpretEvent } from "../../shared/messages/interpret-event.ts";
import { NOW, SELLER } from "../support/amazon-seller.ts";
import { jsonFixture } from "../support/deliveries.ts";

type Json = Record<string, unknown>;
const sample: Json = jsonFixture("amazon/fixtures/order-change.json");
const change = (sample["Payload"] as { OrderChangeNotification: Json }).OrderChangeNotification;
const ID = "303-4471092-8830517";

const changed = (changes: Json, around: Json = {}): Json => ({
  ...sample,
  ...around,
  Payload: { OrderChangeNotification: { ...change, ...changes } },
});
const record = (message: unknown) =>
  queueEvent(
    { channel: "amazon", endpoint: "main", name: "main" },
    { messageId: "m1", body: typeof message === "string" ? message : JSON.stringify(message), sentAt: NOW },
  );
const interpreted = (message: unknown) => reader.interpret(record(message));
function meaningOf(message: unknown, settings: object = {}): Meaning {
  const facts = { connection: "amazon/main", shop: SELLER, settings: z.parse(Settings, { region: "eu", ...settings }) };
  return interpreted(message).meaning(facts);
}
/** As route-order reads a record of the queue of amazon/main. */
const read = (message: unknown) =>
  interpretEvent<Meaning>(record(message), amazon, {
    endpoints: [],
    connections: [
      {
        ...{ channel: "amazon", name: "main", key: "AM", shop: SELLER, settings: { region: "eu" } },
        ...{ maxOrderAge: "none" as const, silentAfter: 3_600_000, heldTooLong: 3_600_000 },
        ...{ reconcileEvery: "off" as const, reconcileMost: 500 },
      },
    ],
  });

test("a notification names the order that is fetched; its topic says what changed", () => {
  const { topic, shop, eventTime } = interpreted(sample);
  deepEqual([topic, shop, eventTime], ["ORDER_CHANGE OrderStatusChange", SELLER, "2026-11-20T15:00:05.000Z"]);
  for (const OrderChangeType of ["OrderStatusChange", "BuyerRequestedChange", "DeliveryTipChange", "SomethingNew"]) {
    deepEqual(meaningOf(changed({ OrderChangeType })), { kind: "fetch", orderId: ID }, OrderChangeType);
  }
});

test("an item's notification is of its order, too", () => {
  deepEqual(meaningOf(changed({ NotificationLevel: "OrderItemLevel" })), { kind: "fetch", orderId: ID });
});

test("TimeOfOrderChange may be null: then the notification's own time is used", () => {
  for (const OrderChangeTrigger of [{ TimeOfOrderChange: null, ChangeReason: "x" }, null]) {
    equal(interpreted(changed({ OrderChangeTrigger })).eventTime, "2026-11-20T15:00:07.318Z");
  }
});

test("EventBridge delivers the notification in detail", () => {
  const event = {
    ...{ version: "0", id: "9f0c", "detail-type": "ORDER_CHANGE", account: "123456789012", region: "eu-west-1" },
    ...{ source: "aws.partner/sellingpartnerapi.amazon.com/123456789012/amzn1.sellerapps.app.x", resources: [] },
    ...{ time: "2026-11-20T15:00:09Z", detail: sample },
  };
  deepEqual(meaningOf(event), { kind: "fetch", orderId: ID });
  deepEqual([interpreted(event).shop, interpreted(event).topic], [SELLER, "ORDER_CHANGE OrderStatusChange"]);
});

test("another seller's notification is refused, and its connection's own is taken", async () => {
  await rejects(read(changed({ SellerId: "A9SOMEONEELSE0" })), (error) => {
    match(String(error), /shop is not that of the queue's own connection/);
    return error instanceof MalformedEvent;
  });
  equal((await read(sample)).about?.meaning.kind, "fetch");
  equal((await read(changed({ SellerId: SELLER.toLowerCase() }))).about?.meaning.kind, "fetch");
});

test("a message is a raw notification: an envelope of ours is none", () => {
  for (const envelope of [
    pack(record(sample)),
    pack(fetchEvent({ channel: "amazon", connection: "main", orderId: ID }, "poll", NOW)),
  ]) {
    throws(() => interpreted(envelope), { name: "MalformedEvent", field: "NotificationType" });
  }
});

test("what names no order, or one that would lead to another address, is malformed and names its field", () => {
  const field = "Payload.OrderChangeNotification.AmazonOrderId";
  for (const AmazonOrderId of [undefined, null, 7, "", "303-4471092-883051", "../../oauth", `${ID}?x=`, ` ${ID}`]) {
    throws(() => interpreted(changed({ AmazonOrderId })), { name: "MalformedEvent", field }, String(AmazonOrderId));
  }
  for (const SellerId of [undefined, null, "", 7]) {
    throws(() => interpreted(changed({ SellerId })), { field: "Payload.OrderChangeNotification.SellerId" });
  }
  throws(() => interpreted({ ...sample, Payload: undefined }), { field: "Payload" });
  // Of digital orders, and of those that Amazon ships for another channel.
  for (const id of ["D01-1234567-1234567", "S02-1234567-1234567"]) {
    deepEqual(meaningOf(changed({ AmazonOrderId: id })), { kind: "fetch", orderId: id });
  }
});

test("other notifications are ignored, however they spell their type, whosever they are", async () => {
  for (const message of [
    { ...sample, NotificationType: "REPORT_PROCESSING_FINISHED" },
    { notificationType: "FEED_PROCESSING_FINISHED", payload: { sellerId: "A9SOMEONEELSE0" } },
  ]) {
    const { about } = await read(message);
    deepEqual(about?.meaning, { kind: "ignored", reason: "a notification that is not about orders" });
  }
});

test("orders of marketplaces that are not listed, and Amazon's own where it is set so, cost no call", () => {
  const other = { marketplaceIds: ["ATVPDKIKX0DER"] };
  deepEqual(meaningOf(sample, other), { kind: "ignored", reason: "an order of another marketplace" });
  equal(meaningOf(sample, { marketplaceIds: ["A1PA6795UKMFR9"] }).kind, "fetch");
  equal(meaningOf(changed({ Summary: undefined }), other).kind, "fetch", "it does not say: the order does");
  const fba = changed({ Summary: { MarketplaceId: "A1PA6795UKMFR9", FulfillmentType: "AFN" } });
  equal(meaningOf(fba).kind, "fetch");
  deepEqual(meaningOf(fba, { fbaOrders: "ignore" }), { kind: "ignored", reason: "an order that Amazon ships" });
});
