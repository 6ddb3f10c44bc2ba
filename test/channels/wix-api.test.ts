import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import type { ChangedOrder } from "../../functions/channels/channel.ts";
import { api } from "../../functions/channels/wix/api.ts";
import { wix } from "../../functions/channels/wix/index.ts";
import { Settings } from "../../functions/channels/wix/settings.ts";
import { type HostedApi, hostApi } from "../../local/simulators/channel-api.ts";
import { simulator } from "../../local/simulators/channels/wix/index.ts";
import { completeOrder } from "../../local/simulators/demo-order.ts";
import type { PartialOrder } from "../../local/simulators/partial-order.ts";
import type { HttpRequest } from "../../shared/connector/http.ts";
import { MalformedEvent, Misconfigured, Rejected, Throttled, Unavailable } from "../../shared/errors.ts";
import { memoryTools } from "../support/memory-tools.ts";
import { INSTANCE, OURS, secretOf } from "./wix-events.ts";

const NOW = Date.parse("2026-11-20T15:00:00.000Z");
const MINUTE = 60_000;
const APP = secretOf(OURS.publicKey);
const UNKNOWN = "00000000-0000-4000-8000-000000000000";

interface Given {
  app?: object;
  settings?: object;
  shop?: string | undefined;
}

/** The connector's client at the simulated API: the requests that it made, and a clock. */
function open({ app = APP, settings = {}, ...given }: Given = {}) {
  if (!simulator.api) throw new Error("the simulator has no API");
  let clock = NOW;
  const now = () => clock;
  const hosted: HostedApi = hostApi(simulator.api, { shop: INSTANCE, app: { ...APP }, credentials: {}, now });
  const calls: Omit<HttpRequest, "timeout">[] = [];
  /** Statuses that paths answer instead. */
  const answers = new Map<string, number>();
  async function http(request: Omit<HttpRequest, "timeout">) {
    calls.push(request);
    const { host, pathname, search, searchParams } = new URL(request.url);
    const status = answers.get(pathname);
    if (status !== undefined) return { status, headers: {}, text: "{}" };
    const reply = hosted.reply({
      ...{ caller: "connection", host, method: request.method, path: pathname, query: searchParams },
      ...{ rawQuery: search.slice(1), headers: request.headers ?? {}, body: Buffer.from(request.body ?? "") },
      ended: Promise.resolve("answered"),
    });
    if ("wire" in reply) throw new Error(`no answer: ${reply.wire}`);
    return { status: reply.status, headers: reply.headers, text: String(reply.body) };
  }
  const client = api.open(
    {
      connection: "wix/demo",
      shop: "shop" in given ? given.shop : INSTANCE,
      settings: z.parse(Settings, settings),
      app: wix.secret.parse(app) as never,
      credentials: undefined,
    },
    memoryTools({ http, now, deadline: NOW + 1_000_000_000 }),
  );
  function put(part: PartialOrder) {
    const order = completeOrder(part, {
      ...{ newId: simulator.newOrderId, newLineId: simulator.newLineId, newNumber: () => "7" },
      ...{ known: undefined, now: clock },
    });
    hosted.put(order.id, JSON.stringify(simulator.api?.resource(order, INSTANCE)));
    return order;
  }
  const pass = (ms: number) => {
    clock += ms;
  };
  const fetched = async (id: string) => {
    const answer = await client.order(id);
    if (answer === "gone") throw new Error("gone");
    return answer.order;
  };
  const paths = () => calls.map(({ method, url }) => `${method} ${new URL(url).pathname}`);
  return { client, hosted, calls, answers, put, pass, fetched, paths };
}

async function changed({ client }: ReturnType<typeof open>, time: string): Promise<ChangedOrder[]> {
  const found: ChangedOrder[] = [];
  for await (const one of client.changedSince?.(time) ?? []) found.push(one);
  return found;
}

test("a token of the app on this site, without the word Bearer, for four hours", async () => {
  const site = open();
  const { id } = site.put({});
  await site.fetched(id);
  await site.fetched(id);
  deepEqual(site.paths(), ["POST /oauth2/token", `GET /ecom/v1/orders/${id}`, `GET /ecom/v1/orders/${id}`]);
  deepEqual(JSON.parse(site.calls[0]?.body ?? ""), {
    grant_type: "client_credentials",
    client_id: APP.appId,
    client_secret: APP.appSecret,
    instance_id: INSTANCE,
  });
  const access = site.calls[1]?.headers?.["authorization"] ?? "";
  ok(access !== "" && !/bearer/i.test(access));
  site.pass(4 * 60 * MINUTE);
  await site.fetched(id);
  equal(site.paths().filter((path) => path === "POST /oauth2/token").length, 2);
});

test("a token that is refused before its end is replaced, and the call made again", async () => {
  const site = open();
  const { id } = site.put({});
  site.hosted.setFault({ fault: "token-expired", on: "fetch", times: 1 });
  equal((await site.fetched(id)).id, id);
  equal(site.paths().filter((path) => path === "POST /oauth2/token").length, 2);
  site.hosted.setFault({ fault: "token-expired", on: "fetch", times: 2 });
  await rejects(site.client.order(id), /new access token \(401\).*removed/);
});

test("wrong credentials, an app that the site does not have, and a connection without a site say so", async () => {
  await rejects(open({ app: { ...APP, appSecret: "other" } }).client.order(UNKNOWN), (error) => {
    ok(error instanceof Misconfigured);
    match(error.reason, /no access token \(401\)/);
    return true;
  });
  await rejects(open({ shop: "another" }).client.order(UNKNOWN), /no access token \(400\).*instance ID/);
  const none = open({ shop: undefined });
  await rejects(none.client.order(UNKNOWN), /no shop in the stage file/);
  equal(none.calls.length, 0);
});

test("a missing permission differs from a removed app", async () => {
  const site = open();
  site.hosted.setFault({ fault: "scope-missing", on: "fetch", times: 1 });
  await rejects(site.client.order(UNKNOWN), (error) => {
    ok(error instanceof Misconfigured);
    match(error.reason, /token works.*Read Orders.*accepted/);
    return true;
  });
});

test("after a 429 nothing says how long: a minute, or the setting", async () => {
  for (const [settings, wait] of [
    [{}, MINUTE],
    [{ coolDown: "5s" }, 5_000],
  ] as const) {
    const site = open({ settings });
    site.hosted.setFault({ fault: "throttle", on: "fetch", times: 1 });
    await rejects(site.client.order(UNKNOWN), (error) => error instanceof Throttled && error.retryAfter === wait);
    site.hosted.setFault({ fault: "throttle", on: "token", times: 1 });
    site.pass(4 * 60 * MINUTE);
    await rejects(site.client.order(UNKNOWN), (error) => error instanceof Throttled && error.retryAfter === wait);
  }
});

test("other answers: gone, refused, down, another order's", async () => {
  const site = open();
  const { id } = site.put({});
  equal(await site.client.order(UNKNOWN), "gone");
  site.hosted.setFault({ fault: "error-500", on: "fetch", times: 1 });
  await rejects(site.client.order(id), Unavailable);
  site.hosted.setFault({ fault: "error-500", on: "token", times: 1 });
  site.pass(4 * 60 * MINUTE);
  await rejects(site.client.order(id), Unavailable);
  site.hosted.put(UNKNOWN, site.hosted.book.orders.get(id) ?? "");
  await rejects(site.client.order(UNKNOWN), (error) => error instanceof MalformedEvent && error.field === "order.id");
});

test("of a partly shipped order, its parcels say which pieces are left", async () => {
  const site = open();
  const lines = [
    { sku: "A", quantity: 3, fulfilled: 2 },
    { sku: "B", quantity: 1, fulfilled: 0 },
  ];
  const { id } = site.put({ fulfilmentState: "partial", lines });
  const order = await site.fetched(id);
  deepEqual(
    order.lines.map(({ sku, fulfilled, quantityToShip }) => [sku, fulfilled, quantityToShip]),
    [
      ["A", 2, 1],
      ["B", 0, 1],
    ],
  );
  equal(order.hold, undefined);
  equal(site.paths().at(-1), `GET /ecom/v1/fulfillments/orders/${id}`);
});

test("if the parcels name no line, the order is held: no piece is sent twice", async () => {
  const site = open();
  const { id } = site.put({ fulfilmentState: "partial", lines: [{ sku: "A", quantity: 3 }] });
  match((await site.fetched(id)).hold?.reason ?? "", /part of it is shipped/);
});

const product = (body: object) => JSON.stringify({ product: body });

test("an SKU that a line lacks is looked up in the version of the catalogue that the site has, once a product", async () => {
  const site = open();
  const lines = [
    { sku: "", productId: "p-1", variantId: "v-1" },
    { sku: "", productId: "p-1", variantId: "v-2" },
    { sku: "OWN" },
    { sku: "", productId: "p-gone" },
  ];
  const { id } = site.put({ lines });
  const variants = [
    { id: "v-1", sku: "SKU-1" },
    { id: "v-2", sku: "SKU-2" },
  ];
  site.hosted.putResource("/stores/v3/products/p-1", product({ variantsInfo: { variants } }));
  const order = await site.fetched(id);
  deepEqual(
    order.lines.map(({ sku }) => sku),
    ["SKU-1", "SKU-2", "OWN", ""],
  );
  equal(order.hold, undefined, "the product is gone: the provider refuses the line, with a sentence");
  deepEqual(site.paths().slice(2), [
    "GET /stores/v3/provision/version",
    "GET /stores/v3/products/p-1",
    "GET /stores/v3/products/p-gone",
  ]);
  await site.fetched(id);
  equal(site.paths().filter((path) => path.endsWith("/version")).length, 1, "the version is kept");
});

test("the older catalogue: the variant's SKU, else the product's own", async () => {
  const site = open();
  site.hosted.putResource("/stores/v3/provision/version", '{"catalogVersion":"V1_CATALOG"}');
  const variants = [{ id: "v-1", variant: { sku: "SKU-1" } }];
  site.hosted.putResource("/stores/v1/products/p-1", product({ sku: "P-1", variants }));
  site.hosted.putResource("/stores/v1/products/p-2", product({ sku: "P-2" }));
  const lines = [
    { sku: "", productId: "p-1", variantId: "v-1" },
    { sku: "", productId: "p-1", variantId: "v-unknown" },
    { sku: "", productId: "p-2" },
  ];
  const { id } = site.put({ lines });
  deepEqual(
    (await site.fetched(id)).lines.map(({ sku }) => sku),
    ["SKU-1", "P-1", "P-2"],
  );
});

test("a catalogue that the app may not read holds the order with the reason; none and `off` ask nothing", async () => {
  const withoutSku = { lines: [{ sku: "", productId: "p-1" }] };
  const wrongVersion = open({ settings: { catalog: "v1" } });
  const { id } = wrongVersion.put(withoutSku);
  match((await wrongVersion.fetched(id)).hold?.reason ?? "", /no SKU.*\(428\)/);

  for (const [path, status] of [
    ["/stores/v3/provision/version", 403],
    ["/stores/v3/products/p-1", 403],
  ] as const) {
    const site = open();
    const { id: forbidden } = site.put(withoutSku);
    site.answers.set(path, status);
    match((await site.fetched(forbidden)).hold?.reason ?? "", /no SKU.*permission Read Products/);
    // Once the permission is there, the next look finds the SKU.
    site.answers.clear();
    site.hosted.putResource(
      "/stores/v3/products/p-1",
      product({ variantsInfo: { variants: [{ id: "v", sku: "S" }] } }),
    );
    const later = await site.fetched(forbidden);
    deepEqual([later.hold, later.lines[0]?.sku], [undefined, "S"]);
    // A catalogue that is down says nothing of the SKU.
    site.answers.set("/stores/v3/products/p-1", 503);
    await rejects(site.client.order(forbidden), Unavailable);
  }

  const none = open();
  none.hosted.putResource("/stores/v3/provision/version", '{"catalogVersion":"STORES_NOT_INSTALLED"}');
  const other = none.put(withoutSku);
  equal((await none.fetched(other.id)).hold, undefined);

  const off = open({ settings: { catalog: "off" } });
  const last = off.put(withoutSku);
  await off.fetched(last.id);
  equal(
    off.paths().some((path) => path.includes("/stores/")),
    false,
  );
});

test("changed orders: all pages by the cursor alone, oldest change first, open checkouts not", async () => {
  const site = open();
  const placed = Array.from({ length: 230 }, (_, at) =>
    site.put({ updatedAt: new Date(NOW - 9 * MINUTE + at * 1_000).toISOString() }),
  );
  site.put({ updatedAt: new Date(NOW - 60 * MINUTE).toISOString() });
  site.put({ financialState: "pending" });
  const found = await changed(site, new Date(NOW - MINUTE).toISOString());
  deepEqual(
    found.map(({ id }) => id),
    placed.map(({ id }) => id),
  );
  deepEqual(found[0], { id: placed[0]?.id, changedAt: placed[0]?.updatedAt, state: "APPROVED PAID NOT_FULFILLED" });
  const bodies = site.calls.filter(({ url }) => url.endsWith("/search")).map(({ body }) => JSON.parse(body ?? ""));
  deepEqual(bodies[0], {
    search: {
      filter: { updatedDate: { $gte: "2026-11-20T14:49:00.000Z" } },
      sort: [{ fieldName: "updatedDate", order: "ASC" }],
      cursorPaging: { limit: 100 },
    },
  });
  deepEqual(
    bodies.slice(1).map(({ search }) => [Object.keys(search), Object.keys(search.cursorPaging)]),
    [
      [["cursorPaging"], ["limit", "cursor"]],
      [["cursorPaging"], ["limit", "cursor"]],
    ],
  );
});

test("an order that changes while the pages are read is listed again, and none is missed", async () => {
  const site = open();
  const orders = Array.from({ length: 150 }, (_, at) =>
    site.put({ updatedAt: new Date(NOW - 5 * MINUTE + at * 1_000).toISOString() }),
  );
  const ids: string[] = [];
  for await (const { id } of site.client.changedSince?.(new Date(NOW - 5 * MINUTE).toISOString()) ?? []) {
    ids.push(id);
    if (ids.length === 100) site.put({ id: orders[0]?.id, updatedAt: new Date(NOW + 1_000).toISOString() });
  }
  equal(new Set(ids).size, 150);
  deepEqual([ids.length, ids.at(-1)], [151, orders[0]?.id]);
});

/** The client at an API that answers each search with the next page. */
async function listed(...pages: object[]): Promise<ChangedOrder[]> {
  const site = open();
  let page = 0;
  const client = api.open(
    {
      connection: "wix/demo",
      shop: INSTANCE,
      settings: z.parse(Settings, {}),
      app: APP as never,
      credentials: undefined,
    },
    memoryTools({
      now: () => NOW,
      async http({ url }) {
        const token = { access_token: "a", expires_in: 60 };
        const text = JSON.stringify(url.endsWith("/token") ? token : (pages[page++] ?? pages.at(-1)));
        return { status: 200, headers: {}, text };
      },
    }),
  );
  return changed({ ...site, client }, new Date(NOW).toISOString());
}

const row = (id: string) => ({ id, updatedDate: "2026-11-20T15:00:00.000Z", status: "APPROVED" });

test("the next cursor is read in either place; a list that gives its cursor again is an error", async () => {
  const cursors = { cursors: { next: "c2" }, hasNext: true };
  for (const first of [{ metadata: cursors }, { pagingMetadata: cursors }]) {
    const found = await listed({ orders: [row("a")], ...first }, { orders: [row("b")], metadata: { cursors: {} } });
    deepEqual(
      found.map(({ id }) => id),
      ["a", "b"],
    );
  }
  // In both places, of which one has the count alone.
  const both = { metadata: { count: 1 }, pagingMetadata: cursors };
  equal((await listed({ orders: [row("a")], ...both }, { orders: [row("b")] })).length, 2);
  await rejects(listed({ orders: [row("a")], metadata: { hasNext: true } }), { field: "metadata.cursors.next" });
  const last = { orders: [row("a")], metadata: { ...cursors, hasNext: false } };
  equal((await listed(last)).length, 1);
  await rejects(listed({ orders: [row("a")], metadata: cursors }), { field: "metadata.cursors.next" });
  await rejects(listed({ orders: [{ id: "a" }] }), { field: "orders.0.updatedDate" });
  // What Wix answers if it did not read the filter is left out.
  deepEqual(await listed({ orders: [{ ...row("old"), updatedDate: "2020-01-01T00:00:00.000Z" }] }), []);
});

test("the check is one search for one order, and says what is wrong", async () => {
  const site = open();
  await site.client.check?.();
  deepEqual(site.paths(), ["POST /oauth2/token", "POST /ecom/v1/orders/search"]);
  site.hosted.setFault({ fault: "scope-missing", on: "list", times: 1 });
  await rejects(async () => site.client.check?.(), Misconfigured);
  await rejects(async () => open({ shop: "another" }).client.check?.(), Misconfigured);
});

test("a request that Wix refuses for good is rejected", async () => {
  const site = open();
  const client = site.client;
  site.hosted.putResource(`/ecom/v1/orders/${UNKNOWN}`, "{}");
  await rejects(client.order(UNKNOWN), MalformedEvent);
  await rejects(client.order("search"), Rejected);
});
