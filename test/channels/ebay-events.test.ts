import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { ebay } from "../../functions/channels/ebay/index.ts";
import { event } from "../support/deliveries.ts";
import { APP } from "../support/ebay-seller.ts";

const SELLER = "TGJWjMcnRtu";
const ORDER = "19-14819-32278";
const user = { userId: SELLER, username: "samplegoodsco" };

const notification = (topic: string, data: unknown, changes: object = {}) => ({
  metadata: { topic, schemaVersion: "1.0", deprecated: false },
  notification: {
    notificationId: "n",
    eventDate: "2026-06-29T22:20:46.298Z",
    publishAttemptCount: 1,
    data,
    ...changes,
  },
});

async function read(body: object, settings: object = {}) {
  const { meaning, ...said } = (await ebay.reader()).interpret(event("ebay", JSON.stringify(body)));
  const parsed = z.parse(ebay.settings, settings);
  return { ...said, ...meaning({ connection: "ebay/demo", shop: SELLER, settings: parsed }) };
}

test("an order's notification is a fetch of that order, of its seller; the line's and the notification's IDs are not read", async () => {
  const order = { orderId: ORDER, orderLineItems: [{ orderLineItemId: "10082935197219", quantity: 1 }] };
  const said = { eventTime: "2026-06-29T22:20:46.298Z", shop: SELLER, kind: "fetch", orderId: ORDER };
  const topic = "ORDER_CONFIRMATION";
  deepEqual(await read(notification(topic, { user, order })), { topic, ...said });
  for (const other of ["ITEM_MARKED_SHIPPED", "ORDER_CANCELLATION_ACTIVITY"]) {
    equal((await read(notification(other, { user, order }))).kind, "fetch");
    equal((await read(notification(other, { user, orderId: ORDER }))).kind, "fetch");
    equal((await read(notification(other, { user }))).kind, "ignored", "its form is not documented");
  }
});

test("which topics are about orders is a setting", async () => {
  const body = notification("ORDER_PAID", { user, order: { orderId: ORDER } });
  equal((await read(body)).kind, "ignored");
  equal((await read(body, { orderTopics: ["ORDER_PAID"] })).kind, "fetch");
});

test("an ID that would change the address that is called is refused", async () => {
  for (const orderId of ["../x", "a/b", "a?b", "a b", "x".repeat(101), "", null, [ORDER], undefined]) {
    const body = notification("ORDER_CONFIRMATION", { user, order: { orderId } });
    await rejects(read(body), { field: "notification.data.order.orderId" }, String(orderId));
  }
  await rejects(read(notification("ORDER_CONFIRMATION", undefined)), { field: "notification.data.order.orderId" });
});

test("a closed account erases the buyer by both of its names, at every shop of the application", async () => {
  const topic = "MARKETPLACE_ACCOUNT_DELETION";
  const data = { username: "test_user", userId: "ma8vp1jySJC", eiasToken: "nY+s" };
  const eventTime = "2026-06-29T22:20:46.298Z";
  const erasure = { kind: "erase", subject: { buyerIds: ["ma8vp1jySJC", "test_user"] } };
  deepEqual(await read(notification(topic, data)), { topic, eventTime, everyShop: true, ...erasure });
  const { subject } = { subject: undefined, ...(await read(notification(topic, { userId: "ma8vp1jySJC" }))) };
  deepEqual(subject, { buyerIds: ["ma8vp1jySJC"] });
  for (const wrong of [{}, { userId: "", username: null }, undefined, 7]) {
    await rejects(read(notification(topic, wrong)), { field: "notification.data.userId" });
  }
});

test("a revoked authorisation is a change of the app's state at that seller", async () => {
  const topic = "AUTHORIZATION_REVOCATION";
  const { kind, shop } = await read(notification(topic, { ...user, revokeReason: "PASSWORD_CHANGE" }));
  deepEqual({ kind, shop }, { kind: "lifecycle", shop: SELLER });
});

test("other topics are ignored, and so is the order of a test notification that the settings list", async () => {
  for (const topic of ["LISTING", "ITEM_AVAILABILITY", "constructor"]) {
    for (const data of [undefined, null, 7, []]) equal((await read(notification(topic, data))).kind, "ignored", topic);
  }
  const body = notification("ORDER_CONFIRMATION", { user, order: { orderId: ORDER } });
  equal((await read(body, { testOrderIds: [ORDER] })).kind, "ignored");
});

test("a notification without topic, seller or time", async () => {
  const order = { orderId: ORDER };
  await rejects(read({ notification: { data: { order } } }), { field: "metadata" });
  await rejects(read(notification("", { user, order })), { field: "metadata.topic" });
  const shop = async (data: object) => (await read(notification("ORDER_CONFIRMATION", { order, ...data }))).shop;
  equal(await shop({}), undefined);
  equal(await shop({ user: { username: "samplegoodsco" } }), "samplegoodsco");
  for (const eventDate of [undefined, "yesterday", 7]) {
    const body = notification("ORDER_CONFIRMATION", { user, order }, { eventDate });
    equal((await read(body)).eventTime, undefined);
  }
});

test("a verification token that eBay would refuse, and a setting that does not exist, are refused", () => {
  for (const verificationToken of ["short", "a".repeat(81), `${"a".repeat(31)} b`]) {
    throws(() => z.parse(ebay.secret, { ...APP, verificationToken }), verificationToken);
  }
  equal(z.safeParse(ebay.settings, { testOrders: [] }).success, false);
});
