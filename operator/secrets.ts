import { isDeepStrictEqual } from "node:util";
import { Command } from "commander";
import { connectionsAsUsed } from "../infra/stage-file/stage-endpoints.ts";
import { destinationPath } from "../shared/stage/config.ts";
import { endpointPathOf } from "../shared/stage/endpoints.ts";
import { secretName } from "../shared/stage/names.ts";
import { createVersionedSecret } from "../shared/stage/versioned-secret.ts";
import { type CheckResult, checkConnection, checkDestination } from "./check-account.ts";
import { CommandError } from "./command-error.ts";
import { confirm } from "./confirm.ts";
import { type Filled, fromFile, fromPrompts } from "./fill-secret.ts";
import { type OpenStage, openStage } from "./open-stage.ts";
import { type CommandContext, runCommand } from "./run-command.ts";
import {
  knownChannels,
  knownProviders,
  readState,
  type SecretState,
  type StageSecret,
  secretsOf,
  secretTitle,
} from "./stage-secrets.ts";
import { processTerminal, type Terminal } from "./terminal.ts";
import { terminalText } from "./terminal-text.ts";
import { writeSecret } from "./write-secret.ts";

interface Options {
  stage: string;
  stages?: string;
  region?: string;
  from?: string;
  list?: true;
  check?: true;
  yes?: true;
}

interface Known {
  secret: StageSecret;
  state: SecretState;
}

/** `npm run secrets`: lists the secrets of a stage, fills them, and checks them with a harmless call. */
export const secretsCommand = ({ terminal, variables }: CommandContext): Command =>
  new Command("npm run secrets --")
    .description(
      "Lists the secrets of a stage, asks for those that are missing or wrong, and checks them. Never shows a value.",
    )
    .argument("[secret]", "replace this one only: kakaclo/eu, or endpoints/shopify/main")
    .requiredOption("--stage <stage>", "name of infra/stages/<stage>.ts; local: the stack that npm start runs")
    .option("--stages <folder>", "folder of the stage files, if not infra/stages")
    .option("--region <region>", "default: AWS_REGION or the profile's region")
    .option("--from <file>", "read the values from a JSON file with the shape of local/secrets.json instead of asking")
    .option("--list", "only list them")
    .option("--check", "make a harmless call to each connection's and destination's API")
    .option("--yes", "write without asking")
    .action(async (wanted: string | undefined, options: Options) => {
      const stage = await openStage(options, variables);
      const all = secretsOf(options.stage, stage.config);
      const secrets = wanted === undefined ? all : all.filter((one) => isMeant(one, wanted));
      if (secrets.length === 0) {
        throw new CommandError(`The stage has no secret ${wanted}; it has ${all.map(secretTitle).join(", ")}.`);
      }
      const before = await readAll(secrets, stage);
      terminal.say(table(before));

      const filled = options.list ? [] : await fill(before, all, wanted !== undefined, options, terminal);
      if (filled.length > 0) {
        const plan = filled.map(({ secret }) => `write ${secretTitle(secret)} (${secret.name} in Secrets Manager)`);
        await confirm(terminal, [...plan, `as ${stage.who}, which CloudTrail records`], options.yes === true);
        for (const { secret, value } of filled) await writeSecret(secret, value, stage);
      }
      const after = filled.length > 0 ? await readAll(secrets, stage) : before;
      if (filled.length > 0) terminal.say(table(after));

      const bad = options.check ? await checkAll(after, stage, terminal) : 0;
      const open = after.filter(({ state }) => state.state !== "filled").length;
      if (open > 0) throw new CommandError(`${open} of ${after.length} secrets are missing or wrong.`);
      if (bad > 0) throw new CommandError(`${bad} ${bad > 1 ? "checks" : "check"} failed.`);
    });

const isMeant = (secret: StageSecret, wanted: string): boolean =>
  secret.path === wanted || secretTitle(secret) === wanted;

async function readAll(secrets: readonly StageSecret[], { secretsManager }: OpenStage): Promise<Known[]> {
  const known: Known[] = [];
  for (const secret of secrets) known.push({ secret, state: await readState(secretsManager, secret) });
  return known;
}

function table(known: readonly Known[]): string {
  const lines = known.map(({ secret, state }) => {
    const about =
      state.state === "wrong"
        ? state.problems.join("; ")
        : state.state === "missing"
          ? `needs ${Object.keys(secret.fields).join(", ")}`
          : state.state === "filled" && state.unread.length > 0
            ? `unknown field${state.unread.length > 1 ? "s" : ""} ${state.unread.join(", ")}`
            : "";
    return `  ${state.state.padEnd(13)} ${secretTitle(secret)}${about ? `  ${about}` : ""}`;
  });
  return `Secrets\n${lines.join("\n")}`;
}

/** The values to write: from the file, or typed by the operator. */
async function fill(
  known: readonly Known[],
  all: readonly StageSecret[],
  replace: boolean,
  { from }: Options,
  terminal: Terminal,
): Promise<Filled[]> {
  if (from !== undefined) return changesOf(fromFile(from, all), known, terminal);
  const there = known.filter(({ state }) => state.state !== "not deployed");
  const open = there.filter(({ state }) => replace || state.state !== "filled");
  if (open.length === 0 || !terminal.interactive) return [];
  const filled: Filled[] = [];
  for (const one of open) filled.push(await fromPrompts(one.secret, former(one), terminal));
  return filled;
}

/** The values of a file that differ from those in Secrets Manager; notes the values it skips. */
function changesOf(filled: readonly Filled[], known: readonly Known[], terminal: Terminal): Filled[] {
  const changed: Filled[] = [];
  const skipped: string[] = [];
  for (const one of filled) {
    const now = known.find(({ secret }) => secret === one.secret);
    if (!now) skipped.push(`${secretTitle(one.secret)} (not the secret you named)`);
    else if (now.state.state === "not deployed") skipped.push(`${secretTitle(one.secret)} (not deployed)`);
    else if (!isDeepStrictEqual(former(now), one.value)) changed.push(one);
  }
  if (skipped.length > 0) terminal.note(`Skipped: ${skipped.join(", ")}`);
  if (changed.length === 0) {
    terminal.note(
      `${skipped.length > 0 ? "All other values" : "All values"} of the file are in Secrets Manager already.`,
    );
  }
  return changed;
}

const former = ({ state }: Known): unknown => ("value" in state ? state.value : undefined);

/** @returns how many checks failed */
async function checkAll(known: readonly Known[], stage: OpenStage, terminal: Terminal): Promise<number> {
  let failed = 0;
  for (const [title, check] of checksOf(known, stage)) {
    const result = await check();
    if (result.is === "bad") failed += 1;
    terminal.say(`  ${title}: ${result.is}${result.is === "bad" ? `: ${terminalText(result.reason)}` : ""}`);
  }
  return failed;
}

/** The accounts whose secrets are filled, and how each is checked. */
function* checksOf(
  known: readonly Known[],
  { config, table, secretsManager, env: { stage, simulators } }: OpenStage,
): Iterable<[string, () => Promise<CheckResult>]> {
  const value = (kind: StageSecret["kind"], path: string): unknown => {
    const of = known.find(({ secret }) => secret.kind === kind && secret.path === path);
    return of?.state.state === "filled" ? of.state.value : undefined;
  };
  for (const { path, connection, channel: used } of connectionsAsUsed({ config }, { channels: knownChannels })) {
    const channel = knownChannels.find(({ name }) => name === used.name);
    const app = value("endpoints", endpointPathOf(connection));
    const credentials = value("connections", path);
    if (!channel || !used.api || app === undefined || (used.credentials && credentials === undefined)) continue;
    const secret = createVersionedSecret(secretsManager, secretName(stage, "connections", path));
    const secrets = { app, credentials, secret };
    yield [`connections/${path}`, () => checkConnection(connection, channel, { ...secrets, table, simulators })];
  }
  for (const destination of config.destinations) {
    const path = destinationPath(destination);
    const provider = knownProviders.find(({ name }) => name === destination.provider);
    const secret = value("destinations", path);
    if (!provider || secret === undefined) continue;
    yield [`destinations/${path}`, () => checkDestination(destination, provider, { secret, table })];
  }
}

if (import.meta.main) {
  process.exitCode = await runCommand(secretsCommand, process.argv.slice(2), {
    terminal: processTerminal(),
    variables: process.env,
  });
}
