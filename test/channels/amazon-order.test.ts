import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { mapOrder } from "../../functions/channels/amazon/map-order.ts";
import { AmazonOrder } from "../../functions/channels/amazon/payload.ts";
import { Settings } from "../../functions/channels/amazon/settings.ts";
import { linesToShip, type Order } from "../../shared/order.ts";
import { jsonFixture } from "../support/deliveries.ts";

type Json = Record<string, unknown>;
const sample: Json = jsonFixture("amazon/fixtures/order.json").order;
const items = sample["orderItems"] as Json[];

const mapped = (changes: Json, settings: object = {}): Order =>
  mapOrder(z.parse(AmazonOrder, { ...sample, ...changes }), z.parse(Settings, { region: "eu", ...settings }));
const withStatus = (fulfillmentStatus: string | undefined, more: Json = {}): Json => ({
  fulfillment: { ...Object(sample["fulfillment"]), fulfillmentStatus, ...more },
});
const withItem = (changes: Json): Json => ({ orderItems: [{ ...items[0], ...changes }, items[1]] });
const shipped = (order: Order) => linesToShip(order).map(({ sku, quantityToShip }) => [sku, quantityToShip]);

test("each state of an order: what is paid, cancelled, shipped, held", () => {
  const CASES: [string | undefined, Partial<Order>][] = [
    ["UNSHIPPED", { financialState: "paid", fulfilmentState: "unfulfilled", hold: undefined }],
    ["PARTIALLY_SHIPPED", { financialState: "paid", fulfilmentState: "partial", hold: undefined }],
    ["SHIPPED", { financialState: "paid", fulfilmentState: "fulfilled", hold: undefined }],
    ["CANCELLED", { financialState: "voided", fulfilmentState: undefined, hold: undefined }],
    ["PENDING", { financialState: "pending", hold: { reason: "Amazon has not released it yet" } }],
    [
      "PENDING_AVAILABILITY",
      { financialState: "pending", hold: { reason: "it is a pre-order that is not released yet" } },
    ],
    ["UNFULFILLABLE", { financialState: "paid", fulfilmentState: undefined }],
    ["SOMETHING_NEW", { financialState: "pending", hold: { reason: "Amazon does not say how far it is" } }],
    [undefined, { financialState: "pending", hold: { reason: "Amazon does not say how far it is" } }],
  ];
  for (const [status, expected] of CASES) {
    const order = mapped(withStatus(status));
    for (const [field, value] of Object.entries(expected)) {
      deepEqual(order[field as keyof Order], value, `${status} ${field}`);
    }
    equal(order.cancelledAt, status === "CANCELLED" ? "2026-11-20T15:00:05.000Z" : undefined);
  }
  equal(mapped({ fulfillment: undefined }).hold?.reason, "Amazon does not say how far it is");
});

test("address null while PENDING: the order is held, has no amount either, and is still an order", () => {
  const order = mapped({
    ...withStatus("PENDING"),
    ...{ recipient: null, buyer: null, proceeds: null },
    orderItems: [{ orderItemId: "1", quantityOrdered: 1, product: { sellerSku: "MUG-BLUE" } }],
  });
  deepEqual([order.shippingAddress, order.currency, order.total], [null, "EUR", undefined]);
  equal(order.hold?.reason, "Amazon has not released it yet");
  const nowhere = { proceeds: null, salesChannel: {}, orderItems: [] };
  throws(() => mapped(nowhere), { name: "MalformedEvent", field: "order.currency" });
  equal(mapped(nowhere, { currency: "SEK" }).currency, "SEK");
});

test("IN_STORE_PICK_UP carries a shop's address: it is no address to ship to, and nothing is sent", () => {
  const order = mapped({ programs: ["IN_STORE_PICK_UP"] });
  deepEqual([order.shipping?.kind, order.shippingAddress, order.buyer?.phone], ["pick-up", null, undefined]);
  deepEqual(shipped(order), []);
  equal(mapped({ programs: ["IN_STORE_PICK_UP"] }, { pickUpPrograms: [] }).shipping?.kind, "ship");
});

test("what Amazon ships itself is marked and not sent: FBA, and the programmes of its own carrier", () => {
  for (const changes of [
    withStatus("UNSHIPPED", { fulfilledBy: "AMAZON" }),
    { programs: ["AMAZON_EASY_SHIP"] },
    { programs: ["PRIME", "DELIVERY_BY_AMAZON"] },
  ]) {
    const order = mapped(changes);
    deepEqual(
      order.lines.map(({ fulfilledBy }) => fulfilledBy),
      ["amazon", "amazon"],
    );
    deepEqual(shipped(order), []);
  }
  equal(mapped(withStatus("PENDING", { fulfilledBy: "AMAZON" })).hold, undefined, "none that is looked at again");
  equal(shipped(mapped({ programs: ["AMAZON_EASY_SHIP"] }, { amazonShips: [] })).length, 2);
  equal(shipped(mapped(withStatus("UNSHIPPED", { fulfilledBy: "MERCHANT" }))).length, 2);
});

test("only what is left of a line is sent: not what was shipped, nor what was cancelled", () => {
  const CASES: [Json, number | undefined][] = [
    [{ fulfillment: { quantityFulfilled: 1, quantityUnfulfilled: 1 } }, 1],
    [{ fulfillment: { quantityFulfilled: 2, quantityUnfulfilled: 0 } }, undefined],
    [{ fulfillment: { quantityFulfilled: 0, quantityUnfulfilled: 5 } }, 2],
    [{ fulfillment: { quantityFulfilled: 1, quantityUnfulfilled: 2 } }, 1],
    [{ fulfillment: { quantityFulfilled: 1 } }, 1],
    [{ fulfillment: null }, 2],
    [{ cancellation: { cancellationExecution: { cancelledBy: "BUYER" } } }, undefined],
  ];
  for (const [changes, left] of CASES) {
    const [first] = shipped(mapped(withItem(changes)));
    deepEqual(first, left === undefined ? ["PRINT-A4", 1] : ["MUG-BLUE", left], JSON.stringify(changes));
  }
});

test("a buyer who asks to cancel a line holds the order, until it is cancelled, shipped, or a setting says send", () => {
  const cancellation = { cancellationRequest: { requester: "BUYER", cancelReason: "No longer needed" } };
  equal(mapped(withItem({ cancellation })).hold?.reason, "its buyer asks to cancel it");
  equal(mapped(withItem({ cancellation }), { buyerCancellation: "send" }).hold, undefined);
  equal(mapped({ ...withItem({ cancellation }), ...withStatus("SHIPPED") }).hold, undefined);
  const executed = { ...cancellation, cancellationExecution: { cancelledBy: "MERCHANT" } };
  const rest = mapped(withItem({ cancellation: executed }));
  deepEqual([rest.hold, shipped(rest)], [undefined, [["PRINT-A4", 1]]]);
});

test("cash on delivery is what the carrier collects, and the order is not paid", () => {
  const constraints = { shipping: { shippingConstraints: { cashOnDelivery: "MANDATORY" } } };
  const byItem = mapped(withItem({ fulfillment: { quantityUnfulfilled: 2, ...constraints } }));
  deepEqual([byItem.financialState, byItem.amountDue, byItem.hold], ["pending", "52.97", undefined]);
  const paymentExecutions = [
    { paymentMethod: "CashOnDelivery", paymentAmount: { amount: "40.00", currencyCode: "EUR" } },
    { paymentMethod: "GiftCard", paymentAmount: { amount: "12.97", currencyCode: "EUR" } },
  ];
  const byPayment = mapped({ payment: { paymentExecutions } });
  deepEqual([byPayment.amountDue, byPayment.paymentMethod], ["40.00", "CashOnDelivery, GiftCard"]);
  equal(mapped({ payment: { paymentExecutions: paymentExecutions.slice(1) } }).financialState, "paid");
  equal(mapped({ payment: { paymentExecutions }, ...withStatus("CANCELLED") }).amountDue, undefined);
});

test("prices include the tax, or not, by what the total adds up to", () => {
  const total = (amount: string) => ({
    proceeds: { ...Object(sample["proceeds"]), grandTotal: { amount, currencyCode: "EUR" } },
  });
  deepEqual(
    ["52.97", "61.43", "50.00"].map((amount) => mapped(total(amount)).pricesIncludeTax),
    [true, false, undefined],
  );
});

test("discounts count without their sign, and those of shipping are its own", () => {
  const breakdown = (amount: string, details: Json[] = []) => ({
    type: "DISCOUNT",
    subtotal: { amount, currencyCode: "EUR" },
    detailedBreakdowns: details,
  });
  const goods = { type: "ITEM", subtotal: { amount: "29.98", currencyCode: "EUR" } };
  const part = (subtype: string, amount: string) => ({ subtype, value: { amount, currencyCode: "EUR" } });
  for (const sign of ["", "-"]) {
    const whole = mapped(withItem({ proceeds: { breakdowns: [goods, breakdown(`${sign}2.00`)] } }));
    deepEqual([whole.lines[0]?.discount, whole.discount, whole.shipping?.discount], ["2.00", "2.00", undefined]);
    const parts = [part("ITEM", `${sign}0.50`), part("SHIPPING", `${sign}1.50`)];
    const divided = mapped(withItem({ proceeds: { breakdowns: [goods, breakdown(`${sign}2.00`, parts)] } }));
    deepEqual([divided.lines[0]?.discount, divided.shipping?.discount], ["0.50", "1.50"]);
  }
});

test("a price that only the proceeds have is divided by the pieces; an unreadable amount is no 0", () => {
  const { product } = items[0] as { product: Json };
  const order = mapped(withItem({ product: { ...product, price: null } }));
  equal(Number(order.lines[0]?.unitPrice), 14.99);
  const wrong = { ...product, price: { unitPrice: { amount: "14,99", currencyCode: "EUR" } } };
  throws(() => mapped(withItem({ product: wrong })));
});

test("addresses: three lines, a Brazilian neighbourhood, a code or a name as region, an access point", () => {
  const { deliveryAddress } = sample["recipient"] as { deliveryAddress: Json };
  const address = (changes: Json) =>
    mapped({ recipient: { deliveryAddress: { ...deliveryAddress, ...changes } } }).shippingAddress;
  deepEqual(
    [address({ addressLine3: "3. OG" })?.street2, address({ addressLine1: "", addressLine3: "c" })?.street1],
    ["Hinterhaus, 3. OG", "Hinterhaus"],
  );
  const brazil = address({
    ...{ countryCode: "BR", stateOrRegion: "SP", districtOrCounty: "" },
    extendedFields: { streetName: "Rua das Flores", streetNumber: "123", neighborhood: "Vila Madalena" },
  });
  deepEqual([brazil?.district, brazil?.provinceCode], ["Vila Madalena", "SP"]);
  equal(address({ countryCode: "US", stateOrRegion: "Kentucky" })?.provinceCode, "KY");
  equal(address({ city: "", municipality: "Ankara" })?.city, "Ankara");
  ok(address({ addressType: "PICKUP_POINT" }), "a parcel like any other");
});

test("tax numbers are the buyer's, not the marketplace's or ours", () => {
  const registration = (entityType: string, taxRegistrationType: string, more: Json = {}) => ({
    ...{ entityType, taxRegistrationType, taxRegistrationNumber: `${entityType} ${taxRegistrationType}` },
    ...more,
  });
  const taxRegistrationAttributes = [{ key: "TAX_OFFICE", value: "Kadıköy" }];
  const taxRegistrations = [
    registration("BUYER", "VAT", { taxRegistrationAttributes }),
    registration("BUYER", "CPF"),
    registration("MARKETPLACE", "CNPJ"),
    registration("MERCHANT", "VAT"),
  ];
  deepEqual(mapped({ tax: { taxRegistrations }, ...withItem({ fulfillment: null }) }).taxIds, [
    { type: "vat", value: "BUYER VAT" },
    { type: "tax-office", value: "Kadıköy" },
    { type: "national", value: "BUYER CPF" },
  ]);
});

test("orders of the sandbox are tests", () => {
  equal(mapped({}, { environment: "sandbox" }).test, true);
  equal(mapped({}).test, false);
});
