import { equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { LEDGER_PAGE, ledgerPage } from "../../../docs/tools/ledger-page.ts";
import { ITEM_KINDS } from "../../../shared/ledger/items.ts";

test("docs/ledger.md says what the code says: else run `npm run ledger-page`", () => {
  equal(readFileSync(LEDGER_PAGE, "utf8"), ledgerPage());
});

test("the page has every kind with its attributes, and the comments of the schemas", () => {
  const page = ledgerPage();
  ok(ITEM_KINDS.length >= 12);
  for (const { name, schema } of ITEM_KINDS) {
    ok(page.toLowerCase().includes(`## ${name}\n`), name);
    for (const attribute of Object.keys(schema.shape))
      ok(new RegExp(`\\| \`${attribute}\\??\` \\|`).test(page), attribute);
  }
  ok(page.includes("Counts the writes; each is conditional on the one before."));
});
