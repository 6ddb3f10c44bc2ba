import { deepEqual, equal, ok } from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { outgoingSample } from "../../support/order-sample.ts";
import { attempt, configure, outcomeOf, type ProviderContext } from "../provider-context.ts";
import { COMMON_FAULTS, LOOK_UP_FAULTS } from "./fault-cases.ts";
import { HANGING, isUnanswered, LATE, SHORT, SURELY_NOT, type Suite } from "./suite.ts";

/** Every fault of the simulator, what it comes to, and that it never makes a second order. */
export function faults(suite: Suite): void {
  const { name, contract, start, startRelay, live, creates, isCreate, isLookUp } = suite;
  const cases = { ...COMMON_FAULTS, ...contract.faults };

  /** The next create fails that way, or look-up; what is never answered ends soon. */
  function expect(fixture: ProviderContext, fault: string): void {
    configure(fixture.sandbox, name, { lateMs: LATE, slowMs: 60_000 });
    fixture.sandbox.setFault(name, fault);
    if (isUnanswered(fault)) fixture.shortenNext(fault in LOOK_UP_FAULTS ? isLookUp : isCreate, SHORT);
  }

  function struckOnce({ sandbox }: ProviderContext, fault: string): void {
    equal(sandbox.calls(name).filter((call) => call.fault === fault).length, 1, `${fault} struck one call`);
  }

  describe("each fault is classified", { concurrency: 2 }, () => {
    test("the suite knows every fault of the simulator, and no other", async (context) => {
      const { sandbox } = await start(context);
      deepEqual(sandbox.faults(name).toSorted(), Object.keys({ ...cases, ...LOOK_UP_FAULTS }).toSorted());
    });

    for (const [fault, { outcome: expected, repeats = 1 }] of Object.entries(cases)) {
      test(`${fault}: ${expected}`, HANGING, async (context) => {
        const fixture = await start(context);
        expect(fixture, fault);
        const { outcome, error } = await attempt(fixture, outgoingSample());
        struckOnce(fixture, fault);
        equal(outcome, expected, inspect(error));
        equal(creates(fixture.proxy), repeats);
        if (SURELY_NOT.has(outcome)) deepEqual(fixture.sandbox.orders(name), []);
        if (outcome === "created") equal(live(fixture).length, 1);
      });
    }

    for (const [fault, expected] of Object.entries(LOOK_UP_FAULTS)) {
      test(`${fault}: ${expected}`, HANGING, async (context) => {
        const fixture = await start(context);
        const { sent } = await attempt(fixture, outgoingSample());
        expect(fixture, fault);
        equal(await fixture.client.find(sent, outgoingSample()).then(() => "found", outcomeOf), expected);
        struckOnce(fixture, fault);
      });
    }
  });

  describe("under each fault create-order makes one order", { concurrency: 2 }, () => {
    for (const [fault, { state, creates: expected, afterRedrive = "created" }] of Object.entries(cases)) {
      test(
        `${fault}: ${state} after ${expected} ${expected === 1 ? "create" : "creates"}`,
        HANGING,
        async (context) => {
          const { fixture, relay } = await startRelay(context);
          expect(fixture, fault);
          await relay.order();
          const [message] = relay.queue;
          ok(message);
          await relay.receive(message);
          struckOnce(fixture, fault);
          // What comes late has come by the time the settling is over.
          if (fault === "created-late") await suite.untilMade(fixture);
          await relay.run();

          const delivery = await relay.delivery();
          equal(delivery.state, state, delivery.reason);
          equal(creates(fixture.proxy), expected);
          equal(live(fixture).length, state === "created" ? 1 : 0);
          equal(relay.queue.length, 0);
          equal(relay.deadLetters.length, state === "created" ? 0 : 1);
          if (state === "created") {
            ok(delivery.providerOrderIds.length > 0);
            return;
          }

          // "Start DLQ redrive": the fault is over.
          relay.redrive("new");
          await relay.run();
          equal((await relay.delivery()).state, afterRedrive);
          equal(live(fixture).length, afterRedrive === "created" ? 1 : 0);
        },
      );
    }

    for (const fault of Object.keys(LOOK_UP_FAULTS)) {
      test(`${fault} after an answer that was lost: created after 1 create`, HANGING, async (context) => {
        const { fixture, relay } = await startRelay(context);
        fixture.sandbox.setFault(name, "reset-after-create");
        expect(fixture, fault);
        await relay.order();
        await relay.run();
        struckOnce(fixture, "reset-after-create");
        struckOnce(fixture, fault);
        equal((await relay.delivery()).state, "created");
        equal(creates(fixture.proxy), 1);
        equal(live(fixture).length, 1);
      });
    }
  });
}
