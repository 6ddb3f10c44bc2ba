import { deepEqual, equal, ok } from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { outgoingSample } from "../order-sample.ts";
import { attempt, configure, type Outcome, outcomeOf } from "../world.ts";
import { HANGING, LATE, patienceFor, SURELY_NOT, type Suite } from "./suite.ts";

/** Of the faults that every simulator has: reference/providers.md 0, design.md "in doubt". */
const EXPECTED: Record<string, Outcome> = {
  "timeout-after-create": "in-doubt",
  "reset-after-create": "in-doubt",
  "error-500-after-create": "in-doubt",
  "created-but-unreadable-2xx": "in-doubt",
  "empty-2xx": "in-doubt",
  "wrong-content-type": "in-doubt",
  "oversized-10mb": "in-doubt",
  "slow-drip": "in-doubt",
  slow: "in-doubt",
  "created-late": "in-doubt",
  "timeout-before-create": "in-doubt",
  "reset-before-create": "in-doubt",
  "error-500": "in-doubt",
  "unavailable-503": "in-doubt",
  "html-200": "in-doubt",
  redirect: "in-doubt",
  throttle: "throttled",
  reject: "rejected",
  duplicate: "already-exists",
  "401-once": "failed",
};
const EXPECTED_LOOK_UP: Record<string, Outcome> = {
  "lookup-down": "down",
  "lookup-timeout": "down",
  "lookup-unreadable": "down",
};

/** Every fault of the simulator, what it comes to, and that it never makes a second order. */
export function faults(suite: Suite): void {
  const { name, contract, start, live, creates } = suite;
  const outcomes = { ...EXPECTED, ...contract.outcomes };

  describe("each fault is classified, and no fault makes a second order", { concurrency: 2 }, () => {
    test("the suite knows every fault of the simulator", async (context) => {
      const { sandbox } = await start(context);
      const known = { ...outcomes, ...EXPECTED_LOOK_UP };
      deepEqual(
        sandbox.faults(name).filter((fault) => !Object.hasOwn(known, fault)),
        [],
      );
    });

    for (const [fault, expected] of Object.entries(outcomes)) {
      test(`${fault}: ${expected}`, HANGING, async (context) => {
        const world = await start(context);
        configure(world.sandbox, name, { lateMs: LATE, slowMs: 60_000 });
        world.sandbox.setFault(name, fault);
        const { outcome, error } = await attempt(world, outgoingSample(), patienceFor(fault));
        equal(outcome, expected, inspect(error));
        // Two where the first was refused with 401.
        ok(creates(world.proxy) <= 2);
        if (SURELY_NOT.has(outcome)) deepEqual(world.sandbox.orders(name), []);
        if (outcome === "created") equal(live(world).length, 1);
      });

      test(`${fault}: delivered once in the end`, HANGING, async (context) => {
        const world = await start(context);
        configure(world.sandbox, name, { lateMs: LATE, slowMs: 60_000 });
        const last = await suite.deliver(world, outgoingSample(), fault);
        ok(live(world).length <= 1, `${live(world).length} orders`);
        if (expected === "rejected") equal(last, "rejected");
        else if (["created", "same"].includes(last)) equal(live(world).length, 1);
        else ok(last === "cancelled" || (last === "in-doubt" && contract.conclusive === false), String(last));
      });
    }

    for (const [fault, expected] of Object.entries(EXPECTED_LOOK_UP)) {
      test(`${fault}: ${expected}`, HANGING, async (context) => {
        const world = await start(context);
        const { sent } = await attempt(world, outgoingSample());
        world.sandbox.setFault(name, fault);
        world.setTimeout(patienceFor(fault));
        equal(await world.client.find(sent, outgoingSample()).then(() => "found", outcomeOf), expected);
      });
    }
  });
}
