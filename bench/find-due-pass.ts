import { setTimeout as sleep } from "node:timers/promises";
import type { LocalStack } from "../local/stack.ts";
import { WORK_LISTS } from "../shared/ledger/work-list.ts";
import { WORK_LIST_SHARDS } from "../shared/stage/names.ts";
import { atMost, type Figure } from "./figure.ts";

const CALLER = { caller: "order-relay-bench-find-due", service: "dynamodb" };
/** All shards of every list, and of two hours: the pass reads a little of the hour before again. */
const QUERIES = (WORK_LISTS.length + 2) * WORK_LIST_SHARDS;

/** What a pass of find-due with nothing to do costs in calls of the table. The last of them moves its cursor. */
export async function measurePass(stack: LocalStack): Promise<Figure[]> {
  const { calls } = stack.aws;
  const count = (operation: string) => calls.count({ ...CALLER, operation });
  await passEnds(stack);
  // The first pass ever reads the hours of days: the second is one like any other.
  calls.reset();
  await passEnds(stack);
  return [
    atMost("find-due: queries of the work list per pass with nothing to do", count("Query"), QUERIES, "queries"),
    atMost("find-due: reads of items per pass with nothing to do", count("GetItem"), 1, "read"),
    atMost("find-due: writes per pass with nothing to do", count("PutItem"), 1, "write"),
  ];
}

async function passEnds({ aws: { calls } }: LocalStack): Promise<void> {
  const passes = () => calls.count({ ...CALLER, operation: "PutItem" });
  const before = passes();
  while (passes() === before) await sleep(10);
}
