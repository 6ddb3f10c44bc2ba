import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { type SearchStep, searchOrders } from "../../operator/search-orders.ts";
import { onList } from "../../shared/ledger/work-list.ts";
import { deliveryOf, ledgerOfOrders, recordOf, SHOPS } from "../support/ledger-of-orders.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.parse("2026-11-20T12:34:56Z");
const span = { from: NOW + DAY, to: NOW - 7 * DAY };

async function shop() {
  const orders = await ledgerOfOrders(NOW, NOW - 100 * DAY);
  const [new1, old] = [recordOf("2001", NOW - HOUR, { number: "#1001" }), recordOf("2002", NOW - 100 * DAY)];
  await orders.put(new1, deliveryOf(new1, NOW - HOUR, { failed: { "message-1": NOW } }));
  await orders.put(old, deliveryOf(old, NOW - 100 * DAY));
  // Its reference carries a hash: its ID looks like a generation of another order.
  const hashed = recordOf("7-g2", NOW - 2 * HOUR, { connection: "outlet" });
  await orders.put(hashed, deliveryOf(hashed, NOW, { reference: "po-hidden" }));
  await orders.put(recordOf("held", NOW - 3 * DAY, { number: "H-1", state: "held", ...onList("held", NOW - 2 * DAY) }));
  return orders;
}

const search = async (words: string, options: { deep?: boolean } = {}): Promise<SearchStep[]> => {
  const { ledger } = await shop();
  return Array.fromAsync(searchOrders(words, { config: SHOPS, ledger, span, ...options }));
};
const found = (steps: readonly SearchStep[]) =>
  steps.flatMap((step) => ("found" in step ? `${step.found.orderId} by ${step.by}` : []));

test("whatever is pasted finds the order once: name, number, ID, reference", async () => {
  const cases: [string, string[]][] = [
    ["shopify/main/2001", ["2001 by name"]],
    ["#1001", ["2001 by number"]],
    [" 1001\n", ["2001 by number"]],
    ["h-1", ["held by number"]],
    ["2001", ["2001 by channel's ID"]],
    ["pm-2001", ["2001 by our reference"]],
    ["pm-2001-g3", ["2001 by our reference"]],
    ["po-2001", []],
    ["2002", ["2002 by channel's ID"]],
    ["nothing", []],
    ["", []],
    ["#".repeat(2_000), []],
  ];
  for (const [words, expected] of cases) deepEqual(found(await search(words)), expected, words.slice(0, 20));
});

test("a reference with a hash is found by the work list", async () => {
  const { reference } = await import("../../shared/ledger/reference.ts");
  const identity = { channel: "shopify", connection: "outlet", orderId: "7-g2" };
  const ours = reference(identity, 1, "po", { maxLength: 64, characters: /.*/ });
  ok(/^po-[a-z2-7]{20}$/.test(ours));
  deepEqual(found(await search(ours)), ["7-g2 by our reference"]);
});

test("what only an order holds is found by reading orders, newest first, with progress; without `deep` none is read", async () => {
  for (const [words, by] of [
    ["S2-2001", "provider's ID"],
    ["message-1", "message ID"],
    ["event-2001", "event ID"],
  ]) {
    const steps = await search(words ?? "", { deep: true });
    deepEqual(found(steps), [`2001 by ${by}`]);
    const read = steps.flatMap((step) => ("looked" in step ? [step.looked] : []));
    equal(
      read.filter(({ reads }) => reads === "orders").length,
      read.filter(({ reads }) => reads === "work list").length,
    );
    deepEqual([read.at(-1)?.hours, read.at(-1)?.orders], [read.at(-1)?.of, 3]);
    deepEqual(found(await search(words ?? "")), []);
  }
  deepEqual(found(await search("po-hidden", { deep: true })), ["7-g2 by reference"]);
});

test("a reader that stops asks for nothing more", async () => {
  const orders = await ledgerOfOrders(NOW, NOW - 100 * DAY);
  for (let index = 0; index < 500; index++)
    await orders.put(recordOf(`${index}`, NOW - index * HOUR, { number: "#7" }));
  const steps = searchOrders("#7", { config: SHOPS, ledger: orders.ledger, span: { from: NOW, to: NOW - 90 * DAY } });
  await steps.next();
  orders.table.queries = 0;
  await steps.return(undefined);
  const after = orders.table.queries;
  await new Promise((resolve) => setImmediate(resolve));
  equal(orders.table.queries, after);
});
