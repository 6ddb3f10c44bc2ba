import { deepEqual, equal, match, ok } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import { type TestContext, test } from "node:test";
import { createFront } from "../../../local/gateway/front.ts";
import type { InvocationResult } from "../../../local/lambda/host-messages.ts";

interface Event {
  routeKey: string;
  rawPath: string;
  rawQueryString: string;
  headers: Record<string, string>;
  cookies?: string[];
  queryStringParameters?: Record<string, string>;
  pathParameters?: Record<string, string>;
  requestContext: { http: { method: string; path: string } };
  body?: string;
  isBase64Encoded: boolean;
}

const ROUTES = ["POST /webhooks/shopify/demo", "GET /webhooks/ebay/demo", "POST /by/{channel}/{name}"];

/** A front whose function gives the test's answer. */
async function front(
  test: TestContext,
  answer: (event: Event) => unknown = () => ({ statusCode: 200 }),
  integrationMs?: number,
) {
  const events: Event[] = [];
  const invoke = async (_name: string, payload: string): Promise<InvocationResult> => {
    const event = JSON.parse(payload) as Event;
    events.push(event);
    const value = await answer(event);
    if (value instanceof Error) return { ok: false, error: { errorType: "Error", errorMessage: value.message } };
    return { ok: true, payload: JSON.stringify(value) };
  };
  const handle = createFront(
    ROUTES.map((key) => ({ key, functionName: "f" })),
    invoke,
    integrationMs,
  );
  const server = createServer({ maxHeaderSize: 65_536 }, (incoming, response) => void handle(incoming, response));
  const url = await listen(server);
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const post = (
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
    path = "/webhooks/shopify/demo",
  ) => fetch(url + path, { method: "POST", body, headers });
  return { url, events, post };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address ? `http://127.0.0.1:${address.port}` : "";
}

test("only explicit routes exist, by method and path", async (t) => {
  const { url, post, events } = await front(t);
  for (const [method, path] of [
    ["GET", "/webhooks/shopify/demo"],
    ["POST", "/webhooks/shopify"],
    ["POST", "/webhooks/shopify/demo/"],
    ["POST", "/webhooks/constructor/x"],
    ["POST", "/__proto__"],
    ["POST", "//webhooks/shopify/demo"],
  ] as const) {
    const answer = await fetch(url + path, { method });
    equal(answer.status, 404, `${method} ${path}`);
    deepEqual(await answer.json(), { message: "Not Found" });
  }
  equal(events.length, 0);
  equal((await post("{}")).status, 200);
  equal((await post("{}", {}, "/by/ebay/main")).status, 200);
  deepEqual(events[1]?.pathParameters, { channel: "ebay", name: "main" });
});

test("a function gets the event of payload format 2.0", async (t) => {
  const { url, events } = await front(t);
  const path = "/webhooks/shopify/demo?key=a%20b&tag=1&tag=2";
  const headers = ["Content-Type", "application/json", "X-Tag", "one", "x-tag", "two", "Cookie", "a=1; b=2"];
  const sent = request(url + path, { method: "POST", headers: ["Host", "shop.example", ...headers] });
  sent.end('{"id":820982911946154508}');
  await once(sent, "response");
  const [event] = events;
  equal(event?.routeKey, "POST /webhooks/shopify/demo");
  equal(event?.rawPath, "/webhooks/shopify/demo");
  equal(event?.rawQueryString, "key=a%20b&tag=1&tag=2");
  deepEqual(event?.queryStringParameters, { key: "a b", tag: "1,2" });
  equal(event?.headers["x-tag"], "one,two");
  equal(event?.headers["host"], "shop.example");
  deepEqual(event?.cookies, ["a=1", "b=2"]);
  equal(event?.headers["cookie"], undefined);
  equal(event?.requestContext.http.method, "POST");
  equal(event?.body, '{"id":820982911946154508}');
  equal(event?.isBase64Encoded, false);
});

test("duplicate headers are joined, even those of which Node keeps only one", async (t) => {
  const { url, events } = await front(t);
  const headers = [
    "Host",
    "x",
    "Authorization",
    "a",
    "Authorization",
    "b",
    "Content-Type",
    "text/a",
    "Content-Type",
    "text/b",
  ];
  const sent = request(`${url}/webhooks/shopify/demo`, { method: "POST", headers });
  sent.end("x");
  await once(sent, "response");
  equal(events[0]?.headers["authorization"], "a,b");
  equal(events[0]?.headers["content-type"], "text/a,text/b");
});

test("every byte of a body arrives, as text or base64", async (t) => {
  const { post, events } = await front(t);
  const bytes = (event: Event | undefined) =>
    Buffer.from(event?.body ?? "", event?.isBase64Encoded ? "base64" : "utf8");
  const invalid = Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d]);
  const cases: [string, Buffer, boolean][] = [
    ["application/json", Buffer.from('{"ä":"\u{1F600}"}'), false],
    ["application/json; charset=utf-8", Buffer.from("\uFEFF{}"), false],
    ["application/json", invalid, true],
    ["text/plain", Buffer.from("plain"), false],
    ["application/cloudevents+json", Buffer.from("{}"), false],
    ["application/x-www-form-urlencoded", Buffer.from("a=b"), true],
    ["application/octet-stream", randomBytes(300), true],
  ];
  for (const [type, body, base64] of cases) {
    await post(new Uint8Array(body), { "content-type": type });
    const event = events.at(-1);
    equal(event?.isBase64Encoded, base64, type);
    ok(bytes(event).equals(body), type);
  }
  await post("", { "content-type": "application/json" });
  equal(events.at(-1)?.body, undefined);
});

test("request line and headers above 10,240 bytes are refused", async (t) => {
  const { post, events } = await front(t);
  equal((await post("{}", { "x-long": "a".repeat(9_500) })).status, 200);
  equal((await post("{}", { "x-long": "a".repeat(10_240) })).status, 431);
  equal((await post("{}", {}, `/webhooks/shopify/demo?q=${"a".repeat(10_240)}`)).status, 431);
  equal(events.length, 1);
});

test("a body above 10 MB, or above Lambda's limit with its base64, is refused", async (t) => {
  const { post, events } = await front(t);
  const mb = (count: number) => "a".repeat(count * 1024 * 1024);
  equal((await post(mb(5.9), { "content-type": "text/plain" })).status, 200);
  equal((await post(mb(6), { "content-type": "text/plain" })).status, 413);
  equal((await post(mb(5), { "content-type": "application/zip" })).status, 413);
  equal((await post(mb(11), { "content-type": "text/plain" })).status, 413);
  equal(events.length, 1);
});

test("a function that fails or answers nonsense gives a 500 without the reason", async (t) => {
  const answers = [new Error("secret"), null, { statusCode: "200" }, { statusCode: 200, body: { a: 1 } }, "text"];
  const { post } = await front(t, () => answers.shift());
  for (let left = answers.length; left > 0; left--) {
    const answer = await post("{}");
    equal(answer.status, 500);
    deepEqual(await answer.json(), { message: "Internal Server Error" });
  }
});

test("a function that takes too long gives a 503", async (t) => {
  const { post } = await front(t, () => new Promise(() => {}), 50);
  const answer = await post("{}");
  equal(answer.status, 503);
  deepEqual(await answer.json(), { message: "Service Unavailable" });
});

test("status, headers, body and cookies of the function reach the caller", async (t) => {
  const answers = [
    {
      statusCode: 202,
      headers: { "X-One": "1", "Content-Type": "application/json" },
      body: '{"a":1}',
      cookies: ["a=1"],
    },
    { statusCode: 200, body: Buffer.from([0, 255]).toString("base64"), isBase64Encoded: true },
    { statusCode: 200 },
  ];
  const { post } = await front(t, () => answers.shift());
  const first = await post("{}");
  equal(first.status, 202);
  equal(first.headers.get("x-one"), "1");
  equal(first.headers.get("set-cookie"), "a=1");
  match(first.headers.get("content-type") ?? "", /json/);
  deepEqual(await first.json(), { a: 1 });
  deepEqual(Buffer.from(await (await post("{}")).arrayBuffer()), Buffer.from([0, 255]));
  const empty = await post("{}");
  equal(empty.headers.get("content-type"), null);
  equal(await empty.text(), "");
});
