import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { listOrders, type OrderFilter } from "../../operator/order-list.ts";
import type { OrderRow } from "../../operator/order-row.ts";
import { onHour, onList } from "../../shared/ledger/work-list.ts";
import { deliveryOf, type LedgerOfOrders, ledgerOfOrders, recordOf, SHOPS } from "../support/ledger-of-orders.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.parse("2026-11-20T12:34:56Z");

async function listed(
  { ledger }: Pick<LedgerOfOrders, "ledger">,
  filter: OrderFilter = {},
  most = Number.POSITIVE_INFINITY,
): Promise<OrderRow[]> {
  const rows: OrderRow[] = [];
  for await (const step of listOrders(filter, { ledger, config: SHOPS, now: NOW })) {
    if ("order" in step) rows.push(step.order);
    if (rows.length >= most) break;
  }
  return rows;
}
const ids = (rows: readonly OrderRow[]) => rows.map(({ identity }) => identity.orderId);

test("orders come by the time they were first seen, wherever their entry is: ahead, sent again, held", async () => {
  const orders = await ledgerOfOrders(NOW, NOW - 2 * DAY);
  await orders.put(recordOf("waits-for-channel", NOW - 5 * HOUR, { state: "held", ...onHour(NOW + 6 * HOUR) }));
  await orders.put(recordOf("new", NOW - MINUTE));
  await orders.put(recordOf("sent-again", NOW - 30 * HOUR, onHour(NOW + 15 * MINUTE)));
  await orders.put(recordOf("held", NOW - 4 * HOUR, { state: "held", ...onList("held", NOW - HOUR) }));
  await orders.put(recordOf("old", NOW - 29 * HOUR));
  await orders.put(recordOf("older", NOW - 31 * HOUR));
  const expected = ["new", "held", "waits-for-channel", "old", "sent-again", "older"];
  deepEqual(ids(await listed(orders)), expected);

  // Page by page it is the same list, and no order is missing or comes twice.
  const paged: string[] = [];
  for (let after: OrderFilter["after"]; ; ) {
    const [row] = await listed(orders, after ? { after } : {}, 1);
    if (!row) break;
    paged.push(row.identity.orderId);
    after = { firstSeenAt: row.firstSeenAt, identity: row.identity };
  }
  deepEqual(paged, expected);
});

test("a page reads only the hours it needs, and every hour that was read is reported", async () => {
  const orders = await ledgerOfOrders(NOW, NOW - 300 * HOUR);
  for (let index = 0; index < 300; index++) await orders.put(recordOf(`${index}`, NOW - index * HOUR));
  orders.table.queries = 0;
  equal((await listed(orders, {}, 20)).length, 20);
  const ofFirst = orders.table.queries;
  equal((await listed(orders)).length, 300);
  const ofAll = orders.table.queries - ofFirst;
  ok(ofFirst * 3 < ofAll, `${ofFirst} of ${ofAll} queries`);

  const since = NOW - 2 * DAY;
  const reported: [number, number][] = [];
  for await (const step of listOrders({ since }, { ledger: orders.ledger, config: SHOPS, now: NOW })) {
    if ("looked" in step) reported.push([step.looked.hours, step.looked.of]);
  }
  const last = reported.at(-1);
  equal(last?.[0], last?.[1]);
  deepEqual(
    reported.map(([hours]) => hours),
    reported.map((_, index) => index + 1),
  );
});

test("filters: connection, time, destination, a state of the order or of its delivery to that destination", async () => {
  const orders = await ledgerOfOrders(NOW, NOW - 9 * DAY);
  const both = { decided: ["s2/us", "kakaclo/eu"] };
  const one = recordOf("1", NOW - HOUR, both);
  const rejected = { state: "rejected" as const, ...onList("rejected", NOW - HOUR) };
  await orders.put(one, deliveryOf(one, NOW - HOUR), deliveryOf(one, NOW, { destination: "kakaclo/eu", ...rejected }));
  const two = recordOf("2", NOW - 2 * HOUR);
  await orders.put(two, deliveryOf(two, NOW - HOUR, rejected));
  await orders.put(recordOf("3", NOW - 3 * HOUR, { connection: "outlet", state: "not-routed", decided: [] }));
  await orders.put(recordOf("4", NOW - 9 * DAY));

  const cases: [OrderFilter, string[]][] = [
    [{ connection: "shopify/outlet" }, ["3"]],
    [{ destination: "kakaclo/eu" }, ["1"]],
    [{ state: "rejected" }, ["1", "2"]],
    [{ state: "rejected", destination: "s2/us" }, ["2"]],
    [{ state: "created" }, ["1"]],
    [{ state: "queued" }, ["4"]],
    [{ state: "not-routed" }, ["3"]],
    [{ since: NOW - 3 * HOUR, until: NOW - 2 * HOUR }, ["2", "3"]],
  ];
  for (const [filter, expected] of cases)
    deepEqual(ids(await listed(orders, filter)), expected, JSON.stringify(filter));

  // Only orders of the list are read, however many there are.
  orders.table.reads = 0;
  await listed(orders, { state: "rejected" });
  equal(orders.table.reads, 2 + 1, "and when the ledger began");
});

test("an order that a newer release wrote is named, and hides no other", async () => {
  const orders = await ledgerOfOrders(NOW, NOW - DAY);
  await orders.put(recordOf("1", NOW - HOUR));
  await orders.put(recordOf("2", NOW - 2 * HOUR));
  for (const item of orders.table.items.values()) if (item.pk.endsWith("#1")) item["v"] = 2;
  const steps = await Array.fromAsync(listOrders({}, { ledger: orders.ledger, config: SHOPS, now: NOW }));
  deepEqual(
    steps.flatMap((step) => ("unreadable" in step ? [step.unreadable.orderId, step.reason] : [])),
    ["1", "This order was written by a newer release: deploy that release"],
  );
  deepEqual(
    steps.flatMap((step) => ("order" in step ? step.order.identity.orderId : [])),
    ["2"],
  );
});
