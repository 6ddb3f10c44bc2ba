import { deepEqual, equal, ok } from "node:assert/strict";
import { describe, test } from "node:test";
import { outgoingSample } from "../../support/order-sample.ts";
import { attempt, configure } from "../provider-context.ts";
import { LATE, patienceFor, type Suite } from "./suite.ts";

/** What the provider's records say of our reference, and what they do not say. */
export function lookUps({ name, contract, start, settle, lookUp, untilMade }: Suite): void {
  describe("a look-up", { concurrency: 2 }, () => {
    test("finds nothing where nothing is", async (context) => {
      const fixture = await start(context);
      await attempt(fixture, outgoingSample({}, "SHO1-another"));
      settle(fixture);
      deepEqual(await lookUp(fixture, outgoingSample()), { found: "nothing", conclusive: contract.conclusive ?? true });
    });

    test("finds what was made", async (context) => {
      const fixture = await start(context);
      await attempt(fixture, outgoingSample());
      equal((await lookUp(fixture, outgoingSample())).found, "same");
    });

    test("finds late what comes late", async (context) => {
      const fixture = await start(context);
      configure(fixture.sandbox, name, { lateMs: LATE });
      fixture.sandbox.setFault(name, "created-late");
      const { sent } = await attempt(fixture, outgoingSample(), patienceFor("created-late"));
      await untilMade(fixture);
      settle(fixture);
      equal((await fixture.client.find(sent, outgoingSample())).found, "same");
    });

    test("knows another sender's order of the same number by its lines", async (context) => {
      const fixture = await start(context);
      await attempt(fixture, outgoingSample({}, "SHO9-first"));
      const [made] = fixture.sandbox.orders(name);
      ok(made);
      const { reference } = outgoingSample();
      const renumbered: unknown = JSON.parse(JSON.stringify(made.request).replaceAll("SHO9-first", reference));
      fixture.sandbox.plant(name, contract.foreign(renumbered), fixture.now());
      settle(fixture);
      equal((await lookUp(fixture, outgoingSample())).found, "different");
    });

    test("finds a cancelled order cancelled", async (context) => {
      const fixture = await start(context);
      const { sent } = await attempt(fixture, outgoingSample());
      const [made] = fixture.sandbox.orders(name);
      fixture.sandbox.cancel(name, made?.id ?? "");
      settle(fixture);
      equal((await fixture.client.find(sent, outgoingSample())).found, "cancelled");
    });

    test("does not mistake a longer number for ours", async (context) => {
      const fixture = await start(context);
      await attempt(fixture, outgoingSample({}, `${outgoingSample().reference}-g2`));
      settle(fixture);
      equal((await lookUp(fixture, outgoingSample())).found, "nothing");
    });
  });
}
