import type { Progress } from "../order.ts";

const RANK = { placed: 0, paid: 1, cancelled: 2 } as const satisfies Record<Progress, number>;
const PROGRESSES = ["placed", "paid", "cancelled"] as const satisfies readonly Progress[];

/** A state of an order, as its channel gives it. */
export interface ChannelState {
  /** When the channel changed it last. UTC ISO 8601 with milliseconds, as `Order` has it. */
  updatedAt: string;
  /** The channel's count of its changes; undefined where it has none. */
  version?: number | undefined;
  progress: Progress;
}

/** How an order came to us. */
export interface Sight {
  by: "event" | "fetch";
  /** By our clock: when we received the event, or when the fetch began. UTC ISO 8601 with milliseconds. */
  at: string;
  /** When the sender says that the event happened. A fetched order has none: no event's time is its own. */
  eventTime?: string | undefined;
  /** Of the order (order-body.ts). */
  digest: string;
}

/** What decides at a channel. */
export interface ChannelRules {
  /** It has an API, so that the order can be fetched where two contents of it are alike in all else. */
  canFetch: boolean;
  /** The coarser precision of the last-changed time in its webhooks and its API, ms. Default 1. */
  precision?: number | undefined;
}

/** A time further ahead of its receipt than this, ms, is a broken clock or a forged header, and counts as the receipt. */
const FURTHEST_AHEAD = 24 * 3_600_000;

/** Whether a sender's time is so far ahead that it would make every later event stale. Both UTC ISO 8601. */
export const isAhead = (time: string, at: string): boolean => Date.parse(time) > Date.parse(at) + FURTHEST_AHEAD;

const inTime = (time: string, at: string): string => (isAhead(time, at) ? at : time);

/** Characters of the digest: enough to order two contents the same way whichever comes first. */
const DIGEST_LENGTH = 8;
/** Digits of the largest whole number that JSON carries: texts of equal length sort as their numbers. */
const VERSION_LENGTH = 16;

/**
 * How new an order's state is, without its content: a cancellation that carries no order, or an event that cannot be
 * read. An order that can be read is newer at an equal state.
 * @param at when we received the event, UTC ISO 8601
 */
export function freshnessOfState(
  { updatedAt, version = 0, progress }: ChannelState,
  at: string,
  { precision = 1 }: ChannelRules,
): string {
  const time = Math.floor(Date.parse(inTime(updatedAt, at)) / precision) * precision;
  return `${[new Date(time).toISOString(), String(version).padStart(VERSION_LENGTH, "0"), RANK[progress]].join("|")}|`;
}

/**
 * How new an order is, as text that sorts: its last-changed time, then its version number, then its state, then what
 * decides between two contents of one state (design.md P6): with an API, when we received or fetched it; without one, the
 * event's time, else when we received it. The rest makes two contents never equal: which one is taken does not depend on
 * which one arrives first. A time more than 24 h ahead counts as when we received it.
 */
export function freshness(state: ChannelState, sight: Sight, rules: ChannelRules): string {
  const { by, at, digest } = sight;
  const eventTime = sight.eventTime === undefined ? "" : inTime(sight.eventTime, at);
  const decides = rules.canFetch || eventTime === "" ? at : eventTime;
  const tie = [decides, at, by, eventTime, digest.slice(0, DIGEST_LENGTH)].join("|");
  return `${freshnessOfState(state, at, rules)}${tie}`;
}

/** What the text says. `at` is empty where the state came without its content. */
function partsOf(text: string): { level: string; version: string; at: string; by: string; eventTime: string } {
  const [time = "", version = "", rank = "", , at = "", by = "", eventTime = ""] = text.split("|");
  // Of a record whose time cannot be read it is empty: any order is newer.
  return { level: text && [time, version, rank].join("|"), version, at, by, eventTime };
}

/** Its last-changed time (UTC ISO 8601, empty if it could not be read) and its state. */
export function changeIn(text: string): { time: string; progress: Progress | undefined } {
  const [time = "", , rank = ""] = text.split("|");
  return { time, progress: PROGRESSES.find((progress) => String(RANK[progress]) === rank) };
}

/** Whether a state is further on: placed < paid < cancelled. */
export const isFurther = (one: Progress, other: Progress): boolean => RANK[one] > RANK[other];

/** The version number in it; 0 where the channel has none. */
export const versionIn = (text: string): number => Number(partsOf(text).version);

/** An order, as far as it decides which of two is taken. */
export interface Comparable {
  freshness: string;
  /** Of the whole order; undefined of a record without content. */
  digest?: string | undefined;
  /** Of its lines, amounts, address and hold (order-body.ts). */
  contentDigest?: string | undefined;
}

/** `in-doubt`: only a fetch that begins now can say which of the two is newer. */
export type Age = "older" | "same" | "newer" | "in-doubt";

/** Two machines' clocks, and a request's way, differ by less, ms. */
const CLOCKS_DIFFER = 60_000;

/**
 * How new an order is against the record (design.md P6).
 * @param given `isSettled`: it was fetched after the record was read, so it is what the channel has
 */
export function ageOf(
  given: Comparable & { isSettled?: boolean },
  record: Comparable,
  { canFetch }: ChannelRules,
): Age {
  if (given.digest === record.digest) return "same";
  const [one, other] = [partsOf(given.freshness), partsOf(record.freshness)];
  if (one.level !== other.level) return one.level > other.level ? "newer" : "older";
  if (other.at === "" || given.isSettled) return "newer";
  const isFetched = one.by === "fetch" || other.by === "fetch";
  // A webhook and the API may differ in what is not sent, such as a note: that is no change.
  if (isFetched && given.contentDigest === record.contentDigest) return "same";
  const later = given.freshness > record.freshness ? "newer" : "older";
  if (!canFetch) return later;
  const gap = Date.parse(one.at) - Date.parse(other.at);
  if (isFetched) {
    if (Math.abs(gap) < CLOCKS_DIFFER) return "in-doubt";
    // A webhook that came after a fetch may have been sent long before it.
    return one.by === "event" && gap > 0 ? "in-doubt" : later;
  }
  // Of two webhooks the sender's times decide. The write of the body goes by ours: where they disagree, the API decides.
  const bySender = one.eventTime && other.eventTime ? Date.parse(one.eventTime) - Date.parse(other.eventTime) : 0;
  return bySender * gap > 0 ? later : "in-doubt";
}

/**
 * When a fetch began that began after the record was read: later than the record's own time, whatever the clocks of the
 * two machines say.
 */
export function afterRecord(at: string, record: Pick<Comparable, "freshness">): string {
  const { at: known } = partsOf(record.freshness);
  return at > known ? at : new Date(Date.parse(known) + 1).toISOString();
}

/** Whether two states have one time, version and progress, whatever decides between them. @param one as `freshness` makes it */
export const isSameMoment = (one: string, other: string): boolean => partsOf(one).level === partsOf(other).level;
