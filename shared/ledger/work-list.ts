import type { Delivery } from "./delivery.ts";

/**
 * The lists of the index `work`, besides its hours. A delivery that failed once or was not sent in time, and an order
 * that is held for the operator, have an entry in one list until they end, so that they can be counted at any time. The
 * good case costs no entry. `open`: it is retried automatically. `failing`: it is retried automatically, and the cause
 * is not the order (credentials). The other lists need the operator: `rejected`, `failed` (which includes deliveries
 * that stayed in doubt), `held`. `unread`: orders that find-due could not read (unread-order.ts).
 */
export const WORK_LISTS = ["open", "failing", "rejected", "failed", "held", "unread"] as const;
export type WorkList = (typeof WORK_LISTS)[number];

const OPEN_LISTS = ["open", "failing"] as const satisfies WorkList[];
export const NEEDS_OPERATOR = ["rejected", "failed", "held"] as const satisfies WorkList[];

/** Where an item is in the index: in a list or an hour (`2026-11-20T14`), and at which time in it, UTC ISO 8601. */
interface WorkPlace {
  workAt: string;
  workList: string;
}

/** The index attributes of an order that find-due looks at at a time. @param at epoch ms */
export function onHour(at: number): WorkPlace {
  const workAt = new Date(at).toISOString();
  return { workAt, workList: hourOf(workAt) };
}

/** @param time UTC ISO 8601 */
export const hourOf = (time: string): string => time.slice(0, 13);

/** The index attributes of an entry in a list. @param since epoch ms */
export const onList = (list: WorkList, since: number): WorkPlace => ({
  workAt: new Date(since).toISOString(),
  workList: list,
});

type Entry = { [field in "workAt" | "workList"]?: Delivery[field] };

export const isOnOpenList = ({ workList }: Entry): boolean => OPEN_LISTS.some((list) => list === workList);
export const needsOperator = ({ workList }: Entry): boolean => NEEDS_OPERATOR.some((list) => list === workList);

/** An open entry keeps its first time, however often the delivery is retried. */
export const onOpenList = (entry: Entry, now: number, list: (typeof OPEN_LISTS)[number] = "open"): WorkPlace => ({
  ...onList(list, now),
  ...(isOnOpenList(entry) && entry.workAt !== undefined && { workAt: entry.workAt }),
});
