import { deepEqual, equal, rejects } from "node:assert/strict";
import { createHash, createSign, generateKeyPairSync, randomBytes } from "node:crypto";
import { test } from "node:test";
import { type Authentication, KeyUnavailable } from "../../functions/channels/channel.ts";
import { ebay } from "../../functions/channels/ebay/index.ts";
import type { Secret } from "../../functions/channels/ebay/settings.ts";
import { createKeyFetcher } from "../../functions/receive-webhook/fetch-key.ts";
import { APP } from "../support/ebay-seller.ts";

const TOKEN_PATH = "/identity/v1/oauth2/token";
const URL_SIGNED = "https://hooks.example.com/webhooks/ebay/app";

/** eBay's answers; `keys` by ID, as getPublicKey answers them. */
function host(keys: Readonly<Record<string, object>>, tokenAnswer = '{"access_token":"app"}') {
  const calls: { path: string; authorization: string | undefined; body: string | undefined }[] = [];
  const clock = { now: 0 };
  const fetchKey = createKeyFetcher({
    now: () => clock.now,
    http: async ({ url, headers, body }) => {
      const { pathname: path } = new URL(url);
      calls.push({ path: url.replace("https://", ""), authorization: headers?.["authorization"], body });
      if (path === TOKEN_PATH) return { status: 200, headers: {}, text: tokenAnswer };
      const key = keys[path.split("/").at(-1) ?? ""];
      return { status: key ? 200 : 404, headers: {}, text: JSON.stringify(key ?? {}) };
    },
  });
  const verify = async (
    request: { body?: string | Buffer; headers?: Record<string, string>; query?: Record<string, string> },
    { secret = APP, url = URL_SIGNED }: { secret?: Secret; url?: string | undefined } = {},
  ): Promise<Authentication | undefined> =>
    ebay.verification?.verify(
      {
        ...{ method: request.query ? "GET" : "POST", rawPath: "/webhooks/ebay/app", rawQuery: "" },
        ...{ query: request.query ?? {}, headers: request.headers ?? {}, body: Buffer.from(request.body ?? "") },
      },
      { secret, url, now: 0, fetchKey: (key) => fetchKey({ endpoint: "ebay/app", hosts: ebay.hosts }, key) },
    );
  return { verify, calls, clock, paths: () => calls.map(({ path }) => path) };
}

// https://github.com/eBay/event-notification-nodejs-sdk, test/test.json: VALID, and another message under its signature.
const KEY_ID = "9936261a-7d7b-4621-a0f1-96ccb428af49";
const KEY = {
  key: "-----BEGIN PUBLIC KEY-----MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZhhxXKtR+TOvtDbgTPCkSof02qgBB7IsYOyf76ilExJ/upAa/vKIKheOoCyOpcLmi4t0b4uepb7LLjmMr90FUg==-----END PUBLIC KEY-----",
  algorithm: "ECDSA",
  digest: "SHA1",
};
const HEADER =
  "eyJhbGciOiJlY2RzYSIsImtpZCI6Ijk5MzYyNjFhLTdkN2ItNDYyMS1hMGYxLTk2Y2NiNDI4YWY0OSIsInNpZ25hdHVyZSI6Ik1FWUNJUUNmeGZJV3V4bVdjSUJRSjljNS9YN2lHREpxczJSQ0dzQkVhQWppbnlycmZBSWhBSVY2d0djVGlCdVY1S0pVaWYyaG9reXJMK1E5c3NIa2FkK214Mm5FRTI1dyIsImRpZ2VzdCI6IlNIQTEifQ==";
const MESSAGE = {
  metadata: { topic: "MARKETPLACE_ACCOUNT_DELETION", schemaVersion: "1.0", deprecated: false },
  notification: {
    notificationId: "49feeaeb-4982-42d9-a377-9645b8479411_33f7e043-fed8-442b-9d44-791923bd9a6d",
    eventDate: "2021-03-19T20:43:59.462Z",
    publishDate: "2021-03-19T20:43:59.679Z",
    publishAttemptCount: 1,
    data: {
      username: "test_user",
      userId: "ma8vp1jySJC",
      eiasToken: "nY+sHZ2PrBmdj6wVnY+sEZ2PrA2dj6wJnY+gAZGEpwmdj6x9nY+seQ==",
    },
  },
};
const signed = (body: string | Buffer) => ({ body, headers: { "x-ebay-signature": HEADER } });

test("eBay's own vector is authentic, although its PEM has no line breaks; a changed message is not", async () => {
  const { verify } = host({ [KEY_ID]: KEY });
  equal(await verify(signed(JSON.stringify(MESSAGE))), "authentic");
  const changed = { ...MESSAGE, metadata: { ...MESSAGE.metadata, schemaVersion: null } };
  equal(await verify(signed(JSON.stringify(changed))), "forged");
});

test("eBay body pretty-printed by a proxy: it fails over the raw bytes, and passes if the secret accepts white space", async () => {
  const { verify } = host({ [KEY_ID]: KEY });
  const accepting: Secret = { ...APP, reformatted: "accept" };
  const pretty = JSON.stringify(MESSAGE, undefined, 2);
  equal(await verify(signed(pretty)), "forged");
  equal(await verify(signed(pretty), { secret: accepting }), "authentic");
  equal(await verify(signed(JSON.stringify(MESSAGE)), { secret: accepting }), "authentic");
  for (const [from, to] of [
    ["test_user", "test user"],
    ["test_user", "other_user"],
    ['"publishAttemptCount": 1', '"publishAttemptCount": 1.0'],
    ['"publishAttemptCount": 1', '"publishAttemptCount": 2'],
    ['"deprecated": false', '"deprecated": true, "deprecated": false'],
  ] as const) {
    equal(await verify(signed(pretty.replace(from, to)), { secret: accepting }), "forged", to);
  }
});

test("the app token is asked for only when a key is not cached: two calls an hour, whatever comes", async () => {
  const { verify, paths, calls, clock } = host({ [KEY_ID]: KEY });
  const both = [`api.ebay.com${TOKEN_PATH}`, `api.ebay.com/commerce/notification/v1/public_key/${KEY_ID}`];
  await Promise.all(Array.from({ length: 20 }, () => verify(signed(JSON.stringify(MESSAGE)))));
  deepEqual(paths(), both);
  deepEqual(
    calls.map(({ authorization }) => authorization),
    [`Basic ${Buffer.from("client:secret").toString("base64")}`, "Bearer app"],
  );
  deepEqual(Object.fromEntries(new URLSearchParams(calls[0]?.body)), {
    grant_type: "client_credentials",
    scope: "https://api.ebay.com/oauth/api_scope",
  });
  clock.now = 3_600_000;
  await verify(signed(JSON.stringify(MESSAGE)));
  deepEqual(paths(), [...both, both[1]], "the token lasts longer than the key");
  clock.now = 3 * 3_600_000;
  await verify(signed(JSON.stringify(MESSAGE)));
  deepEqual(paths().slice(3), both);
});

test("invented key IDs cost a call each, and no token", async () => {
  const { verify, paths } = host({});
  for (let n = 0; n < 150; n++) {
    const header = { alg: "ecdsa", kid: `invented-${n}`, signature: "MEYC", digest: "SHA1" };
    const request = { headers: { "x-ebay-signature": Buffer.from(JSON.stringify(header)).toString("base64") } };
    equal(await verify(request), "forged");
  }
  equal(paths().filter((path) => path.endsWith(TOKEN_PATH)).length, 1);
});

test("a header of another form asks for nothing", async () => {
  const { verify, calls } = host({ [KEY_ID]: KEY });
  const good = JSON.parse(Buffer.from(HEADER, "base64").toString());
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");
  for (const header of [
    ...["", "e30", "x", "null", JSON.stringify(good), `${HEADER}=`, `${HEADER}\n`, "A".repeat(2_000)],
    ...[null, [], 7, { ...good, alg: "rsa" }, { ...good, alg: "none" }, { ...good, digest: "MD5" }].map(encoded),
    ...[
      { ...good, kid: "../oauth2/token" },
      { ...good, kid: "a/b" },
      { ...good, kid: "a?b" },
    ].map(encoded),
    ...[
      { ...good, kid: "k".repeat(101) },
      { ...good, kid: 7 },
      { ...good, kid: "" },
    ].map(encoded),
    ...[
      { ...good, signature: `${good.signature}=` },
      { ...good, signature: "" },
    ].map(encoded),
  ]) {
    equal(await verify({ body: JSON.stringify(MESSAGE), headers: { "x-ebay-signature": header } }), "unsigned", header);
  }
  equal(calls.length, 0);
});

test("a key of another algorithm, or a text that is none, proves nothing", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const pem = publicKey.export({ format: "pem", type: "spki" });
  const signature = createSign("sha1").update("{}").sign(privateKey, "base64");
  const header = Buffer.from(JSON.stringify({ alg: "ecdsa", kid: "rsa", signature, digest: "SHA1" }));
  const request = { body: "{}", headers: { "x-ebay-signature": header.toString("base64") } };
  for (const key of [
    { key: pem, algorithm: "RSA", digest: "SHA1" },
    { key: pem, algorithm: "ECDSA", digest: "SHA256" },
    { key: "", algorithm: "ECDSA", digest: "SHA1" },
    { key: "-----BEGIN PUBLIC KEY-----!!-----END PUBLIC KEY-----", algorithm: "ECDSA", digest: "SHA1" },
    { algorithm: "ECDSA", digest: "SHA1" },
  ]) {
    equal(await host({ rsa: key }).verify(request), "forged");
  }
});

test("without a token the check waits: eBay sends the notification again", async () => {
  for (const answer of ["", "{}", '{"error":"invalid_scope"}', '{"access_token":"a b"}']) {
    const { verify } = host({ [KEY_ID]: KEY }, answer);
    await rejects(verify(signed(JSON.stringify(MESSAGE))), KeyUnavailable, answer);
  }
});

test("keys of the sandbox come from the sandbox", async () => {
  const { verify, paths } = host({ [KEY_ID]: KEY });
  equal(await verify(signed(JSON.stringify(MESSAGE)), { secret: { ...APP, environment: "sandbox" } }), "authentic");
  deepEqual(
    paths().map((path) => path.split("/")[0]),
    ["api.sandbox.ebay.com", "api.sandbox.ebay.com"],
  );
});

test("the challenge is answered with the hash of code, token and address, in this order", async () => {
  const { verify, calls } = host({});
  const code = "7b2f1c0e4d";
  const hash = createHash("sha256").update(code + APP.verificationToken + URL_SIGNED);
  deepEqual(await verify({ query: { challenge_code: code } }), {
    answer: { body: JSON.stringify({ challengeResponse: hash.digest("hex") }), contentType: "application/json" },
  });
  for (const query of [{}, { challenge_code: "" }, { challenge_code: "<b>" }, { challenge_code: "c".repeat(201) }]) {
    equal(await verify({ query }), "unsigned");
  }
  equal(calls.length, 0);
});

test("random bodies under random keys: what was signed is authentic, each single change is forged", async () => {
  for (let round = 0; round < 20; round++) {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const pem = publicKey.export({ format: "pem", type: "spki" }).toString().replaceAll("\n", "");
    const { verify } = host({ k: { key: pem, algorithm: "ECDSA", digest: "SHA1" } });
    const body = randomBytes(1 + round * 7);
    const signature = createSign("sha1").update(body).sign(privateKey);
    const headers = (bytes: Buffer) => {
      const parts = { alg: "ecdsa", kid: "k", signature: bytes.toString("base64"), digest: "SHA1" };
      return { "x-ebay-signature": Buffer.from(JSON.stringify(parts)).toString("base64") };
    };
    equal(await verify({ body, headers: headers(signature) }), "authentic");
    const changed = Buffer.from(body);
    changed[round % body.length] = (changed[round % body.length] ?? 0) ^ 1;
    equal(await verify({ body: changed, headers: headers(signature) }), "forged");
    const broken = Buffer.from(signature);
    broken[broken.length - 1] = (broken[broken.length - 1] ?? 0) ^ 1;
    equal(await verify({ body, headers: headers(broken) }), "forged");
  }
});
