import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { shipTo } from "../../../shared/connector/ship-to.ts";

const ada = { name: "Ada Byron", street: "1 Example Street", company: undefined };
const charles = { ...ada, name: "Charles Babbage" };
const held = { shippingAddress: null, hold: { reason: "the order goes to several addresses" } };

test("an order whose parts all go to one address goes there", () => {
  deepEqual(shipTo([ada]), { shippingAddress: ada });
  const { company: _, ...sameAddress } = ada;
  deepEqual(shipTo([ada, null, sameAddress, undefined]), { shippingAddress: ada });
});

test("an order to several addresses is held and has none, whichever comes first", () => {
  deepEqual(shipTo([ada, charles]), held);
  deepEqual(shipTo([charles, undefined, charles, ada]), held);
  deepEqual(shipTo([ada, { ...ada, company: "Analytical Engines" }]), held);
});

test("an order of which nothing travels has no address and is not held", () => {
  for (const addresses of [[], [null], [undefined, null]]) deepEqual(shipTo(addresses), { shippingAddress: null });
});
