import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { square } from "../../functions/channels/square/index.ts";
import { event } from "../support/deliveries.ts";

const SELLER = "MLEFBHHSJGVHD";
const ORDER = "eA3vssLHKJrv9H0IdJCM3gNqfdcZ";
const LOCATION = "FPYCBCHYMXFK1";

/** As https://developer.squareup.com/docs/webhooks/overview shows it. */
const squareEvent = (type: string, data: unknown, changes: object = {}) => ({
  ...{ merchant_id: SELLER, type, event_id: "116038d3-2948-439f-8679-fc86dbf80f69" },
  ...{ created_at: "2026-10-02T06:00:01.742119031Z", data },
  ...changes,
});
const ofOrder = (name: string, inner: object, id: unknown = ORDER) => ({ type: name, id, object: { [name]: inner } });

async function read(body: object | string, settings: object = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const { meaning, ...said } = (await square.reader()).interpret(event("square", text));
  const parsed = z.parse(square.settings, settings);
  return { ...said, ...meaning({ connection: "square/demo", shop: SELLER, settings: parsed }) };
}

test("each event of an order is a fetch of that order, at the time of the event and of its seller", async () => {
  const said = { eventTime: "2026-10-02T06:00:01.742Z", shop: SELLER, kind: "fetch", orderId: ORDER };
  for (const topic of ["order.created", "order.updated", "order.fulfillment.updated"]) {
    const inner = { order_id: ORDER, location_id: LOCATION, state: "OPEN", version: 2 };
    const data = ofOrder(topic.replaceAll(".", "_"), inner);
    deepEqual(await read(squareEvent(topic, data)), { topic, ...said });
  }
});

test("Square: the order's ID is order_id; data.id only where that is missing", async () => {
  const orderId = async (data: object) =>
    ({ orderId: "", ...(await read(squareEvent("order.updated", data))) }).orderId;
  equal(await orderId(ofOrder("order_updated", { order_id: ORDER }, "cut")), ORDER);
  equal(await orderId(ofOrder("order_updated", { state: "OPEN" })), ORDER);
  equal(await orderId({ id: ORDER }), ORDER);
});

test("payments and refunds are fetches of their order; those without one are ignored", async () => {
  for (const name of ["payment", "refund"]) {
    for (const what of ["created", "updated"]) {
      const of = (inner: object) => squareEvent(`${name}.${what}`, ofOrder(name, inner, "the payment's own ID"));
      const { kind, orderId } = { orderId: "", ...(await read(of({ order_id: ORDER, status: "COMPLETED" }))) };
      deepEqual({ kind, orderId }, { kind: "fetch", orderId: ORDER });
      for (const order_id of [undefined, null, ""]) equal((await read(of({ order_id }))).kind, "ignored");
    }
  }
});

test("an ID that would change the address that is called is refused", async () => {
  for (const order_id of ["../payments", "a/b", "a?b", "a b", "\u0000", "x".repeat(193), 7, [ORDER]]) {
    await rejects(
      read(squareEvent("order.updated", ofOrder("order_updated", { order_id }))),
      { field: "data.object.order_updated.order_id" },
      String(order_id),
    );
  }
  await rejects(read(squareEvent("order.updated", {})), { field: "data.object.order_updated.order_id" });
});

test("the settings' locations alone are taken; an event that names none is fetched", async () => {
  const of = (location_id?: unknown) =>
    squareEvent("order.updated", ofOrder("order_updated", { order_id: ORDER, location_id }));
  const kind = async (location: unknown, locations: string[]) => (await read(of(location), { locations })).kind;
  equal(await kind(LOCATION, []), "fetch");
  equal(await kind(LOCATION, [LOCATION]), "fetch");
  equal(await kind("ANOTHER", [LOCATION]), "ignored");
  equal(await kind(undefined, [LOCATION]), "fetch");
  const payment = squareEvent("payment.updated", ofOrder("payment", { order_id: ORDER, location_id: "ANOTHER" }));
  equal((await read(payment, { locations: [LOCATION] })).kind, "ignored");
});

test("a revoked authorisation is a change of the app's state", async () => {
  const data = { type: "revocation", id: "r", object: { revocation: { revoker_type: "MERCHANT" } } };
  const { kind, topic, shop } = await read(squareEvent("oauth.authorization.revoked", data));
  deepEqual({ kind, topic, shop }, { kind: "lifecycle", topic: "oauth.authorization.revoked", shop: SELLER });
});

test("a test notification is ignored, and so is one of an order that the settings list", async () => {
  equal((await read(squareEvent("webhooks.test_notification", { type: "webhooks", id: "w" }))).kind, "ignored");
  const body = squareEvent("order.updated", ofOrder("order_updated", { order_id: ORDER }));
  equal((await read(body, { testOrderIds: [ORDER] })).kind, "ignored");
  equal((await read(body, { testOrderIds: ["another"] })).kind, "fetch");
});

test("types that are not about orders are ignored with a reason, whatever they carry", async () => {
  for (const type of ["customer.deleted", "inventory.count.updated", "order.custom_attribute.owned.updated", "x"]) {
    for (const data of [undefined, null, 7, { id: 7 }, { object: [] }]) {
      equal((await read(squareEvent(type, data))).kind, "ignored", type);
    }
  }
  equal((await read(squareEvent("constructor", {}))).kind, "ignored");
});

test("an event without seller, type or time", async () => {
  const whole = squareEvent("order.updated", ofOrder("order_updated", { order_id: ORDER }));
  for (const merchant_id of [undefined, null, "", 7])
    await rejects(read({ ...whole, merchant_id }), { field: "merchant_id" });
  await rejects(read({ ...whole, type: "" }), { field: "type" });
  for (const created_at of [undefined, "yesterday", 7])
    equal((await read({ ...whole, created_at })).eventTime, undefined);
});

test("a connection has an access token or a refresh token, never both and never neither", () => {
  const credentials = square.credentials ?? z.never();
  for (const given of [{}, { accessToken: "a", refreshToken: "r" }, { accessToken: "" }, { refreshToken: "a b" }]) {
    throws(() => z.parse(credentials, given), JSON.stringify(given));
  }
  deepEqual(z.parse(credentials, { accessToken: "a" }), { accessToken: "a" });
});

test("a short signature key, and a setting that does not exist, are refused", () => {
  equal(z.safeParse(square.secret, { signingSecrets: ["short"] }).success, false);
  equal(z.safeParse(square.settings, { location: ["A"] }).success, false);
});
