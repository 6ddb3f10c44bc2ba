import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { Webhook as Library } from "standardwebhooks";
import { bigcommerce } from "../../functions/channels/bigcommerce/index.ts";
import { reader } from "../../functions/channels/bigcommerce/reader.ts";
import { Settings } from "../../functions/channels/bigcommerce/settings.ts";
import type { Meaning } from "../../functions/channels/channel.ts";
import type { HttpRequest } from "../../shared/connector/http.ts";
import { interpretEvent } from "../../shared/messages/interpret-event.ts";
import { connection, event, fixture, hmac, jsonFixture, verify } from "../support/deliveries.ts";
import { channelContract } from "./contract.ts";

const SECRET = { signingSecrets: ["the client secret of an app"] };
const ID = "msg_4711";
const SECONDS = "1793955610";
const NOW = Number(SECONDS) * 1000;
const webhook = fixture("bigcommerce/fixtures/order-created.json");

/** As BigCommerce's own example verifies: by the library, with the client secret in base64. */
const librarySigns = (body: Uint8Array, { signingSecrets: [key = ""] }: typeof SECRET) => ({
  "webhook-signature": new Library(Buffer.from(key).toString("base64")).sign(
    ID,
    new Date(NOW),
    Buffer.from(body).toString(),
  ),
});

const STORE = "https://api.bigcommerce.com/stores/abc123xyz/v2";
const CREDENTIALS = { storeHash: "abc123xyz", accessToken: "token-of-the-store" };
/** What the API answers below the store's path, each by its file; nothing else. */
const FILES: Readonly<Record<string, string>> = {
  "/orders/4711": "order",
  "/orders/4711/products": "products",
  "/orders/4711/shipping_addresses": "shipping-addresses",
  "/orders/4711/coupons": "coupons",
};

function answer({ url, method, headers = {} }: HttpRequest) {
  if (headers["x-auth-token"] !== CREDENTIALS.accessToken) return { status: 401 };
  if (headers["accept"] !== "application/json" || method !== "GET") return { status: 200, text: "<orders/>" };
  const path = url.split("?")[0]?.slice(STORE.length) ?? "";
  const file = url.startsWith(STORE) ? FILES[path] : undefined;
  if (file !== undefined) return { text: fixture(`bigcommerce/fixtures/${file}.json`).toString() };
  return path === "/orders" ? { status: 204 } : { status: 404, text: '[{"status":404,"message":"not found"}]' };
}

channelContract(bigcommerce, {
  secret: SECRET,
  now: NOW,
  webhook: {
    request: {
      headers: { "webhook-id": ID, "webhook-timestamp": SECONDS, ...librarySigns(webhook, SECRET) },
      body: webhook,
    },
    otherSecret: { signingSecrets: ["the client secret of another app"] },
    proof: ["webhook-id", "webhook-timestamp", "webhook-signature"],
    sign: librarySigns,
    shop: "abc123xyz",
    expected: { kind: "fetch", orderId: "4711" },
  },
  api: {
    credentials: CREDENTIALS,
    orderId: "4711",
    unknownId: "4712",
    expected: jsonFixture("bigcommerce/fixtures/order.expected.json"),
    answer,
    isOrderCall: ({ url }) => url.startsWith(`${STORE}/orders/`),
  },
});

// How a webhook is verified.

const v1 = (key: string, id: string, seconds: string, body: string) => `v1,${hmac(key, `${id}.${seconds}.${body}`)}`;

const isAuthentic = (headers: Record<string, string>, body: string, keys: readonly string[], now: number) =>
  verify(bigcommerce, { headers, body }, { signingSecrets: keys }, now) === "authentic";

test("a signature that openssl made of the client secret's own text is authentic", () => {
  const body = '{"scope":"store/order/created","data":{"type":"order","id":250},"producer":"stores/abc123xyz"}';
  const signature = "v1,nhNToUaDf5Bvur2+El7o6mXT9BN4OQI6rVCxuT7jHIc=";
  const headers = { "webhook-id": "msg-1", "webhook-timestamp": SECONDS, "webhook-signature": signature };
  ok(isAuthentic(headers, body, SECRET.signingSecrets, NOW));
  // The key of every other Standard Webhooks sender is base64.
  ok(!isAuthentic(headers, body, [Buffer.from("the client secret of an app").toString("base64")], NOW));
});

test("the same verdict as the library that BigCommerce names, over many deliveries and their alterations", () => {
  const now = Math.floor(Date.now() / 1000);
  for (let round = 0; round < 200; round++) {
    const key = randomBytes(16 + (round % 41)).toString("hex");
    const library = new Library(Buffer.from(key).toString("base64"));
    const [id, seconds] = [randomBytes(8).toString("hex"), String(now - (round % 2 ? 0 : 290))];
    const body = JSON.stringify({ scope: "store/order/created", data: { id: round }, text: "Zoë \u{1F382}" });
    const right = library.sign(id, new Date(Number(seconds) * 1000), body);
    const alterations: { id?: string; seconds?: string; signature?: string; body?: string }[] = [
      {},
      { body: `${body} ` },
      { id: `${id}x` },
      { seconds: String(Number(seconds) + 1) },
      { seconds: String(now - 400) },
      { signature: right.slice(0, -2) },
      { signature: `v1,AAAA ${right}` },
      { signature: right.slice(3) },
    ];
    for (const alteration of alterations) {
      const given = { id, seconds, signature: right, body, ...alteration };
      const headers = {
        "webhook-id": given.id,
        "webhook-timestamp": given.seconds,
        "webhook-signature": given.signature,
      };
      let expected = true;
      try {
        library.verify(given.body, headers);
      } catch {
        expected = false;
      }
      equal(isAuthentic(headers, given.body, [key], now * 1000), expected, JSON.stringify(alteration));
    }
  }
});

test("trap 14: of several signatures in one header, and of several client secrets, one right one is enough", () => {
  const body = webhook.toString();
  const [former = "", next = ""] = ["the former client secret", "the client secret after it"];
  const signature = v1(next, ID, SECONDS, body);
  const headers = { "webhook-id": ID, "webhook-timestamp": SECONDS };
  ok(isAuthentic({ ...headers, "webhook-signature": `v1,AAAA v2,BBBB ${signature}` }, body, [former, next], NOW));
  ok(!isAuthentic({ ...headers, "webhook-signature": `v1,AAAA ${signature}` }, body, [former], NOW));
});

test("trap 15: a repeat is signed again, with its own time; the same request later than 300 s is refused", () => {
  const body = webhook.toString();
  const signed = (seconds: string) => ({
    "webhook-id": ID,
    "webhook-timestamp": seconds,
    "webhook-signature": v1(SECRET.signingSecrets[0] ?? "", ID, seconds, body),
  });
  const later = NOW + 48 * 3_600_000;
  ok(isAuthentic(signed(SECONDS), body, SECRET.signingSecrets, NOW + 300_000));
  ok(!isAuthentic(signed(SECONDS), body, SECRET.signingSecrets, later));
  ok(isAuthentic(signed(String(later / 1000)), body, SECRET.signingSecrets, later));
});

test("a client secret that can be guessed, or is written as other senders write theirs, is not taken", () => {
  const isTaken = (...signingSecrets: string[]) => bigcommerce.secret.safeParse({ signingSecrets }).success;
  ok(isTaken("0123456789abcdef", "x".repeat(64)));
  for (const wrong of [[], ["short"], ["0123456789abcde"], ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]]) {
    ok(!isTaken(...wrong), JSON.stringify(wrong));
  }
});

test("a store's hash or a token that would change the address of a call is not taken", () => {
  const isTaken = (changes: object) => bigcommerce.credentials?.safeParse({ ...CREDENTIALS, ...changes }).success;
  ok(isTaken({}));
  for (const storeHash of ["", "a/b", "..", "a?b", "a b", "a.b"]) ok(!isTaken({ storeHash }), storeHash);
  for (const accessToken of ["", "a\nb", "a b"]) ok(!isTaken({ accessToken }), accessToken);
});

// What a webhook means.

const FACTS = { connection: "bigcommerce/demo", shop: undefined, settings: Settings.parse({}) };

const callback = (scope: string, data: object, changes: object = {}) =>
  event(
    "bigcommerce",
    JSON.stringify({ scope, data, producer: "stores/abc123xyz", created_at: 1561479335, ...changes }),
  );

const interpreted = (scope: string, data: object, changes: object = {}) =>
  reader.interpret(callback(scope, data, changes));
const meaningOf = (scope: string, data: object): Meaning => interpreted(scope, data).meaning(FACTS);

const SAME_HASH = { hash: "dd70c0976e06b67aaf671e73f49dcb79230ebf9d" };

test("trap 6: created, updated and archived of one order have one hash, and each of them counts", () => {
  const scopes = ["store/order/created", "store/order/updated", "store/order/archived"];
  for (const scope of scopes) {
    const { topic, meaning } = interpreted(scope, { type: "order", id: 250 }, SAME_HASH);
    equal(topic, scope);
    const { kind, ...rest } = meaning(FACTS);
    ok(kind === "fetch" || kind === "change", kind);
    equal("orderId" in rest && rest.orderId, "250", scope);
  }
});

const NAMED: [scope: string, data: string, orderId: string][] = [
  ["store/order/created", '{"type":"order","id":250}', "250"],
  ["store/order/updated", '{"type":"order","id":"250"}', "250"],
  ["store/order/statusUpdated", '{"type":"order","id":250,"status":{"new_status_id":11}}', "250"],
  ["store/order/message/created", '{"type":"order","id":250,"message":{"order_message_id":3}}', "250"],
  ["store/order/refund/created", '{"type":"order","id":250,"refund":{"refund_id":3}}', "250"],
  [
    "store/order/transaction/created",
    '{"type":"transaction","order_id":250,"transaction_id":"176342342","id":9}',
    "250",
  ],
  ["store/order/transaction/updated", '{"type":"transaction","order_id":"250","transaction_id":"176342342"}', "250"],
  ["store/order/metafield/created", '{"metafield_id":14,"resource_id":"270","id":9}', "270"],
  ["store/order/metafield/deleted", '{"metafield_id":14,"resource_id":"270"}', "270"],
  ["store/channel/1/order/created", '{"order_id":127,"id":9}', "127"],
  ["store/channel/12345/order/statusUpdated", '{"order_id":127}', "127"],
  ["store/channel/1/order/refund/created", '{"order_id":127}', "127"],
  ["store/shipment/created", '{"type":"shipment","id":12,"orderId":251}', "251"],
  ["store/shipment/deleted", '{"type":"shipment","id":12,"orderId":251}', "251"],
  ["store/order/created", '{"type":"order","id":9007199254740993}', "9007199254740993"],
];

test("trap 8: the order's ID is in id, order_id or resource_id, by the scope, to the last digit", () => {
  for (const [scope, data, orderId] of NAMED) {
    const body = `{"scope":"${scope}","data":${data},"producer":"stores/abc123xyz"}`;
    const { meaning } = reader.interpret(event("bigcommerce", body));
    deepEqual(meaning(FACTS), { kind: "fetch", orderId }, `${scope} ${data}`);
  }
});

test("an ID that is none is malformed, wherever the scope has it, and never part of a path", () => {
  const wrong = [undefined, null, "", "0", 0, -1, 1.5, "12/products", "../count", "count", {}, [250], true];
  for (const id of wrong) {
    throws(() => interpreted("store/order/created", { id }), { name: "MalformedEvent", field: "data.id" }, String(id));
    throws(() => interpreted("store/channel/1/order/updated", { order_id: id }), { field: "data.order_id" });
    throws(() => interpreted("store/order/metafield/updated", { resource_id: id }), { field: "data.resource_id" });
  }
  throws(() => interpreted("store/order/created", { order_id: 250, resource_id: "250" }), { field: "data.id" });
});

test("an archived order is fetched; if it is gone, the event is its deletion", () => {
  const expected = { kind: "change", orderId: "250", change: "cancelled" };
  deepEqual(meaningOf("store/order/archived", { id: 250 }), expected);
  deepEqual(meaningOf("store/channel/1/order/archived", { order_id: 250 }), expected);
});

test("the app was removed, or a webhook is switched off: a change of the app's state", () => {
  deepEqual(meaningOf("store/app/uninstalled", { type: "app", id: "1025646" }), {
    kind: "lifecycle",
    event: "uninstalled",
  });
  const exception = (error_code: number) =>
    meaningOf("store/hook/deliveryException", { type: "webhook", id: 123, error_code });
  deepEqual(exception(90002), { kind: "lifecycle", event: "subscription-disabled" });
  // It is tried again (90001), or once the domain is no longer blocked (90003).
  for (const code of [90001, 90003]) equal(exception(code).kind, "ignored", String(code));
});

test("scopes that are not about orders are ignored with a reason, a deleted customer's account too", () => {
  const scopes = ["store/cart/converted", "store/product/updated", "store/metafield/updated", "store/customer/deleted"];
  for (const scope of [...scopes, "store/channel/1/page/created", "store/orders/created", "toString"]) {
    equal(meaningOf(scope, { type: "other", id: 32, orderId: 252, resource_id: "1" }).kind, "ignored", scope);
  }
  // A store-wide scope of metafields says nothing of orders.
  equal(meaningOf("store/metafield/created", { resource_id: "270", resource_type: "order" }).kind, "ignored");
});

test("the store is what producer says, and the time is that of the event", () => {
  const { shop, eventTime, topic } = interpreted("store/order/created", { id: 250 });
  deepEqual(
    { shop, eventTime, topic },
    {
      shop: "abc123xyz",
      eventTime: "2019-06-25T16:15:35.000Z",
      topic: "store/order/created",
    },
  );
  equal(interpreted("store/order/created", { id: 250 }, { created_at: "soon" }).eventTime, undefined);
  for (const producer of [undefined, null, "", "abc123xyz", "stores/", "stores/a/b", "stores/../x", "apps/abc123xyz"]) {
    throws(
      () => interpreted("store/order/created", { id: 250 }, { producer }),
      { field: "producer" },
      String(producer),
    );
  }
  throws(() => interpreted("", { id: 250 }), { field: "scope" });
});

test("two stores of one app with equal order IDs are two orders; an unknown store is no connection's", async () => {
  const shops = [
    connection("bigcommerce", { name: "north", endpoint: "app", shop: "abc123xyz" }),
    connection("bigcommerce", { name: "south", endpoint: "app", shop: "def456uvw" }),
  ];
  const config = { connections: shops, endpoints: [] };
  const connectionOf = async (producer: string) => {
    const one = { ...callback("store/order/created", { id: 250 }, { producer }), endpoint: "app" };
    return (await interpretEvent<Meaning>(one, bigcommerce, config)).about?.connection.name;
  };
  equal(await connectionOf("stores/abc123xyz"), "north");
  equal(await connectionOf("stores/def456uvw"), "south");
  equal(await connectionOf("stores/another"), undefined);
});
