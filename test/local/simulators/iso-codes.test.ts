import { equal } from "node:assert/strict";
import { test } from "node:test";
import { isCalendarDay, isCountry, isCurrency } from "../../../local/simulators/iso-codes.ts";

test("countries are those of ISO 3166-1, in capitals", () => {
  for (const code of ["US", "GB", "AX", "ZW"]) equal(isCountry(code), true, code);
  for (const code of ["UK", "XX", "ZZ", "EU", "us", "USA", ""]) equal(isCountry(code), false, code);
});

test("currencies are those of ISO 4217, in capitals", () => {
  for (const code of ["EUR", "TRY", "JPY"]) equal(isCurrency(code), true, code);
  for (const code of ["ZZZ", "eur", "EURO", ""]) equal(isCurrency(code), false, code);
});

test("a day is one that the calendar has", () => {
  for (const day of ["2024-02-29", "2026-12-31"]) equal(isCalendarDay(day), true, day);
  for (const day of ["2026-02-29", "2024-02-31", "2022-13-45", "2026-1-01", "2026-01-01T00:00:00", ""]) {
    equal(isCalendarDay(day), false, day);
  }
});
