import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { api } from "../../functions/channels/shoplazza/api.ts";
import type { Credentials } from "../../functions/channels/shoplazza/index.ts";
import { Settings } from "../../functions/channels/shoplazza/settings.ts";
import { hostApi } from "../../local/simulators/channel-api.ts";
import { simulator } from "../../local/simulators/channels/shoplazza/index.ts";
import type { HttpRequest } from "../../shared/connector/http.ts";
import { linesToShip } from "../../shared/order.ts";
import { memoryTools } from "../support/memory-tools.ts";
import { DOMAIN, leastOrder } from "./shoplazza-events.ts";

const STATIC = { token: "private-token" };
const OAUTH = { refreshToken: "first-refresh" };
const APP = {
  ...{ signingSecrets: ["the app's client secret"], clientId: "client-1" },
  tokenKey: Buffer.alloc(32, 7).toString("base64"),
};
const HOUR = 3_600_000;

/** The client of one shop, and the simulator that answers it, without a socket between them. */
function open(settings: Record<string, unknown> = {}, credentials: Credentials = STATIC, app: typeof APP = APP) {
  const { api: kind } = simulator;
  ok(kind);
  const clock = { now: Date.parse("2026-11-20T15:00:07.000Z") };
  const hosted = hostApi(kind, { shop: DOMAIN, app: APP, credentials: { ...STATIC, ...OAUTH }, now: () => clock.now });
  const calls: string[] = [];
  async function http({ method, url, headers = {}, body = "" }: Omit<HttpRequest, "timeout">) {
    const target = new URL(url);
    calls.push(`${method} ${target.pathname}${target.search}`);
    const reply = hosted.reply({
      ...{ method, path: target.pathname, query: target.searchParams, rawQuery: target.search.slice(1), headers },
      ...{ host: target.host, body: Buffer.from(body), ended: Promise.resolve("answered" as const) },
      caller: "connection",
    });
    if (!("status" in reply)) throw new Error("no answer");
    return { status: reply.status, headers: { ...reply.headers }, text: reply.body.toString() };
  }
  const tools = memoryTools({ http, now: () => clock.now, deadline: clock.now + HOUR * 24 * 365 });
  const account = {
    ...{ connection: "shoplazza/main", shop: undefined, app, credentials },
    settings: Settings.parse({ domain: DOMAIN, ...settings }),
  };
  const put = (order: Record<string, unknown>) => hosted.put(String(order["id"]), JSON.stringify(order));
  return { client: api.open(account, tools), another: () => api.open(account, tools), hosted, clock, calls, put };
}

async function fetched({ client }: ReturnType<typeof open>, id = "11218-00000731") {
  const found = await client.order(id);
  if (found === "gone") throw new Error("gone");
  return found.order;
}

test("an order is fetched whole in one call, with and without the envelope of newer versions", async () => {
  const shop = open();
  shop.put(leastOrder());
  const order = await fetched(shop);
  deepEqual([order.id, order.number, order.lines.length], ["11218-00000731", "00000731", 1]);
  shop.hosted.setFault({ fault: "bare-2022", on: "fetch", times: 1 });
  deepEqual(await fetched(shop), order);
  deepEqual(shop.calls, Array(2).fill("GET /openapi/2026-01/orders/11218-00000731"));
  equal(await shop.client.order("11218-00000732"), "gone");
  equal(await shop.client.order("../shop"), "gone");
});

test("an order of our own is fetched with lines that another ships: nothing is sent", async () => {
  const shop = open();
  shop.put(leastOrder({ tags: "ext:sh-1001" }));
  const order = await fetched(shop);
  deepEqual([order.lines.length, linesToShip(order)], [1, []]);
});

test("an answer about another order is none about this one", async () => {
  const shop = open();
  shop.hosted.put("11218-00000731", JSON.stringify(leastOrder({ id: "11218-00000732" })));
  await rejects(shop.client.order("11218-00000731"), { name: "MalformedEvent", field: "order.id" });
});

test("a refresh token gives access tokens: one for many calls, a new one before it ends or once it is refused", async () => {
  const tokens = ({ calls }: ReturnType<typeof open>) =>
    calls.filter((one) => one === "POST /admin/oauth/token").length;
  for (const tokenRequest of ["json", "form"]) {
    const shop = open({ tokenRequest }, OAUTH);
    shop.put(leastOrder());
    await fetched(shop);
    await shop.another().order("11218-00000731");
    equal(tokens(shop), 1);
    shop.clock.now += 2 * HOUR - 60_000;
    await fetched(shop);
    equal(tokens(shop), 2, "renewed early");
    shop.hosted.setFault({ fault: "token-expired", on: "fetch", times: 1 });
    await fetched(shop);
    equal(tokens(shop), 3, "refused");
  }
});

test("the newest refresh token is used, and the operator's if that one is refused", async () => {
  const shop = open({}, OAUTH);
  shop.put(leastOrder());
  await fetched(shop);
  const { memory } = shop.hosted.book;
  const refreshes = () => [...memory.keys()].filter((name) => name.startsWith("refresh "));
  equal(refreshes().length, 1);
  for (const name of refreshes()) memory.delete(name);
  shop.clock.now += 3 * HOUR;
  await fetched(shop);
  equal(refreshes().length, 1);
});

const because = (message: RegExp, name = "Misconfigured") => ({ name, message });

test("a refused refresh token says what to do; one without the app's keys names them", async () => {
  const revoked = open({}, { refreshToken: "revoked" });
  await rejects(revoked.client.order("1-1"), because(/Authorise the app again/));
  const { tokenKey: _, ...withoutKey } = APP;
  const bare = open({}, OAUTH, withoutKey as typeof APP);
  await rejects(bare.client.order("1-1"), because(/clientId and tokenKey/));
  deepEqual(bare.calls, []);
  const shop = open({}, OAUTH);
  shop.hosted.setFault({ fault: "error-500", on: "token", times: 1 });
  await rejects(shop.client.order("1-1"), because(/no token \(500\)/, "Unavailable"));
  shop.hosted.setFault({ fault: "throttle", on: "token", times: 1 });
  await rejects(shop.client.order("1-1"), { name: "Throttled", retryAfter: 1000 });
});

test("a revoked token, a missing scope, a wrong address and a limit are distinguished", async () => {
  await rejects(open({}, { token: "revoked" }).client.order("1-1"), because(/revoked/));
  const shop = open();
  shop.hosted.setFault({ fault: "missing-scope", on: "fetch", times: 1 });
  await rejects(shop.client.order("1-1"), because(/valid and lacks the scope read_order/));
  await rejects(open({ domain: "other.myshoplaza.com" }).client.order("1-1"), because(/settings domain and version/));
  await rejects(open({ version: "2027-01" }).client.order("1-1"), because(/2027-01/));
  shop.hosted.setFault({ fault: "throttle", on: "fetch", times: 1 });
  await rejects(shop.client.order("1-1"), { name: "Throttled", retryAfter: 1000 });
  await shop.client.check?.();
  await rejects(async () => open({}, { token: "revoked" }).client.check?.(), because(/revoked/));
  await rejects(async () => open({ version: "2027-01" }).client.check?.(), because(/settings domain and version/));
});

test("the leaky bucket of 40 calls refuses the next one, and leaks", async () => {
  const shop = open();
  shop.put(leastOrder());
  for (let at = 0; at < 40; at += 1) await fetched(shop);
  await rejects(fetched(shop), { name: "Throttled" });
  shop.clock.now += 500;
  await fetched(shop);
});

async function changedSince({ client }: ReturnType<typeof open>, time: string) {
  const found: string[] = [];
  for await (const { id, changedAt, state } of client.changedSince?.(time) ?? []) {
    found.push([id, changedAt?.slice(11, 19), state].join(" "));
  }
  return found;
}

test("changed orders are listed from the overlap on, with their state, and without our own", async () => {
  const shop = open();
  const changed = (id: string, time: string, changes = {}) =>
    shop.put(leastOrder({ id, updated_at: `2026-11-20T${time}Z`, ...changes }));
  changed("1", "14:49:59");
  changed("2", "14:50:00");
  changed("3", "15:10:00", { status: "cancelled" });
  changed("4", "15:11:00", { tags: "ext:sh-1001" });
  changed("5", "15:12:00", { tags: "", note: "ext:sh-1002\nOrder 1002" });
  deepEqual(await changedSince(shop, "2026-11-20T15:00:00.999Z"), ["3 15:10:00 cancelled", "2 14:50:00 paid"]);
  const narrow = open({ listOverlap: "0s" });
  narrow.put(leastOrder({ id: "6", updated_at: "2026-11-20T14:59:59Z" }));
  deepEqual(await changedSince(narrow, "2026-11-20T15:00:00.000Z"), []);
});

test("a list is read to its last page, by the cursor", async () => {
  const shop = open();
  for (let id = 1; id <= 601; id += 1) shop.put(leastOrder({ id: String(id), updated_at: "2026-11-20T15:00:00Z" }));
  const found = await changedSince(shop, "2026-11-20T15:00:00.000Z");
  equal(new Set(found).size, 601);
  equal(shop.calls.length, 3);
});

test("a list that does not turn its pages, or has no cursor, fails instead of ending early", async () => {
  for (const cursor of ["same", ""]) {
    const shop = open();
    const page = { orders: [leastOrder()], cursor, has_more: true };
    shop.hosted.putResource("/openapi/2026-01/orders", JSON.stringify({ code: "Success", data: page }));
    await rejects(changedSince(shop, "2026-11-20T15:00:00.000Z"), { name: "Unavailable" });
    ok(shop.calls.length <= 2);
  }
  const empty = open();
  empty.hosted.putResource("/openapi/2026-01/orders", '{"code":"Success","data":{"orders":null}}');
  deepEqual(await changedSince(empty, "2026-11-20T15:00:00.000Z"), []);
  match(empty.calls[0] ?? "", /updated_at_min=2026-11-20T14%3A50%3A00Z&page_size=250$/);
});
