import type { Delivery } from "./delivery.ts";

/**
 * The partitions, beside the hours, of the due index: a delivery that failed once, or was not sent in time, and a held order
 * stand in one until they end. So each can be counted at any time; the good case pays nothing.
 * `open`: it goes on by itself. `failing`: so does it, but for a reason that is no order's (credentials). The others wait
 * for a person: `rejected`, `failed` (in doubt to the end, too), `held`.
 */
export const WORK_LISTS = ["open", "failing", "rejected", "failed", "held"] as const;
export type WorkList = (typeof WORK_LISTS)[number];

const OPEN_LISTS = ["open", "failing"] as const satisfies WorkList[];
export const NEEDS_OPERATOR = ["rejected", "failed", "held"] as const satisfies WorkList[];

interface Stood {
  workAt: string;
  workList: string;
}

/** The index's attributes. @param since epoch ms */
export const onList = (standing: WorkList, since: number): Stood => ({
  workAt: new Date(since).toISOString(),
  workList: standing,
});

type Entry = { [field in "workAt" | "workList"]?: Delivery[field] };

export const isOnOpenList = ({ workList }: Entry): boolean => OPEN_LISTS.some((standing) => standing === workList);
export const needsOperator = ({ workList }: Entry): boolean => NEEDS_OPERATOR.some((standing) => standing === workList);

/** Open since it first was, however often it is tried. */
export const onOpenList = (entry: Entry, now: number, standing: (typeof OPEN_LISTS)[number] = "open"): Stood => ({
  ...onList(standing, now),
  ...(isOnOpenList(entry) && entry.workAt !== undefined && { workAt: entry.workAt }),
});
