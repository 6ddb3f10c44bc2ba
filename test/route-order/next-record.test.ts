import { equal, match } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { type EventContext, nextRecord, nextRecordOfChange } from "../../functions/route-order/next-record.ts";
import type { OrderRecord } from "../../shared/ledger/order-record.ts";
import { Order } from "../../shared/order.ts";
import { Config, Connection } from "../../shared/stage/config.ts";
import { sampleOrder } from "../support/relay.ts";
import { newEvent } from "../support/route-order-context.ts";

const FAR = "9999-12-31T23:59:59.000Z";
const AHEAD = /; its time is more than 24 h ahead, so the time of its receipt counts$/;

const TIED =
  /; it names the same time as the state before, so which is newer is not known: the one received later counts$/;

const connection = { channel: "plain", name: "main", key: "pm", since: "2026-01-01T00:00:00Z" };
const config = z.parse(Config, { stage: "test", connections: [connection], destinations: [], routes: [] });

const at = (receivedAt: string): EventContext => ({
  event: newEvent("{}", { receivedAt }),
  connection: z.parse(Connection, connection),
  canFetch: false,
  config,
  now: Date.parse(receivedAt),
});
const noon = at("2026-11-01T12:00:00.000Z");
const evening = at("2026-11-01T18:00:00.000Z");

const arrives = (current: OrderRecord | undefined, changes: Partial<Order>, context: EventContext) =>
  nextRecord(
    current,
    { kind: "order", topic: "order", order: z.parse(Order, sampleOrder({ id: "1", ...changes })) },
    context,
    [],
  );
const lastLine = ({ events }: OrderRecord) => events.at(-1)?.outcome ?? "";

test("an order that says it was changed in 9999 does not make the next event stale, and its trace says so", () => {
  const { record } = arrives(undefined, { updatedAt: FAR, financialState: "pending" }, noon);
  match(lastLine(record), AHEAD);
  const paid = arrives(record, { updatedAt: evening.event.receivedAt, financialState: "paid" }, evening);
  equal(paid.outcome, "updated");
  equal(lastLine(paid.record).includes("24 h"), false);
});

test("a deletion whose unsigned time is in 9999 does not make the order that comes back stale, and its trace says so", () => {
  const { record } = arrives(undefined, { updatedAt: noon.event.receivedAt }, noon);
  const deletion = {
    kind: "change",
    topic: "orders/delete",
    orderId: "1",
    change: "cancelled",
    eventTime: FAR,
  } as const;
  const deleted = nextRecordOfChange(record, deletion, noon)?.record;
  match(deleted ? lastLine(deleted) : "", AHEAD);
  equal(deleted?.state, "cancelled");
  equal(arrives(deleted, { updatedAt: evening.event.receivedAt }, evening).outcome, "updated");
});

test("two states of one time, of a sender that says no more: the later received one counts, and the trace says so (row 10)", () => {
  const pending = { updatedAt: noon.event.receivedAt, financialState: "pending" } as const;
  const moved = {
    ...pending,
    shippingAddress: { name: "Ada Byron", street1: "Side 2", city: "Berlin", country: "DE" },
  };
  const { record } = arrives(undefined, pending, noon);
  equal(TIED.test(lastLine(record)), false);
  const next = arrives(record, moved, evening);
  equal(next.outcome, "updated");
  match(lastLine(next.record), TIED);
  // The one that was received earlier, and comes later.
  const late = arrives(next.record, { ...pending, note: "call me" }, at("2026-11-01T12:00:01.000Z"));
  equal(late.outcome, "stale");
  match(lastLine(late.record), TIED);
  for (const known of [
    moved,
    { ...moved, financialState: "paid" as const },
    { ...moved, updatedAt: "2026-11-01T13:00:00.000Z" },
  ]) {
    equal(TIED.test(lastLine(arrives(next.record, known, evening).record)), false);
  }
});
