import { createHash } from "node:crypto";
import { NOT_EXISTS } from "../shared/ledger/table.ts";
import { tableName } from "../shared/stage/names.ts";
import type { Row } from "./catalog-file.ts";
import { batchesTo, createCatalogWriter } from "./catalog-writer.ts";
import type { OpenStage } from "./open-stage.ts";

/** Rows between two lines of progress. */
const PROGRESS = 10_000;

export interface Imported {
  taken: number;
  wrong: number;
  /** Of those taken: rows whose SKU was on an earlier line too. */
  repeated: number;
}

/** A line that is invalid, or that repeats a SKU. */
export interface LineProblem {
  line: number;
  says: string;
}

interface Import {
  destination: string;
  /** For the record of the import. */
  file: string;
  removing: boolean;
  /** Reads the rows, and writes nothing. */
  dryRun: boolean;
}

interface Said {
  problem(problem: LineProblem): void;
  progress(sentence: string): void;
}

/** Writes the rows of a file to a destination's catalog, and who did it. Safe to repeat. */
export async function importCatalog(
  rows: AsyncIterable<Row>,
  { destination, file, removing, dryRun }: Import,
  stage: Pick<OpenStage, "dynamo" | "env" | "table" | "who" | "config">,
  { problem, progress }: Said,
): Promise<Imported> {
  const writer = createCatalogWriter(batchesTo(stage.dynamo, tableName(stage.env.stage)), destination);
  const lines = new Map<number, number>();
  const read: Imported = { taken: 0, wrong: 0, repeated: 0 };
  try {
    for await (const row of rows) {
      if ("wrong" in row) {
        read.wrong += 1;
        problem({ line: row.line, says: row.wrong });
      } else {
        const key = numberOf(row.sku);
        const earlier = lines.get(key);
        if (earlier !== undefined) {
          read.repeated += 1;
          problem({ line: row.line, says: `SKU ${row.sku} is on line ${earlier} too; this line counts` });
        }
        lines.set(key, row.line);
        read.taken += 1;
        if (!dryRun) await writer.write(row.sku, removing ? undefined : row.entry);
      }
      const all = read.taken + read.wrong;
      if (all % PROGRESS === 0) progress(`${all} rows read, ${writer.written} written`);
    }
    await writer.end();
  } catch (error) {
    if (writer.written > 0) progress(`${writer.written} rows had been written; importing the file again is safe.`);
    throw error;
  }
  if (!dryRun) await recordImport(stage, { destination, file, removing, ...read });
  return read;
}

/** What an import did, in a sentence. */
export const importedText = (
  { taken, wrong, repeated }: Imported,
  { removing, dryRun }: Pick<Import, "removing" | "dryRun">,
): string =>
  [
    `${taken} rows ${dryRun ? "are valid" : removing ? "removed" : "imported"}`,
    ...(repeated > 0 ? [`${repeated} of them repeat a SKU of an earlier line: the later line counts`] : []),
    ...(wrong > 0 ? [`${wrong} rows were invalid and changed nothing: fix them and import the file again`] : []),
  ].join("; ");

/** 52 bits of a SKU's hash. 100,000 of them take 5 MB; the SKUs themselves, slices of the chunks, would keep the whole file in memory. */
export function numberOf(sku: string): number {
  const hash = createHash("sha1").update(sku).digest();
  return hash.readUIntBE(0, 6) * 16 + (hash.readUInt8(6) & 15);
}

/** Records who imported what beside the catalog; kept as long as orders' states. */
async function recordImport(
  { table, who, config }: Pick<OpenStage, "table" | "who" | "config">,
  { destination, ...read }: Imported & { destination: string; file: string; removing: boolean },
): Promise<void> {
  const at = new Date();
  const expiresAt = Math.floor((at.getTime() + config.retention.states) / 1000);
  const key = { pk: `catalog-import#${destination}`, sk: at.toISOString() };
  await table.put({ ...key, v: 1, by: who, ...read, expiresAt }, NOT_EXISTS);
}
