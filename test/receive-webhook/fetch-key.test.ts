import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { KeyUnavailable } from "../../functions/channels/channel.ts";
import { createKeyFetcher } from "../../functions/receive-webhook/fetch-key.ts";
import { type HttpAnswer, HttpFailure, type HttpRequest } from "../../shared/connector/http.ts";

const HOSTS = ["keys.example.com"];
const HOUR = 3_600_000;

/** A key server whose answers are listed; the last one is given again and again. */
function keyServer(...answers: (Partial<HttpAnswer> | Error)[]) {
  return keyServerAt(undefined, ...answers);
}

/** @param simulators where the channels' simulators listen, in the stage `local` */
function keyServerAt(simulators: string | undefined, ...answers: (Partial<HttpAnswer> | Error)[]) {
  const calls: HttpRequest[] = [];
  const clock = { now: 0 };
  const fetchKey = createKeyFetcher({
    simulators,
    now: () => clock.now,
    http: async (request) => {
      calls.push(request);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer instanceof Error) throw answer;
      return { status: 200, headers: {}, text: "PEM", ...answer };
    },
  });
  const key = (url = "https://keys.example.com/1", more = {}) =>
    fetchKey({ endpoint: "ebay/app", hosts: HOSTS }, { url, ...more });
  return { key, calls, clock };
}

test("a key is fetched once an hour, within 1 s and 16 KB", async () => {
  const { key, calls, clock } = keyServer({});
  deepEqual([await key(), await key()], ["PEM", "PEM"]);
  deepEqual(calls, [{ method: "GET", url: "https://keys.example.com/1", timeout: 1_000, maxBytes: 16_384 }]);
  clock.now = HOUR - 1;
  await key();
  equal(calls.length, 1);
  clock.now = HOUR;
  await key();
  equal(calls.length, 2);
});

test("many requests at once ask once", async () => {
  const { key, calls } = keyServer({});
  await Promise.all(Array.from({ length: 20 }, () => key()));
  equal(calls.length, 1);
});

test("a token is asked for by POST, and kept for as long as the channel says", async () => {
  const { key, calls, clock } = keyServer({ text: "token" });
  const request = { method: "POST", headers: { authorization: "Basic x" }, body: "grant", maxAge: 10_000 };
  await key("https://keys.example.com/token", request);
  deepEqual(calls[0]?.headers, { authorization: "Basic x" });
  equal(calls[0]?.body, "grant");
  clock.now = 10_000;
  await key("https://keys.example.com/token", request);
  equal(calls.length, 2);
});

test("headers that a function gives are asked for only when the key is not kept, and their failure is not kept", async () => {
  const { key, calls, clock } = keyServer({});
  let asked = 0;
  const headers = async () => ({ authorization: `Bearer ${++asked}` });
  const request = { headers };
  await Promise.all([1, 2, 3].map(() => key("https://keys.example.com/1", request)));
  deepEqual([asked, calls.length, calls[0]?.headers], [1, 1, { authorization: "Bearer 1" }]);
  clock.now = HOUR;
  const failing = { headers: () => Promise.reject(new KeyUnavailable("no token")) };
  await rejects(key("https://keys.example.com/1", failing), KeyUnavailable);
  equal(calls.length, 1);
  await key("https://keys.example.com/1", request);
  deepEqual([asked, calls.length], [2, 2]);
});

test("what is asked for with one app's credentials is not given to another app", async () => {
  const tokens: string[] = [];
  const fetchKey = createKeyFetcher({
    now: () => 0,
    http: async ({ body }) => {
      tokens.push(body ?? "");
      return { status: 200, headers: {}, text: `token of ${body}` };
    },
  });
  const token = (endpoint: string, body: string) =>
    fetchKey({ endpoint, hosts: HOSTS }, { method: "POST", url: "https://keys.example.com/token", body });
  for (const _ of [1, 2]) {
    equal(await token("ebay/one", "one"), "token of one");
    equal(await token("ebay/two", "two"), "token of two");
  }
  deepEqual(tokens, ["one", "two"]);
});

test("no other host is called, whatever the sender names: its key is not there", async () => {
  const { key, calls } = keyServer({});
  for (const url of [
    "https://evil.example/keys.example.com",
    "https://keys.example.com.evil.example/1",
    "https://keys.example.com@evil.example/1",
    "https://user@keys.example.com/1",
    "https://keys.example.com:8443/1",
    "http://keys.example.com/1",
    "file:///etc/passwd",
    "//keys.example.com/1",
    "keys.example.com",
    "",
  ]) {
    equal(await key(url), undefined, url);
  }
  equal(calls.length, 0);
});

test("in the stage local the key of an allowed host is fetched from the endpoint's simulator, and of no other host", async () => {
  const { key, calls } = keyServerAt("http://127.0.0.1:4711", {});
  equal(await key("https://evil.example/keys.example.com"), undefined);
  equal(await key("http://127.0.0.1:4711/endpoints/ebay/app/keys.example.com/1"), undefined);
  equal(calls.length, 0);
  equal(await key("https://keys.example.com/a%2Fb/1?c=%20d"), "PEM");
  equal(calls[0]?.url, "http://127.0.0.1:4711/endpoints/ebay/app/keys.example.com/a%2Fb/1?c=%20d");
});

test("a key that is not there is not asked for again within a minute", async () => {
  for (const status of [400, 404, 410]) {
    const { key, calls, clock } = keyServer({ status });
    deepEqual([await key(), await key()], [undefined, undefined]);
    equal(calls.length, 1, String(status));
    clock.now = 60_000;
    await key();
    equal(calls.length, 2);
  }
});

test("a host that is down, slow, busy or refuses us makes the key unavailable; nothing of it is kept", async () => {
  for (const failure of [
    ...[500, 503, 429, 401, 403, 408, 302].map((status) => ({ status, text: "of Ada Muster" })),
    new HttpFailure("timeout", true),
    new HttpFailure("no-connection", false),
    new HttpFailure("oversized", true),
  ]) {
    const { key, calls } = keyServer(failure, {});
    await rejects(key("https://keys.example.com/1?secret=x"), (error) => {
      ok(error instanceof KeyUnavailable);
      ok(!/Ada|secret/.test(error.message), error.message);
      return true;
    });
    equal(await key("https://keys.example.com/1?secret=x"), "PEM");
    equal(calls.length, 2);
  }
});

test("inventions do not fill the memory: the oldest are forgotten", async () => {
  const { key, calls } = keyServer({});
  for (let n = 0; n <= 100; n++) await key(`https://keys.example.com/${n}`);
  equal(calls.length, 101);
  await key("https://keys.example.com/100");
  equal(calls.length, 101);
  await key("https://keys.example.com/0");
  equal(calls.length, 102);
});

test("inventions do not push out a token", async () => {
  const { key, calls } = keyServer({});
  const token = () => key("https://keys.example.com/token", { method: "POST", body: "grant" });
  await token();
  for (let n = 0; n <= 200; n++) await key(`https://keys.example.com/${n}`);
  await token();
  equal(calls.filter(({ method }) => method === "POST").length, 1);
});
