import { deepEqual, equal, ok } from "node:assert/strict";
import { createVerify } from "node:crypto";
import { test } from "node:test";
import secrets from "../../../local/secrets.json" with { type: "json" };
import { hostApi } from "../../../local/simulators/channel-api.ts";
import { EndpointSecret } from "../../../local/simulators/channel-simulator.ts";
import { simulator } from "../../../local/simulators/channels/ebay/index.ts";
import { completeOrder } from "../../../local/simulators/demo-order.ts";
import type { PartialOrder } from "../../../local/simulators/partial-order.ts";

const NOW = Date.parse("2026-11-20T15:00:00.000Z");
const app = secrets.endpoints["ebay/demo"];
const endpoint = EndpointSecret.parse(app);
const LIST = "/sell/fulfillment/v1/order";

function orderOf(part: PartialOrder) {
  const { newOrderId: newId, newLineId } = simulator;
  return completeOrder(part, { newId, newLineId, newNumber: () => "1", known: undefined, now: NOW });
}

interface Call {
  host?: string;
  method?: string;
  path: string;
  query?: string;
  headers?: Record<string, string>;
  form?: Record<string, string>;
}

function shop() {
  if (!simulator.api) throw new Error("the simulator has no API");
  let clock = NOW;
  const credentials = { refreshToken: "first" };
  const hosted = hostApi(simulator.api, { shop: "seller", app, credentials, now: () => clock });
  const ask = ({ host = "api.ebay.com", method = "GET", path, query = "", headers = {}, form = {} }: Call) => {
    const reply = hosted.reply({
      ...{ caller: "connection", host, method, path, query: new URLSearchParams(query), rawQuery: query, headers },
      ...{ body: Buffer.from(`${new URLSearchParams(form)}`), ended: Promise.resolve("answered") },
    });
    ok("status" in reply);
    return { status: reply.status, body: JSON.parse(String(reply.body)) };
  };
  const basic = `Basic ${Buffer.from(`${app.clientId}:${app.clientSecret}`).toString("base64")}`;
  const token = (form: Record<string, string>, changes: Record<string, string> = {}) =>
    ask({
      ...{ method: "POST", path: "/identity/v1/oauth2/token", form },
      headers: { authorization: basic, "content-type": "application/x-www-form-urlencoded", ...changes },
    });
  const bearer = (form: Record<string, string>) => ({ authorization: `Bearer ${token(form).body.access_token}` });
  const user = () => bearer({ grant_type: "refresh_token", refresh_token: "first" });
  const application = () => bearer({ grant_type: "client_credentials", scope: "https://api.ebay.com/oauth/api_scope" });
  function put(part: PartialOrder) {
    const order = orderOf(part);
    hosted.put(order.id, JSON.stringify(simulator.api?.resource(order, "seller")));
    return order;
  }
  const pass = (ms: number) => {
    clock += ms;
  };
  return { ask, token, user, application, put, pass };
}

test("a notification for each line, each signed by the key that getPublicKey answers, without line breaks", () => {
  const { ask, application } = shop();
  const order = orderOf({ lines: [{ sku: "A" }, { sku: "B" }, { sku: "C" }] });
  const event = { topic: "ORDER_CONFIRMATION", order, shop: "seller", endpoint, now: NOW };
  const sent = simulator.webhooks(event);
  deepEqual(
    sent.map(({ body }) => JSON.parse(body).notification.data.order.orderLineItems[0].orderLineItemId),
    order.lines.map(({ id }) => id),
  );
  equal(new Set(sent.map(({ body }) => JSON.parse(body).notification.notificationId)).size, 3);
  for (const { headers, body } of sent) {
    const { kid, signature, alg, digest } = JSON.parse(
      Buffer.from(headers["x-ebay-signature"] ?? "", "base64").toString(),
    );
    deepEqual([alg, digest], ["ecdsa", "SHA1"]);
    const { key } = ask({ path: `/commerce/notification/v1/public_key/${kid}`, headers: application() }).body;
    ok(!key.includes("\n"));
    const pem = key.replace("-----BEGIN PUBLIC KEY-----", "$&\n").replace("-----END PUBLIC KEY-----", "\n$&");
    ok(createVerify("sha1").update(body).verify(pem, signature, "base64"));
  }
});

test("a key wants an application's token, an order a seller's, and the seller's name its own scope", () => {
  const { ask, user, application, put } = shop();
  const { id } = put({});
  const key = (headers: Record<string, string>) =>
    ask({ path: "/commerce/notification/v1/public_key/none", headers }).status;
  deepEqual([key({}), key(user()), key(application())], [401, 403, 404]);
  const order = (headers: Record<string, string>) => ask({ path: `${LIST}/${id}`, headers }).status;
  deepEqual([order({}), order(application()), order(user())], [401, 403, 200]);
  const who = ask({ host: "apiz.ebay.com", path: "/commerce/identity/v1/user/", headers: user() });
  equal(who.body.userId, "seller");
});

test("tokens: the refresh token stays, a code works once and for its RuName, other keys and forms are refused", () => {
  const { ask, token, user, pass } = shop();
  const refresh = { grant_type: "refresh_token", refresh_token: "first" };
  for (const _ of [1, 2]) equal(token(refresh).body.refresh_token, undefined);
  equal(token({ ...refresh, refresh_token: "x" }).body.error, "invalid_grant");
  equal(token(refresh, { authorization: "Basic eDp5" }).body.error, "invalid_client");
  equal(token(refresh, { "content-type": "application/json" }).status, 400);
  equal(token({ ...refresh, colour: "red" }).status, 400);
  const code = { grant_type: "authorization_code", code: "demo-code-1", redirect_uri: app.redirectName };
  equal(token({ ...code, redirect_uri: "https://app.example" }).body.error, "invalid_grant");
  const { refresh_token } = token(code).body;
  equal(token(code).body.error, "invalid_grant");
  equal(token({ ...refresh, refresh_token }).status, 200);
  const headers = user();
  pass(7_200_000);
  equal(ask({ path: LIST, headers }).status, 401);
});

test("requests that the document does not have are refused", () => {
  const { ask, user, put } = shop();
  const { id } = put({});
  const headers = user();
  const status = (path: string, query = "", method = "GET") => ask({ path, query, method, headers }).status;
  const range = "lastmodifieddate:%5B2026-11-01T00:00:00.000Z..%5D";
  equal(status(LIST, `filter=${range}`), 200);
  for (const query of [
    ...["limit=201", "limit=0", "limit=x", "offset=-1", "sort=asc", `filter=${range.replaceAll("%5B", "[")}`],
    ...["filter=orderstatus:%7BX%7D", "filter=lastmodifieddate:%5B2020-01-01T00:00:00.000Z..%5D"],
    "filter=lastmodifieddate:%5B2026-11-01..%5D",
  ]) {
    equal(status(LIST, query), 400, query);
  }
  equal(status(`${LIST}/${id}`, "fields=all"), 400);
  equal(status(`${LIST}/${id}`, "", "POST"), 405);
  equal(status(`${LIST}/99-99999-99999`), 404);
  equal(status(`${LIST}/${id}/refunds`), 404);
  equal(ask({ host: "api.sandbox.ebay.com", path: LIST, headers }).status, 404);
});

test("the list: the newest first, pages, a total, and no requests for a cancellation", () => {
  const { ask, user, put } = shop();
  const ids = [1, 2, 3].map((minute) => {
    const time = `2026-11-20T14:0${minute}:00.000Z`;
    return put({ placedAt: time, updatedAt: time, hold: { reason: "asked" } }).id;
  });
  const page = (query: string) => ask({ path: LIST, query, headers: user() }).body;
  const first = page("limit=2");
  deepEqual(
    first.orders.map((order: { orderId: string }) => order.orderId),
    [ids[2], ids[1]],
  );
  deepEqual([first.total, first.offset, first.limit, first.next !== undefined], [3, 0, 2, true]);
  deepEqual(first.orders[0].cancelStatus, { cancelState: "IN_PROGRESS", cancelRequests: [] });
  equal(page("limit=2&offset=2").next, undefined);
  const whole = ask({ path: `${LIST}/${ids[0]}`, headers: user() }).body;
  equal(whole.cancelStatus.cancelRequests.length, 1);
  equal("parcels" in whole, false);
});

test("an ID that eBay cannot have is refused with a sentence", () => {
  ok(simulator.objection?.(orderOf({ id: "a/b" }))?.includes('"a/b" is none'));
  equal(simulator.objection?.(orderOf({})), undefined);
});
