import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import type { Identity } from "../shared/identity.ts";
import { type EraseDeps, eraseOrder } from "../shared/ledger/erase-order.ts";
import {
  type ErasureRequest,
  type ErasureStep,
  newErasureRequest,
  requestsForOrders,
  settled,
} from "../shared/ledger/erasure-request.ts";
import type { Ledger } from "../shared/ledger/ledger.ts";
import { pathOf } from "../shared/stage/config.ts";
import { CommandError } from "./command-error.ts";
import { confirm } from "./confirm.ts";
import { openStage } from "./open-stage.ts";
import { orderIdentity } from "./order-identity.ts";
import { type KnownBuyer, ordersOfBuyer } from "./orders-of-buyer.ts";
import { type CommandContext, runCommand } from "./run-command.ts";
import { processTerminal, type Terminal } from "./terminal.ts";

interface Options {
  stage: string;
  stages?: string;
  region?: string;
  buyer?: string;
  order?: string[];
  connection?: string[];
  export?: string;
  yes?: true;
}

/** `npm run erase`: erases, or exports, the data of a buyer or of orders. */
export const eraseCommand = ({ terminal, variables }: CommandContext): Command =>
  new Command("npm run erase --")
    .description(
      "Erases what is stored about a buyer or about orders. With --export, writes it to a file and erases nothing.",
    )
    .requiredOption("--stage <stage>", "name of infra/stages/<stage>.ts; local: the stack that npm start runs")
    .option("--stages <folder>", "folder of the stage files, if not infra/stages")
    .option("--region <region>", "default: AWS_REGION or the profile's region")
    .option("--buyer <buyer>", "the channel's ID of the buyer, or the e-mail address")
    .option("--order <order...>", "shopify/main/820982911946154508: channel, connection, the channel's order ID")
    .option("--connection <connection...>", "with --buyer: only these shops, shopify/main; default: all of the stage")
    .option("--export <file>", "write the data as JSON to a new file; nothing is erased")
    .option("--yes", "do not ask")
    .action(async (options: Options) => {
      requireOne(options);
      const { ledger, config, queues, who } = await openStage(options, variables);
      await eraseOrExport(options, { ledger, config, queues, who, terminal, now: Date.now });
    });

function requireOne({ buyer, order, connection }: Pick<Options, "buyer" | "order" | "connection">): void {
  if ((buyer === undefined) === (order === undefined)) throw new CommandError("Pass either --buyer or --order.");
  if (connection && buyer === undefined) throw new CommandError("--connection belongs to --buyer.");
  if (buyer?.trim() === "") throw new CommandError("--buyer is empty.");
}

export interface EraseWork extends EraseDeps {
  who: string;
  terminal: Terminal;
}

/** The command behind its connection to the stage. @throws CommandError where not everything could be erased now */
export async function eraseOrExport(
  options: Pick<Options, "buyer" | "order" | "connection" | "export" | "yes">,
  work: EraseWork,
): Promise<void> {
  const { buyer, order = [] } = options;
  const shops = options.connection?.map(connectionIn);
  const { orders, buyers } =
    buyer === undefined
      ? { orders: order.map(orderIdentity), buyers: [] }
      : await ordersOfBuyer(buyer, {
          ...{ ledger: work.ledger, config: work.config, now: work.now() },
          connections: shops ?? work.config.connections,
          reads: (count) =>
            work.terminal.note(
              `Reading ${count} orders: most know their buyer by ID, and the e-mail in the body alone.`,
            ),
        });
  await refuseUnknownShops(shops ?? orders.map(({ channel, connection: name }) => ({ channel, name })), orders, work);
  if (options.export !== undefined) return exportTo(options.export, orders, work);

  await confirm(work.terminal, await erasurePlan(orders, buyers, work), options.yes === true);
  const { erased, waiting } = await eraseNow(orders, buyers, work);
  work.terminal.say(`${erased} of ${orders.length} orders are erased.`);
  if (waiting.length === 0) return;
  throw new CommandError([FINISH_FIRST, ...waiting.map((one) => `  ${one}`)].join("\n"));
}

export const FINISH_FIRST = "These have to be finished first; the daily walk erases them then:";

/** Erases what can be erased now. @returns how many orders are erased, and what has to be finished first */
export async function eraseNow(
  orders: readonly Identity[],
  buyers: readonly KnownBuyer[],
  work: Omit<EraseWork, "terminal">,
): Promise<{ erased: number; waiting: string[] }> {
  const requests = requestsOf(orders, buyers, work);
  // Stored first: what this process leaves undone, the daily walk finishes.
  for (const request of requests) await work.ledger.erasures.put(request);
  const steps = await eraseAll(orders, work);
  for (const request of requests) await record(request, orders, steps, work);
  const waiting = steps.flatMap(({ identity, result }) =>
    typeof result === "object" ? [`${nameOf(identity)}: ${result.waits}`] : [],
  );
  return { erased: steps.length - waiting.length, waiting };
}

function connectionIn(words: string): { channel: string; name: string } {
  const [channel, name, ...more] = words.split("/");
  if (channel && name && more.length === 0) return { channel, name };
  throw new CommandError(`"${words}" is not a connection: write channel/name, as in shopify/main.`);
}

/**
 * A shop's name with a typing error finds no order, and would leave the true one's data. A shop that was taken out of the
 * stage is known by its orders.
 * @throws CommandError
 */
async function refuseUnknownShops(
  shops: readonly { channel: string; name: string }[],
  orders: readonly Identity[],
  { config, ledger }: EraseWork,
): Promise<void> {
  const known = new Set(config.connections.map(pathOf));
  for (const path of new Set(shops.map(pathOf))) {
    if (known.has(path)) continue;
    const own = orders.filter(({ channel, connection: name }) => pathOf({ channel, name }) === path);
    const records = await Promise.all(own.map((identity) => ledger.order(identity)));
    if (records.length > 0 && records.every((record) => record !== undefined)) continue;
    const [missing] = own.filter((_, index) => records[index] === undefined);
    const what = missing ? `the order ${nameOf(missing)} is not known either` : "no order of it was found";
    throw new CommandError(
      `The stage has no connection ${path}, and ${what}: check the name. The stage has ${[...known].join(", ")}.`,
    );
  }
}

const nameOf = ({ channel, connection, orderId }: Identity): string =>
  `${pathOf({ channel, name: connection })}/${orderId}`;

/** Longest list of orders in a question. */
const MOST_NAMED = 20;

/** What erasing will do, in sentences. */
export async function erasurePlan(
  orders: readonly Identity[],
  buyers: readonly KnownBuyer[],
  work: Pick<EraseWork, "ledger" | "config" | "who">,
): Promise<string[]> {
  const named = await Promise.all(orders.slice(0, MOST_NAMED).map((identity) => sentenceOf(identity, work.ledger)));
  const more = orders.length - named.length;
  const days = Math.round(work.config.timing.erasureRepeat / 86_400_000);
  return [
    ...named,
    ...(more > 0 ? [`and of ${more} more orders`] : []),
    ...(buyers.length > 0 ? [`repeat this for ${days} days, for events that were received before now`] : []),
    `record that ${work.who} did it`,
  ];
}

async function sentenceOf(identity: Identity, ledger: Ledger): Promise<string> {
  const file = await ledger.load(identity);
  const order = nameOf(identity);
  if (!file) return `remember ${order}, which is not known: what an event brings later is neither stored nor sent`;
  if (file.record.erasure?.erasedAt !== undefined) return `leave ${order}, which is erased already`;
  const states = file.deliveries.map(({ destination, state }) => `${destination} ${state}`);
  return `erase the buyer's data of ${order} (${[file.record.state, ...states].join(", ")}); what was not sent never is`;
}

function requestsOf(
  orders: readonly Identity[],
  buyers: readonly KnownBuyer[],
  { config, now }: Pick<EraseWork, "config" | "now">,
): ErasureRequest[] {
  const at = now();
  const common = {
    receivedAt: new Date(at).toISOString(),
    expiresAt: Math.floor((at + config.retention.states) / 1000),
  };
  const repeatUntil = new Date(at + config.timing.erasureRepeat).toISOString();
  const ofBuyers = buyers.map(({ connection: { channel, name: connection }, buyer }) =>
    newErasureRequest({
      ...{ ...common, channel, connection, eventId: `operator-${randomUUID()}`, repeatUntil },
      subject: { kind: "buyer", buyer },
    }),
  );
  // An order whose record has another hash, and that only its body names the buyer of, is named itself.
  const shops = Map.groupBy(orders, ({ channel, connection }) => pathOf({ channel, name: connection }));
  const ofOrders = [...shops.values()].flatMap((some) => {
    const [{ channel, connection } = { channel: "", connection: "" }] = some;
    const request = { ...common, channel, connection, eventId: `operator-${randomUUID()}` };
    return requestsForOrders(
      request,
      some.map(({ orderId }) => orderId),
    );
  });
  return [...ofBuyers, ...ofOrders];
}

/** Orders erased side by side. */
const SIDE_BY_SIDE = 10;

type Step = ErasureStep & { identity: Identity };

async function eraseAll(orders: readonly Identity[], work: Omit<EraseWork, "terminal">): Promise<Step[]> {
  const steps: Step[] = [];
  for (let at = 0; at < orders.length; at += SIDE_BY_SIDE) {
    const erase = async (identity: Identity): Promise<Step> => {
      const result = await eraseOrder(identity, `operator ${work.who}`, work);
      return { identity, orderId: identity.orderId, result };
    };
    steps.push(...(await Promise.all(orders.slice(at, at + SIDE_BY_SIDE).map(erase))));
  }
  return steps;
}

/** A request for orders is done where all of them are erased; a buyer's is left to the walk, which repeats it. */
async function record(
  request: ErasureRequest,
  orders: readonly Identity[],
  steps: readonly Step[],
  { ledger, now }: Pick<EraseWork, "ledger" | "now">,
): Promise<void> {
  const { subject, channel, connection } = request;
  if (subject.kind !== "orders") return;
  const own = steps.filter(
    ({ identity }) =>
      identity.channel === channel && identity.connection === connection && subject.orderIds.includes(identity.orderId),
  );
  await ledger.erasures.put(settled(request, own, steps.length === orders.length, now()));
}

async function exportTo(file: string, orders: readonly Identity[], { ledger, terminal }: EraseWork): Promise<void> {
  const found = [];
  for (const identity of orders) {
    const snapshot = await ledger.load(identity);
    if (!snapshot) continue;
    const { record, body, deliveries } = snapshot;
    found.push({ order: nameOf(identity), record, body: body ? await ledger.readBody(body) : null, deliveries });
  }
  const text = JSON.stringify({ orders: found }, undefined, 2);
  // Only for the one who asked for it, and never over another file.
  await writeFile(file, `${text}\n`, { mode: 0o600, flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`${file} cannot be written: ${error.code}. It must be a new file.`);
  });
  const missing = orders.length - found.length;
  terminal.say(`${found.length} orders are in ${file}. It holds personal data: delete it once it is handed over.`);
  if (missing > 0) throw new CommandError(`${missing} orders are not known.`);
}

if (import.meta.main) {
  process.exitCode = await runCommand(eraseCommand, process.argv.slice(2), {
    terminal: processTerminal(),
    variables: process.env,
  });
}
