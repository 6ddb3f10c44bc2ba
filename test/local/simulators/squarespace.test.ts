import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { mapOrder } from "../../../functions/channels/squarespace/map-order.ts";
import { SiteOrder } from "../../../functions/channels/squarespace/payload.ts";
import { Settings } from "../../../functions/channels/squarespace/settings.ts";
import { hostApi } from "../../../local/simulators/channel-api.ts";
import { EndpointSecret } from "../../../local/simulators/channel-simulator.ts";
import { simulator } from "../../../local/simulators/channels/squarespace/index.ts";
import { completeOrder } from "../../../local/simulators/demo-order.ts";
import type { PartialOrder } from "../../../local/simulators/partial-order.ts";
import type { Order } from "../../../shared/order.ts";
import { hmac } from "../../support/deliveries.ts";

const NOW = Date.parse("2026-11-20T15:00:07.123Z");
const KEY = "61".repeat(32);
const endpoint = EndpointSecret.parse({ signingSecrets: [KEY, "62".repeat(32)] });

const orderOf = (part: PartialOrder): Order =>
  completeOrder(part, {
    ...{
      newId: simulator.newOrderId,
      newLineId: simulator.newLineId,
      newNumber: () => "1001",
      known: undefined,
      now: NOW,
    },
  });

/** The order that the connector maps from the simulated API. */
function read(part: PartialOrder): Order {
  const resource = JSON.parse(JSON.stringify(simulator.api?.resource(orderOf(part), "website")));
  return mapOrder(z.parse(SiteOrder, resource), "website", z.parse(Settings, {}));
}

interface Call {
  host?: string;
  method?: string;
  path?: string;
  query?: string;
  headers?: Record<string, string>;
  body?: string;
}

function site(credentials: Record<string, unknown> = { apiKey: "key" }) {
  if (!simulator.api) throw new Error("the simulator has no API");
  let clock = NOW;
  const app = { clientId: "client", clientSecret: "secret" };
  const hosted = hostApi(simulator.api, { shop: "website", app, credentials, now: () => clock });
  const ask = ({
    host = "api.squarespace.com",
    method = "GET",
    path = ORDERS,
    query = "",
    body = "",
    ...call
  }: Call) => {
    const reply = hosted.reply({
      ...{ caller: "connection", host, method, path, query: new URLSearchParams(query), rawQuery: query },
      headers: { authorization: "Bearer key", "user-agent": "test", ...call.headers },
      ...{ body: Buffer.from(body), ended: Promise.resolve("answered") },
    });
    ok("status" in reply);
    return { status: reply.status, body: JSON.parse(String(reply.body)) };
  };
  const token = (body: object | string, headers: Record<string, string> = {}) =>
    ask({
      ...{ host: "login.squarespace.com", method: "POST", path: "/api/1/login/oauth/provider/tokens" },
      headers: {
        authorization: `Basic ${Buffer.from("client:secret").toString("base64")}`,
        "content-type": "application/json",
        ...headers,
      },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const pass = (ms: number) => {
    clock += ms;
  };
  return { hosted, ask, token, pass };
}

const ORDERS = "/1.0/commerce/orders";

test("the connector maps from the simulated order what our order says", () => {
  const part: PartialOrder = {
    ...{ id: "6713f7a854f699634f65f4e6", number: "1042", currency: "EUR", financialState: "paid" },
    ...{ placedAt: "2026-11-20T14:00:00.000Z", updatedAt: "2026-11-20T14:00:05.000Z", pricesIncludeTax: true },
    ...{ discount: "3.00", discountCodes: ["AUTUMN"], tax: "1.20", gift: true, giftMessage: "For you" },
    buyer: { id: "c1", name: "Grace Hopper", firstName: "Grace", lastName: "Hopper", email: "g@example.invalid" },
    taxIds: [{ type: "vat", value: "DE123456789" }],
    shipping: { kind: "ship", method: "Express", code: "express", price: "5.00" },
    lines: [
      {
        ...{ sku: "DEMO-TEE-M", title: "Tee", variantTitle: "M / Blue", quantity: 2, unitPrice: "19.99" },
        ...{ productId: "p1", variantId: "v1", properties: [{ name: "Print", value: "Ada" }] },
      },
    ],
  };
  const [sent, mapped] = [orderOf(part), read(part)];
  const FIELDS = [
    ...([
      "id",
      "number",
      "placedAt",
      "updatedAt",
      "currency",
      "financialState",
      "pricesIncludeTax",
      "discount",
    ] as const),
    ...(["discountCodes", "tax", "total", "subtotal", "gift", "giftMessage", "taxIds"] as const),
  ] as const;
  for (const field of FIELDS) deepEqual(mapped[field], sent[field], field);
  const { id: _, ...line } = sent.lines[0] ?? { id: "" };
  for (const [field, value] of Object.entries(line)) deepEqual(Reflect.get(mapped.lines[0] ?? {}, field), value, field);
  deepEqual(mapped.buyer?.name, "Grace Hopper");
  deepEqual(
    [mapped.shipping?.method, mapped.shipping?.serviceLevel, mapped.shipping?.price],
    ["Express", "expedited", "5.00"],
  );
  const { province: __, ...address } = sent.shippingAddress ?? {};
  for (const [field, value] of Object.entries(address)) {
    deepEqual(Reflect.get(mapped.shippingAddress ?? {}, field), value, field);
  }
});

test("states, pick-up, downloads and holds arrive as they are", () => {
  for (const state of ["pending", "authorized", "partially-paid", "paid", "refunded"] as const) {
    equal(read({ financialState: state }).financialState, state);
  }
  equal(read({ financialState: "partially-refunded", refunded: "1.00" }).financialState, "partially-refunded");
  equal(read({ fulfilmentState: "fulfilled" }).fulfilmentState, "fulfilled");
  equal(read({ fulfilmentState: "partial" }).fulfilmentState, "partial");
  notEqual(read({ cancelledAt: "2026-11-20T15:00:00Z" }).cancelledAt, undefined);
  equal(read({ shipping: { kind: "pick-up" } }).shipping?.kind, "pick-up");
  equal(read({ shipping: { kind: "local" } }).shipping?.kind, "local");
  equal(read({ lines: [{ sku: "DEMO-TEE-M", ships: false }] }).shipping?.kind, "digital");
  equal(read({ test: true }).test, true);
  notEqual(read({ hold: { reason: "waits" } }).hold, undefined);
});

test("a notification is signed with the first secret's bytes, and names the website, never the order's content", () => {
  const order = orderOf({});
  for (const topic of simulator.topics ?? []) {
    const [webhook, ...others] = simulator.webhooks({ topic, order, shop: "website", endpoint, now: NOW });
    ok(webhook);
    deepEqual(others, []);
    equal(webhook.headers["squarespace-signature"], hmac(Buffer.from(KEY, "hex"), webhook.body, "hex"));
    const { websiteId, createdOn, data } = JSON.parse(webhook.body);
    deepEqual([websiteId, createdOn], ["website", "2026-11-20T15:00+00:00"]);
    if (topic.startsWith("order.")) equal(data.orderId, order.id);
    equal(webhook.body.includes("Ada"), false);
  }
});

test("an ID that Squarespace does not have is refused", () => {
  equal(simulator.objection?.(orderOf({})), undefined);
  match(simulator.objection?.(orderOf({ id: "1001" })) ?? "", /1001/);
});

test("the API refuses another key, no User-Agent, another method, an unknown parameter and an unknown order", () => {
  const { ask } = site();
  const path = `${ORDERS}/6713f7a854f699634f65f4e6`;
  equal(ask({}).status, 200);
  for (const [call, status, type] of [
    [{ headers: { authorization: "Bearer other" } }, 401, "AUTHORIZATION_ERROR"],
    [{ headers: { authorization: "key" } }, 401, "AUTHORIZATION_ERROR"],
    [{ headers: { "user-agent": "" } }, 400, "INVALID_REQUEST_ERROR"],
    [{ method: "POST" }, 405, "METHOD_NOT_ALLOWED"],
    [{ query: "limit=10" }, 400, "INVALID_REQUEST_ERROR"],
    [{ path, query: "a=1" }, 400, "INVALID_REQUEST_ERROR"],
    [{ path }, 404, "INVALID_REQUEST_ERROR"],
    [{ path: "/2.0/commerce/orders" }, 404, "INVALID_REQUEST_ERROR"],
  ] as const) {
    const { status: answered, body } = ask(call);
    deepEqual([answered, body.type], [status, type], JSON.stringify(call));
  }
});

test("the list wants both bounds or neither, in UTC and in order, and the cursor alone", () => {
  const { ask } = site();
  const [early, late] = ["2026-11-20T14:00:00Z", "2026-11-20T16:00:00Z"];
  equal(ask({ query: `modifiedAfter=${early}&modifiedBefore=${late}` }).status, 200);
  for (const query of [
    `modifiedAfter=${early}`,
    `modifiedBefore=${late}`,
    `modifiedAfter=${late}&modifiedBefore=${early}`,
    `modifiedAfter=${early}&modifiedBefore=${early}`,
    `modifiedAfter=yesterday&modifiedBefore=${late}`,
    "cursor=nonsense",
    `cursor=e30&modifiedAfter=${early}`,
    "paymentStates=RICH",
    "fulfillmentStatus=SHIPPED",
  ]) {
    equal(ask({ query }).status, 400, query);
  }
});

test("the list hides pending, failed and partly paid orders unless it is asked for them", () => {
  const { ask, hosted } = site();
  for (const financialState of ["paid", "pending", "voided", "partially-paid"] as const) {
    const order = orderOf({ financialState });
    hosted.put(order.id, JSON.stringify(simulator.api?.resource(order, "website")));
  }
  const states = (query: string) => ask({ query }).body.result.map((one: { paymentState: string }) => one.paymentState);
  deepEqual(states(""), ["PAID"]);
  deepEqual(states("paymentStates=PENDING,FAILED,PARTIALLY_PAID").sort(), ["FAILED", "PARTIALLY_PAID", "PENDING"]);
});

test("more than 300 requests in a minute are refused, and nothing says for how long", () => {
  const { ask, pass } = site();
  for (let at = 0; at < 300; at++) equal(ask({}).status, 200);
  equal(ask({}).status, 429);
  equal(ask({}).body.type, "TOO_MANY_REQUESTS");
  pass(60_000);
  equal(ask({}).status, 200);
});

test("a refresh token works once; an access token for 30 minutes", () => {
  const { ask, token, pass } = site({ refreshToken: "first" });
  const body = { grant_type: "refresh_token", refresh_token: "first" };
  for (const wrong of [
    "{",
    "[]",
    {},
    { ...body, grant_type: "password" },
    { ...body, scope: "x" },
    { ...body, refresh_token: 7 },
  ]) {
    equal(token(wrong).status, 400, JSON.stringify(wrong));
  }
  equal(token(body, { authorization: "Basic bm8=" }).status, 401);
  equal(token(body, { "content-type": "text/plain" }).status, 415);
  const { access_token: access, refresh_token: refresh, access_token_expires_at: ends } = token(body).body;
  equal(ends, `${Math.floor(NOW / 1000) + 1800}.123`);
  equal(token(body).status, 400, "used");
  equal(ask({ headers: { authorization: `Bearer ${access}` } }).status, 200);
  pass(30 * 60_000);
  equal(ask({ headers: { authorization: `Bearer ${access}` } }).status, 401);
  equal(token({ ...body, refresh_token: refresh }).status, 200);
});
