import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { channelHttp } from "../../../shared/connector/channel-http.ts";
import type { HttpRequest } from "../../../shared/connector/http.ts";

/** The calls that left, by a connection of a channel with one host and the shop's own. */
function world(simulators?: string) {
  const calls: HttpRequest[] = [];
  const call = channelHttp({
    caller: "connections/bazaar/demo",
    hosts: ["api.bazaar.example", "*.bazaar.shop"],
    simulators,
    http: async (request) => {
      calls.push(request);
      return { status: 200, headers: {}, text: "" };
    },
  });
  const get = (url: string) => call({ method: "GET", url, headers: { accept: "x" }, timeout: 5 });
  return { get, calls };
}

const FOREIGN = [
  "https://evil.example/api.bazaar.example",
  "https://api.bazaar.example.evil.example/",
  "https://user@api.bazaar.example/",
  "https://api.bazaar.example:8443/",
  "http://api.bazaar.example/",
  "http://127.0.0.1:4711/connections/bazaar/demo/api.bazaar.example/",
  "nonsense",
];

for (const simulators of [undefined, "http://127.0.0.1:4711"]) {
  test(`a host that is not the channel's is never called: simulators at ${simulators}`, async () => {
    const { get, calls } = world(simulators);
    for (const url of FOREIGN) await rejects(get(url), { name: "Misconfigured" }, url);
    deepEqual(calls, []);
  });
}

test("without simulators a call goes where its URL leads, untouched", async () => {
  const { get, calls } = world();
  await get("https://one.bazaar.shop/orders/1?a=%20b");
  deepEqual(calls, [
    { method: "GET", url: "https://one.bazaar.shop/orders/1?a=%20b", headers: { accept: "x" }, timeout: 5 },
  ]);
});

test("with simulators it goes to the connection's, which finds host, path and query as they were", async () => {
  const { get, calls } = world("http://127.0.0.1:4711");
  await get("https://one.bazaar.shop/orders/a%2Fb?c=%20d&e");
  equal(calls[0]?.url, "http://127.0.0.1:4711/connections/bazaar/demo/one.bazaar.shop/orders/a%2Fb?c=%20d&e");
  equal(calls[0]?.headers?.["accept"], "x");
});
