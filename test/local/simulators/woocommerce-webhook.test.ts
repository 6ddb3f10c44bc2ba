import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { woocommerce as channel } from "../../../functions/channels/woocommerce/index.ts";
import { type ApiRequest, hostApi } from "../../../local/simulators/channel-api.ts";
import { EndpointSecret } from "../../../local/simulators/channel-simulator.ts";
import { simulator } from "../../../local/simulators/channels/woocommerce/index.ts";
import { completeOrder } from "../../../local/simulators/demo-order.ts";
import type { PartialOrder } from "../../../local/simulators/partial-order.ts";
import { type Order, quantityToShip } from "../../../shared/order.ts";
import { event, verify } from "../../support/deliveries.ts";

const NOW = Date.parse("2026-11-20T15:00:07.123Z");
const SHOP = "demo.woocommerce.example";
const KEYS = { consumerKey: "ck_1", consumerSecret: "cs_1" };
const secretOf = (...signingSecrets: string[]) => EndpointSecret.parse({ signingSecrets });

function orderOf(part: PartialOrder): Order {
  const { newOrderId: newId, newLineId } = simulator;
  return completeOrder(part, { newId, newLineId, newNumber: () => "1001", known: undefined, now: NOW });
}

function webhookOf(
  part: PartialOrder,
  { topic = "order.updated", endpoint = secretOf("first", "former"), now = NOW } = {},
) {
  const [webhook, ...others] = simulator.webhooks({ topic, order: orderOf(part), shop: SHOP, endpoint, now });
  ok(webhook);
  deepEqual(others, []);
  return webhook;
}

/** The order that the connector parses from the simulated webhook. */
async function read(part: PartialOrder): Promise<Order> {
  const { headers, body } = webhookOf(part);
  const { interpret } = await channel.reader();
  const settings = z.parse(channel.settings, { url: `https://${SHOP}` });
  const about = { connection: "woocommerce/demo", shop: undefined, settings };
  const meaning = interpret(event("woocommerce", body, headers)).meaning(about);
  ok(meaning.kind === "order", meaning.kind);
  return meaning.order;
}

const ORDER: PartialOrder = {
  ...{ id: "9007199254740993", number: "R-1042", currency: "EUR", financialState: "paid" },
  placedAt: "2026-11-20T14:00:00.000Z",
  paidAt: "2026-11-20T14:00:03.000Z",
  updatedAt: "2026-11-20T14:00:05.000Z",
  discountCodes: ["autumn"],
  lines: [
    {
      ...{ id: "866550311", sku: "DEMO-MUG", quantity: 3, unitPrice: "19.90", discount: "1.50" },
      ...{ title: "Mug", variantTitle: "Blue", productId: "788", variantId: "808" },
      taxes: [{ title: "MwSt", rate: "0.19", amount: "9.20" }],
      properties: [{ name: "Engraving", value: "ADA" }],
    },
    { id: "866550312", sku: "DEMO-CAP", quantity: 1, unitPrice: "25.00" },
  ],
  shippingAddress: {
    ...{ name: "Zoë Muster", firstName: "Zoë", lastName: "Muster", company: "Muster AG" },
    ...{ street1: "Bahnhofstrasse 12", street2: "c/o Beispiel", city: "Zürich", province: "ZH", provinceCode: "ZH" },
    ...{ postcode: "8001", country: "CH", phone: "+41790000002", remark: "Back door" },
  },
  buyer: { id: "115", name: "Ada Muster", firstName: "Ada", lastName: "Muster", email: "ada@example.invalid" },
  taxIds: [{ type: "vat", value: "CHE-123.456.788" }],
  shipping: { method: "DHL Express", price: "9.95" },
  giftMessage: "Alles Gute 🎂",
  note: "Please ring twice.",
};

for (const pricesIncludeTax of [true, false]) {
  test(`the connector reads what our order says, prices ${pricesIncludeTax ? "with" : "without"} tax`, async () => {
    const sent = orderOf({ ...ORDER, pricesIncludeTax });
    const arrived = await read({ ...ORDER, pricesIncludeTax });
    for (const field of [
      ...(["id", "number", "placedAt", "paidAt", "updatedAt", "currency", "financialState", "discountCodes"] as const),
      ...(["pricesIncludeTax", "tax", "total", "taxIds", "giftMessage", "note"] as const),
    ]) {
      deepEqual([field, arrived[field]], [field, sent[field]]);
    }
    deepEqual(JSON.parse(JSON.stringify(arrived.shippingAddress)), sent.shippingAddress);
    deepEqual([arrived.buyer?.id, arrived.buyer?.email], ["115", "ada@example.invalid"]);
    for (const [index, line] of sent.lines.entries()) {
      const there = arrived.lines[index];
      ok(there);
      deepEqual([there.id, there.sku, quantityToShip(there)], [line.id, line.sku, line.quantity]);
      deepEqual([there.title, there.variantTitle, there.variantId], [line.title, line.variantTitle, line.variantId]);
      equal(Number(there.unitPrice), Number(line.unitPrice));
      equal(Number(there.discount ?? 0), Number(line.discount ?? 0));
    }
    equal(arrived.lines[0]?.taxes?.[0]?.rate, "0.19");
    deepEqual(arrived.lines[0]?.properties, sent.lines[0]?.properties);
    deepEqual([arrived.shipping?.method, arrived.shipping?.price], ["DHL Express", "9.95"]);
  });
}

test("each state of ours that the shop can have comes back", async () => {
  const states: PartialOrder[] = [
    { financialState: "pending" },
    { financialState: "pending", amountDue: "44.98" },
    { financialState: "paid" },
    { financialState: "refunded" },
    { financialState: "paid", fulfilmentState: "fulfilled" },
    { financialState: "voided", cancelledAt: new Date(NOW).toISOString() },
  ];
  for (const state of states) {
    const { financialState, amountDue, fulfilmentState, cancelledAt } = await read(state);
    const isFulfilled = state.fulfilmentState ?? "unfulfilled";
    deepEqual([financialState, fulfilmentState], [state.financialState, isFulfilled]);
    deepEqual(
      [amountDue !== undefined, cancelledAt !== undefined],
      [Boolean(state.amountDue), Boolean(state.cancelledAt)],
    );
  }
  equal(simulator.objection?.(orderOf({ financialState: "partially-paid" })), "WooCommerce has no partly paid orders.");
  match(simulator.objection?.(orderOf({ id: "A-17" })) ?? "", /A-17/);
});

test("the webhook is WooCommerce's: bare IDs, times without a zone, a delivery ID of the second", () => {
  const { body, headers } = webhookOf({ id: "9007199254740993", placedAt: "2026-11-20T14:00:00.000Z" });
  match(body, /^\{"id":9007199254740993,/);
  match(body, /"date_created":"2026-11-20T11:00:00","date_created_gmt":"2026-11-20T14:00:00"/);
  ok(!body.includes("_refunded_item_id"));
  const deliveryOf = (now: number) => webhookOf({}, { now }).headers["x-wc-webhook-delivery-id"];
  equal(headers["x-wc-webhook-source"], `https://${SHOP}/`);
  equal(deliveryOf(NOW + 500), headers["x-wc-webhook-delivery-id"]);
  notEqual(deliveryOf(NOW + 1000), headers["x-wc-webhook-delivery-id"]);
  match(webhookOf({ id: "17" }, { topic: "order.deleted" }).body, /^\{"id":17\}$/);
});

test("the first secret signs, decoded: connector and simulator decode it each by its own code", () => {
  for (const secret of [
    "sixteen & more & more",
    "sixteen &amp; &#039;more&quot;",
    "&lt;&gt;&#x26;&#038;amp; of sixteen",
  ]) {
    const webhook = webhookOf({}, { endpoint: secretOf(secret, "the former secret") });
    equal(verify(channel, webhook, { signingSecrets: [secret] }), "authentic", secret);
    equal(verify(channel, webhook, { signingSecrets: ["the former secret"] }), "forged");
  }
});

/** A call of the API, with the right key unless the headers say otherwise. */
function ask(path: string, changes: Partial<ApiRequest> = {}) {
  const { api: kind } = simulator;
  ok(kind);
  const hosted = hostApi(kind, { shop: SHOP, app: {}, credentials: KEYS, now: () => NOW });
  hosted.put(
    "17",
    JSON.stringify(
      kind.resource(orderOf({ id: "17", lines: [{ quantity: 2, quantityToShip: 1 }], refunded: "5.00" }), SHOP),
    ),
  );
  const [route = "", rawQuery = ""] = path.split("?");
  const authorization = `Basic ${Buffer.from("ck_1:cs_1").toString("base64")}`;
  const reply = hosted.reply({
    ...{ method: "GET", path: route, query: new URLSearchParams(rawQuery), rawQuery, headers: { authorization } },
    ...{
      host: SHOP,
      body: Buffer.alloc(0),
      ended: Promise.resolve("answered" as const),
      caller: "connection" as const,
    },
    ...changes,
  });
  ok("status" in reply);
  const body = JSON.parse(reply.body.toString());
  return { status: reply.status, code: body.code, body, headers: reply.headers };
}

const BASE = "/wp-json/wc/v3";

test("its API refuses what WooCommerce refuses, in its words", () => {
  equal(ask(`${BASE}/orders/17`).status, 200);
  for (const headers of [{}, { authorization: "Basic xyz" }, { authorization: "Bearer ck_1:cs_1" }]) {
    deepEqual(ask(`${BASE}/orders/17`, { headers }).code, "woocommerce_rest_authentication_error");
  }
  for (const [path, status, code] of [
    [`${BASE}/orders/18`, 404, "woocommerce_rest_shop_order_invalid_id"],
    [`${BASE}/orders/R-17`, 404, "rest_no_route"],
    [`${BASE}/nothing`, 404, "rest_no_route"],
    ["/wp-json/wc/v2/orders/17", 404, "rest_no_route"],
    [`${BASE}/orders?per_page=101`, 400, "rest_invalid_param"],
    [`${BASE}/orders?page=0`, 400, "rest_invalid_param"],
    [`${BASE}/orders?status=shipped`, 400, "rest_invalid_param"],
    [`${BASE}/orders?orderby=changed`, 400, "rest_invalid_param"],
    [`${BASE}/orders?modified_after=yesterday`, 400, "rest_invalid_param"],
  ] as const) {
    const { status: given, code: said } = ask(path);
    deepEqual([given, said], [status, code], path);
  }
});

test("lists take bounds for the shop's own time unless they are said to be UTC, and leave out their own second", () => {
  const found = (query: string) => ask(`${BASE}/orders?${query}`).body.length;
  // Changed at 15:00:07 UTC, 12:00:07 by the shop's clock.
  equal(found("modified_after=2026-11-20T15:00:06&dates_are_gmt=true"), 1);
  equal(found("modified_after=2026-11-20T15:00:07&dates_are_gmt=true"), 0);
  equal(found("modified_after=2026-11-20T12:00:06"), 1);
  equal(found("modified_after=2026-11-20T12:00:07Z"), 0);
  equal(found("status=trash"), 0);
  equal(ask(`${BASE}/orders`).headers["x-wp-total"], "1");
  deepEqual(ask(`${BASE}/orders?_fields=id`).body, [{ id: 17 }]);
});

test("an order shows a summary of its refunds; their own address shows the pieces", () => {
  const [summary] = ask(`${BASE}/orders/17`).body.refunds;
  deepEqual(Object.keys(summary), ["id", "reason", "total"]);
  const [refund] = ask(`${BASE}/orders/17/refunds`).body;
  deepEqual([refund.amount, refund.line_items[0].quantity], ["5.00", -1]);
});
