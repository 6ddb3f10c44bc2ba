import { setTimeout as sleep } from "node:timers/promises";
import type { LocalStack } from "../local/stack.ts";
import { WORK_LISTS } from "../shared/ledger/work-list.ts";
import { WORK_LIST_SHARDS } from "../shared/stage/names.ts";
import { atMost, type Figure } from "./figure.ts";

const CALLER = { caller: "order-relay-bench-find-due", service: "dynamodb" };
/**
 * All shards of every list and of two hours: the pass reads the end of the previous hour again. The list `unread` is
 * counted, and then looked through.
 */
const QUERIES = (WORK_LISTS.length + 3) * WORK_LIST_SHARDS;

/** Table calls of a find-due pass with nothing to do. The last call moves its cursor. */
export async function measurePass(stack: LocalStack): Promise<Figure[]> {
  const { calls } = stack.aws;
  const count = (operation: string) => calls.count({ ...CALLER, operation });
  await passEnds(stack);
  // The very first pass reads the hours of several days; the second is a normal one.
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
