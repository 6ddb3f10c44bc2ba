import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { isMasked, withoutMasks } from "../../shared/masked.ts";
import { Order } from "../../shared/order.ts";

test("a text that a channel shows only in part, or not at all, is masked", () => {
  for (const text of [
    ...["****", "J***n", "+60******12", "J*n", "J*", "王*明", "张**", "*", "**", "Ada L*", "J** D**"],
    ...["No. 12, Jalan B******** 3", "4****", "SW1A ***", "j***@gmail.com", "***@***.com", "(60) ****1234"],
    ...["●●●●", "••••", "＊＊＊", "[redacted]", "REDACTED", "<hidden>", "Anonymised", "XXXX", "xxx"],
  ])
    equal(isMasked(text), true, text);
});

test("what people write is not masked", () => {
  for (const text of [
    ...["", "-", ".", "Ada Lovelace", "X", "Xx", "Malcolm X", "Piazza XXX Maggio 3", "A*STAR", "E*Trade", "M&M*s"],
    ...[
      "**Ring twice**",
      "*Rear building*",
      "Flat 3 * left",
      "• Floor 2",
      "555-0100 x12",
      "O'Neill",
      "Hidden Valley 3",
    ],
  ])
    equal(isMasked(text), false, text);
});

test("a text of millions of characters is judged at once", () => {
  equal(isMasked(`*${"a".repeat(5_000_000)}`), false);
  equal(isMasked("*".repeat(5_000_000)), true);
});

test("masked values are removed wherever the buyer is, and those that a parcel needs are named", () => {
  const address = { name: "J***n", street1: "Main 1", city: "****", country: "MY", phone: "+60******12" };
  const given = z.parse(Order, {
    id: "1",
    placedAt: "2026-11-01T10:00:00Z",
    updatedAt: "2026-11-01T10:00:00Z",
    currency: "MYR",
    financialState: "paid",
    lines: [{ id: "1", sku: "DEMO-TEE", quantity: 2 }],
    shippingAddress: { ...address, remark: "** ring twice" },
    billingAddress: address,
    buyer: { id: "7", name: "J***n", email: "j***@x.example", phone: "xxx-xxx-1234" },
    taxIds: [{ type: "national", value: "***.456.789-**" }],
    note: "** thanks",
  });
  const { order, masked } = withoutMasks(given);
  const stored = JSON.parse(JSON.stringify(order));
  deepEqual(masked, ["name", "city"]);
  deepEqual(stored.shippingAddress, { street1: "Main 1", country: "MY", remark: "** ring twice" });
  deepEqual(stored.billingAddress, { street1: "Main 1", country: "MY" });
  deepEqual(stored.buyer, { id: "7" });
  equal(stored.note, "** thanks");
  deepEqual(stored.taxIds, []);
  const known = { ...given, taxIds: [{ type: "national" as const, value: "123.456.789-00" }] };
  deepEqual(withoutMasks(given, known).order.taxIds, known.taxIds);
});
