import { deepEqual, equal, match, ok } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { bundle } from "../../infra/bundle/bundle.ts";
import { unpack } from "../../shared/messages/event.ts";
import { hmac } from "../support/deliveries.ts";
import { startAwsStub } from "./aws-stub.ts";
import { startEnvironment } from "./environment.ts";

const SECRET = "shopify-signing-secret";
const config = {
  stage: "test",
  connections: [
    { channel: "shopify", name: "demo", key: "D", maxOrderAge: "none" },
    { channel: "shopify", name: "other", key: "O", maxOrderAge: "none" },
  ],
  destinations: [],
  routes: [],
  timing: { secretsRecheck: "0s" },
};

let folder: string;
let aws: Awaited<ReturnType<typeof startAwsStub>>;
let lambda: ReturnType<typeof startEnvironment>;
before(async () => {
  folder = await bundle("functions/receive-webhook/handler.ts", config);
  aws = await startAwsStub({ signingSecrets: [SECRET] });
  lambda = startEnvironment(folder, aws.url);
});
beforeEach(() => aws.reset());
after(async () => {
  await lambda.end();
  aws.stop();
  await rm(folder, { recursive: true });
});

interface Given {
  body?: string | Uint8Array | undefined;
  /** As API Gateway sends what it does not take for text. */
  base64?: boolean;
  headers?: Record<string, string>;
  path?: string;
  event?: Record<string, unknown>;
}

/** An event of an HTTP API, payload format 2.0. */
function delivery({
  body = '{"id":1}',
  base64 = false,
  headers,
  path = "/webhooks/shopify/demo",
  event = {},
}: Given = {}) {
  const routeKey = `POST ${path}`;
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: "",
    headers: headers ?? {
      "content-type": "application/json",
      "x-shopify-hmac-sha256": hmac(SECRET, body),
      "x-shopify-topic": "orders/create",
    },
    requestContext: { http: { method: "POST", path, sourceIp: "203.0.113.7" }, routeKey, stage: "$default" },
    ...(body.length > 0 && { body: Buffer.from(body).toString(base64 ? "base64" : "utf8") }),
    isBase64Encoded: base64,
    ...event,
  };
}
/** Signed, by no key of ours. */
const wellFormed = { "x-shopify-hmac-sha256": `${"A".repeat(43)}=` };
const status = async (given: Given = {}, ms?: number) => (await lambda.invoke(delivery(given), ms)).statusCode;
const queued = () =>
  Promise.all(
    aws.calls
      .filter(({ service }) => service === "sqs")
      .map(({ body }) => unpack(JSON.parse(body).MessageBody, async () => "")),
  );

test("an authentic event is answered with an empty 200 and is on the intake queue", async () => {
  deepEqual(await lambda.invoke(delivery()), { statusCode: 200, body: "" });
  const [sent] = aws.calls.filter(({ service }) => service === "sqs").map(({ body }) => JSON.parse(body));
  match(sent.QueueUrl, /\/000000000000\/order-relay-test-intake$/);
  equal(sent.MessageGroupId, "shopify/demo");
});

test("budget: one SQS call an event, one secrets read an endpoint and environment, no other call", async () => {
  const path = "/webhooks/shopify/other";
  for (let each = 0; each < 10; each++) equal(await status({ path }), 200);
  deepEqual([aws.count("sqs"), aws.count("secrets"), aws.calls.length], [10, 1, 11]);
});

test("the body arrives as it was sent, plain or base64", async () => {
  const body = '{"name":"Zoë \u{1F382}",  "id":820982911946154508}\n';
  equal(await status({ body }), 200);
  equal(await status({ body, base64: true }), 200);
  for (const event of await queued()) equal("body" in event && Buffer.from(event.body).toString(), body);
});

test("path and query arrive as they were sent, undecoded", async () => {
  const event = { rawPath: "/webhooks/shopify/d%65mo", rawQueryString: "b=%C3%BC+&a=1&a=2&c" };
  equal(await status({ event: { ...event, queryStringParameters: { b: "ü ", a: "1,2", c: "" } } }), 200);
  const [sent] = await queued();
  deepEqual(sent?.source === "webhook" && [sent.rawPath, sent.rawQuery, sent.query], [
    event.rawPath,
    event.rawQueryString,
    { b: "ü ", a: "1,2", c: "" },
  ]);
});

test("a 2 MB event goes through S3, loaded then and not before", async () => {
  const body = randomBytes(2 * 1024 * 1024);
  equal(await status({ body, base64: true }), 200);
  deepEqual([aws.count("s3"), aws.count("sqs")], [1, 1]);
  match(JSON.parse(JSON.parse(aws.calls.at(-1)?.body ?? "").MessageBody).s3Key, /^events\/shopify\/demo\/evt_/);
});

test("forged and unsigned: 401, and nothing is queued", async () => {
  equal(await status({ headers: { "x-shopify-hmac-sha256": hmac("other", '{"id":1}') } }), 401);
  equal(await status({ headers: {} }), 401);
  equal(aws.count("sqs"), 0);
});

test("503 and nothing else while the queue is down, 200 when it is back", async () => {
  aws.broken.set("sqs", "error");
  deepEqual(await lambda.invoke(delivery()), { statusCode: 503, body: "" });
  aws.broken.clear();
  equal(await status(), 200);
});

test("503 while the store is down, for what needs it", async () => {
  aws.broken.set("s3", "error");
  equal(await status({ body: Buffer.alloc(3 * 1024 * 1024), base64: true }), 200);
  equal(await status({ body: randomBytes(2 * 1024 * 1024), base64: true }), 503);
});

test("503 where the keys cannot be read", async () => {
  aws.broken.set("secrets", "error");
  equal(await status({ headers: wellFormed }), 503);
});

/** What was written since `from`, a parsed line each, once that is `enough`. */
async function linesSince(from: number, enough: (lines: Record<string, unknown>[]) => boolean, of = lambda) {
  const end = Date.now() + 10_000;
  for (;;) {
    const written = of.output().slice(from).split("\n").slice(0, -1);
    const lines = written.map((line): Record<string, unknown> => JSON.parse(line));
    if (enough(lines) || Date.now() > end) return lines;
    await new Promise(setImmediate);
  }
}
const answered = (lines: Record<string, unknown>[]) => lines.filter(({ message }) => message === "webhook.answered");
const metrics = (lines: Record<string, unknown>[]) =>
  lines.flatMap(({ _aws, ...values }) => (_aws === undefined ? [] : [values]));

test("each answer is one line, and the metrics of its endpoint and nothing else", async () => {
  const from = lambda.output().length;
  await status();
  await status({ path: "/webhooks/shopify/other", headers: wellFormed });
  await status({ path: "/webhooks/shopify/other", headers: {} });
  await status({ path: "/webhooks/shopify/unknown" });
  const lines = await linesSince(from, (written) => answered(written).length === 4);
  deepEqual(
    answered(lines).map(({ endpoint, outcome }) => [endpoint, outcome]),
    [
      ["shopify/demo", "queued"],
      ["shopify/other", "forged"],
      ["shopify/other", "unsigned"],
      [undefined, "unknown"],
    ],
  );
  deepEqual(metrics(lines), [
    { stage: "test", endpoint: "shopify/demo", EventsReceived: 1 },
    { stage: "test", endpoint: "shopify/other", SignatureFailures: 1 },
    { stage: "test", endpoint: "shopify/other", EventsReceived: 0 },
    { stage: "test", EventsUnsigned: 1 },
  ]);
});

test("a queue that hangs is answered with 503 before the function's time is over; log and metric have it, once", async () => {
  const from = lambda.output().length;
  aws.broken.set("sqs", "hang");
  equal(await status({}, 1500), 503);
  const unavailable = { stage: "test", endpoint: "shopify/demo", EventsNotQueued: 1 };
  const written = await linesSince(from, (lines) => metrics(lines).length > 0);
  deepEqual(metrics(written), [unavailable]);
  const [{ level, endpoint, outcome, error, eventId } = {}, ...more] = answered(written);
  deepEqual([level, endpoint, outcome, error, more], ["ERROR", "shopify/demo", "unavailable", "TimeoutError", []]);
  match(String(eventId), /^evt_[0-9a-f-]{36}$/);

  // The call goes on, is tried again, and ends well: the sender was answered otherwise.
  aws.reset();
  aws.release();
  equal(await status(), 200);
  await linesSince(from, () => aws.count("sqs") === 2);
  equal(await status({ headers: wellFormed }), 401);
  const all = await linesSince(from, (lines) => answered(lines).some((line) => line["outcome"] === "forged"));
  equal(aws.count("sqs"), 2);
  deepEqual(
    answered(all).map((line) => line["outcome"]),
    ["unavailable", "queued", "forged"],
  );
  deepEqual(metrics(all).slice(0, 2), [unavailable, { stage: "test", endpoint: "shopify/demo", EventsReceived: 1 }]);
});

test("keys that cannot be read in time: the endpoint is logged, before there is an event", async () => {
  const fresh = startEnvironment(folder, aws.url);
  aws.broken.set("secrets", "hang");
  equal((await fresh.invoke(delivery(), 1500)).statusCode, 503);
  const written = await linesSince(0, (lines) => metrics(lines).length > 0, fresh);
  await fresh.end();
  deepEqual(metrics(written), [{ stage: "test", endpoint: "shopify/demo", EventsNotQueued: 1 }]);
  deepEqual(
    answered(written).map(({ endpoint, outcome, eventId }) => [endpoint, outcome, eventId]),
    [["shopify/demo", "unavailable", undefined]],
  );
});

const signed = (body: string | Uint8Array, headers: Record<string, string> = {}) => ({
  "x-shopify-hmac-sha256": hmac(SECRET, body),
  ...headers,
});
const nested = "[".repeat(3_000_000) + "]".repeat(3_000_000);
const nasty: Record<string, [given: Given, expected: number]> = {
  "an empty body, signed": [{ body: "", headers: signed("") }, 200],
  "an empty body, unsigned": [{ body: "", headers: {} }, 401],
  "6 MB of nested arrays": [{ body: nested, headers: signed(nested) }, 200],
  "invalid UTF-8": [{ body: Buffer.from([0xff, 0xfe, 0xc3, 0x28]), base64: true }, 200],
  "duplicate signature headers": [{ headers: { "x-shopify-hmac-sha256": `${hmac(SECRET, '{"id":1}')},x` } }, 401],
  "duplicate other headers": [{ headers: signed('{"id":1}', { "x-shopify-topic": "a,b", accept: "x, y" }) }, 200],
  "headers named like parts of an object": [
    { headers: signed('{"id":1}', JSON.parse('{"__proto__":"x","constructor":"y","toString":"z"}')) },
    200,
  ],
  "headers of no ASCII": [{ headers: signed('{"id":1}', { "x-note": "Zoë \u{1F382} \u0000 \ud800" }) }, 200],
  "no headers at all": [{ event: { headers: undefined } }, 401],
  "a body that is no base64": [{ event: { body: "%%%", isBase64Encoded: true } }, 401],
  "prototype-named paths": [{ path: "/webhooks/constructor/x" }, 404],
  "more of these": [{ path: "/webhooks/__proto__/toString" }, 404],
  "a channel's prototype-named endpoint": [{ path: "/webhooks/shopify/constructor" }, 404],
  "no such path": [{ path: "/" }, 404],
  "encoded slashes": [{ path: "/webhooks/shopify%2Fdemo/x" }, 404],
  "another method": [
    { event: { requestContext: { http: { method: "DELETE" }, routeKey: "DELETE /webhooks/shopify/demo" } } },
    404,
  ],
};
for (const [what, [given, expected]] of Object.entries(nasty)) {
  test(`${expected} for ${what}`, async () => equal(await status(given), expected));
}

test("one route for all endpoints will do too", async () => {
  const event = { routeKey: "POST /webhooks/{channel}/{endpoint}" };
  equal(await status({ event }), 200);
  equal(await status({ event: { ...event, rawPath: "/prod/webhooks/shopify/demo" } }), 200);
});

test("P7: whatever happens, nothing of sender, buyer or secret is written to the log", async () => {
  const person =
    '{"name":"Ada Muster","email":"ada@example.com","phone":"+41790000001","address1":"Bahnhofstrasse 12"}';
  const headers = signed(person, { authorization: "Bearer token-zebra", "x-forwarded-for": "203.0.113.99" });
  const query = { rawQueryString: "key=key-zebra", queryStringParameters: { key: "key-zebra" } };
  await status({ body: person, headers, event: query });
  await status({ body: person, headers: {}, event: query });
  await status({ body: person, headers, path: "/webhooks/shopify/ada@example.com" });
  await status({ body: person, headers, path: "/webhooks/Bahnhofstrasse/key-zebra" });
  aws.broken.set("sqs", "error");
  await status({ body: person, headers, event: query });
  aws.broken.set("secrets", "error");
  await status({ body: person, headers: {}, event: query });
  const output = lambda.output();
  ok(output.includes("webhook.answered"));
  for (const leak of [
    /\bada\b/i,
    /muster/i,
    /41790000001/,
    /bahnhof/i,
    /zebra/i,
    /203\.0\.113/,
    /\/webhooks\//,
    /hmac/i,
    /secret-key/,
  ]) {
    ok(!leak.test(output), `${leak} in: ${output.split("\n").find((line) => leak.test(line))}`);
  }
  for (const line of output.trim().split("\n")) ok(JSON.parse(line), "one JSON object a line");
});

test("budget: at most 250 KB are loaded at the start, S3 and readers are not among them", () => {
  const loaded = new Map<string, number>();
  const load = (file: string) => {
    if (loaded.has(file)) return;
    const source = readFileSync(join(folder, file), "utf8");
    loaded.set(file, Buffer.byteLength(source));
    for (const [, chunk = ""] of source.matchAll(/(?:from|import)"\.\/([^"]+\.mjs)"/g)) load(chunk);
  };
  load("index.mjs");
  const total = [...loaded.values()].reduce((sum, bytes) => sum + bytes, 0);
  ok(total <= 250_000, `${total} bytes: ${JSON.stringify(Object.fromEntries(loaded))}`);
  ok(total > 100_000 && loaded.size > 1, "all of them were counted");
  deepEqual(
    [...loaded.keys()].filter((file) => /s3|read/.test(file)),
    [],
  );
  const text = [...loaded.keys()].map((file) => readFileSync(join(folder, file), "utf8")).join("");
  match(text, /Node has no SHA-256/, "the stand-in");
  ok(!text.includes("169.254.169.254"), "EC2's metadata are not asked for the region");
});
