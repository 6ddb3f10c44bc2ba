import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { Webhook as Library } from "standardwebhooks";
import * as z from "zod/mini";
import { etsy } from "../../functions/channels/etsy/index.ts";
import { reader } from "../../functions/channels/etsy/reader.ts";
import { Settings } from "../../functions/channels/etsy/settings.ts";
import { event, verify } from "../support/deliveries.ts";
import { THOROUGH } from "../support/thorough.ts";

const RECEIPT = "https://api.etsy.com/v3/application/shops/42/receipts/3021745515";
const body = (changes: object = {}) =>
  JSON.stringify({ event_type: "order.paid", resource_url: RECEIPT, shop_id: 42, ...changes });

function read(text: string, settings: object = {}) {
  const { meaning, ...said } = reader.interpret(event("etsy", text));
  return { ...said, ...meaning({ connection: "etsy/demo", shop: "42", settings: z.parse(Settings, settings) }) };
}

test('trap 11: Etsy\'s shop_id 42 and "42", two hosts, the same receipt', () => {
  const expected = { topic: "order.paid", shop: "42", kind: "fetch", orderId: "3021745515" };
  for (const shop_id of [42, "42", " 42 "]) {
    for (const host of ["api.etsy.com/v3/application", "openapi.etsy.com/v3/application"]) {
      const resource_url = `https://${host}/shops/42/receipts/3021745515`;
      deepEqual(read(body({ shop_id, resource_url })), expected, `${shop_id} ${host}`);
    }
  }
  // Etsy's own example names another shop in the address. https://github.com/etsy/open-api/discussions/1564
  equal(read(body({ resource_url: "https://openapi.etsy.com/v3/application/shops/12345/receipts/54321" })).shop, "42");
  const long = body().replace('"shop_id":42', '"shop_id":820982911946154508');
  equal(read(long).shop, "820982911946154508", "an ID keeps its digits");
});

test("trap 18: of Etsy's resource_url only the digits at its end are read", () => {
  for (const host of ["attacker.example", "169.254.169.254", "api.etsy.com:8443"]) {
    const reading = read(body({ resource_url: `https://${host}/v3/application/shops/42/receipts/7` }));
    deepEqual([reading.kind, "orderId" in reading && reading.orderId], ["fetch", "7"], host);
  }
  for (const wrong of [
    "",
    "/receipts/",
    "/receipts/7/../8",
    "/receipts/7a",
    "/receipts/7?x=1",
    "/listings/7",
    "/receipts/%37",
  ]) {
    const text = body({ resource_url: `https://api.etsy.com/v3/application/shops/42${wrong}` });
    throws(() => read(text), { field: "resource_url" }, wrong);
  }
  throws(() => read(body({ resource_url: undefined })), { field: "resource_url" });
  throws(() => read(body({ resource_url: 7 })), { field: "resource_url" });
});

test("each event of an order is a fetch, the first page's spelling and a new kind too; any other is ignored", () => {
  for (const event_type of [
    "order.paid",
    "order.canceled",
    "order.shipped",
    "order.delivered",
    "ORDER_PAID",
    "order.refunded",
  ]) {
    equal(read(body({ event_type })).kind, "fetch", event_type);
  }
  for (const event_type of ["listing.updated", "orders", "shop.closed"]) {
    equal(read(body({ event_type, resource_url: undefined })).kind, "ignored", event_type);
  }
});

test("the portal's examples and listed receipts are test messages; an event without a shop or a topic goes to the DLQ", () => {
  const example = "https://api.etsy.com/v3/application/shops/{YOUR_SHOP_ID}/receipts/{RECEIPT_ID}";
  equal(read(body({ resource_url: example, shop_id: "{YOUR_SHOP_ID}" })).kind, "ignored");
  equal(read(body(), { testReceiptIds: ["3021745515"] }).kind, "ignored");
  equal(read(body(), { testReceiptIds: ["3021745516"] }).kind, "fetch");
  throws(() => read(body({ shop_id: null })), { field: "shop_id" });
  throws(() => read(body({ event_type: "" })), { field: "event_type" });
  throws(() => read(`{"data":${body()}}`), { field: "event_type" });
});

const SECONDS = 1614265330;
const isAuthentic = (headers: Record<string, string>, text: string, signingSecrets: string[], now = SECONDS) =>
  verify(etsy, { headers, body: text }, { signingSecrets }, now * 1000) === "authentic";

test("the specification's vector is authentic: Etsy's keys are base64 after whsec_", () => {
  const headers = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": String(SECONDS),
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  };
  const key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const text = '{"test": 2432232314}';
  ok(isAuthentic(headers, text, [key]));
  ok(isAuthentic(headers, text, ["whsec_YW5vdGhlci1hcHBzLXNpZ25pbmctc2VjcmV0", key]), "while the endpoint is replaced");
  ok(!isAuthentic(headers, '{"test":2432232314}', [key]), "the raw bytes are signed");
  ok(!isAuthentic(headers, text, [key], SECONDS + 301), "trap 15: a replay");
  ok(
    isAuthentic({ ...headers, "webhook-signature": `v1,AAAA v2,B ${headers["webhook-signature"]}` }, text, [key]),
    "trap 14",
  );
});

test("the same verdict as the library of Standard Webhooks, over random keys, bodies and alterations", () => {
  const now = Math.floor(Date.now() / 1000);
  for (let round = 0; round < (THOROUGH ? 500 : 40); round++) {
    const key = `whsec_${randomBytes(24 + (round % 40)).toString("base64")}`;
    const library = new Library(key);
    const id = `msg_${randomBytes(8).toString("hex")}`;
    const text = body({ shop_id: round, note: "Zoë \u{1F382}" });
    const signed = library.sign(id, new Date(now * 1000), text);
    for (const change of [
      {},
      { text: `${text} ` },
      { id: `${id}x` },
      { at: now + 1 },
      { at: now - 400 },
      { signed: signed.slice(3) },
      { signed: signed.slice(0, -2) },
    ]) {
      const given = { id, at: now, signed, text, ...change };
      const headers = {
        "webhook-id": given.id,
        "webhook-timestamp": String(given.at),
        "webhook-signature": given.signed,
      };
      let expected = true;
      try {
        library.verify(given.text, headers);
      } catch {
        expected = false;
      }
      equal(isAuthentic(headers, given.text, [key], now), expected, JSON.stringify(change));
    }
  }
});

test("a secret that is none of Etsy's, half of an x-api-key with a colon, and an unknown setting are refused", () => {
  const whole = {
    ...{ signingSecrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], keystring: "key", sharedSecret: "shared" },
    tokenKey: Buffer.alloc(32).toString("base64"),
  };
  const isTaken = (changes: object) => z.safeParse(etsy.secret, { ...whole, ...changes }).success;
  ok(isTaken({}));
  for (const signingSecrets of [[], ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], ["whsec_c2hvcnQ="], ["whsec_%%"]]) {
    ok(!isTaken({ signingSecrets }), JSON.stringify(signingSecrets));
  }
  for (const wrong of ["key:shared", "a b", ""])
    ok(!isTaken({ keystring: wrong }) && !isTaken({ sharedSecret: wrong }), wrong);
  ok(!z.safeParse(etsy.settings, { paidStates: [] }).success);
});
