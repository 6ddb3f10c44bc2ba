import { deepEqual, equal, ok } from "node:assert/strict";
import { describe, test } from "node:test";
import { outgoingSample } from "../order-sample.ts";
import { attempt, configure } from "../provider-context.ts";
import { LATE, patienceFor, type Suite } from "./suite.ts";

/** What the provider's records say of our reference, and what they do not say. */
export function lookUps({ name, contract, start, settle, lookUp, untilMade }: Suite): void {
  describe("a look-up", { concurrency: 2 }, () => {
    test("finds nothing where nothing is", async (context) => {
      const world = await start(context);
      await attempt(world, outgoingSample({}, "SHO1-another"));
      settle(world);
      deepEqual(await lookUp(world, outgoingSample()), { found: "nothing", conclusive: contract.conclusive ?? true });
    });

    test("finds what was made", async (context) => {
      const world = await start(context);
      await attempt(world, outgoingSample());
      equal((await lookUp(world, outgoingSample())).found, "same");
    });

    test("finds late what comes late", async (context) => {
      const world = await start(context);
      configure(world.sandbox, name, { lateMs: LATE });
      world.sandbox.setFault(name, "created-late");
      const { sent } = await attempt(world, outgoingSample(), patienceFor("created-late"));
      await untilMade(world);
      settle(world);
      equal((await world.client.find(sent, outgoingSample())).found, "same");
    });

    test("knows another sender's order of the same number by its lines", async (context) => {
      const world = await start(context);
      await attempt(world, outgoingSample({}, "SHO9-first"));
      const [made] = world.sandbox.orders(name);
      ok(made);
      const { reference } = outgoingSample();
      const renumbered: unknown = JSON.parse(JSON.stringify(made.request).replaceAll("SHO9-first", reference));
      world.sandbox.plant(name, contract.foreign(renumbered), world.now());
      settle(world);
      equal((await lookUp(world, outgoingSample())).found, "different");
    });

    test("finds a cancelled order cancelled", async (context) => {
      const world = await start(context);
      const { sent } = await attempt(world, outgoingSample());
      const [made] = world.sandbox.orders(name);
      world.sandbox.cancel(name, made?.id ?? "");
      settle(world);
      equal((await world.client.find(sent, outgoingSample())).found, "cancelled");
    });

    test("does not mistake a longer number for ours", async (context) => {
      const world = await start(context);
      await attempt(world, outgoingSample({}, `${outgoingSample().reference}-g2`));
      settle(world);
      equal((await lookUp(world, outgoingSample())).found, "nothing");
    });
  });
}
