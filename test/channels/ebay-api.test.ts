import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { authorization } from "../../functions/channels/ebay/authorization.ts";
import { Secret, Settings } from "../../functions/channels/ebay/settings.ts";
import { MalformedEvent, Misconfigured, Rejected, Throttled, Unavailable } from "../../shared/errors.ts";
import { linesToShip } from "../../shared/order.ts";
import { APP, type EbaySeller, NOW, openSeller, SELLER } from "../support/ebay-seller.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ORDERS = "/sell/fulfillment/v1/order";
const TOKEN = "/identity/v1/oauth2/token";

test("an order takes one call, with the token of the refresh token that stays", async () => {
  const shop = openSeller();
  const { id } = shop.put({ lines: [{ sku: "DEMO-A" }, { sku: "DEMO-B" }] });
  for (const _ of [1, 2]) equal((await shop.fetched(id)).lines.length, 2);
  deepEqual(shop.paths(), [TOKEN, `${ORDERS}/${id}`, `${ORDERS}/${id}`]);
  ok(shop.calls[1]?.url.endsWith("?fieldGroups=TAX_BREAKDOWN"));
  shop.clock += 3 * HOUR;
  await shop.fetched(id);
  const tokens = shop.calls.filter(({ url }) => url.endsWith(TOKEN));
  deepEqual(
    tokens.map(({ body }) => Object.fromEntries(new URLSearchParams(body))),
    Array(2).fill({ grant_type: "refresh_token", refresh_token: "v^1.1#first" }),
  );
});

test("an order of which a line has left in part takes a second call: its parcels say how many pieces", async () => {
  const shop = openSeller();
  const lines = [{ sku: "DEMO-A", quantity: 5, fulfilled: 2 }, { sku: "DEMO-B" }];
  const { id } = shop.put({ lines, fulfilmentState: "partial" });
  const order = await shop.fetched(id);
  deepEqual(
    linesToShip(order).map(({ sku, quantityToShip }) => [sku, quantityToShip]),
    [
      ["DEMO-A", 3],
      ["DEMO-B", 2],
    ],
  );
  deepEqual(shop.paths().slice(1), [`${ORDERS}/${id}`, `${ORDERS}/${id}/shipping_fulfillment`]);
});

test("no such order is gone, whichever status says it; another order's answer is refused", async () => {
  const shop = openSeller();
  equal(await shop.client.order("99-99999-99999"), "gone");
  const { id } = shop.put({});
  shop.hosted.put("asked", shop.hosted.book.orders.get(id) ?? "");
  await rejects(shop.client.order("asked"), (error) => error instanceof MalformedEvent && error.field === "orderId");
});

test("an access token that is refused before its end is replaced, and the call made again", async () => {
  const shop = openSeller();
  const { id } = shop.put({});
  shop.hosted.setFault({ fault: "token-expired", on: "fetch", times: 1 });
  await shop.fetched(id);
  equal(shop.paths().filter((path) => path === TOKEN).length, 2);
});

test("a revoked token says: authorise again; a missing scope and wrong keys of the application are distinguished from it", async () => {
  const reason = async (shop: EbaySeller, fault?: string) => {
    if (fault !== undefined) shop.hosted.setFault({ fault, on: "fetch", times: 1 });
    const error = await shop.client.order("a").then(String, (thrown: unknown) => thrown);
    ok(error instanceof Misconfigured, String(error));
    return error.reason;
  };
  match(await reason(openSeller(), "revoked"), /refuses the refresh token \(invalid_grant\).*npm run authorize/);
  match(await reason(openSeller(), "scope-missing"), /403, error 1100\): the token works, but lacks/);
  const shop = openSeller();
  Object.assign(shop.hosted.book.app, { clientSecret: "replaced" });
  match(await reason(shop), /refuses the application's keys \(401\)/);
});

test("other answers: throttled, down, a request that is refused", async () => {
  const shop = openSeller();
  const { id } = shop.put({});
  shop.hosted.setFault({ fault: "throttle", on: "token", times: 1 });
  await rejects(shop.client.order(id), Throttled);
  shop.hosted.setFault({ fault: "throttle", on: "fetch", times: 1 });
  await rejects(shop.client.order(id), (error) => error instanceof Throttled && error.retryAfter === undefined);
  shop.hosted.setFault({ fault: "error-500", on: "fetch", times: 1 });
  await rejects(shop.client.order(id), Unavailable);
  const late = openSeller({ settings: { listHistory: "800d" } });
  await rejects(late.changed(NOW - 790 * DAY), Rejected);
});

test("the check compares the seller, and passes where the token may not say whose it is", async () => {
  await openSeller().client.check?.();
  await rejects(async () => openSeller({ shop: "TGanother" }).client.check?.(), /another seller's/);
  const poor = openSeller({ shop: "TGanother" });
  poor.hosted.book.memory.set("scopes", "https://api.ebay.com/oauth/api_scope/sell.fulfillment.readonly");
  await poor.client.check?.();
  const silent = openSeller({ shop: "TGanother", settings: { readSeller: false } });
  await silent.client.check?.();
  const none = openSeller();
  none.hosted.book.memory.set("scopes", "https://api.ebay.com/oauth/api_scope/commerce.identity.readonly");
  await rejects(async () => none.client.check?.(), Misconfigured);
});

test("changed orders: from ten minutes before, with time and state, brackets encoded, both bounds included", async () => {
  const shop = openSeller();
  const at = (ms: number) => new Date(ms).toISOString();
  const found = shop.put({ updatedAt: at(NOW - 11 * MINUTE) });
  shop.put({ updatedAt: at(NOW - 11 * MINUTE - 1) });
  const edge = shop.put({ updatedAt: at(NOW), financialState: "refunded" });
  const changed = await shop.changed(NOW - MINUTE);
  deepEqual(
    changed.toSorted((a, b) => (String(a.changedAt) < String(b.changedAt) ? -1 : 1)),
    [
      { id: found.id, changedAt: found.updatedAt, state: "PAID" },
      { id: edge.id, changedAt: edge.updatedAt, state: "FULLY_REFUNDED" },
    ],
  );
  const [, { url = "" } = {}] = shop.calls;
  ok(url.includes("filter=lastmodifieddate%3A%5B2026-11-20T14%3A49%3A00.000Z..2026-11-20T15%3A00%3A00.000Z%5D"), url);
});

test("offset pages over a live set: an order that changes while the list is read hides no other", async () => {
  const shop = openSeller();
  const ids = Array.from({ length: 450 }, (_, at) => {
    const time = new Date(NOW - 500 + at).toISOString();
    return shop.put({ id: `10-${at}`, placedAt: time, updatedAt: time }).id;
  });
  const seen: string[] = [];
  for await (const { id } of shop.client.changedSince?.(new Date(NOW).toISOString()) ?? []) {
    seen.push(id);
    // The newest of the list leaves its window after each page: the later ones move forward.
    if (seen.length === 50) shop.change("10-449", { lastModifiedDate: new Date(NOW + MINUTE).toISOString() });
    if (seen.length === 250) shop.change("10-448", { lastModifiedDate: new Date(NOW + MINUTE).toISOString() });
  }
  deepEqual(
    ids.filter((id) => !seen.includes(id)),
    ["10-448", "10-449"],
    "these two changed again: the next list has them",
  );
});

test("long times are asked for in windows of a month, and no further back than eBay lists", async () => {
  const shop = openSeller();
  const old = shop.put({ updatedAt: new Date(NOW - 100 * DAY).toISOString() });
  const recent = shop.put({});
  deepEqual(
    (await shop.changed(NOW - 101 * DAY)).map(({ id }) => id),
    [old.id, recent.id],
  );
  equal(shop.paths().filter((path) => path === ORDERS).length, 4);
  const all = openSeller();
  await all.changed(0);
  equal(all.paths().filter((path) => path === ORDERS).length, 25);
});

test("consent: eBay's name of the redirect address, the scopes, and the code exchanged for a refresh token", async () => {
  const shop = openSeller();
  const app = z.parse(Secret, APP);
  const settings = z.parse(Settings, {});
  const facts = { connection: "ebay/demo", shop: SELLER, settings, app, redirectUri: "https://app.example/back" };
  const page = new URL(authorization.consentPage({ ...facts, state: "s 1", challenge: "c" }));
  deepEqual([page.origin, page.pathname], ["https://auth.ebay.com", "/oauth2/authorize"]);
  deepEqual(Object.fromEntries(page.searchParams), {
    ...{ client_id: "client", redirect_uri: "Relay-RuName", response_type: "code", state: "s 1", prompt: "login" },
    scope:
      "https://api.ebay.com/oauth/api_scope/sell.fulfillment.readonly https://api.ebay.com/oauth/api_scope/commerce.identity.readonly",
  });
  const exchange = (query: string, changes: object = {}) =>
    authorization.exchange({ ...facts, verifier: "v", query: new URLSearchParams(query), ...changes }, shop.tools);
  const granted = await exchange("code=demo-code-1&expires_in=299");
  equal(granted.shop, SELLER);
  match(String(granted.credentials["refreshToken"]), /^v\^1\.1#refresh-/);
  await rejects(exchange("code=demo-code-1"), /refuses the code: it was used/);
  await rejects(exchange("error=access_denied"), /has no code/);
  await rejects(exchange("code=demo-code-2", { app: { ...app, redirectName: undefined } }), /needs redirectName/);
  await rejects(exchange("code=demo-code-3", { app: { ...app, redirectName: "other" } }), /another RuName/);
  const silent = await exchange("code=demo-code-4", { settings: z.parse(Settings, { readSeller: false }) });
  equal(silent.shop, undefined);
});

test("the sandbox has hosts of its own, and its orders are tests", async () => {
  const shop = openSeller({ app: { ...APP, environment: "sandbox" } });
  await rejects(shop.client.order("a"));
  equal(new URL(shop.calls[0]?.url ?? "").host, "api.sandbox.ebay.com");
  const app = z.parse(Secret, { ...APP, environment: "sandbox" });
  const settings = z.parse(Settings, {});
  const request = { connection: "ebay/demo", shop: SELLER, settings, app, redirectUri: "", state: "s", challenge: "c" };
  equal(new URL(authorization.consentPage(request)).host, "auth.sandbox.ebay.com");
});
