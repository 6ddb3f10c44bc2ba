import { readFileSync } from "node:fs";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { Command } from "commander";
import * as z from "zod/mini";
import { asUsedBy } from "../functions/channels/channel.ts";
import { CommandError } from "../operator/command-error.ts";
import { type OpenStage, openStage } from "../operator/open-stage.ts";
import { commandFor } from "../operator/order-story.ts";
import { type CommandContext, runCommand } from "../operator/run-command.ts";
import { knownChannels, readState, secretsOf } from "../operator/stage-secrets.ts";
import { processTerminal } from "../operator/terminal.ts";
import { terminalText } from "../operator/terminal-text.ts";
import { parseJson } from "../shared/json.ts";
import { type Config, type Connection, pathOf } from "../shared/stage/config.ts";
import { endpointPathOf } from "../shared/stage/endpoints.ts";
import { queueName } from "../shared/stage/names.ts";
import { simulatedEndpoint } from "./simulated-endpoint.ts";
import {
  ChannelRefusal,
  type Delivery,
  type SentEvent,
  type SimulatedConnection,
  startChannelSimulator,
} from "./simulators/channel-simulator.ts";
import { loadChannelSimulator } from "./simulators/load-simulator.ts";
import { PartialOrder } from "./simulators/partial-order.ts";

interface Options {
  stage: string;
  stages?: string;
  region?: string;
  topic?: string;
  order?: string;
  address?: string;
}

/** What an answer says about the stage. docs/deploy.md has the same table. */
const MEANINGS: Record<number, string> = {
  401: "The stored secret is another one, or was changed within the last seconds.",
  403: "The address is closed: with a domain, only that domain is open.",
  404: "The deployed stage has no such endpoint.",
  429: "The endpoint's throttle refused it.",
  503: "The secret is empty or cannot be read, or SQS refused the event.",
};

/** `npm run webhook`: sends one signed webhook to an endpoint, or one message to a queue, as the channel would. */
export const webhookCommand = ({ terminal, variables, exitWith }: CommandContext): Command =>
  new Command("npm run webhook --")
    .description(
      "Writes an order as the channel's own webhook, signs it with the endpoint's stored secret, and sends it. Where the channel sends to queues: puts its message on the connection's queue.",
    )
    .argument("<endpoint>", "shopify/main: channel and endpoint, as in the address /webhooks/shopify/main")
    .requiredOption("--stage <stage>", "name of infra/stages/<stage>.ts; local: the stack that npm start runs")
    .option("--stages <folder>", "folder of the stage files, if not infra/stages")
    .option("--region <region>", "default: AWS_REGION or the profile's region")
    .option("--topic <topic>", "in the channel's words: orders/paid; default: a new paid order's")
    .option(
      "--order <file>",
      "an order, or a part of one, as docs/order.schema.json has it; the rest is made up. Default: an order of one line; in a deployed stage a test order, which no route takes",
    )
    .option("--address <url>", "of a deployed stage: its output WebhookAddress, https://…/webhooks")
    .action(async (path: string, options: Options) => {
      const stage = await openStage(options, variables);
      const connection = connectionOf(stage.config, path);
      const order = options.order === undefined ? {} : readOrder(options.order);
      const event = { order, topic: options.topic };
      const queue = queueOf(connection, stage);
      if (queue && options.address !== undefined) {
        throw new CommandError(`${connection.channel} sends to a queue, not to an address: leave out --address.`);
      }
      const deliverTo = () =>
        queue ? { stackUrl: "", putOnQueue: queue.put } : { stackUrl: stackOf(options.address) };
      const sent =
        options.stage === "local"
          ? await sendAtSandbox(connection, event, variables["PORT"])
          : await sendTo(deliverTo(), await asSimulated(connection, stage), event, fetches(connection));
      for (const status of sent.statuses) {
        terminal.say(queue ? `A message is on the queue ${queue.name}.` : `${status} from /webhooks/${path}`);
      }
      const refused = sent.statuses.filter((status) => status >= 300);
      for (const status of new Set(refused)) {
        terminal.note(MEANINGS[status] ?? "The API's access log has the request.");
      }
      if (refused.length > 0) return exitWith(1);
      const id = `${connection.channel}/${connection.name}/${sent.orderId}`;
      terminal.say(`See what becomes of it: ${terminalText(commandFor(options, id))}`);
    });

/** The queue that a connection's events come on, if its channel sends to queues. */
function queueOf(connection: Connection, { env, queues, sqs }: OpenStage) {
  const channel = knownChannels.find(({ name }) => name === connection.channel);
  if (channel?.endpoint !== "queue") return undefined;
  const queue = connection.queue?.arn ?? queueName.notifications(env.stage, pathOf(connection));
  return {
    name: queue,
    async put(MessageBody: string) {
      await sqs.send(new SendMessageCommand({ QueueUrl: queues.queueUrl(queue), MessageBody }));
    },
  };
}

interface Sent {
  orderId: string;
  statuses: number[];
}

const Answer = z.object({ orderId: z.string(), status: z.nullable(z.number()) });
const Refusal = z.object({ message: z.string() });

/** The stack's own simulator sends it, so that the simulated API has the order, too. */
async function sendAtSandbox({ channel, name }: Connection, event: SentEvent, port = "3000"): Promise<Sent> {
  const answer = await fetch(`http://127.0.0.1:${port}/sandbox/channels/${channel}/${name}/send`, {
    method: "POST",
    body: JSON.stringify(event),
  });
  const json: unknown = await answer.json();
  if (!answer.ok) throw new CommandError(z.parse(Refusal, json).message);
  const { orderId, status } = z.parse(Answer, json);
  return { orderId, statuses: status === null ? [] : [status] };
}

/** Whether a connection's events are completed from its channel's API. */
function fetches(connection: Connection): boolean {
  const channel = knownChannels.find(({ name }) => name === connection.channel);
  return channel !== undefined && asUsedBy(connection, channel).api !== undefined;
}

/** Of a deployed stage: a test order, unless the order says otherwise. */
async function sendTo(
  delivery: Delivery,
  connection: SimulatedConnection,
  { order, topic }: SentEvent,
  isFetched: boolean,
): Promise<Sent> {
  const kind = await loadChannelSimulator(connection.channel);
  if (isFetched && order?.id === undefined) {
    throw new CommandError(
      `The events of ${connection.channel} are completed from its API, which has no made-up order. Pass --order with the "id" of an order of the shop.`,
    );
  }
  const shop = startChannelSimulator(kind, connection, delivery);
  try {
    const { orderId, webhooks } = shop.compose({ order: { test: true, ...order }, topic });
    const statuses: number[] = [];
    for (const webhook of webhooks) statuses.push(await shop.deliver(webhook));
    return { orderId, statuses };
  } catch (error) {
    if (error instanceof ChannelRefusal) throw new CommandError(error.message);
    if (error instanceof TypeError)
      throw new CommandError(`${delivery.stackUrl} cannot be reached: ${reasonOf(error)}`);
    throw error;
  }
}

const reasonOf = ({ message, cause }: Error): string => (cause instanceof Error ? cause.message : message);

/** An endpoint of several shops gets the event of its first. */
function connectionOf({ connections }: Config, path: string): Connection {
  const connection = connections.find((one) => endpointPathOf(one) === path);
  if (connection) return connection;
  const known = [...new Set(connections.map(endpointPathOf))];
  throw new CommandError(`The stage has no endpoint ${path}; it has ${known.join(", ")}.`);
}

async function asSimulated(
  connection: Connection,
  { config, env, secretsManager }: Awaited<ReturnType<typeof openStage>>,
): Promise<SimulatedConnection> {
  const path = endpointPathOf(connection);
  const secret = secretsOf(env.stage, config).find((one) => one.kind === "endpoints" && one.path === path);
  const state = secret && (await readState(secretsManager, secret));
  if (state?.state !== "filled") {
    throw new CommandError(
      `The secret endpoints/${path} is ${state?.state ?? "unknown"}: npm run secrets -- --stage ${env.stage}`,
    );
  }
  const endpoint = simulatedEndpoint(state.value, config, path);
  const { channel, name, shop } = connection;
  const [, endpointName = ""] = path.split("/");
  return { channel, name, shop, endpointName, endpoint, credentials: {} };
}

/** @param address `https://….amazonaws.com/webhooks` */
function stackOf(address: string | undefined): string {
  if (address === undefined) {
    throw new CommandError("Pass --address with the stack's output WebhookAddress: CloudFormation shows it.");
  }
  const [, stack] = /^(https?:\/\/[^/?#]+)(?:\/webhooks(?:\/.*)?)?\/?$/.exec(address) ?? [];
  if (stack === undefined) {
    throw new CommandError(`--address is ${address}; it looks like https://….amazonaws.com/webhooks.`);
  }
  return stack;
}

function readOrder(file: string): PartialOrder {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new CommandError(`--order: the file ${file} cannot be read.`);
  }
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CommandError(`--order: ${file} is not valid JSON: ${error.message}`);
  }
  const order = z.safeParse(PartialOrder, json);
  if (order.success) return order.data;
  const [issue] = order.error.issues;
  const where = issue?.path.join(".") || "the whole";
  throw new CommandError(`--order: ${file}: ${where}: ${issue?.message ?? "is wrong"}. See docs/order.schema.json.`);
}

if (import.meta.main) {
  process.exitCode = await runCommand(webhookCommand, process.argv.slice(2), {
    terminal: processTerminal(),
    variables: process.env,
  });
}
