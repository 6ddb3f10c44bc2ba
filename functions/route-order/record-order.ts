import { defined } from "../../shared/defined.ts";
import { MalformedEvent } from "../../shared/errors.ts";
import type { Identity } from "../../shared/identity.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import type { OrderRecord } from "../../shared/ledger/order-record.ts";
import { dispatch } from "../../shared/ledger/outbox.ts";
import { newTickets, type Ticket } from "../../shared/ledger/ticket.ts";
import type { IntakeEvent } from "../../shared/messages/event.ts";
import type { UnreadableOrder } from "../../shared/messages/interpret-event.ts";
import type { Queues } from "../../shared/messages/queues.ts";
import type { Order } from "../../shared/order.ts";
import type { Config, Connection } from "../../shared/stage/config.ts";
import type { Channel } from "../channels/channel.ts";
import type { Action } from "./action-of.ts";
import { BUYER_HIDDEN, completedOrder, type Known } from "./completed-order.ts";
import { UnknownOrder } from "./give-back.ts";
import {
  ageOfReading,
  type FetchFacts,
  nextRecord,
  nextRecordOfChange,
  nextRecordOfGone,
  nextRecordOfNote,
  nextRecordOfUnfetchable,
  nextRecordOfUnreadable,
  type Step,
} from "./next-record.ts";

export interface RecordDeps {
  config: Config;
  ledger: Ledger;
  queues: Pick<Queues, "sendToDestination">;
  /** Epoch ms. */
  now: () => number;
  /** Called for each destination for which a cancellation came too late. */
  onLateCancellation?: (destination: string, order: Identity) => void;
  /** Called for each ticket, once it is recorded. */
  onTicket?: (ticket: Ticket, order: Identity) => void;
}

/** An event, interpreted, with the connection it is for. */
export interface RouteContext {
  event: IntakeEvent;
  topic: string;
  /** When the sender says that it happened, UTC ISO 8601. */
  eventTime: string | undefined;
  /** Of a fetched order. */
  fetched?: FetchFacts;
  channel: Channel;
  connection: Connection;
  /** The event is about all connections of its endpoint, of which `connection` is the first. */
  everyShop?: boolean;
  /** By when all work must be over, epoch ms. */
  deadline: number;
}

/** What an event changed in the ledger. */
export interface Recorded {
  outcome: Step["outcome"] | "ignored";
  orderId: string;
  state?: OrderRecord["state"];
  /** The API has not had this held order for longer than `goneAfter`: the operator has to look at it. */
  isOverdue?: boolean;
  /** A new order is held because the shop's plan or the app's access hides the buyer. */
  isBuyerHidden?: boolean;
  /** A cancellation or deletion that does not say when it happened was taken: the operator checks it. */
  isUntimed?: boolean;
}

type NextStep = (current: OrderRecord | undefined) => Promise<Step | undefined>;

/** Which of two contents is newer cannot be said: the order has to be fetched, now that its record was read. */
export interface Doubt {
  outcome: "in-doubt";
  orderId: string;
  /** `rev` of that record. */
  afterRev: number;
}

/** Records a whole order: as the event carried it, or as the API has it. */
export async function recordOrder(mapped: Order, context: RouteContext, deps: RecordDeps): Promise<Recorded | Doubt> {
  const identity = identityOf(mapped.id, context);
  const facts = factsOf(context, deps);
  let doubt: Doubt | undefined;
  // A fetch because of a doubt repairs the body too, until it meets the very record that was read before it.
  let mayOwnBody = context.fetched?.afterRev !== undefined;
  const recorded = await write(identity, deps, async (current) => {
    const order = await completedOrder(mapped, current && knownOf(current, deps));
    const reading = { kind: "order" as const, ...readingOf(context), order };
    const age = ageOfReading(current, reading, facts);
    // Another event won the record after this one wrote its body: what the API has now repairs the body too.
    const isSettled = current?.rev === context.fetched?.afterRev;
    const lostBody = mayOwnBody && facts.canFetch && age !== "newer" && !isSettled && !current?.erasure;
    if (current && (age === "in-doubt" || lostBody)) {
      doubt = { outcome: "in-doubt", orderId: mapped.id, afterRev: current.rev };
      return undefined;
    }
    const compares = current !== undefined && current.decided.length > 0 && age === "newer";
    const deliveries = compares ? ((await deps.ledger.load(identity))?.deliveries ?? []) : [];
    const step = nextRecord(current, reading, facts, deliveries);
    // The body is written first, so that a reader of the record finds a body at least as new. `putBody` never overwrites
    // a newer one.
    if (step.isNewest) await putBody(identity, order, step.record, deps);
    mayOwnBody ||= step.isNewest;
    return step;
  });
  return doubt ?? recorded;
}

const knownOf = (record: OrderRecord, { ledger }: RecordDeps): Known => ({
  hasBuyer: record.buyer !== undefined,
  isNotRouted: record.state === "not-routed",
  async read() {
    const { body } = (await ledger.load(record)) ?? {};
    return body && ledger.readBody(body);
  },
});

/** Records a change of an order that the event does not carry, of a channel without an API. No delivery comes of it. */
export async function recordChange(
  action: Extract<Action, { kind: "change" }>,
  context: RouteContext,
  deps: RecordDeps,
): Promise<Recorded> {
  const facts = factsOf(context, deps);
  const recorded = await write(identityOf(action.orderId, context), deps, async (current) =>
    nextRecordOfChange(current, { ...action, ...readingOf(context) }, facts),
  );
  const isUntimed = context.eventTime === undefined && recorded.outcome === "cancelled";
  return { ...recorded, ...(isUntimed && { isUntimed }) };
}

/**
 * An order that has to be fetched, of a channel without an API: after a restore of the table it is held for the operator.
 * @throws MalformedEvent if the ledger does not have it either
 */
export const recordUnfetchable = (orderId: string, context: RouteContext, deps: RecordDeps): Promise<Recorded> =>
  write(identityOf(orderId, context), deps, async (current) => {
    if (!current) throw new MalformedEvent({ field: "order", problem: "must be fetched, but the channel has no API" });
    return nextRecordOfUnfetchable(current, context.topic, factsOf(context, deps));
  });

/**
 * Records that the API does not have the order. That alone cancels nothing; only a deletion that the channel reported does.
 * @throws UnknownOrder if the ledger does not have the order either: it may be about to appear
 */
export async function recordGone(
  { orderId, deletion }: Extract<Action, { kind: "fetch" }>,
  context: RouteContext,
  deps: RecordDeps,
): Promise<Recorded> {
  if (deletion) return recordChange({ kind: "change", orderId, change: "cancelled" }, context, deps);
  const facts = factsOf(context, deps);
  return write(identityOf(orderId, context), deps, async (current) => {
    if (!current) throw new UnknownOrder();
    return nextRecordOfGone(current, context.topic, facts);
  });
}

/** Records that an order cannot be mapped, which an event carries or the API answered. */
export async function recordUnreadable(
  { orderId, changedAt, error, identity }: Unreadable,
  context: RouteContext,
  deps: RecordDeps,
): Promise<void> {
  const about = { orderId, changedAt, topic: context.topic, problem: error.reason };
  await write(identityOf(orderId, context), deps, async (current) =>
    // An order that was asked for may be recorded under another ID: that of its pack.
    current || identity === "certain" ? nextRecordOfUnreadable(current, about, factsOf(context, deps)) : undefined,
  );
}

interface Unreadable extends Pick<UnreadableOrder, "orderId" | "error"> {
  changedAt?: string | undefined;
  /** `asked-for`: it was fetched by this ID, and its own cannot be read. */
  identity: "certain" | "asked-for";
}

/** Adds a line to the trace of an order, if the ledger has it. @param outcome in our words, for the operator */
export const recordNote = (
  orderId: string,
  outcome: string,
  context: RouteContext,
  deps: RecordDeps,
): Promise<Recorded> =>
  write(
    identityOf(orderId, context),
    deps,
    async (current) => current && nextRecordOfNote(current, context.topic, outcome, factsOf(context, deps)),
  );

/** Writes the next record on top of the newest one, again after each conflict, then sends what the record decides. */
async function write(identity: Identity, deps: RecordDeps, next: NextStep): Promise<Recorded> {
  const { orderId } = identity;
  for (;;) {
    const current = await deps.ledger.order(identity);
    const step = await next(current);
    if (!step) return { outcome: "ignored", orderId };
    if ((await deps.ledger.putOrder(step.record)) === "conflict") continue;
    for (const ticket of newTickets(step.record.tickets, current?.tickets)) deps.onTicket?.(ticket, identity);
    await dispatch(step.record, deps);
    const { state, channelWait, reason } = step.record;
    const isGone = step.outcome === "gone" && channelWait !== undefined && channelWait.cause !== "hold";
    const isOverdue = isGone && deps.now() - Date.parse(channelWait.since) >= deps.config.timing.goneAfter;
    const isBuyerHidden = step.outcome === "recorded" && reason === BUYER_HIDDEN;
    return {
      outcome: step.outcome,
      orderId,
      state,
      ...(isGone && { isOverdue }),
      ...(isBuyerHidden && { isBuyerHidden }),
    };
  }
}

async function putBody(
  identity: Identity,
  order: Order,
  record: OrderRecord,
  { ledger, config, now }: RecordDeps,
): Promise<void> {
  const { freshness, digest = "", firstSeenAt, toSend } = record;
  const { bodies, queues, deadLetters } = config.retention;
  // An order may be due long after it was first seen: its body lasts as long as the messages that are sent now.
  const needed = toSend.length > 0 ? now() + queues + deadLetters : 0;
  const until = Math.floor(Math.max(Date.parse(firstSeenAt) + bodies, needed) / 1000);
  const expiresAt = Math.min(until, record.expiresAt);
  await ledger.putBody(identity, order, { freshness, digest, expiresAt });
}

const identityOf = (orderId: string, { connection: { channel, name } }: RouteContext): Identity => ({
  channel,
  connection: name,
  orderId,
});

const readingOf = ({ topic, eventTime }: RouteContext) => ({ topic, ...defined({ eventTime }) });

const factsOf = ({ event, connection, channel, fetched }: RouteContext, { config, now }: RecordDeps) => ({
  event,
  ...defined({ fetched, precision: channel.timePrecision }),
  connection,
  canFetch: channel.api !== undefined,
  config,
  now: now(),
});
