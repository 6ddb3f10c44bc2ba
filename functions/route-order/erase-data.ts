import { buyerHash } from "../../shared/ledger/buyer-hash.ts";
import { eraseOrder } from "../../shared/ledger/erase-order.ts";
import {
  type ErasureRequest,
  type ErasureStep,
  newErasureRequest,
  requestsForOrders,
  settled,
} from "../../shared/ledger/erasure-request.ts";
import type { Connection } from "../../shared/stage/config.ts";
import { endpointPathOf } from "../../shared/stage/endpoints.ts";
import { log } from "../../shared/telemetry/log.ts";
import type { ErasureSubject } from "../channels/channel.ts";
import type { Action } from "./action-of.ts";
import { checkedOrderId } from "./order-id-of.ts";
import { type RecordDeps, type RouteContext, recordNote } from "./record-order.ts";

/** Orders erased side by side. */
const SIDE_BY_SIDE = 10;
/** In this part of the time that an event has, orders are begun; the daily walk takes the rest. */
const PART = 0.75;

/**
 * Carries out a request to erase personal data. Where it names orders, they are erased at once; what cannot be erased
 * yet, and a request by buyer or shop, is left to the daily walk (functions/find-due/erase-walk.ts), and the caller
 * counts it, which raises a ticket. The request is stored first: a crash loses nothing.
 */
export async function eraseData(
  { subject }: Extract<Action, { kind: "erase" }>,
  context: RouteContext,
  deps: RecordDeps,
): Promise<{ outcome: "erased" | "erasure-requested" }> {
  const requests = requestsOf(subject, context, deps);
  // A conflict means that this event was recorded before.
  for (const request of requests) await deps.ledger.erasures.put(request);
  let isDone = true;
  for (const request of requests) isDone = (await eraseOrders(request, context, deps)) && isDone;
  return { outcome: isDone ? "erased" : "erasure-requested" };
}

/** @returns whether all orders of the request are erased */
async function eraseOrders(stored: ErasureRequest, context: RouteContext, deps: RecordDeps): Promise<boolean> {
  const request = await deps.ledger.erasures.get(stored);
  if (request?.subject.kind !== "orders") return false;
  if (request.doneAt !== undefined) return true;
  const { channel, connection, subject } = request;
  const until = deps.now() + PART * (context.deadline - deps.now());
  const steps: ErasureStep[] = [];
  for (let at = 0; at < subject.orderIds.length; at += SIDE_BY_SIDE) {
    if (deps.now() > until) break;
    const orderIds = subject.orderIds.slice(at, at + SIDE_BY_SIDE);
    const erase = async (orderId: string): Promise<ErasureStep> => {
      return { orderId, result: await eraseOrder({ channel, connection, orderId }, context.topic, deps) };
    };
    steps.push(...(await Promise.all(orderIds.map(erase))));
  }
  const isWhole = steps.length === subject.orderIds.length;
  const next = settled(request, steps, isWhole, deps.now());
  // On a conflict the walk was first: it repeats what is open.
  await deps.ledger.erasures.put(next);
  return next.doneAt !== undefined;
}

function requestsOf(subject: ErasureSubject, context: RouteContext, { config }: RecordDeps): ErasureRequest[] {
  const { event, connection, everyShop } = context;
  const { eventId, receivedAt } = event;
  const received = Date.parse(receivedAt);
  const common = {
    ...{ channel: connection.channel, connection: connection.name, eventId, receivedAt },
    expiresAt: Math.floor((received + config.retention.states) / 1000),
  };
  if (typeof subject === "object" && "orderIds" in subject) {
    return requestsForOrders(common, [...new Set(subject.orderIds.map(checkedOrderId))]);
  }
  const repeatUntil = new Date(received + config.timing.erasureRepeat).toISOString();
  const connections = everyShop ? besides(connection, config) : [connection];
  const subjects = connections.flatMap((one) =>
    subjectsOf(subject, one).map((each) => ({ connection: one.name, subject: each })),
  );
  return subjects.map((each, part) =>
    newErasureRequest({ ...common, ...each, repeatUntil, ...(part > 0 && { part }) }),
  );
}

function subjectsOf(
  subject: "shop" | { buyerId: string } | { buyerIds: readonly string[] },
  connection: Connection,
): ErasureRequest["subject"][] {
  if (subject === "shop") return [{ kind: "shop" }];
  const ids = "buyerId" in subject ? [subject.buyerId] : [...new Set(subject.buyerIds)];
  return ids.map((id) => ({ kind: "buyer", buyer: buyerHash(id, connection) }));
}

/** The connections of an endpoint, by one of them. */
const besides = (connection: Connection, { connections }: RecordDeps["config"]): Connection[] =>
  connections.filter((other) => endpointPathOf(other) === endpointPathOf(connection));

/**
 * Notes in the traces of the orders it names that the buyer asks for their data, and logs whose: the channel's own IDs,
 * which the command that exports takes. The caller raises the ticket.
 */
export async function noteDataRequest(
  { subject }: Extract<Action, { kind: "export" }>,
  context: RouteContext,
  deps: RecordDeps,
): Promise<{ outcome: "data-requested" }> {
  const { channel, name: connection } = context.connection;
  const { eventId } = context.event;
  if (subject === "shop" || !("orderIds" in subject)) {
    const ids = subject === "shop" ? [] : "buyerId" in subject ? [subject.buyerId] : subject.buyerIds;
    const buyer = ids.length > 0 ? ids.join(", ") : undefined;
    log.info("data.requested", { eventId, channel, connection, buyer });
    return { outcome: "data-requested" };
  }
  for (const orderId of new Set(subject.orderIds.map(checkedOrderId))) {
    log.info("data.requested", { eventId, channel, connection, orderId });
    await recordNote(orderId, "the buyer asks for their data", context, deps);
  }
  return { outcome: "data-requested" };
}
