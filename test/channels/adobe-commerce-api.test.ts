import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { oauth1Header } from "../../functions/channels/adobe-commerce/oauth1-header.ts";
import { Credentials, Settings } from "../../functions/channels/adobe-commerce/settings.ts";
import type { HttpAnswer } from "../../shared/connector/http.ts";
import { AdobeCommerceShop, APP, INTEGRATION, NOW, URL_OF_SHOP } from "../support/adobe-commerce-shop.ts";
import { jsonFixture } from "../support/deliveries.ts";

const BEARER = { accessToken: INTEGRATION.accessToken };
const SAAS = { url: "https://na1.api.commerce.adobe.com/tenant-1", edition: "saas" };

// How calls prove who makes them.

test("OAuth 1.0a signs as RFC 5849 and openssl do, with brackets, spaces and quotes in the query", () => {
  const keys = { consumerKey: "ck", consumerSecret: "c s&1", accessToken: "at", accessTokenSecret: "t/s'2" };
  const url =
    "https://shop.example/rest/all/V1/orders?searchCriteria%5Bfilter_groups%5D%5B0%5D%5Bfilters%5D%5B0%5D%5Bvalue%5D=2026-11-01%2000%3A00%3A00&fields=items%5Bentity_id%5D&q=it's";
  const signing = { method: "GET", url, now: 1_793_955_610_999, nonce: "n-1" };
  // printf %s "$BASE" | openssl dgst -sha256 -hmac "c%20s%261&t%2Fs%272" -binary | base64, and with -sha1
  for (const [signatureMethod, signature] of [
    ["HMAC-SHA256", "4ayzgM3NXDkWmswV7ae%2B4yLTuEJ%2BLszwX5yAAO08TLk%3D"],
    ["HMAC-SHA1", "LJ9oP62czE96NVrS8%2BaIe1FWSXA%3D"],
  ] as const) {
    equal(
      oauth1Header(keys, { ...signing, signatureMethod }),
      `OAuth oauth_consumer_key="ck", oauth_nonce="n-1", oauth_signature_method="${signatureMethod}", oauth_timestamp="1793955610", oauth_token="at", oauth_version="1.0", oauth_signature="${signature}"`,
    );
  }
});

test("with the four values of an integration each call has a signature of its own, and the shop takes it", async () => {
  for (const oauthSignature of ["HMAC-SHA256", "HMAC-SHA1"]) {
    const shop = new AdobeCommerceShop({ settings: { oauthSignature } });
    const { id } = shop.place();
    equal((await shop.fetched(id)).id, id);
    equal((await shop.fetched(id)).id, id);
    await shop.client.check?.();
    const [first, second] = shop.requests.map(({ headers }) => headers?.["authorization"] ?? "");
    ok(first !== second, "a nonce works once");
    match(first ?? "", /^OAuth oauth_consumer_key="consumer-key"/);
    deepEqual(
      shop.requests.slice(0, 1).map(({ url, method }) => [method, url]),
      [["GET", `${URL_OF_SHOP}/rest/all/V1/orders/${id}`]],
    );
  }
});

test("an access token alone is a Bearer token, which a shop since 2.4.4 takes only if its settings say so", async () => {
  const shop = new AdobeCommerceShop({ credentials: BEARER, known: INTEGRATION });
  const { id } = shop.place();
  await rejects(shop.client.order(id), { name: "Misconfigured", message: /does not take it as a Bearer token/ });
  shop.hosted.setFault({ fault: "bearer-allowed", on: "fetch", times: 1 });
  equal((await shop.fetched(id)).id, id);
});

test("Commerce as a Cloud Service: a token from IMS, its own path and headers, and a store view by its header", async () => {
  const shop = new AdobeCommerceShop({ settings: { ...SAAS, storeCode: "english" }, credentials: {} });
  const { id } = shop.place();
  equal((await shop.fetched(id)).id, id);
  equal((await shop.fetched(id)).id, id);
  deepEqual(
    shop.requests.map(({ url }) => url),
    ["https://ims-na1.adobelogin.com/ims/token/v3", ...Array(2).fill(`${SAAS.url}/V1/orders/${id}`)],
  );
  const [token, call] = shop.requests;
  deepEqual(Object.fromEntries(new URLSearchParams(token?.body)), {
    client_id: APP.clientIds[0],
    client_secret: APP.clientSecret,
    grant_type: "client_credentials",
    scope: "openid,AdobeID,email,profile,additional_info.roles,additional_info.projectedProductContext,commerce.accs",
  });
  const { authorization, ...headers } = call?.headers ?? {};
  match(authorization ?? "", /^Bearer \S+$/);
  deepEqual(headers, {
    accept: "application/json",
    "x-api-key": APP.clientIds[0],
    "x-gw-ims-org-id": APP.organisation,
    store: "english",
  });
});

test("a token from IMS is renewed before its end, and once if the shop refuses it earlier", async () => {
  const shop = new AdobeCommerceShop({ credentials: {} });
  const { id } = shop.place();
  const logins = () => shop.requests.filter(({ url }) => url.includes("adobelogin")).length;
  await shop.fetched(id);
  shop.clock += (86_399 - 301) * 1000;
  await shop.fetched(id);
  equal(logins(), 1);
  shop.clock += 2_000;
  await shop.fetched(id);
  equal(logins(), 2);
  shop.hosted.setFault({ fault: "token-expired", on: "fetch", times: 1 });
  equal((await shop.fetched(id)).id, id);
  equal(logins(), 3);
});

test("an incomplete secret is said before a call is made, and IMS's refusal by its status alone", async () => {
  const { clientSecret: _, ...incomplete } = APP;
  const shop = new AdobeCommerceShop({ credentials: {}, app: incomplete });
  await rejects(shop.client.order("1"), { name: "Misconfigured", message: /clientSecret, organisation and tokenKey/ });
  equal(shop.requests.length, 0);
  const wrong = new AdobeCommerceShop({ credentials: {}, app: { ...APP, clientSecret: "another" } });
  await rejects(wrong.client.order("1"), { name: "Misconfigured", message: /IMS gives no token \(401\)/ });
  const said = (answer: Partial<HttpAnswer>) =>
    new AdobeCommerceShop({ credentials: {}, answer: () => answer }).client.order("1");
  await rejects(said({ status: 429, headers: { "retry-after": "9" } }), { name: "Throttled", retryAfter: 9_000 });
  await rejects(said({ status: 500 }), { name: "Unavailable" });
  await rejects(said({ status: 200, text: '{"access_token":""}' }), { name: "Unavailable" });
});

test("credentials are all four values, the access token alone, or none; an address is HTTPS without a query", () => {
  const isTaken = (credentials: object) => Credentials.safeParse(credentials).success;
  ok(isTaken({}) && isTaken(BEARER) && isTaken(INTEGRATION));
  const { accessToken: _, ...noToken } = INTEGRATION;
  const { consumerSecret: __, ...noSecret } = INTEGRATION;
  for (const wrong of [noToken, noSecret, { consumerKey: "a" }, { accessToken: "a b" }]) ok(!isTaken(wrong));
  const isUrl = (url: string) => Settings.safeParse({ url }).success;
  ok(isUrl("https://shop.example/") && isUrl("https://shop.example/index.php"));
  for (const url of [
    "http://shop.example",
    "https://a:b@shop.example",
    "https://shop.example:8443",
    "shop.example",
    "https://shop.example?x=1",
  ]) {
    ok(!isUrl(url), url);
  }
});

// What an answer means.

const answered = (answer: Partial<HttpAnswer>, credentials: object = INTEGRATION) =>
  new AdobeCommerceShop({ credentials: { ...credentials }, answer: () => answer }).client.order("3");
const refusal = (status: number, message: string) => ({ status, text: JSON.stringify({ message }) });
const NOT_ALLOWED = "The consumer isn't authorized to access %resources.";

test("an order that is not there is gone; an address without an API is none, and neither is another order", async () => {
  const shop = new AdobeCommerceShop();
  equal(await shop.client.order("404"), "gone");
  equal(await shop.client.order("../customers/1"), "gone");
  equal(shop.requests.length, 1);
  await rejects(answered({ status: 404, text: "<html>" }), { name: "Misconfigured", message: /no REST API/ });
  await rejects(answered(refusal(404, "Request does not match any route.")), { name: "Misconfigured" });
  const other = { status: 200, text: JSON.stringify(jsonFixture("adobe-commerce/fixtures/order.json")) };
  await rejects(answered(other), { name: "MalformedEvent", field: "entity_id" });
});

test("a missing resource is distinguished from a revoked token, and no answer's text is repeated", async () => {
  const cases: [answer: Partial<HttpAnswer>, credentials: object, says: RegExp][] = [
    [refusal(401, NOT_ALLOWED), INTEGRATION, /values are right, but it lacks the resource/],
    [refusal(401, "Ada's token was rejected"), INTEGRATION, /values are wrong, or it was deactivated/],
    // To a Bearer token Commerce says the same in both cases.
    [refusal(401, NOT_ALLOWED), BEARER, /revoked.*or the integration lacks the resource/],
    [{ status: 403, text: "<html>Ada</html>" }, INTEGRATION, /firewall.*the token itself is valid/],
    [{ status: 301, headers: { location: "https://www.shop.example" } }, INTEGRATION, /redirects/],
    [{ status: 405 }, INTEGRATION, /not allowed/],
  ];
  for (const [answer, credentials, says] of cases) {
    await rejects(answered(answer, credentials), (error: Error) => {
      deepEqual([error.name, /Ada/.test(error.message)], ["Misconfigured", false]);
      match(error.message, says);
      return true;
    });
  }
  const ims = new AdobeCommerceShop({
    credentials: {},
    answer: ({ url }) =>
      url.includes("adobelogin") ? { text: '{"access_token":"t","expires_in":60}' } : { status: 403, text: "{}" },
  });
  await rejects(ims.client.order("3"), { name: "Misconfigured", message: /token is valid.*may not read orders/ });
});

test("limits, maintenance, refusals and pages of HTML are each what happens next", async () => {
  await rejects(answered({ status: 429, headers: { "retry-after": "3" } }), { name: "Throttled", retryAfter: 3_000 });
  await rejects(answered({ status: 503, text: "<html>Maintenance" }), { name: "Unavailable" });
  await rejects(answered(refusal(400, "Ada")), { name: "Rejected", message: "the shop refuses the request (400)" });
  await rejects(answered({ text: "<html>" }), { name: "Unavailable", message: /no JSON/ });
  await rejects(answered({ text: '{"entity_id":3,"items":[]}' }), { name: "MalformedEvent", field: "state" });
  const byte = await new AdobeCommerceShop({
    answer: () => ({
      text: `\ufeff${JSON.stringify({ ...jsonFixture("adobe-commerce/fixtures/order.json"), entity_id: 3 })}`,
    }),
  }).fetched("3");
  equal(byte.id, "3");
});

// What has changed.

const at = (seconds: number) => new Date(Date.parse("2026-11-20T10:00:00Z") + seconds * 1000).toISOString();
const idsOf = (found: readonly { id: string }[]) => found.map(({ id }) => id);

test("changed orders are listed from the bound on, each with its time and its state, and earlier by the overlap", async () => {
  const shop = new AdobeCommerceShop({ settings: { listOverlap: "10s" } });
  shop.place({ id: "1", updatedAt: at(-11) });
  shop.place({ id: "2", updatedAt: at(-10) });
  shop.place({ id: "3", updatedAt: at(5), cancelledAt: at(5) });
  deepEqual(await shop.changed(at(0)), [
    { id: "2", changedAt: at(-10), state: "processing processing" },
    { id: "3", changedAt: at(5), state: "canceled canceled" },
  ]);
  const { searchParams } = new URL(shop.requests[0]?.url ?? "");
  equal(searchParams.get("searchCriteria[filter_groups][0][filters][0][value]"), "2026-11-20 09:59:50");
  equal(searchParams.get("searchCriteria[filter_groups][0][filters][0][condition_type]"), "gteq");
});

test("every page is read, also where a whole page changed in one second, and the repeated last page ends it", async () => {
  for (const pageSize of [1, 2, 3, 7, 100]) {
    const shop = new AdobeCommerceShop({ settings: { pageSize, listOverlap: "0s" } });
    const times = [0, 1, 1, 1, 1, 1, 2, 2, 3, 3, 3, 9];
    for (const [n, time] of times.entries()) shop.place({ id: String(n + 1), updatedAt: at(time) });
    const found = idsOf(await shop.changed(at(0)));
    deepEqual(
      found.toSorted((a, b) => Number(a) - Number(b)),
      times.map((_, n) => String(n + 1)),
      `pages of ${pageSize}`,
    );
    equal(new Set(found).size, found.length, `pages of ${pageSize}: each once`);
    ok(shop.requests.length < 40, String(shop.requests.length));
  }
  const empty = new AdobeCommerceShop();
  deepEqual(await empty.changed(at(0)), []);
  equal(empty.requests.length, 1);
});

test("an order that changes while pages are read moves to the end, and no other is missed", async () => {
  const shop = new AdobeCommerceShop({ settings: { pageSize: 2, listOverlap: "0s" } });
  for (const n of [1, 2, 3, 4, 5, 6]) shop.place({ id: String(n), updatedAt: at(n) });
  const found: string[] = [];
  for await (const { id } of shop.client.changedSince?.(at(0)) ?? []) {
    found.push(id);
    if (found.length === 2) for (const n of [1, 2]) shop.place({ id: String(n), updatedAt: at(20 + n) });
  }
  deepEqual(found, ["1", "2", "3", "4", "5", "6", "1", "2"]);
});

test("an order of a second that fills pages changes while they are read, and no other is missed", async () => {
  for (const more of [0, 3]) {
    const shop = new AdobeCommerceShop({ settings: { pageSize: 2, listOverlap: "0s" } });
    for (const n of [1, 2, 3, 4, 5, 6, 7]) shop.place({ id: String(n), updatedAt: at(1) });
    for (let n = 8; n < 8 + more; n++) shop.place({ id: String(n), updatedAt: at(2) });
    const found = new Set<string>();
    for await (const { id } of shop.client.changedSince?.(at(0)) ?? []) {
      found.add(id);
      if (found.size === 2) shop.place({ id: "1", updatedAt: at(20) });
      if (found.size === 4) shop.place({ id: "2", updatedAt: at(21) });
    }
    equal(found.size, 7 + more, [...found].join());
  }
});

test("a shop that gives fewer orders on a page than it was asked for lists them all", async () => {
  const rows = Array.from({ length: 5 }, (_, n) => ({ entity_id: n + 1, updated_at: "2026-11-20 10:00:01" }));
  const granted = 2;
  const shop = new AdobeCommerceShop({
    settings: { pageSize: 4 },
    answer({ url }) {
      const last = Math.ceil(rows.length / granted);
      const page = Math.min(last, Number(new URL(url).searchParams.get("searchCriteria[currentPage]")));
      const items = rows.slice((page - 1) * granted, page * granted).map((row) => ({ ...row, state: "new" }));
      return { text: JSON.stringify({ items, total_count: rows.length }) };
    },
  });
  deepEqual(idsOf(await shop.changed(at(0))).toSorted(), ["1", "2", "3", "4", "5"]);
});

test("a limit of the shop on pages is kept by the setting, and a list that is none is an error", async () => {
  const shop = new AdobeCommerceShop({ settings: { pageSize: 301 } });
  await rejects(shop.changed(at(0)), { name: "Rejected" });
  const said = (answer: Partial<HttpAnswer>) => new AdobeCommerceShop({ answer: () => answer }).changed(at(0));
  await rejects(said({ text: "{}" }), { name: "MalformedEvent" });
  await rejects(said({ text: '{"items":[{"entity_id":3,"updated_at":"soon"}],"total_count":1}' }), {
    name: "MalformedEvent",
    field: "items.updated_at",
  });
  await rejects(said(refusal(404, "gone")), { name: "Unavailable" });
});

test("times without a zone are UTC, or of the zone that the setting names, in the order and in the list", async () => {
  const shop = new AdobeCommerceShop({ settings: { timeZone: "America/New_York", listOverlap: "0s" } });
  const { id } = shop.place({ placedAt: at(-60), updatedAt: at(0) });
  equal((await shop.fetched(id)).updatedAt, "2026-11-20T15:00:00.000Z");
  const [found] = await shop.changed("2026-11-20T15:00:00Z");
  equal(found?.changedAt, "2026-11-20T15:00:00.000Z");
  // An hour earlier than asked: in autumn the clock shows one hour twice.
  const { searchParams } = new URL(shop.requests.at(-1)?.url ?? "");
  equal(searchParams.get("searchCriteria[filter_groups][0][filters][0][value]"), "2026-11-20 09:00:00");
  equal(NOW % 1000, 123);
});
