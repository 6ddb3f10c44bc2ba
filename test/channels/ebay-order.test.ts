import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { mapOrder } from "../../functions/channels/ebay/map-order.ts";
import { EbayOrder } from "../../functions/channels/ebay/payload.ts";
import { Settings } from "../../functions/channels/ebay/settings.ts";
import { simulator } from "../../local/simulators/channels/ebay/index.ts";
import { completeOrder } from "../../local/simulators/demo-order.ts";
import type { PartialOrder } from "../../local/simulators/partial-order.ts";
import { linesToShip, type Order, progressOf } from "../../shared/order.ts";
import { decide } from "../../shared/routing/decide.ts";
import { connection, jsonFixture } from "../support/deliveries.ts";

const sample = jsonFixture("ebay/fixtures/order.json");
const [line, second, third] = sample.lineItems;
const [instruction] = sample.fulfillmentStartInstructions;
const { shippingStep } = instruction;
const euros = (value: string) => ({ value, currency: "EUR" });

const order = (changes: object = {}, settings: object = {}, shipments: unknown[] = []): Order =>
  mapOrder(
    z.parse(EbayOrder, { ...sample, ...changes }),
    shipments as never,
    { environment: undefined },
    z.parse(Settings, settings),
  );

const routes = [{ from: ["ebay/demo"], to: ["s2/demo"], when: "paid" as const, test: false }];
const decided = (changes: object) => {
  const { state, reason } = decide({ routes: routes as never }, connection("ebay"), order(changes), 0);
  return { state, reason };
};
const step = (changes: object) => [{ ...instruction, shippingStep: { ...shippingStep, ...changes } }];

test("money: eBay's states and ours; an unknown one waits", () => {
  for (const [orderPaymentStatus, state] of [
    ["PAID", "paid"],
    ["PENDING", "pending"],
    ["FAILED", "pending"],
    ["FULLY_REFUNDED", "refunded"],
    ["PARTIALLY_REFUNDED", "partially-refunded"],
    ["SOMETHING_NEW", "pending"],
    [undefined, "pending"],
  ] as const) {
    equal(order({ orderPaymentStatus }).financialState, state);
  }
});

test("eBay: lineItemCost is the whole line's: 4 pieces of 30.55 are 122.2, and discounts are below zero", () => {
  const mapped = order();
  deepEqual(
    mapped.lines.map(({ unitPrice, discount }) => [unitPrice, discount]),
    [
      ["30.55", "6.11"],
      ["6.666666", undefined],
      ["10.00", undefined],
    ],
  );
  deepEqual([mapped.discount, mapped.subtotal, mapped.shipping?.discount], ["6.11", "146.09", "4.95"]);
});

test("cancellations: done is cancelled, asked for is held, refused is neither", () => {
  const at = "2026-11-20T12:00:00.000Z";
  const cancelled = order({ cancelStatus: { cancelState: "CANCELED", cancelledDate: at } });
  deepEqual([cancelled.cancelledAt, progressOf(cancelled)], [at, "cancelled"]);
  equal(order({ cancelStatus: { cancelState: "CANCELED" } }).cancelledAt, sample.lastModifiedDate);
  equal(order({ cancelStatus: { cancelState: "IN_PROGRESS" } }).hold?.reason, "its cancellation is requested");
  for (const cancelStatus of [undefined, { cancelState: "NONE_REQUESTED" }])
    equal(order({ cancelStatus }).hold, undefined);
});

test("a line whose whole cost went back is not sent; another amount holds the order, unless a setting sends it", () => {
  const orderPaymentStatus = "PARTIALLY_REFUNDED";
  const refunds = [{ amount: euros("-116.09"), refundId: "1" }];
  const one = order({ orderPaymentStatus, lineItems: [{ ...line, refunds }, second, third] });
  deepEqual([one.hold, linesToShip(one).map(({ id }) => id)], [undefined, [second.lineItemId, third.lineItemId]]);
  const part = { orderPaymentStatus, lineItems: [{ ...line, refunds: [{ amount: euros("5.0") }] }, second] };
  equal(order(part).hold?.reason, "an amount of it is refunded that is no whole line");
  equal(order(part, { partialRefunds: "send" }).hold, undefined);
  equal(order({ orderPaymentStatus }).hold?.reason, "an amount of it is refunded that is no whole line");
  const shipped = {
    ...part,
    lineItems: part.lineItems.map((each) => ({ ...each, lineItemFulfillmentStatus: "FULFILLED" })),
  };
  equal(order(shipped).hold, undefined, "nothing is left to send");
});

test("refunds in the currency of the payout are no amount of the order", () => {
  const paid = (amount: object) => ({ paymentSummary: { payments: [], refunds: [{ amount }] } });
  equal(order(paid(euros("5.0"))).refunded, "5.0");
  equal(order(paid({ value: "4.3", currency: "GBP" })).refunded, undefined);
  const converted = { value: "4.3", currency: "GBP", convertedFromValue: "5.0", convertedFromCurrency: "EUR" };
  equal(order(paid(converted)).refunded, "5.0");
});

test("an amount of the order in another currency than its total is refused, with its field", () => {
  const lineItems = [{ ...line, lineItemCost: { value: "1.0", currency: "USD" } }];
  throws(() => order({ lineItems }), { field: "lineItems.lineItemCost.currency" });
});

test("international shipping programmes: shipTo is the hub, the reference belongs on the label, the buyer's address is not read", () => {
  const given = {
    fulfillmentStartInstructions: [
      {
        ...step({ shipToReferenceId: "2120341243" })[0],
        ebaySupportedFulfillment: true,
        finalDestinationAddress: { addressLine1: "1 Home Street", countryCode: "AU" },
      },
    ],
  };
  const { shippingAddress, attributes } = order(given);
  deepEqual([shippingAddress?.street1, shippingAddress?.street2], ["Lieferweg 2", "Hinterhaus, Reference 2120341243"]);
  deepEqual(attributes, [{ name: "shipToReferenceId", value: "2120341243" }]);
  equal(order(given, { shippingReference: "remark" }).shippingAddress?.remark, "Reference 2120341243");
  equal(order(given, { shippingReference: "none" }).shippingAddress?.street2, "Hinterhaus");
  equal(JSON.stringify(order(given)).includes("Home Street"), false);
});

test("FULFILLED_BY_EBAY, a fulfilment programme and eBay's vault: shipped by the marketplace, not routed", () => {
  for (const changes of [
    { fulfillmentStartInstructions: [{ fulfillmentInstructionsType: "FULFILLED_BY_EBAY" }] },
    { program: { fulfillmentProgram: { fulfilledBy: "EBAY" } } },
    { program: { ebayVault: { fulfillmentType: "VAULT_TO_BUYER" } } },
    { program: { ebayVault: { fulfillmentType: "VAULT_TO_VAULT" } } },
  ]) {
    deepEqual(new Set(order(changes).lines.map(({ fulfilledBy }) => fulfilledBy)), new Set(["ebay"]));
    const { state, reason } = decided(changes);
    deepEqual([state, reason?.includes("fulfilled by ebay")], ["not-routed", true], JSON.stringify(changes));
  }
  const toVault = { program: { ebayVault: { fulfillmentType: "SELLER_TO_VAULT" } } };
  equal(order(toVault).lines[0]?.fulfilledBy, undefined);
});

test("pick-up in the store is not shipped; Click and Collect is a parcel to the store", () => {
  const type = { fulfillmentInstructionsType: "PREPARE_FOR_PICKUP" };
  const inStore = order({ fulfillmentStartInstructions: [{ ...type, pickupStep: { merchantLocationKey: "s1" } }] });
  deepEqual([inStore.shipping?.kind, linesToShip(inStore)], ["pick-up", []]);
  const collect = order({ fulfillmentStartInstructions: [{ ...instruction, ...type }] });
  deepEqual([collect.shipping?.kind, collect.shippingAddress?.street1], ["ship", "Lieferweg 2"]);
});

test("digital gift cards are not shipped; beside goods only their own line is not", () => {
  const digital = { fulfillmentInstructionsType: "DIGITAL" };
  equal(order({ fulfillmentStartInstructions: [digital] }).shipping?.kind, "digital");
  const mixed = order({
    fulfillmentStartInstructions: [instruction, digital],
    lineItems: [line, { ...second, giftDetails: { message: "For you" } }],
  });
  deepEqual(
    [mixed.shipping?.kind, mixed.hold, linesToShip(mixed).map(({ id }) => id)],
    ["ship", undefined, [line.lineItemId]],
  );
});

test("an order to several addresses, or fulfilled in several ways, is held", () => {
  const elsewhere = { ...shippingStep.shipTo, contactAddress: { ...shippingStep.shipTo.contactAddress, city: "Ulm" } };
  const several = order({ fulfillmentStartInstructions: [instruction, ...step({ shipTo: elsewhere })] });
  deepEqual([several.shippingAddress, several.hold?.reason], [null, "the order goes to several addresses"]);
  const ways = order({
    fulfillmentStartInstructions: [instruction, { fulfillmentInstructionsType: "FULFILLED_BY_EBAY" }],
  });
  equal(ways.hold?.reason, "it is fulfilled in several ways, and eBay does not say which line is in which");
  equal(ways.lines[0]?.fulfilledBy, undefined);
});

test("what has left is not sent again: lines by their state, and by the parcels where a part has left", () => {
  const done = order({ lineItems: [{ ...line, lineItemFulfillmentStatus: "FULFILLED" }, second] });
  deepEqual(
    linesToShip(done).map(({ id }) => id),
    [second.lineItemId],
  );
  const lineItems = [{ ...line, lineItemFulfillmentStatus: "IN_PROGRESS" }, second];
  const parcels = [{ lineItems: [{ lineItemId: line.lineItemId, quantity: 3 }] }];
  equal(linesToShip(order({ lineItems }, {}, parcels))[0]?.quantityToShip, 1);
  equal(order({ orderFulfillmentStatus: "FULFILLED" }).fulfilmentState, "fulfilled");
});

test("empty phone, missing SKU, variation 0, names with many spaces, no address after 90 days", () => {
  const bare = order({ fulfillmentStartInstructions: [{ fulfillmentInstructionsType: "SHIP_TO", shippingStep: {} }] });
  deepEqual([bare.shippingAddress, bare.shipping?.kind], [null, "ship"]);
  const mapped = order({
    fulfillmentStartInstructions: step({ shipTo: { ...shippingStep.shipTo, primaryPhone: {} } }),
  });
  deepEqual([mapped.shippingAddress?.phone, mapped.shippingAddress?.name], [undefined, "Erika Mustermann"]);
  deepEqual([mapped.lines[2]?.sku, mapped.lines[1]?.variantId], ["", undefined]);
});

test("the speed is read from a code that is one word", () => {
  const level = (shippingServiceCode: string) =>
    order({ fulfillmentStartInstructions: step({ shippingServiceCode }) }).shipping?.serviceLevel;
  equal(level("UPSNextDayAir"), "priority");
  equal(level("UK_RoyalMailNextDay"), "priority");
  equal(level("DE_DPDExpress"), "expedited");
  equal(level("USPSParcel"), "standard");
});

test("IDs keep their digits, and what an order cannot do without is refused with its field", () => {
  for (const [changes, field] of [
    [{ orderId: undefined }, "orderId"],
    [{ lastModifiedDate: "yesterday" }, "lastModifiedDate"],
    [{ lineItems: [{ ...line, quantity: -1 }] }, "lineItems"],
    [{ lineItems: [{ ...line, lineItemCost: euros("much") }] }, "lineItems"],
    [{ pricingSummary: {} }, "pricingSummary"],
  ] as const) {
    const { error } = z.safeParse(EbayOrder, { ...sample, ...changes });
    equal(error?.issues[0]?.path[0], field);
  }
});

test("the connector maps from the simulated order what our order says", () => {
  const part: PartialOrder = {
    ...{ currency: "EUR", placedAt: "2026-11-20T14:00:00.000Z", updatedAt: "2026-11-20T14:00:00.000Z", note: "ring" },
    ...{ paidAt: "2026-11-20T14:00:03.000Z", tax: "1.20", taxIds: [{ type: "vat", value: "DE123456789" }] },
    buyer: { id: "b1", name: "Grace Hopper", email: "g@example.invalid", phone: "+49 1" },
    shipping: { kind: "ship", method: "UPSNextDayAir", code: "UPS", price: "5.00", shipBy: "2026-11-25T00:00:00.000Z" },
    lines: [
      { sku: "DEMO-A", title: "Tee", variantTitle: "M / Blue", quantity: 2, unitPrice: "19.99", discount: "3.00" },
    ],
  };
  const { newOrderId: newId, newLineId } = simulator;
  const sent = completeOrder(part, { newId, newLineId, newNumber: () => "1", known: undefined, now: 0 });
  const shown = JSON.parse(JSON.stringify(simulator.api?.resource(sent, "seller")));
  const mapped = mapOrder(z.parse(EbayOrder, shown), [], { environment: undefined }, z.parse(Settings, {}));
  for (const field of [
    "id",
    "placedAt",
    "updatedAt",
    "paidAt",
    "currency",
    "financialState",
    "note",
    "taxIds",
  ] as const) {
    deepEqual(mapped[field], sent[field], field);
  }
  const [given] = sent.lines;
  for (const field of ["id", "sku", "title", "variantTitle", "quantity", "unitPrice"] as const) {
    equal(mapped.lines[0]?.[field], given?.[field], field);
  }
  const { name, street1, city, provinceCode, postcode, country, phone } = mapped.shippingAddress ?? {};
  deepEqual(
    [name, street1, city, provinceCode, postcode, country, phone],
    ["Ada Byron", "1 Main Street", "Louisville", "KY", "40202", "US", "+1 502 555 0100"],
  );
  deepEqual([mapped.buyer?.id, mapped.buyer?.name, mapped.shipping?.serviceLevel], ["b1", "Grace Hopper", "priority"]);
});
