import type { Identity } from "../../shared/identity.ts";
import { type Delivery, newDelivery } from "../../shared/ledger/delivery.ts";
import { backAt, isOpen, overdue } from "../../shared/ledger/delivery-life.ts";
import { deliveryOf } from "../../shared/ledger/delivery-of.ts";
import type { Ledger, OrderSnapshot } from "../../shared/ledger/ledger.ts";
import { asked, isHeldForOperator, looked } from "../../shared/ledger/order-life.ts";
import type { OrderRecord } from "../../shared/ledger/order-record.ts";
import { dispatch } from "../../shared/ledger/outbox.ts";
import type { WorkEntry } from "../../shared/ledger/work-entry.ts";
import { isOnOpenList } from "../../shared/ledger/work-list.ts";
import { fetchEvent, groupOf, pack } from "../../shared/messages/event.ts";
import type { Queues } from "../../shared/messages/queues.ts";
import { type Config, destinationPath } from "../../shared/stage/config.ts";
import { inBatches } from "./in-batches.ts";

export interface Deps {
  config: Config;
  ledger: Ledger;
  queues: Pick<Queues, "sendToDestination" | "sendToIntake">;
  /** Epoch ms. */
  now: () => number;
  /** Nothing is begun after it, epoch ms; the next pass goes on. */
  deadline: number;
  /** Called for each destination for which a cancellation came too late. */
  onLateCancellation?: (destination: string, order: Identity) => void;
  /** Called for each order that could not be looked at, or not finished. */
  failed?: (order: Identity, error: unknown) => void;
}

/**
 * What a pass found. `failed`: orders that could not be looked at, or not finished; they are taken up again. `stuck`: one of
 * them has failed for longer than `dueAfter`: the function fails, which raises its alarm.
 */
export interface Pass {
  looked: number;
  resent: number;
  failed: number;
  stuck: boolean;
}

/** Looked at again after this many times `dueAfter`, at most. */
const LONGEST_PAUSE = 48;
/** An entry that fails holds the cursor back for so many times `dueAfter`, at most. */
const LONGEST_HOLD = 48;
/** Orders looked at side by side. */
const SIDE_BY_SIDE = 10;
const HOUR = 3_600_000;

/**
 * What was held, forgotten or lost is taken up again. Each order has one entry in the work list; where all of its
 * deliveries have ended, nothing is written and the cursor leaves the entry behind. Else the order is finished, its lost
 * deliveries are sent again (sending twice is harmless), and it is looked at again later.
 */
export async function findDue(deps: Deps): Promise<Pass> {
  const { ledger, config, now } = deps;
  const { dueOverlap, dueAfter } = config.timing;
  const pass: Pass = { looked: 0, resent: 0, failed: 0, stuck: false };
  const began = now();
  // Before the first pass ever there may have been orders: as far back as their messages were kept.
  const cursor = (await ledger.dueCursor()) ?? began - dueAfter - config.retention.queues;
  const seen = await lookThrough(cursor - dueOverlap, began, pass, deps);
  // It held the cursor back before, and not only since a moment ago: an ordinary race is over by the next pass.
  pass.stuck = seen.failed !== undefined && seen.failed <= cursor + 1 && began - seen.failed > dueAfter;
  await ledger.moveDueCursor(nextCursor(cursor, began, seen, LONGEST_HOLD * dueAfter));
  return pass;
}

/** Where the pass had to stop, and the first entry that failed; both are due times in epoch ms. */
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
  // An hour at a time: after an outage there is more than a pass can get through.
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
 * Behind all that was looked at, but for what failed: that is found again. It gives way where it would keep others from ever
 * being looked at, and when it has been raised long enough.
 */
function nextCursor(cursor: number, began: number, { unseen, failed }: Seen, longestHold: number): number {
  const reached = unseen === undefined ? began : unseen - 1;
  if (failed === undefined) return reached;
  const held = failed - 1;
  const holds = unseen === undefined ? began - failed <= longestHold : held > cursor;
  return holds ? Math.min(reached, held) : reached;
}

/** @returns the entries that could not be looked at */
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
  // The index is eventually consistent: an entry that moved on is found again where it went.
  if (!snapshot || snapshot.record.workAt !== workAt) return;
  pass.looked += 1;
  const { record } = snapshot;
  if (record.channelWait) return askChannel(record, deps);
  const open = record.decided
    .filter((destination) => !record.toSuppress.includes(destination))
    .filter((destination) => isOpen(deliveryOf(snapshot, destination), now()));
  if (record.toSend.length === 0 && record.toSuppress.length === 0 && open.length === 0) return;

  const known = new Set(config.destinations.map(destinationPath));
  // To a destination that was taken out of the stage nothing can be sent; its delivery is counted all the same.
  const lost = open.filter((destination) => known.has(destination) && isLost(deliveryOf(snapshot, destination), deps));
  await Promise.all(open.map((destination) => countAsOpen(snapshot, destination, deps)));
  const resend = isHeldForOperator(record) ? [] : lost;
  const toSend = [...new Set([...record.toSend, ...resend])].filter((destination) => known.has(destination));
  const pause = config.timing.dueAfter * Math.min(2 ** ((record.dueLooks ?? 0) + 1), LONGEST_PAUSE);
  const next = looked(record, toSend, pause, now());
  // Another writer was first: the entry stays where it is in the index, or has moved on; either way it is found again.
  if ((await ledger.putOrder(next)) === "conflict") throw new Error("the order was written meanwhile");
  pass.resent += next.toSend.length;
  await dispatch(next, deps);
}

/**
 * Has an order that waits for its channel fetched: by route-order, which has the channels' credentials. The following look
 * is written first, so that none is lost where the queue takes nothing now.
 */
async function askChannel(record: OrderRecord, { ledger, queues, config, now }: Deps): Promise<void> {
  const { holdLookAfter: first, holdLookCap: longest } = config.timing;
  const next = asked(record, { first, longest }, now());
  if ((await ledger.putOrder(next)) === "conflict") throw new Error("the order was written meanwhile");
  // A connection that was taken out of the stage may come back.
  const isInStage = config.connections.some(
    ({ channel, name }) => channel === record.channel && name === record.connection,
  );
  if (!isInStage) return;
  const event = fetchEvent(record, "next look", now());
  await queues.sendToIntake(pack(event), groupOf(event));
}

/** From now on it is counted until it ends (gauges.ts); what failed once is counted already. */
async function countAsOpen(snapshot: OrderSnapshot, destination: string, deps: Deps): Promise<void> {
  const { record } = snapshot;
  const delivery = deliveryOf(snapshot, destination) ?? newDelivery(record, destination);
  // A running attempt's result is conditional on what it claimed: no other writer touches the item.
  if (isOnOpenList(delivery) || (delivery.state === "sending" && !isLost(delivery, deps))) return;
  // Open since it was sent, or since it was decided if it never was: an order may have been held for payment before.
  const { sentAt, toSend, workAt = record.firstSeenAt } = record;
  const decidedAt = Date.parse(workAt) - deps.config.timing.dueAfter;
  const since = sentAt === undefined || toSend.includes(destination) ? decidedAt : Date.parse(sentAt);
  // Where another writer was first, it is not forgotten: the result of that, or the next look, puts it on the list.
  await deps.ledger.putDelivery(overdue(delivery, since));
}

/** Its message should have come back by now: SQS dropped it, dead-lettered it alone, or it was never sent. */
function isLost(delivery: Delivery | undefined, { config, now }: Deps): boolean {
  const { visibilityFactor, createTimeout, dueAfter } = config.timing;
  return !delivery || now() > backAt(delivery) + visibilityFactor * createTimeout + dueAfter;
}
