import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { isTimeZone, zonedInstant } from "../../../shared/connector/zoned-instant.ts";

test("a time on the wall is UTC by its zone, in summer and in winter", () => {
  equal(zonedInstant("2026-11-02T10:00:00", "Europe/Berlin"), "2026-11-02T09:00:00.000Z");
  equal(zonedInstant("2026-07-02T10:00:00", "Europe/Berlin"), "2026-07-02T08:00:00.000Z");
  equal(zonedInstant("2026-07-02T10:00:00.250", "Asia/Kolkata"), "2026-07-02T04:30:00.250Z");
  equal(zonedInstant("2026-12-31T22:00:00", "America/Los_Angeles"), "2027-01-01T06:00:00.000Z");
  equal(zonedInstant("2026-07-02T10:00:00", "UTC"), "2026-07-02T10:00:00.000Z");
});

test("an hour that comes twice is the first, an hour that is skipped lies after the change", () => {
  equal(zonedInstant("2026-10-25T02:30:00", "Europe/Berlin"), "2026-10-25T00:30:00.000Z");
  equal(zonedInstant("2026-03-29T02:30:00", "Europe/Berlin"), "2026-03-29T01:30:00.000Z");
  equal(zonedInstant("2026-10-25T01:59:59", "Europe/Berlin"), "2026-10-24T23:59:59.000Z");
  equal(zonedInstant("2026-10-25T03:00:00", "Europe/Berlin"), "2026-10-25T02:00:00.000Z");
});

test("every hour of a year of a zone comes back from what its clock shows", () => {
  const shown = new Intl.DateTimeFormat("sv-SE", {
    ...{ timeZone: "America/New_York", dateStyle: "short", timeStyle: "medium" },
  });
  for (let hour = 0; hour < 366 * 24; hour += 7) {
    const at = Date.UTC(2026, 0, 1, hour, 30);
    const wall = shown.format(at).replace(" ", "T");
    const back = Date.parse(zonedInstant(wall, "America/New_York") ?? "");
    ok(back === at || shown.format(back) === shown.format(at), wall);
  }
});

test("any other text is no time on a wall, and no such zone is none", () => {
  for (const text of ["", "2026-11-02", "2026-11-02T10:00:00Z", "2026-02-30T10:00:00", "2026-13-01T10:00:00", "soon"]) {
    equal(zonedInstant(text, "UTC"), undefined, text);
  }
  ok(isTimeZone("Europe/Berlin"));
  equal(isTimeZone("Europe/Nowhere"), false);
});
