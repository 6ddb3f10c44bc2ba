import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { freshness } from "../../../shared/ledger/freshness.ts";

const receivedAt = "2026-11-01T12:00:00.000Z";
const later = { receivedAt: "2026-11-02T12:00:00.000Z" };

test("a time more than 24 h ahead counts as the time of receipt: no later event is stale for ever", () => {
  for (const ahead of ["9999-12-31T23:59:59.000Z", "2026-11-02T12:00:00.001Z"]) {
    equal(freshness(ahead, "placed", { receivedAt }), freshness(receivedAt, "placed", { receivedAt }));
    ok(freshness(ahead, "paid", { receivedAt }) < freshness(later.receivedAt, "placed", later));
  }
});

test("a time up to 24 h ahead is the order's own: clocks and time zones differ", () => {
  const ahead = "2026-11-02T12:00:00.000Z";
  ok(freshness(ahead, "placed", { receivedAt }).startsWith(ahead));
});

test("an event's time far ahead, which no channel signs, does not win a tie either", () => {
  const tied = (eventTime: string) => freshness(receivedAt, "paid", { receivedAt, eventTime });
  equal(tied("9999-12-31T23:59:59.000Z"), tied(receivedAt));
});
