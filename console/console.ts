import { createInterface } from "node:readline";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { createAdaptorServer } from "@hono/node-server";
import { Command } from "commander";
import * as z from "zod/mini";
import { CommandError } from "../operator/command-error.ts";
import { type OpenStage, openStage } from "../operator/open-stage.ts";
import { runCommand } from "../operator/run-command.ts";
import { processTerminal, type Terminal } from "../operator/terminal.ts";
import { createConsole } from "./create-console.ts";
import { cloudWatchFigures } from "./figures/cloudwatch-figures.ts";
import { type Figures, noFigures } from "./figures/figures.ts";

interface Options {
  stage: string;
  stages?: string;
  region?: string;
  port: string;
  readOnly?: true;
}

/** `npm run console`: the page of a deployed stage, on 127.0.0.1, with the operator's own credentials. */
export const consoleCommand = ({
  terminal,
  variables,
}: {
  terminal: Terminal;
  variables: NodeJS.ProcessEnv;
}): Command =>
  new Command("npm run console --")
    .description("Serves the console of a stage on 127.0.0.1; only the opened address reaches it.")
    .requiredOption("--stage <stage>", "name of infra/stages/<stage>.ts; local: the stack that npm start runs")
    .option("--stages <folder>", "folder of the stage files, if not infra/stages")
    .option("--region <region>", "default: AWS_REGION or the profile's region")
    .option("--port <port>", "default: a free one", "0")
    .option("--read-only", "shows everything, changes nothing")
    .action(async (options: Options) => {
      const port = z
        .int()
        .check(z.minimum(0), z.maximum(65_535))
        .safeParse(Number(options.port.trim() || "none"));
      if (!port.success) throw new CommandError(`--port ${options.port}: write a number from 1 to 65535.`);
      let address = "127.0.0.1:0";
      const page = createConsole({
        stage: options.stage,
        open: () => openStage(options, variables),
        hosts: () => [address, address.replace("127.0.0.1", "localhost")],
        figures: figuresOf,
        readOnly: options.readOnly === true,
        profile: variables["AWS_PROFILE"],
      });
      await page.prepare();
      const server = createAdaptorServer({ fetch: page.fetch, overrideGlobalObjects: false });
      await new Promise<void>((resolve, reject) => {
        server.once("error", (error) => reject(new CommandError(`The console cannot listen: ${error.message}.`)));
        server.listen(port.data, "127.0.0.1", resolve);
      });
      const bound = server.address();
      if (bound === null || typeof bound === "string") throw new Error("The console has no port.");
      address = `127.0.0.1:${bound.port}`;
      const say = () => terminal.say(`http://${address}/?token=${page.token()}`);
      terminal.note(`The console of ${options.stage}${options.readOnly ? ", read only" : ""}. Open:`);
      say();
      terminal.note("The address opens once. Enter: a new address. Ctrl-C: the end.");
      if (terminal.interactive) createInterface({ input: process.stdin }).on("line", say);
    });

function figuresOf({ env }: OpenStage): Figures {
  const { stage, region, endpoint } = env;
  if (stage === "local")
    return noFigures("The figures of the local stack are on its own page, at the address of npm start.");
  return cloudWatchFigures({ stage, client: new CloudWatchClient({ region, ...(endpoint && { endpoint }) }) });
}

if (import.meta.main) {
  process.exitCode = await runCommand(consoleCommand, process.argv.slice(2), {
    terminal: processTerminal(),
    variables: process.env,
  });
}
