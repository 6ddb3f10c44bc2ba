import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import type { ShoplazzaSwitches } from "../../local/simulators/providers/shoplazza/switches.ts";
import { linesToShip } from "../../shared/order.ts";
import { openClient } from "../providers/shoplazza-client.ts";
import { outgoingSample } from "../support/order-sample.ts";
import { call } from "../support/sandbox-client.ts";
import { leastOrder, orderIn, read } from "./shoplazza-events.ts";

type Resource = Record<string, unknown> & { tags: string; note: string; id: string };

/** Creates an order there by the provider's own client. @returns it as the shop shows it */
async function createdByUs(simulator: Partial<ShoplazzaSwitches> = {}): Promise<Resource> {
  await using shop = await openClient({ simulator });
  await shop.create(outgoingSample());
  const [held] = shop.held();
  ok(held);
  const url = `${shop.sandbox.url}/shoplazza/openapi/2022-01/orders/${held.id}`;
  const { json } = await call(url, { headers: { "access-token": "spz-demo-token" } });
  return (json as { order: Resource }).order;
}

const kindOf = async (order: unknown, topic = "orders/create") => (await read({ order }, topic)).kind;
const TOPICS = ["orders/create", "orders/paid", "orders/update", "orders/cancelled"];

test("an order that the provider created there is no new order, by any topic", async () => {
  const order = await createdByUs();
  for (const topic of TOPICS) equal(await kindOf(order, topic), "ignored", topic);
  // Without the marks, it is one: what is tested is the marks.
  equal(await kindOf({ ...order, tags: "", note: "" }), "order");
});

test("nor is it one after the shop's staff changed its tags, or its note", async () => {
  const order = await createdByUs();
  for (const tags of ["", "checked", null, undefined, "urgent, vip", []]) {
    equal(await kindOf({ ...order, tags }), "ignored", JSON.stringify(tags));
  }
  for (const note of ["", "checked by Ann", null, undefined]) equal(await kindOf({ ...order, note }), "ignored");
  const tags = `urgent, ${order.tags}`;
  for (const given of [tags, tags.split(","), tags.toUpperCase(), tags.replaceAll(",", " , ")]) {
    equal(await kindOf({ ...order, note: "", tags: given }), "ignored", JSON.stringify(given));
  }
  for (const note of [
    `Checked by Ann.\n${order.note}`,
    `Checked by Ann.\r\n\r\n${order.note}`,
    `  ${order.note.replaceAll("\n", " ")}`,
    `${order.note}\nChecked by Ann.`,
  ]) {
    equal(await kindOf({ ...order, tags: "", note }), "ignored", note);
  }
});

for (const tags of ["dropped", "lower-case"] as const) {
  test(`nor is it one in a shop whose tags are ${tags}`, async () => {
    equal(await kindOf(await createdByUs({ tags })), "ignored");
  });
}

test("a body that leaves the lines out is no order to fetch, and a deletion no change", async () => {
  const { id, tags, note } = await createdByUs();
  equal(await kindOf({ id, tags, note }), "ignored");
  equal(await kindOf({ id, tags, note }, "orders/delete"), "ignored");
});

test("where it is fetched all the same, nothing of it is sent", async () => {
  const order = await orderIn();
  equal(linesToShip(order).length, 1);
  const { mapOrder } = await import("../../functions/channels/shoplazza/map-order.ts");
  const { ShopOrder } = await import("../../functions/channels/shoplazza/payload.ts");
  const { Settings } = await import("../../functions/channels/shoplazza/settings.ts");
  const own = mapOrder(ShopOrder.parse(await createdByUs()), Settings.parse({ domain: "muster.myshoplaza.com" }));
  deepEqual([own.lines.length > 0, linesToShip(own)], [true, []]);
});

test("a buyer's own words, and tags that only look alike, are no mark", async () => {
  for (const changes of [
    { customer_note: "ext:sh-1001" },
    { note: "please call ext:42 at noon" },
    { note: "ext: 42" },
    { tags: "next:sh-1001, ext:, ext" },
    { tags: 7, note: { ext: "ext:sh-1001" } },
  ]) {
    equal(await kindOf(leastOrder(changes)), "order", JSON.stringify(changes));
  }
});
