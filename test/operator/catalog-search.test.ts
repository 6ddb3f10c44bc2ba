import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { readCatalogText } from "../../operator/catalog-file.ts";
import { previewCatalog, searchCatalog } from "../../operator/catalog-search.ts";
import { catalogPk } from "../../shared/ledger/catalog.ts";
import { NOT_EXISTS } from "../../shared/ledger/table.ts";
import { QUICK_TABLES, startLedger } from "../support/ledger-table.ts";

for (const { kind, skip } of QUICK_TABLES) {
  test(`a catalog is searched by how a SKU begins, and an import says what it changes (${kind})`, {
    skip,
  }, async (t) => {
    const started = await startLedger(kind);
    t.after(() => started.stop());
    const { table } = started;
    const put = (destination: string, sku: string, entry: object) =>
      table.put({ pk: catalogPk(destination), sk: sku, v: 1, ...entry }, NOT_EXISTS);
    for (const sku of ["MUG-1", "TEE-L", "TEE-M", "TEE-S"])
      await put("s2/us", sku, { productId: sku.length.toString() });
    await put("kakaclo/eu", "TEE-M", { productId: "other" });

    const skus = async (prefix: string, most = 10) => {
      const { rows, more } = await searchCatalog(table, "s2/us", { prefix, most });
      return [...rows.map(({ sku }) => sku), more];
    };
    deepEqual(await skus("TEE"), ["TEE-L", "TEE-M", "TEE-S", false]);
    deepEqual(await skus("", 2), ["MUG-1", "TEE-L", true]);
    deepEqual(await skus("tee"), [false]);

    const csv = "sku,productId,packSize\nTEE-M,5,\nTEE-S,77,\nNEW-1,1,2\nNEW-1,1,3\nBAD,1,1.5\n,2,\n";
    const preview = (removing = false) =>
      previewCatalog(readCatalogText([csv], "a.csv", { removing }), "s2/us", { table, removing });
    const { changes, problems, ...counts } = await preview();
    deepEqual(counts, { added: 1, changed: 1, removed: 0, same: 1, wrong: 2 });
    deepEqual(
      changes.map(({ line, sku, before, after }) => [line, sku, before, after]),
      [
        [3, "TEE-S", { productId: "5" }, { productId: "77" }],
        [5, "NEW-1", null, { productId: "1", packSize: 3 }],
      ],
    );
    deepEqual(
      problems.map(({ line }) => line),
      [5, 6, 7],
    );
    equal((await preview(true)).removed, 2);
  });
}
