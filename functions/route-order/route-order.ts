import { MalformedEvent } from "../../shared/errors.ts";
import { type IntakeEvent, queueEvent, unpack } from "../../shared/messages/event.ts";
import type { EventStore } from "../../shared/messages/event-store.ts";
import { interpretEvent } from "../../shared/messages/interpret-event.ts";
import type { Order } from "../../shared/order.ts";
import type { OrderState } from "../../shared/order-state.ts";
import { type Connection, pathOf } from "../../shared/stage/config.ts";
import { endpointPathOf } from "../../shared/stage/endpoints.ts";
import { asUsedBy, type Channel, type Meaning } from "../channels/channel.ts";
import { type Action, actionOf, actionOfUnreadable } from "./action-of.ts";
import { checkedOrder } from "./checked-order.ts";
import { eraseData, noteDataRequest } from "./erase-data.ts";
import { checkConnection, type FetchDeps, type Fetched, fetchOrder } from "./fetch-order.ts";
import { type GivenBack, giveBack } from "./give-back.ts";
import { checkedOrderId, orderIdOf } from "./order-id-of.ts";
import { readFetchEvent } from "./read-fetch-event.ts";
import {
  type RecordDeps,
  type Recorded,
  type RouteContext,
  recordChange,
  recordGone,
  recordOrder,
  recordUnfetchable,
  recordUnreadable,
} from "./record-order.ts";
import type { Received } from "./retry-delay.ts";

export interface Deps extends RecordDeps, FetchDeps {
  /** @returns undefined for a channel that this release does not have */
  channelOf(name: string): Promise<Channel | undefined>;
  eventStore: Pick<EventStore, "get">;
  random: () => number;
}

/** A message of the intake queue, or of a connection's own. */
export interface IntakeMessage extends Received {
  messageId: string;
  body: string;
  /** By when all work on it must end, epoch ms. */
  deadline: number;
  /** Connection whose own queue it came on. Then `body` is what the channel sent, `attributes` those of type String. */
  owner?: Connection;
  attributes?: Record<string, string>;
}

/** The result of an event. Without `retryInMs` its message is acknowledged. */
export interface Routed extends Seen, Partial<Omit<GivenBack, "outcome">> {
  outcome: Done["outcome"] | GivenBack["outcome"];
  /** State of the order, if it was recorded. */
  state?: OrderState;
  isOverdue?: boolean;
  isBuyerHidden?: boolean;
  isUntimed?: boolean;
}

/** What is known of an event so far, for its log line. */
interface Seen {
  event?: IntakeEvent;
  topic?: string;
  /** Of the connection: `tiktok-shop/app` */
  endpoint?: string;
  /** `shopify/main` */
  connection?: string;
  /** The event is about all connections of its endpoint. */
  everyShop?: boolean;
  orderId?: string;
}

type Done =
  | Recorded
  | {
      outcome:
        | "ignored"
        | "unknown-shop"
        | "erased"
        | "erasure-requested"
        | "data-requested"
        | "interrupted"
        | "still-connected";
    };

/**
 * Turns an event into an order with deliveries. Interprets the event with its channel's reader, fetches the order if
 * the event does not carry it, writes the order to the ledger, decides its deliveries, and sends each to its
 * destination's queue (design.md, "The path of an order").
 * @throws what the ledger, the queues or S3 throw: SQS delivers the message again, and that run finishes the work
 */
export async function routeOrder(message: IntakeMessage, deps: Deps): Promise<Routed> {
  const seen: Seen = {};
  try {
    return { ...seen, ...(await route(message, seen, deps)) };
  } catch (error) {
    return { ...seen, ...giveBack(error, message, deps) };
  }
}

async function route(message: IntakeMessage, seen: Seen, deps: Deps): Promise<Seen & Done> {
  const event = await eventIn(message, deps);
  seen.event = event;
  const known = await deps.channelOf(event.channel);
  // A channel that was removed while its events were queued: they wait in the DLQ until it is back.
  if (!known) throw new MalformedEvent({ field: "channel", problem: "is none of this release" });

  const { topic, eventTime, about, unreadable } =
    event.source === "poll"
      ? readFetchEvent(event, deps.config)
      : await interpretEvent<Meaning>(event, known, deps.config);
  seen.topic = topic;
  const read = about ?? unreadable;
  if (!read) return { ...seen, outcome: "unknown-shop" };
  const { connection } = read;
  const channel = asUsedBy(connection, known);
  seen.connection = pathOf(connection);
  seen.endpoint = endpointPathOf(connection);

  if (event.source === "poll" && !channel.api) {
    seen.orderId = event.orderId;
    const context = { event, topic, eventTime, channel, connection, deadline: message.deadline };
    return { ...seen, ...(await recordUnfetchable(event.orderId, context, deps)) };
  }

  const action =
    "meaning" in read ? actionOf(read.meaning, event.source, channel) : actionOfUnreadable(read, event.source, channel);
  const orderId = orderIdOf(action);
  if (orderId !== undefined) seen.orderId = orderId;
  const everyShop = "everyShop" in read && read.everyShop === true;
  seen.everyShop = everyShop;
  const context = { event, topic, eventTime, channel, connection, everyShop, deadline: message.deadline };
  return { ...seen, ...(await carryOut(action, context, deps)) };
}

/** @throws MalformedEvent */
async function eventIn({ owner, ...message }: IntakeMessage, { eventStore }: Deps): Promise<IntakeEvent> {
  if (!owner) return unpack(message.body, (key) => eventStore.get(key));
  return queueEvent({ ...owner, endpoint: owner.endpoint ?? owner.name }, message);
}

async function carryOut(action: Action, context: RouteContext, deps: Deps): Promise<Done> {
  switch (action.kind) {
    case "record": {
      const recorded = await recordOrder(await within(action.order, context, deps), context, deps);
      if (recorded.outcome !== "in-doubt") return recorded;
      return recordFetched({ orderId: recorded.orderId, deletion: false }, context, deps, recorded.afterRev);
    }
    case "unreadable":
      await recordUnreadable({ ...action, identity: "certain" }, context, deps);
      throw action.error;
    case "fetch":
      return recordFetched(action, context, deps);
    case "change":
      return recordChange(action, context, deps);
    case "erase":
      return eraseData(action, context, deps);
    case "export":
      return noteDataRequest(action, context, deps);
    case "lifecycle":
      return { outcome: "interrupted" };
    case "check":
      // Refused credentials throw: the connection's backoff reports them, and the event is retried.
      await checkConnection(context, deps);
      return { outcome: "still-connected" };
    case "ignored":
      return { outcome: "ignored" };
  }
}

/**
 * Fetches an order and records it; again for as long as other events are recorded meanwhile, and it is in doubt which one
 * is newer.
 * @param afterRev `rev` of the record that was read before
 */
async function recordFetched(
  asked: Omit<Extract<Action, { kind: "fetch" }>, "kind">,
  context: RouteContext,
  deps: Deps,
  afterRev?: number,
): Promise<Recorded> {
  const fetched = await fetchReadable(asked.orderId, context, deps);
  if (fetched === "gone") return recordGone({ kind: "fetch", ...asked }, context, deps);
  // It need not be the ID that was asked for: a pack has one of its own.
  checkedOrderId(fetched.order.id);
  const order = await within(fetched.order, context, deps);
  const facts = { at: fetched.fetchedAt, ...(afterRev !== undefined && { afterRev }) };
  const recorded = await recordOrder(order, { ...context, eventTime: undefined, fetched: facts }, deps);
  return recorded.outcome === "in-doubt" ? recordFetched(asked, context, deps, recorded.afterRev) : recorded;
}

/** An order within the limits of what can be stored and sent. @throws MalformedEvent, once the order is recorded as held */
async function within(order: Order, context: RouteContext, deps: Deps): Promise<Order> {
  try {
    return checkedOrder(order);
  } catch (error) {
    if (!(error instanceof MalformedEvent)) throw error;
    const { id: orderId, updatedAt: changedAt } = order;
    await recordUnreadable({ orderId, changedAt, error, identity: "certain" }, context, deps);
    throw error;
  }
}

/** @throws as `fetchOrder`; MalformedEvent, once a known order that cannot be mapped is recorded as held */
async function fetchReadable(orderId: string, context: RouteContext, deps: Deps): Promise<Fetched | "gone"> {
  try {
    return await fetchOrder(orderId, context, deps);
  } catch (error) {
    if (!(error instanceof MalformedEvent)) throw error;
    await recordUnreadable({ orderId, error, identity: "asked-for" }, context, deps);
    throw error;
  }
}
