import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { authorization } from "../../functions/channels/etsy/authorization.ts";
import { Settings } from "../../functions/channels/etsy/settings.ts";
import { MalformedEvent, Misconfigured, Rejected, Throttled, Unavailable } from "../../shared/errors.ts";
import { APP, type EtsyShop, NOW, openShop, SHOP } from "../support/etsy-shop.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const iso = (time: number) => new Date(time).toISOString();
const listed = ({ calls }: EtsyShop) =>
  calls.filter(({ url }) => url.includes("/receipts?")).map(({ url }) => Object.fromEntries(new URL(url).searchParams));

test("an order: keystring and shared secret, the token with the user's ID, and the inventory for a line without SKU", async () => {
  const shop = openShop();
  const { id } = shop.put({ lines: [{ sku: "DEMO-MUG-BLUE", quantity: 3 }] });
  const order = await shop.fetched(id);
  deepEqual([order.id, order.lines[0]?.sku, order.lines[0]?.quantity], [id, "DEMO-MUG-BLUE", 3]);
  const listing = order.lines[0]?.productId;
  deepEqual(shop.paths(), [
    "/v3/public/oauth/token",
    `/shops/${SHOP}/receipts/${id}`,
    `/listings/${listing}/inventory`,
  ]);
  const [token, receipt] = shop.calls;
  equal(token?.headers?.["content-type"], "application/x-www-form-urlencoded");
  equal(token?.body, "grant_type=refresh_token&refresh_token=288298098.first&client_id=keystring");
  equal(receipt?.headers?.["x-api-key"], "keystring:shared");
  match(receipt?.headers?.["authorization"] ?? "", /^Bearer 288298098\.\S{20}/);
});

test("a SKU of the inventory is kept: the events of one order ask for it once", async () => {
  const shop = openShop();
  const { id } = shop.put({});
  for (const _ of [1, 2, 3]) equal((await shop.fetched(id)).lines[0]?.sku, "DEMO-TEE-M");
  equal(shop.paths().filter((path) => path.endsWith("/inventory")).length, 1);
});

const inventory = (...products: object[]) => JSON.stringify({ products });
const product = (product_id: number, sku: string, value?: number, is_deleted = false) => ({
  ...{ product_id, sku, is_deleted, offerings: [] },
  property_values: value === undefined ? [] : [{ property_id: 513, value_ids: [value] }],
});
const INVENTORIES: [string, string, string][] = [
  [
    "by product ID, of a product that was deleted since",
    inventory(product(9, "SOLD", 1, true), product(10, "NEW", 1)),
    "SOLD",
  ],
  [
    "by the same variation, when the inventory was edited since",
    inventory(product(10, "S", 1), product(11, "M", 2)),
    "S",
  ],
  ["the listing's only SKU", inventory(product(10, "ONE", 3), product(11, "ONE", 4)), "ONE"],
  ["none of several: by listing and product ID", inventory(product(10, "A", 3), product(11, "B", 4)), "8-9"],
  ["none where the product has none", inventory(product(9, "", 1), product(11, "B", 4)), "8-9"],
];
for (const [name, products, expected] of INVENTORIES) {
  test(`a line without SKU is found in the inventory: ${name}`, async () => {
    const shop = openShop();
    const { id } = shop.put({});
    const [line] = JSON.parse(shop.hosted.book.orders.get(id) ?? "").transactions;
    const product_data = [{ property_id: 513, value_ids: [1], values: ["S"] }];
    shop.change(id, { transactions: [{ ...line, listing_id: 8, product_id: 9, product_data }] });
    shop.hosted.putResource("/v3/application/listings/8/inventory", products);
    equal((await shop.fetched(id)).lines[0]?.sku, expected);
  });
}

test("a listing without inventory leaves its IDs, which the catalog can map; or nothing, by a setting", async () => {
  for (const [withoutSku, pattern] of [
    ["listing-product", /^\d+-\d+$/],
    ["nothing", /^$/],
  ] as const) {
    const shop = openShop({ settings: { withoutSku } });
    const { id } = shop.put({});
    shop.change(id, { beside: {} });
    match((await shop.fetched(id)).lines[0]?.sku ?? "missing", pattern);
  }
});

test("without listings_r an order whose lines lack SKUs is held and says so; a cancelled one is not looked up", async () => {
  const shop = openShop();
  const { id } = shop.put({});
  const [line] = JSON.parse(shop.hosted.book.orders.get(id) ?? "").transactions;
  const forbidden = openForbidden(shop);
  match((await forbidden.fetched(id)).hold?.reason ?? "", /no SKU.*lacks listings_r/);
  shop.change(id, { transactions: [{ ...line, sku: "HAS-ONE" }] });
  equal((await forbidden.fetched(id)).hold, undefined);
  shop.change(id, { transactions: [line], status: "Canceled" });
  const { hold, cancelledAt } = await forbidden.fetched(id);
  deepEqual([hold, cancelledAt !== undefined], [undefined, true]);
});

/** The shop answers 403 for its inventories. */
function openForbidden(shop: EtsyShop): EtsyShop {
  const reply = shop.hosted.reply;
  shop.hosted.reply = (request) =>
    request.path.endsWith("/inventory")
      ? { status: 403, headers: {}, body: '{"error":"insufficient_scope","error_description":"Insufficient scope"}' }
      : reply(request);
  return shop;
}

test("each refresh uses the token that the last one gave, and it is saved before it is used", async () => {
  const shop = openShop();
  const { id } = shop.put({});
  for (const _ of [1, 2, 3]) {
    await shop.fetched(id);
    await shop.fetched(id);
    shop.clock += 61 * MINUTE;
  }
  const sent = shop.calls.flatMap(({ body = "" }) => new URLSearchParams(body).get("refresh_token") ?? []);
  deepEqual([sent.length, sent[0], new Set(sent).size], [3, "288298098.first", 3]);
  equal(shop.secret.current()?.value["refreshToken"], shop.hosted.book.memory.get("refresh token"));
  shop.hosted.setFault({ fault: "token-expired", on: "fetch", times: 1 });
  ok(await shop.fetched(id), "an access token that ends early is replaced, and the call repeated");
});

test("a refresh token that is dead says so; a call of tokens that gives 500 leaves it for the next try", async () => {
  const shop = openShop();
  const { id } = shop.put({});
  shop.hosted.setFault({ fault: "error-500", on: "token", times: 1 });
  await rejects(shop.fetched(id), Unavailable);
  ok(await shop.fetched(id));
  shop.clock += 91 * DAY;
  await rejects(shop.fetched(id), (error) => error instanceof Misconfigured && /npm run authorize/.test(error.reason));
  await rejects(openShop({ app: { keystring: "other" } }).fetched(id), /invalid_client/);
});

test("a 403 for the app's keys, for a scope and for another's shop are distinguished from a revoked token", async () => {
  const shop = openShop();
  const { id } = shop.put({});
  await rejects(openShop({ app: { sharedSecret: "other" } }).fetched(id), /app's keys \(403\)/);
  await rejects(openShop({ shop: "42" }).fetched(id), /does not own the connection's shop/);
  shop.hosted.setFault({ fault: "scope-missing", on: "fetch", times: 1 });
  await rejects(shop.fetched(id), /works, but lacks the scope transactions_r/);
  for (const wrong of ["", "MyShop"]) await rejects(openShop({ shop: wrong }).fetched(id), /the shop's number at Etsy/);
});

test("a 429 waits as long as Etsy says, a day too, else as the setting says", async () => {
  const shop = openShop({ settings: { coolDown: "7s" } });
  const { id } = shop.put({});
  const waits = async (fault: string) => {
    shop.hosted.setFault({ fault, on: "fetch", times: 1 });
    const error = await shop.fetched(id).catch((thrown: unknown) => thrown);
    ok(error instanceof Throttled);
    return [error.retryAfter, error.reason.includes("the day's are used up")];
  };
  deepEqual(await waits("throttle"), [1_000, false]);
  deepEqual(await waits("day-used-up"), [DAY, true]);
  shop.hosted.reply = () => ({ status: 429, headers: {}, body: "{}" });
  await rejects(shop.fetched(id), (error) => error instanceof Throttled && error.retryAfter === 7_000);
});

test("other answers: gone, refused, down, no JSON, another order's", async () => {
  const shop = openShop();
  const { id } = shop.put({});
  equal(await shop.client.order("3021745516"), "gone");
  shop.hosted.setFault({ fault: "error-500", on: "fetch", times: 1 });
  await rejects(shop.fetched(id), Unavailable);
  shop.hosted.put("7", JSON.stringify({ ...JSON.parse(shop.hosted.book.orders.get(id) ?? "") }));
  await rejects(shop.fetched("7"), (error) => error instanceof MalformedEvent && error.field === "receipt_id");
  for (const [status, body, kind] of [
    [400, "{}", Rejected],
    [200, "<html>", Unavailable],
    [200, "{}", MalformedEvent],
  ] as const) {
    const other = openShop();
    await other.client.order("1");
    other.hosted.reply = () => ({ status, headers: {}, body });
    await rejects(other.fetched(id), kind, `${status} ${body}`);
  }
});

test("Etsy's change filter misses cancellations and refunds: they are found by state, among the orders of the last weeks", async () => {
  const shop = openShop();
  const old = { placedAt: iso(NOW - 20 * DAY), paidAt: iso(NOW - 20 * DAY) };
  const at = iso(NOW - MINUTE);
  const plain = shop.put({ ...old, updatedAt: at });
  const cancelled = shop.put({ ...old, updatedAt: at, cancelledAt: at });
  const refunded = shop.put({ ...old, updatedAt: at, financialState: "refunded" });
  const partly = shop.put({ ...old, updatedAt: at, financialState: "partially-refunded", refunded: "5.00" });
  shop.put({ ...old, updatedAt: iso(NOW - 19 * DAY), fulfilmentState: "fulfilled" });
  shop.put({ placedAt: iso(NOW - 90 * DAY), updatedAt: iso(NOW - 90 * DAY) });
  const found = await shop.changed(NOW - 2 * MINUTE);
  deepEqual(
    new Map(found.map(({ id, state }) => [id, state])),
    new Map([
      [plain.id, "paid"],
      [cancelled.id, "canceled"],
      [refunded.id, `fully refunded, refunded ${refunded.total}`],
      [partly.id, "partially refunded, refunded 5.00"],
    ]),
  );
  equal(found.length, 4, "each once");
  equal(
    found.find(({ id }) => id === refunded.id)?.changedAt,
    iso(NOW - MINUTE),
    "the refund's time, not the receipt's",
  );
  deepEqual(
    listed(shop).map(({ min_last_modified, was_canceled, was_shipped, sort_on, limit }) => [
      min_last_modified !== undefined,
      was_canceled,
      was_shipped,
      sort_on,
      limit,
    ]),
    [
      [true, undefined, undefined, "updated", "100"],
      [false, "true", undefined, "created", "100"],
      [false, undefined, "false", "created", "100"],
    ],
  );
  equal(
    listed(shop)[0]?.["min_last_modified"],
    String((NOW - 12 * MINUTE) / 1000),
    "ten minutes before what was asked",
  );
});

test("a list that changes while it is read loses no order: it goes on from a time, not from a page", async () => {
  const shop = openShop();
  const orders = Array.from({ length: 130 }, (_, at) =>
    shop.put({ placedAt: iso(NOW - DAY), updatedAt: iso(NOW - 5 * MINUTE + at * 1_000), fulfilmentState: "fulfilled" }),
  );
  let read = 0;
  const found = await shop.changed(NOW - 5 * MINUTE, () => {
    read += 1;
    // Half of what was read changes again and moves to the end: by page, the next 50 would never be seen.
    if (read !== 100) return;
    for (const order of orders.slice(0, 50)) shop.put({ ...order, updatedAt: iso(NOW + MINUTE) });
  });
  deepEqual(new Set(found.map(({ id }) => id)), new Set(orders.map(({ id }) => id)));
});

test("more orders of one second than a page has are all read", async () => {
  const shop = openShop();
  const updatedAt = iso(NOW - MINUTE);
  for (let at = 0; at < 120; at++) shop.put({ placedAt: updatedAt, updatedAt, fulfilmentState: "fulfilled" });
  equal((await shop.changed(NOW - MINUTE)).length, 120);
});

test("the check reads one row and the token's scopes", async () => {
  const shop = openShop();
  await shop.client.check?.();
  deepEqual(shop.paths().slice(1), [`/shops/${SHOP}/receipts`, "/scopes"]);
  const reply = shop.hosted.reply;
  shop.hosted.reply = (request) =>
    request.path.endsWith("/scopes")
      ? { status: 200, headers: {}, body: '{"scopes":["transactions_r"]}' }
      : reply(request);
  await rejects(async () => shop.client.check?.(), /works, but lacks listings_r/);
});

const facts = { connection: "etsy/demo", shop: SHOP, settings: z.parse(Settings, {}), app: APP };
const redirectUri = "https://app.example/callback";
const verifier = "v".repeat(43);

test("the consent page is asked with PKCE and the scopes; the code with its verifier gives tokens, and the shop", async () => {
  const page = authorization.consentPage({ ...facts, redirectUri, state: "s", challenge: "c" });
  const { origin, pathname, searchParams } = new URL(page);
  equal(origin + pathname, "https://www.etsy.com/oauth/connect");
  deepEqual(Object.fromEntries(searchParams), {
    ...{ response_type: "code", client_id: "keystring", redirect_uri: redirectUri, state: "s" },
    ...{ scope: "transactions_r listings_r shops_r", code_challenge: "c", code_challenge_method: "S256" },
  });
  ok(!page.includes("+"));
  const { tools, hosted, calls } = openShop();
  const consent = { ...facts, redirectUri, verifier, query: new URLSearchParams({ code: "demo-code-1" }) };
  const { credentials, shop } = await authorization.exchange(consent, tools);
  deepEqual([credentials["refreshToken"], shop], [hosted.book.memory.get("refresh token"), SHOP]);
  equal(new URLSearchParams(calls[0]?.body).get("code_verifier"), verifier);
  await rejects(authorization.exchange(consent, tools), /refuses the code/, "it works once");
  await rejects(authorization.exchange({ ...consent, query: new URLSearchParams() }, tools), /has no code/);
  await rejects(
    authorization.exchange(
      { ...consent, verifier: "short", query: new URLSearchParams({ code: "demo-code-2" }) },
      tools,
    ),
    /refuses the code/,
  );
});

test("tokens are kept although the question whose shop it is fails: the code is used up", async () => {
  const { tools, hosted } = openShop();
  const reply = hosted.reply;
  hosted.reply = (request) => (request.path.endsWith("/users/me") ? { wire: "reset" } : reply(request));
  const query = new URLSearchParams({ code: "demo-code-3" });
  const given = await authorization.exchange(
    { ...facts, redirectUri, verifier, query },
    {
      ...tools,
      http: async (request) =>
        request.url.endsWith("/users/me") ? { status: 500, headers: {}, text: "" } : tools.http(request),
    },
  );
  ok(given.credentials["refreshToken"]);
  equal(given.shop, undefined);
});
