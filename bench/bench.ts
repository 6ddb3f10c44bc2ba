import { Argument, Command } from "commander";
import secrets from "../local/secrets.json" with { type: "json" };
import { startStack } from "../local/stack.ts";
import { measureBundles } from "./bundles.ts";
import { measureConsole } from "./console.ts";
import { type Figure, table } from "./figure.ts";
import { measurePass } from "./find-due-pass.ts";
import { measureCalls } from "./ledger-calls.ts";
import { measureLingxing } from "./lingxing.ts";
import { measureReceive } from "./receive.ts";
import { measureThroughput } from "./throughput.ts";

const SECTIONS = ["bundles", "receive", "calls", "pass", "throughput", "lingxing", "console"] as const;
const command = new Command("npm run bench --")
  .description("Measures the budgets and prints each figure beside its target.")
  .addArgument(new Argument("[sections...]", "sections to measure; default: all").choices(SECTIONS))
  .option("--orders <count>", "number of orders in the section throughput", Number, 5000)
  .option("--ledger <count>", "number of orders in the ledger in the section console", Number, 100_000)
  .parse();
const { orders, ledger } = command.opts<{ orders: number; ledger: number }>();
const wanted = new Set(command.args.length > 0 ? command.args : SECTIONS);
const [secret = ""] = secrets.endpoints["shopify/demo"].signingSecrets;

/** Simulators that answer at once: otherwise the bench would only measure their documented limits. */
const AT_ONCE = { kakaclo: { bucketSize: 1_000_000, leakPerSecond: 1_000_000 } };

const figures: Figure[] = [];
const add = (more: Figure[]) => {
  figures.push(...more);
  console.log(`${table(more)}\n`);
};

async function section(
  name: (typeof SECTIONS)[number],
  work: (stack: Awaited<ReturnType<typeof startStack>>) => Promise<Figure[]>,
  options: { scheduleMs?: number } = {},
) {
  if (!wanted.has(name)) return;
  console.log(`${name} …`);
  const stack = await startStack({ stage: "bench", stages: "bench/stages", sandbox: AT_ONCE, ...options });
  try {
    add(await work(stack));
  } finally {
    await stack.stop();
  }
}

await section("bundles", (stack) => measureBundles(stack.assembly.functions));
await section("receive", (stack) => measureReceive(stack, secret));
await section("calls", measureCalls);
await section("pass", measurePass, { scheduleMs: 2_000 });
await section("throughput", (stack) => measureThroughput(stack, orders));
await section("lingxing", measureLingxing);
await section("console", (stack) => measureConsole(stack, ledger));

const missed = figures.filter(({ met }) => met === false);
console.log(
  missed.length === 0
    ? "Every budget is met."
    : `${missed.length} of ${figures.filter(({ met }) => met !== undefined).length} budgets are missed; docs/budgets.md says why.`,
);
