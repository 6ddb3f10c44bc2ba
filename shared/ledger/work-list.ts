import type { Delivery } from "./delivery.ts";

/**
 * The partitions, beside the hours, of the due index: a delivery that failed once, or was not sent in time, and a held order
 * stand in one until they end. So each can be counted at any time; the good case pays nothing.
 * `open`: it goes on by itself. `failing`: so does it, but for a reason that is no order's (credentials). The others wait
 * for a person: `rejected`, `faulty` (in doubt to the end, too), `held`.
 */
export const STANDINGS = ["open", "failing", "rejected", "faulty", "held"] as const;
export type Standing = (typeof STANDINGS)[number];

const UNENDED = ["open", "failing"] as const satisfies Standing[];
export const FOR_A_PERSON = ["rejected", "faulty", "held"] as const satisfies Standing[];

interface Stood {
  dueAt: string;
  dueHour: string;
}

/** The index's attributes. @param since epoch ms */
export const standsAs = (standing: Standing, since: number): Stood => ({
  dueAt: new Date(since).toISOString(),
  dueHour: standing,
});

type Entry = { [field in "dueAt" | "dueHour"]?: Delivery[field] };

export const isUnended = ({ dueHour }: Entry): boolean => UNENDED.some((standing) => standing === dueHour);
export const isForAPerson = ({ dueHour }: Entry): boolean => FOR_A_PERSON.some((standing) => standing === dueHour);

/** Open since it first was, however often it is tried. */
export const standsOpen = (entry: Entry, now: number, standing: (typeof UNENDED)[number] = "open"): Stood => ({
  ...standsAs(standing, now),
  ...(isUnended(entry) && entry.dueAt !== undefined && { dueAt: entry.dueAt }),
});
