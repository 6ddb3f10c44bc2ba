import { setTimeout as sleep } from "node:timers/promises";
import type { LocalStack } from "../local/stack.ts";
import { type Figure, forInformation, percentile } from "./figure.ts";
import { shopOf } from "./shop-of.ts";

const PROVIDERS = ["kakaclo", "s2"];
const SENDERS = 8;

/** The local stack end to end, from signed webhooks to orders at two providers that answer at once. */
export async function measureThroughput(stack: LocalStack, orders: number): Promise<Figure[]> {
  for (const provider of PROVIDERS) stack.sandbox.reset(provider);
  const sentAt = new Map<string, number>();
  const shop = shopOf(stack, "shopify");
  const webhooks = Array.from({ length: orders }, () => shop.compose({}));
  const began = Date.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: SENDERS }, async () => {
      for (let one = webhooks[next++]; one !== undefined; one = webhooks[next++]) {
        sentAt.set(one.orderId, Date.now());
        for (const webhook of one.webhooks) {
          while ((await shop.deliver(webhook).catch(() => 0)) !== 200) await sleep(50);
        }
      }
    }),
  );
  const received = Date.now() - began;
  const created = () => PROVIDERS.map((provider) => stack.sandbox.orders(provider).length);
  const deadline = began + 1_200_000;
  while (created().some((count) => count < orders) && Date.now() < deadline) await sleep(200);

  const latencies: number[] = [];
  let last = began;
  for (const provider of PROVIDERS) {
    const seen = new Set<string>();
    for (const { reference, createdAt } of stack.sandbox.orders(provider)) {
      const id = reference.replace(/^sh-/, "");
      const at = new Date(createdAt).getTime();
      if (!sentAt.has(id)) continue;
      if (seen.has(id)) throw new Error(`${provider} holds ${reference} twice`);
      seen.add(id);
      latencies.push(at - (sentAt.get(id) ?? at));
      last = Math.max(last, at);
    }
    if (seen.size !== orders) throw new Error(`${provider} holds ${seen.size} of ${orders} orders`);
  }
  const what = `${orders} orders × ${PROVIDERS.length} destinations`;
  return [
    forInformation(`${what}: webhooks accepted`, (orders * 1000) / received, "/s"),
    forInformation(
      `${what}: orders created at the providers`,
      (orders * PROVIDERS.length * 1000) / (last - began),
      "/s",
    ),
    forInformation(`${what}: from webhook to created, p50`, percentile(latencies, 50) / 1000, "s"),
    forInformation(`${what}: from webhook to created, p99`, percentile(latencies, 99) / 1000, "s"),
  ];
}
