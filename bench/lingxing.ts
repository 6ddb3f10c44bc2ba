import { setTimeout as sleep } from "node:timers/promises";
import type { LocalStack } from "../local/stack.ts";
import type { Trace } from "../shared/ledger/trace.ts";
import { atMost, type Figure, forInformation } from "./figure.ts";
import { shopOf } from "./shop-of.ts";

const ORDERS = 200;
/** A create at Amazon takes time; one answer is slow. */
const USUAL_MS = 100;
const SLOW_MS = 30_000;
const POLL_MS = 250;
/** For the work around the call: two table writes, a message, the usual answer. */
const SPARE_MS = 1_500;

const order = (id: string) => ({
  id,
  placedAt: "2026-11-20T14:00:00Z",
  updatedAt: "2026-11-20T14:00:00Z",
  currency: "USD",
  financialState: "paid" as const,
  lines: [{ id: "1", sku: "DEMO-MUG", quantity: 1, unitPrice: "12.50" }],
  shippingAddress: {
    ...{ name: "Grace Hopper", street1: "3 Harbour Road", city: "Arlington", province: "Virginia", provinceCode: "VA" },
    ...{ postcode: "22201", country: "US", phone: "+1 703 555 0100", email: "grace@example.invalid" },
  },
});

/**
 * Lingxing takes one request at a time for each appId and URL. Of 200 orders, none overlaps, is throttled or is
 * dead-lettered because it waited; a slow answer and an abandoned call delay the others only by their own time.
 */
export async function measureLingxing(stack: LocalStack): Promise<Figure[]> {
  const { sandbox } = stack;
  const shop = shopOf(stack, "standard");
  sandbox.configure("lingxing", { answerDelayMs: USUAL_MS, slowMs: SLOW_MS });
  const ids = Array.from({ length: ORDERS }, (_, index) => `L${1000 + index}`);
  const created = () => sandbox.orders("lingxing").length;
  // As the gateway does, the simulator refuses a second request in flight: no refusal means there was none.
  const refusals = () => sandbox.calls("lingxing").filter(({ refused }) => refused).length;

  const began = Date.now();
  for (const id of ids) await shop.send({ order: order(id) });
  await until(() => created() >= ORDERS / 4);
  const steady = refusals();
  sandbox.setFault("lingxing", "slow", 1);
  await until(() => created() >= ORDERS / 2);
  sandbox.setFault("lingxing", "timeout-after-create", 1);
  await until(() => created() >= ORDERS);
  const took = Date.now() - began;
  for (const id of ids) await until(async () => (await stateOf(stack, id)) === "created");

  const held = sandbox.orders("lingxing");
  const times = held.map(({ createdAt }) => Date.parse(createdAt)).sort((a, b) => a - b);
  const [abandonedGap = 0, slowGap = 0] = times.map((at, index) => at - (times[index - 1] ?? at)).sort((a, b) => b - a);
  const dead = stack.deadLetters().reduce((sum, { messages }) => sum + messages.length, 0);
  return [
    atMost(`Lingxing, ${ORDERS} orders: throttle answers in the steady state`, steady, 0, "answers"),
    atMost(`Lingxing, ${ORDERS} orders: second requests in flight, ever`, refusals(), 0, "requests"),
    atMost(
      `Lingxing, ${ORDERS} orders: held twice`,
      held.length - new Set(held.map(({ reference }) => reference)).size,
      0,
      "orders",
    ),
    atMost(`Lingxing, ${ORDERS} orders: dead-lettered`, dead, 0, "messages"),
    atMost(
      `Lingxing: others delayed by an answer after ${SLOW_MS / 1000} s`,
      slowGap / 1000,
      (SLOW_MS + POLL_MS + SPARE_MS) / 1000,
      "s",
    ),
    atMost(
      "Lingxing: others delayed by an abandoned call",
      abandonedGap / 1000,
      120 + (POLL_MS + SPARE_MS) / 1000,
      "s",
    ),
    forInformation(
      `Lingxing, ${ORDERS} orders with answers after ${USUAL_MS} ms, one slow, one abandoned`,
      took / 1000,
      "s",
    ),
  ];
}

async function stateOf(stack: LocalStack, orderId: string): Promise<string | undefined> {
  const trace = (await stack.trace({ channel: "standard", connection: "demo", orderId })) as Trace | undefined;
  return trace?.deliveries[0]?.state;
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 900_000;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error("the orders did not arrive in 15 minutes");
    await sleep(100);
  }
}
