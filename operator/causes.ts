import type { Kind } from "./next-step.ts";
import { grouped, groupKey, type WaitingGroup, type WaitingOne } from "./waiting.ts";

const HOUR = 3_600_000;
/** Hours of the trend. */
const TREND = 24;

/** What made deliveries or orders wait: one destination, one kind, one reason but for what is the order's own. */
export interface Cause {
  /** For an address: holds no personal data. */
  key: string;
  /** Null where the orders themselves are held. */
  destination: string | null;
  kind: Kind;
  /** The part that their reasons have in common; differences are `…`. */
  reason: string;
  count: number;
  /** When the first and the last of them began to wait, UTC ISO 8601. */
  firstAt: string;
  lastAt: string;
  /** How many of those that wait now began to in each of the last 24 hours, oldest hour first. */
  perHour: number[];
  /** The one that has waited longest. */
  example: WaitingOne;
}

/** Kinds that end without a person. */
const BY_ITSELF: ReadonlySet<Kind> = new Set(["failing", "overdue", "unread"]);

/** Causes of what waits now: what needs a person first, and of these what has waited longest. @param now epoch ms */
export function causesOf(ones: readonly WaitingOne[], now: number): Cause[] {
  return grouped(ones)
    .flatMap((group) => causeOf(group, now) ?? [])
    .toSorted((a, b) => Number(BY_ITSELF.has(a.kind)) - Number(BY_ITSELF.has(b.kind)));
}

/** Those of one cause. */
export const ofCause = (ones: readonly WaitingOne[], key: string): WaitingOne[] =>
  grouped(ones).find((group) => groupKey(group) === key)?.waiting ?? [];

function causeOf(group: WaitingGroup, now: number): Cause | undefined {
  const { destination, kind, reason, waiting } = group;
  const [example, last] = [waiting[0], waiting.at(-1)];
  if (!example || !last) return undefined;
  const perHour = Array.from({ length: TREND }, () => 0);
  for (const { since } of waiting) {
    const ago = Math.floor((now - Date.parse(since)) / HOUR);
    const at = TREND - 1 - Math.max(0, ago);
    if (at >= 0) perHour[at] = (perHour[at] ?? 0) + 1;
  }
  return {
    ...{ key: groupKey(group), destination, kind, count: waiting.length, perHour, example },
    reason: waiting.length > 1 ? reason : example.reason,
    ...{ firstAt: example.since, lastAt: last.since },
  };
}
