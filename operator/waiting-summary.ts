import type { Ledger } from "../shared/ledger/ledger.ts";
import type { WorkEntry } from "../shared/ledger/work-entry.ts";
import { WORK_LISTS, type WorkList } from "../shared/ledger/work-list.ts";
import { type Config, destinationPath } from "../shared/stage/config.ts";
import { type WaitingOne, waitingOne } from "./waiting.ts";

/** How many entries a list of the work list has for one destination. */
export interface WaitingCount {
  list: WorkList;
  /** Null for orders themselves. */
  destination: string | null;
  count: number;
  /** The longest waiting, UTC ISO 8601. */
  since: string;
  /** Of those that need the operator: the one that has waited longest. Its reason does not quote the buyer. */
  first?: WaitingOne | undefined;
}

/** Entries of a list whose order is looked at until one still waits: the index may lag. */
const LOOKED_AT = 3;

/**
 * What waits, counted from the index alone: it loads one order a list and destination, however many wait. Longest
 * waiting first. @param now epoch ms
 */
export async function waitingSummary(
  ledger: Pick<Ledger, "workList" | "load" | "unread" | "readBody">,
  config: Config,
  now: number,
): Promise<WaitingCount[]> {
  const counted = await Promise.all(WORK_LISTS.map((list) => countList(list, ledger)));
  const paths = config.destinations.map(destinationPath);
  const late = new Date(now - config.timing.overdueAfter).toISOString();
  const found = counted.flat().map(async ({ earliest, ...count }): Promise<WaitingCount> => {
    const isGoing = count.list === "open" && count.since > late && paths.includes(count.destination ?? "");
    if (isGoing) return count;
    for (const entry of earliest) {
      const first = await waitingOne({ ...entry, list: count.list }, ledger, paths);
      if (first) return { ...count, first };
    }
    return count;
  });
  return (await Promise.all(found)).sort((a, b) => a.since.localeCompare(b.since));
}

async function countList(list: WorkList, ledger: Pick<Ledger, "workList">) {
  const counts = new Map<string, WaitingCount & { earliest: WorkEntry[] }>();
  for await (const entry of ledger.workList(list)) {
    const destination = entry.destination ?? null;
    const known = counts.get(destination ?? "");
    if (!known) counts.set(destination ?? "", { list, destination, count: 1, since: entry.workAt, earliest: [entry] });
    else {
      known.count += 1;
      if (known.earliest.length < LOOKED_AT) known.earliest.push(entry);
    }
  }
  return [...counts.values()];
}
