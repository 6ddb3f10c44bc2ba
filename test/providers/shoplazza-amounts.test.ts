import { deepEqual, equal } from "node:assert/strict";
import { describe, test } from "node:test";
import { amountsOf } from "../../functions/providers/shoplazza/amounts.ts";
import { linesToShip, type Order } from "../../shared/order.ts";
import { orderSample } from "../support/order-sample.ts";

/** Two lines of 2 × 10.00 and 1 × 20.00, whole unless a test says otherwise. */
function amounts(changes: Partial<Order>, { only, shopValue }: { only?: string; shopValue?: string } = {}) {
  const { id, placedAt, updatedAt, shippingAddress } = orderSample;
  const order: Order = {
    ...{ id, placedAt, updatedAt, shippingAddress, currency: "EUR", financialState: "paid" },
    lines: [
      { id: "a", sku: "DEMO-A", quantity: 2, unitPrice: "10.00" },
      { id: "b", sku: "DEMO-B", quantity: 1, unitPrice: "20.00" },
    ],
    ...changes,
  };
  const lines = linesToShip(order).filter((line) => only === undefined || line.id === only);
  return amountsOf({ order, lines }, shopValue);
}

describe("amounts of a whole order", () => {
  test("are the order's own", () => {
    const shipping = { price: "5.00", discount: "1.00" };
    deepEqual(amounts({ discount: "3.00", tax: "6.39", total: "41.00", shipping, pricesIncludeTax: true }), {
      discount: "3.00",
      tax: "6.39",
      shipping: "4.00",
      total: "41.00",
    });
  });

  test("are computed where the order gives none, tax added unless prices include it", () => {
    equal(amounts({ tax: "7.60" }).total, "47.60");
    equal(amounts({ tax: "7.60", pricesIncludeTax: true }).total, "40.00");
    deepEqual(amounts({}), { discount: "0.00", tax: "0.00", shipping: "0.00", total: "40.00" });
  });

  test("have the digits of their currency", () => {
    deepEqual(amounts({ currency: "JPY", discount: "100", tax: "3.5" }), {
      discount: "40",
      tax: "4",
      shipping: "0",
      total: "4",
    });
    equal(amounts({ currency: "KWD", discount: "1.2345" }).discount, "1.235");
  });

  test("a discount of the lines counts more than the order's, which may hold one of the shipping", () => {
    const lines = [{ id: "a", sku: "DEMO-A", quantity: 2, unitPrice: "10.00", discount: "2.50" }];
    equal(amounts({ lines, discount: "9.00" }).discount, "2.50");
  });
});

describe("a discount that only the order has", () => {
  const lines = [
    { id: "a", sku: "DEMO-A", quantity: 2, unitPrice: "10.00", discount: "0.00" },
    { id: "b", sku: "DEMO-B", quantity: 1, unitPrice: "20.00", discount: "0.00" },
  ];

  test("counts where every line says 0.00, whole and divided", () => {
    equal(amounts({ lines, discount: "10.00" }).discount, "10.00");
    equal(amounts({ lines, discount: "10.00" }, { only: "a" }).discount, "5.00");
  });

  test("is the shipping's where it is as large, and nothing beside a line's of another destination", () => {
    equal(amounts({ lines, discount: "4.00", shipping: { price: "5.00", discount: "4.00" } }).discount, "0.00");
    const ofB = lines.map((line) => ({ ...line, discount: line.id === "b" ? "10.00" : "0.00" }));
    equal(amounts({ lines: ofB, discount: "10.00" }, { only: "a" }).discount, "0.00");
  });
});

describe("amounts of a part", () => {
  test("are divided by value", () => {
    const shared = { discount: "4.00", tax: "8.00", shipping: { price: "5.00" } };
    deepEqual(amounts({ ...shared, total: "49.00" }, { only: "a" }), {
      discount: "2.00",
      tax: "4.00",
      shipping: "2.50",
      total: "24.50",
    });
  });

  test("are divided by pieces where nothing has a price, and then no total is known", () => {
    const lines = [
      { id: "a", sku: "DEMO-A", quantity: 3 },
      { id: "b", sku: "DEMO-B", quantity: 1 },
    ];
    const { shipping, total } = amounts({ lines, shipping: { price: "4.00" } }, { only: "a" });
    deepEqual([shipping, total], ["3.00", undefined]);
  });

  test("of a line are those of the units that go there", () => {
    const lines = [
      {
        ...{ id: "a", sku: "DEMO-A", quantity: 3, quantityToShip: 2, unitPrice: "10.00" },
        ...{ discount: "1.00", taxes: [{ amount: "3.00" }, { amount: "0.30" }] },
      },
    ];
    const { discount, tax } = amounts({ lines });
    deepEqual([discount, tax], ["0.67", "2.20"]);
  });
});

describe("the discount", () => {
  test("is never above the sum of the lines, ours or the shop's", () => {
    equal(amounts({ discount: "99.00" }).discount, "40.00");
    equal(amounts({ discount: "30.00" }, { shopValue: "25.00" }).discount, "25.00");
    equal(amounts({ discount: "30.00" }, { shopValue: "250.00" }).discount, "30.00");
  });

  test("is never below nothing", () => {
    equal(amounts({ discount: "-5.00" }).discount, "0.00");
    equal(amounts({ shipping: { price: "1.00", discount: "2.00" } }).shipping, "0.00");
  });
});
