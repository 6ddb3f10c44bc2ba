import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { test } from "node:test";
import { Webhook as Library } from "standardwebhooks";
import { standard } from "../../functions/channels/standard/index.ts";
import { MalformedEvent } from "../../shared/errors.ts";
import { fixture, hmac, jsonFixture, orderOf, read, verify } from "../support/deliveries.ts";
import { channelContract } from "./contract.ts";

const KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const TS = 1614265330;
const BODY = '{"test": 2432232314}';
const KNOWN = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

interface Given {
  id?: string;
  timestamp?: string;
  signature?: string;
  body?: string | Uint8Array;
  keys?: string[];
  /** Seconds. */
  now?: number;
  family?: "webhook" | "svix";
}

function isAuthentic({ id = ID, timestamp = String(TS), body = BODY, now = TS, ...given }: Given = {}): boolean {
  const { signature = KNOWN, keys = [KEY], family = "webhook" } = given;
  const headers = { [`${family}-id`]: id, [`${family}-timestamp`]: timestamp, [`${family}-signature`]: signature };
  const secret = standard.secret.parse({ signingSecrets: keys });
  return verify(standard, { headers, body }, secret, now * 1000) === "authentic";
}

const v1 = (key: string, id: string, timestamp: string, body: string | Uint8Array) =>
  `v1,${hmac(Buffer.from(key.replace("whsec_", ""), "base64"), Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)]))}`;

const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const whpk = (key: KeyObject) =>
  `whpk_${Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url").toString("base64")}`;
const v1a = (id: string, timestamp: string, body: string | Uint8Array) =>
  `v1a,${sign(null, Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)]), privateKey).toString("base64")}`;

const secretOf = (key: string) => ({ signingSecrets: [key] });
const SECRET = secretOf(KEY);
const sample = fixture("standard/fixtures/order.json");
/** By the specification's own library. */
const librarySigns = (body: Uint8Array, { signingSecrets: [key = ""] }: typeof SECRET) => ({
  "webhook-signature": new Library(key).sign(ID, new Date(TS * 1000), Buffer.from(body).toString()),
});

channelContract(standard, {
  secret: SECRET,
  now: TS * 1000,
  webhook: {
    request: {
      headers: { "webhook-id": ID, "webhook-timestamp": String(TS), ...librarySigns(sample, SECRET) },
      body: sample,
    },
    otherSecret: secretOf(`whsec_${Buffer.alloc(32, 7).toString("base64")}`),
    proof: ["webhook-id", "webhook-timestamp", "webhook-signature"],
    sign: librarySigns,
    expected: { kind: "order", order: jsonFixture("standard/fixtures/order.expected.json") },
  },
});

test("the specification's known answer is authentic, under Svix's header names too", () => {
  ok(isAuthentic());
  ok(isAuthentic({ family: "svix" }));
});

test("the same verdict as the reference library, over many deliveries and their alterations", () => {
  const now = Math.floor(Date.now() / 1000);
  for (let round = 0; round < 200; round++) {
    const key = `whsec_${randomBytes(24 + (round % 41)).toString("base64")}`;
    const library = new Library(key);
    const id = `msg_${randomBytes(8).toString("hex")}`;
    const timestamp = String(now - (round % 2 ? 0 : 290));
    const body = JSON.stringify({ round, text: "Zoë \u{1F382}", number: 820982911946154508n.toString() });
    const right = library.sign(id, new Date(Number(timestamp) * 1000), body);
    const alterations: Given[] = [
      {},
      { body: `${body} ` },
      { id: `${id}x` },
      { timestamp: String(Number(timestamp) + 1) },
      { signature: right.slice(0, -2) },
      { signature: `v1,AAAA ${right}` },
      { signature: `v9,${right.slice(3)}` },
      { signature: right.slice(3) },
      { timestamp: String(now - 400) },
    ];
    for (const alteration of alterations) {
      const given = {
        id,
        timestamp,
        signature: right,
        keys: [key],
        now,
        ...alteration,
        body: alteration.body?.toString() ?? body,
      };
      let expected = true;
      try {
        library.verify(given.body, {
          "webhook-id": given.id,
          "webhook-timestamp": given.timestamp,
          "webhook-signature": given.signature,
        });
      } catch {
        expected = false;
      }
      equal(isAuthentic(given), expected, JSON.stringify(alteration));
    }
  }
});

test("one right signature among several, and one right key among several, is enough", () => {
  const other = `whsec_${randomBytes(32).toString("base64")}`;
  ok(isAuthentic({ signature: `v1,AAAA v1a,BBBB v2,CCCC ${KNOWN}` }));
  ok(isAuthentic({ keys: [other, whpk(publicKey), KEY] }));
  equal(isAuthentic({ keys: [other] }), false);
  equal(isAuthentic({ signature: "v1,AAAA v1,BBBB" }), false);
});

test("ed25519: signed with the private key, checked with the public one", () => {
  const given = { signature: v1a(ID, String(TS), BODY), keys: [whpk(publicKey)] };
  ok(isAuthentic(given));
  ok(isAuthentic({ ...given, keys: [KEY, whpk(publicKey)] }));
  equal(isAuthentic({ ...given, body: `${BODY} ` }), false);
  equal(isAuthentic({ ...given, keys: [whpk(generateKeyPairSync("ed25519").publicKey)] }), false);
  equal(isAuthentic({ ...given, signature: given.signature.slice(0, -4) }), false);
});

test("a public key is never taken for a shared one", () => {
  // Else anyone who knows the public key could sign with it.
  const key = whpk(publicKey);
  const forged = v1(key.replace("whpk_", "whsec_"), ID, String(TS), BODY);
  equal(isAuthentic({ signature: forged, keys: [key] }), false);
  equal(isAuthentic({ signature: forged.replace("v1,", "v1a,"), keys: [key] }), false);
  equal(isAuthentic({ signature: KNOWN.replace("v1,", "v1a,"), keys: [KEY] }), false);
});

test("a body of any bytes is signed as it is", () => {
  const body = Buffer.from([0xff, 0x00, 0xfe, 0x0a]);
  ok(isAuthentic({ body, signature: v1(KEY, ID, String(TS), body) }));
  ok(isAuthentic({ body: "", signature: v1(KEY, ID, String(TS), "") }));
});

test("300 seconds early or late are allowed, 301 are not", () => {
  for (const now of [TS - 300, TS, TS + 300]) equal(isAuthentic({ now }), true, String(now - TS));
  for (const now of [TS - 301, TS + 301, TS + 86_400]) equal(isAuthentic({ now }), false, String(now - TS));
});

test("a timestamp that is not whole seconds is forged, signed or not", () => {
  for (const timestamp of ["", " ", "abc", "1614265330.0", "1e9", "0x10", "-1614265330", "+1614265330", "١٦١٤٢٦٥٣٣٠"]) {
    equal(isAuthentic({ timestamp, signature: v1(KEY, ID, timestamp, BODY) }), false, timestamp);
  }
});

test("an ID with a point would let the signed text be cut elsewhere: forged", () => {
  // The same bytes signed, read as another delivery.
  const signature = v1(KEY, "a", String(TS), `${TS}.${BODY}`);
  ok(isAuthentic({ id: "a", body: `${TS}.${BODY}`, signature }));
  equal(isAuthentic({ id: `a.${TS}`, body: BODY, signature }), false);
  equal(isAuthentic({ id: "", signature: v1(KEY, "", String(TS), BODY) }), false);
});

test("missing, doubled, mixed and strange headers are forged, not a crash", () => {
  const check = (headers: Record<string, string>) =>
    verify(standard, { headers, body: BODY }, { signingSecrets: [KEY] }, TS * 1000) === "authentic";
  const whole = { "webhook-id": ID, "webhook-timestamp": String(TS), "webhook-signature": KNOWN };
  ok(check(whole));
  equal(check({}), false);
  for (const name of Object.keys(whole)) {
    const { [name as keyof typeof whole]: _, ...rest } = whole;
    equal(check(rest), false, name);
  }
  equal(check({ ...whole, "webhook-id": `${ID},${ID}` }), false);
  equal(check({ "svix-id": ID, "webhook-timestamp": String(TS), "svix-signature": KNOWN }), false);
  for (const signature of [
    "",
    ",",
    "v1,",
    "v1",
    " , ",
    "v1,\u0000",
    "v1,\u{1F511}",
    `v1,${"A".repeat(9000)}`,
    "v1a,AAAA",
  ]) {
    equal(check({ ...whole, "webhook-signature": signature }), false, signature);
  }
});

test("keys that are none are not taken: each would be a secret anybody can guess, or a crash", () => {
  const bad = ["", "whsec_", "whpk_", "plain", "whsk_AAAA", "whsec_*&^", "whpk_AAAA", whpk(publicKey).slice(0, -8)];
  for (const key of bad) equal(standard.secret.safeParse({ signingSecrets: [key] }).success, false, key);
  equal(standard.secret.safeParse({ signingSecrets: [] }).success, false);
});

test("a shared key that can be guessed is not taken: fewer than 24 bytes", () => {
  const taken = (bytes: number) =>
    standard.secret.safeParse({ signingSecrets: [KEY, `whsec_${Buffer.alloc(bytes, 7).toString("base64")}`] }).success;
  ok(taken(24) && taken(64));
  for (const bytes of [1, 16, 23]) equal(taken(bytes), false, String(bytes));
});

test("of many signatures ten are tried: each costs time, and anybody can list a hundred", () => {
  const keys = [whpk(publicKey)];
  const right = v1a(ID, String(TS), BODY);
  const others = (count: number) => Array.from({ length: count }, () => `v1a,${randomBytes(64).toString("base64")}`);
  ok(isAuthentic({ keys, signature: [...others(9), right].join(" ") }));
  equal(isAuthentic({ keys, signature: [...others(10), right].join(" ") }), false);
  equal(
    isAuthentic({
      signature: [..."0123456789"]
        .map((one) => `v1,${one}`)
        .concat(KNOWN)
        .join(" "),
    }),
    false,
  );
});

// What it means.

const LEAST = {
  id: "1",
  placedAt: "2026-10-01T10:00:00Z",
  updatedAt: "2026-10-01T10:00:00+02:00",
  currency: "eur",
  financialState: "partially_paid",
  lines: [{ id: "1", sku: "DEMO-1", quantity: 1 }],
  shippingAddress: {},
};

test("required is what the issue names, and nothing else", async () => {
  const order = orderOf(await read("standard", JSON.stringify(LEAST)));
  equal(order.financialState, "partially-paid");
  equal(order.currency, "EUR");
  for (const name of Object.keys(LEAST)) {
    const { [name as keyof typeof LEAST]: _, ...rest } = LEAST;
    await rejects(
      read("standard", JSON.stringify(rest)),
      (error) => error instanceof MalformedEvent && error.reason.includes(name),
    );
  }
  for (const name of ["id", "sku", "quantity"]) {
    const line: Record<string, unknown> = { id: "1", sku: "DEMO-1", quantity: 1 };
    delete line[name];
    await rejects(read("standard", JSON.stringify({ ...LEAST, lines: [line] })), MalformedEvent);
  }
});

test("null is as good as absent, unknown fields are ignored", async () => {
  const order = orderOf(await read("standard", JSON.stringify({ ...LEAST, note: null, buyer: null, whatever: [1] })));
  equal(order.note, undefined);
  equal("whatever" in order, false);
  equal(orderOf(await read("standard", JSON.stringify({ ...LEAST, shippingAddress: null }))).shippingAddress, null);
});

test("a country is known by two letters, three, or its name; an unknown one is named as the field", async () => {
  const country = async (country: unknown) =>
    orderOf(await read("standard", JSON.stringify({ ...LEAST, shippingAddress: { country } }))).shippingAddress
      ?.country;
  const cases: [given: unknown, expected: string | undefined][] = [
    ["de", "DE"],
    ["UK", "GB"],
    ["XK", "XK"],
    ["USA", "US"],
    ["United States", "US"],
    ["Türkiye", "TR"],
    ["", undefined],
    [null, undefined],
    ["**", undefined],
  ];
  for (const [given, expected] of cases) equal(await country(given), expected, String(given));
  await rejects(
    country("Middle-earth"),
    (error) => error instanceof MalformedEvent && error.field === "shippingAddress.country",
  );
});

test("properties and attributes are texts, numbers or yes and no", async () => {
  const properties = [
    { name: "Size", value: 12.5 },
    { name: 7, value: true },
    { name: "Note", value: null },
  ];
  const lines = [{ id: "1", sku: "DEMO-1", quantity: 1, properties }];
  const order = orderOf(await read("standard", JSON.stringify({ ...LEAST, lines, attributes: properties })));
  const expected = [{ name: "Size", value: "12.5" }, { name: "7", value: "true" }, { name: "Note" }];
  deepEqual(JSON.parse(JSON.stringify([order.lines[0]?.properties, order.attributes])), [expected, expected]);
  const odd = { ...LEAST, attributes: [{ name: { a: 1 }, value: "x" }] };
  await rejects(
    read("standard", JSON.stringify(odd)),
    (error) => error instanceof MalformedEvent && error.field === "attributes.0.name",
  );
});

test("IDs and amounts written as numbers keep their digits", async () => {
  const body = JSON.stringify(LEAST).replace('"id":"1"', '"id":820982911946154508,"total":12.50');
  const order = orderOf(await read("standard", body));
  equal(order.id, "820982911946154508");
  equal(order.total, "12.50");
});

test("the specification's wrapped form is taken: type, timestamp, data", async () => {
  const wrapped = { type: "order.paid", timestamp: "2026-10-01T12:00:00+02:00", data: LEAST };
  const reading = await read("standard", JSON.stringify(wrapped));
  equal(reading.topic, "order.paid");
  equal(reading.eventTime, "2026-10-01T10:00:00.000Z");
  deepEqual(orderOf(reading), orderOf(await read("standard", JSON.stringify(LEAST))));
});

test("a wrapped event of another type is ignored; a flat order with a field named data is an order", async () => {
  const other = { type: "invoice.paid", timestamp: "2026-10-01T12:00:00Z", data: { id: "inv_1" } };
  equal((await read("standard", JSON.stringify(other))).kind, "ignored");
  equal((await read("standard", JSON.stringify({ ...LEAST, data: { a: 1 }, type: "invoice" }))).kind, "order");
});

test("the attempt's own time does not stand for the event's: a late repeat would seem the newer", async () => {
  equal((await read("standard", sample, { "webhook-timestamp": String(TS) })).eventTime, undefined);
});

for (const [what, body] of Object.entries({
  "an empty body": "",
  "no JSON": "hello",
  null: "null",
  "a number": "1",
  "an array": "[]",
  "no UTF-8": Buffer.from([0xff, 0x7b]),
  "wrapped without an order": '{"type":"order.created","data":{"id":1}}',
  "wrapped without a type": '{"data":{}}',
  "half a unit": JSON.stringify({ ...LEAST, lines: [{ id: "1", sku: "DEMO-1", quantity: 0.5 }] }),
  "a negative quantity": JSON.stringify({ ...LEAST, lines: [{ id: "1", sku: "DEMO-1", quantity: -1 }] }),
  "a local time without a zone": JSON.stringify({ ...LEAST, placedAt: "2026-10-01T10:00:00" }),
  "a day that is none": JSON.stringify({ ...LEAST, placedAt: "2026-02-30T10:00:00Z" }),
  "nested beyond reason": "[".repeat(500_000),
})) {
  test(`unreadable: ${what}`, async () => {
    await rejects(read("standard", body), MalformedEvent);
  });
}
