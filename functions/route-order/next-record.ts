import { createHash } from "node:crypto";
import type { Delivery } from "../../shared/ledger/delivery.ts";
import { freshness } from "../../shared/ledger/freshness.ts";
import { digestOf } from "../../shared/ledger/order-body.ts";
import { type OrderRecord, TRACE_LENGTH, type TraceEvent } from "../../shared/ledger/order-record.ts";
import { onHour, onList } from "../../shared/ledger/work-list.ts";
import type { ReceivedEvent } from "../../shared/messages/event.ts";
import { omit } from "../../shared/omit.ts";
import { type Order, progressOf } from "../../shared/order.ts";
import { type Decision, decide } from "../../shared/routing/decide.ts";
import type { Config, Connection } from "../../shared/stage/config.ts";
import type { Reading } from "../channels/channel.ts";

/** What an event made of an order. `taken`: the event's order is the newest there is, its body has to be kept. */
export interface Step {
  record: OrderRecord;
  outcome: "recorded" | "updated" | "cancelled" | "duplicate" | "stale" | "touched";
  taken: boolean;
}

export interface Arrival {
  event: ReceivedEvent;
  connection: Connection;
  config: Config;
  /** Epoch ms. */
  now: number;
}

type Told<Kind extends Reading["kind"]> = Extract<Reading, { kind: Kind }>;

/** An event that carries the whole order. @param deliveries of the current generation; asked for only when it matters */
export function nextRecord(
  current: OrderRecord | undefined,
  reading: Told<"order">,
  arrival: Arrival,
  deliveries: Delivery[],
): Step {
  const { order } = reading;
  const digest = digestOf(order);
  const fresh = freshness(order.updatedAt, progressOf(order), reading.eventTime);
  const decision = decide(arrival.config, arrival.connection, order, arrival.now);
  const { number, placedAt } = order;
  const facts = { digest, freshness: fresh, number, placedAt, buyer: buyerOf(order, arrival.connection) };

  if (!current)
    return { record: firstRecord(order, decision, facts, reading, arrival), outcome: "recorded", taken: true };
  if (digest === current.digest || fresh === current.freshness) {
    // Reported again later, it holds its place against another that comes late from in between.
    const known = fresh > current.freshness ? { ...current, freshness: fresh } : current;
    // The order says nothing new; but routes may have been added since, or the time come.
    const again = known.decided.length === 0 && decision.destinations.length > 0 && known.state !== "cancelled";
    const record = again ? due(decided(known, decision), arrival) : known;
    return told(record, "duplicate", reading, arrival, false);
  }
  if (fresh < current.freshness) return told(current, "stale", reading, arrival, false);

  const newer: OrderRecord = { ...current, ...facts };
  if (decision.state === "cancelled") {
    // Cancelled before: what had to be suppressed was named then, and what came too late stays said.
    const known = current.state === "cancelled";
    const record = known ? newer : due(cancelled(newer, decision.reason), arrival);
    return told(record, "cancelled", reading, arrival, true);
  }
  if (current.state === "cancelled") {
    return told(due(revived(newer, decision, deliveries, arrival.now), arrival), "updated", reading, arrival, true);
  }
  return told(due(decided(newer, decision), arrival), "updated", reading, arrival, true);
}

/** An event about a known order that does not carry the whole of it. */
export function nextRecordOfChange(current: OrderRecord, reading: Told<"change">, arrival: Arrival): Step {
  const { change, eventTime } = reading;
  if (change === "touched") return told(current, "touched", reading, arrival, false);
  const fresh = freshness(eventTime ?? arrival.event.receivedAt, "cancelled", eventTime);
  if (fresh < current.freshness) return told(current, "stale", reading, arrival, false);
  if (current.state === "cancelled")
    return told({ ...current, freshness: fresh }, "duplicate", reading, arrival, false);
  const reason = `${reading.topic} at the channel`;
  const record = due(cancelled({ ...current, freshness: fresh }, reason), arrival);
  return told(record, "cancelled", reading, arrival, false);
}

function firstRecord(
  order: Order,
  decision: Decision,
  facts: Partial<OrderRecord> & { freshness: string },
  reading: Told<"order">,
  arrival: Arrival,
): OrderRecord {
  const { event, connection, config, now } = arrival;
  const blank: OrderRecord = {
    v: 1,
    rev: 0,
    channel: connection.channel,
    connection: connection.name,
    orderId: order.id,
    state: "recorded",
    generation: 1,
    firstSeenAt: new Date(now).toISOString(),
    events: [],
    eventCount: 0,
    decided: [],
    toSend: [],
    toSuppress: [],
    eventId: event.eventId,
    receivedAt: event.receivedAt,
    expiresAt: Math.floor((now + config.retention.states) / 1000),
    ...facts,
  };
  return told(due(decided(blank, decision), arrival), "recorded", reading, arrival, true).record;
}

/** Destinations once decided stay; an update adds those that became due. */
function decided(record: OrderRecord, { state, reason, destinations }: Decision): OrderRecord {
  const fresh = destinations.filter((destination) => !record.decided.includes(destination));
  const all = [...record.decided, ...fresh];
  // Held for the operator although deliveries were decided (see `revived`): only the operator ends that.
  if (record.state === "held" && record.decided.length > 0) return record;
  const { reason: _, ...rest } = record;
  return {
    ...rest,
    decided: all,
    toSend: [...record.toSend, ...fresh],
    ...(all.length > 0 ? { state: "recorded" as const } : { state, ...(reason !== undefined && { reason }) }),
  };
}

/** What was never sent needs no sending any more, but its message may be under way: each is suppressed by name. */
const cancelled = (record: OrderRecord, reason = "cancelled at the channel"): OrderRecord => ({
  ...(record.state === "held" ? omit(record, "workAt", "workList") : record),
  state: "cancelled",
  reason,
  toSend: [],
  toSuppress: record.decided,
});

/** A cancelled order that is wanted again: a new generation, if every delivery of the former is surely gone. */
function revived(record: OrderRecord, decision: Decision, deliveries: Delivery[], now: number): OrderRecord {
  if (leftOver(record, deliveries).length > 0) {
    const reason =
      "wanted again after it was cancelled, but deliveries of it may exist: cancel them at the provider first";
    return { ...record, state: "held", reason, ...onList("held", now) };
  }
  return newGeneration(record, decision);
}

/** Decided destinations whose delivery of this generation may still exist, or come to exist. */
export const leftOver = (record: OrderRecord, deliveries: Delivery[]): string[] =>
  record.decided.filter((destination) => {
    const delivery = deliveries.find((one) => one.destination === destination && one.generation === record.generation);
    return delivery?.state !== "cancelled" && delivery?.state !== "withdrawn";
  });

/** Only where nothing of the former generation is left over. */
export function newGeneration(record: OrderRecord, decision: Decision): OrderRecord {
  const next = { ...record, state: "recorded" as const, decided: [], toSend: [], toSuppress: [] };
  return decided({ ...next, generation: record.generation + (record.decided.length > 0 ? 1 : 0) }, decision);
}

/** The one index entry of an order in the good case: when somebody should make sure that its deliveries ended. */
function due(record: OrderRecord, { event, config, now }: Arrival): OrderRecord {
  // It stands among those that wait for a person, and stays there.
  if (record.state === "held" && record.decided.length > 0) return record;
  const ahead = record.workAt !== undefined && Date.parse(record.workAt) > now;
  // What is to be suppressed can do with the look that is coming anyway; the pass may have left an older one behind.
  if (record.toSend.length === 0 && (record.toSuppress.length === 0 || ahead)) return record;
  // What is sent now was decided by this event: its ID goes along to the provider's call, and the time to it counts from here.
  const { eventId, receivedAt } = event;
  const decidedBy = record.toSend.length > 0 ? { eventId, receivedAt } : {};
  return { ...record, ...decidedBy, ...onHour(now + config.timing.dueAfter), dueLooks: 0 };
}

function told(
  record: OrderRecord,
  outcome: Step["outcome"],
  { topic }: Pick<Reading, "topic">,
  { event, now }: Arrival,
  taken: boolean,
): Step {
  const said =
    outcome === "recorded" || outcome === "updated" || outcome === "cancelled" ? describe(outcome, record) : outcome;
  const line: TraceEvent = { at: new Date(now).toISOString(), topic, outcome: said, eventId: event.eventId };
  const events = [...record.events, line].slice(-TRACE_LENGTH);
  return { record: { ...record, rev: record.rev + 1, events, eventCount: record.eventCount + 1 }, outcome, taken };
}

const describe = (outcome: string, { state, reason }: OrderRecord): string =>
  state === "recorded" || outcome === state ? outcome : `${outcome}, ${state}${reason ? `: ${reason}` : ""}`;

function buyerOf({ buyer, shippingAddress }: Order, { channel, name }: Connection): string | undefined {
  const known = buyer?.id ?? buyer?.email?.toLowerCase() ?? shippingAddress?.email?.toLowerCase();
  return known === undefined
    ? undefined
    : createHash("sha256").update(`${channel}/${name}#${known}`).digest("base64url");
}
