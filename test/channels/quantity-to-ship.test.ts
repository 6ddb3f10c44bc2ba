import { equal } from "node:assert/strict";
import { test } from "node:test";
import { type Line, quantityToShip } from "../../shared/order.ts";
import { leastOrder, orderOf, read, topic } from "../support/deliveries.ts";

interface Case {
  line?: object;
  refunds?: { quantity: number; restock_type?: string }[];
  fulfilled?: { quantity: number; status?: string }[];
  order?: object;
}

/** A line of five, in an order webhook. */
async function mappedLine({ line = {}, refunds, fulfilled = [], order = {} }: Case): Promise<Line> {
  const id = "866550311766439020";
  const item = JSON.stringify({ sku: "DEMO-1", quantity: 5, ...line }).replace("{", `{"id":${id},`);
  const body = leastOrder([
    `"line_items":[${item}]`,
    `"fulfillments":[${fulfilled.map(({ quantity, status = "success" }) => `{"status":"${status}","line_items":[{"id":${id},"quantity":${quantity}}]}`)}]`,
    ...(refunds
      ? [
          `"refunds":[${refunds.map(({ quantity, restock_type }) => `{"refund_line_items":[{"id":1,"line_item_id":${id},"quantity":${quantity},"restock_type":${JSON.stringify(restock_type ?? null)}}]}`)}]`,
        ]
      : []),
    ...Object.entries(order).map(([name, value]) => `"${name}":${JSON.stringify(value)}`),
  ]);
  const [mapped] = orderOf(await read("shopify", body, topic("orders/updated"))).lines;
  if (!mapped) throw new Error("no line");
  equal(mapped.quantity, 5);
  return mapped;
}

const left = async (given: Case): Promise<number> => quantityToShip(await mappedLine(given));

for (const [what, given, expected] of [
  ["nothing was shipped yet", {}, undefined],
  ["two were shipped", { fulfilled: [{ quantity: 2 }], order: { fulfillment_status: "partial" } }, 2],
  ["a fulfilment was cancelled", { fulfilled: [{ quantity: 2, status: "cancelled" }] }, 0],
  ["its line is fulfilled", { line: { fulfillment_status: "fulfilled" }, order: { fulfillment_status: "partial" } }, 5],
  ["the order is fulfilled, and lists no fulfilment", { order: { fulfillment_status: "fulfilled" } }, 5],
  [
    "another line was shipped, and it was removed",
    { line: { current_quantity: 0 }, order: { fulfillment_status: "partial" } },
    0,
  ],
] satisfies [string, Case, number | undefined][]) {
  test(`how many were shipped of a line: ${what}`, async () => {
    equal((await mappedLine(given)).fulfilled, expected);
  });
}

const cases: [what: string, given: Case, expected: number][] = [
  ["nothing happened yet", { line: { current_quantity: 5, fulfillable_quantity: 5 } }, 5],
  ["a payload that says nothing but the quantity", {}, 5],
  ["nulls everywhere", { line: { current_quantity: null, fulfillable_quantity: null } }, 5],
  ["two removed before shipping", { line: { current_quantity: 3, fulfillable_quantity: 3 } }, 3],
  ["two removed, known by fulfillable_quantity alone", { line: { fulfillable_quantity: 3 } }, 3],
  ["two removed, known by current_quantity alone", { line: { current_quantity: 3 } }, 3],
  ["two refunded, before current_quantity existed", { refunds: [{ quantity: 2, restock_type: "cancel" }] }, 3],
  ["two refunded without restock, as far as is known", { refunds: [{ quantity: 2, restock_type: "no_restock" }] }, 3],
  [
    "two refunded without restock, which Shopify still counts as to be shipped: money alone",
    {
      line: { current_quantity: 5, fulfillable_quantity: 5 },
      refunds: [{ quantity: 2, restock_type: "no_restock" }],
      order: { financial_status: "partially_refunded" },
    },
    5,
  ],
  [
    "two refunded without restock, and no longer counted by Shopify",
    {
      line: { current_quantity: 5, fulfillable_quantity: 3 },
      refunds: [{ quantity: 2, restock_type: "no_restock" }],
    },
    3,
  ],
  [
    "two refunded without restock, one shipped",
    {
      line: { current_quantity: 5, fulfillable_quantity: 4 },
      refunds: [{ quantity: 2, restock_type: "no_restock" }],
      fulfilled: [{ quantity: 1 }],
    },
    4,
  ],
  ["two shipped, known by the fulfilment alone", { fulfilled: [{ quantity: 2 }] }, 3],
  ["two shipped", { line: { current_quantity: 5, fulfillable_quantity: 3 }, fulfilled: [{ quantity: 2 }] }, 3],
  ["two shipped in a fulfilment that was cancelled", { fulfilled: [{ quantity: 2, status: "cancelled" }] }, 5],
  ["two on their way in an open fulfilment", { fulfilled: [{ quantity: 2, status: "open" }] }, 3],
  [
    "two refunded before shipping, two shipped, fulfillable by Shopify's own formula",
    {
      line: { current_quantity: 3, fulfillable_quantity: 3 },
      refunds: [{ quantity: 2, restock_type: "cancel" }],
      fulfilled: [{ quantity: 2 }],
    },
    1,
  ],
  [
    "three shipped, two of them sent back: the other two still ship",
    {
      line: { current_quantity: 3, fulfillable_quantity: 2 },
      refunds: [{ quantity: 2, restock_type: "return" }],
      fulfilled: [{ quantity: 3 }],
    },
    2,
  ],
  [
    "all shipped, two sent back",
    {
      line: { current_quantity: 3, fulfillable_quantity: 0 },
      refunds: [{ quantity: 2, restock_type: "return" }],
      fulfilled: [{ quantity: 5 }],
    },
    0,
  ],
  ["a line that is fulfilled, with no further word", { line: { fulfillment_status: "fulfilled" } }, 0],
  ["an order that is fulfilled, with no further word", { order: { fulfillment_status: "fulfilled" } }, 0],
  ["more refunded than ordered", { refunds: [{ quantity: 4 }, { quantity: 4 }] }, 0],
  ["a line edited up counts as ordered at most", { line: { current_quantity: 7, fulfillable_quantity: 7 } }, 5],
  ["a line that does not travel", { line: { requires_shipping: false } }, 0],
];
for (const [what, given, expected] of cases) {
  test(`of five, still to ship: ${expected} (${what})`, async () => equal(await left(given), expected));
}

test("refunds and fulfilments of another line do not count", async () => {
  const body = leastOrder([
    '"line_items":[{"id":1,"sku":"DEMO-1","quantity":2},{"id":2,"sku":"DEMO-2","quantity":2}]',
    '"refunds":[{"refund_line_items":[{"id":2,"line_item_id":1,"quantity":1}]}]',
    '"fulfillments":[{"status":"success","line_items":[{"id":1,"quantity":1}]}]',
  ]);
  const { lines } = orderOf(await read("shopify", body, topic("orders/updated")));
  equal(lines.map(quantityToShip).join(), "0,2");
});
