import { basename } from "node:path";
import { Command } from "commander";
import { destinationPath } from "../shared/stage/config.ts";
import { tableName } from "../shared/stage/names.ts";
import { readCatalog } from "./catalog-file.ts";
import { importCatalog, importedText } from "./catalog-import.ts";
import { CommandError } from "./command-error.ts";
import { confirm } from "./confirm.ts";
import { openStage } from "./open-stage.ts";
import { type CommandContext, runCommand } from "./run-command.ts";
import { processTerminal } from "./terminal.ts";
import { terminalText } from "./terminal-text.ts";

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

      const rows = readCatalog(file, { removing });
      const read = await importCatalog(rows, { destination, removing, dryRun, file: basename(file) }, stage, {
        problem: ({ line, says }) => terminal.note(`line ${line}: ${terminalText(says)}`),
        progress: (sentence) => terminal.note(sentence),
      });
      terminal.say(importedText(read, { removing, dryRun }));
      if (read.wrong > 0) throw new CommandError(`${read.wrong} invalid rows: see their line numbers above.`);
    });

/** Reads the header before the operator is asked. @throws CommandError if the file cannot be read, or is no catalog */
async function checkFile(file: string, removing: boolean): Promise<void> {
  for await (const _ of readCatalog(file, { removing })) return;
}

if (import.meta.main) {
  process.exitCode = await runCommand(catalogCommand, process.argv.slice(2), {
    terminal: processTerminal(),
    variables: process.env,
  });
}
