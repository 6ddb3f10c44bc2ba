import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import type { ChangedOrder } from "../../functions/channels/channel.ts";
import { api } from "../../functions/channels/squarespace/api.ts";
import { squarespace } from "../../functions/channels/squarespace/index.ts";
import { type HostedApi, hostApi } from "../../local/simulators/channel-api.ts";
import { simulator } from "../../local/simulators/channels/squarespace/index.ts";
import { completeOrder } from "../../local/simulators/demo-order.ts";
import type { PartialOrder } from "../../local/simulators/partial-order.ts";
import type { HttpRequest } from "../../shared/connector/http.ts";
import { MalformedEvent, Misconfigured, Throttled, Unavailable } from "../../shared/errors.ts";
import { memorySecret } from "../support/memory-secret.ts";
import { memoryTools } from "../support/memory-tools.ts";

const NOW = Date.parse("2026-11-20T15:00:00.000Z");
const MINUTE = 60_000;
const APP = {
  ...{ signingSecrets: ["61".repeat(32)], clientId: "client", clientSecret: "secret" },
  tokenKey: Buffer.alloc(32, 1).toString("base64"),
};

interface Given {
  credentials?: object;
  app?: object;
  settings?: object;
}

/** The connector's client at the simulated API: the requests that it made, and a clock. */
function open({ credentials = { refreshToken: "first" }, app = APP, settings = {} }: Given = {}) {
  if (!simulator.api) throw new Error("the simulator has no API");
  let clock = NOW;
  const now = () => clock;
  const shop = { shop: "website", app: { ...app }, credentials: { ...credentials }, now };
  const hosted: HostedApi = hostApi(simulator.api, shop);
  const calls: Omit<HttpRequest, "timeout">[] = [];
  async function http(request: Omit<HttpRequest, "timeout">) {
    calls.push(request);
    const { host, pathname, search, searchParams } = new URL(request.url);
    const reply = hosted.reply({
      ...{ caller: "connection", host, method: request.method, path: pathname, query: searchParams },
      ...{ rawQuery: search.slice(1), headers: { "user-agent": "order-relay/test", ...request.headers } },
      ...{ body: Buffer.from(request.body ?? ""), ended: Promise.resolve("answered") },
    });
    if ("wire" in reply) throw new Error(`no answer: ${reply.wire}`);
    return { status: reply.status, headers: reply.headers, text: String(reply.body) };
  }
  const facts = { connection: "squarespace/demo", shop: "website" };
  const secret = memorySecret({ ...credentials });
  const client = api.open(
    {
      ...facts,
      settings: z.parse(squarespace.settings, settings) as never,
      app: z.parse(squarespace.secret, app) as never,
      credentials: credentials as never,
    },
    memoryTools({ http, now, secret, deadline: NOW + 1_000_000_000 }),
  );
  function put(part: PartialOrder) {
    const order = completeOrder(part, {
      ...{
        newId: simulator.newOrderId,
        newLineId: simulator.newLineId,
        newNumber: () => "7",
        known: undefined,
        now: clock,
      },
    });
    hosted.put(order.id, JSON.stringify(simulator.api?.resource(order, "website")));
    return order;
  }
  const pass = (ms: number) => {
    clock += ms;
  };
  return { client, hosted, calls, put, pass, secret };
}

async function changed({ client }: ReturnType<typeof open>, time: string): Promise<ChangedOrder[]> {
  const found: ChangedOrder[] = [];
  for await (const one of client.changedSince?.(time) ?? []) found.push(one);
  return found;
}

test("an order by API key: one call, with a User-Agent and no token", async () => {
  const site = open({ credentials: { apiKey: "key" }, app: { signingSecrets: APP.signingSecrets } });
  const { id } = site.put({});
  const fetched = await site.client.order(id);
  ok(fetched !== "gone" && fetched.order.id === id && fetched.order.shopName === "website");
  deepEqual(
    site.calls.map(({ url, headers }) => [url, headers?.["authorization"]]),
    [[`https://api.squarespace.com/1.0/commerce/orders/${id}`, "Bearer key"]],
  );
});

test("an access token lasts 30 minutes, and each refresh uses the token that the last one gave", async () => {
  const site = open();
  const { id } = site.put({});
  for (const _ of [1, 2, 3]) {
    ok((await site.client.order(id)) !== "gone");
    ok((await site.client.order(id)) !== "gone");
    site.pass(31 * MINUTE);
  }
  const sent = site.calls.flatMap(({ body }) => (body === undefined ? [] : JSON.parse(body).refresh_token));
  equal(sent.length, 3);
  equal(sent[0], "first");
  equal(new Set(sent).size, 3, "each is used once");
});

test("an access token that is refused before its end is replaced, and the call made again", async () => {
  const site = open();
  const { id } = site.put({});
  site.hosted.setFault({ fault: "token-expired", on: "fetch", times: 1 });
  ok((await site.client.order(id)) !== "gone");
  equal(site.calls.filter(({ body }) => body !== undefined).length, 2);
});

test("a refresh token that ended after seven days, or was used elsewhere, says: authorise again", async () => {
  const site = open();
  const { id } = site.put({});
  await site.client.order(id);
  site.pass(8 * 24 * 60 * MINUTE);
  await rejects(site.client.order(id), (error) => {
    ok(error instanceof Misconfigured);
    match(error.reason, /Authorise the client again/);
    return true;
  });
  const used = open();
  used.hosted.book.memory.set("refresh token", "another");
  await rejects(used.client.order("6713f7a854f699634f65f4e6"), Misconfigured);
});

test("a refresh token without the app's credentials is a mistake that says what is missing", async () => {
  const site = open({ app: { signingSecrets: APP.signingSecrets } });
  await rejects(site.client.order("a"), /clientId, clientSecret and tokenKey/);
  equal(site.calls.length, 0);
});

test("a missing scope is distinguished from a revoked key, and from a website that expired", async () => {
  const site = open({ credentials: { apiKey: "key" }, app: { signingSecrets: APP.signingSecrets } });
  const refusal = async (fault: string) => {
    site.hosted.setFault({ fault, on: "fetch", times: 1 });
    const error = await site.client.order("a").then(String, (thrown: unknown) => thrown);
    ok(error instanceof Misconfigured, fault);
    return error.reason;
  };
  match(await refusal("scope-missing"), /403 MISSING_SCOPE.*works.*website\.orders\.read/);
  match(await refusal("website-expired"), /402.*expired/);
  match(await refusal("token-expired"), /401.*revoked/);
});

test("after a 429 nothing says how long: a minute, or the setting", async () => {
  for (const [settings, wait] of [
    [{}, MINUTE],
    [{ coolDown: "5s" }, 5_000],
  ] as const) {
    const site = open({ settings });
    site.hosted.setFault({ fault: "throttle", on: "fetch", times: 1 });
    await rejects(site.client.order("a"), (error) => error instanceof Throttled && error.retryAfter === wait);
    site.hosted.setFault({ fault: "throttle", on: "token", times: 1 });
    site.pass(31 * MINUTE);
    await rejects(site.client.order("a"), (error) => error instanceof Throttled && error.retryAfter === wait);
  }
});

test("other answers: gone, refused, down, another order's", async () => {
  const site = open();
  const { id } = site.put({});
  equal(await site.client.order("6713f7a854f699634f65f4e6"), "gone");
  site.hosted.setFault({ fault: "error-500", on: "fetch", times: 1 });
  await rejects(site.client.order(id), Unavailable);
  site.hosted.setFault({ fault: "error-500", on: "token", times: 1 });
  site.pass(31 * MINUTE);
  await rejects(site.client.order(id), Unavailable);
  site.hosted.put("asked", JSON.stringify({ ...(simulator.api?.resource(site.put({}), "w") as object), id: "other" }));
  await rejects(site.client.order("asked"), (error) => error instanceof MalformedEvent && error.field === "id");
});

test("changed orders: all pages by the cursor alone, pending and failed ones too, each once", async () => {
  const site = open();
  const placed = Array.from({ length: 120 }, (_, at) =>
    site.put({
      financialState: at % 3 === 0 ? "pending" : "paid",
      updatedAt: new Date(NOW - 9 * MINUTE + at * 1_000).toISOString(),
    }),
  );
  site.put({ updatedAt: new Date(NOW - 60 * MINUTE).toISOString() });
  const found = await changed(site, new Date(NOW - MINUTE).toISOString());
  deepEqual(
    found.map(({ id }) => id),
    placed.map(({ id }) => id),
  );
  deepEqual(found[0], { id: placed[0]?.id, changedAt: placed[0]?.updatedAt, state: "PENDING PENDING" });
  const lists = site.calls.filter(({ url }) => url.includes("/orders?")).map(({ url }) => new URL(url).searchParams);
  deepEqual(
    lists.map((query) => [...query.keys()]),
    [["modifiedAfter", "modifiedBefore", "paymentStates"], ["cursor"], ["cursor"]],
  );
  equal(lists[0]?.get("modifiedAfter"), "2026-11-20T14:49:00.000Z", "ten minutes before what was asked");
});

test("an order that changes while the pages are read is not missed by the next search", async () => {
  const site = open();
  const orders = Array.from({ length: 60 }, (_, at) =>
    site.put({ updatedAt: new Date(NOW - 5 * MINUTE + at * 1_000).toISOString() }),
  );
  const last = orders.at(-1);
  ok(last);
  const ids: string[] = [];
  for await (const { id } of site.client.changedSince?.(new Date(NOW - 5 * MINUTE).toISOString()) ?? []) {
    ids.push(id);
    if (ids.length === 50) site.put({ id: last.id, updatedAt: new Date(NOW + 1_000).toISOString() });
  }
  equal(ids.includes(last.id), false, "it moved behind the end");
  site.pass(MINUTE);
  ok((await changed(site, new Date(NOW).toISOString())).some(({ id }) => id === last.id));
});

test("a search up to now is never empty by its bounds, even of the future", async () => {
  const site = open({ settings: { listOverlap: "0ms" } });
  deepEqual(await changed(site, new Date(NOW).toISOString()), []);
  deepEqual(await changed(site, new Date(NOW + MINUTE).toISOString()), []);
});

test("a page that says there is another and gives no cursor, or no list at all, is an error", async () => {
  const page = (pagination: object) => JSON.stringify({ result: [], pagination });
  const site = open();
  site.hosted.putResource("/1.0/commerce/orders", page({ hasNextPage: true, nextPageCursor: null }));
  await rejects(changed(site, new Date(NOW).toISOString()), { field: "pagination.nextPageCursor" });
  site.hosted.putResource("/1.0/commerce/orders", "{}");
  await rejects(changed(site, new Date(NOW).toISOString()), MalformedEvent);
});

test("the check is one page of a minute, and fails with refused credentials", async () => {
  const site = open();
  await site.client.check?.();
  const [, list] = site.calls;
  equal(new URL(list?.url ?? "").searchParams.get("modifiedAfter"), "2026-11-20T14:59:00.000Z");
  const wrong = open();
  wrong.hosted.book.memory.set("refresh token", "another");
  await rejects(async () => wrong.client.check?.(), Misconfigured);
});
