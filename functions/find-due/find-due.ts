import type { Identity } from "../../shared/identity.ts";
import { changedAfterSending } from "../../shared/ledger/changed-after-sending.ts";
import type { Delivery } from "../../shared/ledger/delivery.ts";
import { backAt, isOpen, newDelivery, overdue } from "../../shared/ledger/delivery-life.ts";
import { deliveryOf } from "../../shared/ledger/delivery-of.ts";
import type { Ledger, OrderSnapshot } from "../../shared/ledger/ledger.ts";
import { linesReturned } from "../../shared/ledger/lines-returned.ts";
import { asked, isHeldForOperator, looked, watched } from "../../shared/ledger/order-life.ts";
import type { OrderRecord } from "../../shared/ledger/order-record.ts";
import { dispatch } from "../../shared/ledger/outbox.ts";
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
 * Counts of a pass. `failed`: orders whose look failed; a later pass looks again. `stuck`: an order has failed for
 * longer than `dueAfter`, so the function fails, which raises its alarm.
 */
export interface Pass {
  looked: number;
  resent: number;
  failed: number;
  stuck: boolean;
}

/** Longest pause between two looks at an order, in units of `dueAfter`. */
const LONGEST_PAUSE = 48;
/** How long an entry that fails holds the cursor back at most, in units of `dueAfter`. */
const LONGEST_HOLD = 48;
/** Orders looked at side by side. */
const SIDE_BY_SIDE = 10;
const HOUR = 3_600_000;

/**
 * Looks at every order that is due, so that none is forgotten. Each order has one entry in the work list. If all of its
 * deliveries have ended, find-due writes nothing and the cursor passes the entry. Else it sends what the record still
 * has to send, sends lost deliveries again (sending twice is harmless), and looks at the order again later.
 */
export async function findDue(deps: Deps): Promise<Pass> {
  const { ledger, config, now } = deps;
  const { dueOverlap, dueAfter } = config.timing;
  const pass: Pass = { looked: 0, resent: 0, failed: 0, stuck: false };
  const began = now();
  // There may have been orders before the very first pass: it starts as far back as queues keep messages.
  const cursor = (await ledger.dueCursor()) ?? began - dueAfter - config.retention.queues;
  const seen = await lookThrough(cursor - dueOverlap, began, pass, deps);
  // The entry held the cursor back in an earlier pass too: an ordinary race is over by the next pass.
  pass.stuck = seen.failed !== undefined && seen.failed <= cursor + 1 && began - seen.failed > dueAfter;
  await ledger.moveDueCursor(nextCursor(cursor, began, seen, LONGEST_HOLD * dueAfter));
  return pass;
}

/** The first entry that the pass had no time for, and the first that failed: their due times, epoch ms. */
class Seen {
  unseen: number | undefined;
  failed: number | undefined;

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
      const [failed] = await lookAt(entries, pass, deps);
      if (failed) seen.failed ??= Date.parse(failed.workAt);
    }
  }
  return seen;
}

const hourAfter = (time: number): number => (Math.floor(time / HOUR) + 1) * HOUR;

/**
 * The cursor moves past every entry that was looked at, but not past the first that failed, so that the next pass finds
 * it again. It does pass a failed entry that would keep later ones from being looked at, or that has raised the alarm
 * for `longestHold` (ms).
 */
function nextCursor(cursor: number, began: number, { unseen, failed }: Seen, longestHold: number): number {
  const reached = unseen === undefined ? began : unseen - 1;
  if (failed === undefined) return reached;
  const held = failed - 1;
  const holds = unseen === undefined ? began - failed <= longestHold : held > cursor;
  return holds ? Math.min(reached, held) : reached;
}

/** @returns the entries whose look failed */
async function lookAt(entries: WorkEntry[], pass: Pass, deps: Deps): Promise<WorkEntry[]> {
  const results = await Promise.allSettled(entries.map((entry) => takeUp(entry, pass, deps)));
  return entries.filter(({ identity }, index) => {
    const result = results[index];
    if (result?.status !== "rejected") return false;
    pass.failed += 1;
    deps.failed?.(identity, result.reason);
    return true;
  });
}

async function takeUp({ identity, workAt }: WorkEntry, pass: Pass, deps: Deps): Promise<void> {
  const { ledger, config, now } = deps;
  const snapshot = await ledger.load(identity);
  // The index is eventually consistent: an entry that has moved is found again at its new time.
  if (!snapshot || snapshot.record.workAt !== workAt) return;
  pass.looked += 1;
  const { record } = snapshot;
  if (record.channelWait) return askChannel(record, deps);
  if (record.state === "held" && !record.erasure && !isHeldForOperator(record)) return watchHeld(record, deps);
  const wanted = record.decided.filter((destination) => !record.toSuppress.includes(destination));
  const open = wanted.filter((destination) => isOpen(deliveryOf(snapshot, destination), now()));
  const back = await returned(wanted, snapshot, deps);
  if ([record.toSend, record.toSuppress, open, back].every(({ length }) => length === 0)) {
    return compareWithSent(snapshot, deps);
  }

  const known = new Set(config.destinations.map(destinationPath));
  // A destination that was removed from the stage has no queue; its deliveries are counted all the same.
  const lost = open.filter((destination) => isLost(deliveryOf(snapshot, destination), deps));
  await Promise.all(open.map((destination) => countAsOpen(snapshot, destination, deps)));
  const resend = isHeldForOperator(record) ? [] : [...lost, ...back];
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
  if (isOnOpenList(delivery) || (delivery.state === "sending" && !isLost(delivery, deps))) return;
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
