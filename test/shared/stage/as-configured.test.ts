import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { linesToShip, Order } from "../../../shared/order.ts";
import { asConfigured, asConfiguredIn, leftOut, matches } from "../../../shared/stage/as-configured.ts";
import { Config, type ReadAs } from "../../../shared/stage/config.ts";

const order = (changes: Record<string, unknown> = {}): Order =>
  z.parse(Order, {
    id: "1",
    placedAt: "2026-11-01T10:00:00Z",
    updatedAt: "2026-11-01T10:00:00Z",
    currency: "EUR",
    financialState: "paid",
    lines: [{ id: "1", sku: "DEMO-TEE", quantity: 2 }],
    shippingAddress: {},
    ...changes,
  });

const skus = (changes: Record<string, unknown>, settings: ReadAs) =>
  linesToShip(asConfigured(order(changes), settings)).map(({ sku }) => sku);

test("an asterisk matches any text, and nothing else is special", () => {
  const cases: [pattern: string, text: string, expected: boolean][] = [
    ["tip", " TIP ", true],
    ["tip", "tips", false],
    ["TIP-*", "tip-5", true],
    ["*protection*", "Shipping Protection (2 years)", true],
    ["a*b*c", "a-b-b-c", true],
    ["a*a", "a", false],
    ["ab*ba", "aba", false],
    ["*", "", true],
    ["T.P", "TIP", false],
    ["Zoë", "ZOE\u0308", true],
  ];
  for (const [pattern, text, expected] of cases) equal(matches(pattern, text), expected, `${pattern} ${text}`);
});

test("lines that a setting names as not goods are left out, by SKU or title", () => {
  const lines = [
    { id: "1", sku: "DEMO-TEE", title: "Tee", quantity: 1 },
    { id: "2", sku: "", title: "Shipping protection", quantity: 1 },
    { id: "3", sku: "TIP-5", title: "A tip", quantity: 1 },
  ];
  deepEqual(skus({ lines }, {}), ["DEMO-TEE", "", "TIP-5"]);
  const settings = { notGoods: ["shipping protection*", "TIP-*", "never"] };
  deepEqual(skus({ lines }, settings), ["DEMO-TEE"]);
  equal(leftOut(order({ lines }), settings), "left out: 2 lines that notGoods lists (shipping protection*, TIP-*)");
  equal(leftOut(order({ lines }), {}), undefined);
});

test("lines of a fulfilment service are sent only if the setting says that it is ours", () => {
  const lines = ["amazon", "relay-app"].map((fulfilledBy, id) => ({ id, sku: fulfilledBy, quantity: 1, fulfilledBy }));
  deepEqual(skus({ lines }, {}), []);
  const settings = { fulfilmentServices: ["Relay-App"] };
  deepEqual(skus({ lines }, settings), ["relay-app"]);
  equal(leftOut(order({ lines }), settings), "left out: 1 line that other services fulfil (amazon)");
  // However many, it fits the trace.
  const many = Array.from({ length: 400 }, (_, id) => ({ id, sku: "", quantity: 1, fulfilledBy: `service ${id}` }));
  equal((leftOut(order({ lines: many }), {}) ?? "").length < 220, true);
});

test("method, code or tag say how an order reaches its buyer, whatever its words; nothing digital is shipped", () => {
  const kind = (changes: Record<string, unknown>, shippingKinds: ReadAs["shippingKinds"]) =>
    asConfigured(order(changes), { shippingKinds }).shipping?.kind;
  equal(kind({ shipping: { method: "Main Street" } }, { " main street": "pick-up" }), "pick-up");
  equal(kind({ shipping: { code: "van" } }, { VAN: "local" }), "local");
  equal(kind({ tags: ["VIP", "Pickup"] }, { pickup: "pick-up" }), "pick-up");
  equal(kind({ shipping: { kind: "pick-up", method: "Parcel pick-up" } }, { "Parcel pick-up": "ship" }), "ship");
  equal(kind({ shipping: { kind: "digital", method: "Parcel" } }, { Parcel: "ship" }), "digital");
  equal(kind({ shipping: { method: "Parcel" } }, { "Main Street": "pick-up" }), undefined);
});

test("the setting for service levels overrules what the order says", () => {
  const level = (serviceLevels: ReadAs["serviceLevels"]) =>
    asConfigured(order({ shipping: { method: "Eilversand", code: "m1", serviceLevel: "standard" } }), { serviceLevels })
      .shipping?.serviceLevel;
  equal(level(undefined), "standard");
  equal(level({ eilversand: "priority" }), "priority");
  equal(level({ M1: "expedited" }), "expedited");
});

test("an order whose connection is gone, or sets nothing, stays as it is", () => {
  const stored = order({ shipping: { method: "x", serviceLevel: "priority" }, tags: ["a"] });
  deepEqual(asConfigured(stored, {}), stored);
  const config = z.parse(Config, {
    stage: "test",
    connections: [{ channel: "plain", name: "main", key: "pm", notGoods: ["DEMO-*"] }],
    destinations: [],
    routes: [],
  });
  deepEqual(asConfiguredIn(config, { channel: "plain", connection: "other" }, stored), stored);
  equal(asConfiguredIn(config, { channel: "plain", connection: "main" }, stored).lines[0]?.ships, false);
});
