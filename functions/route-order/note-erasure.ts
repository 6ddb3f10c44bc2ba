import { type ErasureRequest, newErasureRequest } from "../../shared/ledger/erasure-request.ts";
import type { ErasureSubject } from "../channels/channel.ts";
import type { Action } from "./action-of.ts";
import { buyerHash } from "./buyer-hash.ts";
import { type RecordDeps, type RouteContext, recordNote } from "./record-order.ts";

const NOTE = "erasure requested: data is not erased by itself yet; erase it by hand, `npm run erase` comes later";

/** How long a redriven event may still bring back erased data, ms: as long as a queue and then its DLQ may keep it. */
const REPEATED_FOR = 30 * 86_400_000;

/**
 * Stores a request to erase personal data in the ledger, and adds a line to the trace of each order that it names. The
 * caller logs and counts it, which raises a ticket: until erasure is built, the operator erases the data.
 */
export async function noteErasure(
  { subject }: Extract<Action, { kind: "erase" }>,
  context: RouteContext,
  deps: RecordDeps,
): Promise<{ outcome: "erasure-requested" }> {
  // A conflict means that this event was recorded before.
  await deps.ledger.putErasureRequest(requestOf(subject, context, deps));
  const orderIds = typeof subject === "object" && "orderIds" in subject ? subject.orderIds : [];
  for (const orderId of orderIds) await recordNote(orderId, NOTE, context, deps);
  return { outcome: "erasure-requested" };
}

function requestOf(subject: ErasureSubject, context: RouteContext, { config }: RecordDeps): ErasureRequest {
  const { event, connection } = context;
  const { eventId, receivedAt } = event;
  const received = Date.parse(receivedAt);
  const stored = storedSubject(subject, context);
  return newErasureRequest({
    channel: connection.channel,
    connection: connection.name,
    eventId,
    receivedAt,
    subject: stored,
    expiresAt: Math.floor((received + config.retention.states) / 1000),
    ...(stored.kind !== "orders" && { repeatUntil: new Date(received + REPEATED_FOR).toISOString() }),
  });
}

function storedSubject(subject: ErasureSubject, { connection }: RouteContext): ErasureRequest["subject"] {
  if (subject === "shop") return { kind: "shop" };
  if ("buyerId" in subject) return { kind: "buyer", buyer: buyerHash(subject.buyerId, connection) };
  return { kind: "orders", orderIds: [...subject.orderIds] };
}
