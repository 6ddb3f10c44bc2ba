import { omit } from "../omit.ts";
import type { OrderState } from "../order-state.ts";
import type { Delivery } from "./delivery.ts";
import { deliveryOf } from "./delivery-of.ts";
import { ForbiddenTransition, lead, type Moves, stay } from "./forbidden-transition.ts";
import { ERASED_BUYER, type OrderRecord, TRACE_LENGTH, type TraceEvent } from "./order-record.ts";
import { shortReason } from "./short-reason.ts";
import { type Ticket, withTickets } from "./ticket.ts";
import { onHour, onList } from "./work-list.ts";

/** An order's state; held for the operator is one of its own, "new" is an order without a record. */
export type OrderStage = OrderState | "held-for-operator" | "new";

/** Deliveries of it were decided, or its ID was used again, and it is held: only the operator ends that. */
export const isHeldForOperator = ({
  state,
  decided,
  reused,
}: Pick<OrderRecord, "state" | "decided" | "reused">): boolean =>
  state === "held" && (decided.length > 0 || reused === true);

export const orderStageOf = (record: OrderRecord | undefined): OrderStage => {
  if (!record) return "new";
  return isHeldForOperator(record) ? "held-for-operator" : record.state;
};

const ROUTED = ["recorded", "held", "not-routed", "unrouted"] as const satisfies OrderStage[];
const KNOWN = [...ROUTED, "held-for-operator", "cancelled"] as const satisfies OrderStage[];

interface Transition {
  /** Who calls it. */
  by: string;
  moves: Moves<OrderStage, OrderStage>;
}

/** Every change of an order's record, and the states it may start from. `docs/order-life.md` is generated from this. */
export const ORDER_TRANSITIONS = {
  firstRecorded: { by: "route-order", moves: lead(["new"], ...ROUTED, "cancelled") },
  updated: { by: "route-order", moves: { ...lead(ROUTED, ...ROUTED), ...stay("held-for-operator") } },
  repeated: { by: "route-order", moves: { ...lead(ROUTED, ...ROUTED), ...stay("held-for-operator", "cancelled") } },
  ignored: { by: "route-order", moves: stay(...KNOWN) },
  gone: { by: "route-order", moves: stay(...KNOWN) },
  unreadable: { by: "route-order", moves: stay("held") },
  noted: { by: "route-order", moves: stay(...KNOWN) },
  cancelled: { by: "route-order", moves: lead([...ROUTED, "held-for-operator"], "cancelled") },
  cancelledAgain: { by: "route-order", moves: stay("cancelled") },
  reusedId: { by: "route-order", moves: lead([...ROUTED, "held-for-operator"], "held-for-operator") },
  revived: { by: "route-order", moves: { cancelled: [...ROUTED, "held-for-operator"] } },
  dispatched: { by: "outbox", moves: stay(...KNOWN) },
  unfetchable: { by: "route-order", moves: { recorded: ["held-for-operator"] } },
  asked: { by: "find-due", moves: stay("held", "recorded") },
  watched: { by: "find-due", moves: stay("recorded", "held") },
  looked: { by: "find-due", moves: stay("recorded", "held-for-operator", "cancelled") },
  unconfirmed: { by: "create-order", moves: stay("recorded") },
  dueAgain: { by: "create-order", moves: stay("recorded", "cancelled") },
  sentAgain: { by: "operator", moves: stay("recorded", "cancelled") },
  renewed: { by: "operator", moves: { "held-for-operator": [...ROUTED] } },
  kept: { by: "operator", moves: { "held-for-operator": ["recorded"] } },
  withTrace: { by: "operator", moves: stay(...KNOWN) },
  erasureBegun: { by: "erase-order", moves: { ...stay(...ROUTED, "cancelled"), "held-for-operator": ["cancelled"] } },
  erased: { by: "erase-order", moves: stay(...ROUTED, "cancelled") },
  erasedUnknown: { by: "erase-order", moves: lead(["new"], "cancelled") },
  afterErasure: { by: "route-order", moves: { ...lead(ROUTED, ...ROUTED, "cancelled"), ...stay("cancelled") } },
} as const satisfies Record<string, Transition>;

export type OrderTransition = keyof typeof ORDER_TRANSITIONS;

/** @throws ForbiddenTransition */
function start(transition: OrderTransition, record: OrderRecord): void {
  const stage = orderStageOf(record);
  const { moves }: Transition = ORDER_TRANSITIONS[transition];
  if (moves[stage] === undefined) {
    throw new ForbiddenTransition(`Order ${record.orderId} is ${stage}: ${transition} is not allowed`);
  }
}

/** What the routes decided of an order as it is now. `destinations`: those to which it is due. */
export interface Decision {
  state: OrderState;
  reason?: string;
  destinations: readonly string[];
  /** Held by the channel, which can be asked again: find-due has the order fetched until the hold is lifted. */
  asksChannel?: boolean;
}

/** What happened, for the trace. */
export interface Occasion {
  /** Epoch ms. */
  now: number;
  /** The channel's own word, or "operator". */
  topic: string;
}

/** An event of ours. */
export interface EventOccasion extends Occasion {
  eventId: string;
  receivedAt: string;
  /** Which of the order's lines are not ours to send, as a sentence for the trace. */
  leftOut?: string | undefined;
  /** It says nothing of when it happened, so that `receivedAt` counts: the trace says so. */
  isUntimed?: boolean;
  /** It and the state before name the same time and nothing else: the trace says which counts. */
  isTied?: boolean;
  /** Of a fetched order: when the fetch began, UTC ISO 8601. */
  fetchedAt?: string;
  /** Its time was too far ahead, and counts as `receivedAt` (freshness.ts): the trace says so. */
  isAhead?: boolean;
  /** After which find-due looks at what was decided, ms (`timing.dueAfter`). */
  dueAfter: number;
  /** After which find-due has an order that waits for its channel fetched first, ms (`timing.holdLookAfter`). */
  holdLookAfter: number;
  /** After which an order that is held for so long raises a ticket, ms (`connections[].heldTooLong`). */
  heldTooLong: number;
  /** What the merchant wants to hear of; those that were raised before are left out. */
  tickets?: readonly Ticket[];
}

/** What an order says of itself, as it was mapped. */
export type OrderFacts = Pick<OrderRecord, "freshness"> &
  Partial<Pick<OrderRecord, "digest" | "contentDigest" | "placedAt" | "buyer" | "number">>;

/**
 * The first event about the order.
 * @param expiresAt epoch seconds: all items of the order expire with it, but for its body and error texts
 */
export function firstRecorded(
  identity: Pick<OrderRecord, "channel" | "connection" | "orderId">,
  facts: OrderFacts,
  decision: Decision,
  occasion: EventOccasion,
  expiresAt: number,
): OrderRecord {
  const { channel, connection, orderId } = identity;
  const { eventId, receivedAt } = occasion;
  const blank: OrderRecord = {
    ...{ v: 1, rev: 0, channel, connection, orderId, state: "recorded", generation: 1 },
    ...{ events: [], eventCount: 0, decided: [], toSend: [], toSuppress: [], eventId, receivedAt, expiresAt },
    firstSeenAt: receivedAt,
    ...facts,
  };
  return traced(scheduled(decided(blank, decision, occasion), occasion), "recorded", occasion);
}

/** A newer state of it; destinations that became due are added. */
export function updated(
  record: OrderRecord,
  facts: OrderFacts,
  decision: Decision,
  occasion: EventOccasion,
): OrderRecord {
  start("updated", record);
  return traced(scheduled(decided(withFacts(record, facts), decision, occasion), occasion), "updated", occasion);
}

/**
 * The same state again. A repeat with a newer time raises the stored freshness, so that an older event that arrives later
 * is stale. Routes may have been added since, or a time has come: what was never decided is decided now.
 */
export function repeated(
  record: OrderRecord,
  freshness: string,
  decision: Decision | undefined,
  occasion: EventOccasion,
): OrderRecord {
  start("repeated", record);
  const known = freshness > record.freshness ? { ...record, freshness } : record;
  const { state, channelWait } = record;
  const isUndecided = record.decided.length === 0 && state !== "cancelled";
  // Found again at the channel, or its hold was lifted: what it waits for now is what the routes say.
  const decides = isUndecided && decision && (decision.destinations.length > 0 || channelWait !== undefined);
  const next = decides ? scheduled(decided(known, decision, occasion), occasion) : known;
  return traced(next, "duplicate", occasion);
}

/** An event that changes nothing: older than the record, or about something that the record does not keep. */
export function ignored(record: OrderRecord, outcome: "stale" | "touched", occasion: EventOccasion): OrderRecord {
  start("ignored", record);
  return traced(record, outcome, occasion);
}

const GONE = "the channel's API does not have this order; it is asked again until it does";

/**
 * The channel's API does not have the order: that alone cancels nothing. What was not sent yet is held until it is found;
 * what was sent keeps its state.
 */
export function gone(record: OrderRecord, occasion: EventOccasion): OrderRecord {
  start("gone", record);
  const waits = record.state === "held" && record.decided.length === 0 && record.erasure === undefined;
  const next = waits ? { ...record, reason: GONE, ...waitFor("gone", record, occasion) } : record;
  return line(next, "gone: the channel's API does not have this order", occasion, occasion.eventId);
}

/**
 * Its newest event cannot be read: it is held until that event can be.
 * @param reason names the field @param freshness of that event; undefined where its time cannot be read either
 */
export function unreadable(
  record: OrderRecord,
  { reason, freshness = record.freshness }: { reason: string; freshness?: string | undefined },
  occasion: EventOccasion,
): OrderRecord {
  start("unreadable", record);
  const newest = freshness > record.freshness ? freshness : record.freshness;
  return line({ ...record, freshness: newest, reason }, reason, occasion, occasion.eventId);
}

/**
 * A restored table may have forgotten what happened to it, and its channel has no API to ask: only the operator can say
 * that it is still wanted.
 */
export function unfetchable(record: OrderRecord, occasion: EventOccasion): OrderRecord {
  start("unfetchable", record);
  const next = { ...omit(record, "channelWait"), state: "held" as const, reason: UNCONFIRMED, toSend: [] };
  return line({ ...next, ...onList("held", occasion.now) }, "held: its channel has no API", occasion, occasion.eventId);
}

const UNCONFIRMED =
  "the table was restored, and the order's channel has no API: look in the shop whether it is still wanted as it is";

/** Held because of a restore: the operator confirms it with `--keep`. */
export const isUnconfirmed = ({ state, reason }: Pick<OrderRecord, "state" | "reason">): boolean =>
  state === "held" && reason === UNCONFIRMED;

/** Nothing changes but its trace. @param outcome in our words, for the operator */
export function noted(record: OrderRecord, outcome: string, occasion: EventOccasion): OrderRecord {
  start("noted", record);
  return line(record, outcome, occasion, occasion.eventId);
}

/** What was never sent is not sent any more, but a message may be under way: each delivery is suppressed by name. */
export function cancelled(
  record: OrderRecord,
  facts: OrderFacts,
  reason: string | undefined,
  occasion: EventOccasion,
): OrderRecord {
  start("cancelled", record);
  const next: OrderRecord = {
    ...omit(withFacts(record, facts), "channelWait", "reused"),
    ...{ state: "cancelled", reason: reason ?? "cancelled at the channel" },
    ...{ toSend: [], toSuppress: record.reused ? [] : record.decided },
  };
  return traced(scheduled(next, occasion), "cancelled", occasion);
}

/** A newer state of a cancelled order. What had to be suppressed was named before; what came too late stays in the reason. */
export function cancelledAgain(record: OrderRecord, facts: OrderFacts, occasion: EventOccasion): OrderRecord {
  start("cancelledAgain", record);
  return traced(withFacts(record, facts), "cancelled", occasion);
}

/** A cancelled order that the channel wants again: a new generation, if every delivery of the former is surely gone. */
export function revived(
  record: OrderRecord,
  facts: OrderFacts,
  decision: Decision,
  deliveries: Delivery[],
  occasion: EventOccasion,
): OrderRecord {
  start("revived", record);
  const newer = withFacts(record, facts);
  const reason =
    "wanted again after it was cancelled, but deliveries of it may exist: cancel them at the provider first";
  const next: OrderRecord =
    leftOver(record, deliveries).length > 0
      ? { ...newer, state: "held", reason }
      : newGeneration(newer, decision, occasion);
  return traced(scheduled(next, occasion), "updated", occasion);
}

/**
 * Another order came under the same ID: placed at another time, by another buyer. It is not an update, and not sent by
 * itself; the operator's `--renew` sends it as an order of its own. What was sent of the former one stays as it is.
 */
export function reusedId(record: OrderRecord, facts: OrderFacts, occasion: EventOccasion): OrderRecord {
  start("reusedId", record);
  const reason = `another order came under this ID: by another buyer, placed at ${facts.placedAt}, not ${record.placedAt}; --renew sends it as an order of its own`;
  const next: OrderRecord = {
    ...omit(record, "channelWait", "lapsed", "buyer", "number"),
    ...facts,
    ...{ state: "held", reason, reused: true, toSend: [] },
  };
  return traced(scheduled(next, occasion), "updated", occasion);
}

/** What the outbox finished of a record: these were sent, these suppressed, these cancellations came too late. */
export interface Dispatched {
  sent: readonly string[];
  /** Only those whose delivery has ended (design.md H3). */
  suppressed: readonly string[];
  /** "too late for kakaclo/demo (created)" */
  late: readonly string[];
  /** Epoch ms. */
  now: number;
  /** When the attempts are over that were creating the order while it was cancelled, epoch ms. */
  lookAt?: number;
}

/**
 * What was sent and suppressed is no longer open; a cancellation that came too late is in the reason.
 * @param record the newest, which may name other destinations than the one that was dispatched
 */
export function dispatched(record: OrderRecord, { sent, suppressed, late, now, lookAt }: Dispatched): OrderRecord {
  start("dispatched", record);
  const next: OrderRecord = {
    ...record,
    rev: record.rev + 1,
    toSend: record.toSend.filter((destination) => !sent.includes(destination)),
    toSuppress: record.toSuppress.filter((destination) => !suppressed.includes(destination)),
    ...(sent.length > 0 && { sentAt: new Date(now).toISOString() }),
    ...(late.length > 0 && { reason: shortReason([record.reason ?? "cancelled", ...late].join("; ")) }),
    ...(lookAt !== undefined && onHour(lookAt)),
  };
  return { ...next, ...entryOfHeld(next, now) };
}

/**
 * An order that waits for its channel is about to be fetched; the following look is fixed first. Pauses double.
 * @param pauses ms: the first, and the longest
 */
export function asked(
  record: OrderRecord,
  pauses: { first: number; longest: number },
  now: number,
  tickets: readonly Ticket[] = [],
): OrderRecord {
  start("asked", record);
  const usual = record.state === "recorded" ? "restored" : "hold";
  const { cause = usual, since = new Date(now).toISOString(), looks: before = 0 } = record.channelWait ?? {};
  const looks = before + 1;
  const pause = Math.min(pauses.longest, pauses.first * 2 ** Math.min(30, looks));
  const next = { ...record, rev: record.rev + 1, channelWait: { cause, since, looks }, ...onHour(now + pause) };
  return { ...next, ...withTickets(record.tickets, tickets) };
}

/** The due-time pass raises tickets, or looks again at `lookAt`, epoch ms. */
export function watched(
  record: OrderRecord,
  { tickets = [], lookAt }: { tickets?: readonly Ticket[]; lookAt?: number },
): OrderRecord {
  start("watched", record);
  const next = { ...record, rev: record.rev + 1, ...withTickets(record.tickets, tickets) };
  return lookAt === undefined ? next : { ...next, ...onHour(lookAt) };
}

/**
 * The due-time pass found it unfinished: what was lost is sent again, and it looks again after `pause` ms.
 * @param toSend all that is to be sent now
 */
export function looked(record: OrderRecord, toSend: string[], pause: number, now: number): OrderRecord {
  start("looked", record);
  return { ...record, toSend, rev: record.rev + 1, dueLooks: (record.dueLooks ?? 0) + 1, ...onHour(now + pause) };
}

/** The table was restored: find-due has the order fetched at once, and nothing of it is sent before. @param now epoch ms */
export function unconfirmed(record: OrderRecord, now: number): OrderRecord {
  start("unconfirmed", record);
  const channelWait = { cause: "restored" as const, since: new Date(now).toISOString(), looks: 0 };
  return { ...record, channelWait, rev: record.rev + 1, ...onHour(now) };
}

/** A delivery of it that had failed is tried again: find-due looks for its message as it does for a first one. */
export function dueAgain(record: OrderRecord, { now, dueAfter }: Pick<EventOccasion, "now" | "dueAfter">): OrderRecord {
  start("dueAgain", record);
  return { ...record, rev: record.rev + 1, dueLooks: 0, ...onHour(now + dueAfter) };
}

/** Nothing is sent there any more: its order is cancelled, or was, and the cancellation has not ended this delivery yet. */
export const isUnwanted = ({ state, toSuppress }: Pick<OrderRecord, "state" | "toSuppress">, destination: string) =>
  state === "cancelled" || toSuppress.includes(destination);

/** find-due never looks at it again: its hour is over. An order held for the operator is on a list instead. @param now epoch ms */
export const isBehindDue = (record: OrderRecord, now: number): boolean =>
  (record.state === "recorded" || record.state === "cancelled") && Date.parse(record.workAt ?? "") <= now;

/** The operator sends it again: recorded first, so that find-due finishes what the operator's process leaves undone. */
export function sentAgain(
  record: OrderRecord,
  destinations: readonly string[],
  outcome: string,
  { now, dueAfter }: Pick<EventOccasion, "now" | "dueAfter">,
): OrderRecord {
  start("sentAgain", record);
  const next = { ...record, toSend: [...new Set([...record.toSend, ...destinations])], dueLooks: 0 };
  return line({ ...next, ...onHour(now + dueAfter) }, outcome, { topic: "operator", now });
}

/** A held order starts again: its former deliveries are gone, the routes decide those of the next generation. */
export function renewed(
  record: OrderRecord,
  decision: Decision,
  outcome: string,
  { now, dueAfter, holdLookAfter }: Pick<EventOccasion, "now" | "dueAfter" | "holdLookAfter">,
): OrderRecord {
  start("renewed", record);
  const next = withHeldSince(newGeneration(record, decision, { now, holdLookAfter }), now);
  const at = next.toSend.length > 0 ? now + dueAfter : now;
  return line({ ...next, dueLooks: 0, ...onHour(at) }, outcome, { topic: "operator", now });
}

/** A held order goes on as it is: its deliveries stay valid, those too that the cancellation has not reached yet. */
export function kept(
  record: OrderRecord,
  outcome: string,
  { now, dueAfter }: Pick<EventOccasion, "now" | "dueAfter">,
): OrderRecord {
  start("kept", record);
  const confirmedAt = new Date(now).toISOString();
  const next = {
    ...omit(record, "reason", "heldSince", "reused"),
    state: "recorded" as const,
    toSuppress: [],
    dueLooks: 0,
    confirmedAt,
  };
  return line({ ...next, ...onHour(now + dueAfter) }, outcome, { topic: "operator", now });
}

/** One line more in its trace. */
export function withTrace(record: OrderRecord, outcome: string, now: number): OrderRecord {
  start("withTrace", record);
  return line(record, outcome, { topic: "operator", now });
}

/** A request to erase a buyer's data that reaches an order. */
export interface ErasureOccasion extends Occasion {
  /** After which find-due looks at what is sent, ms (`timing.dueAfter`). */
  dueAfter: number;
}

/**
 * The buyer's data is to be erased: from now on nothing is decided and nothing is sent, except a message that has a
 * delivery looked up which may exist at its provider. An order held for the operator is what it was before: cancelled.
 * @param toLookUp destinations whose delivery waits for the operator after it may have been sent
 */
export function erasureBegun(
  record: OrderRecord,
  toLookUp: readonly string[],
  { now, topic, dueAfter }: ErasureOccasion,
): OrderRecord {
  start("erasureBegun", record);
  const next: OrderRecord = {
    ...omit(record, "channelWait", "lapsed", "heldSince"),
    ...{ toSend: [...toLookUp], erasure: { since: new Date(now).toISOString() } },
    ...(isHeldForOperator(record) && { state: "cancelled" as const }),
    ...(toLookUp.length > 0 || record.workList === "held" ? { ...onHour(now + dueAfter), dueLooks: 0 } : {}),
  };
  return line(next, "the buyer's data is to be erased: nothing more is sent", { now, topic });
}

const ERASED = "the buyer's data is erased";

/** The buyer's data is erased: identity and states stay, and the trace without what its lines may quote. */
export function erased(record: OrderRecord, { now, topic }: Occasion): OrderRecord {
  start("erased", record);
  const at = new Date(now).toISOString();
  const next: OrderRecord = {
    ...omit(record, "digest", "contentDigest", "channelWait", "tickets"),
    ...{ toSend: [], buyer: ERASED_BUYER, events: record.events.map(withoutQuote) },
    // Why it was cancelled is in our own words; why it was held or not routed may quote the order.
    reason: record.state === "cancelled" && record.reason !== undefined ? record.reason : ERASED,
    erasure: { since: record.erasure?.since ?? at, erasedAt: at },
  };
  return line(next, ERASED, { now, topic });
}

/** The buyer's data of an order that we do not know (yet): what an event brings later is never stored or sent. */
export function erasedUnknown(
  { channel, connection, orderId }: Pick<OrderRecord, "channel" | "connection" | "orderId">,
  { now, topic }: Occasion,
  expiresAt: number,
): OrderRecord {
  const at = new Date(now).toISOString();
  const reason = "the buyer's data is erased, before the order was known";
  const blank: OrderRecord = {
    ...{ v: 1, rev: 0, channel, connection, orderId, state: "cancelled", reason, generation: 1, freshness: "" },
    ...{ events: [], eventCount: 0, decided: [], toSend: [], toSuppress: [], eventId: "", receivedAt: at, expiresAt },
    ...{ firstSeenAt: at, buyer: ERASED_BUYER, erasure: { since: at, erasedAt: at }, ...onHour(now) },
  };
  return line(blank, ERASED, { now, topic });
}

/**
 * An event about an order whose buyer's data is erased, or is being erased: it changes the state only.
 * @param state `cancelled` and its reason in our own words; undefined: it stays as it is
 */
export function afterErasure(
  record: OrderRecord,
  { freshness, cancelled: reason }: { freshness: string; cancelled?: string | undefined },
  occasion: EventOccasion,
): OrderRecord {
  start("afterErasure", record);
  const known = freshness > record.freshness ? { ...record, freshness } : record;
  if (reason === undefined || record.state === "cancelled") {
    return line(known, "nothing but its state is kept: the buyer's data is erased", occasion, occasion.eventId);
  }
  const next: OrderRecord = { ...known, state: "cancelled", reason, toSend: [], toSuppress: record.decided };
  return line(scheduled(next, occasion), "cancelled", occasion, occasion.eventId);
}

/** What an event did, without the reason, which may quote the order. The operator's own lines quote nothing of it. */
const withoutQuote = ({ outcome, ...event }: TraceEvent): TraceEvent => ({
  ...event,
  outcome: event.eventId === undefined ? outcome : outcome.replace(/[:;][\s\S]*/, ""),
});

/** Decided destinations whose delivery of this generation may still exist, or come to exist. */
export const leftOver = (record: OrderRecord, deliveries: Delivery[]): string[] =>
  record.decided.filter((destination) => {
    // They are another order's.
    if (record.reused) return false;
    const state = deliveryOf({ record, deliveries }, destination)?.state;
    return state !== "cancelled" && state !== "withdrawn";
  });

/** The buyer and the number are projected by the work list's index: they are set once, so that no update writes it. */
function withFacts(record: OrderRecord, facts: OrderFacts): OrderRecord {
  const { buyer = facts.buyer, number = facts.number } = record;
  return {
    ...record,
    ...facts,
    ...(buyer !== undefined && { buyer }),
    ...(number !== undefined && { number }),
  };
}

/** Destinations once decided stay; those that became due are added, and those that are due again are sent again. */
function decided(record: OrderRecord, decision: Decision, occasion: WaitOccasion): OrderRecord {
  if (isHeldForOperator(record)) return record;
  const { state, reason, destinations, asksChannel = false } = decision;
  const fresh = destinations.filter((destination) => !record.decided.includes(destination));
  const all = [...record.decided, ...fresh];
  const back = destinations.filter((destination) => record.lapsed && record.decided.includes(destination));
  return {
    ...omit(record, "reason", "channelWait", "lapsed"),
    decided: all,
    toSend: [...new Set([...record.toSend, ...fresh, ...back])],
    ...(all.length > 0 && destinations.length === 0 && { lapsed: true as const }),
    ...(all.length > 0
      ? { state: "recorded" as const }
      : { state, ...(reason !== undefined && { reason: shortReason(reason) }) }),
    ...(all.length === 0 && asksChannel && waitFor("hold", record, occasion)),
  };
}

type WaitOccasion = Pick<EventOccasion, "now" | "holdLookAfter">;

/** A wait for the channel that began before goes on, with the look that find-due has fixed. */
function waitFor(
  cause: "hold" | "gone",
  { channelWait }: OrderRecord,
  { now, holdLookAfter }: WaitOccasion,
): Partial<Pick<OrderRecord, "channelWait" | "workAt" | "workList">> {
  if (channelWait?.cause === cause) return { channelWait };
  const wait = { cause, since: new Date(now).toISOString(), looks: channelWait?.looks ?? 0 };
  return { channelWait: wait, ...(channelWait === undefined && onHour(now + holdLookAfter)) };
}

/** Only where nothing of the former generation is left over. */
function newGeneration(record: OrderRecord, decision: Decision, occasion: WaitOccasion): OrderRecord {
  const generation = record.generation + (record.decided.length > 0 ? 1 : 0);
  const next = { ...omit(record, "reused"), state: "recorded" as const, decided: [], toSend: [], toSuppress: [] };
  return decided({ ...next, generation }, decision, occasion);
}

/**
 * Its one entry in the work list (design.md "The work list"): the hour in which find-due looks at what was decided. It has
 * one from its first write on, and an order that is over keeps it: in the good case the index is written once.
 */
function scheduled(before: OrderRecord, occasion: EventOccasion): OrderRecord {
  const { eventId, receivedAt, now, dueAfter } = occasion;
  const record = withHeldSince(before, now);
  const { toSend, toSuppress, workAt } = record;
  const ahead = workAt !== undefined && Date.parse(workAt) > now;
  // What is to be suppressed can wait for the look that is coming anyway; the pass may have left an older one behind.
  if (toSend.length > 0 || (toSuppress.length > 0 && !(ahead && isOnHour(record)))) {
    // What is sent now was decided by this event: its ID travels to the provider's call, and the time to it counts from here.
    const decidedBy = toSend.length > 0 ? { eventId, receivedAt } : {};
    return { ...record, ...decidedBy, ...onHour(now + dueAfter), dueLooks: 0 };
  }
  const isNew = record.heldSince !== undefined && before.heldSince === undefined && record.channelWait === undefined;
  if (isNew && !isHeldForOperator(record)) return { ...record, ...onHour(now + occasion.heldTooLong) };
  const entry = workAt === undefined ? onHour(now) : {};
  return { ...record, ...entry, ...entryOfHeld(record, now) };
}

/** With the time since which it is held; without it once it is not held any more. */
const withHeldSince = (record: OrderRecord, now: number): OrderRecord =>
  record.state === "held"
    ? { ...record, heldSince: record.heldSince ?? new Date(now).toISOString() }
    : omit(record, "heldSince");

/** Held for the operator, and nothing else is open: the list `held`; any other leaves that list. */
function entryOfHeld(record: OrderRecord, now: number): Partial<Pick<OrderRecord, "workAt" | "workList">> {
  const listed = record.workList === "held";
  const waits = isHeldForOperator(record) && record.toSend.length === 0 && record.toSuppress.length === 0;
  if (waits) return listed ? {} : onList("held", now);
  return listed ? onHour(now) : {};
}

const isOnHour = ({ workList }: OrderRecord): boolean => workList !== undefined && workList !== "held";

/** With the line in the trace that says what the event did. */
function traced(
  record: OrderRecord,
  outcome: "recorded" | "updated" | "cancelled" | "duplicate" | "stale" | "touched",
  occasion: EventOccasion,
): OrderRecord {
  const changed = outcome === "recorded" || outcome === "updated" || outcome === "cancelled";
  const said = changed ? describe(outcome, record) : outcome;
  const { isAhead, isUntimed, isTied, leftOut } = occasion;
  const remarks = [isAhead && AHEAD, isUntimed && UNTIMED, isTied && TIED, changed && leftOut].filter(
    (remark) => typeof remark === "string",
  );
  const next = { ...confirmed(record, occasion), ...withTickets(record.tickets, occasion.tickets ?? []) };
  return line(next, [said, ...remarks].join("; "), occasion, occasion.eventId);
}

const TIED =
  "it names the same time as the state before, so which is newer is not known: the one received later counts";
const UNTIMED = "it says nothing of when that was, so the time of its receipt counts";

/** Fetched: it need not be fetched any more because of a restore. */
function confirmed(record: OrderRecord, { fetchedAt }: EventOccasion): OrderRecord {
  if (fetchedAt === undefined || fetchedAt <= (record.confirmedAt ?? "")) return record;
  const known = record.channelWait?.cause === "restored" ? omit(record, "channelWait") : record;
  return { ...known, confirmedAt: fetchedAt };
}

const AHEAD = "its time is more than 24 h ahead, so the time of its receipt counts";

const describe = (outcome: string, { state, reason }: OrderRecord): string =>
  state === "recorded" || outcome === state ? outcome : `${outcome}, ${state}${reason ? `: ${reason}` : ""}`;

function line(record: OrderRecord, outcome: string, { now, topic }: Occasion, eventId?: string): OrderRecord {
  const entry = { at: new Date(now).toISOString(), topic, outcome, ...(eventId !== undefined && { eventId }) };
  const events = [...record.events, entry].slice(-TRACE_LENGTH);
  return { ...record, rev: record.rev + 1, events, eventCount: record.eventCount + 1 };
}
