import { setTimeout as sleep } from "node:timers/promises";
import type { Trace } from "../../shared/ledger/trace.ts";
import { type LocalStack, startStack } from "../stack.ts";
import { newOrderId, shopifyBody, shopifySends, standardSends } from "./demo-shop.ts";

/** One thing that happens to the shop, and the order it is about. */
interface Scene {
  title: string;
  connection: string;
  orderId: string;
  /** @returns the answers the sender got */
  play(): Promise<number[]>;
  /** What it shows. */
  expect: string;
}

function scenes(stack: LocalStack): Scene[] {
  const of = (
    title: string,
    expect: string,
    play: (orderId: string) => Promise<number[]>,
    connection = "shopify/demo",
  ): Scene => {
    const orderId = newOrderId();
    return { title, expect, connection, orderId, play: () => play(orderId) };
  };
  const paid = (id: string) => shopifySends(stack, "orders/paid", shopifyBody({ id }));
  const failed = async (id: string, fault: string) => {
    for (const provider of stack.sandbox.providers) stack.sandbox.setFault(provider, fault, 1);
    const answer = await paid(id);
    return [answer];
  };

  return [
    of("An order, created and then paid", "one order at each provider", async (id) => [
      await shopifySends(stack, "orders/create", shopifyBody({ id, financialStatus: "pending" })),
      await shopifySends(stack, "orders/paid", shopifyBody({ id, updatedAt: "2026-11-20T10:00:05-05:00" })),
    ]),
    of("Paid, delivered five times at once", "the same webhook, still one order", (id) => {
      const body = shopifyBody({ id });
      return Promise.all(Array.from({ length: 5 }, () => shopifySends(stack, "orders/paid", body)));
    }),
    of("A forgery", "401, and no trace of it", async (id) => [
      await shopifySends(stack, "orders/paid", shopifyBody({ id }), { "x-shopify-hmac-sha256": "Zm9yZ2Vk" }),
    ]),
    of("Paid, then an older update arrives late", "the older one changes nothing", async (id) => [
      await paid(id),
      await shopifySends(
        stack,
        "orders/updated",
        shopifyBody({ id, updatedAt: "2026-11-20T09:00:00-05:00", financialStatus: "pending" }),
      ),
    ]),
    of("Not paid yet", "held until it is", async (id) => [
      await shopifySends(stack, "orders/create", shopifyBody({ id, financialStatus: "pending" })),
    ]),
    of("Already fulfilled in the shop", "recorded, not sent", async (id) => [
      await shopifySends(stack, "orders/updated", shopifyBody({ id, fulfilled: true })),
    ]),
    of(
      "A shop without a connector, by channel standard",
      "our own order JSON, signed",
      async (id) => [await standardOrder(stack, id)],
      "standard/demo",
    ),
    of("Providers create it and do not answer", "looked up, not posted again", (id) =>
      failed(id, "timeout-after-create"),
    ),
    of("Providers fail with 500 before creating", "looked up, then posted again", (id) => failed(id, "error-500")),
    of("Providers reject it", "in the DLQ, with the reason", (id) => failed(id, "reject")),
  ];
}

const standardOrder = (stack: LocalStack, id: string) =>
  standardSends(stack, {
    id,
    placedAt: "2026-11-20T14:00:00Z",
    updatedAt: "2026-11-20T14:00:00Z",
    currency: "USD",
    financialState: "paid",
    lines: [{ id: "1", sku: "DEMO-MUG", quantity: 1, unitPrice: "12.50" }],
    shippingAddress: {
      ...{
        name: "Grace Hopper",
        street1: "3 Harbour Road",
        city: "Arlington",
        province: "Virginia",
        provinceCode: "VA",
      },
      ...{ postcode: "22201", country: "US", phone: "+1 703 555 0100", email: "grace@example.invalid" },
    },
  });

const RESTING = new Set(["created", "rejected", "failed", "cancelled", "withdrawn"]);

async function until(what: () => boolean | Promise<boolean>, seconds = 60): Promise<boolean> {
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await sleep(100))
    if (await what()) return true;
  return false;
}

/** Waits until nothing more will happen to an order by itself. Undefined where nobody knows it. */
async function atRest(
  stack: LocalStack,
  { connection, orderId }: Scene,
  answers: number[],
): Promise<Trace | undefined> {
  const [channel = "", name = ""] = connection.split("/");
  const taken = answers.filter((status) => status === 200).length;
  let trace: Trace | undefined;
  if (taken === 0) {
    // What must not come is given the time in which the others come.
    await sleep(1_000);
    return (await stack.trace({ channel, connection: name, orderId })) as Trace | undefined;
  }
  await until(async () => {
    trace = (await stack.trace({ channel, connection: name, orderId })) as Trace | undefined;
    return trace?.eventCount === taken && trace.deliveries.every(({ state }) => RESTING.has(state));
  });
  return trace;
}

interface Row {
  what: string;
  answered: string;
  ledger: string;
  /** Of each provider: the delivery's state, and how many orders its simulator holds. */
  providers: string[];
}

function row(stack: LocalStack, { title, expect, orderId }: Scene, answers: number[], trace: Trace | undefined): Row {
  const answered = [...new Set(answers)].map((status) => {
    const times = answers.filter((one) => one === status).length;
    return times > 1 ? `${status} ×${times}` : String(status);
  });
  return {
    what: `${title}: ${expect}`,
    answered: answered.join(" "),
    ledger: trace ? [trace.state, trace.reason].filter(Boolean).join(": ") : "no trace",
    providers: stack.sandbox.providers.map((provider) => {
      const count = stack.sandbox.orders(provider).filter(({ reference }) => reference.endsWith(orderId)).length;
      const state = trace?.deliveries.find(({ destination }) => destination.startsWith(`${provider}/`))?.state;
      return state === undefined ? "-" : `${count} ${state}`;
    }),
  };
}

function table(providers: readonly string[], rows: Row[]): string {
  const cells = [
    ["what happened", "answered", "ledger", ...providers],
    ...rows.map(({ what, answered, ledger, providers: states }) => [what, answered, ledger, ...states]),
  ];
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [lines[0], widths.map((width) => "-".repeat(width)).join("  "), ...lines.slice(1)].join("\n");
}

console.log("Starting the local stack …");
const stack = await startStack({ port: 0 });
const played = scenes(stack);
const holdsLast = (provider: string): boolean =>
  stack.sandbox.orders(provider).some(({ reference }) => reference.endsWith(played.at(-1)?.orderId ?? "-"));
try {
  console.log(`Ready at ${stack.url}; sending signed webhooks (and a forged one), some of them badly …\n`);
  const rows: Row[] = [];
  let reasons: string[] = [];
  for (const scene of played) {
    const answers = await scene.play();
    const trace = await atRest(stack, scene, answers);
    rows.push(row(stack, scene, answers, trace));
    const failed = trace?.deliveries.filter(({ state }) => state !== "created") ?? [];
    reasons = [...reasons, ...failed.map(({ destination, reason }) => `${destination}  ${reason}`)];
  }
  console.log(table(stack.sandbox.providers, rows));
  console.log("\n(number of orders the provider holds, and the state of our delivery)");

  const waiting = () => stack.deadLetters().reduce((sum, { messages }) => sum + messages.length, 0);
  await until(() => waiting() === reasons.length);
  console.log(`\nDead letters: ${waiting()}. Why, by the ledger:\n  ${reasons.join("\n  ")}`);
  const moved = stack.redrive() ?? 0;
  const rejected = rows.at(-1)?.what;
  console.log(`\nThe cause is mended; "Start DLQ redrive" moves ${moved} back …`);
  await until(() => stack.sandbox.providers.every(holdsLast));
  console.log(`${rejected}: now one order at each provider; dead letters left: ${waiting()}.`);
} finally {
  await stack.stop();
}
