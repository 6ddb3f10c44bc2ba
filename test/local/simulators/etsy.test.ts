import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import { Webhook as Library } from "standardwebhooks";
import * as z from "zod/mini";
import { mapOrder } from "../../../functions/channels/etsy/map-order.ts";
import { Receipt } from "../../../functions/channels/etsy/payload.ts";
import { Settings } from "../../../functions/channels/etsy/settings.ts";
import { hostApi } from "../../../local/simulators/channel-api.ts";
import { EndpointSecret } from "../../../local/simulators/channel-simulator.ts";
import { simulator } from "../../../local/simulators/channels/etsy/index.ts";
import { completeOrder } from "../../../local/simulators/demo-order.ts";
import type { PartialOrder } from "../../../local/simulators/partial-order.ts";
import { parseJson } from "../../../shared/json.ts";
import type { Order } from "../../../shared/order.ts";

const SHOP = "31415926";
const KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const endpoint = EndpointSecret.parse({ signingSecrets: [KEY] });

const orderOf = (part: PartialOrder, now = Date.now()): Order =>
  completeOrder(part, {
    ...{ newId: simulator.newOrderId, newLineId: simulator.newLineId, newNumber: () => "7", known: undefined, now },
  });

/** The order that the connector maps from the simulated API. */
function read(part: PartialOrder): Order {
  const text = JSON.stringify(simulator.api?.resource(orderOf(part), SHOP));
  return mapOrder({ receipt: z.parse(Receipt, parseJson(text)) }, SHOP, z.parse(Settings, {}));
}

test("the connector maps from the simulated receipt what our order says", () => {
  const part: PartialOrder = {
    ...{ id: "820982911946154508", number: "820982911946154508", currency: "EUR", financialState: "paid" },
    ...{
      placedAt: "2026-11-20T14:00:00.000Z",
      paidAt: "2026-11-20T14:00:04.000Z",
      updatedAt: "2026-11-20T14:00:05.000Z",
    },
    ...{
      discount: "3.00",
      tax: "1.20",
      pricesIncludeTax: true,
      gift: true,
      giftMessage: `For "you" & yours`,
      note: "Ring",
    },
    ...{ paymentMethod: "klarna", buyer: { id: "77", name: "Ada Byron", email: "a@example.invalid" } },
    shipping: { kind: "ship", method: "Express", price: "5.00", shipBy: "2026-11-22T14:00:00.000Z" },
    lines: [
      {
        ...{ title: "Women's tee", variantTitle: "M / Blue", quantity: 2, unitPrice: "19.99", discount: "3.00" },
        ...{ productId: "81", variantId: "82", properties: [{ name: "Personalization", value: "Zoë <3" }] },
      },
    ],
  };
  const [sent, mapped] = [orderOf(part), read(part)];
  for (const field of [
    ...(["id", "number", "placedAt", "paidAt", "updatedAt", "currency", "financialState", "discount", "tax"] as const),
    ...(["total", "subtotal", "pricesIncludeTax", "gift", "giftMessage", "note", "paymentMethod", "buyer"] as const),
  ] as const) {
    if (field === "discount") equal(Number(mapped[field]), Number(sent[field]));
    else deepEqual(mapped[field], sent[field], field);
  }
  const { id: _, sku: __, discount, ...line } = sent.lines[0] ?? { id: "", sku: "" };
  for (const [field, value] of Object.entries(line)) deepEqual(Reflect.get(mapped.lines[0] ?? {}, field), value, field);
  equal(Number(mapped.lines[0]?.discount), Number(discount));
  equal(mapped.lines[0]?.sku, "81-82", "the receipt has no SKU: the inventory has");
  for (const [field, value] of Object.entries({ ...sent.shipping, code: undefined }))
    deepEqual(Reflect.get(mapped.shipping ?? {}, field), value, field);
  const { province: ___, phone: ____, firstName: _____, lastName: ______, ...address } = sent.shippingAddress ?? {};
  for (const [field, value] of Object.entries(address))
    deepEqual(Reflect.get(mapped.shippingAddress ?? {}, field), value, field);
});

test("states, pick-up, downloads and holds arrive as they are", () => {
  for (const state of ["pending", "paid", "refunded", "voided"] as const)
    equal(read({ financialState: state }).financialState, state);
  const partly = read({ financialState: "partially-refunded", refunded: "1.00" });
  deepEqual([partly.financialState, partly.refunded], ["partially-refunded", "1.00"]);
  for (const state of ["authorized", "partially-paid"] as const)
    notEqual(read({ financialState: state }).hold, undefined, state);
  equal(read({ fulfilmentState: "fulfilled" }).fulfilmentState, "fulfilled");
  notEqual(read({ fulfilmentState: "partial" }).hold, undefined);
  notEqual(read({ cancelledAt: "2026-11-20T15:00:00Z" }).cancelledAt, undefined);
  equal(read({ shipping: { kind: "pick-up" } }).shipping?.kind, "pick-up");
  equal(read({ shipping: { kind: "local" } }).shipping?.kind, "local");
  equal(read({ lines: [{ sku: "A", ships: false }] }).shipping?.kind, "digital");
  notEqual(read({ hold: { reason: "waits" } }).hold, undefined);
});

test("a webhook is signed as the library of Standard Webhooks checks it, and carries nothing of the buyer", () => {
  const order = orderOf({});
  for (const topic of simulator.topics ?? []) {
    const [webhook, ...others] = simulator.webhooks({ topic, order, shop: SHOP, endpoint, now: Date.now() });
    ok(webhook);
    deepEqual(others, []);
    deepEqual(new Library(KEY).verify(webhook.body, { ...webhook.headers }), {
      event_type: topic,
      resource_url: `https://api.etsy.com/v3/application/shops/${SHOP}/receipts/${order.id}`,
      shop_id: Number(SHOP),
    });
  }
  match(simulator.objection?.(orderOf({ id: "A-1" })) ?? "", /A-1/);
});

interface Call {
  method?: string;
  path: string;
  query?: string;
  headers?: Record<string, string>;
  body?: string;
}

function shop() {
  if (!simulator.api) throw new Error("the simulator has no API");
  let clock = Date.parse("2026-11-20T15:00:00.000Z");
  const app = { keystring: "key", sharedSecret: "shared" };
  const hosted = hostApi(simulator.api, {
    shop: SHOP,
    app,
    credentials: { refreshToken: "1.first" },
    now: () => clock,
  });
  const ask = ({ method = "GET", path, query = "", headers = {}, body = "" }: Call) => {
    const reply = hosted.reply({
      ...{
        caller: "connection",
        host: "api.etsy.com",
        method,
        path,
        query: new URLSearchParams(query),
        rawQuery: query,
      },
      ...{
        headers: { "x-api-key": "key:shared", ...headers },
        body: Buffer.from(body),
        ended: Promise.resolve("answered"),
      },
    });
    ok("status" in reply);
    return { status: reply.status, headers: reply.headers, body: JSON.parse(String(reply.body)) };
  };
  const form = (fields: Record<string, string>) =>
    ask({
      ...{ method: "POST", path: "/v3/public/oauth/token", body: new URLSearchParams(fields).toString() },
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
  const refresh = { grant_type: "refresh_token", client_id: "key", refresh_token: "1.first" };
  const authorization = () => `Bearer ${form(refresh).body.access_token}`;
  const pass = (ms: number) => {
    clock += ms;
  };
  return { hosted, ask, form, refresh, authorization, pass };
}

test("tokens: each refresh token works once, forms with another field are refused, and access ends after an hour", () => {
  const { ask, form, refresh, authorization, pass } = shop();
  for (const wrong of [
    { ...refresh, extra: "1" },
    { grant_type: "refresh_token" },
    { ...refresh, grant_type: "password" },
  ]) {
    equal(form(wrong).status, 400, JSON.stringify(wrong));
  }
  equal(form({ ...refresh, client_id: "other" }).status, 401);
  const headers = { authorization: authorization() };
  deepEqual([form(refresh).status, form(refresh).body.error_description], [400, "refresh_token is revoked"]);
  const path = `/v3/application/shops/${SHOP}/receipts`;
  equal(ask({ path, headers }).status, 200);
  for (const [key, status] of [
    ["key", 403],
    ["key:other", 403],
  ] as const) {
    equal(ask({ path, headers: { ...headers, "x-api-key": key } }).status, status, key);
  }
  equal(ask({ path }).status, 401);
  pass(3_600_000);
  deepEqual([ask({ path, headers }).status, ask({ path, headers }).body.error], [401, "invalid_token"]);
});

test("lists: unknown parameters and wrong values are refused, cancelled orders and refunds are hidden from the times", () => {
  const { hosted, ask, authorization, pass } = shop();
  const headers = { authorization: authorization() };
  const list = (query: string) => {
    pass(1_000);
    return ask({ path: `/v3/application/shops/${SHOP}/receipts`, query, headers });
  };
  for (const wrong of [
    "page=1",
    "limit=101",
    "limit=0",
    "min_created=5",
    "was_canceled=yes",
    "sort_on=id",
    "sort_order=upwards",
  ]) {
    equal(list(wrong).status, 400, wrong);
  }
  const put = (part: PartialOrder) => {
    const order = orderOf(part);
    hosted.put(order.id, JSON.stringify(simulator.api?.resource(order, SHOP)));
    return order.id;
  };
  const times = { placedAt: "2026-11-01T00:00:00Z", paidAt: "2026-11-01T00:00:00Z", updatedAt: "2026-11-20T00:00:00Z" };
  const paid = put({ ...times });
  const refunded = put({ ...times, financialState: "refunded" });
  const cancelled = put({ ...times, cancelledAt: "2026-11-20T00:00:00Z" });
  const ids = (query: string) =>
    list(query).body.results.map(({ receipt_id }: { receipt_id: number }) => String(receipt_id));
  const since = `min_last_modified=${Date.parse("2026-11-19T00:00:00Z") / 1000}`;
  deepEqual(ids(since), [paid]);
  deepEqual(ids("was_canceled=true"), [cancelled]);
  deepEqual(new Set(ids("was_shipped=false")), new Set([paid, refunded]));
  deepEqual(
    [list("limit=1").body.count, list("limit=1&offset=1").body.results.length, list("offset=9").body.results.length],
    [2, 1, 0],
  );
});

test("ten requests a second, then 429 with a wait; other paths, methods and shops are refused", () => {
  const { ask, authorization, pass } = shop();
  const headers = { authorization: authorization() };
  const path = `/v3/application/shops/${SHOP}/receipts`;
  for (let at = 0; at < 10; at++) equal(ask({ path, headers }).status, 200);
  const over = ask({ path, headers });
  deepEqual([over.status, over.headers["retry-after"], over.headers["x-remaining-this-second"]], [429, "1", "0"]);
  pass(1_000);
  equal(ask({ path: "/v3/application/shops/42/receipts", headers }).status, 403);
  equal(ask({ path, method: "PUT", headers }).status, 405);
  equal(ask({ path: `${path}/7`, headers }).status, 404);
  equal(ask({ path: "/v3/application/listings/7/inventory", query: "show=1", headers }).status, 400);
  equal(ask({ path: "/v3/application/users/me", headers }).body.shop_id, Number(SHOP));
});
