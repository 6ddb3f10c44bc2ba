import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { mapOrder } from "../../functions/channels/square/map-order.ts";
import { type CatalogProduct, OrderAnswer } from "../../functions/channels/square/payload.ts";
import { Settings } from "../../functions/channels/square/settings.ts";
import { parseJson } from "../../shared/json.ts";
import { linesToShip, type Order } from "../../shared/order.ts";
import { decide } from "../../shared/routing/decide.ts";
import { connection, fixture } from "../support/deliveries.ts";

const sample = JSON.parse(fixture("square/fixtures/order.json").toString()).order;
const [line] = sample.line_items;
const [shipment] = sample.fulfillments;
const [tender] = sample.tenders;
const dollars = (amount: number) => ({ amount, currency: "USD" });

/** The sample with other fields, as the API would answer it; its products are REGULAR unless `types` says otherwise. */
function order(changes: object = {}, settings: object = {}, types: Record<string, string> = {}): Order {
  const answer = z.parse(OrderAnswer, parseJson(JSON.stringify({ order: { ...sample, ...changes } })));
  const products = answer.order.line_items.map(({ catalog_object_id: id = "" }): [string, CatalogProduct] => [
    id,
    { sku: `SKU-${id}`, itemId: "item", type: types[id] ?? "REGULAR" },
  ]);
  return mapOrder(
    { order: answer.order, products: new Map(products), payments: [], refunds: [], returnOrders: [] },
    "seller",
    z.parse(Settings, settings),
  );
}

const routes = [{ from: ["square/demo"], to: ["s2/demo"], when: "paid" as const, test: false }];
/** What the routes decide. */
function decided(changes: object, settings: object = {}) {
  const { state, reason } = decide({ routes: routes as never }, connection("square"), order(changes, settings), 0);
  return { state, reason };
}
const sentPieces = (changes: object) =>
  linesToShip(order(changes)).map(({ id, quantityToShip }) => [id, quantityToShip]);

const of = (uid: string, quantity: string) => ({ uid: `e${uid}`, line_item_uid: uid, quantity });
const part = (type: string, state: string, ...entries: object[]) => ({
  ...shipment,
  ...{ type, state, line_item_application: "ENTRY_LIST", entries },
});
const lines = (...quantities: string[]) =>
  quantities.map((quantity, at) => ({ ...line, uid: `l${at}`, catalog_object_id: `V${at}`, quantity }));

test("money: paid is nothing due and a captured payment, whatever the state of the order", () => {
  const paid = (changes: object) => order(changes).financialState;
  equal(paid({}), "paid");
  equal(paid({ net_amount_due_money: dollars(3956) }), "partially-paid");
  equal(paid({ net_amount_due_money: dollars(3956), tenders: [] }), "pending");
  const withCard = (status: string) => ({ tenders: [{ ...tender, card_details: { status } }] });
  equal(paid({ ...withCard("AUTHORIZED"), net_amount_due_money: dollars(3956) }), "authorized");
  equal(paid(withCard("AUTHORIZED")), "authorized", "even if nothing is due");
  for (const status of ["VOIDED", "FAILED"])
    equal(paid({ ...withCard(status), net_amount_due_money: undefined }), "pending");
  equal(paid({ tenders: [{ ...tender, type: "CASH", card_details: undefined }] }), "paid", "cash has no status");
  equal(paid({ tenders: [{ ...tender, type: "NO_SALE", card_details: undefined }] }), "pending");
  equal(paid({ net_amount_due_money: undefined }), "paid", "captured in full");
  equal(order({}).paidAt, "2026-10-02T05:59:35.000Z");
});

test("an order that costs nothing has no payment: a setting says whether it is paid", () => {
  const free = { total_money: dollars(0), net_amount_due_money: dollars(0), tenders: [] };
  equal(order(free).financialState, "paid");
  equal(order(free, { freeOrders: "pending" }).financialState, "pending");
  equal(order({ ...free, state: "COMPLETED" }, { freeOrders: "pending" }).financialState, "paid");
});

test("the states of an order: open is sent, a draft waits, completed is fulfilled, cancelled is cancelled", () => {
  equal(decided({}).state, "recorded");
  deepEqual(decided({ state: "DRAFT" }), { state: "held", reason: "it is a draft" });
  equal(decided({ state: "COMPLETED" }).reason, "already fulfilled at the channel");
  equal(decided({ state: "CANCELED" }).state, "cancelled");
  equal(order({ state: "CANCELED", closed_at: "2026-10-03T00:00:00Z" }).cancelledAt, "2026-10-03T00:00:00.000Z");
  equal(order({ state: "CANCELED" }).cancelledAt, sample.updated_at);
});

test("pick-up fulfillments, and those that the shop delivers itself, are not shipped", () => {
  const { shipment_details: details } = shipment;
  for (const [type, reason] of [
    ["PICKUP", "the buyer picks it up"],
    ["IN_STORE", "the buyer picks it up"],
    ["DELIVERY", "the shop delivers it itself"],
  ] as const) {
    const fulfillments = [{ type, state: "PROPOSED", pickup_details: details, delivery_details: details }];
    deepEqual(decided({ fulfillments }), { state: "not-routed", reason }, type);
    equal(order({ fulfillments }).buyer?.name, "Rhea Calder");
  }
  // What the shop delivers is complete all the same: the connection's shippingKinds may have it sent.
  const delivered = order({ fulfillments: [{ type: "DELIVERY", state: "PROPOSED", delivery_details: details }] });
  equal(delivered.shippingAddress?.city, "Waxahachie");
  deepEqual(
    delivered.lines.map(({ quantityToShip }) => quantityToShip),
    [2, 1],
  );
});

test("an order without a fulfillment waits for its address", () => {
  const { shipping, shippingAddress } = order({ fulfillments: [] });
  deepEqual([shipping?.kind, shippingAddress], ["ship", null]);
});

test("lines that are picked up stay, those of shipments are sent, in the pieces that are still to ship", () => {
  const line_items = lines("3", "2", "1");
  const mixed = [part("SHIPMENT", "PROPOSED", of("l0", "3")), part("PICKUP", "PROPOSED", of("l1", "2"), of("l2", "1"))];
  deepEqual(sentPieces({ line_items, fulfillments: mixed }), [["l0", 3]]);
  const begun = [
    part("SHIPMENT", "COMPLETED", of("l0", "1"), of("l1", "2")),
    part("SHIPMENT", "RESERVED", of("l0", "2"), of("l2", "1")),
  ];
  deepEqual(sentPieces({ line_items, fulfillments: begun }), [
    ["l0", 2],
    ["l2", 1],
  ]);
  const { fulfilmentState, lines: mapped } = order({ line_items, fulfillments: begun });
  deepEqual([fulfilmentState, mapped.map(({ fulfilled }) => fulfilled)], ["partial", [1, 2, 0]]);
  const done = [{ ...shipment, state: "COMPLETED" }];
  equal(decided({ line_items, fulfillments: done }).reason, "already fulfilled at the channel");
  for (const state of ["CANCELED", "FAILED"]) {
    equal(decided({ fulfillments: [{ ...shipment, state }] }).reason, "no line left to ship", state);
  }
});

test("pieces that no fulfillment has hold the order: they would be lost", () => {
  const line_items = lines("3", "1");
  const fulfillments = [part("SHIPMENT", "PROPOSED", of("l0", "2"), of("l1", "1"))];
  deepEqual(decided({ line_items, fulfillments }), { state: "held", reason: "a line is in none of its fulfillments" });
});

test("shipments to two people hold the order; to one person in two parcels they do not", () => {
  const line_items = lines("1", "1");
  const parcels = [part("SHIPMENT", "PROPOSED", of("l0", "1")), part("SHIPMENT", "PROPOSED", of("l1", "1"))];
  equal(decided({ line_items, fulfillments: parcels }).state, "recorded");
  const other = JSON.parse(JSON.stringify(parcels));
  other[1].shipment_details.recipient.address.address_line_1 = "13 Mill Road";
  deepEqual(decided({ line_items, fulfillments: other }), {
    state: "held",
    reason: "the order goes to several addresses",
  });
  other[1].state = "COMPLETED";
  equal(decided({ line_items, fulfillments: other }).state, "recorded", "one of them has arrived");
});

test("goods that are sold by weight are no pieces: shipped they hold the order, at the till they do not", () => {
  const line_items = [{ ...line, quantity: "0.75", variation_total_price_money: dollars(713) }];
  deepEqual(decided({ line_items }), {
    state: "held",
    reason: "a line is sold by weight or length, which is no number of pieces",
  });
  const till = order({ line_items, fulfillments: [], state: "COMPLETED" });
  equal(till.hold, undefined);
  deepEqual([till.lines[0]?.quantity, till.lines[0]?.unitPrice], [1, "10.13"]);
  deepEqual(till.lines[0]?.properties?.at(-1), { name: "Quantity", value: "0.75" });
});

test("gift cards, services and downloads do not ship, whatever the word's case; an unknown kind does", () => {
  const line_items = lines("1", "1", "1", "1");
  line_items[3] = { ...line_items[3], item_type: "GIFT_CARD" };
  const ships = (settings: object) =>
    order({ line_items }, settings, { V0: "DIGITAL", V1: "A_NEW_KIND", V2: "DONATION" }).lines.map(
      (mapped) => mapped.ships,
    );
  deepEqual(ships({}), [false, true, false, false]);
  deepEqual(ships({ notShippedTypes: ["a_new_kind"] }), [true, false, true, true]);
  equal(order({ line_items: [line_items[3]] }).shipping?.kind, "digital");
  const { shipment_details: details } = shipment;
  const none = [{ ...shipment, shipment_details: { ...details, shipping_type: "no shipping" } }];
  equal(order({ fulfillments: none }).shipping?.kind, "digital");
  equal(order({ fulfillments: none }, { noShipping: [] }).shipping?.kind, "ship");
});

test("money has the digits of its currency, and no digit is lost", () => {
  const inYen = (amount: number) => ({ amount, currency: "JPY" });
  const yen = order({ total_money: inYen(1230), net_amount_due_money: inYen(0) });
  deepEqual([yen.total, yen.currency], ["1230", "JPY"]);
  equal(order({ total_money: dollars(5) }).total, "0.05");
  const long = JSON.stringify({ order: { ...sample, total_money: dollars(1) } }).replace(
    '"total_money":{"amount":1,',
    '"total_money":{"amount":900719925474099312,',
  );
  const answer = z.parse(OrderAnswer, parseJson(long));
  equal(answer.order.total_money?.value, "9007199254740993.12");
});

test("prices with tax and without; taxes of both kinds say nothing", () => {
  const types = (...all: string[]) => ({ taxes: all.map((type, at) => ({ uid: `t${at}`, type })) });
  equal(order(types("INCLUSIVE")).pricesIncludeTax, true);
  equal(order(types("ADDITIVE", "ADDITIVE")).pricesIncludeTax, false);
  equal(order(types("ADDITIVE", "INCLUSIVE")).pricesIncludeTax, undefined);
  equal(order({ taxes: null }).pricesIncludeTax, undefined);
});

test("the number that the buyer sees, the price of shipping, and applications' own data", () => {
  equal(order({ ticket_name: "17" }, { number: "ticket_name" }).number, "17");
  equal(order({}, { number: "none" }).number, undefined);
  equal(order({}, { shippingCharges: ["shipping"] }).shipping?.price, "5.00");
  equal(order({}, { shippingCharges: [] }).shipping?.price, undefined);
  const { attributes, gift, taxIds } = order({
    metadata: { gift: "yes", vat_id: "DE1", "square:x": "1", empty: null },
  });
  deepEqual(
    [attributes?.map(({ name }) => name), gift, taxIds],
    [["gift", "vat_id"], true, [{ type: "vat", value: "DE1" }]],
  );
});

test("what is missing or null is empty, and a sale without a total has a currency", () => {
  const nothing = { taxes: null, discounts: null, service_charges: null, metadata: null, tenders: null, returns: null };
  const bare = order({ ...nothing, fulfillments: null, source: null, total_money: null });
  deepEqual([bare.tags, bare.attributes, bare.shipping?.price, bare.currency], [[], [], undefined, "USD"]);
});

test("without an ID, a quantity, a time or a readable price, an order is no order", () => {
  for (const changes of [
    { id: null },
    { updated_at: "yesterday" },
    { created_at: null },
    { line_items: [{ ...line, uid: null }] },
    { line_items: [{ ...line, quantity: "-1" }] },
    { line_items: [{ ...line, quantity: 1 }] },
    { line_items: [{ ...line, base_price_money: { amount: "much", currency: "USD" } }] },
    { line_items: [{ ...line, base_price_money: { amount: 1.5, currency: "USD" } }] },
    { total_money: { amount: 1, currency: "UNKNOWN_CURRENCY" } },
    { line_items: "none" },
    { fulfillments: [{ ...shipment, entries: [{ line_item_uid: "l0" }] }] },
  ]) {
    throws(() => order(changes), JSON.stringify(changes));
  }
});
