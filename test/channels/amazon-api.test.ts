import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { authorization } from "../../functions/channels/amazon/authorization.ts";
import { amazon } from "../../functions/channels/amazon/index.ts";
import { Settings } from "../../functions/channels/amazon/settings.ts";
import { Deferred, Misconfigured, Rejected, Throttled } from "../../shared/errors.ts";
import { type AmazonSeller, APP, NOW, openSeller, SELLER } from "../support/amazon-seller.ts";

const MINUTE = 60_000;
const TOKEN = "/auth/o2/token";
const tokens = (seller: AmazonSeller) => seller.paths().filter((path) => path === TOKEN).length;

test("one call has the whole order, by the header x-amz-access-token and without a restricted data token", async () => {
  const seller = openSeller();
  const { id } = seller.put({ lines: [{ sku: "DEMO-A" }, { sku: "DEMO-B", quantity: 3 }] });
  const { lines, shippingAddress, financialState } = await seller.fetched(id);
  deepEqual(
    lines.map(({ sku, quantityToShip }) => [sku, quantityToShip]),
    [
      ["DEMO-A", 2],
      ["DEMO-B", 3],
    ],
  );
  deepEqual([shippingAddress?.city, financialState], ["Louisville", "paid"]);
  deepEqual(seller.paths(), [TOKEN, `/orders/2026-01-01/orders/${id}`]);
  const [, call] = seller.calls;
  match(String(call?.headers?.["x-amz-access-token"]), /^Atza\|/);
  equal(call?.headers?.["authorization"], undefined);
  equal(new URL(call?.url ?? "").host, "sellingpartnerapi-eu.amazon.com");
});

test("the host is that of the region, and of the sandbox", async () => {
  for (const [settings, host] of [
    [{ region: "fe" }, "sellingpartnerapi-fe.amazon.com"],
    [{ region: "na", environment: "sandbox" }, "sandbox.sellingpartnerapi-na.amazon.com"],
  ] as const) {
    const seller = openSeller(settings);
    await seller.fetched(seller.put({}).id);
    equal(new URL(seller.calls.at(-1)?.url ?? "").host, host);
    ok(amazon.hosts.includes(host));
  }
});

test("an access token lasts an hour and is renewed with the same refresh token", async () => {
  const seller = openSeller();
  const { id } = seller.put({});
  for (const minutes of [0, 30, 26, 5]) {
    seller.clock += minutes * MINUTE;
    await seller.fetched(id);
  }
  equal(tokens(seller), 2);
  const forms = seller.calls.flatMap(({ url, body }) => (url.endsWith(TOKEN) ? [new URLSearchParams(body)] : []));
  deepEqual(
    forms.map((form) => form.get("refresh_token")),
    ["Atzr|first", "Atzr|first"],
  );
});

test("SP-API refuses a token that has ended with 403: it is renewed, and the call made again", async () => {
  const seller = openSeller();
  const { id } = seller.put({});
  seller.hosted.setFault({ fault: "token-expired", on: "fetch", times: 1 });
  equal((await seller.fetched(id)).id, id);
  equal(tokens(seller), 2);
});

test("403 for a role is distinguished from a revoked authorisation, and from a rotated client secret", async () => {
  const reasonOf = async (seller: AmazonSeller) => {
    const error = await seller.client.order("112-0000000-0000000").then(String, (thrown: unknown) => thrown);
    ok(error instanceof Misconfigured, String(error));
    return error.reason;
  };
  const role = openSeller();
  role.hosted.setFault({ fault: "role-missing", on: "fetch", times: 1 });
  match(await reasonOf(role), /403\)\. The authorisation works.*lacks a role/);
  equal(tokens(role), 1, "the token was not at fault");
  const revoked = openSeller();
  revoked.hosted.setFault({ fault: "revoked", on: "fetch", times: 1 });
  match(await reasonOf(revoked), /400 invalid_grant.*npm run authorize/);
  const rotated = openSeller();
  const book = rotated.hosted.book as { app: Record<string, unknown> };
  book.app = { ...book.app, clientSecret: "a newer one" };
  match(await reasonOf(rotated), /401 invalid_client.*180 days.*Fill in the new clientSecret/);
});

test("a data set that is refused for good is a mistake that names the setting; leaving it out helps", async () => {
  const seller = openSeller();
  const { id } = seller.put({});
  seller.hosted.setFault({ fault: "data-set-refused", on: "fetch", times: 1 });
  await rejects(seller.fetched(id), (error) => error instanceof Rejected && /400.*includedData/.test(error.reason));
  const less = openSeller({ includedData: ["RECIPIENT"] });
  const order = await less.fetched(less.put({}).id);
  deepEqual([order.shippingAddress?.city, order.total], ["Louisville", undefined]);
  equal(order.hold?.reason, "Amazon does not say how far it is", "and is not sent without its state");
});

test("429 has no Retry-After: the rate that Amazon names says when the next call is useful", async () => {
  const seller = openSeller();
  seller.hosted.setFault({ fault: "throttle", on: "fetch", times: 1 });
  await rejects(seller.client.order("112-0000000-0000000"), (error) => {
    return error instanceof Throttled && error.retryAfter === 2_000;
  });
  const { id } = seller.put({});
  // 30 at once, then one in two seconds.
  for (let call = 0; call < 29; call++) await seller.fetched(id);
  await seller.fetched(id);
  await rejects(seller.fetched(id), (error) => error instanceof Throttled);
  seller.clock += 2_000;
  await seller.fetched(id);
});

test("changed orders: by page, with an overlap, with their states, and none twice as newer than it is", async () => {
  const seller = openSeller();
  const ids = Array.from({ length: 205 }, (_, at) => {
    const updatedAt = new Date(NOW - (300 - at) * 1_000).toISOString();
    return seller.put({ updatedAt, ...(at === 0 && { financialState: "pending" }) }).id;
  });
  const found = await seller.changed(NOW - 2 * MINUTE);
  deepEqual(found.map(({ id }) => id).sort(), [...ids].sort());
  deepEqual(found[0], { id: ids[0] ?? "", changedAt: "2026-11-20T14:55:00.000Z", state: "PENDING" });
  const lists = seller.calls.flatMap(({ url }) => (url.includes("/orders?") ? [new URL(url).searchParams] : []));
  deepEqual(
    lists.map((query) => [query.get("lastUpdatedAfter"), query.get("paginationToken"), query.get("maxResultsPerPage")]),
    [null, "100", "200"].map((token) => ["2026-11-20T14:48:00.000Z", token, "100"]),
  );
});

test("searchOrders is asked once in three minutes, whichever environment asks", async () => {
  const seller = openSeller();
  await seller.changed(NOW - MINUTE);
  seller.clock += 2 * MINUTE;
  await rejects(
    seller.changed(NOW - MINUTE),
    (error) => error instanceof Deferred && error.until === seller.clock + MINUTE,
  );
  equal(seller.paths().filter((path) => path.endsWith("/orders")).length, 1);
  seller.clock += MINUTE;
  await seller.changed(NOW - MINUTE);
});

test("a list names the marketplaces and who ships, where the settings do", async () => {
  const seller = openSeller({ marketplaceIds: ["A1PA6795UKMFR9", "A13V1IB3VIYZZH"], fbaOrders: "ignore" });
  seller.put({});
  deepEqual(await seller.changed(NOW - MINUTE), [], "the order is one of another marketplace");
  const query = new URL(seller.calls.at(-1)?.url ?? "").searchParams;
  deepEqual([query.get("marketplaceIds"), query.get("fulfilledBy")], ["A1PA6795UKMFR9,A13V1IB3VIYZZH", "MERCHANT"]);
  deepEqual([query.get("createdAfter"), query.get("lastUpdatedBefore")], [null, null]);
});

test("an order that Amazon does not have yet is gone for now; another one than asked for is malformed", async () => {
  const seller = openSeller();
  const { id } = seller.put({});
  seller.hosted.setFault({ fault: "not-found-yet", on: "fetch", times: 1 });
  equal(await seller.client.order(id), "gone");
  seller.change(id, { orderId: "112-7777777-7777777" });
  await rejects(seller.client.order(id), { name: "MalformedEvent", field: "order.orderId" });
});

test("the check asks for an order that does not exist, and so costs none of the lists", async () => {
  const seller = openSeller();
  await seller.client.check?.();
  deepEqual(seller.paths(), [TOKEN, "/orders/2026-01-01/orders/000-0000000-0000000"]);
  seller.hosted.setFault({ fault: "data-set-refused", on: "fetch", times: 1 });
  await seller.client.check?.();
  seller.hosted.setFault({ fault: "role-missing", on: "fetch", times: 1 });
  await rejects(async () => seller.client.check?.(), Misconfigured);
});

const consent = (settings: object = {}, applicationId: string | undefined = APP.applicationId) => ({
  ...{ connection: "amazon/demo", shop: SELLER, settings: z.parse(Settings, { region: "eu", ...settings }) },
  ...{ app: { ...APP, applicationId }, redirectUri: "https://relay.example.com/callback", state: "s", challenge: "c" },
});

test("the consent page is Seller Central's of the region, or of the country, and of a draft", () => {
  const at = (settings: object) => new URL(authorization.consentPage(consent(settings)));
  const page = at({});
  equal(`${page.origin}${page.pathname}`, "https://sellercentral-europe.amazon.com/apps/authorize/consent");
  deepEqual(Object.fromEntries(page.searchParams), {
    application_id: APP.applicationId,
    redirect_uri: "https://relay.example.com/callback",
    state: "s",
  });
  equal(at({ region: "na", appState: "draft" }).searchParams.get("version"), "beta");
  equal(at({ sellerCentral: "sellercentral.amazon.com.au" }).host, "sellercentral.amazon.com.au");
  equal(z.safeParse(Settings, { region: "fe", sellerCentral: "sellercentral.example.com" }).success, false);
});

test("the code of a consent is exchanged for the refresh token, once, and names the seller", async () => {
  const seller = openSeller();
  const query = new URLSearchParams({ spapi_oauth_code: "demo-code-1", selling_partner_id: SELLER, state: "s" });
  const about = { ...consent(), verifier: "v", query };
  const { credentials, shop } = await authorization.exchange(about, seller.tools);
  equal(shop, SELLER);
  match(String(credentials["refreshToken"]), /^Atzr\|/);
  await rejects(authorization.exchange(about, seller.tools), Misconfigured);
  await rejects(
    authorization.exchange({ ...about, query: new URLSearchParams("code=1") }, seller.tools),
    /spapi_oauth_code/,
  );
});
