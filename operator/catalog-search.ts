import * as z from "zod/mini";
import { CatalogEntry, catalogPk } from "../shared/ledger/catalog.ts";
import type { Table } from "../shared/ledger/table.ts";
import type { Row } from "./catalog-file.ts";
import { type LineProblem, numberOf } from "./catalog-import.ts";

/** A SKU of a destination's catalog. */
export interface CatalogRow {
  sku: string;
  entry: CatalogEntry;
}

/** Beyond every character that a SKU begins with. */
const LAST = "\u{10FFFF}";

async function* rowsFrom(table: Pick<Table, "range">, destination: string, prefix: string): AsyncGenerator<CatalogRow> {
  const rows = table.range({
    partition: { name: "pk", value: catalogPk(destination) },
    // DynamoDB takes no empty key.
    sort: { name: "sk", from: prefix === "" ? "\u0001" : prefix, to: `${prefix}${LAST}` },
  });
  for await (const { sk, ...item } of rows) yield { sku: sk, entry: z.parse(CatalogEntry, item) };
}

/**
 * The SKUs that begin with a text, in the order of their bytes. Nothing scans the table: a catalog is one partition.
 * @returns at most so many, and whether there are more
 */
export async function searchCatalog(
  table: Pick<Table, "range">,
  destination: string,
  { prefix, most }: { prefix: string; most: number },
): Promise<{ rows: CatalogRow[]; more: boolean }> {
  const rows: CatalogRow[] = [];
  for await (const row of rowsFrom(table, destination, prefix)) {
    if (rows.length === most) return { rows, more: true };
    rows.push(row);
  }
  return { rows, more: false };
}

/** What an import would change. */
export interface CatalogPreview {
  added: number;
  changed: number;
  removed: number;
  /** Rows that are in the catalog as they are. */
  same: number;
  /** The first changes, in the order of the file. */
  changes: { line: number; sku: string; before: CatalogEntry | null; after: CatalogEntry | null }[];
  /** The first invalid lines, and how many there are. */
  wrong: number;
  problems: LineProblem[];
}

const SHOWN = 20;

/** Compares a file with the catalog. Of a SKU that the file has twice, the later line counts. */
export async function previewCatalog(
  rows: AsyncIterable<Row>,
  destination: string,
  { table, removing }: { table: Pick<Table, "range">; removing: boolean },
): Promise<CatalogPreview> {
  const before = new Map<number, CatalogEntry>();
  for await (const { sku, entry } of rowsFrom(table, destination, "")) before.set(numberOf(sku), entry);
  const after = new Map<number, { line: number; sku: string; entry: CatalogEntry | null }>();
  const preview: CatalogPreview = {
    ...{ added: 0, changed: 0, removed: 0, same: 0, wrong: 0 },
    changes: [],
    problems: [],
  };
  const problem = (line: number, says: string) => {
    if (preview.problems.length < SHOWN) preview.problems.push({ line, says });
  };
  for await (const row of rows) {
    if ("wrong" in row) {
      preview.wrong += 1;
      problem(row.line, row.wrong);
      continue;
    }
    const key = numberOf(row.sku);
    const earlier = after.get(key);
    if (earlier) problem(row.line, `SKU ${row.sku} is on line ${earlier.line} too; this line counts`);
    after.set(key, { line: row.line, sku: row.sku, entry: removing ? null : row.entry });
  }
  for (const [key, { line, sku, entry }] of after) {
    const known = before.get(key) ?? null;
    const what = changeOf(known, entry);
    preview[what] += 1;
    if (what !== "same" && preview.changes.length < SHOWN) {
      preview.changes.push({ line, sku, before: known, after: entry });
    }
  }
  return preview;
}

function changeOf(before: CatalogEntry | null, after: CatalogEntry | null): "added" | "changed" | "removed" | "same" {
  if (after === null) return before === null ? "same" : "removed";
  if (before === null) return "added";
  return textOf(before) === textOf(after) ? "same" : "changed";
}

/** `productId 1, packSize 2` */
export const textOf = (entry: CatalogEntry | null): string =>
  entry === null
    ? "nothing"
    : (["productId", "variantId", "providerSku", "packSize"] as const)
        .flatMap((field) => (entry[field] === undefined ? [] : [`${field} ${entry[field]}`]))
        .join(", ");
