import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import {
  type EventContext,
  nextRecord,
  nextRecordOfChange,
  type Step,
} from "../../functions/route-order/next-record.ts";
import type { OrderRecord } from "../../shared/ledger/order-record.ts";
import { Config, Connection } from "../../shared/stage/config.ts";
import { event, read, topic } from "../support/deliveries.ts";

const NOON = "2026-10-01T10:00:00Z";

/** The deliveries of two events of one order, as each channel sends them. */
const CHANNELS = {
  shopify: (street: string, updatedAt: string) =>
    read(
      "shopify",
      JSON.stringify({
        id: 5,
        created_at: NOON,
        updated_at: updatedAt,
        currency: "EUR",
        financial_status: "pending",
        line_items: [{ id: 1, sku: "DEMO-1", quantity: 2 }],
        shipping_address: { name: "Ada", address1: street, city: "Berlin", country_code: "DE" },
      }),
      topic("orders/updated"),
    ),
  standard: (street: string, updatedAt: string) =>
    read(
      "standard",
      JSON.stringify({
        id: "5",
        placedAt: NOON,
        updatedAt,
        currency: "EUR",
        financialState: "pending",
        lines: [{ id: 1, sku: "DEMO-1", quantity: 2 }],
        shippingAddress: { name: "Ada", street1: street, city: "Berlin", country: "DE" },
      }),
    ),
};

function contextOf(channel: string, receivedAt: string): EventContext {
  const connection = { channel, name: "demo", key: "D", maxOrderAge: "none" };
  return {
    event: { ...event(channel, "{}"), receivedAt },
    connection: z.parse(Connection, connection),
    canFetch: false,
    config: z.parse(Config, { stage: "test", connections: [connection], destinations: [], routes: [] }),
    now: Date.parse(receivedAt),
  };
}

type Reading = Awaited<ReturnType<typeof read>>;

function take(current: OrderRecord | undefined, reading: Reading, context: EventContext): Step {
  const step =
    reading.kind === "order"
      ? nextRecord(current, { ...reading, kind: "order" }, context, [])
      : reading.kind === "change"
        ? nextRecordOfChange(current, { ...reading, kind: "change" }, context)
        : undefined;
  if (!step) throw new Error(`nothing comes of ${reading.kind}`);
  return step;
}

for (const [channel, make] of Object.entries(CHANNELS)) {
  test(`${channel}: of two contents of one second without the sender's time, the later received one is taken`, async () => {
    const [wrong, right] = [await make("Main 1", NOON), await make("Main 11", NOON)];
    const first = contextOf(channel, "2026-10-01T10:00:01.000Z");
    const second = contextOf(channel, "2026-10-01T10:00:02.000Z");
    const { record } = take(undefined, wrong, first);
    const step = take(record, right, second);
    deepEqual([step.outcome, step.isNewest], ["updated", true]);
    // Handled in the other sequence, the same one is taken.
    equal(take(take(undefined, right, second).record, wrong, first).outcome, "stale");
    equal(take(step.record, right, contextOf(channel, "2026-10-01T10:00:03.000Z")).outcome, "duplicate");
  });
}

test("shopify: a deletion that comes before its order is remembered; the order that was sent earlier is stale", async () => {
  const deletion = await read("shopify", '{"id":5}', topic("orders/delete"));
  const { record } = take(undefined, deletion, contextOf("shopify", "2026-10-01T11:00:00.000Z"));
  equal(record.state, "cancelled");
  const order = await CHANNELS.shopify("Main 1", NOON);
  const step = take(record, order, contextOf("shopify", "2026-10-01T11:00:05.000Z"));
  deepEqual([step.outcome, step.record.state], ["stale", "cancelled"]);
});

test("standard: a cancellation that comes before its order is remembered likewise", async () => {
  const order = await CHANNELS.standard("Main 1", NOON);
  if (order.kind !== "order") throw new Error("no order");
  const cancelled = { ...order, order: { ...order.order, cancelledAt: NOON, updatedAt: "2026-10-01T11:00:00.000Z" } };
  const { record } = take(undefined, cancelled, contextOf("standard", "2026-10-01T11:00:00.000Z"));
  equal(record.state, "cancelled");
  equal(take(record, order, contextOf("standard", "2026-10-01T11:00:05.000Z")).outcome, "stale");
});
