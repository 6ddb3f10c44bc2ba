import { equal, notEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import { startStack } from "../../local/stack.ts";
import { localAssembly } from "../support/local-assembly.ts";
import { deliveriesAre, held, newOrderId, shopifyBody, shopifySends, until } from "../support/shop.ts";
import { THOROUGH } from "../support/thorough.ts";

/** Enough that some are in every phase when the host dies. */
const ORDERS = THOROUGH ? 200 : 25;

test(`kill -9 of the function host in the middle of ${ORDERS} orders: ${ORDERS} orders at each provider, no more`, async (t) => {
  const stack = await startStack({
    assembly: await localAssembly(),
    // With KakaClo's and Shoplazza's documented buckets this test would take minutes and prove nothing more.
    sandbox: { kakaclo: { bucketSize: 10_000 }, shoplazza: { appBucketSize: 10_000, storeBucketSize: 10_000 } },
  });
  t.after(() => stack.stop());
  const { providers } = stack.sandbox;
  const ids = Array.from({ length: ORDERS }, newOrderId);
  equal(new Set(ids).size, ORDERS);

  const sent = Promise.all(ids.map((id) => untilTaken(() => shopifySends(stack, "orders/paid", shopifyBody({ id })))));
  const created = () => providers.reduce((sum, provider) => sum + stack.sandbox.orders(provider).length, 0);
  const before = stack.host.pid();
  ok(before !== undefined);
  await until(() => created() > ORDERS / 2, 120, created);
  process.kill(before, "SIGKILL");
  await until(
    () => stack.host.pid() !== undefined && stack.host.pid() !== before,
    30,
    () => stack.host.pid(),
  );
  notEqual(stack.host.pid(), before);

  await sent;
  for (const id of ids) await deliveriesAre(stack, id, ["created"], 180);
  for (const provider of providers) {
    equal(stack.sandbox.orders(provider).length, ORDERS, provider);
    for (const id of ids) equal(held(stack, provider, id).length, 1, `${provider} ${id}`);
  }
});

/** Sends a webhook again until it is accepted, as Shopify does. */
async function untilTaken(send: () => Promise<number>): Promise<void> {
  await until(
    async () => (await send().catch(() => 0)) === 200,
    60,
    () => "no 200",
  );
}
