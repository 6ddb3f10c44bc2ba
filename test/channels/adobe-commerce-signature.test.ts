import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import {
  createPrivateKey,
  createPublicKey,
  createSign,
  generateKeyPairSync,
  randomBytes,
  randomInt,
} from "node:crypto";
import Module, { createRequire } from "node:module";
import { test } from "node:test";
import { adobeCommerce } from "../../functions/channels/adobe-commerce/index.ts";
import { type Authentication, KeyUnavailable, type SignedRequest } from "../../functions/channels/channel.ts";
import secrets from "../../local/secrets.json" with { type: "json" };
import { THOROUGH } from "../support/thorough.ts";

const ROUNDS = THOROUGH ? 50 : 6;
const HOST = "https://static.adobeioevents.com";
const CLIENT = "client_id1";

type Keys = Readonly<Record<string, string>>;
interface Request {
  headers: Record<string, string>;
  body: string | Uint8Array;
  method?: SignedRequest["method"];
  query?: Record<string, string>;
}

/** What receive-webhook's check says, and the addresses from which it fetched keys. */
async function check({ headers, body, method = "POST", query = {} }: Request, keys: Keys | "out of reach" = {}) {
  const fetched: string[] = [];
  const path = "/webhooks/adobe-commerce/demo";
  const verdict: Authentication | undefined = await adobeCommerce.verification?.verify(
    { method, rawPath: path, rawQuery: "", query, headers, body: Buffer.from(body) },
    {
      secret: { clientIds: [CLIENT, "former-client"] },
      url: undefined,
      now: 0,
      fetchKey: async ({ url }) => {
        fetched.push(url);
        if (keys === "out of reach") throw new KeyUnavailable("static.adobeioevents.com: timeout");
        return keys[url];
      },
    },
  );
  return { verdict, fetched };
}

const PATHS = ["/prod/keys/pub-key-lyTiz3gQe4.pem", "/prod/keys/pub-key-kruhWwu4Or.pem"] as const;
const [URL_1, URL_2] = PATHS.map((path) => HOST + path) as [string, string];
const { privateKey: FIRST, secondPrivateKey: SECOND } = secrets.endpoints["adobe-commerce/demo"];
const publicOf = (key: string) => createPublicKey(key).export({ format: "pem", type: "spki" }).toString();
const KEYS = { [URL_1]: publicOf(FIRST), [URL_2]: publicOf(SECOND) };
const keyObjects = new Map([FIRST, SECOND].map((key) => [key, createPrivateKey(key)]));
const sign = (body: string, key: string) =>
  createSign("RSA-SHA256")
    .update(body)
    .sign(keyObjects.get(key) ?? key, "base64");

const headersOf = (first: string, second: string, [path1, path2]: readonly [string, string] = PATHS) => ({
  "x-adobe-digital-signature-1": first,
  "x-adobe-digital-signature-2": second,
  "x-adobe-public-key1-path": path1,
  "x-adobe-public-key2-path": path2,
});
const signed = (body: string) => headersOf(sign(body, FIRST), sign(body, SECOND));
const BODY = `{"recipient_client_id":"${CLIENT}","type":"t"}`;

/** The vector of the library's own tests: its key, its event, its signature. */
function vector() {
  const { data } = createRequire(import.meta.url)("@adobe/aio-lib-events/test/mock.js");
  const { digiSignature1, digiSignature2, invalidSignature } = data.signatureOptions.params;
  const pem = Buffer.from(data.testPubKeys.validTestPubKey, "base64").toString();
  return {
    body: String(data.testEvent.event),
    keys: { [URL_1]: pem, [URL_2]: pem },
    headers: headersOf(digiSignature1, digiSignature2),
    wrong: headersOf(invalidSignature, invalidSignature),
  };
}

test("the vector of Adobe's own library is authentic, and with another signature, body or key it is forged", async () => {
  const { body, keys, headers, wrong } = vector();
  equal((await check({ headers, body }, keys)).verdict, "authentic");
  equal((await check({ headers: wrong, body }, keys)).verdict, "forged");
  equal((await check({ headers, body: `${body} ` }, keys)).verdict, "forged");
  equal((await check({ headers, body }, KEYS)).verdict, "forged");
});

/** Its own declarations are not where its package.json says. */
interface Library {
  init(organisation: string, key: string, token: string, options: object): Promise<LibraryClient>;
}
interface LibraryClient {
  verifyDigitalSignatureForEvent(event: string, recipient: string, signatures: object): Promise<unknown>;
}

/** Adobe's library behind our keys: what it needs of Adobe's network is replaced, the rest is its own. */
async function library(keys: Keys) {
  const require = createRequire(import.meta.url);
  const inner = createRequire(require.resolve("@adobe/aio-lib-events"));
  function replace(name: string, exports: unknown) {
    const id = inner.resolve(name);
    require.cache[id] = Object.assign(new Module(id), { exports, filename: id, loaded: true });
  }
  const say = () => undefined;
  replace("@adobe/aio-lib-core-logging", () => ({ error: say, info: say, debug: say, warn: say }));
  replace("@adobe/aio-lib-state", { init: async () => ({ get: async () => undefined, put: async () => undefined }) });
  replace("node-fetch", async (url: string) => ({ text: async () => keys[url] ?? "<Error>AccessDenied</Error>" }));
  const { init }: Library = require("@adobe/aio-lib-events");
  const client = await init("org", "key", "token", {});
  return async (headers: Record<string, string>, body: string): Promise<boolean> => {
    const options = {
      digiSignature1: headers["x-adobe-digital-signature-1"],
      digiSignature2: headers["x-adobe-digital-signature-2"],
      publicKeyPath1: headers["x-adobe-public-key1-path"],
      publicKeyPath2: headers["x-adobe-public-key2-path"],
    };
    return (await client.verifyDigitalSignatureForEvent(body, CLIENT, options)) === true;
  };
}

test("the same verdict as Adobe's library, over random bodies, keys and alterations", async () => {
  const other = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
  const otherKey = other.export({ format: "pem", type: "pkcs8" }).toString();
  const elsewhere = "/prod/keys/pub-key-other.pem";
  const keys = { ...KEYS, [HOST + elsewhere]: publicOf(otherKey) };
  const theirs = await library(keys);
  const { body: theirBody, headers: theirHeaders } = vector();
  let authentic = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const text = randomBytes(randomInt(1, 400)).toString(round % 2 ? "base64" : "latin1");
    const body = JSON.stringify({ data: { text }, recipient_client_id: CLIENT, round });
    const [first, second] = [sign(body, FIRST), sign(body, SECOND)];
    const cut = randomInt(1, body.length - 2);
    const alterations: [headers: Record<string, string>, body: string][] = [
      [headersOf(first, second), body],
      [headersOf(sign(text, FIRST), second), body],
      [headersOf(first, sign(text, SECOND)), body],
      [headersOf(sign(text, FIRST), sign(text, SECOND)), body],
      [headersOf(second, first), body],
      [headersOf(sign(body, otherKey), sign(body, otherKey)), body],
      [headersOf(sign(body, otherKey), second, [elsewhere, PATHS[1]]), body],
      [headersOf(first, second), body.replace(`"round":${round}`, `"round":${round + 1}`)],
      [headersOf(first, second), JSON.stringify(JSON.parse(body), undefined, 1)],
      [headersOf(first, second), body.replace(CLIENT, "another-client")],
      [headersOf(first.slice(0, -8), second.slice(0, -8)), body],
      [headersOf(sign(`${body} `, FIRST), sign(`${body} `, SECOND)), `${body} `],
      [headersOf(first, second), `${body.slice(0, cut)}${body.slice(cut)}`],
      [theirHeaders, theirBody],
    ];
    for (const [at, [headers, altered]] of alterations.entries()) {
      const { verdict } = await check({ headers, body: altered }, keys);
      equal(verdict === "authentic", await theirs(headers, altered), `round ${round}, alteration ${at}`);
      if (verdict === "authentic") authentic += 1;
    }
  }
  ok(authentic > 4 * ROUNDS && authentic < 10 * ROUNDS, String(authentic));
});

test("trap 18: a key's path that leads to another host, another folder or another kind of file fetches nothing", async () => {
  for (const path of [
    ...["https://evil.example/prod/keys/a.pem", "//evil.example/a.pem", "@evil.example/a.pem", ".evil.example/a.pem"],
    ...["/prod/keys/../../a.pem", "/prod/keys/%2e%2e/a.pem", "/../a.pem", "/prod//keys/a.pem", "prod/keys/a.pem"],
    ...[
      "/prod/keys/a.pem?x=1",
      "/prod/keys/a.pem#x",
      "/prod/keys/a.txt",
      "/prod/keys/a",
      ":8443/a.pem",
      "/a\\b.pem",
      "",
    ],
    ...[`${PATHS[0]},${PATHS[0]}`, `/prod/${"k".repeat(500)}.pem`, `/${"a/".repeat(200)}a.pem`, `${PATHS[0]}\n`],
  ]) {
    const headers = headersOf(sign(BODY, FIRST), sign(BODY, SECOND), [path, path]);
    deepEqual(await check({ headers, body: BODY }, KEYS), { verdict: "unsigned", fetched: [] }, path);
  }
});

test("an event of another customer of Adobe's is forged, and no key is fetched for it", async () => {
  for (const recipient of ["another-client", CLIENT.toUpperCase(), "", null, 7, [CLIENT], { id: CLIENT }, undefined]) {
    const body = JSON.stringify({ recipient_client_id: recipient, data: { recipient_client_id: CLIENT } });
    deepEqual(await check({ headers: signed(body), body }, KEYS), { verdict: "forged", fetched: [] }, body);
  }
  for (const body of [
    "",
    "[]",
    "null",
    "{",
    '"text"',
    '\ufeff{"recipient_client_id":"client_id1"',
    "[".repeat(10_000),
  ]) {
    equal((await check({ headers: signed(body), body }, KEYS)).verdict, "forged", body.slice(0, 40));
  }
  const former = BODY.replace(CLIENT, "former-client");
  equal((await check({ headers: signed(former), body: former }, KEYS)).verdict, "authentic");
});

test("one of the two signatures is enough, first or second, whatever the other's key is", async () => {
  const { "x-adobe-digital-signature-1": first, "x-adobe-digital-signature-2": second } = signed(BODY);
  const only = async (keys: Keys, headers: Record<string, string> = signed(BODY)) =>
    (await check({ headers, body: BODY }, keys)).verdict;
  equal(await only({ [URL_1]: publicOf(FIRST) }), "authentic");
  equal(await only({ [URL_2]: publicOf(SECOND) }), "authentic");
  // Adobe's own library gives up at a first key that it cannot read.
  equal(await only({ [URL_1]: "<Error>AccessDenied</Error>", [URL_2]: publicOf(SECOND) }), "authentic");
  equal(await only({ [URL_1]: "<html>", [URL_2]: "" }), "forged");
  equal(await only(KEYS, { "x-adobe-digital-signature-2": second, "x-adobe-public-key2-path": PATHS[1] }), "authentic");
  equal(await only(KEYS, { "x-adobe-digital-signature-1": first, "x-adobe-public-key2-path": PATHS[1] }), "unsigned");
  // The comments of Adobe's library spell the header without the last hyphen; its documents do not.
  equal(await only(KEYS, { "x-adobe-digital-signature1": first, "x-adobe-public-key1-path": PATHS[0] }), "unsigned");
});

test("a key out of reach is said if the other signature proves nothing; if it does, the event is authentic", async () => {
  await rejects(check({ headers: signed(BODY), body: BODY }, "out of reach"), KeyUnavailable);
  const verify = (second: string) =>
    adobeCommerce.verification?.verify(
      {
        ...{ method: "POST", rawPath: "", rawQuery: "", query: {}, body: Buffer.from(BODY) },
        headers: headersOf(sign(BODY, FIRST), second),
      },
      {
        ...{ secret: { clientIds: [CLIENT] }, url: undefined, now: 0 },
        fetchKey: async ({ url }) => {
          if (url === URL_1) throw new KeyUnavailable("static.adobeioevents.com: timeout");
          return publicOf(SECOND);
        },
      },
    );
  equal(await verify(sign(BODY, SECOND)), "authentic");
  await rejects(async () => verify(sign("another", SECOND)), KeyUnavailable);
});

test("the challenge is repeated as plain text, and nothing else is", async () => {
  const answer = async (query: Record<string, string>) =>
    (await check({ method: "GET", headers: {}, body: "", query })).verdict;
  const challenge = "8ec8d794-e0ab-42df-9017-e3dada8e84f7";
  deepEqual(await answer({ challenge }), { answer: { body: challenge } });
  for (const other of ["", "<script>alert(1)</script>", "a b", "a".repeat(201), "a\r\nb", '"a"']) {
    equal(await answer({ challenge: other }), "unsigned", other);
  }
  equal(await answer({}), "unsigned");
  equal(await answer(JSON.parse('{"__proto__":"x"}')), "unsigned");
});

test("the posted validation is answered with 200 and never opened; a body that only contains it is not", async () => {
  const post = async (body: string, headers = {}) => check({ headers, body }, KEYS);
  const url = "https://csm.adobe.io/csm/registrations/validate?id=a&challenge=b";
  deepEqual(await post(`{"validationUrl":"${url}"}`), { verdict: { answer: {} }, fetched: [] });
  for (const body of [
    `{"validationUrl":"${url}","data":{}}`,
    `[{"validationUrl":"${url}"}]`,
    '{"validationUrl":"http://csm.adobe.io/"}',
    '{"validationUrl":7}',
    `{"validationUrl":"https://a.example/${"a".repeat(2000)}"}`,
  ]) {
    equal((await post(body)).verdict, "unsigned", body.slice(0, 60));
  }
});
