import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { shipTo } from "../../../shared/connector/ship-to.ts";
import { isCashOnDelivery, Order } from "../../../shared/order.ts";
import { decide } from "../../../shared/routing/decide.ts";
import { Config } from "../../../shared/stage/config.ts";

const config = z.parse(Config, {
  stage: "test",
  connections: [{ channel: "plain", name: "main", key: "pm" }],
  destinations: [{ provider: "parcelworks", name: "eu" }],
  routes: [{ from: ["plain/main"], to: ["parcelworks/eu"] }],
});
const now = Date.parse("2026-11-01T12:00:00Z");

function decided(changes: Record<string, unknown>, when?: "paid" | "placed") {
  const order = z.parse(Order, {
    id: "1",
    placedAt: "2026-11-01T10:00:00Z",
    updatedAt: "2026-11-01T10:00:00Z",
    currency: "EUR",
    financialState: "paid",
    lines: [{ id: "1", sku: "DEMO-TEE", quantity: 2 }],
    shippingAddress: {},
    ...changes,
  });
  const [connection] = config.connections;
  if (!connection) throw new Error("no connection");
  const routes = config.routes.map((route) => (when ? { ...route, when } : route));
  const { state, reason } = decide({ routes }, connection, order, now);
  return [state, reason];
}

test("an order is held for the channel's own reason, paid or not", () => {
  equal(decided({})[0], "recorded");
  deepEqual(decided({ hold: { reason: "ON_HOLD" } }), ["held", "ON_HOLD"]);
  const severalAddresses = shipTo([{ name: "Ada" }, { name: "Charles" }]);
  deepEqual(decided({ ...severalAddresses }), ["held", "the order goes to several addresses"]);
  deepEqual(decided({ ...severalAddresses, financialState: "pending" }), [
    "held",
    "the order goes to several addresses",
  ]);
  // An order that is never sent is not held.
  equal(decided({ hold: { reason: "ON_HOLD" }, cancelledAt: "2026-11-01T11:00:00Z" })[0], "cancelled");
  equal(decided({ hold: { reason: "ON_HOLD" }, fulfilmentState: "fulfilled" })[0], "not-routed");
});

test("cash on delivery need not be paid first; nothing owed is not cash on delivery", () => {
  equal(decided({ financialState: "pending" })[0], "held");
  equal(decided({ financialState: "pending", amountDue: "20.00" })[0], "recorded");
  equal(decided({ financialState: "partially-paid", amountDue: "5" })[0], "recorded");
  equal(decided({ financialState: "pending", amountDue: "0.00" })[0], "held");
  equal(isCashOnDelivery({ amountDue: "20.00", financialState: "paid" }), false);
  equal(isCashOnDelivery({ amountDue: "20.00", financialState: "pending" }), true);
});

test("`ready` is the default; `paid` waits for the money, also of cash on delivery; `placed` waits for nothing (row 3)", () => {
  equal(config.routes[0]?.when, "ready");
  const cashOnDelivery = { financialState: "pending", amountDue: "20.00" };
  for (const [order, ready, paid, placed] of [
    [{}, "recorded", "recorded", "recorded"],
    [cashOnDelivery, "recorded", "held", "recorded"],
    [{ ...cashOnDelivery, financialState: "paid" }, "recorded", "recorded", "recorded"],
    [{ financialState: "pending" }, "held", "held", "recorded"],
    [{ financialState: "authorized" }, "held", "held", "recorded"],
    [{ financialState: "partially-paid" }, "held", "held", "recorded"],
    [{ financialState: "partially-refunded" }, "recorded", "recorded", "recorded"],
    [{ financialState: "refunded" }, "cancelled", "cancelled", "cancelled"],
    [{ financialState: "voided" }, "cancelled", "cancelled", "cancelled"],
  ] as const) {
    deepEqual(
      [decided(order)[0], decided(order, "paid")[0], decided(order, "placed")[0]],
      [ready, paid, placed],
      JSON.stringify(order),
    );
  }
});

test("what does not leave by parcel is not routed, and the reason says why", () => {
  for (const [kind, reason] of [
    ["pick-up", "the buyer picks it up"],
    ["local", "the shop delivers it itself"],
    ["digital", "nothing of it travels"],
  ]) {
    deepEqual(decided({ shipping: { kind } }), ["not-routed", reason]);
  }
  equal(decided({ shipping: { kind: "ship" } })[0], "recorded");
});

test("lines of another service are left out, and named where nothing else is left", () => {
  const [ours, amazons] = [
    { id: "1", sku: "A", quantity: 1 },
    { id: "2", sku: "B", quantity: 1, fulfilledBy: "amazon" },
  ];
  equal(decided({ lines: [ours, amazons] })[0], "recorded");
  deepEqual(decided({ lines: [amazons] }), ["not-routed", "no line left to ship; others are fulfilled by amazon"]);
});
