import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { tiktokShop } from "../../functions/channels/tiktok-shop/index.ts";
import { signatureOf } from "../../functions/channels/tiktok-shop/signed-request.ts";
import { event, hmac, verify } from "../support/deliveries.ts";

const SHOP = "7494049642642441621";
const ORDER = "576653688135258178";

const notification = (type: unknown, data: unknown, changes: object = {}) => ({
  ...{ type, tts_notification_id: "7327112393057371910", shop_id: SHOP, timestamp: 1_644_412_885, data },
  ...changes,
});

async function read(body: object | string, settings: object = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const { meaning, ...said } = (await tiktokShop.reader()).interpret(event("tiktok-shop", text));
  const parsed = z.parse(tiktokShop.settings, settings);
  return { ...said, ...meaning({ connection: "tiktok-shop/demo", shop: SHOP, settings: parsed }) };
}

/** https://partner.tiktokshop.com/docv2/page/tts-webhooks-overview prints key, secret, body and signature. */
const PRINTED = {
  appKey: "abcdef",
  appSecret: "123",
  body: '{"type":1,"tts_notification_id":"7380066284010030890","shop_id":"7495540735365777507","timestamp":1718305585,"data":{"is_on_hold_order":true,"order_id":"576653688135258178","order_status":"UNPAID","update_time":1718305585}}',
  signature: "5dec0f11ec2f6783b8deee53c9ffbf8d024302f7c7e7fa55a35d17629031ac05",
};

test("TikTok Shop's own example of a signed webhook is authentic; with another app key, secret or form it is not", () => {
  const { appKey, appSecret, body, signature } = PRINTED;
  const verdict = (authorization: string, secret: object = {}, text = body) =>
    verify(
      tiktokShop,
      { headers: { authorization }, body: text },
      { appKey, signingSecrets: [appSecret], tokenKey: "", ...secret },
    );
  equal(verdict(signature), "authentic");
  equal(verdict(signature, { signingSecrets: ["the new one", appSecret] }), "authentic", "while the secret is reset");
  equal(verdict(signature, { appKey: "abcdeg" }), "forged");
  equal(verdict(signature, { signingSecrets: ["124"] }), "forged");
  equal(verdict(signature, {}, body.replace("UNPAID", "AWAITING_SHIPMENT")), "forged");
  equal(verdict(hmac(appSecret, body, "hex")), "forged", "without the app key");
  equal(verdict(signature.toUpperCase()), "unsigned");
  equal(verdict(`Bearer ${signature}`), "unsigned");
  // developers.tiktok.com signs its own webhooks otherwise.
  equal(
    verify(
      tiktokShop,
      { headers: { "tiktok-signature": `t=1,s=${signature}` }, body },
      { appKey, signingSecrets: [appSecret], tokenKey: "" },
    ),
    "unsigned",
  );
});

/** Literally those of channel-apis-2.md, section 1. */
test("a call is signed exactly: the printed vectors", () => {
  equal(
    signatureOf(
      { path: "/authorization/202309/shops", query: { timestamp: "1623812664", app_key: "29a39d" } },
      "e59af819cc",
    ),
    "b596b73e0cc6de07ac26f036364178ab16b0a907af13d43f0a0cd2345f582dc8",
  );
  equal(
    signatureOf({ path: "/test-api", query: { foo: "bar" } }, "app_secret"),
    "d3cb7fe11ecae942802ceeca67e7cf10120cc12f1517d45fbc1c8cfe5413c80f",
  );
  const withBody = {
    path: "/event/202309/webhooks",
    query: { timestamp: "1696909648", shop_cipher: "ROW_xkMbgAAAeVAQra0eZWebFQq5aIK", app_key: "68xu9ks5p4i8" },
    body: '{"address":"https://partner.tiktokshop.com", "event_type": "PACKAGE_UPDATE"}',
  };
  const signature = "788e4a2a58942847b12367f0b1b0c54b6444c81ab215ab92d823d0aaa53df652";
  equal(signatureOf(withBody, "e59af819cc"), signature);
  const query = { ...withBody.query, sign: "x", access_token: "y" };
  equal(signatureOf({ ...withBody, query }, "e59af819cc"), signature, "sign and access_token are left out");
});

test("each type about an order is a fetch of data.order_id, whatever status it names", async () => {
  const about = { eventTime: "2022-02-09T13:21:25.000Z", shop: SHOP, kind: "fetch", orderId: ORDER };
  for (const [type, topic] of [
    [1, "ORDER_STATUS_CHANGE"],
    [2, "REVERSE_STATUS_UPDATE"],
    [3, "RECIPIENT_ADDRESS_UPDATE"],
    [11, "CANCELLATION_STATUS_CHANGE"],
    [12, "RETURN_STATUS_CHANGE"],
    ["1", "ORDER_STATUS_CHANGE"],
  ] as const) {
    const data = { order_id: ORDER, order_status: "CANCEL", update_time: 1_644_412_885 };
    deepEqual(await read(notification(type, data)), { topic, ...about });
  }
});

test("a notification without its ID, and one with numbers for IDs, is read; no digit is lost", async () => {
  const { tts_notification_id: _, ...older } = notification(3, { order_id: ORDER });
  equal((await read(older)).kind, "fetch");
  const text = JSON.stringify(older).replace(`"${SHOP}"`, SHOP).replace(`"${ORDER}"`, ORDER);
  const { shop, ...said } = await read(text);
  deepEqual({ shop, orderId: Reflect.get(said, "orderId") }, { shop: SHOP, orderId: ORDER });
});

test("TikTok's packages, products and messages are ignored with a reason", async () => {
  const packages = { sc_type: "COMBINE", package_list: [{ package_id: "1", order_id_list: [ORDER, "2"] }] };
  deepEqual(await read(notification(4, packages)), {
    ...{ topic: "PACKAGE_UPDATE", eventTime: "2022-02-09T13:21:25.000Z", shop: SHOP, kind: "ignored" },
    reason: "about packages, which are TikTok Shop's own business",
  });
  for (const type of [0, 5, 13, 14, 15, 36, 37, 42, 999]) {
    equal((await read(notification(type, { order_id: ORDER }))).kind, "ignored", String(type));
  }
});

test("a seller who ended the authorisation, and one that ends soon, are changes of the app's state", async () => {
  const { kind, ...revoked } = await read(notification(6, { message: "Shop_id {xxx} is deauthorized from your APP." }));
  deepEqual([kind, Reflect.get(revoked, "event"), revoked.shop], ["lifecycle", "authorization-revoked", SHOP]);
  const expiring = await read(notification(7, { message: "is expiring in 30 days", expiration_time: "1627587506" }));
  deepEqual([expiring.kind, Reflect.get(expiring, "event")], ["lifecycle", "authorization-expiring"]);
});

test("verify and test pushes never become orders: the examples' IDs are ignored, others only lead to a fetch", async () => {
  const test = notification(1, { order_id: "576486316948490001", order_status: "UNPAID" });
  equal((await read(test)).kind, "ignored");
  equal((await read(test, { testOrderIds: [] })).kind, "fetch");
  await rejects(read(notification(1, {})), { field: "data.order_id" });
  await rejects(read(notification(1, undefined)), { field: "data.order_id" });
});

test("an ID that would change the call, or name a second order, is refused", async () => {
  for (const id of ["", "1X2X", "1,2", "1&ids=2", "1 ", "../1", "9".repeat(33), null, true, [ORDER], -1, 1.5]) {
    await rejects(read(notification(1, { order_id: id })), { field: "data.order_id" }, String(id));
  }
});

test("a notification without type or shop names the field; one without a time is read", async () => {
  const data = { order_id: ORDER };
  await rejects(read(notification(undefined, data)), { field: "type" });
  await rejects(read(notification("one", data)), { field: "type" });
  for (const shop_id of [undefined, "", null, {}]) {
    await rejects(read(notification(1, data, { shop_id })), { field: "shop_id" }, String(shop_id));
  }
  for (const timestamp of [undefined, 0, "yesterday", -1, 1e300]) {
    equal((await read(notification(1, data, { timestamp }))).eventTime, undefined, String(timestamp));
  }
});

test("secrets that cannot be right, and settings that do not exist, are refused before they are used", () => {
  const app = { signingSecrets: ["s".repeat(40)], appKey: "k", tokenKey: Buffer.alloc(32).toString("base64") };
  equal(z.safeParse(tiktokShop.secret, app).success, true);
  for (const wrong of [{ signingSecrets: ["short"] }, { signingSecrets: [] }, { appKey: "a b" }, { tokenKey: "abc" }]) {
    equal(z.safeParse(tiktokShop.secret, { ...app, ...wrong }).success, false, JSON.stringify(wrong));
  }
  const credentials = tiktokShop.credentials ?? z.never();
  equal(z.safeParse(credentials, { refreshToken: "r", shopCipher: "c" }).success, true);
  for (const wrong of [{ refreshToken: "r" }, { shopCipher: "c" }, { refreshToken: "", shopCipher: "c" }]) {
    equal(z.safeParse(credentials, wrong).success, false, JSON.stringify(wrong));
  }
  for (const wrong of [{ service: "1" }, { orderVersion: "v2" }, { listWindow: "1s" }, { testOrderIds: ["x"] }]) {
    equal(z.safeParse(tiktokShop.settings, wrong).success, false, JSON.stringify(wrong));
  }
});
