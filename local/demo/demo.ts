import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import type { Trace } from "../../shared/ledger/trace.ts";
import { type LocalStack, startStack } from "../stack.ts";
import { type Row, resultTable, rowOf } from "./result-table.ts";
import { type Played, type Scene, scenes } from "./scenes.ts";

const ENDED = new Set(["created", "rejected", "failed", "cancelled", "withdrawn"]);

async function until(what: () => boolean | Promise<boolean>, seconds = 60): Promise<boolean> {
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await sleep(100))
    if (await what()) return true;
  return false;
}

/** Waits until every event is in the ledger and every delivery has ended. @returns undefined if the order is unknown */
async function settled(
  stack: LocalStack,
  { connection }: Scene,
  { orderId, statuses }: Played,
): Promise<Trace | undefined> {
  const [channel = "", name = ""] = connection.split("/");
  const read = () => stack.trace({ channel, connection: name, orderId });
  const taken = statuses.filter((status) => status === 200).length;
  if (taken === 0) {
    // Wait for an order that must not come as long as for the others.
    await sleep(1_000);
    return read();
  }
  let trace: Trace | undefined;
  await until(async () => {
    trace = await read();
    return trace?.eventCount === taken && trace.deliveries.every(({ state }) => ENDED.has(state));
  });
  return trace;
}

new Command("npm run demo --")
  .description(
    "Starts the local stack on a free port, sends signed webhooks, prints the result of each, and stops. Takes 30 s.",
  )
  .parse();

console.log("Starting the local stack …");
const stack = await startStack({ port: 0 });
try {
  console.log(
    `Ready at ${stack.url}. Sending signed webhooks and a forged one; some providers will fail on purpose …\n`,
  );
  const rows: Row[] = [];
  let last: Trace | undefined;
  let reasons: string[] = [];
  for (const scene of scenes(stack)) {
    const played = await scene.play();
    last = await settled(stack, scene, played);
    rows.push(rowOf(stack.sandbox, scene, played, last));
    const failed = last?.deliveries.filter(({ state }) => state !== "created") ?? [];
    reasons = [...reasons, ...failed.map(({ destination, reason }) => `${destination}  ${reason}`)];
  }
  console.log(resultTable(stack.sandbox.providers, rows));
  console.log("\nEach provider's column shows how many orders it created, and the state of our delivery.");

  const deadLetters = () => stack.deadLetters().reduce((sum, { messages }) => sum + messages.length, 0);
  await until(() => deadLetters() === reasons.length);
  console.log(`\nDead letters: ${deadLetters()}. The ledger has the reasons:\n  ${reasons.join("\n  ")}`);

  const rejected = last?.deliveries ?? [];
  const isHeld = ({ destination, reference }: (typeof rejected)[number]): boolean =>
    stack.sandbox.orders(destination.split("/")[0] ?? "").some((order) => order.reference === reference);
  console.log(`\nThe cause is fixed; "Start DLQ redrive" moves ${stack.redrive() ?? 0} messages back …`);
  const all = await until(() => rejected.every(isHeld));
  console.log(`${all ? "Now each provider has" : "Not every provider has"} the order that it rejected before.`);
  console.log(`Dead letters that remain: ${deadLetters()}.`);
} finally {
  await stack.stop();
}
