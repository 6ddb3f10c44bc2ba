import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { withoutBuyer } from "../../operator/without-buyer.ts";
import { orderSample } from "../support/order-sample.ts";

const order = {
  ...orderSample,
  shippingAddress: {
    ...{ name: "Ada Byron (Lovelace)", street1: "1 Main Street", city: "Ås", postcode: "40202", country: "US" },
    ...{ phone: "+1 502-555-0100", email: "ada@example.invalid" },
  },
  billingAddress: undefined,
  buyer: undefined,
  taxIds: [{ type: "national" as const, value: "390.533.447-05" }],
};

test("a provider's text is shown without what it quotes of the buyer, however it writes it", () => {
  for (const [text, shown] of [
    ["SKU X is unknown (Ada Byron (Lovelace), 1 Main Street)", "SKU X is unknown (…, …)"],
    ["no stock for BYRON, Ada", "no stock for …, …"],
    ["bad phone 15025550100 or (502) 555 0100", "bad phone … or (…"],
    ["bad address ADA@EXAMPLE.INVALID, other@example.org", "bad address …, …"],
    ["postcode 40202 is not in 140202", "postcode … is not in 140202"],
    ["tax 390.533.447-05", "tax …"],
    ["order 820982911946154508 exists, code 20002, US", "order 820982911946154508 exists, code 20002, US"],
    ["Adam mains", "Adam mains"],
  ] as const) {
    equal(withoutBuyer(text, order), shown);
  }
});

test("an address of patterns and of many words is hidden in time", () => {
  const street1 = `${"a+".repeat(20)}(${"x ".repeat(2000)}`;
  const text = withoutBuyer(`refused: ${street1}`.repeat(20), { ...order, shippingAddress: { street1 } });
  ok(!text.includes("a+a+"));
});
