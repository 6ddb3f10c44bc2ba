import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { returnOrderId } from "../../local/simulators/channels/square/ids.ts";
import { LOCATION } from "../../local/simulators/channels/square/order-resource.ts";
import { MalformedEvent, Misconfigured, Throttled, Unavailable } from "../../shared/errors.ts";
import { linesToShip } from "../../shared/order.ts";
import { APP, NOW, OWN, openSeller, SELLER, type SquareSeller } from "../support/square-seller.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const { clientSecret: _, ...PKCE } = APP;

test("an order by personal access token: the order, its payment, and its products' SKUs in one call", async () => {
  const shop = openSeller(OWN);
  const { id } = shop.put({ lines: [{ sku: "DEMO-A" }, { sku: "DEMO-B" }, { sku: "DEMO-A" }] });
  const { lines, shopName } = await shop.fetched(id);
  deepEqual(
    lines.map(({ sku }) => sku),
    ["DEMO-A", "DEMO-B", "DEMO-A"],
  );
  equal(shopName, SELLER);
  deepEqual(shop.paths(), [`/v2/orders/${id}`, `/v2/payments/P${id}`, "/v2/catalog/batch-retrieve"]);
  for (const { headers } of shop.calls) {
    deepEqual([headers?.["authorization"], headers?.["square-version"]], ["Bearer own", "2026-09-16"]);
  }
});

test("Square's paid order that stays OPEN is sent; what is only authorised, or partly paid, is not", async () => {
  const shop = openSeller(OWN);
  for (const [financialState, state] of [
    ["paid", "paid"],
    ["authorized", "authorized"],
    ["partially-paid", "partially-paid"],
    ["pending", "pending"],
    ["voided", "pending"],
  ] as const) {
    const order = await shop.fetched(shop.put({ financialState }).id);
    equal(order.financialState, state);
    equal(order.fulfilmentState, "unfulfilled");
    equal(order.hold, undefined);
  }
});

test("an environment remembers SKUs by object and version, for ten minutes, and none that is missing", async () => {
  const shop = openSeller(OWN);
  const lookUps = () => shop.paths().filter((path) => path.startsWith("/v2/catalog")).length;
  await shop.fetched(shop.put({ lines: [{ sku: "DEMO-A" }] }).id);
  await shop.fetched(shop.put({ lines: [{ sku: "DEMO-A" }] }).id);
  equal(lookUps(), 1);
  shop.clock += 11 * MINUTE;
  await shop.fetched(shop.put({ lines: [{ sku: "DEMO-A" }] }).id);
  equal(lookUps(), 2);
  const bare = shop.put({ lines: [{ sku: "" }] });
  for (const _ of [1, 2]) equal((await shop.fetched(bare.id)).lines[0]?.sku, "");
  equal(lookUps(), 4, "a SKU may be filled in at any time");
});

test("the catalog says which products are no goods", async () => {
  const shop = openSeller(OWN);
  const { id } = shop.put({ lines: [{ sku: "DEMO-A" }, { sku: "DEMO-B", ships: false }] });
  deepEqual(
    (await shop.fetched(id)).lines.map(({ ships }) => ships),
    [true, false],
  );
});

test("products are looked up in parts of 100, and an amount that was typed in has none", async () => {
  const shop = openSeller(OWN);
  const { id } = shop.put({ lines: Array.from({ length: 130 }, (_, at) => ({ sku: `DEMO-${at}` })) });
  const { lines } = await shop.fetched(id);
  equal(lines.at(-1)?.sku, "DEMO-129");
  const asked = shop.calls.flatMap(({ url, body }) => (url.endsWith("batch-retrieve") ? [JSON.parse(body ?? "")] : []));
  deepEqual(
    asked.map(({ object_ids }) => object_ids.length),
    [100, 30],
  );
  const resource = JSON.parse(shop.hosted.book.orders.get(id) ?? "");
  const typed = { ...resource.line_items[0], uid: "typed", item_type: "CUSTOM_AMOUNT", catalog_object_id: undefined };
  shop.change(id, { line_items: [typed] });
  equal((await shop.fetched(id)).lines[0]?.sku, "");
});

test("a sale at the till, which is taken along, takes one call", async () => {
  const shop = openSeller(OWN);
  const { id } = shop.put({ fulfilmentState: "fulfilled", shipping: { kind: "pick-up" } });
  equal((await shop.fetched(id)).fulfilmentState, "fulfilled");
  deepEqual(shop.paths(), [`/v2/orders/${id}`]);
});

test("a refund does not change the order that was sold: its payment and the order of the return say it", async () => {
  const shop = openSeller(OWN);
  const lines = [
    { sku: "DEMO-A", quantity: 3, quantityToShip: 1 },
    { sku: "DEMO-B", quantity: 1 },
  ];
  const { id } = shop.put({ lines, financialState: "partially-refunded", refunded: "39.98" });
  const part = await shop.fetched(id);
  deepEqual([part.financialState, part.refunded, part.hold], ["partially-refunded", "39.98", undefined]);
  deepEqual(
    linesToShip(part).map(({ sku, quantityToShip }) => [sku, quantityToShip]),
    [
      ["DEMO-A", 1],
      ["DEMO-B", 1],
    ],
  );
  const all = await shop.fetched(shop.put({ financialState: "refunded" }).id);
  equal(all.financialState, "refunded");
});

test("the order of a return is not an order of its own: the one that was sold is fetched for it", async () => {
  const shop = openSeller(OWN);
  const { id } = shop.put({
    lines: [{ sku: "DEMO-A", quantity: 3, quantityToShip: 1 }],
    financialState: "partially-refunded",
  });
  const byReturn = await shop.fetched(returnOrderId(id));
  equal(byReturn.id, id);
  deepEqual(byReturn, await shop.fetched(id), "and is the same, however it is named");
  // A return without a receipt.
  shop.change(id, { line_items: [], returns: [{ return_line_items: [] }] });
  equal((await shop.fetched(id)).financialState, "refunded");
});

test("a return whose payment does not name its refund yet counts all the same", async () => {
  const shop = openSeller(OWN);
  const { id, lines } = shop.put({
    lines: [{ sku: "DEMO-A", quantity: 3, quantityToShip: 1 }],
    financialState: "partially-refunded",
  });
  shop.hosted.putResource(`/v2/payments/P${id}`, JSON.stringify({ payment: { id: `P${id}`, status: "COMPLETED" } }));
  const returned = { source_order_id: id, return_line_items: [{ source_line_item_uid: lines[0]?.id, quantity: "2" }] };
  const times = { created_at: "2026-11-20T14:10:00Z", updated_at: "2026-11-20T16:00:00Z" };
  const order = { id: returnOrderId(id), state: "COMPLETED", ...times, returns: [returned] };
  shop.hosted.putResource(`/v2/orders/${order.id}`, JSON.stringify({ order }));
  const fetched = await shop.fetched(order.id);
  deepEqual([fetched.id, fetched.lines[0]?.quantityToShip, fetched.updatedAt], [id, 1, "2026-11-20T16:00:00.000Z"]);
});

test("a refund that is newer than the order makes the order newer", async () => {
  const shop = openSeller(OWN);
  const { id } = shop.put({ financialState: "refunded", updatedAt: "2026-11-20T14:00:00.000Z" });
  const refund = { id: `R${id}`, status: "PENDING", amount_money: { amount: 1, currency: "USD" }, order_id: `T${id}` };
  const times = { created_at: "2026-11-20T14:10:00Z", updated_at: "2026-11-20T14:30:00Z" };
  shop.hosted.putResource(`/v2/refunds/R${id}`, JSON.stringify({ refund: { ...refund, ...times } }));
  equal((await shop.fetched(id)).updatedAt, "2026-11-20T14:30:00.000Z");
  for (const status of ["REJECTED", "FAILED"]) {
    shop.hosted.putResource(`/v2/refunds/R${id}`, JSON.stringify({ refund: { ...refund, ...times, status } }));
    const { financialState, updatedAt } = await shop.fetched(id);
    deepEqual([financialState, updatedAt], ["paid", "2026-11-20T14:00:00.000Z"], status);
  }
});

test("an amount that belongs to no line holds the order, unless a setting sends it", async () => {
  const given = { financialState: "partially-refunded", refunded: "1.00" } as const;
  const [held, sent, unread] = [{}, { partialRefunds: "send" }, { readRefunds: false }].map((settings) =>
    openSeller({ ...OWN, settings }),
  );
  ok(held && sent && unread);
  equal(
    (await held.fetched(held.put(given).id)).hold?.reason,
    "an amount of it is refunded, and Square does not say for which lines",
  );
  equal((await sent.fetched(sent.put(given).id)).hold, undefined);
  const { id } = unread.put(given);
  equal((await unread.fetched(id)).financialState, "paid");
  equal(
    unread.paths().some((path) => path.includes("payments")),
    false,
  );
});

test("webhook before its object is readable: the order is gone for now; without lines it is held by its emptiness", async () => {
  const shop = openSeller(OWN);
  equal(await shop.client.order("unknown"), "gone");
  const { id } = shop.put({});
  shop.hosted.setFault({ fault: "not-found-yet", on: "fetch", times: 1 });
  equal(await shop.client.order(id), "gone");
  shop.hosted.setFault({ fault: "no-lines-yet", on: "fetch", times: 1 });
  deepEqual((await shop.fetched(id)).lines, []);
  equal((await shop.fetched(id)).lines.length, 1);
});

test("version is the order's count; an order of the till has none", async () => {
  const shop = openSeller(OWN);
  const { id } = shop.put({});
  shop.change(id, { version: 15 });
  equal((await shop.fetched(id)).version, 15);
  shop.change(id, { version: undefined });
  equal((await shop.fetched(id)).version, undefined);
});

test("an access token is renewed after seven days with the same refresh token, though it lasts 30", async () => {
  const shop = openSeller();
  const { id } = shop.put({});
  for (const _ of [1, 2, 3]) {
    await shop.fetched(id);
    await shop.fetched(id);
    shop.clock += 8 * DAY;
  }
  const sent = shop.calls.flatMap(({ url, body }) => (url.endsWith("/oauth2/token") ? [JSON.parse(body ?? "")] : []));
  deepEqual(
    sent,
    Array(3).fill({
      client_id: "client",
      client_secret: "secret",
      grant_type: "refresh_token",
      refresh_token: "first",
    }),
  );
});

test("by PKCE there is no secret, and each refresh uses the token that the last one gave", async () => {
  const shop = openSeller({ app: PKCE });
  const { id } = shop.put({});
  for (const _ of [1, 2, 3]) {
    await shop.fetched(id);
    shop.clock += 8 * DAY;
  }
  const sent = shop.calls.flatMap(({ url, body }) => (url.endsWith("/oauth2/token") ? [JSON.parse(body ?? "")] : []));
  equal(new Set(sent.map(({ refresh_token }) => refresh_token)).size, 3, "each is used once");
  equal(
    sent.some(({ client_secret }) => client_secret !== undefined),
    false,
  );
  const saved = shop.secret.current()?.value["refreshToken"];
  ok(typeof saved === "string" && !sent.some(({ refresh_token }) => refresh_token === saved), "the next one is saved");
});

test("an access token that is refused before its end is replaced, and the call made again", async () => {
  const shop = openSeller();
  const { id } = shop.put({});
  shop.hosted.setFault({ fault: "token-expired", on: "fetch", times: 1 });
  await shop.fetched(id);
  equal(shop.paths().filter((path) => path === "/oauth2/token").length, 2);
});

test("a revoked authorisation says: authorise again; a missing scope is distinguished from it and named", async () => {
  const reason = async (shop: SquareSeller, fault: string) => {
    shop.hosted.setFault({ fault, on: "fetch", times: 1 });
    const error = await shop.client.order("a").then(String, (thrown: unknown) => thrown);
    ok(error instanceof Misconfigured, fault);
    return error.reason;
  };
  match(await reason(openSeller(), "revoked"), /refuses the refresh token \(401\).*Authorise the application again/);
  match(await reason(openSeller(OWN), "revoked"), /401 ACCESS_TOKEN_REVOKED/);
  match(
    await reason(openSeller(), "scope-missing"),
    /403 INSUFFICIENT_SCOPES\): the token works, but lacks ORDERS_READ\./,
  );
});

test("a token of another seller than the connection's is refused before it asks for orders", async () => {
  const shop = openSeller({ shop: "MLOTHER" });
  await rejects(shop.client.order("a"), /another seller's/);
  deepEqual(shop.paths(), ["/oauth2/token"]);
  await rejects(async () => openSeller({ ...OWN, shop: "MLOTHER" }).client.check?.(), /another seller's/);
});

test("a refresh token without the app's credentials is a mistake that says what is missing", async () => {
  const shop = openSeller({ app: { signingSecrets: APP.signingSecrets } });
  await rejects(shop.client.order("a"), /clientId and tokenKey/);
  equal(shop.calls.length, 0);
});

test("the check names the scopes that the token lacks", async () => {
  await openSeller(OWN).client.check?.();
  const poor = openSeller(OWN);
  poor.hosted.book.memory.set("scopes", "ORDERS_READ ITEMS_READ");
  await rejects(async () => poor.client.check?.(), /lacks PAYMENTS_READ, MERCHANT_PROFILE_READ/);
  const content = openSeller({ ...OWN, settings: { readRefunds: false, locations: [LOCATION] } });
  content.hosted.book.memory.set("scopes", "ORDERS_READ ITEMS_READ");
  await content.client.check?.();
});

test("other answers: throttled, down, another order's", async () => {
  const shop = openSeller();
  const { id } = shop.put({});
  shop.hosted.setFault({ fault: "throttle", on: "token", times: 1 });
  await rejects(shop.client.order(id), Throttled);
  shop.hosted.setFault({ fault: "throttle", on: "fetch", times: 1 });
  await rejects(shop.client.order(id), (error) => error instanceof Throttled && error.retryAfter === undefined);
  shop.hosted.setFault({ fault: "error-500", on: "fetch", times: 1 });
  await rejects(shop.client.order(id), Unavailable);
  shop.hosted.put("asked", shop.hosted.book.orders.get(id) ?? "");
  await rejects(shop.client.order("asked"), (error) => error instanceof MalformedEvent && error.field === "order.id");
});

test("the sandbox has a host of its own, and its orders are tests", async () => {
  const shop = openSeller({ ...OWN, settings: { environment: "sandbox" } });
  equal(await shop.client.order("a"), "gone");
  equal(new URL(shop.calls[0]?.url ?? "").host, "connect.squareupsandbox.com");
});

test("changed orders: all locations, ten at a time, all pages by the cursor, each with its time and state", async () => {
  const shop = openSeller(OWN);
  const orders = Array.from({ length: 12 }, (_, at) => {
    const order = shop.put({ updatedAt: new Date(NOW - 9 * MINUTE + at * 1_000).toISOString() });
    shop.change(order.id, { location_id: `L${at}` });
    return order;
  });
  shop.put({ updatedAt: new Date(NOW - 60 * MINUTE).toISOString() });
  const found = await shop.changed(NOW - MINUTE);
  deepEqual(found.map(({ id }) => id).toSorted(), orders.map(({ id }) => id).toSorted());
  const first = found.find(({ id }) => id === orders[0]?.id);
  deepEqual(first, { id: orders[0]?.id, changedAt: orders[0]?.updatedAt, state: "OPEN" });
  const searches = shop.calls.flatMap(({ url, body }) => (url.endsWith("/search") ? [JSON.parse(body ?? "")] : []));
  deepEqual(
    searches.map(({ location_ids }) => location_ids.length),
    [10, 3],
  );
  deepEqual(searches[0].query.filter.date_time_filter.updated_at, { start_at: "2026-11-20T14:49:00.000Z" });
});

test("a search of many pages repeats its query beside each cursor, and an empty one ends", async () => {
  const shop = openSeller({ ...OWN, settings: { locations: [LOCATION] } });
  const orders = Array.from({ length: 1_100 }, (_, at) =>
    shop.put({ updatedAt: new Date(NOW - 1_200 + at).toISOString() }),
  );
  deepEqual(
    (await shop.changed(NOW)).map(({ id }) => id),
    orders.map(({ id }) => id),
  );
  deepEqual(shop.paths(), Array(3).fill("/v2/orders/search"));
  deepEqual(await shop.changed(NOW + DAY), []);
});

test("a list that is not there is an error, and never a list without orders", async () => {
  for (const missing of ["/v2/locations", "/v2/orders/search"]) {
    const shop = openSeller({ ...OWN, missing });
    shop.put({});
    await rejects(shop.changed(NOW), { name: "Unavailable" }, missing);
  }
});

test("a return in the list is listed as the order that was sold", async () => {
  const shop = openSeller(OWN);
  const { id } = shop.put({ financialState: "refunded" });
  deepEqual(
    (await shop.changed(NOW)).map((order) => order.id),
    [id, id],
  );
});
