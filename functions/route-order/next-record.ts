import { defined } from "../../shared/defined.ts";
import { MalformedEvent } from "../../shared/errors.ts";
import { buyerHash } from "../../shared/ledger/buyer-hash.ts";
import { changedAfterSending } from "../../shared/ledger/changed-after-sending.ts";
import { type Delivery, ENDED } from "../../shared/ledger/delivery.ts";
import { deliveryOf } from "../../shared/ledger/delivery-of.ts";
import { freshness, isAhead } from "../../shared/ledger/freshness.ts";
import { digestOf } from "../../shared/ledger/order-body.ts";
import {
  afterErasure,
  cancelled,
  cancelledAgain,
  type EventOccasion,
  firstRecorded,
  gone,
  ignored,
  noted,
  type OrderFacts,
  orderStageOf,
  repeated,
  reusedId,
  revived,
  unfetchable,
  unreadable,
  updated,
} from "../../shared/ledger/order-life.ts";
import type { OrderRecord } from "../../shared/ledger/order-record.ts";
import type { Ticket } from "../../shared/ledger/ticket.ts";
import type { IntakeEvent } from "../../shared/messages/event.ts";
import { type Order, progressOf } from "../../shared/order.ts";
import { type Decision, decide } from "../../shared/routing/decide.ts";
import { asConfigured, leftOut } from "../../shared/stage/as-configured.ts";
import type { Config, Connection } from "../../shared/stage/config.ts";
import type { Reading } from "../channels/channel.ts";

/**
 * What an event changes in an order's record. `isNewest`: the event carries the newest order, so its body is written.
 */
export interface Step {
  record: OrderRecord;
  outcome: "recorded" | "updated" | "cancelled" | "duplicate" | "stale" | "touched" | "gone";
  isNewest: boolean;
}

export interface EventContext {
  event: IntakeEvent;
  connection: Connection;
  /** The channel has an API, so an order that it holds can be fetched again. */
  canFetch: boolean;
  /** Of a fetched order: when the fetch began, UTC ISO 8601. */
  fetchedAt?: string;
  config: Config;
  /** Epoch ms. */
  now: number;
}

/** Whether it matters what was sent of the order: something was, or is to be, and the event is newer. */
export function comparesWithSent(
  current: OrderRecord | undefined,
  reading: Reading<"order">,
  context: EventContext,
): boolean {
  if (!current || current.decided.length === 0) return false;
  const { digest, freshness: newer } = factsOf(reading, context);
  return digest !== current.digest && newer > current.freshness;
}

/** An event that carries the whole order. @param deliveries of the order, where `comparesWithSent` */
export function nextRecord(
  current: OrderRecord | undefined,
  reading: Reading<"order">,
  context: EventContext,
  deliveries: Delivery[],
): Step {
  const { order } = reading;
  const { config, connection, canFetch } = context;
  const facts = factsOf(reading, context);
  const routed = decide(config, connection, order, Date.parse(current?.firstSeenAt ?? context.event.receivedAt));
  const isHeldByChannel = routed.state === "held" && order.hold !== undefined;
  const decision = { ...routed, asksChannel: canFetch && isHeldByChannel };
  const tickets = ticketsOf(current, order, routed, deliveries, context);
  const occasion = { ...occasionOf(reading, context), tickets };

  if (!current) {
    const identity = { channel: connection.channel, connection: connection.name, orderId: order.id };
    const record = firstRecorded(identity, facts, decision, occasion, expiresAtOf(context));
    return { record, outcome: "recorded", isNewest: true };
  }
  if (current.erasure) {
    const isCancelled = decision.state === "cancelled" && facts.freshness > current.freshness;
    return erasedStep(current, facts.freshness, isCancelled ? decision.reason : undefined, occasion);
  }
  if (facts.digest === current.digest || facts.freshness === current.freshness) {
    const record = repeated(current, facts.freshness, decision, occasion);
    return { record, outcome: "duplicate", isNewest: false };
  }
  if (facts.freshness < current.freshness) return stale(current, occasion);
  if (isAnotherOrder(current, facts))
    return stepOfAnother(current, { facts, deliveries }, occasionOf(reading, context));
  if (decision.state === "cancelled") {
    const record =
      current.state === "cancelled"
        ? cancelledAgain(current, facts, occasion)
        : cancelled(current, facts, decision.reason, occasion);
    return { record, outcome: "cancelled", isNewest: true };
  }
  const record =
    current.state === "cancelled"
      ? revived(current, facts, decision, deliveries, occasion)
      : updated(current, facts, decision, occasion);
  return { record, outcome: "updated", isNewest: true };
}

/**
 * An event that does not carry the whole order. A cancellation of an order that we do not know is remembered, so that an
 * older event that comes later is stale (design.md P6).
 */
export function nextRecordOfChange(
  current: OrderRecord | undefined,
  reading: Reading<"change">,
  context: EventContext,
): Step | undefined {
  const { change, eventTime, topic } = reading;
  const occasion = occasionOf(reading, context);
  if (change === "touched") {
    if (!current) return undefined;
    return { record: ignored(current, "touched", occasion), outcome: "touched", isNewest: false };
  }
  const { receivedAt } = context.event;
  const fresh = freshness(eventTime ?? receivedAt, "cancelled", { eventTime, receivedAt });
  const reason = `${topic} at the channel`;
  if (!current) {
    const { channel, name: connection } = context.connection;
    const decision = { state: "cancelled", reason, destinations: [] } as const;
    const identity = { channel, connection, orderId: reading.orderId };
    const record = firstRecorded(identity, { freshness: fresh }, decision, occasion, expiresAtOf(context));
    return { record, outcome: "cancelled", isNewest: false };
  }
  if (fresh < current.freshness) return stale(current, occasion);
  if (current.erasure) return erasedStep(current, fresh, reason, occasion);
  if (current.state === "cancelled") {
    return { record: repeated(current, fresh, undefined, occasion), outcome: "duplicate", isNewest: false };
  }
  const record = cancelled(current, { freshness: fresh }, reason, occasion);
  return { record, outcome: "cancelled", isNewest: false };
}

/**
 * An event whose order cannot be mapped, although its ID can be read. The order is held, so that its number can be found;
 * the event waits in the DLQ, and is newer than this record once it can be read.
 * @param changedAt as the event says; undefined where that cannot be read either
 * @returns undefined if this event was recorded before: SQS delivers it until it moves it to the DLQ
 */
export function nextRecordOfUnreadable(
  current: OrderRecord | undefined,
  about: { orderId: string; topic: string; changedAt: string | undefined; problem: string },
  context: EventContext,
): Step | undefined {
  const { changedAt, topic, problem } = about;
  const { event, connection } = context;
  const reason = `cannot be read: ${problem}`;
  const occasion = occasionOf({ topic }, context);
  const { receivedAt, eventId } = event;
  const fresh = changedAt && freshness(changedAt, "placed", { eventTime: "", receivedAt });
  if (!current) {
    const identity = { channel: connection.channel, connection: connection.name, orderId: about.orderId };
    const decision = { state: "held", reason, destinations: [] } as const;
    const record = firstRecorded(identity, { freshness: fresh ?? "" }, decision, occasion, expiresAtOf(context));
    return { record, outcome: "recorded", isNewest: false };
  }
  if (current.events.some((one) => one.eventId === eventId)) return undefined;
  if (fresh && fresh < current.freshness) return stale(current, occasion);
  const record =
    orderStageOf(current) === "held" && !current.erasure
      ? unreadable(current, { reason, freshness: fresh }, occasion)
      : noted(current, reason, occasion);
  return { record, outcome: "touched", isNewest: false };
}

/** The channel's API does not have a known order. */
export const nextRecordOfGone = (current: OrderRecord, topic: string, context: EventContext): Step => ({
  record: gone(current, occasionOf({ topic }, context)),
  outcome: "gone",
  isNewest: false,
});

/** An order that has to be fetched, of a channel without an API. */
export function nextRecordOfUnfetchable(current: OrderRecord, topic: string, context: EventContext): Step {
  const occasion = occasionOf({ topic }, context);
  const isAsked = current.channelWait?.cause === "restored" && orderStageOf(current) === "recorded";
  const record = isAsked ? unfetchable(current, occasion) : ignored(current, "touched", occasion);
  return { record, outcome: "touched", isNewest: false };
}

/** An event that only adds a line to the order's trace. @param outcome in our words */
export const nextRecordOfNote = (
  current: OrderRecord,
  topic: string,
  outcome: string,
  context: EventContext,
): Step => ({
  record: noted(current, outcome, occasionOf({ topic }, context)),
  outcome: "touched",
  isNewest: false,
});

/** Its ID was used again: some shops begin again after a move, or give the number of a deleted order to the next. */
const isAnotherOrder = ({ state, placedAt, buyer }: OrderRecord, other: OrderFacts): boolean =>
  state !== "cancelled" &&
  [placedAt, other.placedAt, buyer, other.buyer].every((fact) => fact !== undefined) &&
  placedAt !== other.placedAt &&
  buyer !== other.buyer;

/** @throws MalformedEvent while the former order is being sent, by its own body: a redrive takes the event later */
function stepOfAnother(
  current: OrderRecord,
  { facts, deliveries }: { facts: OrderFacts; deliveries: Delivery[] },
  occasion: EventOccasion,
): Step {
  const hasEnded = (destination: string): boolean => {
    const delivery = deliveryOf({ record: current, deliveries }, destination);
    return delivery !== undefined && ENDED.has(delivery.state);
  };
  if (!current.reused && !current.decided.every(hasEnded)) {
    throw new MalformedEvent({ field: "id", problem: "is that of another order, which is still being sent" });
  }
  return { record: reusedId(current, facts, occasion), outcome: "updated", isNewest: true };
}

/** What the merchant wants to hear of an order as it is now. */
function ticketsOf(
  current: OrderRecord | undefined,
  order: Order,
  { isUnusual, state, reason = "" }: Decision,
  deliveries: readonly Delivery[],
  { connection, now }: EventContext,
): Ticket[] {
  const ofGeneration = deliveries.filter(({ generation }) => generation === current?.generation);
  const changes = current ? changedAfterSending(current, asConfigured(order, connection), ofGeneration, now) : [];
  if (!isUnusual || (current && current.decided.length > 0)) return changes;
  const at = new Date(now).toISOString();
  return [{ at, kind: "not-routed", text: `${state}: ${reason}`, about: [reason] }, ...changes];
}

/** The buyer's data was erased: only the state changes, whatever the event brings. */
const erasedStep = (
  current: OrderRecord,
  freshness: string,
  cancelled: string | undefined,
  occasion: EventOccasion,
): Step => {
  const record = afterErasure(current, { freshness, cancelled }, occasion);
  const outcome = record.state === current.state ? "touched" : "cancelled";
  return { record, outcome, isNewest: false };
};

const stale = (current: OrderRecord, occasion: EventOccasion): Step => ({
  record: ignored(current, "stale", occasion),
  outcome: "stale",
  isNewest: false,
});

/** Epoch seconds. */
const expiresAtOf = ({ config, now }: EventContext): number => Math.floor((now + config.retention.states) / 1000);

/** An event with its times. */
interface Dated extends Pick<Reading, "topic" | "eventTime"> {
  order?: Order;
  change?: Reading<"change">["change"];
}

const occasionOf = (
  { topic, eventTime, order, change }: Dated,
  { event, connection, config, now, fetchedAt }: EventContext,
): EventOccasion => ({
  topic,
  leftOut: order && leftOut(order, connection),
  ...defined({ fetchedAt }),
  isUntimed: change === "cancelled" && eventTime === undefined,
  isAhead: [order?.updatedAt, eventTime].some((time) => time !== undefined && isAhead(time, event.receivedAt)),
  heldTooLong: connection.heldTooLong,
  now,
  eventId: event.eventId,
  receivedAt: event.receivedAt,
  dueAfter: config.timing.dueAfter,
  holdLookAfter: config.timing.holdLookAfter,
});

function factsOf({ order, eventTime }: Reading<"order">, { event, connection }: EventContext): OrderFacts {
  const buyer = buyerOf(order, connection);
  const digest = digestOf(order);
  return {
    digest,
    freshness: freshness(order.updatedAt, progressOf(order), { eventTime, receivedAt: event.receivedAt, digest }),
    placedAt: order.placedAt,
    ...defined({ buyer, number: order.number }),
  };
}

function buyerOf({ buyer, shippingAddress }: Order, connection: Connection): string | undefined {
  const known = buyer?.id ?? buyer?.email?.toLowerCase() ?? shippingAddress?.email?.toLowerCase();
  return known === undefined ? undefined : buyerHash(known, connection);
}
