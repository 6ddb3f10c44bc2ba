import { test } from "node:test";
import { Explorer, Violation } from "./support/explorer.ts";

/** More for a longer search: `EXPLORER_SCHEDULES=100000 node --test test/explorer.test.ts`. */
const SCHEDULES = Number(process.env["EXPLORER_SCHEDULES"] ?? 300);
const FIRST = Number(process.env["EXPLORER_FIRST"] ?? 1);

test(`in ${SCHEDULES} schedules of crossing events, messages, passes and faults no rule is broken`, async () => {
  for (let seed = FIRST; seed < FIRST + SCHEDULES; seed++) {
    const explorer = new Explorer(seed);
    try {
      for (let step = 0; step < 30; step++) await explorer.act();
      await explorer.settle();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      throw new Error(`seed ${seed}: ${error.message}\n${explorer.describe()}`, { cause: error });
    }
  }
});
