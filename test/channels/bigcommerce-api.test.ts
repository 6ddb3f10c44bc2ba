import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import { api } from "../../functions/channels/bigcommerce/api.ts";
import { Settings } from "../../functions/channels/bigcommerce/settings.ts";
import type { ChangedOrder, ChannelClient } from "../../functions/channels/channel.ts";
import type { HttpAnswer, HttpRequest } from "../../shared/connector/http.ts";
import { CREDENTIALS, fetched, openStore } from "../support/bigcommerce-store.ts";
import { jsonFixture } from "../support/deliveries.ts";
import { memoryTools } from "../support/memory-tools.ts";

const pathsOf = (requests: readonly HttpRequest[]) =>
  requests.map(({ url }) => url.replace("https://api.bigcommerce.com/stores/abc123xyz/v2", ""));

/** A client behind an API that answers as the test says. */
function clientOf(answer: (request: HttpRequest) => Partial<HttpAnswer>, settings: object = {}) {
  const requests: HttpRequest[] = [];
  const tools = memoryTools({
    async http(request) {
      requests.push({ timeout: 0, ...request });
      return { status: 200, headers: {}, text: "", ...answer({ timeout: 0, ...request }) };
    },
  });
  const account = { connection: "bigcommerce/demo", shop: undefined, settings: Settings.parse(settings), app: {} };
  return { client: api.open({ ...account, credentials: CREDENTIALS }, tools), requests };
}

const line = (id: number) => ({ id, order_address_id: 51, sku: `DEMO-${id}`, type: "physical", quantity: 1 });
const addresses = [{ id: 51, street_1: "1 Main Street", city: "Louisville", zip: "40202", country_iso2: "US" }];

test("an order is read with its products, shipping addresses and coupons, as JSON and with the store's token", async () => {
  const store = openStore();
  const { id } = store.place({ discountCodes: ["AUTUMN"], discount: "5.00" });
  const order = await fetched(store, id);
  deepEqual([order.id, order.lines.length, order.discountCodes], [id, 1, ["AUTUMN"]]);
  deepEqual(pathsOf(store.requests), [
    `/orders/${id}`,
    `/orders/${id}/products?limit=250&page=1`,
    `/orders/${id}/shipping_addresses?limit=250&page=1`,
    `/orders/${id}/coupons?limit=250&page=1`,
  ]);
  for (const { headers, method } of store.requests) {
    deepEqual(
      { headers, method },
      {
        headers: { "x-auth-token": CREDENTIALS.accessToken, accept: "application/json" },
        method: "GET",
      },
    );
  }
});

test("sub-resources are read to their last page: no line of 701 is lost, and none is doubled", async () => {
  const store = openStore();
  const { id } = store.place();
  const products = Array.from({ length: 701 }, (_, at) => line(at + 1));
  const coupons = Array.from({ length: 251 }, (_, at) => ({ id: at + 1, code: `C${at}` }));
  store.change(id, { products, coupons, shipping_addresses: addresses });
  const order = await fetched(store, id);
  equal(order.lines.length, 701);
  equal(new Set(order.lines.map((one) => one.id)).size, 701);
  equal(order.discountCodes?.length, 251);
});

test("an API that grants smaller pages than asked for loses no line either", async () => {
  const products = Array.from({ length: 120 }, (_, at) => line(at + 1));
  const order = { ...jsonFixture("bigcommerce/fixtures/order.json") };
  const { client } = clientOf(({ url }) => {
    const { pathname, searchParams } = new URL(url);
    if (pathname.endsWith("/orders/4711")) return { text: JSON.stringify(order) };
    if (pathname.endsWith("/shipping_addresses")) return { text: JSON.stringify(addresses) };
    const from = (Number(searchParams.get("page")) - 1) * 50;
    const page = pathname.endsWith("/products") ? products.slice(from, from + 50) : [];
    return page.length === 0 ? { status: 204 } : { text: JSON.stringify(page) };
  });
  const answer = await client.order("4711");
  equal(answer === "gone" ? answer : answer.order.lines.length, 120);
});

test("an API that answers the same page each time ends the reading", async () => {
  const products = Array.from({ length: 250 }, (_, at) => line(at + 1));
  const { client, requests } = clientOf(({ url }) => {
    if (url.includes("/products")) return { text: JSON.stringify(products) };
    if (url.includes("/shipping_addresses")) return { text: JSON.stringify(addresses) };
    return url.includes("/coupons")
      ? { status: 204 }
      : { text: JSON.stringify(jsonFixture("bigcommerce/fixtures/order.json")) };
  });
  const answer = await client.order("4711");
  equal(answer === "gone" ? answer : answer.order.lines.length, 250);
  equal(requests.length, 5);
});

test("204 without a body is an empty list: no coupons, no addresses, no products yet", async () => {
  const store = openStore();
  const { id } = store.place({ shippingAddress: null, lines: [{ sku: "DEMO-PDF", ships: false }] });
  const digital = await fetched(store, id);
  deepEqual([digital.shippingAddress, digital.discountCodes], [null, []]);
  store.hosted.setFault({ fault: "no-products-yet", on: "fetch", times: 1 });
  deepEqual((await fetched(store, id)).lines, []);
  equal((await fetched(store, id)).lines.length, 1);
});

test("an order that is not there, or whose parts are not there yet, is gone: it is asked for again", async () => {
  const store = openStore();
  equal(await store.client.order("4712"), "gone");
  const missing = (part: string) =>
    clientOf(({ url }) => {
      if (url.includes(part)) return { status: 404, text: '[{"status":404}]' };
      if (url.includes("/products")) return { text: JSON.stringify([line(1)]) };
      if (url.includes("/shipping_addresses")) return { text: JSON.stringify(addresses) };
      return url.includes("/coupons")
        ? { status: 204 }
        : { text: JSON.stringify(jsonFixture("bigcommerce/fixtures/order.json")) };
    }).client;
  equal(await missing("/products").order("4711"), "gone");
  equal(await missing("/shipping_addresses").order("4711"), "gone");
  // Coupons are codes alone: the order can be sent without them.
  ok((await missing("/coupons").order("4711")) !== "gone");
  equal(await clientOf(() => ({ status: 204 })).client.order("4711"), "gone");
});

test("another order than the one asked for is refused, and an ID never leaves its place in the path", async () => {
  const other = clientOf(() => ({ text: JSON.stringify(jsonFixture("bigcommerce/fixtures/order.json")) }));
  await rejects(other.client.order("4712"), { name: "MalformedEvent", field: "id" });
  const { client, requests } = clientOf(() => ({ status: 404 }));
  equal(await client.order("../../v3/customers?x=1"), "gone");
  deepEqual(pathsOf(requests), ["/orders/..%2F..%2Fv3%2Fcustomers%3Fx%3D1"]);
});

test("a revoked token and a missing scope are different errors, and neither answer's text is repeated", async () => {
  const saying = (status: number) =>
    clientOf(() => ({ status, text: '[{"message":"Ada Byron"}]' })).client.order("4711");
  await rejects(saying(401), (error: Error) => {
    deepEqual(
      [error.name, /token \(401\)/.test(error.message), /Byron/.test(error.message)],
      ["Misconfigured", true, false],
    );
    return true;
  });
  await rejects(saying(403), (error: Error) => {
    deepEqual([error.name, /scope/.test(error.message), /Byron/.test(error.message)], ["Misconfigured", true, false]);
    return true;
  });
});

test("429 waits for the end of the quota's window, by its header in ms; without one the backoff decides", async () => {
  const waitOf = async (headers: Record<string, string>) => {
    const error = await clientOf(() => ({ status: 429, headers }))
      .client.order("4711")
      .catch((thrown: unknown) => thrown);
    return error instanceof Error && "retryAfter" in error ? [error.name, error.retryAfter] : error;
  };
  deepEqual(await waitOf({ "x-rate-limit-time-reset-ms": "15000" }), ["Throttled", 15_000]);
  deepEqual(await waitOf({ "x-rate-limit-time-reset-ms": "0" }), ["Throttled", 0]);
  deepEqual(await waitOf({ "x-rate-limit-time-reset-ms": "soon", "retry-after": "2" }), ["Throttled", 2_000]);
  deepEqual(await waitOf({}), ["Throttled", undefined]);
});

test("the simulated store's quota refuses the calls after it, and says when its window ends", async () => {
  const store = openStore();
  const { id } = store.place();
  for (let calls = 0; calls < 148; calls += 4) await fetched(store, id);
  await rejects(fetched(store, id), { name: "Throttled", retryAfter: 5_000 });
  store.clock += 2_000;
  await rejects(fetched(store, id), { name: "Throttled", retryAfter: 3_000 });
  store.clock += 3_000;
  ok(await fetched(store, id));
});

test("every fault of the simulated API is an error that says what happens next, and loses nothing", async () => {
  const store = openStore();
  const { id } = store.place();
  for (const [fault, name] of [
    ["error-500", "Unavailable"],
    ["throttle", "Throttled"],
    ["throttle-platform", "Throttled"],
    ["timeout", "Unavailable"],
    ["token-expired", "Misconfigured"],
    ["scope-missing", "Misconfigured"],
  ] as const) {
    store.hosted.setFault({ fault, on: "fetch", times: 1 });
    await rejects(fetched(store, id), { name }, fault);
    ok(await fetched(store, id), fault);
  }
  store.hosted.setFault({ fault: "not-found-yet", on: "fetch", times: 1 });
  equal(await store.client.order(id), "gone");
});

test("an answer in XML, or a page of a proxy, is no order", async () => {
  for (const text of ['<?xml version="1.0"?><order><id>4711</id></order>', "<html>busy</html>", "", "OK"]) {
    await rejects(clientOf(() => ({ text })).client.order("4711"), { name: "Unavailable" }, text);
  }
  for (const status of [301, 302, 408, 418, 500, 502, 503]) {
    await rejects(clientOf(() => ({ status })).client.order("4711"), { name: "Unavailable" }, String(status));
  }
  for (const status of [400, 413, 422]) {
    await rejects(clientOf(() => ({ status })).client.order("4711"), { name: "Rejected" }, String(status));
  }
});

test("the secret of another store than the connection's is refused before any call", () => {
  throws(() => openStore({ shop: "def456uvw" }), { name: "Misconfigured", message: /storeHash/ });
  ok(openStore({ shop: "ABC123XYZ" }));
});

test("the check needs the scope for orders, and passes where the store has none", async () => {
  const store = openStore();
  await store.client.check?.();
  deepEqual(pathsOf(store.requests), ["/orders?limit=1"]);
  store.place();
  await store.client.check?.();
  store.hosted.setFault({ fault: "scope-missing", on: "list", times: 1 });
  await rejects(async () => store.client.check?.(), { name: "Misconfigured", message: /scope/ });
  await rejects(async () => clientOf(() => ({ status: 404 })).client.check?.(), { name: "Misconfigured" });
});

// The list of changed orders.

async function changesOf(client: ChannelClient, time: string): Promise<ChangedOrder[]> {
  const changed: ChangedOrder[] = [];
  for await (const one of client.changedSince?.(time) ?? []) changed.push(one);
  return changed;
}
const at = (minutes: number) => new Date(Date.parse("2026-11-20T12:00:00Z") + minutes * 60_000).toISOString();

test("its list of 204 is empty", async () => {
  const store = openStore();
  deepEqual(await changesOf(store.client, at(0)), []);
  deepEqual(
    store.hosted.calls.map(({ path }) => path.split("/v2")[1]),
    ["/orders/count", "/orders"],
  );
});

test("changed orders come with their time and status, from the overlap before the time that was asked for", async () => {
  const store = openStore();
  for (const [id, minutes] of [
    ["101", -11],
    ["102", -9],
    ["103", 0],
    ["104", 5],
  ] as const) {
    store.place({ id, updatedAt: at(minutes), placedAt: at(-60) });
  }
  deepEqual(await changesOf(store.client, at(0)), [
    { id: "102", changedAt: at(-9), state: "Awaiting Fulfillment" },
    { id: "103", changedAt: at(0), state: "Awaiting Fulfillment" },
    { id: "104", changedAt: at(5), state: "Awaiting Fulfillment" },
  ]);
  const exact = openStore({ settings: { listOverlap: "0ms" } });
  for (const [id, minutes] of [
    ["102", -9],
    ["103", 0],
  ] as const)
    exact.place({ id, updatedAt: at(minutes), placedAt: at(-60) });
  deepEqual(
    (await changesOf(exact.client, at(0))).map(({ id }) => id),
    ["103"],
  );
});

test("the bound is encoded once, to the second: encoded twice, BigCommerce would ignore it and list everything", async () => {
  const store = openStore();
  await changesOf(store.client, "2026-11-20T12:00:00.987Z");
  const [count] = store.requests;
  equal(new URL(count?.url ?? "").searchParams.get("min_date_modified"), "2026-11-20T11:50:00Z");
  ok(!count?.url.includes("%25"));
});

test("a store that ignores the bound gives no order from before it", async () => {
  const rows = [
    { id: 1, status: "Completed", date_modified: "Tue, 05 Mar 2019 21:40:11 +0000" },
    { id: 2, status: "Pending", date_modified: "Fri, 20 Nov 2026 12:00:00 +0000" },
  ];
  const { client } = clientOf(({ url }) => ({ text: JSON.stringify(url.includes("/count") ? { count: 2 } : rows) }));
  deepEqual(
    (await changesOf(client, at(0))).map(({ id }) => id),
    ["2"],
  );
});

test("an order that changes while the pages are read makes no other one be missed", async () => {
  const store = openStore();
  const ids = Array.from({ length: 600 }, (_, position) => String(1000 + position));
  for (const [position, id] of ids.entries()) store.place({ id, updatedAt: at(position), placedAt: at(-60) });
  const seen = new Set<string>();
  for await (const { id } of store.client.changedSince?.(at(0)) ?? []) {
    seen.add(id);
    // Each of these moves from the first page to the end, and shifts all behind it.
    if (seen.size % 60 === 0) {
      const first = String(1000 + seen.size / 60);
      store.change(first, { date_modified: "Sat, 20 Nov 2027 12:00:00 +0000" });
    }
  }
  const missed = ids.filter((id) => !seen.has(id)).map(Number);
  // Those that changed meanwhile are the next pass's.
  ok(
    missed.every((id) => id <= 1010),
    String(missed),
  );
});

test("reading the list may end early, and costs no call more", async () => {
  const store = openStore();
  for (let id = 1; id <= 300; id++) store.place({ id: String(id), updatedAt: at(id), placedAt: at(-60) });
  for await (const _ of store.client.changedSince?.(at(0)) ?? []) break;
  equal(store.requests.length, 2);
});
