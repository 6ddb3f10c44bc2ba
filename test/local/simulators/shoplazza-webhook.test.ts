import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { shoplazza as channel } from "../../../functions/channels/shoplazza/index.ts";
import { type ApiRequest, hostApi } from "../../../local/simulators/channel-api.ts";
import { EndpointSecret } from "../../../local/simulators/channel-simulator.ts";
import { simulator } from "../../../local/simulators/channels/shoplazza/index.ts";
import { completeOrder } from "../../../local/simulators/demo-order.ts";
import type { PartialOrder } from "../../../local/simulators/partial-order.ts";
import { type Order, quantityToShip } from "../../../shared/order.ts";
import { event, verify } from "../../support/deliveries.ts";

const NOW = Date.parse("2026-11-20T15:00:07.123Z");
const SHOP = "demo.myshoplaza.com";
const ENDPOINT = EndpointSecret.parse({ signingSecrets: ["first client secret", "former client secret"] });

function orderOf(part: PartialOrder): Order {
  const { newOrderId: newId, newLineId } = simulator;
  return completeOrder(part, { newId, newLineId, newNumber: () => "1001", known: undefined, now: NOW });
}

function webhookOf(part: PartialOrder, topic = "orders/update") {
  const [webhook] = simulator.webhooks({ topic, order: orderOf(part), shop: SHOP, endpoint: ENDPOINT, now: NOW });
  ok(webhook);
  return webhook;
}

/** The order that the connector parses from the simulated webhook. */
async function read(part: PartialOrder): Promise<Order> {
  const { headers, body } = webhookOf(part);
  const settings = z.parse(channel.settings, { domain: SHOP });
  const about = { connection: "shoplazza/demo", shop: undefined, settings };
  const meaning = (await channel.reader()).interpret(event("shoplazza", body, headers)).meaning(about);
  ok(meaning.kind === "order", meaning.kind);
  return meaning.order;
}

test("the connector reads what our order says", async () => {
  const part: PartialOrder = {
    ...{ id: "11218-00000042", number: "00001042", currency: "EUR", financialState: "paid", pricesIncludeTax: true },
    placedAt: "2026-11-20T14:00:00.000Z",
    paidAt: "2026-11-20T14:00:03.000Z",
    updatedAt: "2026-11-20T14:00:05.000Z",
    discountCodes: ["AUTUMN"],
    lines: [
      {
        ...{ id: "l-1", sku: "DEMO-MUG", quantity: 5, quantityToShip: 2, fulfilled: 1, unitPrice: "19.90" },
        ...{ discount: "1.50", title: "Mug", variantTitle: "Blue", productId: "p-1", variantId: "v-1", vendor: "Demo" },
        properties: [{ name: "Engraving", value: "ADA" }],
      },
      { id: "l-2", sku: "", quantity: 1, unitPrice: "5.00", ships: false },
    ],
    shippingAddress: {
      ...{ name: "Zoë Muster", firstName: "Zoë", lastName: "Muster", company: "Muster AG", district: "Enge" },
      ...{ street1: "Bahnhofstrasse 12", street2: "c/o Beispiel", city: "Zürich", province: "Zürich" },
      ...{ provinceCode: "ZH", postcode: "8001", country: "CH", phone: "+41790000002", email: "zoe@example.invalid" },
    },
    buyer: { id: "b-1", name: "Ada Muster", firstName: "Ada", lastName: "Muster", email: "ada@example.invalid" },
    shipping: { method: "DHL Express", code: "dhl", price: "9.95" },
    ...{ fulfilmentState: "partial", note: "Please ring twice.", tags: ["vip", "autumn"] },
  };
  const [sent, arrived] = [orderOf(part), await read(part)];
  for (const field of [
    ...(["id", "number", "placedAt", "paidAt", "updatedAt", "currency", "financialState", "discountCodes"] as const),
    ...(["pricesIncludeTax", "note", "tags", "fulfilmentState"] as const),
  ]) {
    deepEqual([field, arrived[field]], [field, sent[field]]);
  }
  for (const field of ["subtotal", "discount", "tax", "total"] as const) {
    equal(Number(arrived[field]), Number(sent[field]), field);
  }
  deepEqual(JSON.parse(JSON.stringify(arrived.shippingAddress)), sent.shippingAddress);
  deepEqual([arrived.buyer?.id, arrived.buyer?.email], ["b-1", "ada@example.invalid"]);
  deepEqual(arrived.lines.map(quantityToShip), [2, 0]);
  const [line] = arrived.lines;
  deepEqual([line?.fulfilled, line?.discount, line?.variantTitle], [1, "1.50", "Blue"]);
  deepEqual(line?.properties, sent.lines[0]?.properties);
  deepEqual(
    [arrived.shipping?.method, arrived.shipping?.code, arrived.shipping?.price],
    ["DHL Express", "dhl", "9.95"],
  );
});

test("each state of ours comes back", async () => {
  for (const part of [
    { financialState: "pending" },
    { financialState: "authorized" },
    { financialState: "pending", amountDue: "44.98" },
    { financialState: "paid" },
    { financialState: "partially-refunded", refunded: "5.00" },
    { financialState: "refunded" },
    { financialState: "paid", fulfilmentState: "fulfilled" },
    { financialState: "voided", cancelledAt: "2026-11-20T15:00:00.000Z" },
    { financialState: "paid", shipping: { kind: "pick-up" } },
    { financialState: "paid", shipping: { kind: "local" } },
    { financialState: "paid", test: true },
  ] satisfies PartialOrder[]) {
    const { financialState, amountDue, fulfilmentState, cancelledAt, shipping, test: isTest } = await read(part);
    const sent: PartialOrder = part;
    deepEqual(
      [financialState, amountDue !== undefined, fulfilmentState, cancelledAt, shipping?.kind, isTest],
      [
        ...[sent.financialState, sent.amountDue !== undefined, sent.fulfilmentState ?? "unfulfilled"],
        ...[sent.cancelledAt, sent.shipping?.kind, sent.test ?? false],
      ],
      JSON.stringify(part),
    );
  }
});

test("the first secret signs; a deletion has the ID alone; an ID that the shop cannot have is refused", () => {
  const webhook = webhookOf({});
  equal(verify(channel, webhook, { signingSecrets: ["first client secret"] }), "authentic");
  equal(verify(channel, webhook, { signingSecrets: ["former client secret"] }), "forged");
  for (const topic of ["orders/delete", "orders/refunded", "orders/partially_refunded"]) {
    equal(webhookOf({ id: "11218-00000042" }, topic).body, '{"id":"11218-00000042"}');
  }
  match(simulator.objection?.(orderOf({ id: "A 17" })) ?? "", /A 17/);
  equal(simulator.objection?.(orderOf({})), undefined);
});

/** A call of the API, with the right token unless the headers say otherwise. */
function ask(path: string, changes: Partial<ApiRequest> = {}) {
  const { api: kind } = simulator;
  ok(kind);
  const app = { clientId: "client-1", signingSecrets: ["secret-1"] };
  const credentials = { token: "token-1", refreshToken: "refresh-1" };
  const hosted = hostApi(kind, { shop: SHOP, app, credentials, now: () => NOW });
  hosted.put("17", JSON.stringify(kind.resource(orderOf({ id: "17", number: "00000017" }), SHOP)));
  const [route = "", rawQuery = ""] = path.split("?");
  const reply = hosted.reply({
    ...{ method: "GET", path: route, query: new URLSearchParams(rawQuery), rawQuery, host: SHOP },
    ...{ headers: { "access-token": "token-1" }, body: Buffer.alloc(0), caller: "connection" as const },
    ended: Promise.resolve("answered" as const),
    ...changes,
  });
  ok("status" in reply);
  return { status: reply.status, text: reply.body.toString() };
}

const BASE = "/openapi/2026-01";

test("its API refuses what is not documented", () => {
  equal(ask(`${BASE}/orders/17`).status, 200);
  equal(ask(`${BASE}/orders/number/00000017`).status, 200);
  for (const headers of [{}, { "access-token": "other" }, { authorization: "Bearer token-1" }]) {
    equal(ask(`${BASE}/orders/17`, { headers }).status, 401);
  }
  for (const [path, status] of [
    [`${BASE}/orders/18`, 404],
    [`${BASE}/orders/number/17`, 404],
    [`${BASE}/nothing`, 404],
    ["/openapi/2022-01/orders/17", 404],
    [`${BASE}/orders?page_size=251`, 400],
    [`${BASE}/orders?page_size=0`, 400],
    [`${BASE}/orders?limit=10`, 400],
    [`${BASE}/orders?updated_at_min=yesterday`, 400],
    [`${BASE}/orders?updated_at_min=2026-11-20T15:00:07.123Z`, 400],
    [`${BASE}/orders?status=shipped`, 400],
    [`${BASE}/orders?updated_at_min=2026-11-20T15:00:07Z&page_size=250`, 200],
  ] as const) {
    equal(ask(path).status, status, path);
  }
});

test("its tokens are given for the app's own refresh, in JSON or as a form, and for nothing else", () => {
  const right = {
    ...{ client_id: "client-1", client_secret: "secret-1", grant_type: "refresh_token", refresh_token: "refresh-1" },
  };
  const grant = (body: object, type = "application/json") => {
    const text = type.includes("json") ? JSON.stringify(body) : new URLSearchParams({ ...body }).toString();
    return ask("/admin/oauth/token", { method: "POST", headers: { "content-type": type }, body: Buffer.from(text) });
  };
  equal(grant(right).status, 200);
  equal(grant(right, "application/x-www-form-urlencoded").status, 200);
  for (const wrong of [
    { client_id: "other" },
    { client_secret: "other" },
    { grant_type: "password" },
    { refresh_token: "other" },
    { scope: "read_order" },
  ]) {
    equal(grant({ ...right, ...wrong }).status, 400, JSON.stringify(wrong));
  }
  equal(grant(right, "text/plain").status, 400);
});
