import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { api } from "../../functions/channels/woocommerce/api.ts";
import { Settings } from "../../functions/channels/woocommerce/settings.ts";
import { type HostedApi, hostApi } from "../../local/simulators/channel-api.ts";
import { simulator } from "../../local/simulators/channels/woocommerce/index.ts";
import { completeOrder } from "../../local/simulators/demo-order.ts";
import type { PartialOrder } from "../../local/simulators/partial-order.ts";
import type { HttpRequest } from "../../shared/connector/http.ts";
import { linesToShip, type Order, quantityToShip } from "../../shared/order.ts";
import { memoryTools } from "../support/memory-tools.ts";
import { leastOrder, line, URL as SITE } from "./woocommerce-events.ts";

const KEYS = { consumerKey: "ck_1", consumerSecret: "cs_1" };
const NOW = Date.parse("2026-11-20T15:00:07.000Z");

/** The client of one shop, and the simulator that answers it, without a socket between them. */
function shop(settings: Record<string, unknown> = {}, credentials = KEYS) {
  const { api: kind } = simulator;
  ok(kind);
  const hosted = hostApi(kind, { shop: "shop.example", app: {}, credentials: KEYS, now: () => NOW });
  const calls: string[] = [];
  /** Changes the shop before it answers. */
  const hooks: { before: (target: URL) => void } = { before: () => {} };
  async function http({ method, url, headers = {} }: Omit<HttpRequest, "timeout">) {
    const target = new URL(url);
    calls.push(target.pathname + target.search);
    hooks.before(target);
    const reply = hosted.reply({
      ...{ method, path: target.pathname, query: target.searchParams, rawQuery: target.search.slice(1), headers },
      ...{
        host: target.host,
        body: Buffer.alloc(0),
        ended: Promise.resolve("answered" as const),
        caller: "connection",
      },
    });
    if (!("status" in reply)) throw new Error("no answer");
    return { status: reply.status, headers: { ...reply.headers }, text: reply.body.toString() };
  }
  const client = api.open(
    {
      ...{ connection: "woocommerce/main", shop: undefined, settings: Settings.parse({ url: SITE, ...settings }) },
      ...{ app: { signingSecrets: [] }, credentials },
    },
    memoryTools({ http, now: () => NOW }),
  );
  return { client, hosted, calls, hooks, put: (order: unknown) => putOrder(hosted, JSON.stringify(order)) };
}

/** Under its own ID, as it is written. */
const putOrder = (hosted: HostedApi, text: string): void => hosted.put(/"id":(\d+)/.exec(text)?.[1] ?? "", text);

async function fetched({ client }: ReturnType<typeof shop>, id = "727"): Promise<Order> {
  const found = await client.order(id);
  if (found === "gone") throw new Error("gone");
  return found.order;
}

/** Resources of the simulator, from our order. */
function resourceOf(part: PartialOrder): unknown {
  const { newOrderId: newId, newLineId, api: kind } = simulator;
  const order = completeOrder(part, { newId, newLineId, newNumber: () => "1", known: undefined, now: NOW });
  return kind?.resource(order, "shop.example");
}

test("a fetched order says what its webhook says", async () => {
  const woo = shop();
  woo.put(leastOrder());
  const order = await fetched(woo);
  deepEqual([order.id, order.lines.length, order.financialState], ["727", 1, "paid"]);
  deepEqual(woo.calls, ["/wp-json/wc/v3/orders/727"]);
});

test("refunded pieces are not sent: the refunds are read, page by page", async () => {
  const woo = shop();
  const refund = (id: number, lines: unknown[]) => ({ id, reason: "", total: "-1.00", line_items: lines });
  const named = (value: unknown, quantity: number) => ({
    ...{ id: 900, product_id: 93, variation_id: 0, quantity, meta_data: [{ key: "_refunded_item_id", value }] },
  });
  const refunds = [
    refund(1, [named("315", -2)]),
    refund(2, [named(316, -1)]),
    // Of a line that the order does not have any more: the pieces of its product are held back.
    refund(205, [{ ...named("999", -1), product_id: 22 }]),
    // Money alone.
    refund(3, [named("315", 0)]),
    // Not named: the pieces of its product are held back.
    refund(4, [{ id: 901, product_id: 22, variation_id: 0, quantity: -1, meta_data: [] }]),
    ...Array.from({ length: 100 }, (_, at) => refund(5 + at, [])),
    refund(200, [named("315", -1)]),
  ];
  const line_items = [
    line({ quantity: 5 }),
    line({ id: 316, quantity: 3 }),
    line({ id: 317, product_id: 22, quantity: 2 }),
  ];
  woo.put(leastOrder({ line_items, refunds, total: "500.00" }));
  const order = await fetched(woo);
  deepEqual(order.lines.map(quantityToShip), [2, 2, 0]);
  deepEqual([order.financialState, order.refunded], ["partially-refunded", "106.00"]);
  equal(woo.calls.length, 3);
});

test("the simulator's refund takes back the pieces that our order does not ship any more", async () => {
  const woo = shop();
  woo.put(
    resourceOf({
      id: "727",
      financialState: "partially-refunded",
      refunded: "5.00",
      lines: [{ quantity: 3, quantityToShip: 1 }],
    }),
  );
  deepEqual((await fetched(woo)).lines.map(quantityToShip), [1]);
});

test("an order whose products are all virtual is digital; one of goods waits for an address", async () => {
  const woo = shop();
  const place = { shipping_lines: [], shipping: {} };
  woo.put(leastOrder({ ...place, line_items: [line(), line({ id: 316, variation_id: 94 })] }));
  const held = await fetched(woo);
  deepEqual([held.shippingAddress, held.shipping?.kind, linesToShip(held).length], [null, undefined, 2]);
  woo.hosted.putResource("/wp-json/wc/v3/products/93", '{"virtual":true}');
  deepEqual(
    (await fetched(woo)).lines.map(({ ships }) => ships),
    [false, true],
  );
  woo.hosted.putResource("/wp-json/wc/v3/products/93/variations/94", '{"virtual":true}');
  const digital = await fetched(woo);
  deepEqual([digital.shipping?.kind, digital.shippingAddress, linesToShip(digital)], ["digital", null, []]);
});

test("an order without lines keeps none, whatever its fees: nothing of it is taken for done", async () => {
  const woo = shop();
  woo.put(leastOrder({ line_items: [], fee_lines: [{ id: 9, name: "Fee", total: "1.00" }] }));
  deepEqual((await fetched(woo)).lines, []);
});

test("what the shop erased comes without the buyer, and is held", async () => {
  const woo = shop();
  const address = { first_name: "[deleted]", address_1: "[deleted]", country: "US" };
  const meta_data = [{ key: "_anonymized", value: "yes" }];
  woo.put(leastOrder({ meta_data, shipping: address, billing: { ...address, email: "deleted@site.invalid" } }));
  const order = await fetched(woo);
  deepEqual([order.shippingAddress, order.buyer, order.billingAddress], [null, undefined, undefined]);
  match(order.hold?.reason ?? "", /erased/);
  ok(!JSON.stringify(order).includes("deleted"));
});

test("an order in the bin is cancelled; one deleted for good, or under an ID that is none, is gone", async () => {
  const woo = shop();
  woo.put(leastOrder({ status: "trash" }));
  ok((await fetched(woo)).cancelledAt);
  equal(await woo.client.order("728"), "gone");
  equal(await woo.client.order("R-17"), "gone");
  equal(woo.calls.length, 2, "an ID that is none is not asked for");
});

test("keys travel in the header, or in the query of a shop whose host drops it", async () => {
  for (const settings of [{}, { keysIn: "query" }, { permalinks: "plain" }, { permalinks: "plain", keysIn: "query" }]) {
    const woo = shop(settings);
    woo.put(leastOrder());
    await fetched(woo);
    await woo.client.check?.();
    equal(
      woo.calls.every((call) => call.includes("cs_1")),
      "keysIn" in settings,
    );
    equal(
      woo.calls.every((call) => call.startsWith("/?rest_route=")),
      "permalinks" in settings,
    );
  }
});

const because = (name: string, message: RegExp) => ({ name, message });

test("a revoked key, a key that may not read orders, a firewall and a wrong address are distinguished", async () => {
  const wrong = shop({}, { ...KEYS, consumerSecret: "cs_2" });
  await rejects(wrong.client.order("727"), because("Misconfigured", /key is wrong or was revoked/));
  await rejects(async () => wrong.client.check?.(), because("Misconfigured", /401/));

  const woo = shop();
  woo.hosted.setFault({ fault: "no-permission", on: "fetch", times: 1 });
  await rejects(woo.client.order("727"), because("Misconfigured", /may not read orders; the key itself is valid/));
  woo.hosted.setFault({ fault: "html-200", on: "fetch", times: 1 });
  await rejects(woo.client.order("727"), because("Unavailable", /no JSON/));
  woo.hosted.setFault({ fault: "throttle", on: "fetch", times: 1 });
  await rejects(woo.client.order("727"), { name: "Throttled", retryAfter: 1000 });
  const elsewhere = shop({ url: "https://shop.example/blog" });
  await rejects(elsewhere.client.order("727"), because("Misconfigured", /url and permalinks/));
});

test("an answer about another order is none about this one", async () => {
  const woo = shop();
  woo.hosted.put("727", JSON.stringify(leastOrder({ id: 728 })));
  await rejects(woo.client.order("727"), { name: "MalformedEvent", field: "id" });
});

async function changedSince(woo: ReturnType<typeof shop>, time: string) {
  const found: string[] = [];
  for await (const { id, changedAt, state } of woo.client.changedSince?.(time) ?? []) {
    found.push([id, changedAt?.slice(11, 19), state].join(" "));
  }
  return found;
}

const at = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString().slice(0, 19);
/** Its own clock is three hours behind. */
const changed = (id: number, seconds: number, changes: Record<string, unknown> = {}) =>
  leastOrder({ id, date_modified: at(seconds - 10_800), date_modified_gmt: at(seconds), ...changes });

test("changed orders are listed from that second on, by UTC, with the bin and without drafts", async () => {
  const woo = shop({ listOverlap: "0s" });
  woo.put(changed(1, -1));
  woo.put(changed(2, 0));
  woo.put(changed(3, 5, { status: "trash" }));
  woo.put(changed(4, 6, { status: "checkout-draft" }));
  woo.put(changed(5, 7, { status: "cancelled" }));
  deepEqual(await changedSince(woo, new Date(NOW).toISOString()), [
    "2 15:00:07 processing",
    "5 15:00:14 cancelled",
    "3 15:00:12 trash",
  ]);
});

test("an order that changes during the walk makes it skip no other", async () => {
  const woo = shop();
  for (let id = 1; id <= 250; id += 1) woo.put(changed(id, id));
  let lists = 0;
  woo.hooks.before = () => {
    lists += 1;
    // The first order moves to the end, and all others move up.
    if (lists === 2) woo.put(changed(1, 300));
  };
  const found = await changedSince(woo, new Date(NOW).toISOString());
  const ids = found.map((text) => Number(text.split(" ")[0]));
  deepEqual(
    [...new Set(ids)].sort((a, b) => a - b),
    Array.from({ length: 250 }, (_, index) => index + 1),
  );
  equal(ids.filter((id) => id === 1).length, 2, "once for each change");
});

test("a list begins ten minutes early: the shop's clock may be behind, and its list may lag", async () => {
  const woo = shop();
  woo.put(changed(1, -601));
  woo.put(changed(2, -600));
  deepEqual(await changedSince(woo, new Date(NOW).toISOString()), ["2 14:50:07 processing"]);
  equal(new URL(woo.calls[0] ?? "", SITE).searchParams.get("modified_after"), "2026-11-20T14:50:06");
});

test("an order of a second that fills pages changes during the walk, and makes it skip no other", async () => {
  for (const size of [230, 300]) {
    const woo = shop();
    for (let id = 1; id <= size; id += 1) woo.put(changed(id, 1));
    let lists = 0;
    woo.hooks.before = () => {
      lists += 1;
      if (lists === 2 || lists === 3) woo.put(changed(lists, 300));
    };
    const ids = (await changedSince(woo, new Date(NOW).toISOString())).map((text) => text.split(" ")[0]);
    equal(new Set(ids).size, size, `${size} orders`);
  }
});

test("more orders of one second than a page has are all listed, once", async () => {
  const woo = shop();
  for (let id = 1; id <= 230; id += 1) woo.put(changed(id, 1));
  woo.put(changed(231, 2));
  const found = await changedSince(woo, new Date(NOW).toISOString());
  equal(found.length, 231);
  equal(new Set(found).size, 231);
});
