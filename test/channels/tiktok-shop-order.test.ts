import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { mapOrder } from "../../functions/channels/tiktok-shop/map-order.ts";
import { TiktokOrder } from "../../functions/channels/tiktok-shop/payload.ts";
import { Settings } from "../../functions/channels/tiktok-shop/settings.ts";
import { completedOrder } from "../../functions/route-order/completed-order.ts";
import { parseJson } from "../../shared/json.ts";
import { linesToShip, type Order } from "../../shared/order.ts";
import { decide } from "../../shared/routing/decide.ts";
import { connection, fixture } from "../support/deliveries.ts";

const sample = JSON.parse(fixture("tiktok-shop/fixtures/order.json").toString());
const [cancelledUnit, unit] = sample.line_items;

/** The sample with other fields, as the API would answer it. */
function order(changes: object = {}, settings: object = {}): Order {
  const text = JSON.stringify({ ...sample, ...changes });
  return mapOrder(z.parse(TiktokOrder, parseJson(text)), "7494049642642441621", z.parse(Settings, settings));
}
/** So many units of the sample's cardigan, by state. */
const units = (...states: string[]) =>
  states.map((display_status, at) => ({ ...unit, id: `57708651212375520${at}`, display_status }));

const routes = [{ from: ["tiktok-shop/demo"], to: ["s2/demo"], when: "paid" as const, test: false }];
function decided(changes: object, settings: object = {}) {
  const { state, reason } = decide({ routes: routes as never }, connection("tiktok-shop"), order(changes, settings), 0);
  return { state, reason };
}

test("units of one SKU and price are one line with all their IDs; another price is another line", () => {
  const dearer = { ...unit, id: "577086512123755130", sale_price: "21.00" };
  const gift = { ...unit, id: "577086512123755131", is_gift: true };
  const { lines } = order({ line_items: [gift, dearer, ...units("AWAITING_SHIPMENT", "AWAITING_SHIPMENT")] });
  deepEqual(
    lines.map(({ id, sourceIds, quantity, discount }) => ({ id, sourceIds, quantity, discount })),
    [
      {
        ...{ id: "577086512123755130", sourceIds: ["577086512123755130"], quantity: 1, discount: "1.00" },
      },
      { id: "577086512123755131", sourceIds: ["577086512123755131"], quantity: 1, discount: "2.00" },
      {
        ...{ id: "577086512123755200", sourceIds: ["577086512123755200", "577086512123755201"], quantity: 2 },
        discount: "4.00",
      },
    ],
  );
});

test("a line keeps its ID and its units, in whatever order the API lists them, and whichever of them is cancelled", () => {
  const all = units("AWAITING_SHIPMENT", "AWAITING_SHIPMENT", "AWAITING_SHIPMENT");
  const line = (line_items: object[]) => {
    const [first, ...more] = order({ line_items }).lines;
    equal(more.length, 0);
    return { id: first?.id, sourceIds: first?.sourceIds, toShip: first?.quantityToShip, fulfilled: first?.fulfilled };
  };
  const same = { id: all[0]?.id, sourceIds: all.map(({ id }) => id) };
  deepEqual(line(all), { ...same, toShip: 3, fulfilled: 0 });
  deepEqual(line(all.toReversed()), { ...same, toShip: 3, fulfilled: 0 });
  deepEqual(line(units("CANCELLED", "AWAITING_SHIPMENT", "IN_TRANSIT")), { ...same, toShip: 1, fulfilled: 1 });
  const packed = all.map((one) => ({ ...one, package_status: "PROCESSING" }));
  deepEqual(line(packed), { ...same, toShip: 0, fulfilled: 3 });
});

test("IDs are compared as numbers, and as text where they are longer than a number", () => {
  const ids = ["99", "577086512123755201", "577086512123755200", "100"];
  const { lines } = order({ line_items: ids.map((id) => ({ ...unit, id })) });
  deepEqual(lines[0]?.sourceIds, ["99", "100", "577086512123755200", "577086512123755201"]);
});

test("taxes of the units are summed by their kind, without a digit lost", () => {
  const item_tax = [
    { tax_type: "SALES_TAX", tax_amount: "0.1" },
    { tax_type: "VAT", tax_amount: 0.2 },
  ];
  const taxed = units("AWAITING_SHIPMENT", "AWAITING_SHIPMENT", "AWAITING_SHIPMENT").map((one) => ({
    ...one,
    item_tax,
  }));
  deepEqual(order({ line_items: taxed }).lines[0]?.taxes, [
    { title: "SALES_TAX", amount: "0.3" },
    { title: "VAT", amount: "0.6" },
  ]);
});

test("ON_HOLD waits: the buyer may still cancel; AWAITING_SHIPMENT is sent", () => {
  const reason = "it is ON_HOLD: the buyer may still cancel it";
  deepEqual(decided({ status: "ON_HOLD" }), { state: "held", reason });
  equal(order({ status: "ON_HOLD" }).financialState, "paid");
  equal(order({ status: "ON_HOLD", paid_time: 0 }).financialState, "pending", "a pre-order");
  equal(decided({ status: "AWAITING_SHIPMENT" }).state, "recorded");
  equal(decided({ status: "AWAITING_SHIPMENT", is_on_hold_order: true }).state, "recorded", "it was on hold before");
});

test("the states: unpaid waits, an arranged shipment is fulfilled, a cancelled order is cancelled", () => {
  deepEqual(decided({ status: "UNPAID", paid_time: null }), { state: "held", reason: "not paid yet" });
  for (const status of ["AWAITING_COLLECTION", "IN_TRANSIT", "DELIVERED", "COMPLETED"]) {
    equal(decided({ status }).reason, "already fulfilled at the channel", status);
  }
  equal(decided({ status: "CANCELLED", is_buyer_request_cancel: true }).state, "cancelled");
  equal(order({ status: "CANCELLED" }).cancelledAt, "2026-10-02T05:59:58.000Z", "at its last change");
  equal(order({ status: "CANCELLED", cancel_time: 1_790_920_000 }).cancelledAt, "2026-10-02T05:46:40.000Z");
  equal(order({ status: "AWAITING_SHIPMENT", cancel_time: 1_790_920_000 }).cancelledAt, undefined);
});

test("a state that is not documented, or none, holds the order", () => {
  for (const [status, reason] of [
    ["SHIPPED", 'its status "SHIPPED" is none that TikTok Shop documents'],
    ["constructor", 'its status "constructor" is none that TikTok Shop documents'],
    ["Ada Byron, 1 Main Street", "it has no status"],
    [null, "it has no status"],
  ]) {
    deepEqual(decided({ status }), { state: "held", reason });
    equal(order({ status }).financialState, "pending");
  }
});

test("of a partly shipped order the open units are sent; if no unit says that it is shipped, it is held", () => {
  const changes = { status: "PARTIALLY_SHIPPING", line_items: units("IN_TRANSIT", "AWAITING_SHIPMENT") };
  equal(decided(changes).state, "recorded");
  deepEqual(
    linesToShip(order(changes)).map(({ quantityToShip }) => quantityToShip),
    [1],
  );
  const silent = { status: "PARTIALLY_SHIPPING", line_items: units("TO_SHIP", "TO_SHIP") };
  deepEqual(decided(silent), {
    state: "held",
    reason: "part of it is shipped, and TikTok Shop does not say which lines",
  });
});

test("a buyer who asks to cancel holds the order until the request is decided", () => {
  deepEqual(decided({ is_buyer_request_cancel: true }), { state: "held", reason: "the buyer asks to cancel it" });
});

test("lines BY_TIKTOK are fulfilled by the marketplace, and not routed", () => {
  const changes = { fulfillment_type: "FULFILLMENT_BY_TIKTOK", shipping_type: "TIKTOK" };
  deepEqual(
    order(changes).lines.map(({ fulfilledBy }) => fulfilledBy),
    ["TikTok", "TikTok"],
  );
  const { state, reason } = decided(changes);
  deepEqual([state, reason], ["not-routed", "no line left to ship; others are fulfilled by TikTok"]);
  const other = order({ fulfillment_type: "FULFILLMENT_BY_DILAYANI_TOKOPEDIA", commerce_platform: "TOKOPEDIA" });
  deepEqual([other.lines[0]?.fulfilledBy, other.salesPlatform], ["Dilayani Tokopedia", "Tokopedia"]);
});

test("who fulfils an order must be known: an order without the word, or with another, is held", () => {
  equal(decided({ fulfillment_type: null }).reason, "it has no fulfillment_type");
  equal(
    decided({ fulfillment_type: "FULFILLMENT_BY_PARTNER" }).reason,
    'its fulfillment_type "FULFILLMENT_BY_PARTNER" is none that TikTok Shop documents',
  );
});

test("an order that TikTok's carriers ship is held for TikTok's label, unless a setting sends it", () => {
  deepEqual(decided({ shipping_type: "TIKTOK" }), {
    state: "held",
    reason: "TikTok's carriers ship it, by TikTok's own label",
  });
  equal(decided({ shipping_type: "TIKTOK" }, { tiktokShipping: "send" }).state, "recorded");
});

test("a masked buyer is held; a masked phone number alone is left out", async () => {
  const masked = (changes: object) =>
    completedOrder(order({ recipient_address: { ...sample.recipient_address, ...changes } }), undefined);
  const held = await masked({ name: "G****", first_name: "G****", last_name: "", address_line1: "1 ***" });
  equal(held.hold?.reason, "the channel masks name, firstName, street1 of the shipping address");
  const { hold, shippingAddress } = await masked({ phone_number: "(+1)213-***-0000" });
  deepEqual([hold, shippingAddress?.phone], [undefined, undefined]);
  const hidden = await completedOrder(order({ recipient_address: null }), undefined);
  equal(hidden.hold?.reason, "it has no shipping address");
});

test("cash on delivery is pending with its amount until it is delivered", () => {
  const cash = { is_cod: true, paid_time: 0 };
  const { financialState, amountDue } = order(cash);
  deepEqual([financialState, amountDue], ["pending", "71.83"]);
  equal(order({ ...cash, status: "UNPAID" }).amountDue, undefined);
  deepEqual([order({ ...cash, status: "DELIVERED" }).financialState], ["paid"]);
});

test("province, city and district by each market's words, else by their place", () => {
  const place = (region_code: string, ...levels: [string, string][]) => {
    const district_info = levels.map(([address_level_name, address_name], at) => ({
      ...{ address_level: `L${at}`, address_level_name, address_name },
    }));
    const { shippingAddress } = order({ recipient_address: { region_code, district_info } });
    return [shippingAddress?.province, shippingAddress?.city, shippingAddress?.district];
  };
  deepEqual(
    place("ID", ["Country", "Indonesia"], ["Provinsi", "Jawa Barat"], ["Kota", "Bandung"], ["Kecamatan", "Coblong"]),
    ["Jawa Barat", "Bandung", "Coblong"],
  );
  deepEqual(
    place("VN", ["Country", "Vietnam"], ["Province/City", "Hà Nội"], ["District", "Ba Đình"], ["Ward", "Cống Vị"]),
    ["Hà Nội", "Ba Đình", "Cống Vị"],
  );
  deepEqual(
    place("GB", ["Country", "United Kingdom"], ["Nation", "England"], ["County", "Kent"], ["Post town", "Dover"]),
    ["England", "Dover", undefined],
  );
  deepEqual(place("US", ["Country", "United Kingdom"]), [undefined, undefined, undefined]);
  deepEqual(place("US"), [undefined, undefined, undefined]);
});

test("a street without lines is address_detail; lines of quotation marks are none", () => {
  const street = (recipient_address: object) => {
    const { street1, street2 } = order({ recipient_address }).shippingAddress ?? {};
    return [street1, street2];
  };
  deepEqual(street({ address_detail: "Unit 1", address_line1: '""' }), ["Unit 1", undefined]);
  deepEqual(street({ address_line1: "Rua A", address_line2: "12", address_line3: '""', address_line4: "Centro" }), [
    "Rua A",
    "12, Centro",
  ]);
  deepEqual(street({ address_line1: '""', address_line2: "Only the second" }), ["Only the second", undefined]);
});

test("samples, replacements, pre-orders and combined packages are tags; Brazil's CPF is a tax ID", () => {
  const kinds = { is_sample_order: true, is_replacement_order: true, is_exchange_order: true };
  deepEqual(order({ ...kinds, order_type: "PRE_ORDER", split_or_combine_tag: "COMBINED" }).tags, [
    ...["sample", "replacement", "exchange", "pre_order", "combined"],
  ]);
  deepEqual(order({ cpf: "000.000.000-00" }).taxIds, [{ type: "national", value: "000.000.000-00" }]);
});

test("prices with tax or without is a setting; a fee without its original has no discount", () => {
  equal(order().pricesIncludeTax, undefined);
  equal(order({}, { pricesIncludeTax: true }).pricesIncludeTax, true);
  const { shipping } = order({ payment: { ...sample.payment, original_shipping_fee: "" } });
  deepEqual([shipping?.price, shipping?.discount], ["3.99", undefined]);
});

test("without an ID, a time, a currency or a readable amount, an order is no order", () => {
  for (const changes of [
    { id: null },
    { create_time: 0 },
    { update_time: "yesterday" },
    { paid_time: -1 },
    { payment: null },
    { payment: { ...sample.payment, currency: undefined } },
    { payment: { ...sample.payment, total_amount: "much" } },
    { line_items: "none" },
    { line_items: [{ ...cancelledUnit, id: undefined }] },
    { line_items: [{ ...unit, sale_price: "free" }] },
  ]) {
    throws(() => order(changes), JSON.stringify(changes).slice(0, 80));
  }
  deepEqual(order({ line_items: null }).lines, []);
});
