import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import * as z from "zod/mini";
import { squarespace } from "../../functions/channels/squarespace/index.ts";
import { event, fixture, hmac, jsonFixture, verify } from "../support/deliveries.ts";

const WEBSITE = "5f3c3d55ac435e1a051f77b3";
const ORDER = "5f3c39ce69e11e796f19990e";

/** As https://developers.squarespace.com/webhooks/overview shows it, with the time that has no seconds. */
const notification = (topic: string, data: unknown, changes: object = {}) => ({
  ...{ id: "5c2ba184b63ed3cb411ce2b1", websiteId: WEBSITE, subscriptionId: "5f3c2155d947844beedda991", topic },
  ...{ createdOn: "2020-04-22T22:18+00:00", data },
  ...changes,
});

async function read(body: object | string, settings: object = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const { meaning, ...said } = (await squarespace.reader()).interpret(event("squarespace", text));
  const parsed = z.parse(squarespace.settings, settings);
  return { ...said, ...meaning({ connection: "squarespace/demo", shop: WEBSITE, settings: parsed }) };
}

test("each kind of order event is a fetch of the order it names, at the time of the event and of its website", async () => {
  const said = { eventTime: "2020-04-22T22:18:00.000Z", shop: WEBSITE, kind: "fetch", orderId: ORDER };
  deepEqual(await read(notification("order.create", { orderId: ORDER })), { topic: "order.create", ...said });
  for (const update of ["FULFILLED", "REFUNDED", "CANCELED", "MARKED_PENDING", "EMAIL_UPDATED", "A_NEW_KIND"]) {
    const reading = await read(notification("order.update", { orderId: ORDER, update }));
    deepEqual(reading, { topic: "order.update", ...said }, update);
  }
});

test("Squarespace: the order's ID is data.orderId, never the notification's or the subscription's", async () => {
  const { orderId } = { orderId: "", ...(await read(notification("order.create", { orderId: ORDER, id: "other" }))) };
  equal(orderId, ORDER);
  await rejects(read(notification("order.create", { id: ORDER })), { field: "data.orderId" });
});

test("an ID that would change the address that is called is refused", async () => {
  for (const orderId of ["", "../products", "a/b", "a?b", "a b", "\u0000", "x".repeat(101), 7, null, [ORDER]]) {
    await rejects(read(notification("order.update", { orderId })), { field: "data.orderId" }, String(orderId));
  }
});

test("newer topics spell the subscription otherwise and are ignored with a reason", async () => {
  for (const topic of ["contact.create", "contact.update", "contact.delete", "address.create", "address.delete", "x"]) {
    const body = notification(
      topic,
      { id: "64a7e3d2c8f1b95e30a14d2b" },
      { subscriptionId: undefined, subscriptionsId: "s" },
    );
    equal((await read(body)).kind, "ignored", topic);
  }
});

test("an extension that was uninstalled is a change of the app's state", async () => {
  const { kind, topic, shop } = await read(notification("extension.uninstall", { clientId: "c" }));
  deepEqual({ kind, topic, shop }, { kind: "lifecycle", topic: "extension.uninstall", shop: WEBSITE });
});

test("a test notification of an order that the settings list is ignored, of any other a fetch", async () => {
  const body = notification("order.create", { orderId: ORDER });
  deepEqual((await read(body, { testOrderIds: [ORDER] })).kind, "ignored");
  deepEqual((await read(body, { testOrderIds: ["another"] })).kind, "fetch");
});

test("a notification without website, topic or time", async () => {
  const whole = notification("order.create", { orderId: ORDER });
  await rejects(read({ ...whole, websiteId: undefined }), { field: "websiteId" });
  await rejects(read({ ...whole, topic: "" }), { field: "topic" });
  for (const createdOn of [undefined, "yesterday", 7]) {
    equal((await read({ ...whole, createdOn })).eventTime, undefined, String(createdOn));
  }
});

const KEY = "6f726465722d72656c61792d73616d706c652d736563726574";
const body = fixture("squarespace/fixtures/order-create.json");
const signedWith = (secret: string, signature: string) =>
  verify(squarespace, { headers: { "squarespace-signature": signature }, body }, { signingSecrets: [secret] });

test("Squarespace: the secret is hex-decoded and the signature is hex", () => {
  const { "squarespace-signature": byOpenssl } = jsonFixture("squarespace/fixtures/order-create.headers.json");
  equal(signedWith(KEY, byOpenssl), "authentic");
  equal(signedWith(KEY.toUpperCase(), byOpenssl), "authentic");
  equal(signedWith(KEY, hmac(KEY, body, "hex")), "forged", "signed with the secret's text");
  const base64 = createHmac("sha256", Buffer.from(KEY, "hex")).update(body).digest("base64");
  equal(signedWith(KEY, base64), "unsigned", "in base64");
});

test("any of several secrets is enough: each website's subscription has its own", () => {
  const { "squarespace-signature": signature } = jsonFixture("squarespace/fixtures/order-create.headers.json");
  const signingSecrets = ["61".repeat(32), KEY];
  equal(
    verify(squarespace, { headers: { "squarespace-signature": signature }, body }, { signingSecrets }),
    "authentic",
  );
});

test("a secret that is no hexadecimal, or too short to be one, is refused before it is used", () => {
  for (const secret of ["", "61".repeat(15), `${KEY}6`, `${KEY}zz`, "order-relay-sample-secret"]) {
    equal(z.safeParse(squarespace.secret, { signingSecrets: [secret] }).success, false, secret);
  }
});

test("a connection has an API key or a refresh token, never both and never neither", () => {
  const credentials = squarespace.credentials ?? z.never();
  for (const given of [{}, { apiKey: "k", refreshToken: "r" }, { apiKey: "" }, { apiKey: "a b" }]) {
    throws(() => z.parse(credentials, given), JSON.stringify(given));
  }
  deepEqual(z.parse(credentials, { apiKey: "k" }), { apiKey: "k" });
  deepEqual(z.parse(credentials, { refreshToken: "r" }), { refreshToken: "r" });
});

test("a setting that does not exist is refused", () => {
  equal(z.safeParse(squarespace.settings, { paidState: ["PAID"] }).success, false);
});
