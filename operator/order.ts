import { Command } from "commander";
import { loadProviders } from "../functions/providers/registry.ts";
import type { OrderSnapshot } from "../shared/ledger/ledger.ts";
import { dispatch } from "../shared/ledger/outbox.ts";
import { readTrace } from "../shared/ledger/trace.ts";
import { type Config, destinationPath } from "../shared/stage/config.ts";
import { CommandError } from "./command-error.ts";
import { confirm } from "./confirm.ts";
import { remainingDeadLetters } from "./dead-letters.ts";
import { findOrder, pathTo } from "./find-order.ts";
import { type OpenStage, openStage } from "./open-stage.ts";
import { commandFor, orderStory, timeText } from "./order-story.ts";
import { recordFinding } from "./record-finding.ts";
import { keep, type Released, type Releaser, renew } from "./renew.ts";
import { type Finding, findingOf, type Resolved, resolve } from "./resolve.ts";
import { type CommandContext, runCommand } from "./run-command.ts";
import { sendAgain, sendable } from "./send-again.ts";
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

      const work: Work = { stage, file, terminal, yes: options.yes === true };
      if (options.send !== undefined) await send(work, options.send === true ? undefined : options.send);
      if (finding) await resolveOne(work, finding, options.destination);
      if (options.renew) await release(work, await renew(file, stage.ledger, releaser(stage)));
      if (options.keep) await release(work, keep(file, releaser(stage)));
      if (options.json) terminal.say(terminalJson(await readTrace(stage.ledger, identity)));
    });

interface Work {
  stage: OpenStage;
  file: OrderSnapshot;
  terminal: Terminal;
  yes: boolean;
}

async function send({ stage, file, terminal, yes }: Work, wanted: string | undefined): Promise<void> {
  const { config, who } = stage;
  const able = sendable(file, wanted, config, Date.now());
  const destinations = able.map(({ destination }) => destination);
  await confirm(
    terminal,
    [`send a new message for each delivery below, as ${who}`, ...able.map(({ will }) => will)],
    yes,
  );
  await sendAgain(file.record, destinations, `sent again to ${destinations.join(", ")} by ${who}`, {
    ...stage,
    now: Date.now,
  });
  terminal.note(`Sent to ${destinations.join(", ")}. Run the command again in a minute to see the result.`);
  sayLeftBehind(terminal, file, destinations, config);
}

async function resolveOne(
  { stage, file, terminal, yes }: Work,
  finding: Finding,
  wanted: string | undefined,
): Promise<void> {
  const { who } = stage;
  const resolved = oneOf(file, finding, wanted, stage);
  const { delivery, will, send, looksAfter } = resolved;
  const { destination } = delivery;
  const isUnsaid = finding.is === "not-created" && finding.lookedAt === undefined;
  if (yes && isUnsaid && looksAfter !== undefined) {
    throw new CommandError(
      `--yes skips the question when you looked at ${destination}. Add --looked-at <UTC time>: later than ${timeText(looksAfter)}.`,
    );
  }
  await confirm(terminal, [will, ...(send ? ["send a new message for it"] : []), `record that ${who} decided it`], yes);
  const outcome = `${destination} resolved as ${finding.is} by ${who}`;
  await recordFinding(resolved, file.record, outcome, { ...stage, now: Date.now });
  terminal.note(`${destination} is ${delivery.state}.`);
  sayLeftBehind(terminal, file, [destination], stage.config);
}

/** Of every generation: an older one's dead letter lies there as well. */
function sayLeftBehind(
  terminal: Terminal,
  { deliveries }: OrderSnapshot,
  destinations: readonly string[],
  config: Config,
) {
  const concerned = deliveries.filter(({ destination }) => destinations.includes(destination));
  const sentence = remainingDeadLetters(concerned, config, Date.now());
  if (sentence !== undefined) terminal.note(sentence);
}

/** The delivery that is meant. @throws CommandError where that is none, or could be several */
function oneOf(
  file: OrderSnapshot,
  finding: Finding,
  wanted: string | undefined,
  { config, who }: OpenStage,
): Resolved {
  const { decided } = file.record;
  if (wanted !== undefined && !decided.includes(wanted)) {
    throw new CommandError(
      `The order has no delivery to ${wanted}, only to ${decided.join(", ") || "no destination"}.`,
    );
  }
  const around = {
    destinations: config.destinations,
    timing: config.timing,
    restoredAt: config.restoredAt,
    settlingOf: (destination: string) => settlingOf(config, destination),
    who,
    now: Date.now(),
    ...(finding.is === "not-created" && { lookedAt: finding.lookedAt }),
  };
  const refusals: string[] = [];
  const able = (wanted === undefined ? decided : [wanted]).flatMap((destination) => {
    try {
      return [resolve(file, destination, finding, around)];
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      refusals.push(error.message);
      return [];
    }
  });
  const [only, ...more] = able;
  if (!only) throw new CommandError(refusals.join("\n") || "The order has no deliveries.");
  if (more.length === 0) return only;
  throw new CommandError(
    `Several deliveries match. Add --destination ${able.map(({ delivery }) => delivery.destination).join(" or ")}.`,
  );
}

const knownProviders = await loadProviders();

/** As create-order has it. Of a destination that left the stage file, the longest of all. */
function settlingOf({ destinations }: Config, path: string): number {
  const known = knownProviders;
  const destination = destinations.find((one) => destinationPath(one) === path);
  const provider = known.find(({ name }) => path.startsWith(`${name}/`));
  return destination?.settling ?? provider?.timing.settling ?? Math.max(...known.map(({ timing }) => timing.settling));
}

const releaser = ({ config, who }: OpenStage): Releaser => ({ config, who, now: Date.now() });

async function release({ stage, terminal, yes }: Work, { record, will }: Released): Promise<void> {
  const { ledger, who } = stage;
  await confirm(terminal, [will, `record that ${who} decided it`], yes);
  if ((await ledger.putOrder(record)) === "conflict") {
    throw new CommandError("Another writer changed the order meanwhile, so nothing was written. Look at it again.");
  }
  await dispatch(record, { ...stage, now: Date.now });
  terminal.note(`The order is ${record.state}, generation ${record.generation}.`);
}

if (import.meta.main) {
  process.exitCode = await runCommand(orderCommand, process.argv.slice(2), {
    terminal: processTerminal(),
    variables: process.env,
  });
}
