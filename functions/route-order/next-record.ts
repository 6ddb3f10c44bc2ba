import { defined } from "../../shared/defined.ts";
import { MalformedEvent } from "../../shared/errors.ts";
import { buyerHash } from "../../shared/ledger/buyer-hash.ts";
import { changedAfterSending } from "../../shared/ledger/changed-after-sending.ts";
import { type Delivery, ENDED } from "../../shared/ledger/delivery.ts";
import { deliveryOf } from "../../shared/ledger/delivery-of.ts";
import {
  type Age,
  afterRecord,
  ageOf,
  type ChannelRules,
  freshness,
  freshnessOfState,
  isAhead,
  isSameMoment,
  type Sight,
  versionIn,
} from "../../shared/ledger/freshness.ts";
import { contentDigestOf, digestOf } from "../../shared/ledger/order-body.ts";
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

/** How an order was fetched. */
export interface FetchFacts {
  /** When the fetch began, UTC ISO 8601. */
  at: string;
  /** `rev` of the record that was read before it began; undefined where none was. */
  afterRev?: number;
}

/** `canFetch`: an order that the channel holds can be fetched again, too. */
export interface EventContext extends ChannelRules {
  event: IntakeEvent;
  connection: Connection;
  /** Of a fetched order. */
  fetched?: FetchFacts;
  config: Config;
  /** Epoch ms. */
  now: number;
}

/** How new an order is against its record, if there is one. */
export function ageOfReading(
  current: OrderRecord | undefined,
  reading: Reading<"order">,
  context: EventContext,
): Age | "first" {
  if (!current) return "first";
  const facts = factsOf(reading, context, current);
  // Nothing of it is kept but its state, so that there is no content to be in doubt about.
  if (current.erasure) return facts.freshness > current.freshness ? "newer" : "older";
  return ageOf({ ...facts, isSettled: isSettled(current, context) }, current, context);
}

/** It was fetched after this very record was read, so it is what the channel has. */
const isSettled = ({ rev }: OrderRecord, { fetched }: EventContext): boolean => fetched?.afterRev === rev;

/**
 * An event that carries the whole order.
 * @param deliveries of the order, where something was decided and it is newer than the record
 * @throws Error if the order is in doubt: only a fetch can say which one is newer
 */
export function nextRecord(
  current: OrderRecord | undefined,
  reading: Reading<"order">,
  context: EventContext,
  deliveries: Delivery[],
): Step {
  const { order } = reading;
  const { config, connection, canFetch } = context;
  const facts = factsOf(reading, context, current);
  const routed = decide(config, connection, order, Date.parse(current?.firstSeenAt ?? context.event.receivedAt));
  const isHeldByChannel = routed.state === "held" && order.hold !== undefined;
  const decision = { ...routed, asksChannel: canFetch && isHeldByChannel };
  const tickets = ticketsOf(current, order, routed, deliveries, context);
  const occasion = { ...occasionOf(reading, context), tickets, isTied: !canFetch && isTied(current, facts, reading) };

  if (!current) {
    const identity = { channel: connection.channel, connection: connection.name, orderId: order.id };
    const record = firstRecorded(identity, facts, decision, occasion, expiresAtOf(context));
    return { record, outcome: "recorded", isNewest: true };
  }
  if (current.erasure) {
    const isCancelled = decision.state === "cancelled" && facts.freshness > current.freshness;
    return erasedStep(current, facts.freshness, isCancelled ? decision.reason : undefined, occasion);
  }
  const age = ageOfReading(current, reading, context);
  if (age === "in-doubt") throw new Error(`order ${order.id} has to be fetched again`);
  if (age === "same") {
    const record = repeated(current, facts.freshness, decision, occasion);
    // There was a doubt: another event may have written its own body while it lasted.
    return { record, outcome: "duplicate", isNewest: isSettled(current, context) };
  }
  if (age === "older") return stale(current, occasion);
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
  const version = current && versionIn(current.freshness);
  const state = { updatedAt: eventTime ?? receivedAt, version, progress: "cancelled" } as const;
  const fresh = freshnessOfState(state, receivedAt, context);
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
  const fresh = changedAt && freshnessOfState({ updatedAt: changedAt, progress: "placed" }, receivedAt, context);
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

/** The sender says nothing by which its two states can be ordered in time. */
const isTied = (current: OrderRecord | undefined, facts: OrderFacts, { eventTime }: Reading<"order">): boolean =>
  current?.digest !== undefined &&
  current.digest !== facts.digest &&
  eventTime === undefined &&
  isSameMoment(current.freshness, facts.freshness);

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
  { event, connection, config, now, fetched }: EventContext,
): EventOccasion => ({
  topic,
  leftOut: order && leftOut(order, connection),
  ...defined({ fetchedAt: fetched?.at }),
  isUntimed: change === "cancelled" && eventTime === undefined,
  isAhead: [order?.updatedAt, eventTime].some(
    (time) => time !== undefined && isAhead(time, fetched?.at ?? event.receivedAt),
  ),
  heldTooLong: connection.heldTooLong,
  now,
  eventId: event.eventId,
  receivedAt: event.receivedAt,
  dueAfter: config.timing.dueAfter,
  holdLookAfter: config.timing.holdLookAfter,
});

function factsOf(reading: Reading<"order">, context: EventContext, current: OrderRecord | undefined): OrderFacts {
  const { order } = reading;
  const { connection } = context;
  const buyer = buyerOf(order, connection);
  const { updatedAt, version } = order;
  const digest = digestOf(order);
  const sight = { ...sightOf(reading, context, current), digest };
  return {
    digest,
    contentDigest: contentDigestOf(order),
    freshness: freshness({ updatedAt, version, progress: progressOf(order) }, sight, context),
    placedAt: order.placedAt,
    ...defined({ buyer, number: order.number }),
  };
}

/** An event's time is not the time of the order that was fetched because of it. */
function sightOf(
  { eventTime }: Reading<"order">,
  context: EventContext,
  current: OrderRecord | undefined,
): Omit<Sight, "digest"> {
  const { event, fetched } = context;
  if (!fetched) return { by: "event", at: event.receivedAt, eventTime };
  // It began after its event was received, whatever the clocks of the two machines say.
  const at = fetched.at > event.receivedAt ? fetched.at : event.receivedAt;
  const isAfter = current !== undefined && isSettled(current, context);
  return { by: "fetch", at: isAfter ? afterRecord(at, current) : at };
}

function buyerOf({ buyer, shippingAddress }: Order, connection: Connection): string | undefined {
  const known = buyer?.id ?? buyer?.email?.toLowerCase() ?? shippingAddress?.email?.toLowerCase();
  return known === undefined ? undefined : buyerHash(known, connection);
}
