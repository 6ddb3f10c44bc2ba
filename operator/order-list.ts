import { type Identity, identityText } from "../shared/identity.ts";
import { DeliveryState } from "../shared/ledger/delivery.ts";
import { earliestEntry, furthestAhead } from "../shared/ledger/erasure-walk.ts";
import type { Ledger } from "../shared/ledger/ledger.ts";
import type { WorkEntry } from "../shared/ledger/work-entry.ts";
import type { WorkList } from "../shared/ledger/work-list.ts";
import { OrderState } from "../shared/order-state.ts";
import { NewerRelease } from "../shared/release.ts";
import { type Config, pathOf } from "../shared/stage/config.ts";
import { type OrderRow, orderRow } from "./order-row.ts";
import { sideBySide } from "./side-by-side.ts";
import { hoursOf, type Looked, readHours, type Span } from "./work-hours.ts";

/** A state of an order, or of one of its deliveries. */
export type ListedState = OrderState | DeliveryState;
export const LISTED_STATES: readonly ListedState[] = [
  ...new Set([...OrderState.options, ...DeliveryState.options].values()),
];

/** Which orders are listed; what is absent does not matter. */
export interface OrderFilter {
  /** The order's, or that of a delivery (to `destination`, if one is named). */
  state?: ListedState;
  /** `shopify/main` */
  connection?: string;
  /** `kakaclo/eu` */
  destination?: string;
  /** First seen between these, both included, epoch ms. */
  since?: number;
  until?: number;
  /** Only those after this one: the last that a page before showed. */
  after?: { firstSeenAt: string; identity: Identity };
}

/**
 * An order; one that this release cannot read, with the reason; or how far the list has been read. `orders` counts
 * entries, those too that the filter leaves out.
 */
export type ListStep =
  | { order: OrderRow }
  | { unreadable: Identity; reason: string }
  | { looked: Looked & { orders: number } };

interface Source {
  ledger: Pick<Ledger, "walk" | "workList" | "load" | "erasures">;
  config: Config;
  /** Epoch ms. */
  now: number;
}

/** Orders read side by side. */
const SIDE_BY_SIDE = 20;

/** What a delivery in this state always is in: then no other order has to be read. */
const LISTS: Partial<Record<ListedState, readonly WorkList[]>> = {
  rejected: ["rejected"],
  failed: ["failed"],
  retrying: ["open", "failing"],
  "in-doubt": ["open", "failing", "failed"],
};

/**
 * The stage's orders by the time they were first seen, newest first, from the work list; nothing scans the table. An
 * order is there under the hour of its next look, which is never before it was first seen: an order is given out
 * once every entry that may be newer was read. What cannot match is left out by its entry alone.
 */
export async function* listOrders(filter: OrderFilter, source: Source): AsyncGenerator<ListStep> {
  const { ledger, config, now } = source;
  const members = await membersOf(filter, ledger);
  const pending = new Newest();
  const seen = new Set<string>();
  let orders = 0;
  let given = "9";
  const add = (entry: WorkEntry) => {
    if (entry.destination !== undefined) return;
    orders += 1;
    const key = identityText(entry.identity);
    // An entry that moves while it is read comes twice.
    if (seen.has(key) || !mayMatch(entry, filter, members)) return;
    // The page before could not show one that is found out of its turn; this one does.
    const isLate = firstSeen(entry) >= given;
    if (!isLate && filter.after && !isOlder(entry, filter.after)) return;
    seen.add(key);
    pending.add(entry);
  };
  const take = (time: string) => {
    given = time;
    return rows(pending.takeSince(time), filter, ledger);
  };

  for await (const entry of ledger.workList("held")) add(entry);
  const begun = Date.parse(earliestEntry(await ledger.erasures.walk(), config, now));
  const turns = turnsOf(Math.max(filter.since ?? 0, begun), source);
  const hours = turns.flatMap(({ ahead, past }) => [...ahead, ...past]);
  const pastOf = new Map(turns.flatMap(({ past }, index) => past.map((hour) => [hour.to, index + 1] as const)));
  for await (const step of readHours(ledger, hours)) {
    if ("entry" in step) {
      const { workAt } = step.entry;
      const isPast = Date.parse(workAt) <= now;
      add(step.entry);
      // Half a page at a time; the rest of it when the hour ends.
      if (isPast && pending.countSince(workAt) >= SIDE_BY_SIDE) yield* take(workAt);
      continue;
    }
    const turn = pastOf.get(step.looked.since);
    if (turn === undefined) continue;
    yield* take(new Date(step.looked.since).toISOString());
    yield { looked: { hours: turn, of: pastOf.size, since: step.looked.since, orders } };
  }
  yield* rows(pending.takeSince(""), filter, ledger);
}

interface Turn {
  ahead: Span[];
  past: Span[];
}

/**
 * In which order the hours are read. Of those ahead: a look that is put off again and again lies no further ahead than
 * the order is old, so of a past hour the one as far ahead comes first; and an order that is held is `heldTooLong`
 * after the time since which it is, so these hours come from the furthest back. So a first page reads a few hours.
 * @param oldest epoch ms
 */
function turnsOf(oldest: number, { config, now }: Source): Turn[] {
  const { dueAfter, holdLookAfter } = config.timing;
  const furthest = now + furthestAhead(config);
  const soon = Math.min(now + dueAfter + holdLookAfter, furthest);
  const ahead = [...hoursOf({ from: furthest, to: now + 1 })];
  const read = new Set<Span>();
  const heldFor = [...new Set(config.connections.map(({ heldTooLong }) => heldTooLong))];
  /** Those not read yet that overlap it. */
  const within = (from: number, to: number) => {
    const found = ahead.filter((hour) => !read.has(hour) && hour.from >= to && hour.to <= from);
    for (const hour of found) read.add(hour);
    return found;
  };
  const turns = [...hoursOf({ from: now, to: oldest })].map((hour) => {
    const age = now - hour.to;
    return {
      ahead: [
        ...within(Math.min(soon + age, furthest), now),
        ...heldFor.flatMap((held) => within(now + held + SKEW, now + held - age)),
      ],
      past: [hour],
    };
  });
  // What is left: a setting was changed, and an order is further ahead than it would today.
  return [...turns, { ahead: within(furthest, now), past: [] }];
}

/** The clocks of writer and reader may differ, ms. */
const SKEW = 60_000;

/** Orders with a delivery in the lists of this state. Undefined: the state has none, so that any order may have it. */
async function membersOf({ state }: OrderFilter, ledger: Pick<Ledger, "workList">): Promise<Set<string> | undefined> {
  const lists = state && LISTS[state];
  if (!lists) return undefined;
  const members = new Set<string>();
  for (const list of lists) {
    for await (const { identity } of ledger.workList(list)) members.add(identityText(identity));
  }
  return members;
}

const firstSeen = ({ firstSeenAt, workAt }: WorkEntry): string => firstSeenAt ?? workAt;

function mayMatch(
  entry: WorkEntry,
  { connection, since, until }: OrderFilter,
  members: ReadonlySet<string> | undefined,
): boolean {
  const { identity } = entry;
  const at = Date.parse(firstSeen(entry));
  return (
    (connection === undefined || pathOf({ channel: identity.channel, name: identity.connection }) === connection) &&
    (since === undefined || at >= since) &&
    (until === undefined || at <= until) &&
    (members === undefined || members.has(identityText(identity)))
  );
}

async function* rows(
  entries: readonly WorkEntry[],
  filter: OrderFilter,
  ledger: Pick<Ledger, "load">,
): AsyncGenerator<ListStep> {
  for await (const found of sideBySide(entries, SIDE_BY_SIDE, ({ identity }) => rowOf(identity, ledger))) {
    for (const one of found) if (one && (!("order" in one) || matches(one.order, filter))) yield one;
  }
}

async function rowOf(identity: Identity, ledger: Pick<Ledger, "load">): Promise<ListStep | undefined> {
  try {
    const file = await ledger.load(identity);
    return file && { order: orderRow(file) };
  } catch (error) {
    // One order that this release cannot read must not hide the others.
    if (error instanceof NewerRelease) return { unreadable: identity, reason: error.message };
    throw error;
  }
}

function matches({ state, deliveries }: OrderRow, filter: OrderFilter): boolean {
  const own = deliveries.filter(
    ({ destination }) => filter.destination === undefined || destination === filter.destination,
  );
  if (filter.destination !== undefined && own.length === 0) return false;
  return filter.state === undefined || state === filter.state || own.some((one) => one.state === filter.state);
}

const keyOf = (firstSeenAt: string, identity: Identity): string => `${firstSeenAt}#${identityText(identity)}`;
const isOlder = (entry: WorkEntry, { firstSeenAt, identity }: NonNullable<OrderFilter["after"]>): boolean =>
  keyOf(firstSeen(entry), entry.identity) < keyOf(firstSeenAt, identity);

/** Entries by when their orders were first seen. */
class Newest {
  /** Oldest first. */
  private readonly entries: { key: string; entry: WorkEntry }[] = [];

  add(entry: WorkEntry): void {
    const key = keyOf(firstSeen(entry), entry.identity);
    this.entries.splice(this.placeOf(key), 0, { key, entry });
  }

  countSince(time: string): number {
    return this.entries.length - this.placeOf(time);
  }

  /** Takes those that were first seen then or later, newest first. */
  takeSince(time: string): WorkEntry[] {
    return this.entries
      .splice(this.placeOf(time))
      .reverse()
      .map(({ entry }) => entry);
  }

  private placeOf(key: string): number {
    let [low, high] = [0, this.entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.entries[middle]?.key ?? "") < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
