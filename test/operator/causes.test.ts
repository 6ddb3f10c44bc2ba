import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { causesOf, ofCause } from "../../operator/causes.ts";
import type { WaitingOne } from "../../operator/waiting.ts";

const HOUR = 3_600_000;
const NOW = Date.parse("2026-11-20T12:00:00Z");
const one = (id: string, ago: number, changes: Partial<WaitingOne> = {}): WaitingOne => ({
  ...{ order: `shopify/main/${id}`, destination: "s2/us", kind: "rejected", reference: `SH-${id}` },
  ...{ reason: `SKU-${id}9 is the SKU of no product of s2/us`, since: new Date(NOW - ago).toISOString() },
  ...changes,
});

test("causes: what needs a person first, by how long; count, trend, first and last, one example", () => {
  const ones = [
    one("2", 0.5 * HOUR),
    one("1", 3 * HOUR),
    one("3", 30 * HOUR),
    one("4", 60 * HOUR, { kind: "overdue", reason: "connection refused" }),
    one("5", HOUR, { destination: null, kind: "held", reason: "held" }),
  ];
  const causes = causesOf(ones, NOW);
  deepEqual(
    causes.map(({ destination, kind, count, example }) => [destination, kind, count, example.order]),
    [
      ["s2/us", "rejected", 3, "shopify/main/3"],
      [null, "held", 1, "shopify/main/5"],
      ["s2/us", "overdue", 1, "shopify/main/4"],
    ],
  );
  const [first] = causes;
  equal(first?.reason, "… is the SKU of no product of s2/us");
  deepEqual([first?.firstAt, first?.lastAt], [ones[2]?.since, ones[0]?.since]);
  deepEqual(first?.perHour.slice(-4), [1, 0, 0, 1]);
  equal(
    first?.perHour.reduce((sum, count) => sum + count),
    2,
    "what began before the last 24 hours has no place in it",
  );
  deepEqual(
    ofCause(ones, first?.key ?? "").map(({ order }) => order),
    ["shopify/main/3", "shopify/main/1", "shopify/main/2"],
  );
  deepEqual(ofCause(ones, "no-such"), []);
});
