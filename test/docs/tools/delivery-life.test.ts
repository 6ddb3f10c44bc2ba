import { equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { lifePages } from "../../../docs/tools/delivery-life.ts";
import { DELIVERY_TRANSITIONS } from "../../../shared/ledger/delivery-life.ts";
import { ORDER_TRANSITIONS } from "../../../shared/ledger/order-life.ts";

const pages = lifePages();

test("docs/delivery-life.md and docs/order-life.md are what the code does: else run `npm run delivery-life`", () => {
  equal(pages.length, 2);
  for (const { path, text } of pages) equal(readFileSync(path, "utf8"), text);
});

test("each transition is on its page, with what its comment says", () => {
  const [deliveries, orders] = pages;
  for (const [page, transitions] of [
    [deliveries, DELIVERY_TRANSITIONS],
    [orders, ORDER_TRANSITIONS],
  ] as const) {
    for (const name of Object.keys(transitions)) {
      ok(new RegExp(`^\\| \`${name}\` \\| [a-z, -]+ \\| [A-Z][^|]+ \\|$`, "m").test(page?.text ?? ""), name);
    }
  }
});
