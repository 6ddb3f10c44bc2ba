import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { contentView, differences, personalView } from "../../operator/order-view.ts";
import { addressDigest } from "../../shared/ledger/address-digest.ts";
import { deliveryOf, recordOf } from "../support/ledger-of-orders.ts";
import { orderSample } from "../support/order-sample.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const record = recordOf(orderSample.id, NOW);
const sent = deliveryOf(record, NOW, {
  lines: orderSample.lines
    .filter(({ ships }) => ships !== false)
    .map(({ id, sku = "", quantity, quantityToShip = quantity }) => ({
      ...{ id, sku, quantity: quantityToShip, product: sku, pieces: quantityToShip },
    })),
  addressDigest: addressDigest(record, orderSample.shippingAddress),
});

test("the content of an order names no buyer: not in an address, a note, nor a line's own text", () => {
  const text = JSON.stringify(contentView(orderSample));
  for (const value of [
    "Zoé",
    "Lefèvre",
    "Rabelais",
    "Orléans",
    "45000",
    "example.invalid",
    "67 93",
    "anniversaire",
    "12A4",
  ])
    ok(!text.includes(value), value);
  equal(contentView(orderSample).country, "FR");
});

test("what is masked is shown whole when it is asked for", () => {
  const fields = personalView(orderSample).groups.flatMap(({ fields: some }) => some.map(({ value }) => value));
  for (const value of ["Zoé Lefèvre", "7 rue Rabelais", "zoe@example.invalid", "Joyeux anniversaire"])
    ok(fields.includes(value), value);
  ok(
    fields.some((value) => value.includes("À Zoé ♥")),
    "what the buyer wrote for a line",
  );
});

test("the difference between what was sent and the order as it is now: lines, quantities, address; and no value of it", () => {
  deepEqual(differences({ record }, orderSample, sent), []);
  deepEqual(differences({ record }, orderSample, deliveryOf(record, NOW)), [], "nothing was sent");
  const [tee, mug] = orderSample.lines;
  ok(tee && mug && orderSample.shippingAddress);
  const now = {
    ...orderSample,
    lines: [
      { ...tee, quantityToShip: 1 },
      { ...mug, id: "new", sku: "NEW-1" },
    ],
    shippingAddress: { ...orderSample.shippingAddress, street1: "8 rue Rabelais" },
  };
  const said = differences({ record }, now, sent);
  deepEqual(said, [
    "DEMO-TEE-M: 2 were sent, 1 are to be shipped now",
    "DEMO-MUG was sent, and nothing of it is to be shipped now",
    "NEW-1 was not sent",
    "the shipping address is another one now",
  ]);
});
