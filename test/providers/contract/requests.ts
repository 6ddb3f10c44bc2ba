import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import type { Outgoing } from "../../../functions/providers/provider.ts";
import { orderSample, outgoingSample } from "../../support/order-sample.ts";
import { attempt, outcomeOf } from "../provider-context.ts";
import { HANGING, type Suite } from "./suite.ts";

/** What is sent, under which number, and with which token. */
export function requests({ name, contract, start, startRelay, creates, lookUp }: Suite): void {
  test("the request is the recorded sample, field by field", async (context) => {
    const fixture = await start(context);
    equal((await attempt(fixture, outgoingSample())).outcome, "created");
    const [order, ...more] = fixture.sandbox.orders(name);
    deepEqual(more, []);
    deepEqual(order?.request, contract.sample);
  });

  test("a created order's IDs are the provider's own", async (context) => {
    const fixture = await start(context);
    const { ids } = await attempt(fixture, outgoingSample());
    ok(ids.length > 0);
    const found = await lookUp(fixture, outgoingSample());
    deepEqual(found.found === "same" && found.providerOrderIds, ids);
  });

  test("the same order twice carries the same reference, and another one another", async (context) => {
    const fixture = await start(context);
    await attempt(fixture, outgoingSample());
    await attempt(fixture, outgoingSample());
    await attempt(fixture, outgoingSample({}, "SHO2-1001"));
    const references = fixture.sandbox.orders(name).map(({ reference }) => reference);
    deepEqual(new Set(references), new Set([outgoingSample().reference, "SHO2-1001"]));
  });

  test("preparing creates nothing, however often", async (context) => {
    const fixture = await start(context);
    await Promise.all([1, 2, 3].map(() => fixture.open().prepare(outgoingSample())));
    equal(creates(fixture.proxy), 0);
    deepEqual(fixture.sandbox.orders(name), []);
  });

  test("an unknown SKU is rejected before or by the create, and nothing is made", async (context) => {
    const fixture = await start(context);
    const [first, ...others] = outgoingSample().lines;
    ok(first);
    const outgoing = { ...outgoingSample(), lines: [{ ...first, sku: "UNKNOWN-1" }, ...others] };
    const { outcome } = await attempt(fixture, outgoing).catch((error: unknown) => ({ outcome: outcomeOf(error) }));
    equal(outcome, "rejected");
    deepEqual(fixture.sandbox.orders(name), []);
  });

  test(
    "tokens that end in the middle of a batch are renewed, and each order is made once",
    HANGING,
    async (context) => {
      const fixture = await start(context);
      const batch = [1, 2, 3, 4, 5, 6].map((number) => outgoingSample({}, `SHO1-${number}`));
      const ready = async (outgoing: Outgoing) => {
        const client = fixture.open();
        const prepared = await client.prepare(outgoing);
        return () => client.create(prepared, outgoing);
      };
      const work = async (outgoing: Outgoing) => (await ready(outgoing))();
      await Promise.all(batch.slice(0, 2).map(work));
      const waiting = await Promise.all(batch.slice(2, 4).map(ready));
      fixture.sandbox.expireTokens(name);
      await Promise.all([...waiting.map((create) => create()), ...batch.slice(4).map(work)]);
      const references = fixture.sandbox.orders(name).map(({ reference }) => reference);
      deepEqual(references.toSorted(), batch.map(({ reference }) => reference).toSorted());
    },
  );

  test("half a character, as shops leave where they cut a text, is sent nowhere", HANGING, async (context) => {
    const { fixture, relay } = await startRelay(context);
    const half = "\ud83d";
    const shippingAddress = { ...orderSample.shippingAddress, name: `Zoé ${half}`, remark: `ring ${half}` };
    await relay.order({ note: `wrap it ${half}`, shippingAddress });
    await relay.run();
    equal((await relay.delivery()).state, "created");
    const sent = fixture.proxy.passed.flatMap(({ target, body }) => [target, body]);
    deepEqual(
      sent.filter((text) => /\\ud[89a-f]|%5Cud[89a-f]/i.test(text)),
      [],
    );
    ok(sent.some((text) => text.includes("\ufffd")));
  });

  test("the credentials can be tried without making anything", async (context) => {
    const fixture = await start(context);
    await fixture.client.check?.();
    equal(creates(fixture.proxy), 0);
  });
}
