import { deepEqual, doesNotMatch, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import type { ChangedOrder } from "../../functions/channels/channel.ts";
import { authorization } from "../../functions/channels/tiktok-shop/authorization.ts";
import { type HttpAnswer, HttpFailure, type HttpRequest } from "../../shared/connector/http.ts";
import { MalformedEvent, Misconfigured, Throttled, Unavailable } from "../../shared/errors.ts";
import { APP, CREDENTIALS, DAY, MINUTE, NOW, openShop, SHOP } from "../support/tiktok-shop.ts";

const answer = (code: number, status = 200): HttpAnswer => ({
  ...{ status, headers: {} },
  text: JSON.stringify({ code, message: "Ada Byron, 1 Main Street", request_id: "1" }),
});
const isFetch = ({ url }: HttpRequest) => new URL(url).pathname === "/order/202309/orders";

async function changed({ client }: ReturnType<typeof openShop>, time: string): Promise<ChangedOrder[]> {
  const found: ChangedOrder[] = [];
  for await (const one of client.changedSince?.(time) ?? []) found.push(one);
  return found;
}

test("an order is fetched by a signed call that names the shop's cipher, and its units come as lines", async () => {
  const shop = openShop();
  const { id } = shop.put({ lines: [{ sku: "A", quantity: 3 }, { sku: "B" }] });
  const fetched = await shop.client.order(id);
  ok(fetched !== "gone");
  deepEqual(fetched.order.lines.map(({ sku, quantity, sourceIds }) => [sku, quantity, sourceIds?.length]).sort(), [
    ["A", 3, 3],
    ["B", 2, 2],
  ]);
  const [, call] = shop.calls;
  deepEqual([...(call?.searchParams.keys() ?? [])].sort(), ["app_key", "ids", "shop_cipher", "sign", "timestamp"]);
  equal(call?.searchParams.get("timestamp"), String(NOW / 1000));
});

test("an access token lasts seven days, and each refresh uses the token that the last one gave", async () => {
  const shop = openShop();
  const { id } = shop.put();
  for (const _ of [1, 2, 3]) {
    ok((await shop.client.order(id)) !== "gone");
    ok((await shop.client.order(id)) !== "gone");
    shop.pass(7 * DAY);
  }
  const used = shop.tokenCalls().map(({ searchParams }) => searchParams.get("refresh_token"));
  equal(used.length, 3);
  equal(used[0], "first");
  equal(new Set(used).size, 3, "each is used once");
  const { refreshToken, shopCipher } = shop.secret.current()?.value ?? {};
  ok(!used.includes(String(refreshToken)));
  equal(shopCipher, CREDENTIALS.shopCipher, "the rest of the secret stays");
});

test("an access token that is refused inside HTTP 200 is replaced once, and the call made again", async () => {
  const shop = openShop();
  const { id } = shop.put();
  shop.hosted.setFault({ fault: "token-expired", on: "fetch", times: 1 });
  ok((await shop.client.order(id)) !== "gone");
  equal(shop.tokenCalls().length, 2);
  const always = openShop({ instead: (request) => (isFetch(request) ? answer(105_002) : undefined) });
  await rejects(always.client.order(id), (error) => error instanceof Misconfigured && /105002/.test(error.reason));
  equal(always.tokenCalls().length, 2, "not again and again");
});

test("a refresh token that is refused says: authorise the shop again; the secret stays", async () => {
  const shop = openShop({ credentials: { ...CREDENTIALS, refreshToken: "used elsewhere" } });
  await rejects(shop.client.order("1"), (error) => {
    ok(error instanceof Misconfigured);
    match(error.reason, /Authorise the shop again/);
    return true;
  });
  equal(shop.secret.current()?.value["refreshToken"], "used elsewhere");
});

test("a token call that only fails for now is no refusal, and no message has the app secret", async () => {
  for (const [given, error] of [
    [answer(36_009_002), Throttled],
    [answer(0, 429), Throttled],
    [answer(36_009_003, 500), Unavailable],
    [{ status: 200, headers: {}, text: "<html>" }, Unavailable],
    [answer(0), Unavailable],
  ] as const) {
    const shop = openShop({ instead: () => given });
    await rejects(shop.client.order("1"), (thrown) => {
      ok(thrown instanceof error, String(thrown));
      doesNotMatch(String(thrown), /the-app-secret/);
      return true;
    });
  }
  const broken = openShop({
    instead: () => {
      throw new HttpFailure("reset", true);
    },
  });
  await rejects(broken.client.order("1"), (thrown) => {
    ok(thrown instanceof Unavailable);
    doesNotMatch(`${thrown.reason} ${thrown.cause}`, /the-app-secret/);
    return true;
  });
});

test("the end of a token is an absolute time, and was once seen as seconds from now", async () => {
  for (const access_token_expire_in of [604_799, NOW / 1000 + 604_799]) {
    const data = { access_token: "a", access_token_expire_in, refresh_token: "r" };
    const tokens = { status: 200, headers: {}, text: JSON.stringify({ code: 0, data }) };
    const empty = { status: 200, headers: {}, text: JSON.stringify({ code: 0, data: {} }) };
    const shop = openShop({ instead: (request) => (isFetch(request) ? empty : tokens) });
    await shop.client.order("1");
    shop.pass(6 * DAY);
    await shop.client.order("1");
    equal(shop.tokenCalls().length, 1);
    shop.pass(DAY - MINUTE);
    await shop.client.order("1");
    equal(shop.tokenCalls().length, 2);
  }
});

test("failures inside HTTP 200 are distinguished, and none quotes the answer's message", async () => {
  for (const [code, error, text] of [
    [36_009_002, Throttled, /limits/],
    [105_005, Misconfigured, /lacks the scope seller\.order\.info/],
    [106_001, Misconfigured, /signature/],
    [106_013, Misconfigured, /shopCipher/],
    [36_009_004, Misconfigured, /shopCipher.*orderVersion/],
    [36_009_033, Misconfigured, /fixedEgress/],
    [36_009_003, Unavailable, /36009003/],
    [98_001_004, Unavailable, /98001004/],
  ] as const) {
    const shop = openShop({ instead: (request) => (isFetch(request) ? answer(code) : undefined) });
    await rejects(shop.client.order("1"), (thrown) => {
      ok(thrown instanceof error, `${code}: ${thrown}`);
      match(thrown.reason, text);
      doesNotMatch(thrown.reason, /Ada/);
      return true;
    });
  }
});

test("too many requests wait for Retry-After, else for coolDown", async () => {
  const waits = async (given: HttpAnswer) => {
    const shop = openShop({ settings: { coolDown: "20s" }, instead: (one) => (isFetch(one) ? given : undefined) });
    const error = await shop.client.order("1").catch((thrown: unknown) => thrown);
    return error instanceof Throttled ? error.retryAfter : error;
  };
  equal(await waits(answer(36_009_002)), 20_000);
  equal(await waits({ ...answer(36_009_002, 429), headers: { "retry-after": "3" } }), 3_000);
});

test("wrong keys and ciphers are found by the check", async () => {
  await openShop().client.check?.();
  for (const given of [
    { app: { ...APP, signingSecrets: ["another-app-secret-of-the-test"] } },
    { app: { ...APP, appKey: "other" } },
    { credentials: { ...CREDENTIALS, shopCipher: "ROW_other" } },
    { settings: { orderVersion: "202501" } },
  ]) {
    await rejects(async () => openShop(given).client.check?.(), Misconfigured, JSON.stringify(given));
  }
  const listed = openShop();
  listed.hosted.setFault({ fault: "ip-not-allowed", on: "list", times: 1 });
  await rejects(async () => listed.client.check?.(), /36009033/);
});

test("an unknown order is gone; another order, or one that cannot be read, is an error", async () => {
  const shop = openShop();
  equal(await shop.client.order("576000000000000000"), "gone");
  const says = (data: unknown, code = 0) => ({ status: 200, headers: {}, text: JSON.stringify({ code, data }) });
  const given = (data: unknown, settings: object = {}, code = 0) =>
    openShop({ settings, instead: (one) => (isFetch(one) ? says(data, code) : undefined) }).client.order("1");
  equal(await given({}), "gone");
  equal(await given({ orders: null }), "gone");
  equal(await given(null, { goneCodes: [21_001_001] }, 21_001_001), "gone");
  await rejects(given(null), Unavailable);
  await rejects(given([]), MalformedEvent);
  await rejects(given({ orders: [{ id: "1" }] }), MalformedEvent);
  const { id } = shop.put();
  const other = JSON.parse(shop.hosted.book.orders.get(id) ?? "");
  await rejects(given({ orders: [other] }), { field: "id" });
});

test("changed orders: page after page by update_time, from a little before, to the end", async () => {
  const shop = openShop({ settings: { listOverlap: "10m" } });
  const at = (ago: number) => new Date(NOW - ago).toISOString();
  const ids = Array.from({ length: 230 }, (_, index) => shop.put({ updatedAt: at(60 * MINUTE - index * 1_000) }).id);
  const early = shop.put({ updatedAt: at(69 * MINUTE) }).id;
  shop.put({ updatedAt: at(71 * MINUTE) });
  const found = await changed(shop, at(60 * MINUTE));
  deepEqual(
    found.map(({ id }) => id),
    [early, ...ids],
  );
  deepEqual(found[0], { id: early, changedAt: at(69 * MINUTE), state: "AWAITING_SHIPMENT" });
  equal(shop.hosted.calls.filter(({ kind }) => kind === "list").length, 3);
});

test("a long time is searched window by window; what changes meanwhile belongs to the next call", async () => {
  const shop = openShop({ settings: { listWindow: "1d", listOverlap: "0s" } });
  const old = shop.put({ updatedAt: new Date(NOW - 2.5 * DAY).toISOString() }).id;
  const now = shop.put({ updatedAt: new Date(NOW).toISOString() }).id;
  shop.put({ updatedAt: new Date(NOW + MINUTE).toISOString() });
  const found = await changed(shop, new Date(NOW - 3 * DAY).toISOString());
  deepEqual(
    found.map(({ id }) => id),
    [old, now],
  );
});

test("a list that does not turn its pages ends with an error, not never", async () => {
  const page = {
    status: 200,
    headers: {},
    text: JSON.stringify({ code: 0, data: { orders: [], next_page_token: "x" } }),
  };
  const shop = openShop({ instead: ({ url }) => (url.includes("/search") ? page : undefined) });
  await rejects(changed(shop, new Date(NOW).toISOString()), Unavailable);
});

test("the consent page: by market, with the app's service and the state; without a service it says what is missing", () => {
  const page = (settings: object) => {
    const { facts, app } = openShop({ settings });
    return authorization.consentPage({
      ...{ ...facts, app, redirectUri: "https://app.example.com/", state: "s&1", challenge: "c" },
    });
  };
  equal(page({ serviceId: "7172" }), "https://services.tiktokshop.com/open/authorize?service_id=7172&state=s%261");
  match(page({ serviceId: "7172", market: "us" }), /^https:\/\/services\.tiktokshops\.us\/open\/authorize\?/);
  let error: unknown;
  try {
    page({});
  } catch (thrown) {
    error = thrown;
  }
  ok(error instanceof Misconfigured && /serviceId/.test(error.reason));
});

test("a code is exchanged once, for the refresh token and the shop's cipher; of several shops, the connection's", async () => {
  const shop = openShop();
  const consent = (query: string, named: string | undefined = SHOP) => ({
    ...{ ...shop.facts, shop: named, app: shop.app, redirectUri: "https://app.example.com/", verifier: "v" },
    query: new URLSearchParams(query),
  });
  const { credentials, shop: id } = await authorization.exchange(consent("code=demo-code-1"), shop.tools);
  deepEqual([id, credentials["shopCipher"]], [SHOP, CREDENTIALS.shopCipher]);
  match(String(credentials["refreshToken"]), /^TTR_/);
  const [get, shops] = shop.calls;
  equal(get?.pathname, "/api/v2/token/get");
  equal(shops?.searchParams.has("shop_cipher"), false, "the cipher is what is asked for");
  await rejects(authorization.exchange(consent("code=demo-code-1"), shop.tools), /refuses the code/);
  await rejects(authorization.exchange(consent(""), shop.tools), /has no code/);
  await rejects(authorization.exchange(consent("code=demo-code-2", "123"), shop.tools), (error) => {
    ok(error instanceof Misconfigured);
    match(error.reason, new RegExp(`${SHOP}.*tiktok-shop/demo.*123`));
    return true;
  });
  equal((await authorization.exchange(consent("code=demo-code-3", undefined), shop.tools)).shop, SHOP);
});
