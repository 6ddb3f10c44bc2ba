import * as z from "zod/mini";
import { ITEM_VERSION } from "../release.ts";
import type { Config } from "../stage/config.ts";
import type { ErasureRequest } from "./erasure-request.ts";
import { Version } from "./version.ts";

/**
 * The parts of one walk, in this order (design.md, "The work list"): requests that name their orders; the future hours
 * from the furthest back; the past ones, oldest first; the list `held`; and what moved ahead since the walk began.
 */
export const WALK_PARTS = ["orders", "future", "past", "held", "since", "over"] as const;
export type WalkPart = (typeof WALK_PARTS)[number];

/** The daily walk that works off all requests to erase data, and how far it has come. Times UTC ISO 8601. */
export const ErasureWalk = z.object({
  v: Version,
  /** Counts the writes; each is conditional on the one before. */
  rev: z.int(),
  startedAt: z.string(),
  part: z.enum(WALK_PARTS),
  /** Up to where this part has been read: the time of an entry, or the sort key of a request. */
  at: z.optional(z.string()),
  /** Where the past hours begin: the work list has no older entry. */
  from: z.string(),
  /** The oldest entry that this walk has met in the past hours: the next walk begins there. */
  oldest: z.optional(z.string()),
  /** The last restore of the table whose lost requests were written again from their copies in S3. */
  restoredAt: z.optional(z.string()),
  /** Requests that are open. */
  open: z.int(),
  /** When the oldest request was received that still has something to erase, as far as the last whole walk knows. */
  uncleared: z.optional(z.string()),
});
export type ErasureWalk = z.infer<typeof ErasureWalk>;

export const ERASURE_WALK = { pk: "find-due", sk: "erasure-walk" };

/** Counts for the gauges. */
const countsOf = (requests: readonly ErasureRequest[]): Pick<ErasureWalk, "open" | "uncleared"> => {
  const open = requests.filter(({ doneAt }) => doneAt === undefined);
  const uncleared = open.flatMap(({ clearedAt, receivedAt }) => (clearedAt === undefined ? receivedAt : [])).sort()[0];
  return { open: open.length, ...(uncleared !== undefined && { uncleared }) };
};

/**
 * Where the past hours of the work list begin, UTC ISO 8601. Before the very first walk: as far back as find-due begins
 * too. @param now epoch ms
 */
export const earliestEntry = (
  walk: ErasureWalk | undefined,
  { timing, retention }: Pick<Config, "timing" | "retention">,
  now: number,
): string => walk?.from ?? new Date(now - timing.dueAfter - retention.queues).toISOString();

/** Longest pause of find-due between two looks, in units of `dueAfter`. */
const LONGEST_PAUSE = 48;
const HOUR = 3_600_000;

/** No writer puts an entry of the work list further ahead of its clock, ms. */
export function furthestAhead({ timing, connections }: Pick<Config, "timing" | "connections">): number {
  const held = connections.map(({ heldTooLong }) => heldTooLong);
  return Math.max(LONGEST_PAUSE * timing.dueAfter, timing.holdLookAfter, timing.holdLookCap, ...held) + HOUR;
}

/** A new walk; without a request there is nothing to walk for. @param now epoch ms */
export function begunWalk(
  before: ErasureWalk | undefined,
  requests: readonly ErasureRequest[],
  config: Pick<Config, "timing" | "retention" | "restoredAt">,
  now: number,
): ErasureWalk {
  const { restoredAt } = config;
  return {
    ...{ v: ITEM_VERSION, rev: (before?.rev ?? 0) + 1, startedAt: new Date(now).toISOString() },
    part: requests.length > 0 ? "orders" : "over",
    from: before?.oldest ?? earliestEntry(before, config, now),
    ...(restoredAt !== undefined && { restoredAt }),
    ...countsOf(requests),
  };
}

/** The walk has come further. @param at undefined: the part begins */
export function walkedTo(walk: ErasureWalk, place: { part: WalkPart; at?: string; oldest?: string }): ErasureWalk {
  const { at: _, oldest = place.oldest, ...rest } = walk;
  const { part, at } = place;
  return {
    ...rest,
    ...{ rev: walk.rev + 1, part },
    ...(at !== undefined && { at }),
    ...(oldest !== undefined && { oldest }),
  };
}

/** The whole work list was read. */
export const endedWalk = (walk: ErasureWalk, requests: readonly ErasureRequest[]): ErasureWalk => {
  const { at: _, uncleared: __, ...rest } = walk;
  return { ...rest, rev: walk.rev + 1, part: "over", ...countsOf(requests) };
};

export const isOver = ({ part }: ErasureWalk): boolean => part === "over";
