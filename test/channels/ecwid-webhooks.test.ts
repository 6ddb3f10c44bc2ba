import { deepEqual, equal, notEqual, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { ecwid } from "../../functions/channels/ecwid/index.ts";
import { actionOf } from "../../functions/route-order/action-of.ts";
import { event, fixture, hmac, jsonFixture, verify } from "../support/deliveries.ts";

/** As https://api-docs.ecwid.com/reference/webhooks-structure shows it: the ID lacks a digit. */
const webhook = (eventType: string, changes: object = {}) => ({
  ...{ eventId: "80aece08-40e8-4145-8764-6c2f0d38678", eventCreated: 1234567, storeId: 1003, entityId: 103878161 },
  ...{ eventType, data: { orderId: "XJ12H", oldPaymentStatus: "PAID", newPaymentStatus: "PAID" } },
  ...changes,
});

async function read(body: object | string) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const { meaning, ...said } = (await ecwid.reader()).interpret(event("ecwid", text));
  return { ...said, ...meaning({ connection: "ecwid/demo", shop: "1003", settings: z.parse(ecwid.settings, {}) }) };
}
/** What route-order does about it. */
async function action(body: object) {
  const { meaning } = (await ecwid.reader()).interpret(event("ecwid", JSON.stringify(body)));
  const facts = { connection: "ecwid/demo", shop: "1003", settings: z.parse(ecwid.settings, {}) };
  return actionOf(meaning(facts), "webhook", ecwid as never);
}

test("each kind of order event is a fetch of the order it names, at the time of the event and of its store", async () => {
  for (const topic of ["order.created", "order.updated", "order.deleted"]) {
    deepEqual(await read(webhook(topic)), {
      ...{ topic, eventTime: "1970-01-15T06:56:07.000Z", shop: "1003", kind: "fetch", orderId: "XJ12H" },
    });
  }
});

test("Ecwid: the order is asked for by data.orderId; only an old event, which has none, by entityId", async () => {
  const asked = async (changes: object) => Reflect.get(await read(webhook("order.updated", changes)), "orderId");
  equal(await asked({}), "XJ12H");
  equal(await asked({ data: { orderId: "SHOP-XJ12H_2" } }), "SHOP-XJ12H_2");
  equal(await asked({ data: undefined }), "103878161");
  equal(await asked({ data: { newPaymentStatus: "PAID" }, entityId: 103 }), "103");
  equal(await asked({ data: null, entityId: "103" }), "103");
  await rejects(asked({ data: undefined, entityId: -1 }), { field: "data.orderId" });
  await rejects(asked({ data: undefined, entityId: undefined }), { field: "data.orderId" });
});

test("no digit of a long number is lost", async () => {
  const body = JSON.stringify(webhook("order.updated", { data: undefined })).replace("103878161", "820982911946154508");
  equal(Reflect.get(await read(body), "orderId"), "820982911946154508");
  equal((await read(body.replace('"storeId":1003', '"storeId":820982911946154509'))).shop, "820982911946154509");
});

test("an ID that would change the address that is called is refused", async () => {
  for (const orderId of [".", "..", "../profile", "a/b", "a\\b", "a\u0000", "\ud800", "x".repeat(101)]) {
    await rejects(read(webhook("order.updated", { data: { orderId } })), { field: "data.orderId" }, orderId);
  }
});

test("Ecwid: a valid signature, altered data: store, order, topic and status are only a hint", async () => {
  const secret = { signingSecrets: ["order-relay-sample-client-secret"] };
  const headers = jsonFixture("ecwid/fixtures/order-created.headers.json");
  const sent = jsonFixture("ecwid/fixtures/order-created.json");
  for (const changes of [
    { storeId: 666 },
    { entityId: 1 },
    { eventType: "order.deleted" },
    { eventType: "customer.personalDataRemovalRequest" },
    { eventType: "application.uninstalled" },
    { data: { orderId: "OTHER", newPaymentStatus: "CANCELLED" } },
  ]) {
    const altered = { ...sent, ...changes };
    equal(verify(ecwid, { headers, body: JSON.stringify(altered) }, secret), "authentic", JSON.stringify(changes));
    // What it may do at most: have the API asked. Nothing is changed, nothing is erased.
    const kind = await action(altered).then(
      (done) => done.kind,
      (error: Error) => error.name,
    );
    equal(["fetch", "check", "MalformedEvent"].includes(kind), true, `${JSON.stringify(changes)}: ${kind}`);
  }
});

test("a deletion is a hint: the API is asked, and the event proves nothing", async () => {
  deepEqual(await action(webhook("order.deleted")), { kind: "fetch", orderId: "XJ12H", deletion: false });
});

test("an uninstalled app, a changed plan or subscription only has the API asked whether it still answers", async () => {
  for (const [topic, changes] of [
    ["application.uninstalled", { entityId: "1003", data: undefined }],
    ["application.subscriptionStatusChanged", { entityId: "1003", data: { newSubscriptionStatus: "SUSPENDED" } }],
    ["profile.subscriptionStatusChanged", { entityId: 1003, data: { newSubscriptionName: "ECWID_FREE" } }],
  ] as const) {
    equal((await read(webhook(topic, changes))).kind, "lifecycle", topic);
    deepEqual(await action(webhook(topic, changes)), { kind: "check" }, topic);
  }
});

test("a request for a buyer's data erases and exports nothing: it goes to the DLQ, where the operator sees it", async () => {
  for (const topic of ["customer.personalDataRemovalRequest", "customer.personalDataExportRequest"]) {
    const body = webhook(topic, { entityId: 270919557, data: { customerEmail: "ines@example.com" } });
    await rejects(action(body), { name: "MalformedEvent", field: "signature" }, topic);
    await rejects(read({ ...body, entityId: null }), { field: "entityId" }, topic);
  }
});

test("carts, products, customers and topics of tomorrow are ignored with a reason", async () => {
  for (const topic of [
    ...["unfinished_order.created", "unfinished_order.updated", "unfinished_order.deleted"],
    ...["product.updated", "customer.deleted", "application.installed", "profile.updated", "invoice.created", "x"],
  ]) {
    equal((await read(webhook(topic))).kind, "ignored", topic);
  }
});

test("an event without store or topic names the field; without a time it has none", async () => {
  for (const storeId of [undefined, null, "", "shop", -1, 1.5, [1003]]) {
    await rejects(read(webhook("order.created", { storeId })), { field: "storeId" }, String(storeId));
  }
  await rejects(read(webhook("")), { field: "eventType" });
  for (const eventCreated of [undefined, "now", -1, 1e15]) {
    equal((await read(webhook("order.created", { eventCreated }))).eventTime, undefined, String(eventCreated));
  }
});

const KEY = "order-relay-sample-client-secret";
const body = fixture("ecwid/fixtures/order-created.json");
const { "x-ecwid-webhook-signature": byOpenssl } = jsonFixture("ecwid/fixtures/order-created.headers.json");
const signed = (text: string | Uint8Array, signature: string, ...signingSecrets: string[]) =>
  verify(ecwid, { headers: { "x-ecwid-webhook-signature": signature }, body: text }, { signingSecrets });

test("the vector of openssl; any of several secrets is enough", () => {
  equal(signed(body, byOpenssl, KEY), "authentic");
  equal(signed(body, byOpenssl, "another-client-secret", KEY), "authentic");
  equal(signed(body, byOpenssl, "another-client-secret"), "forged");
  equal(signed(body, hmac(KEY, body), KEY), "forged", "signed over the body");
});

test("the time and the ID are signed: another of either, or none, is forged", () => {
  const sent = JSON.parse(body.toString());
  for (const changes of [
    { eventCreated: sent.eventCreated + 1 },
    { eventCreated: undefined },
    { eventCreated: -1 },
    { eventCreated: `${sent.eventCreated}.80aece08`, eventId: sent.eventId.slice("80aece08.".length) },
    { eventId: `${sent.eventId}0` },
    { eventId: "" },
    { eventId: 7 },
    { eventId: undefined },
  ]) {
    equal(signed(JSON.stringify({ ...sent, ...changes }), byOpenssl, KEY), "forged", JSON.stringify(changes));
  }
  // PHP reads a number as text, and Ecwid's example does.
  equal(signed(JSON.stringify({ ...sent, eventCreated: String(sent.eventCreated) }), byOpenssl, KEY), "authentic");
});

test("the time and the ID cannot be cut in another place", () => {
  const [created, id] = ["1790920802", "1.2"];
  const signature = hmac(KEY, `${created}.${id}`);
  equal(signed(JSON.stringify({ eventCreated: Number(created), eventId: id }), signature, KEY), "authentic");
  equal(signed(`{"eventCreated":${created}.1,"eventId":"2"}`, signature, KEY), "forged");
  equal(signed(JSON.stringify({ eventCreated: `${created}.1`, eventId: "2" }), signature, KEY), "forged");
});

test("a body that is no JSON object cannot be authentic, and is not read without a signature", () => {
  for (const text of ["[]", "null", "7", '"text"']) equal(signed(text, byOpenssl, KEY), "forged", text);
  throws(() => signed("<xml/>", byOpenssl, KEY), { name: "MalformedEvent" }, "receive-webhook counts it as forged");
  equal(signed("<xml/>", "", KEY), "unsigned");
});

test("an access token in place of the client secret is refused before it is used", () => {
  for (const secret of ["", "short", "secret_ab0123456789abcdef", "public_ab0123456789abcdef"]) {
    equal(z.safeParse(ecwid.secret, { signingSecrets: [secret] }).success, false, secret);
  }
  equal(z.safeParse(ecwid.secret, { signingSecrets: [KEY] }).success, true);
  equal(z.safeParse(ecwid.secret, { signingSecrets: [] }).success, false);
});

test("a setting that does not exist, or that is no status of Ecwid's, is refused", () => {
  for (const settings of [
    { currencies: "EUR" },
    { currency: "Euro" },
    { timeZone: "Mars/Olympus" },
    { paymentStatuses: { CUSTOM_PAYMENT_STATUS_1: "PAYED" } },
    { fulfillmentStatuses: { CUSTOM_FULFILLMENT_STATUS_1: "SENT" } },
  ]) {
    equal(z.safeParse(ecwid.settings, settings).success, false, JSON.stringify(settings));
  }
  notEqual(z.parse(ecwid.settings, { currency: "EUR", timeZone: "Europe/Berlin" }), undefined);
});
