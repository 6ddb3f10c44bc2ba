import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { Amount } from "../../shared/order.ts";

test("an amount that is accepted is accepted again as it was stored", () => {
  for (const written of ["1e20", "-1E-30", "+1.20", " 7 ", 12.5, "0.000", "1e60", "9".repeat(64)]) {
    const stored = z.parse(Amount, written);
    equal(z.parse(Amount, stored), stored);
  }
});

test("an amount of more than 64 digits written out is refused, however short it is written", () => {
  const refused = ["1e400", "1e64", "1e-70", "1".repeat(65)].map((written) => Amount.safeParse(written).success);
  deepEqual(refused, [false, false, false, false]);
});
