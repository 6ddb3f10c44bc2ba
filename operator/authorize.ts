import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { Command } from "commander";
import * as z from "zod/mini";
import { DeliveryError } from "../shared/errors.ts";
import { type Connection, pathOf } from "../shared/stage/config.ts";
import { endpointPathOf } from "../shared/stage/endpoints.ts";
import { createVersionedSecret } from "../shared/stage/versioned-secret.ts";
import { awaitRedirect, isLoopback } from "./await-redirect.ts";
import { checkConnection } from "./check-account.ts";
import { CommandError } from "./command-error.ts";
import { confirm } from "./confirm.ts";
import { openConnection } from "./open-connection.ts";
import { type OpenStage, openStage } from "./open-stage.ts";
import { type CommandContext, runCommand } from "./run-command.ts";
import { knownChannels, readState, type StageSecret, secretsOf, secretTitle, stateOf } from "./stage-secrets.ts";
import { processTerminal, type Terminal } from "./terminal.ts";
import { terminalText } from "./terminal-text.ts";
import { writeSecret } from "./write-secret.ts";

interface Options {
  stage: string;
  stages?: string;
  region?: string;
  redirect: string;
  yes?: true;
}

/** `npm run authorize`: gets the first tokens of a connection whose channel wants the shop's consent. */
export const authorizeCommand = ({ terminal, variables }: CommandContext): Command =>
  new Command("npm run authorize --")
    .description(
      "Lets the app into a shop: prints the address of the channel's consent page, takes the address that the channel sends the browser to, exchanges its code, stores the tokens in the connection's secret, and makes a harmless call with them.",
    )
    .argument("<connection>", "squarespace/main")
    .requiredOption("--stage <stage>", "name of infra/stages/<stage>.ts; local: the stack that npm start runs")
    .requiredOption(
      "--redirect <address>",
      "the app's redirect address, as it is registered at the channel; where it is on 127.0.0.1 or localhost, the command listens there, else it asks for the address that the browser shows",
    )
    .option("--stages <folder>", "folder of the stage files, if not infra/stages")
    .option("--region <region>", "default: AWS_REGION or the profile's region")
    .option("--yes", "write without asking")
    .action(async (path: string, options: Options) => {
      const stage = await openStage(options, variables);
      const connection = connectionOf(path, stage);
      await authorize(connection, redirectOf(options.redirect), { stage, terminal, yes: options.yes === true });
    });

function connectionOf(path: string, { config }: OpenStage): Connection {
  const connection = config.connections.find((one) => pathOf(one) === path);
  if (connection) return connection;
  const known = config.connections.map(pathOf).join(", ");
  throw new CommandError(`The stage has no connection ${path}; it has ${known || "none"}.`);
}

function redirectOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url)))) return url;
  throw new CommandError("--redirect is an https:// address, or http:// on 127.0.0.1 or localhost.");
}

interface Session {
  stage: OpenStage;
  terminal: Terminal;
  yes: boolean;
}

/**
 * Lets the app into one connection's shop.
 * @param redirect the app's redirect address, as it is registered at the channel
 * @throws CommandError; nothing was stored then, unless it says that the check failed
 */
export async function authorize(
  connection: Connection,
  redirect: URL,
  { stage, terminal, yes }: Session,
): Promise<void> {
  const { channel, authorization } = await authorizationOf(connection);
  const path = pathOf(connection);
  const secrets = secretsOf(stage.env.stage, stage.config);
  const own = secretAt(secrets, "connections", path);
  const appState = await readState(stage.secretsManager, secretAt(secrets, "endpoints", endpointPathOf(connection)));
  if (appState.state !== "filled") {
    throw new CommandError(
      `endpoints/${endpointPathOf(connection)} is ${appState.state}: fill in the app's credentials first, by npm run secrets.`,
    );
  }
  const former = await readState(stage.secretsManager, own);
  if (former.state === "not deployed") throw new CommandError(`${secretTitle(own)} is not deployed.`);

  const secret = createVersionedSecret(stage.secretsManager, own.name);
  const place = { secret, table: stage.table, simulators: stage.env.simulators };
  const { facts, tools } = openConnection(connection, channel, place);
  const app = z.parse(channel.secret, appState.value);
  const request = { ...facts, app, redirectUri: redirect.href };
  const [state, verifier] = [randomText(), randomText()];
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  const page = await asCommandError(async () => authorization.consentPage({ ...request, state, challenge }));

  // Before the code is exchanged: it works once, and tokens that are not stored are lost.
  const plan = [
    `replace the tokens in ${secretTitle(own)} (${own.name} in Secrets Manager)`,
    `as ${stage.who}, which CloudTrail records`,
  ];
  await confirm(terminal, plan, yes);
  const query = await consentOf(page, redirect, state, terminal);
  const authorized = await asCommandError(() => authorization.exchange({ ...request, verifier, query }, tools));
  if (authorized.shop !== undefined && connection.shop !== undefined && authorized.shop !== connection.shop) {
    throw new CommandError(
      `Nothing was stored: the consent is of the shop ${authorized.shop}, and ${path} is the shop ${connection.shop}.`,
    );
  }
  // As it will be read: a field that is undefined is left out.
  const value: unknown = JSON.parse(JSON.stringify({ ...fieldsOf(former), ...authorized.credentials }));
  const after = stateOf(own, value);
  if (after.state !== "filled") {
    throw new CommandError(`Nothing was stored: ${after.state === "wrong" ? after.problems.join("; ") : after.state}.`);
  }
  await writeSecret(own, value, stage);
  terminal.say(`${secretTitle(own)} has the new tokens.`);
  const result = await checkConnection(connection, channel, { ...place, app, credentials: value });
  if (result.is === "bad") throw new CommandError(`The check of ${path} failed: ${terminalText(result.reason)}`);
  terminal.say(result.is === "good" ? `The check of ${path} is good.` : `${channel.title} has no check.`);
}

async function authorizationOf({ channel: name }: Connection) {
  const channel = knownChannels.find((one) => one.name === name);
  const authorization = await channel?.authorization?.();
  if (channel?.credentials && authorization) return { channel, authorization };
  throw new CommandError(
    `${channel?.title ?? name} has no consent page: docs/channels/${name}.md says how its credentials are made, and npm run secrets stores them.`,
  );
}

function secretAt(secrets: readonly StageSecret[], kind: StageSecret["kind"], path: string): StageSecret {
  const found = secrets.find((one) => one.kind === kind && one.path === path);
  if (!found) throw new CommandError(`The stage has no secret ${kind}/${path}.`);
  return found;
}

const randomText = (): string => randomBytes(32).toString("base64url");

const fieldsOf = (state: Awaited<ReturnType<typeof readState>>): Record<string, unknown> =>
  "value" in state && typeof state.value === "object" && state.value !== null ? { ...state.value } : {};

/** @throws CommandError if the shop refused, or the answer is not to this request */
async function consentOf(page: string, redirect: URL, state: string, terminal: Terminal): Promise<URLSearchParams> {
  terminal.say(`Open this address as the owner of the shop, and consent:\n\n${page}\n`);
  const query = isLoopback(redirect) ? await awaitRedirect(redirect, terminal) : await pasted(terminal);
  const refusal = query.get("error_description") ?? query.get("error");
  if (refusal !== null) throw new CommandError(`The channel did not give its consent: ${terminalText(refusal)}`);
  if (!isSame(query.get("state") ?? "", state)) {
    throw new CommandError("Nothing was stored: that address answers another request (its state differs).");
  }
  return query;
}

async function pasted(terminal: Terminal): Promise<URLSearchParams> {
  if (!terminal.interactive) {
    throw new CommandError("This is not an interactive terminal, and --redirect is not on 127.0.0.1 or localhost.");
  }
  const text = (await terminal.askSecret("Paste the address that the browser was sent to (it is not shown): ")).trim();
  if (!URL.canParse(text)) throw new CommandError("That is no address: copy it whole from the browser, with https://.");
  return new URL(text).searchParams;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash("sha256").update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

async function asCommandError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DeliveryError) throw new CommandError(error.reason);
    throw error;
  }
}

if (import.meta.main) {
  process.exitCode = await runCommand(authorizeCommand, process.argv.slice(2), {
    terminal: processTerminal(),
    variables: process.env,
  });
}
