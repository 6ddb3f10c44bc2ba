import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { createVerify, generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import * as z from "zod/mini";
import { mapOrder } from "../../../functions/channels/wix/map-order.ts";
import { WixOrder } from "../../../functions/channels/wix/payload.ts";
import { Settings } from "../../../functions/channels/wix/settings.ts";
import { hostApi } from "../../../local/simulators/channel-api.ts";
import { EndpointSecret } from "../../../local/simulators/channel-simulator.ts";
import { simulator } from "../../../local/simulators/channels/wix/index.ts";
import { completeOrder } from "../../../local/simulators/demo-order.ts";
import type { PartialOrder } from "../../../local/simulators/partial-order.ts";
import type { Order } from "../../../shared/order.ts";

const NOW = Date.parse("2026-11-20T15:00:07.123Z");
const SITE = "4a8b0c1d-2e3f-4051-8263-748596a7b8c9";
const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const endpoint = EndpointSecret.parse({ privateKey: privateKey.export({ type: "pkcs8", format: "pem" }) });

const orderOf = (part: PartialOrder): Order =>
  completeOrder(part, {
    ...{ newId: simulator.newOrderId, newLineId: simulator.newLineId, newNumber: () => "10001" },
    ...{ known: undefined, now: NOW },
  });

/** The order that the connector maps from the simulated API. */
function read(part: PartialOrder): Order {
  const resource = JSON.parse(JSON.stringify(simulator.api?.resource(orderOf(part), SITE)));
  const settings = z.parse(Settings, { offlinePayment: "cash-on-delivery" });
  return mapOrder({ order: z.parse(WixOrder, resource) }, SITE, settings);
}

test("the connector maps from the simulated order what our order says", () => {
  const part: PartialOrder = {
    ...{ id: "5d0c3a52-6f0e-4c0b-9a86-0b7f5a4f2c11", number: "10042", currency: "EUR", financialState: "paid" },
    ...{ placedAt: "2026-11-20T14:00:00.000Z", updatedAt: "2026-11-20T14:00:05.123Z", pricesIncludeTax: true },
    ...{ paidAt: "2026-11-20T14:00:04.000Z", discount: "3.00", discountCodes: ["AUTUMN"], tax: "1.20" },
    ...{ gift: true, giftMessage: "For you", note: "Ring twice" },
    buyer: {
      id: "c1",
      name: "Grace Hopper",
      firstName: "Grace",
      lastName: "Hopper",
      email: "g@example.invalid",
      language: "de",
    },
    taxIds: [
      { type: "vat", value: "DE123456789" },
      { type: "eori", value: "E1" },
    ],
    shipping: {
      ...{ kind: "ship", method: "Express", code: "express", price: "5.00", discount: "1.00", taxRate: "0.19" },
      ...{ deliverFrom: "2026-11-24T08:00:00.000Z", deliverUntil: "2026-11-24T12:00:00.000Z" },
    },
    lines: [
      {
        ...{
          sku: "DEMO-TEE-M",
          title: "Tee",
          variantTitle: "M / Blue",
          quantity: 2,
          unitPrice: "19.99",
          discount: "3.00",
        },
        ...{ productId: "p1", variantId: "v1", compareAtPrice: "25.00", fulfilledBy: "printer" },
        taxes: [{ rate: "0.19", amount: "1.20" }],
      },
    ],
  };
  const [sent, mapped] = [orderOf(part), read(part)];
  const FIELDS = [
    ...(["id", "number", "placedAt", "paidAt", "updatedAt", "currency", "financialState", "pricesIncludeTax"] as const),
    ...(["discount", "discountCodes", "tax", "total", "subtotal", "gift", "giftMessage", "note", "taxIds"] as const),
  ] as const;
  for (const field of FIELDS) deepEqual(mapped[field], sent[field], field);
  const { id: _, ...line } = sent.lines[0] ?? { id: "" };
  for (const [field, value] of Object.entries(line)) deepEqual(Reflect.get(mapped.lines[0] ?? {}, field), value, field);
  for (const [field, value] of Object.entries(sent.shipping ?? {})) {
    deepEqual(Reflect.get(mapped.shipping ?? {}, field), value, field);
  }
  deepEqual(
    [mapped.buyer?.name, mapped.buyer?.language, mapped.shipping?.serviceLevel],
    ["Grace Hopper", "de", "expedited"],
  );
  for (const [field, value] of Object.entries(sent.shippingAddress ?? {})) {
    deepEqual(Reflect.get(mapped.shippingAddress ?? {}, field), value, field);
  }
});

test("states, pick-up, downloads, holds and cash on delivery arrive as they are", () => {
  for (const state of ["pending", "authorized", "partially-paid", "paid", "refunded"] as const) {
    equal(read({ financialState: state }).financialState, state);
  }
  const partly = read({ financialState: "partially-refunded", refunded: "1.00" });
  deepEqual([partly.financialState, partly.refunded], ["partially-refunded", "1.00"]);
  equal(read({ fulfilmentState: "fulfilled" }).fulfilmentState, "fulfilled");
  equal(read({ fulfilmentState: "partial" }).fulfilmentState, "partial");
  notEqual(read({ cancelledAt: "2026-11-20T15:00:00Z" }).cancelledAt, undefined);
  notEqual(read({ financialState: "voided" }).cancelledAt, undefined);
  equal(read({ shipping: { kind: "pick-up" } }).shipping?.kind, "pick-up");
  equal(read({ shipping: { kind: "local" } }).shipping?.kind, "local");
  equal(read({ lines: [{ sku: "DEMO-TEE-M", ships: false }] }).shipping?.kind, "digital");
  equal(read({ lines: [{ sku: "A", quantity: 3, quantityToShip: 1 }] }).lines[0]?.quantityToShip, 1);
  notEqual(read({ hold: { reason: "waits" } }).hold, undefined);
  notEqual(read({ financialState: "pending" }).hold, undefined);
  const cod = read({ financialState: "pending", amountDue: "44.98" });
  deepEqual([cod.amountDue, cod.hold], ["44.98", undefined]);
});

test("a webhook is one JWT, signed by RS256, that names the site and the order", () => {
  const order = orderOf({});
  for (const topic of simulator.topics ?? []) {
    const [webhook, ...others] = simulator.webhooks({ topic, order, shop: SITE, endpoint, now: NOW });
    ok(webhook);
    deepEqual(others, []);
    const [header = "", content = "", signature = ""] = webhook.body.split(".");
    ok(createVerify("sha256").update(`${header}.${content}`).verify(publicKey, signature, "base64url"), topic);
    const json = (text: string) => JSON.parse(Buffer.from(text, "base64url").toString());
    equal(json(header).alg, "RS256");
    const { instanceId, eventType, data } = JSON.parse(json(content).data);
    equal(instanceId, SITE);
    const payload = JSON.parse(data);
    const isAnonymized = topic.endsWith("(anonymized)");
    if (payload.entityId !== undefined) {
      deepEqual([payload.entityId, payload.triggeredByAnonymizeRequest], [order.id, isAnonymized]);
      equal(JSON.stringify(payload).includes("Ada"), !isAnonymized && !topic.includes("fulfillments"), topic);
    } else match(eventType, /^App/);
  }
});

test("an ID that Wix does not have is refused", () => {
  equal(simulator.objection?.(orderOf({})), undefined);
  match(simulator.objection?.(orderOf({ id: "1001" })) ?? "", /1001/);
});

interface Call {
  method?: string;
  path?: string;
  query?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

function site() {
  if (!simulator.api) throw new Error("the simulator has no API");
  let clock = NOW;
  const app = { appId: "app", appSecret: "secret" };
  const hosted = hostApi(simulator.api, { shop: SITE, app, credentials: {}, now: () => clock });
  const ask = ({ method = "GET", path = "", query = "", body, headers = {} }: Call) => {
    const text = typeof body === "string" ? body : JSON.stringify(body ?? {});
    const reply = hosted.reply({
      ...{ caller: "connection", host: "www.wixapis.com", method, path, query: new URLSearchParams(query) },
      ...{ rawQuery: query, headers: { authorization: access, "content-type": "application/json", ...headers } },
      ...{ body: Buffer.from(text), ended: Promise.resolve("answered") },
    });
    ok("status" in reply);
    return { status: reply.status, body: JSON.parse(String(reply.body)) };
  };
  let access = "";
  const token = (changes: object | string = {}, headers = {}) => {
    const grant = { grant_type: "client_credentials", client_id: "app", client_secret: "secret", instance_id: SITE };
    const body = typeof changes === "string" ? changes : { ...grant, ...changes };
    return ask({ method: "POST", path: "/oauth2/token", body, headers });
  };
  access = token().body.access_token;
  const pass = (ms: number) => {
    clock += ms;
  };
  const search = (body: unknown) => ask({ method: "POST", path: "/ecom/v1/orders/search", body });
  return { hosted, ask, token, search, pass, access };
}

test("a token is of this app on this site, and lasts four hours; the word Bearer is wrong", () => {
  const { ask, token, pass, access } = site();
  for (const [changes, status] of [
    ["{", 400],
    ["[]", 400],
    [{ grant_type: "refresh_token" }, 400],
    [{ scope: "x" }, 400],
    [{ client_id: 7 }, 400],
    [{ client_secret: "other" }, 401],
    [{ instance_id: "other" }, 400],
  ] as const) {
    equal(token(changes).status, status, JSON.stringify(changes));
  }
  equal(token({}, { "content-type": "text/plain" }).status, 415);
  const path = "/ecom/v1/orders/unknown";
  equal(ask({ path }).status, 404);
  equal(ask({ path, headers: { authorization: `Bearer ${access}` } }).status, 401);
  equal(ask({ path, headers: { authorization: "" } }).status, 401);
  pass(4 * 3_600_000);
  equal(ask({ path }).status, 401);
});

test("the API refuses another method, an unknown parameter and an unknown path", () => {
  const { ask, hosted } = site();
  const order = orderOf({ fulfilmentState: "partial", lines: [{ sku: "A", quantity: 2, fulfilled: 1 }] });
  hosted.put(order.id, JSON.stringify(simulator.api?.resource(order, SITE)));
  const path = `/ecom/v1/orders/${order.id}`;
  const { status, body } = ask({ path });
  deepEqual([status, body.order.id, Object.hasOwn(body.order, "fulfillments")], [200, order.id, false]);
  const parcels = ask({ path: `/ecom/v1/fulfillments/orders/${order.id}` }).body.orderWithFulfillments;
  deepEqual(parcels.fulfillments[0].lineItems, [{ id: order.lines[0]?.id, quantity: 1 }]);
  equal(ask({ path, method: "POST" }).status, 405);
  equal(ask({ path, query: "fields=id" }).status, 400);
  equal(ask({ path: "/ecom/v1/orders/search" }).status, 405);
  equal(ask({ path: "/ecom/v2/orders" }).status, 404);
  equal(ask({ path: "/stores/v1/products/p" }).status, 428);
});

test("a search is strict inside `search`, ignores what is outside, and shows no open checkout", () => {
  const { search, hosted } = site();
  for (const financialState of ["paid", "pending"] as const) {
    const order = orderOf({ financialState });
    hosted.put(order.id, JSON.stringify(simulator.api?.resource(order, SITE)));
  }
  const late = { filter: { updatedDate: { $gte: "2027-01-01T00:00:00.000Z" } } };
  equal(search({ search: late }).body.orders.length, 0);
  equal(search(late).body.orders.length, 1, "unwrapped, it is ignored");
  for (const wrong of [
    { filters: {} },
    { filter: { updatedDate: { $gt: "2026-01-01T00:00:00.000Z" } } },
    { filter: { updatedDate: { $gte: "yesterday" } } },
    { sort: [{ fieldName: "total", order: "ASC" }] },
    { cursorPaging: { limit: 101 } },
    { cursorPaging: { cursor: "nonsense" } },
    { paging: { limit: 1 } },
  ]) {
    equal(search({ search: wrong }).status, 400, JSON.stringify(wrong));
  }
});

test("a cursor beside a filter is ignored: the first page comes again", () => {
  const { search, hosted } = site();
  for (const _ of [1, 2, 3]) {
    const order = orderOf({});
    hosted.put(order.id, JSON.stringify(simulator.api?.resource(order, SITE)));
  }
  const sort = [{ fieldName: "updatedDate", order: "ASC" }];
  const first = search({ search: { sort, cursorPaging: { limit: 2 } } }).body;
  const { next: cursor } = first.metadata.cursors;
  const ids = (body: { orders: { id: string }[] }) => body.orders.map(({ id }) => id);
  deepEqual(ids(search({ search: { sort, cursorPaging: { limit: 2, cursor } } }).body), ids(first));
  const second = search({ search: { cursorPaging: { limit: 2, cursor } } }).body;
  deepEqual([second.orders.length, second.metadata.cursors.next, second.metadata.hasNext], [1, null, false]);
  equal(ids(first).includes(ids(second)[0] ?? ""), false);
});

test("more than 200 calls in a window are refused", () => {
  const { ask, pass } = site();
  for (let at = 0; at < 200; at++) equal(ask({ path: "/ecom/v1/orders/a" }).status, 404);
  equal(ask({ path: "/ecom/v1/orders/a" }).status, 429);
  pass(60_000);
  equal(ask({ path: "/ecom/v1/orders/a" }).status, 404);
});
