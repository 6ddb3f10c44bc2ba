import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { afterRecord, ageOf, freshness, freshnessOfState, type Sight } from "../../../shared/ledger/freshness.ts";
import type { Progress } from "../../../shared/order.ts";

const NOON = "2026-11-01T12:00:00.000Z";
const LATER = "2026-11-02T12:00:00.000Z";
const AT_CHANNEL = { canFetch: false };

const of = (updatedAt: string, progress: Progress = "placed", sight: Partial<Sight> = {}) =>
  freshness({ updatedAt, progress }, { by: "event", at: NOON, digest: "d", ...sight }, AT_CHANNEL);

test("a time more than 24 h ahead counts as the time of receipt: no later event is stale for ever", () => {
  for (const ahead of ["9999-12-31T23:59:59.000Z", "2026-11-02T12:00:00.001Z"]) {
    equal(of(ahead), of(NOON));
    ok(of(ahead, "paid") < of(LATER, "placed", { at: LATER }));
  }
});

test("a time up to 24 h ahead is the order's own: clocks and time zones differ", () => {
  ok(of(LATER).startsWith(LATER));
});

test("an event's time far ahead, which no channel signs, does not win a tie either", () => {
  const tied = (eventTime: string) => of(NOON, "paid", { eventTime }).split("|")[3];
  equal(tied("9999-12-31T23:59:59.000Z"), tied(NOON));
});

test("time decides first, then the version, then the state, then the event's time, then the receipt", () => {
  const make = (updatedAt: string, version: number | undefined, progress: Progress, sight: Partial<Sight> = {}) =>
    freshness({ updatedAt, version, progress }, { by: "event", at: NOON, digest: "d", ...sight }, AT_CHANNEL);
  const sorted = [
    make(NOON, undefined, "cancelled"),
    make(NOON, 9, "cancelled"),
    make(NOON, 10, "placed", { eventTime: "2026-11-01T12:00:09.000Z" }),
    make(NOON, 10, "paid", { eventTime: "2026-11-01T12:00:01.000Z", at: "2026-11-01T12:00:09.000Z" }),
    make(NOON, 10, "paid", { eventTime: "2026-11-01T12:00:02.000Z", at: "2026-11-01T12:00:03.000Z" }),
    make(NOON, 10, "paid", { eventTime: "2026-11-01T12:00:02.000Z", at: "2026-11-01T12:00:04.000Z" }),
    make(NOON, 10, "cancelled"),
    make(LATER, 1, "placed"),
  ];
  sorted.slice(1).forEach((text, index) => {
    ok((sorted[index] ?? "") < text, `${sorted[index]} < ${text}`);
  });
});

test("times compare at the coarser precision of webhook and API", () => {
  const seconds = { canFetch: true, precision: 1_000 };
  const level = (updatedAt: string) => freshnessOfState({ updatedAt, progress: "paid" }, NOON, seconds);
  equal(level("2026-11-01T11:00:00.000Z"), level("2026-11-01T11:00:00.999Z"));
  ok(level("2026-11-01T11:00:00.999Z") < level("2026-11-01T11:00:01.000Z"));
});

test("an order is newer than a record of its state without content, and than one without a time", () => {
  const given = { freshness: of(NOON), digest: "d", contentDigest: "c" };
  for (const record of ["", freshnessOfState({ updatedAt: NOON, progress: "placed" }, NOON, AT_CHANNEL)]) {
    equal(ageOf(given, { freshness: record }, AT_CHANNEL), "newer");
    equal(ageOf(given, { freshness: record }, { canFetch: true }), "newer");
    ok(record < given.freshness, "its body is written too");
  }
});

test("a fetch that began after the record was read is later than it, whatever the clocks say", () => {
  const record = { freshness: of(NOON, "placed", { at: LATER }) };
  equal(afterRecord(NOON, record), "2026-11-02T12:00:00.001Z");
  equal(afterRecord("2026-11-03T12:00:00.000Z", record), "2026-11-03T12:00:00.000Z");
});
