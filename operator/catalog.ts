import { createHash } from "node:crypto";
import { basename } from "node:path";
import { Command } from "commander";
import { NOT_EXISTS } from "../shared/ledger/table.ts";
import { destinationPath } from "../shared/stage/config.ts";
import { tableName } from "../shared/stage/names.ts";
import { readCatalog } from "./catalog-file.ts";
import { batchesTo, createCatalogWriter } from "./catalog-writer.ts";
import { CommandError } from "./command-error.ts";
import { confirm } from "./confirm.ts";
import { type OpenStage, openStage } from "./open-stage.ts";
import { type CommandContext, runCommand } from "./run-command.ts";
import { processTerminal, type Terminal } from "./terminal.ts";

/** Rows between two lines of progress. */
const PROGRESS = 10_000;

interface Options {
  stage: string;
  destination: string;
  stages?: string;
  region?: string;
  remove?: true;
  dryRun?: true;
  yes?: true;
}

/** `npm run catalog`: the operator's own mapping of SKUs, one file for one destination. */
export const catalogCommand = ({ terminal, variables }: CommandContext): Command =>
  new Command("npm run catalog --")
    .description(
      "Imports how a destination knows our SKUs. Rows that are there already are replaced; all others stay. Safe to repeat.",
    )
    .argument("<file>", "CSV (UTF-8) whose first line is sku,productId,variantId,providerSku,packSize")
    .requiredOption("--stage <stage>", "as infra/stages/<stage>.ts; local: what npm start hosts")
    .option("--stages <folder>", "where the stage files lie, if not in infra/stages")
    .requiredOption("--destination <destination>", "<provider>/<name>, as in the stage file")
    .option("--region <region>", "default: AWS_REGION, or the profile's")
    .option("--remove", "takes the file's SKUs out instead")
    .option("--dry-run", "reads and checks the file, and writes nothing")
    .option("--yes", "does it without asking")
    .action(async (file: string, options: Options) => {
      const { destination, stage: name, remove: removing = false, dryRun = false } = options;
      const stage = await openStage(options, variables);
      const known = stage.config.destinations.map(destinationPath);
      if (!known.includes(destination)) {
        throw new CommandError(`The stage ${name} has no destination ${destination}; it has ${known.join(", ")}.`);
      }
      const { account, region } = stage.env;
      const table = tableName(name);
      const what = removing ? `take the SKUs of ${file} out of` : `import ${file} into`;
      const plan = dryRun
        ? [`check ${file} and write nothing`]
        : [
            `${what} the catalog of ${destination}, in ${table} (account ${account}, ${region})`,
            `write down that ${stage.who} did`,
          ];
      await confirm(terminal, plan, options.yes === true || dryRun);

      const read = await run(file, { destination, removing, dryRun }, stage, terminal);
      if (!dryRun) await writeDown(stage, { destination, file: basename(file), removing, ...read });
      const { taken, wrong, repeated } = read;
      terminal.say(
        [
          `${taken} rows ${dryRun ? "are good" : removing ? "taken out" : "imported"}`,
          ...(repeated > 0
            ? [`${repeated} of them for a SKU that stood on an earlier line: the later one counts`]
            : []),
          ...(wrong > 0 ? [`${wrong} rows were wrong and changed nothing: mend them and import the file again`] : []),
        ].join("; "),
      );
      if (wrong > 0) throw new CommandError(`${wrong} wrong rows: their line numbers stand above.`);
    });

interface Read {
  taken: number;
  wrong: number;
  repeated: number;
}

async function run(
  file: string,
  { destination, removing, dryRun }: { destination: string; removing: boolean; dryRun: boolean },
  { dynamo, env }: OpenStage,
  terminal: Terminal,
): Promise<Read> {
  const writer = createCatalogWriter(batchesTo(dynamo, tableName(env.stage)), destination);
  const lines = new Map<number, number>();
  const read: Read = { taken: 0, wrong: 0, repeated: 0 };
  try {
    for await (const row of readCatalog(file, { removing })) {
      if ("wrong" in row) {
        read.wrong += 1;
        terminal.note(`line ${row.line}: ${row.wrong}`);
      } else {
        const key = numberOf(row.sku);
        const earlier = lines.get(key);
        if (earlier !== undefined) {
          read.repeated += 1;
          terminal.note(`line ${row.line}: SKU ${row.sku} stood on line ${earlier} already; this line counts`);
        }
        lines.set(key, row.line);
        read.taken += 1;
        if (!dryRun) await writer.write(row.sku, removing ? undefined : row.entry);
      }
      const rows = read.taken + read.wrong;
      if (rows % PROGRESS === 0) terminal.note(`${rows} rows read, ${writer.written} written`);
    }
    await writer.end();
    return read;
  } catch (error) {
    if (writer.written > 0) terminal.note(`${writer.written} rows had been written; importing the file again is safe.`);
    throw error;
  }
}

/** Stands for a SKU: 100,000 of these are 5 MB, where the SKUs, each a piece of its chunk, would keep the whole file. 52 bits of its hash. */
function numberOf(sku: string): number {
  const hash = createHash("sha1").update(sku).digest();
  return hash.readUIntBE(0, 6) * 16 + (hash.readUInt8(6) & 15);
}

/** Who imported what stands beside the catalog, as long as the orders' states do. */
async function writeDown(
  { table, who, config }: OpenStage,
  { destination, ...read }: Read & { destination: string; file: string; removing: boolean },
): Promise<void> {
  const at = new Date();
  const expiresAt = Math.floor((at.getTime() + config.retention.states) / 1000);
  const key = { pk: `catalog-import#${destination}`, sk: at.toISOString() };
  await table.put({ ...key, v: 1, by: who, ...read, expiresAt }, NOT_EXISTS);
}

if (import.meta.main) {
  process.exitCode = await runCommand(catalogCommand, process.argv.slice(2), {
    terminal: processTerminal(),
    variables: process.env,
  });
}
