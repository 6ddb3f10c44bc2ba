import { deepEqual, equal, match, ok } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { type LocalStack, startStack } from "../../local/stack.ts";
import { QUICK_TABLE_EMULATORS } from "../support/ledger-table.ts";
import { localAssembly } from "../support/local-assembly.ts";
import {
  deliveriesAre,
  held,
  newOrderId,
  shopifyBody,
  shopifySends,
  standardSends,
  traceOf,
  until,
} from "../support/shop.ts";

for (const { kind, skip } of QUICK_TABLE_EMULATORS) {
  describe(`the synthesised stack on ${kind}`, { skip }, () => {
    let stack: LocalStack;
    let providers: readonly string[];
    before(async () => {
      stack = await startStack({ assembly: await localAssembly(), dynamo: kind });
      providers = stack.sandbox.providers;
    });
    after(() => stack.stop());

    test("created, then paid five times at once, then an older update: one order at each provider, with the whole 18-digit ID", async () => {
      const id = newOrderId();
      const placed = shopifyBody({ id, financialStatus: "pending" });
      equal(await shopifySends(stack, "orders/create", placed), 200);
      await until(
        async () => (await traceOf(stack, id))?.state === "held",
        30,
        () => traceOf(stack, id),
      );

      const paid = shopifyBody({ id, updatedAt: "2026-11-20T10:00:05-05:00" });
      const answers = await Promise.all(Array.from({ length: 5 }, () => shopifySends(stack, "orders/paid", paid)));
      deepEqual(answers, [200, 200, 200, 200, 200]);
      const older = shopifyBody({
        id,
        updatedAt: "2026-11-20T09:59:00-05:00",
        financialStatus: "pending",
        note: "older",
      });
      equal(await shopifySends(stack, "orders/updated", older), 200);

      await deliveriesAre(stack, id, ["created"]);
      const trace = await until(
        async () => {
          const seen = await traceOf(stack, id);
          return seen?.eventCount === 7 ? seen : undefined;
        },
        30,
        () => traceOf(stack, id),
      );
      deepEqual(trace.events.map(({ outcome }) => outcome).sort(), [
        ...["duplicate", "duplicate", "duplicate", "duplicate"],
        ...["recorded, held: not paid yet", "stale", "updated"],
      ]);
      equal(trace.deliveries.length, providers.length);
      for (const provider of providers) {
        const orders = held(stack, provider, id);
        equal(orders.length, 1, provider);
        match(orders[0]?.reference ?? "", new RegExp(`${id}$`));
      }
    });

    test("a forged webhook leaves no trace, and the real one after it becomes an order", async () => {
      const id = newOrderId();
      const body = shopifyBody({ id });
      const forged = await shopifySends(stack, "orders/paid", body, {
        "x-shopify-hmac-sha256": Buffer.alloc(32).toString("base64"),
      });
      equal(forged, 401);
      equal(await shopifySends(stack, "orders/paid", body), 200);
      const trace = await deliveriesAre(stack, id, ["created"]);
      equal(trace.eventCount, 1);
    });

    test("a fulfilled order and a test order are recorded with the reason, and not sent", async () => {
      const [fulfilled, tested, asTest] = [newOrderId(), newOrderId(), newOrderId()];
      await shopifySends(stack, "orders/updated", shopifyBody({ id: fulfilled, fulfilled: true }));
      await shopifySends(stack, "orders/paid", shopifyBody({ id: tested, test: true }));
      await shopifySends(stack, "orders/paid", shopifyBody({ id: asTest }), { "x-shopify-test": "true" });
      for (const [id, reason] of [
        [fulfilled, /fulfilled/],
        [tested, /test/],
        [asTest, /test/],
      ] as const) {
        const trace = await until(
          () => traceOf(stack, id),
          30,
          () => id,
        );
        equal(trace.state, "not-routed");
        match(trace.reason ?? "", reason);
        deepEqual(trace.deliveries, []);
      }
    });

    test("two connections with the same order ID and the same lines are two orders at one destination", async () => {
      const id = newOrderId();
      await shopifySends(stack, "orders/paid", shopifyBody({ id }));
      const address = { name: "Ada Byron", street1: "1 Main Street", city: "Louisville", province: "Kentucky" };
      const status = await standardSends(stack, {
        id,
        placedAt: "2026-11-20T14:00:00Z",
        updatedAt: "2026-11-20T14:00:00Z",
        currency: "USD",
        financialState: "paid",
        lines: [{ id: "1", sku: "DEMO-TEE-M", quantity: 2, unitPrice: "19.99" }],
        shippingAddress: {
          ...address,
          provinceCode: "KY",
          postcode: "40202",
          country: "US",
          phone: "+1 502 555 0100",
          email: "ada@example.invalid",
        },
      });
      equal(status, 200);
      await deliveriesAre(stack, id, ["created"]);
      await deliveriesAre(stack, id, ["created"], 60, "standard/demo");
      for (const provider of providers) {
        const references = held(stack, provider, id).map(({ reference }) => reference);
        equal(new Set(references).size, 2, `${provider}: ${references}`);
      }
    });

    test("an order of 2 MB whose body does not compress goes through", async () => {
      const id = newOrderId();
      const body = shopifyBody({ id, note: randomBytes(30_000).toString("base64") }).replace(
        '"line_items"',
        `"note_attributes":${JSON.stringify(Array.from({ length: 40 }, (_, n) => ({ name: `n${n}`, value: randomBytes(37_500).toString("base64") })))},"line_items"`,
      );
      ok(body.length > 2_000_000);
      equal(await shopifySends(stack, "orders/paid", body), 200);
      await deliveriesAre(stack, id, ["created"]);
      for (const provider of providers) equal(held(stack, provider, id).length, 1, provider);
    });

    test("an event that cannot be parsed is answered with 200 and is whole in the intake DLQ", async () => {
      equal(
        await shopifySends(stack, "orders/paid", `{"id":${newOrderId()},"line_items":"none of your business"}`),
        200,
      );
      const dlq = await until(
        () => stack.deadLetters().find(({ queue, messages }) => queue.endsWith("intake-dlq") && messages.length > 0),
        60,
        () => stack.deadLetters(),
      );
      match(dlq.messages[0]?.body ?? "", /"channel":"shopify"/);
      equal(stack.redrive({ queue: dlq.queue }), dlq.messages.length);
      await until(
        () => (stack.deadLetters().find(({ queue }) => queue === dlq.queue)?.messages.length ?? 0) > 0,
        60,
        () => stack.deadLetters(),
      );
    });
  });
}
