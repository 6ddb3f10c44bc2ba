import { Command } from "commander";
import { readTrace } from "../shared/ledger/trace.ts";
import { CommandError } from "./command-error.ts";
import { confirm } from "./confirm.ts";
import { findOrder, pathTo } from "./find-order.ts";
import { openStage } from "./open-stage.ts";
import { type PreparedAct, prepareKeep, prepareRenew, prepareResolve, prepareSend, requireLook } from "./order-acts.ts";
import { commandFor, orderStory } from "./order-story.ts";
import { findingOf } from "./resolve.ts";
import { type CommandContext, runCommand } from "./run-command.ts";
import { processTerminal, type Terminal } from "./terminal.ts";
import { terminalJson } from "./terminal-text.ts";
import { timeOf } from "./waiting-filter.ts";

interface Options {
  stage: string;
  stages?: string;
  region?: string;
  json?: true;
  send?: string | true;
  resolve?: string;
  destination?: string;
  lookedAt?: string;
  renew?: true;
  keep?: true;
  yes?: true;
  since: string;
  before?: string;
}

/** `npm run order`: the trace of an order, and the operator's acts on it. */
export const orderCommand = ({ terminal, variables }: CommandContext): Command =>
  new Command("npm run order --")
    .description("Shows an order's history; sends the order again, or records what the operator found out.")
    .argument(
      "<order>",
      "shopify/main/820982911946154508: channel, connection, the channel's order ID; or the number the buyer sees, or our reference at a provider",
    )
    .requiredOption("--stage <stage>", "name of infra/stages/<stage>.ts; local: the stack that npm start runs")
    .option("--stages <folder>", "folder of the stage files, if not infra/stages")
    .option("--region <region>", "default: AWS_REGION or the profile's region")
    .option("--json", "print the trace as JSON")
    .option(
      "--send [destination]",
      "send it again from the ledger; default: to all destinations where it failed or was never sent",
    )
    .option(
      "--resolve <finding>",
      "created=<the provider's order ID>, not-created, done-by-hand, or cancelled (at the provider)",
    )
    .option("--looked-at <time>", "with --resolve not-created: when you looked at the provider, 2026-11-20T14:05:00Z")
    .option("--destination <destination>", "which delivery --resolve means: kakaclo/eu; needed if several match")
    .option("--renew", "for a held order: its earlier deliveries are gone; begin a new generation")
    .option("--keep", "for a held order: keep its deliveries as they are")
    .option("--since <time>", "how far back to search by number or reference: 400d, or 2026-11-20", "30d")
    .option("--before <time>", "search by number or reference among older orders only: 30d, or 2026-11-20")
    .option("--yes", "do not ask")
    .action(async (words: string, options: Options) => {
      const chosen = (["send", "resolve", "renew", "keep"] as const).filter((one) => options[one] !== undefined);
      if (chosen.length > 1) throw new CommandError(`Pass only one of --${chosen.join(" and --")}.`);
      const finding = options.resolve === undefined ? undefined : findingOf(options.resolve, options.lookedAt);
      const stage = await openStage(options, variables);
      const identity = await findOrder(words, {
        ...stage,
        now: Date.now(),
        since: timeOf(options.since, Date.now()),
        before: options.before === undefined ? undefined : timeOf(options.before, Date.now()),
        progress: (sentence) => terminal.note(sentence),
      });
      const file = await stage.ledger.load(identity);
      if (!file) throw new CommandError(`The stage ${options.stage} has no order ${words}.`);
      if (!options.json) terminal.say(`${await orderStory(file, commandFor(options, pathTo(identity)))}\n`);

      const yes = options.yes === true;
      if (options.send !== undefined) {
        const act = prepareSend(file, options.send === true ? undefined : options.send, stage);
        await perform(act, terminal, yes, " Run the command again in a minute to see the result.");
      }
      if (finding) {
        const act = prepareResolve(file, finding, options.destination, stage);
        if (yes) requireLook(act, finding);
        await perform(act, terminal, yes);
      }
      if (options.renew) await perform(await prepareRenew(file, stage), terminal, yes);
      if (options.keep) await perform(await prepareKeep(file, stage), terminal, yes);
      if (options.json) terminal.say(terminalJson(await readTrace(stage.ledger, identity)));
    });

/** Says what it will do, asks, does it. */
async function perform(act: PreparedAct, terminal: Terminal, yes: boolean, next = ""): Promise<void> {
  await confirm(terminal, act.will, yes);
  const { said, left } = await act.run();
  terminal.note(`${said}${next}`);
  if (left !== undefined) terminal.note(left);
}

if (import.meta.main) {
  process.exitCode = await runCommand(orderCommand, process.argv.slice(2), {
    terminal: processTerminal(),
    variables: process.env,
  });
}
