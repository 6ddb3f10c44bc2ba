import type { Identity } from "../../shared/identity.ts";
import { changedAfterSending } from "../../shared/ledger/changed-after-sending.ts";
import type { Delivery } from "../../shared/ledger/delivery.ts";
import { backAt, isOpen, newDelivery, overdue } from "../../shared/ledger/delivery-life.ts";
import { deliveryOf } from "../../shared/ledger/delivery-of.ts";
import type { Ledger, OrderSnapshot } from "../../shared/ledger/ledger.ts";
import { linesReturned } from "../../shared/ledger/lines-returned.ts";
import { asked, isHeldForOperator, looked, watched } from "../../shared/ledger/order-life.ts";
import type { OrderRecord } from "../../shared/ledger/order-record.ts";
import { dispatch, mayExist } from "../../shared/ledger/outbox.ts";
import { newTickets, type Ticket, unraised } from "../../shared/ledger/ticket.ts";
import type { WorkEntry } from "../../shared/ledger/work-entry.ts";
import { isOnOpenList } from "../../shared/ledger/work-list.ts";
import { fetchEvent, groupOf, pack } from "../../shared/messages/event.ts";
import type { Queues } from "../../shared/messages/queues.ts";
import { asConfiguredIn } from "../../shared/stage/as-configured.ts";
import { type Config, type Connection, destinationPath } from "../../shared/stage/config.ts";
import { inBatches } from "./in-batches.ts";

export interface Deps {
  config: Config;
  ledger: Ledger;
  queues: Pick<Queues, "sendToDestination" | "sendToIntake">;
  /** Epoch ms. */
  now: () => number;
  /** No work starts after it, epoch ms; the next pass continues. */
  deadline: number;
  /** Called for each destination for which a cancellation came too late. */
  onLateCancellation?: (destination: string, order: Identity) => void;
  /** Called for each ticket, once it is recorded. */
  onTicket?: (ticket: Ticket, order: Identity) => void;
  /** Called for each order whose look failed. */
  failed?: (order: Identity, error: unknown) => void;
}

/**
 * Counts of a pass. `failed`: orders whose look failed; a later pass looks again. `stuck`: one has failed for longer than
 * `dueAfter` and not even a mark could be written, so the function fails, which raises its alarm.
 */
export interface Pass {
  looked: number;
  resent: number;
  failed: number;
  stuck: boolean;
}

/** Longest pause between two looks at an order, in units of `dueAfter`. */
const LONGEST_PAUSE = 48;
/** Orders that cannot be read which a pass marks at most, and looks at again at most. */
const MOST_UNREAD = 100;
/** Orders looked at side by side. */
const SIDE_BY_SIDE = 10;
const HOUR = 3_600_000;

/**
 * Looks at every order that is due, so that none is forgotten. Each order has one entry in the work list. If all of its
 * deliveries have ended, find-due writes nothing and the cursor passes the entry. Else it sends what the record still
 * has to send, sends lost deliveries again (sending twice is harmless), and looks at the order again later. An order that
 * cannot be read is marked before the cursor passes it, and looked at again from the list of those marked.
 */
export async function findDue(deps: Deps): Promise<Pass> {
  const { ledger, config, now } = deps;
  const { dueOverlap, dueAfter } = config.timing;
  const pass: Pass = { looked: 0, resent: 0, failed: 0, stuck: false };
  const began = now();
  // There may have been orders before the very first pass: it starts as far back as queues keep messages.
  const cursor = (await ledger.dueCursor()) ?? began - dueAfter - config.retention.queues;
  const seen = await lookThrough(cursor - dueOverlap, began, pass, deps);
  const reached = nextCursor(cursor, began, seen, dueAfter);
  const passed = seen.failed.filter((entry) => dueTime(entry) <= reached);
  const unmarked = await markUnread(passed.slice(0, MOST_UNREAD), deps);
  pass.stuck = unmarked.some((entry) => began - dueTime(entry) > dueAfter);
  const left = [...unmarked, ...passed.slice(MOST_UNREAD)].map((entry) => dueTime(entry) - 1);
  await lookAgain(pass, deps);
  await ledger.moveDueCursor(Math.min(reached, ...left));
  return pass;
}

/** Epoch ms. */
const dueTime = ({ workAt }: WorkEntry): number => Date.parse(workAt);

/** The due time of the first entry that the pass had no time for, epoch ms, and those that failed. */
class Seen {
  unseen: number | undefined;
  readonly failed: WorkEntry[] = [];

  stoppedAt(time: number): this {
    this.unseen = time;
    return this;
  }
}

async function lookThrough(from: number, to: number, pass: Pass, deps: Deps): Promise<Seen> {
  const seen = new Seen();
  const isOver = () => deps.now() >= deps.deadline;
  // An hour at a time: after an outage, more is due than one pass can handle.
  for (let start = from; start <= to; start = hourAfter(start)) {
    if (isOver()) return seen.stoppedAt(start);
    const hour = deps.ledger.walk(start, Math.min(to, hourAfter(start) - 1));
    for await (const entries of inBatches(hour, SIDE_BY_SIDE)) {
      if (isOver()) return seen.stoppedAt(Date.parse(entries[0].workAt));
      seen.failed.push(...(await lookAt(entries, pass, deps)));
    }
  }
  return seen;
}

const hourAfter = (time: number): number => (Math.floor(time / HOUR) + 1) * HOUR;

/**
 * The cursor moves past every entry that was looked at, but not past the first that failed, so that the next pass finds
 * it again: an ordinary race is over by then. It does pass a failed entry that would keep later ones from being looked at,
 * or that has failed for `longestHold` (ms).
 */
function nextCursor(cursor: number, began: number, { unseen, failed: [first] }: Seen, longestHold: number): number {
  const reached = unseen === undefined ? began : unseen - 1;
  if (first === undefined) return reached;
  const failed = dueTime(first);
  const held = failed - 1;
  const holds = held > cursor || (unseen === undefined && began - failed <= longestHold);
  return holds ? Math.min(reached, held) : reached;
}

/**
 * Keeps the orders that the cursor is about to pass, although they could not be read.
 * @returns those that could not even be marked
 */
async function markUnread(entries: WorkEntry[], { ledger, config, now }: Deps): Promise<WorkEntry[]> {
  const expiresAt = Math.floor((now() + config.retention.states) / 1000);
  const unmarked: WorkEntry[] = [];
  for (let start = 0; start < entries.length; start += SIDE_BY_SIDE) {
    const some = entries.slice(start, start + SIDE_BY_SIDE);
    const results = await Promise.allSettled(some.map(({ identity }) => ledger.markUnread(identity, expiresAt)));
    unmarked.push(...some.filter((_, index) => results[index]?.status === "rejected"));
  }
  return unmarked;
}

/** Looks at marked orders again, each at most once in `dueAfter`. Those that still fail move to the end of their list. */
async function lookAgain(pass: Pass, deps: Deps): Promise<void> {
  const { ledger, config, now } = deps;
  const { dueAfter } = config.timing;
  const due = new Date(now() - dueAfter).toISOString();
  const entries: WorkEntry[] = [];
  for await (const entry of ledger.workList("unread")) {
    if (entry.workAt > due || entries.length === MOST_UNREAD) break;
    entries.push(entry);
  }
  for (let start = 0; start < entries.length && now() < deps.deadline; start += SIDE_BY_SIDE) {
    const some = entries.slice(start, start + SIDE_BY_SIDE);
    const failed = await tryEach(some, pass, deps, async ({ identity }) => {
      const snapshot = await ledger.load(identity);
      if (snapshot) await work(snapshot, pass, deps);
      await ledger.unmarkUnread(identity);
    });
    await markUnread(failed, deps);
  }
}

/** @returns the entries whose look failed */
const lookAt = (entries: WorkEntry[], pass: Pass, deps: Deps): Promise<WorkEntry[]> =>
  tryEach(entries, pass, deps, (entry) => takeUp(entry, pass, deps));

/** @returns the entries for which `look` failed */
async function tryEach(
  entries: WorkEntry[],
  pass: Pass,
  deps: Deps,
  look: (entry: WorkEntry) => Promise<void>,
): Promise<WorkEntry[]> {
  const results = await Promise.allSettled(entries.map(look));
  return entries.filter(({ identity }, index) => {
    const result = results[index];
    if (result?.status !== "rejected") return false;
    pass.failed += 1;
    deps.failed?.(identity, result.reason);
    return true;
  });
}

async function takeUp({ identity, workAt }: WorkEntry, pass: Pass, deps: Deps): Promise<void> {
  const snapshot = await deps.ledger.load(identity);
  // The index is eventually consistent: an entry that has moved is found again at its new time.
  if (snapshot?.record.workAt === workAt) await work(snapshot, pass, deps);
}

async function work(snapshot: OrderSnapshot, pass: Pass, deps: Deps): Promise<void> {
  const { config, now } = deps;
  pass.looked += 1;
  const { record } = snapshot;
  if (record.channelWait) return askChannel(record, deps);
  if (record.state === "held" && !record.erasure && !isHeldForOperator(record)) return watchHeld(record, deps);
  // What is to be suppressed is ended below, unless it may exist: then its message has to find out.
  const wanted = record.decided.filter((destination) => {
    const delivery = deliveryOf(snapshot, destination);
    const { restoredAt } = config;
    const isSent = delivery !== undefined && mayExist(delivery, record, { restoredAt, now: now() });
    return isSent || !record.toSuppress.includes(destination);
  });
  const open = wanted.filter((destination) => isOpen(deliveryOf(snapshot, destination), now()));
  const back = await returned(wanted, snapshot, deps);
  if ([record.toSend, record.toSuppress, open, back].every(({ length }) => length === 0)) {
    return compareWithSent(snapshot, deps);
  }

  const known = new Set(config.destinations.map(destinationPath));
  // A destination that was removed from the stage has no queue; its deliveries are counted all the same.
  const lost = open.filter((destination) => isLost(deliveryOf(snapshot, destination), deps));
  await Promise.all(open.map((destination) => countAsOpen(snapshot, destination, deps)));
  // Of an order that is held for the operator, only what a cancellation has not ended yet is looked up; nothing is created.
  const resend = isHeldForOperator(record)
    ? lost.filter((destination) => record.toSuppress.includes(destination))
    : [...lost, ...back];
  const toSend = [...new Set([...record.toSend, ...resend])].filter((destination) => known.has(destination));
  const pause = config.timing.dueAfter * Math.min(2 ** ((record.dueLooks ?? 0) + 1), LONGEST_PAUSE);
  const next = looked(record, toSend, pause, now());
  await put(next, record, deps);
  pass.resent += next.toSend.length;
  await dispatch(next, deps);
}

/** Destinations whose delivery was withdrawn, and that has lines to ship again. */
async function returned(
  destinations: readonly string[],
  snapshot: OrderSnapshot,
  deps: Deps,
): Promise<readonly string[]> {
  const areBack = await Promise.all(
    destinations.map((destination) => linesReturned(deliveryOf(snapshot, destination), snapshot, deps)),
  );
  return destinations.filter((_, index) => areBack[index]);
}

/**
 * Asks route-order, which has the channels' credentials, to fetch an order that waits for its channel. Writes the time
 * of the following look first, so that no look is lost if the queue refuses the message.
 */
async function askChannel(record: OrderRecord, deps: Deps): Promise<void> {
  const { queues, config, now } = deps;
  const { holdLookAfter: first, holdLookCap: longest } = config.timing;
  const next = asked(record, { first, longest }, now(), heldTooLong(record, deps));
  await put(next, record, deps);
  // A connection that was removed from the stage may come back.
  if (!connectionOf(record, config)) return;
  const event = fetchEvent(record, "next look", now());
  await queues.sendToIntake(pack(event), groupOf(event));
}

const connectionOf = (record: OrderRecord, { connections }: Config): Connection | undefined =>
  connections.find(({ channel, name }) => channel === record.channel && name === record.connection);

/** The ticket of an order that is held for too long, whatever it waits for. */
function heldTooLong(record: OrderRecord, { config, now }: Deps): Ticket[] {
  const { heldSince, reason = "held" } = record;
  const longest = connectionOf(record, config)?.heldTooLong;
  if (heldSince === undefined || longest === undefined || now() < Date.parse(heldSince) + longest) return [];
  const text = `held since ${heldSince}: ${reason}`;
  return [{ at: new Date(now()).toISOString(), kind: "held-too-long", text, about: [heldSince] }];
}

/** An order that only an event releases: its ticket is raised once, when it has waited for too long. */
async function watchHeld(record: OrderRecord, deps: Deps): Promise<void> {
  const { config, now } = deps;
  const tickets = unraised(heldTooLong(record, deps), record.tickets);
  const longest = connectionOf(record, config)?.heldTooLong ?? 0;
  const lookAt = Date.parse(record.heldSince ?? record.firstSeenAt) + longest;
  if (tickets.length > 0) await put(watched(record, { tickets }), record, deps);
  else if (lookAt > now()) await put(watched(record, { lookAt }), record, deps);
}

/**
 * An update that came while a claim was written may not have seen it: once all of its deliveries have ended, the order
 * is compared with what was sent of it.
 */
async function compareWithSent({ record, body, deliveries }: OrderSnapshot, deps: Deps): Promise<void> {
  const ofGeneration = deliveries.filter(({ generation }) => generation === record.generation);
  if (!body || record.state !== "recorded" || record.erasure) return;
  if (ofGeneration.every(({ orderVersion = body.freshness }) => orderVersion === body.freshness)) return;
  const order = asConfiguredIn(deps.config, record, await deps.ledger.readBody(body));
  const tickets = unraised(changedAfterSending(record, order, ofGeneration, deps.now()), record.tickets);
  if (tickets.length > 0) await put(watched(record, { tickets }), record, deps);
}

async function put(next: OrderRecord, before: OrderRecord, { ledger, onTicket }: Deps): Promise<void> {
  // Another writer was first. Whether or not it moved the entry, a later pass finds it.
  if ((await ledger.putOrder(next)) === "conflict") throw new Error("the order was written meanwhile");
  for (const ticket of newTickets(next.tickets, before.tickets)) onTicket?.(ticket, next);
}

/**
 * Puts a delivery on the open list, so that gauges.ts counts it until it ends. One that failed once is on it already.
 */
async function countAsOpen(snapshot: OrderSnapshot, destination: string, deps: Deps): Promise<void> {
  const { record } = snapshot;
  const delivery = deliveryOf(snapshot, destination) ?? newDelivery(record, destination);
  // No other writer touches the item of a running attempt: its result is written on condition that the claim is
  // unchanged.
  if (isOnOpenList(delivery) || (delivery.leaseUntil !== undefined && !isLost(delivery, deps))) return;
  // Open since it was sent, or since it was decided if it was never sent: the order may have been held for payment
  // before.
  const { sentAt, toSend, workAt = record.firstSeenAt } = record;
  const decidedAt = Date.parse(workAt) - deps.config.timing.dueAfter;
  const since = sentAt === undefined || toSend.includes(destination) ? decidedAt : Date.parse(sentAt);
  // On a conflict, the other writer's result or the next look puts it on the list.
  await deps.ledger.putDelivery(overdue(delivery, since));
}

/** Its message is overdue on its queue: it was never sent, it expired, or SQS moved it to the DLQ. */
function isLost(delivery: Delivery | undefined, { config, now }: Deps): boolean {
  const { visibilityFactor, createTimeout, dueAfter } = config.timing;
  return !delivery || now() > backAt(delivery) + visibilityFactor * createTimeout + dueAfter;
}
