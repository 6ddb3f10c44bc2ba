import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { mapOrder } from "../../../functions/channels/ecwid/map-order.ts";
import { StoreOrder } from "../../../functions/channels/ecwid/payload.ts";
import { Settings } from "../../../functions/channels/ecwid/settings.ts";
import { hostApi } from "../../../local/simulators/channel-api.ts";
import { EndpointSecret } from "../../../local/simulators/channel-simulator.ts";
import { simulator } from "../../../local/simulators/channels/ecwid/index.ts";
import { completeOrder } from "../../../local/simulators/demo-order.ts";
import type { PartialOrder } from "../../../local/simulators/partial-order.ts";
import { compare } from "../../../shared/decimal.ts";
import { parseJson } from "../../../shared/json.ts";
import type { Order } from "../../../shared/order.ts";
import { hmac } from "../../support/deliveries.ts";

const NOW = Date.parse("2026-11-20T15:00:07.123Z");
const KEY = "client-secret-of-the-app";
const endpoint = EndpointSecret.parse({ signingSecrets: [KEY, "former-client-secret"] });

const orderOf = (part: PartialOrder): Order =>
  completeOrder(part, {
    ...{ newId: simulator.newOrderId, newLineId: simulator.newLineId, newNumber: () => "1001" },
    ...{ known: undefined, now: NOW },
  });

/** The order that the connector maps from the simulated API. */
function read(part: PartialOrder): Order {
  const text = JSON.stringify(simulator.api?.resource(orderOf(part), "1003"));
  return mapOrder(z.parse(StoreOrder, parseJson(text)), { shop: "1003", currency: "EUR" }, z.parse(Settings, {}));
}

test("the connector maps from the simulated order what our order says", () => {
  const part: PartialOrder = {
    ...{ id: "SHOP-7K2XD", currency: "EUR", financialState: "paid", pricesIncludeTax: true, note: "Thanks" },
    ...{ placedAt: "2026-11-20T14:00:00.000Z", updatedAt: "2026-11-20T14:00:05.000Z", paymentMethod: "Card" },
    ...{ discountCodes: ["AUTUMN"], gift: true, giftMessage: "For you" },
    buyer: {
      ...{ id: "270919557", name: "Grace Hopper", firstName: "Grace", lastName: "Hopper" },
      ...{ email: "g@example.invalid", phone: "+1 502 555 0101", language: "en", ip: "203.0.113.7" },
    },
    taxIds: [
      { type: "vat", value: "DE123456789" },
      { type: "eori", value: "DE9876543" },
    ],
    shipping: { kind: "ship", method: "Express", code: "express", price: "5.00", shipBy: "2026-11-21T10:00:00.000Z" },
    lines: [
      {
        ...{
          id: "1828115520",
          sku: "DEMO-TEE-M",
          title: "Tee",
          variantTitle: "M / Blue",
          quantity: 2,
          unitPrice: "19.99",
        },
        ...{ productId: "692730761", variantId: "88123001", properties: [{ name: "Print", value: "Ada" }] },
        ...{ discount: "3.00", taxes: [{ title: "VAT", rate: "0.19", amount: "1.20" }] },
      },
    ],
  };
  const [sent, mapped] = [orderOf(part), read(part)];
  for (const field of ["id", "placedAt", "updatedAt", "financialState", "pricesIncludeTax", "note"] as const) {
    deepEqual(mapped[field], sent[field], field);
  }
  for (const field of ["discountCodes", "gift", "giftMessage", "taxIds", "paymentMethod"] as const) {
    deepEqual(mapped[field], sent[field], field);
  }
  for (const field of ["subtotal", "discount", "tax", "total"] as const) {
    equal(compare(mapped[field] ?? "", sent[field] ?? ""), 0, field);
  }
  const [line, expected] = [mapped.lines[0], sent.lines[0]];
  for (const field of ["id", "sku", "title", "variantTitle", "quantity", "productId", "variantId"] as const) {
    deepEqual(line?.[field], expected?.[field], field);
  }
  deepEqual(line?.taxes, [{ title: "VAT", rate: "0.19", amount: "1.2" }]);
  deepEqual([line?.unitPrice, line?.discount], ["19.99", "3"]);
  deepEqual(line?.properties?.at(-1), { name: "Print", value: "Ada" });
  for (const [field, value] of Object.entries(sent.buyer ?? {}))
    deepEqual(Reflect.get(mapped.buyer ?? {}, field), value, field);
  deepEqual(
    [mapped.shipping?.method, mapped.shipping?.serviceLevel, mapped.shipping?.price, mapped.shipping?.shipBy],
    ["Express", "expedited", "5", "2026-11-21T10:00:00.000Z"],
  );
  for (const [field, value] of Object.entries(sent.shippingAddress ?? {})) {
    deepEqual(Reflect.get(mapped.shippingAddress ?? {}, field), value, field);
  }
});

test("states, pick-up, downloads and holds arrive as they are", () => {
  for (const state of ["pending", "paid", "refunded", "voided"] as const) {
    equal(read({ financialState: state }).financialState, state);
  }
  equal(read({ financialState: "partially-refunded", refunded: "1.00" }).financialState, "partially-refunded");
  equal(read({ fulfilmentState: "fulfilled" }).fulfilmentState, "fulfilled");
  equal(read({ fulfilmentState: "partial" }).fulfilmentState, "partial");
  notEqual(read({ cancelledAt: "2026-11-20T15:00:00Z" }).cancelledAt, undefined);
  equal(read({ shipping: { kind: "pick-up" } }).shipping?.kind, "pick-up");
  equal(read({ shipping: { kind: "local" } }).shipping?.kind, "local");
  equal(read({ lines: [{ sku: "DEMO-TEE-M", ships: false }] }).shipping?.kind, "digital");
  equal(read({ financialState: "pending", amountDue: "10.00" }).amountDue !== undefined, true);
  notEqual(read({ hold: { reason: "waits" } }).hold, undefined);
});

test("an event is signed over its time and ID alone, and names the store and the order, never its content", () => {
  const order = orderOf({});
  for (const topic of simulator.topics ?? []) {
    const [webhook, ...others] = simulator.webhooks({ topic, order, shop: "1003", endpoint, now: NOW });
    ok(webhook);
    deepEqual(others, []);
    const { eventId, eventCreated, storeId, eventType, data } = JSON.parse(webhook.body);
    equal(webhook.headers["x-ecwid-webhook-signature"], hmac(KEY, `${eventCreated}.${eventId}`));
    deepEqual([eventCreated, storeId, eventType], [Math.floor(NOW / 1000), 1003, topic]);
    if (topic.startsWith("order.")) equal(data.orderId, order.id);
    equal(webhook.body.includes("Ada"), false);
  }
});

test("an ID that Ecwid does not have is refused", () => {
  equal(simulator.objection?.(orderOf({})), undefined);
  match(simulator.objection?.(orderOf({ id: "a/b" })) ?? "", /a\/b/);
  match(simulator.objection?.(orderOf({ lines: [{ id: "line-1" }] })) ?? "", /line-1/);
});

function store() {
  if (!simulator.api) throw new Error("the simulator has no API");
  const about = { shop: "1003", app: {}, credentials: { accessToken: "secret_of_the_store" }, now: () => NOW };
  const hosted = hostApi(simulator.api, about);
  const ask = (path: string, query = "", call: { method?: string; authorization?: string } = {}) => {
    const { method = "GET", authorization = "Bearer secret_of_the_store" } = call;
    const reply = hosted.reply({
      ...{ caller: "connection", host: "app.ecwid.com", method, path: `/api/v3/${path}`, rawQuery: query },
      ...{ query: new URLSearchParams(query), headers: { authorization }, body: Buffer.from("") },
      ended: Promise.resolve("answered"),
    });
    ok("status" in reply);
    return { status: reply.status, body: JSON.parse(String(reply.body)) };
  };
  const put = (part: PartialOrder) => {
    const order = orderOf(part);
    hosted.put(order.id, JSON.stringify(simulator.api?.resource(order, "1003")));
    return order;
  };
  return { ask, put };
}

test("the API refuses another token, another store, another method, an unknown parameter, order and path", () => {
  const { ask } = store();
  equal(ask("1003/orders").status, 200);
  for (const [answer, status, code] of [
    [ask("1003/orders", "", { authorization: "Bearer other" }), 403, "INVALID_API_TOKEN"],
    [ask("1003/orders", "", { authorization: "secret_of_the_store" }), 403, "INVALID_API_TOKEN"],
    [ask("1004/orders"), 403, "INVALID_API_TOKEN"],
    [ask("1003/orders", "", { method: "POST" }), 405, "METHOD_NOT_ALLOWED"],
    [ask("1003/orders", "sortBy=id"), 400, "WRONG_PARAMETER"],
    [ask("1003/orders", "limit=many"), 400, "WRONG_PARAMETER"],
    [ask("1003/orders", "updatedFrom=yesterday"), 400, "WRONG_PARAMETER"],
    [ask("1003/orders/ZZZZZ"), 404, "ORDER_NOT_FOUND"],
    [ask("1003/orders/ZZZZZ", "a=1"), 400, "WRONG_PARAMETER"],
    [ask("1003/carts"), 404, undefined],
  ] as const) {
    deepEqual([answer.status, answer.body.errorCode], [status, code]);
  }
});

test("the list has bounds in seconds or as text, pages of 100 at most, and no unfinished orders unless asked", () => {
  const { ask, put } = store();
  for (let at = 0; at < 130; at++) put({ updatedAt: new Date(NOW - at * 1000).toISOString() });
  const count = (query: string) => ask("1003/orders", query).body.total;
  equal(ask("1003/orders", "limit=500").body.items.length, 100);
  equal(ask("1003/orders", "offset=100").body.items.length, 30);
  equal(count(`updatedFrom=${Math.floor(NOW / 1000) - 9}`), 10);
  equal(count("updatedFrom=2026-11-20 14:59:58 %2B0000"), 10);
  equal(count("updatedFrom=2026-11-20 14:59:58"), 10);
  equal(count(`updatedTo=${Math.floor(NOW / 1000) - 120}`), 10);
  equal(count("paymentStatus=AWAITING_PAYMENT"), 0);
  equal(count("paymentStatus=AWAITING_PAYMENT,PAID"), 130);
  equal(count("fulfillmentStatus=SHIPPED"), 0);
});

test("responseFields leaves out what it does not name", () => {
  const { ask, put } = store();
  const { id } = put({ currency: "GBP" });
  const fields = "total,items(id,items(sku))";
  deepEqual(ask("1003/orders", `responseFields=${fields}`).body, {
    total: 1,
    items: [{ id, items: [{ sku: "DEMO-TEE-M" }] }],
  });
  deepEqual(ask(`1003/orders/${id}`, "responseFields=id,total").body, { id, total: 44.98 });
  const profile = ask("1003/profile", "responseFields=formatsAndUnits(currency)").body;
  deepEqual(profile, { formatsAndUnits: { currency: "GBP" } });
});
