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
import { terminalText } from "./terminal-text.ts";

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
      "Imports a mapping of our SKUs to a destination's products. Replaces the SKUs in the file and keeps all others. Safe to repeat.",
    )
    .argument("<file>", "CSV (UTF-8) whose first line is sku,productId,variantId,providerSku,packSize")
    .requiredOption("--stage <stage>", "name of infra/stages/<stage>.ts; local: the stack that npm start runs")
    .option("--stages <folder>", "folder of the stage files, if not infra/stages")
    .requiredOption("--destination <destination>", "<provider>/<name>, as in the stage file")
    .option("--region <region>", "default: AWS_REGION or the profile's region")
    .option("--remove", "remove the file's SKUs instead")
    .option("--dry-run", "check the file and write nothing")
    .option("--yes", "do not ask")
    .action(async (file: string, options: Options) => {
      const { destination, stage: name, remove: removing = false, dryRun = false } = options;
      const stage = await openStage(options, variables);
      const known = stage.config.destinations.map(destinationPath);
      if (!known.includes(destination)) {
        throw new CommandError(`The stage ${name} has no destination ${destination}; it has ${known.join(", ")}.`);
      }
      await checkFile(file, removing);
      const { account, region } = stage.env;
      const table = tableName(name);
      const what = removing ? `remove the SKUs of ${file} from` : `import ${file} into`;
      const plan = dryRun
        ? [`check ${file} and write nothing`]
        : [
            `${what} the catalog of ${destination}, in ${table} (account ${account}, ${region})`,
            `record that ${stage.who} did it`,
          ];
      await confirm(terminal, plan, options.yes === true || dryRun);

      const read = await run(file, { destination, removing, dryRun }, stage, terminal);
      if (!dryRun) await recordImport(stage, { destination, file: basename(file), removing, ...read });
      const { taken, wrong, repeated } = read;
      terminal.say(
        [
          `${taken} rows ${dryRun ? "are valid" : removing ? "removed" : "imported"}`,
          ...(repeated > 0 ? [`${repeated} of them repeat a SKU of an earlier line: the later line counts`] : []),
          ...(wrong > 0 ? [`${wrong} rows were invalid and changed nothing: fix them and import the file again`] : []),
        ].join("; "),
      );
      if (wrong > 0) throw new CommandError(`${wrong} invalid rows: see their line numbers above.`);
    });

/** Reads the header before the operator is asked. @throws CommandError if the file cannot be read, or is no catalog */
async function checkFile(file: string, removing: boolean): Promise<void> {
  for await (const _ of readCatalog(file, { removing })) return;
}

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
        terminal.note(`line ${row.line}: ${terminalText(row.wrong)}`);
      } else {
        const key = numberOf(row.sku);
        const earlier = lines.get(key);
        if (earlier !== undefined) {
          read.repeated += 1;
          terminal.note(`line ${row.line}: SKU ${terminalText(row.sku)} is on line ${earlier} too; this line counts`);
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

/** 52 bits of a SKU's hash. 100,000 of them take 5 MB; the SKUs themselves, slices of the chunks, would keep the whole file in memory. */
function numberOf(sku: string): number {
  const hash = createHash("sha1").update(sku).digest();
  return hash.readUIntBE(0, 6) * 16 + (hash.readUInt8(6) & 15);
}

/** Records who imported what beside the catalog; kept as long as orders' states. */
async function recordImport(
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
