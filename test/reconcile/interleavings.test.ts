import { ok } from "node:assert/strict";
import { test } from "node:test";
import { ReconcileExplorer } from "../support/reconcile-explorer.ts";
import { THOROUGH } from "../support/thorough.ts";

const SEEDS = THOROUGH ? 5_000 : 60;
const STEPS = 60;

test(`webhooks, polls, shifting pages and crashes at every call: no order is lost, none doubled (${SEEDS} seeds)`, async () => {
  const seen = { outcomes: new Set<string>(), missed: 0 };
  for (let seed = 1; seed <= SEEDS; seed++) {
    const explorer = new ReconcileExplorer(seed);
    try {
      for (let step = 0; step < STEPS; step++) await explorer.act();
      await explorer.settle();
    } catch (error) {
      throw new Error(`seed ${seed}: ${error}\n${explorer.describe()}`, { cause: error });
    }
    for (const { outcome, missed } of explorer.passes) {
      seen.outcomes.add(outcome);
      seen.missed += missed;
    }
  }
  // Otherwise the schedules prove little.
  ok(["complete", "continues", "failed"].every((outcome) => seen.outcomes.has(outcome)));
  ok(seen.missed > 0);
});
