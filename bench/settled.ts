import { setTimeout as sleep } from "node:timers/promises";
import type { LocalStack } from "../local/stack.ts";
import type { Trace } from "../shared/ledger/trace.ts";

/** Waits until orders of shopify/demo have all their deliveries created, and all sent events in their traces. */
export async function settled(
  stack: LocalStack,
  orderIds: readonly string[],
  events = 1,
  seconds = 120,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (const orderId of orderIds) {
    for (;;) {
      const trace = (await stack.trace({ channel: "shopify", connection: "demo", orderId })) as Trace | undefined;
      const done = trace?.deliveries.every(({ state }) => state === "created") && trace.deliveries.length > 0;
      if (done && trace && trace.eventCount >= events) break;
      if (Date.now() > deadline) throw new Error(`order ${orderId} is not created: ${JSON.stringify(trace)}`);
      await sleep(50);
    }
  }
  // route-order's last write comes after the sends.
  await sleep(300);
}
