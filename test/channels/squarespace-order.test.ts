import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { mapOrder } from "../../functions/channels/squarespace/map-order.ts";
import { SiteOrder } from "../../functions/channels/squarespace/payload.ts";
import { Settings } from "../../functions/channels/squarespace/settings.ts";
import { parseJson } from "../../shared/json.ts";
import type { Order } from "../../shared/order.ts";
import { decide } from "../../shared/routing/decide.ts";
import { connection, fixture } from "../support/deliveries.ts";

const sample = fixture("squarespace/fixtures/order.json").toString();
const line = JSON.parse(sample).lineItems[0];
const dollars = (value: string) => ({ value, currency: "USD" });

/** The sample with other fields, as the API would answer it. */
function order(changes: object = {}, settings: object = {}): Order {
  const text = JSON.stringify({ ...JSON.parse(sample), ...changes });
  return mapOrder(z.parse(SiteOrder, parseJson(text)), "website", z.parse(Settings, settings));
}

const routes = [{ from: ["squarespace/demo"], to: ["s2/demo"], when: "paid" as const, test: false }];
/** What the routes decide. */
function decided(changes: object, settings: object = {}) {
  const { state, reason } = decide({ routes: routes as never }, connection("squarespace"), order(changes, settings), 0);
  return { state, reason };
}

test("Squarespace's pending payment waits, and so does every state in which it is not paid", () => {
  for (const [paymentState, financialState] of [
    ["PENDING", "pending"],
    ["NOT_CHARGED", "pending"],
    ["AUTHORIZED", "authorized"],
    ["PARTIALLY_PAID", "partially-paid"],
    ["FAILED", "pending"],
  ]) {
    const { hold, financialState: state } = order({ paymentState });
    deepEqual({ hold, state }, { hold: { reason: `its payment state is ${paymentState}` }, state: financialState });
    deepEqual(decided({ paymentState }), { state: "held", reason: `its payment state is ${paymentState}` });
  }
  equal(decided({ paymentState: "PAID" }).state, "recorded");
});

test("an order that is being refunded is held, one whose refund ended is cancelled", () => {
  for (const paymentState of ["REFUND_PENDING", "REFUND_FAILED"]) {
    deepEqual(decided({ paymentState }), { state: "held", reason: `its payment state is ${paymentState}` });
    equal(order({ paymentState }).financialState, "paid");
  }
  equal(order({ paymentState: "REFUNDED", refundedTotal: dollars("43.30") }).financialState, "refunded");
  equal(decided({ paymentState: "REFUNDED" }).state, "cancelled");
  equal(decided({ refundedTotal: dollars("43.30") }).state, "cancelled", "PAID, and all of it went back");
});

test("a part that is refunded holds the order, unless a setting sends it", () => {
  const changes = { refundedTotal: dollars("8.00") };
  const { financialState, refunded } = order(changes);
  deepEqual({ financialState, refunded }, { financialState: "partially-refunded", refunded: "8.00" });
  equal(decided(changes).state, "held");
  equal(decided(changes, { partialRefunds: "send" }).state, "recorded");
});

test("an order without a payment state, or with an unknown one, is never sent as if it were paid", () => {
  const { paymentState: _, ...older } = JSON.parse(sample);
  const read = (settings: object) => mapOrder(z.parse(SiteOrder, older), undefined, z.parse(Settings, settings));
  deepEqual(read({}).hold, { reason: "it has no payment state" });
  equal(read({}).financialState, "pending");
  equal(read({ paidStates: ["PAID", "NONE"] }).financialState, "paid");
  equal(read({ paidStates: ["PAID", "NONE"] }).hold, undefined);
  deepEqual(decided({ paymentState: "SOMETHING_NEW" }), { state: "held", reason: "not paid yet" });
});

test("which states are paid, and which are held, are settings; nothing to charge is paid", () => {
  equal(decided({ paymentState: "NOT_CHARGED" }, { paidStates: ["PAID", "not_charged"] }).state, "recorded");
  equal(order({ paymentState: "AUTHORIZED" }, { heldStates: ["PENDING"] }).hold, undefined);
  equal(decided({ paymentState: "NOT_CHARGED", grandTotal: dollars("0.00") }).state, "recorded");
});

test("the fulfilment states: an order is fulfilled as a whole, or cancelled at its last change", () => {
  equal(decided({ fulfillmentStatus: "FULFILLED" }).reason, "already fulfilled at the channel");
  equal(order({ fulfillmentStatus: "FULFILLED", paymentState: "PENDING" }).hold, undefined);
  deepEqual(
    order({ fulfillmentStatus: "FULFILLED" }).lines.map(({ fulfilled }) => fulfilled),
    [3, 1],
  );
  const { cancelledAt } = order({ fulfillmentStatus: "CANCELED" });
  equal(cancelledAt, "2026-10-02T06:00:00.912Z");
  equal(decided({ fulfillmentStatus: "CANCELED", paymentState: "PENDING" }).state, "cancelled");
});

test("parcels of an order that is not fulfilled hold it: they do not say which lines they had", () => {
  const changes = { fulfillments: [{ carrierName: "USPS", trackingNumber: "1" }] };
  equal(order(changes).fulfilmentState, "partial");
  equal(order(changes).lines[0]?.fulfilled, undefined);
  equal(decided(changes).state, "held");
});

test("a test order is one", () => {
  equal(order({ testmode: true }).test, true);
  equal(decided({ testmode: true }).reason, "a test order; no route asks for tests");
});

test("digital, gift-card and service lines do not ship, whatever the word's case; an unknown type does", () => {
  const types = (settings: object, ...names: string[]) =>
    order(
      { lineItems: names.map((lineItemType, at) => ({ ...line, id: `l${at}`, lineItemType })) },
      settings,
    ).lines.map(({ ships }) => ships);
  deepEqual(types({}, "PHYSICAL_PRODUCT", "CUSTOM", "A_NEW_TYPE"), [true, true, true]);
  deepEqual(types({}, "SERVICE", "GIFT_CARD", "DIGITAL", "download", "PAYWALL"), Array(5).fill(false));
  deepEqual(types({ notShippedTypes: ["custom"] }, "CUSTOM", "SERVICE"), [false, true]);
  const digital = { lineItems: [{ ...line, sku: null, lineItemType: "DIGITAL" }], shippingAddress: null };
  equal(order(digital).shipping?.kind, "digital");
  equal(decided(digital).reason, "nothing of it travels");
});

test("goods without an address are picked up by the chosen method, or taken along at the till", () => {
  equal(order({ shippingAddress: null }).shipping?.kind, "pick-up", "a method of the shop's own name");
  equal(
    order({ shippingAddress: null, shippingLines: [], shippingOptionName: null, channel: "pos" }).shipping?.kind,
    "pick-up",
  );
  equal(order({ shippingOptionName: "Store Pickup" }).shipping?.kind, "pick-up", "with an address too");
  equal(order({ shippingLines: [{ method: "Local delivery" }], shippingOptionName: null }).shipping?.kind, "local");
  // Neither says that the buyer comes: these wait for an address.
  equal(order({ shippingAddress: null, shippingLines: [], shippingOptionName: null }).shipping?.kind, "ship");
  equal(order({ shippingAddress: null, channel: "external" }).shipping?.kind, "ship");
});

test("null and absent lists are empty; both addresses may be null", () => {
  const nothing = { ...{ shippingLines: null, discountLines: null, formSubmission: null, fulfillments: null } };
  const bare = order({ ...nothing, billingAddress: null, shippingAddress: null, customerEmail: null, lineItems: null });
  deepEqual(bare.lines, []);
  equal(bare.shippingAddress, null);
  equal(bare.billingAddress, undefined);
  equal(bare.buyer?.name, undefined);
});

test("money is text or a number, and its currency a text or an object; no digit is lost", () => {
  const text = sample
    .replace('"value": "43.30"', '"value": 43.30')
    .replaceAll('"currency": "USD"', '"currency": {"currencyCode": "USD", "defaultFractionDigits": 2}');
  const { total, currency } = mapOrder(z.parse(SiteOrder, parseJson(text)), "w", z.parse(Settings, {}));
  deepEqual({ total, currency }, { total: "43.30", currency: "USD" });
  const yen = order({ grandTotal: { value: "1230", currency: "JPY" } });
  deepEqual([yen.total, yen.currency], ["1230", "JPY"]);
});

test("prices with tax and without; the subtotal is that after discounts, and never less than nothing", () => {
  equal(order({ priceTaxInterpretation: "INCLUSIVE" }).pricesIncludeTax, true);
  equal(order({ priceTaxInterpretation: "EXCLUSIVE" }).pricesIncludeTax, false);
  equal(order({ priceTaxInterpretation: null }).pricesIncludeTax, undefined);
  equal(order().subtotal, "35.00");
  equal(order({ discountTotal: dollars("50.00") }).subtotal, "0");
});

test("times have seconds or milliseconds; freshness is modifiedOn", () => {
  const { placedAt, updatedAt } = order({ createdOn: "2026-10-02T05:59:58Z", modifiedOn: "2026-10-02T06:00:01.5Z" });
  deepEqual([placedAt, updatedAt], ["2026-10-02T05:59:58.000Z", "2026-10-02T06:00:01.500Z"]);
  for (const modifiedOn of ["2026-10-02T06:00:00", "yesterday", null, 7]) throws(() => order({ modifiedOn }));
});

test("a state that is a code is the province's code too, and so is the code of a name that is known", () => {
  const to = (state: string | null, countryCode = "TT") => {
    const { province, provinceCode } = order({ shippingAddress: { state, countryCode } }).shippingAddress ?? {};
    return [province, provinceCode];
  };
  deepEqual(to("TX"), ["TX", "TX"]);
  deepEqual(to("NSW"), ["NSW", "NSW"]);
  deepEqual(to("Texas", "US"), ["Texas", "TX"]);
  deepEqual(to("West Indies"), ["West Indies", undefined]);
  deepEqual(to(null), [undefined, undefined]);
});

test("an order that another system placed bears that system's name", () => {
  deepEqual(order({ channel: "external", channelName: "Faire Wholesale" }).tags, ["Faire Wholesale"]);
  deepEqual(order().tags, []);
});

test("without an ID, a quantity, a total or a readable price, an order is no order", () => {
  for (const changes of [
    { id: null },
    { grandTotal: null },
    { grandTotal: dollars("much") },
    { lineItems: [{ ...line, quantity: -1 }] },
    { lineItems: [{ ...line, quantity: 1.5 }] },
    { lineItems: [{ ...line, id: undefined }] },
    { lineItems: [{ ...line, unitPricePaid: dollars("") }] },
    { lineItems: "none" },
  ]) {
    throws(() => order(changes), JSON.stringify(changes));
  }
});
