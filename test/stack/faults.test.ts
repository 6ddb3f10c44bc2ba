import { equal, match, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type LocalStack, startStack } from "../../local/stack.ts";
import { localAssembly } from "../support/local-assembly.ts";
import { deliveriesAre, held, newOrderId, shopifyBody, shopifySends, traceOf, until } from "../support/shop.ts";

const FAULTS = [
  "timeout-after-create",
  "reset-after-create",
  "error-500-after-create",
  "throttle",
  "duplicate",
  "error-500",
  "timeout-before-create",
] as const;

describe("a provider's fault makes no second order and loses none", () => {
  let stack: LocalStack;
  let providers: readonly string[];
  before(async () => {
    stack = await startStack({ assembly: await localAssembly() });
    providers = stack.sandbox.providers;
  });
  after(() => stack.stop());
  const struck = (provider: string, fault: string) =>
    stack.sandbox.calls(provider).filter((call) => call.fault === fault).length;

  for (const fault of FAULTS) {
    test(`${fault}: one order at each provider`, async () => {
      for (const provider of providers) {
        ok(stack.sandbox.faults(provider).includes(fault), `${provider} knows ${fault}`);
        stack.sandbox.setFault(provider, fault, 1);
      }
      const id = newOrderId();
      await shopifySends(stack, "orders/paid", shopifyBody({ id }));
      await deliveriesAre(stack, id, ["created"]);
      for (const provider of providers) {
        equal(struck(provider, fault), 1, `${fault} struck ${provider}`);
        equal(held(stack, provider, id).length, 1, provider);
      }
    });
  }

  for (const messageIds of ["kept", "new"] as const) {
    test(`reject: the order is in the DLQ, its reason in the trace; after a fix and a redrive (message IDs ${messageIds}) it is created`, async () => {
      const before = new Map(providers.map((provider) => [provider, struck(provider, "reject")]));
      for (const provider of providers) stack.sandbox.setFault(provider, "reject", 1);
      const id = newOrderId();
      await shopifySends(stack, "orders/paid", shopifyBody({ id }));
      const trace = await deliveriesAre(stack, id, ["rejected"]);
      for (const [provider, times] of before) equal(struck(provider, "reject"), times + 1, provider);
      for (const { destination, reason } of trace.deliveries) match(reason ?? "", /.+/, destination);
      const waiting = () =>
        stack.deadLetters().filter(({ queue, messages }) => !queue.includes("intake") && messages.length > 0);
      await until(() => waiting().length === providers.length, 60, waiting);
      for (const provider of providers) equal(held(stack, provider, id).length, 0, provider);

      stack.redrive({ messageIds });
      await deliveriesAre(stack, id, ["created"]);
      // A second click finds no message to move.
      stack.redrive({ messageIds });
      for (const provider of providers) equal(held(stack, provider, id).length, 1, provider);
      equal(waiting().length, 0);
    });
  }

  test("a SKU the providers do not know, or an order without what they require, is rejected in a sentence", async () => {
    const id = newOrderId();
    await shopifySends(stack, "orders/paid", shopifyBody({ id, sku: "UNKNOWN-1" }));
    const trace = await until(
      async () => {
        const seen = await traceOf(stack, id);
        return seen?.deliveries.some(({ state }) => state === "rejected") ? seen : undefined;
      },
      60,
      () => traceOf(stack, id),
    );
    const rejected = trace.deliveries.filter(({ state }) => state === "rejected");
    ok(rejected.length > 0);
    for (const { reason } of rejected) match(reason ?? "", /UNKNOWN-1/);
    for (const provider of providers) equal(held(stack, provider, id).length, 0, provider);
  });
});
