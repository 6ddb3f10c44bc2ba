import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { shopify as channel } from "../../../functions/channels/shopify/index.ts";
import { EndpointSecret } from "../../../local/simulators/channel-simulator.ts";
import { simulator } from "../../../local/simulators/channels/shopify/index.ts";
import { completeOrder } from "../../../local/simulators/demo-order.ts";
import type { PartialOrder } from "../../../local/simulators/partial-order.ts";
import { type Order, quantityToShip } from "../../../shared/order.ts";

const NOW = Date.parse("2026-11-20T15:00:07.123Z");
const endpoint = EndpointSecret.parse({ signingSecrets: ["first", "former"] });

function orderOf(part: PartialOrder): Order {
  const { newOrderId: newId, newLineId } = simulator;
  return completeOrder(part, { newId, newLineId, newNumber: () => "1001", known: undefined, now: NOW });
}

function webhookOf(part: PartialOrder, topic = "orders/updated") {
  const order = orderOf(part);
  const [webhook, ...others] = simulator.webhooks({ topic, order, shop: "demo.myshopify.com", endpoint, now: NOW });
  ok(webhook);
  deepEqual(others, []);
  return webhook;
}

const defined = (fields: object | null) => Object.entries(fields ?? {}).filter(([, value]) => value !== undefined);

/** The order that the connector parses from the simulated webhook. */
async function read(part: PartialOrder, topic?: string): Promise<Order> {
  const { headers, body } = webhookOf(part, topic);
  const { interpret } = await channel.reader();
  const event = {
    ...{
      eventId: "e",
      source: "webhook" as const,
      channel: "shopify",
      endpoint: "demo",
      receivedAt: "2026-11-20T15:00:08.000Z",
    },
    ...{ method: "POST", rawPath: "/webhooks/shopify/demo", rawQuery: "", query: {}, headers, body: Buffer.from(body) },
  };
  const settings = z.parse(channel.settings, {});
  const meaning = interpret(event).meaning({ connection: "shopify/demo", shop: undefined, settings });
  ok(meaning.kind === "order", meaning.kind);
  return meaning.order;
}

test("the connector parses from the webhook what our order says", async () => {
  const part: PartialOrder = {
    id: "820982911946154508",
    number: "1042",
    placedAt: "2026-11-20T14:00:00.000Z",
    updatedAt: "2026-11-20T14:00:05.000Z",
    currency: "EUR",
    buyerCurrency: "CHF",
    financialState: "partially-refunded",
    refunded: "5.00",
    discountCodes: ["AUTUMN"],
    pricesIncludeTax: true,
    lines: [
      {
        ...{ id: "866550311766439020", sku: "DEMO-MUG", quantity: 3, quantityToShip: 1, unitPrice: "19.90" },
        ...{
          title: "Mug",
          variantTitle: "Blue",
          vendor: "Muster",
          productId: "788032119674292922",
          variantId: "808950810",
        },
        ...{ discount: "1.50", taxes: [{ title: "MwSt", rate: "0.19", amount: "9.20" }] },
        properties: [{ name: "Engraving", value: "ADA" }],
      },
      { id: "866550311766439021", sku: "DEMO-CARD", quantity: 1, unitPrice: "25.00", ships: false },
    ],
    shippingAddress: {
      ...{
        name: "Zoë Muster",
        firstName: "Zoë",
        lastName: "Muster",
        company: "Muster AG",
        street1: "Bahnhofstrasse 12",
      },
      ...{ street2: "c/o Beispiel", city: "Zürich", province: "Zürich", provinceCode: "ZH", postcode: "8001" },
      ...{ country: "CH", phone: "+41790000002", remark: "Back door" },
    },
    buyer: {
      id: "115310627314723954",
      firstName: "Ada",
      lastName: "Muster",
      email: "ada@example.invalid",
      language: "de-CH",
    },
    taxIds: [{ type: "vat", value: "CHE-123.456.788" }],
    shipping: { method: "DHL Express", code: "dhl_express", price: "9.95", discount: "1.99" },
    giftMessage: "Alles Gute 🎂",
    note: "Please ring twice.",
    tags: ["wholesale", "first-order"],
    fulfilmentState: "partial",
  };
  const sent = orderOf(part);
  const arrived = await read(part);
  for (const field of [
    ...([
      "id",
      "placedAt",
      "updatedAt",
      "currency",
      "buyerCurrency",
      "financialState",
      "refunded",
      "discountCodes",
    ] as const),
    ...([
      "pricesIncludeTax",
      "subtotal",
      "tax",
      "total",
      "taxIds",
      "giftMessage",
      "note",
      "tags",
      "fulfilmentState",
    ] as const),
  ]) {
    deepEqual([field, arrived[field]], [field, sent[field]]);
  }
  equal(arrived.number, "#1042");
  deepEqual(defined(arrived.shippingAddress), defined(sent.shippingAddress));
  for (const [index, line] of sent.lines.entries()) {
    const there = arrived.lines[index];
    ok(there);
    deepEqual([there.id, there.sku, there.quantity], [line.id, line.sku, line.quantity]);
    equal(quantityToShip(there), quantityToShip(line), line.sku);
    equal(Number(there.unitPrice), Number(line.unitPrice));
    equal(Number(there.discount ?? 0), Number(line.discount ?? 0));
  }
  deepEqual(arrived.lines[0]?.properties, sent.lines[0]?.properties);
  equal(arrived.shipping?.method, "DHL Express");
  equal(Number(arrived.shipping?.price) - Number(arrived.shipping?.discount), 9.95 - 1.99);
});

test("an empty order arrives paid and complete, with times to the second", async () => {
  const order = await read({}, "orders/paid");
  match(order.id, /^\d{18}$/);
  equal(order.financialState, "paid");
  equal(order.updatedAt, "2026-11-20T15:00:07.000Z");
  equal(
    order.lines.every((line) => quantityToShip(line) === line.quantity),
    true,
  );
});

test("quantity that is not left to ship was fulfilled, or removed if nothing is fulfilled", async () => {
  const lines = [{ quantity: 3, quantityToShip: 2 }];
  for (const fulfilmentState of ["unfulfilled", "partial"] as const) {
    const [line] = (await read({ lines, fulfilmentState })).lines;
    equal(line?.quantityToShip, 2, fulfilmentState);
  }
  const [fulfilled] = (await read({ lines, fulfilmentState: "fulfilled" })).lines;
  equal(fulfilled?.quantityToShip, 0);
});

test("cash on delivery is owed, a paid order owes nothing", async () => {
  equal((await read({ financialState: "pending", amountDue: "44.98" })).amountDue, "44.98");
  equal((await read({ financialState: "paid" })).amountDue, undefined);
});

test("IDs are bare numbers in the body, whole; the first secret signs", () => {
  const { body, headers } = webhookOf({ id: "820982911946154508", lines: [{ id: "866550311766439020" }] });
  match(body, /"id":820982911946154508,/);
  match(body, /"line_items":\[\{"id":866550311766439020,/);
  const request = {
    ...{ method: "POST", headers, query: {}, rawPath: "/webhooks/shopify/demo", rawQuery: "", body: Buffer.from(body) },
  };
  const verdict = (signingSecrets: string[]) =>
    channel.verification?.verify(request, {
      secret: { signingSecrets },
      url: undefined,
      now: NOW,
      fetchKey: async () => undefined,
    });
  equal(verdict(["first"]), "authentic");
  equal(verdict(["former"]), "forged");
});
