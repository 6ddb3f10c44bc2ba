import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { mapOrder } from "../../functions/channels/ecwid/map-order.ts";
import { StoreOrder } from "../../functions/channels/ecwid/payload.ts";
import { Settings } from "../../functions/channels/ecwid/settings.ts";
import { parseJson } from "../../shared/json.ts";
import { linesToShip, type Order } from "../../shared/order.ts";
import { decide } from "../../shared/routing/decide.ts";
import { connection, fixture } from "../support/deliveries.ts";

const sample = fixture("ecwid/fixtures/order.json").toString();
const item = JSON.parse(sample).items[0];
const store = { shop: "1003", currency: "EUR" };
const mapped = (text: string, settings: object = {}): Order =>
  mapOrder(z.parse(StoreOrder, parseJson(text)), store, z.parse(Settings, settings));
/** The sample with other fields, as the API would answer it. */
const order = (changes: object = {}, settings: object = {}): Order =>
  mapped(JSON.stringify({ ...JSON.parse(sample), ...changes }), settings);

const routes = [{ from: ["ecwid/demo"], to: ["s2/demo"], when: "ready" as const, test: false }];
/** What the routes decide. */
function decided(changes: object, settings: object = {}) {
  const { state, reason } = decide({ routes: routes as never }, connection("ecwid"), order(changes, settings), 0);
  return { state, reason };
}

test("each payment status, in our words", () => {
  const pending = { state: "held", reason: "not paid yet" };
  for (const [paymentStatus, financialState, decision] of [
    ["AWAITING_PAYMENT", "pending", pending],
    ["PAID", "paid", { state: "recorded", reason: undefined }],
    ["CANCELLED", "voided", { state: "cancelled", reason: undefined }],
    ["REFUNDED", "refunded", { state: "cancelled", reason: undefined }],
    ["INCOMPLETE", "pending", { state: "held", reason: "the buyer has not placed it yet" }],
    [
      ...(["PARTIALLY_REFUNDED", "partially-refunded"] as const),
      { state: "held", reason: "part of it is refunded, and Ecwid does not say which lines" },
    ],
  ] as const) {
    equal(order({ paymentStatus }).financialState, financialState, paymentStatus);
    const { state, reason } = decided({ paymentStatus });
    equal(state, decision.state, paymentStatus);
    if (decision.state === "held") equal(reason, decision.reason, paymentStatus);
  }
  equal(order({ paymentStatus: "CANCELLED" }).cancelledAt, "2026-10-02T06:00:01.000Z");
});

test("each fulfilment status, in our words", () => {
  for (const [fulfillmentStatus, state, sent] of [
    ["AWAITING_PROCESSING", "unfulfilled", true],
    ["PROCESSING", "unfulfilled", true],
    ["READY_FOR_PICKUP", "unfulfilled", false],
    ["SHIPPED", "fulfilled", false],
    ["OUT_FOR_DELIVERY", "fulfilled", false],
    ["DELIVERED", "fulfilled", false],
    ["RETURNED", "fulfilled", false],
    ["WILL_NOT_DELIVER", "unfulfilled", false],
  ] as const) {
    equal(order({ fulfillmentStatus }).fulfilmentState, state, fulfillmentStatus);
    equal(decided({ fulfillmentStatus }).state === "recorded", sent, fulfillmentStatus);
  }
  equal(order({ fulfillmentStatus: "WILL_NOT_DELIVER" }).cancelledAt, "2026-10-02T06:00:01.000Z");
  equal(order({ fulfillmentStatus: "READY_FOR_PICKUP" }).shipping?.kind, "pick-up");
  deepEqual(
    order({ fulfillmentStatus: "SHIPPED" }).lines.map(({ fulfilled }) => fulfilled),
    [3, 1, undefined],
  );
});

test("a status of the store's own holds the order until a setting translates it", () => {
  const custom = { paymentStatus: "CUSTOM_PAYMENT_STATUS_1" };
  deepEqual(decided(custom), {
    state: "held",
    reason: "its paymentStatus CUSTOM_PAYMENT_STATUS_1 is not Ecwid's own: name it in the setting paymentStatuses",
  });
  equal(order(custom).financialState, "pending");
  equal(decided(custom, { paymentStatuses: { CUSTOM_PAYMENT_STATUS_1: "PAID" } }).state, "recorded");
  const packed = { fulfillmentStatus: "CUSTOM_FULFILLMENT_STATUS_2" };
  equal(decided(packed).state, "held");
  equal(decided(packed, { fulfillmentStatuses: { CUSTOM_FULFILLMENT_STATUS_2: "PROCESSING" } }).state, "recorded");
  equal(decided({ paymentStatus: null }).reason, "it has no paymentStatus");
  equal(decided({ paymentStatus: "pay me <b>now</b>" }).reason, "it has no paymentStatus", "nothing of it is quoted");
  // Nor does a name of every object mean anything.
  equal(decided({ fulfillmentStatus: "constructor" }).state, "held");
});

test("another meaning of Ecwid's own words is a setting", () => {
  const settings = { fulfillmentStatuses: { WILL_NOT_DELIVER: "AWAITING_PROCESSING" } };
  equal(decided({ fulfillmentStatus: "WILL_NOT_DELIVER" }, settings).state, "recorded");
});

test("what was refunded counts, whatever the status says; a part holds the order unless a setting sends it", () => {
  equal(order({ refundedAmount: 5 }).financialState, "partially-refunded");
  equal(decided({ refundedAmount: 5 }).state, "held");
  equal(decided({ refundedAmount: 5 }, { partialRefunds: "send" }).state, "recorded");
  equal(order({ refundedAmount: 38.9 }).financialState, "refunded");
  equal(decided({ refundedAmount: 38.9, paymentStatus: "PARTIALLY_REFUNDED" }).state, "cancelled");
  equal(order({ refundedAmount: null }).financialState, "paid");
});

test("cash on delivery is sent unpaid, with what is still owed", () => {
  const unpaid = { paymentStatus: "AWAITING_PAYMENT" };
  equal(order({ ...unpaid, paymentMethod: "Cash on delivery" }).amountDue, "38.9");
  equal(decided({ ...unpaid, paymentMethod: "Cash on delivery" }).state, "recorded");
  equal(order({ paymentMethod: "Cash on delivery" }).amountDue, undefined, "it is paid");
  equal(order({ ...unpaid, paymentMethod: "At the door" }).amountDue, undefined);
  equal(order({ ...unpaid, paymentMethod: "At the door" }, { cashOnDelivery: ["at the door"] }).amountDue, "38.9");
});

test("a label that was bought holds the order; labels to two addresses hold it for that", () => {
  const to = (street: string) => ({ id: street, shipTo: { name: "Rhea", street, countryCode: "IE" } });
  const one = { shipments: [to("12 Mill Road")] };
  equal(order(one).fulfilmentState, "partial");
  equal(decided(one).reason, "a shipping label was bought for it, and Ecwid does not say for which lines");
  equal(order({ ...one, fulfillmentStatus: "SHIPPED" }).hold, undefined);
  const two = order({ shipments: [to("12 Mill Road"), to("3 Harbour Road")], fulfillmentStatus: "SHIPPED" });
  deepEqual(two.hold, { reason: "the order goes to several addresses" });
  equal(two.shippingAddress, null);
  equal(order({ shipments: [to("12 Mill Road"), to("12 Mill Road")] }).shippingAddress?.street1, "12 Mill Road");
});

test("an order that another system ships is not sent, unless it is one of our own", () => {
  const lines = (changes: object) => order({ externalFulfillment: true, ...changes }).lines[0]?.fulfilledBy;
  equal(lines({}), "external fulfilment");
  equal(lines({ refererId: "Amazon" }), "Amazon");
  equal(lines({ externalOrderData: { refererChannel: "eBay", refererId: "x" }, refererId: "y" }), "eBay");
  deepEqual(linesToShip(order({ externalFulfillment: true })), []);
  equal(order().lines[0]?.fulfilledBy, undefined);
});

test("how it ships: by fulfillmentType in any spelling, the flag of older orders, and the method's words", () => {
  const kind = (shippingOption: object | null, changes: object = {}) =>
    order({ shippingOption, ...changes }).shipping?.kind;
  for (const [fulfillmentType, expected] of [
    ["SHIPPING", "ship"],
    ["shipping", "ship"],
    ["PICKUP", "pick-up"],
    ["DELIVERY", "local"],
    ["deliver", "local"],
    ["toString", "ship"],
    [undefined, "ship"],
  ] as const) {
    equal(kind({ shippingMethodName: "Standard", fulfillmentType }), expected, fulfillmentType);
  }
  equal(kind({ isPickup: true }), "pick-up");
  equal(kind({ shippingMethodName: "Store pickup", fulfillmentType: "SHIPPING" }), "pick-up");
  equal(kind(null), "ship");
  equal(kind(null, { items: [{ ...item, isShippingRequired: false }], shippingPerson: null }), "digital");
});

test("a download does not ship; files beside goods, and a gift card on paper, do", () => {
  const ships = (changes: object) => order({ items: [{ ...item, ...changes }] }).lines[0]?.ships;
  equal(ships({ isShippingRequired: false, digital: true }), false);
  equal(ships({ isShippingRequired: true, digital: true }), true);
  equal(ships({ isShippingRequired: undefined, digital: true }), false);
  equal(ships({ isShippingRequired: undefined, digital: undefined }), true);
});

test("a pick-up has a name and no address; a download has no person to ship to", () => {
  const pickUp = order({ shippingPerson: { name: "Rhea" }, shippingOption: { fulfillmentType: "PICKUP" } });
  deepEqual([pickUp.shippingAddress?.name, pickUp.shippingAddress?.street1], ["Rhea", undefined]);
  equal(order({ shippingPerson: undefined }).shippingAddress, null);
});

test("both lines of the street come in one text", () => {
  const street = (text: string | null) => {
    const { street1, street2 } = order({ shippingPerson: { street: text } }).shippingAddress ?? {};
    return [street1, street2];
  };
  deepEqual(street("7 Quarry Lane\nApt 4"), ["7 Quarry Lane", "Apt 4"]);
  deepEqual(street("7 Quarry Lane\r\nApt 4\nBell 2"), ["7 Quarry Lane", "Apt 4, Bell 2"]);
  deepEqual(street("7 Quarry Lane"), ["7 Quarry Lane", undefined]);
  deepEqual(street(null), [undefined, undefined]);
});

test("the province's code and name; a name in the place of the code is the code of a listed country's", () => {
  const province = (person: object) => {
    const { province: name, provinceCode } = order({ shippingPerson: person }).shippingAddress ?? {};
    return [name, provinceCode];
  };
  const [us, gb] = [{ countryCode: "US" }, { countryCode: "GB" }];
  deepEqual(province({ ...us, stateOrProvinceCode: "CA", stateOrProvinceName: "California" }), ["California", "CA"]);
  deepEqual(province({ ...us, stateOrProvinceCode: "Kentucky" }), ["Kentucky", "KY"]);
  deepEqual(province({ ...us, stateOrProvinceName: "Kentucky" }), ["Kentucky", "KY"]);
  deepEqual(province({ ...gb, stateOrProvinceCode: "Kent", stateOrProvinceName: "Kent" }), ["Kent", undefined]);
});

test("times in each of Ecwid's formats, with their zone; freshness is the order's updateDate", () => {
  const updatedAt = (updateDate: unknown, changes: object = {}, settings: object = {}) =>
    order({ updateDate, ...changes }, settings).updatedAt;
  const ten = "2026-11-05T20:55:41.000Z";
  equal(updatedAt("2026-11-05 12:55:41 -0800"), ten);
  equal(updatedAt("2026-11-05 20:55:41 +0000"), ten);
  equal(updatedAt("2026-11-05 12:55:41 -08:00"), ten);
  equal(updatedAt("2026-11-05T20:55:41Z"), ten);
  equal(updatedAt("2026-11-06 02:25:41 +0530"), ten);
  equal(updatedAt("2026-11-05 20:55:41"), ten, "by the documents, UTC");
  equal(updatedAt("2026-11-05 21:55:41", {}, { timeZone: "Europe/Berlin" }), ten, "or the setting's");
  equal(updatedAt(undefined, { updateTimestamp: 1793912141 }), ten);
  equal(updatedAt("2026-11-05 20:55:41 +0000", { updateTimestamp: 1 }), ten);
  for (const wrong of [
    "2026-02-30 10:00:00 +0000",
    "yesterday",
    "2026-11-05",
    1793912141000,
    "2026-11-05 25:00:00 +0000",
  ]) {
    throws(() => updatedAt(wrong), { field: "updateDate" }, String(wrong));
  }
  throws(() => updatedAt(undefined, { updateTimestamp: undefined }), { field: "updateDate" });
  throws(() => order({ createDate: "never" }), { field: "createDate" });
});

test("a time that no order needs may be unreadable", () => {
  equal(order({ latestShipDate: "soon" }).shipping?.shipBy, undefined);
  equal(order({ pickupTime: "2026-10-03 05:00:00 +0000" }).shipping?.deliverFrom, "2026-10-03T05:00:00.000Z");
  equal(order({ latestDeliveryDate: "2026-10-04 05:00:00 +0000" }).shipping?.deliverUntil, "2026-10-04T05:00:00.000Z");
});

test("identity is the order's id, never the number that buyers see; without it, orderNumber", () => {
  equal(order().id, "QUARRY-7K2XD");
  equal(order({ vendorOrderNumber: "SOMETHING-ELSE" }).id, "QUARRY-7K2XD");
  const old = order({ id: undefined, internalId: undefined, orderNumber: 35, vendorOrderNumber: "A-35" });
  deepEqual([old.id, old.number], ["35", "A-35"]);
  const long = mapped(sample.replace('"id": "QUARRY-7K2XD"', '"id": 820982911946154508'));
  equal(long.id, "820982911946154508");
  throws(() => order({ id: null, orderNumber: null }), { field: "id" });
});

test("money comes as JSON numbers, and no digit is lost", () => {
  const text = sample.replace('"total": 38.9', '"total": 10000000000000038.90');
  const { total } = mapped(text.replace('"giftCardRedemption": 2', '"giftCardRedemption": 0'));
  equal(total, "10000000000000038.90");
  throws(() => order({ total: "much" }));
  throws(() => order({ total: null }));
});

test("discounts: the coupon's and the promotions', of the order and of its lines", () => {
  deepEqual([order().discount, order().subtotal], ["3.5", "34.0"]);
  equal(order().lines[0]?.discount, "3.5");
  equal(order({ discount: 3.5 }, { discountIncludesCoupon: true }).discount, "3.5");
  equal(order({ couponDiscount: 50 }).subtotal, "0", "a part is on shipping");
  deepEqual(order({ discountCoupon: null }).discountCodes, []);
});

test("a gift card is a way to pay: the total is that before it, what is due that after it", () => {
  equal(order().total, "40.9");
  equal(order({ giftCardRedemption: 0 }).total, "38.9");
  const due = { paymentStatus: "AWAITING_PAYMENT", paymentMethod: "COD" };
  deepEqual([order(due).total, order(due).amountDue], ["40.9", "38.9"]);
});

test("a tip or a fee is a line that is not shipped", () => {
  const surcharges = [
    { id: "tip", total: 2 },
    { description: "Insurance", total: 1, taxes: [{ name: "Levy", value: 20, total: 0.2 }] },
  ];
  const [, , tip, insurance] = order({ customSurcharges: surcharges }).lines;
  deepEqual([tip?.id, tip?.title, tip?.unitPrice, tip?.ships], ["surcharge-1", "tip", "2", false]);
  deepEqual([insurance?.title, insurance?.taxes], ["Insurance", [{ title: "Levy", rate: "0.2", amount: "0.2" }]]);
});

test("the buyer's own fields: by their titles, and of old stores by their names; the staff's notes are not read", () => {
  const fields = { orderExtraFields: undefined, extraFields: { "Gift message": "Hello", x: { a: 1 }, empty: "" } };
  const { attributes, giftMessage } = order(fields);
  deepEqual(attributes, [
    { name: "Gift message", value: "Hello" },
    { name: "x", value: '{"a":1}' },
    { name: "empty", value: undefined },
  ]);
  equal(giftMessage, "Hello");
  equal(JSON.stringify(order()).includes("packed by Ida"), false);
});

test("numbers of the buyer: VAT, codice fiscale, and those that a store asks for", () => {
  const asked = [{ id: "1", title: "EORI number", value: "IE123" }];
  deepEqual(order({ customerFiscalCode: "RSSMRA80A01H501U", orderExtraFields: asked }).taxIds, [
    { type: "vat", value: "IE6388047V" },
    { type: "eori", value: "IE123" },
    { type: "national", value: "RSSMRA80A01H501U" },
  ]);
});

test("a payment method of tests makes an order a test", () => {
  equal(order().test, false);
  const settings = { testPaymentMethods: ["Credit or debit card"] };
  equal(decided({}, settings).reason, "a test order; no route asks for tests");
});

test("null and absent lists are empty", () => {
  const nothing = { items: null, customSurcharges: null, shipments: null, orderExtraFields: null, extraFields: null };
  const bare = order({ ...nothing, billingPerson: null, email: "", discountCoupon: undefined });
  deepEqual(bare.lines, []);
  deepEqual([bare.buyer?.name, bare.buyer?.email], ["Rhea Calder", undefined]);
});

test("an order whose lines cannot be read is no order", () => {
  for (const changes of [
    { items: [{ ...item, id: undefined }] },
    { items: [{ ...item, quantity: 1.5 }] },
    { items: [{ ...item, quantity: -1 }] },
    { items: [{ ...item, price: "cheap" }] },
    { items: "none" },
    { shippingPerson: { countryCode: "Nowhere" } },
  ]) {
    throws(() => order(changes), JSON.stringify(changes));
  }
});
