import { log } from "../../shared/telemetry/log.ts";
import { count } from "../../shared/telemetry/metrics.ts";
import type { IntakeMessage, Routed } from "./route-order.ts";

/** Writes one wide log line for each event, and the metrics: events by endpoint, orders by connection. */
export function reportEvent(
  routed: Routed,
  { messageId, receives }: Pick<IntakeMessage, "messageId" | "receives">,
): void {
  const { event, topic, connection, orderId, outcome, state, field, error, retryInMs, isBuyerHidden } = routed;
  const sentTo = event && `${event.channel}/${event.source === "poll" ? event.connection : event.endpoint}`;
  const endpoint = routed.endpoint ?? sentTo;
  log.info("event.routed", {
    eventId: event?.eventId,
    endpoint,
    connection,
    topic,
    orderId,
    outcome,
    state,
    kind: isBuyerHidden ? "buyer-hidden" : undefined,
    field,
    error,
    messageId,
    receives,
    retryInMs: retryInMs && Math.round(retryInMs),
  });
  const by = { endpoint: endpoint ?? "unknown" };
  // Counted at the first receive only: the event is received again until SQS moves it to the DLQ.
  if (outcome === "unreadable" && receives === 1) count("EventsUnreadable", by);
  if (outcome === "ignored" || outcome === "unknown-shop") count("EventsIgnored", by);
  // A marketplace notifies every app of each buyer who leaves, and most bought nothing here: no ticket.
  if (outcome === "erasure-requested" && !routed.everyShop) count("ErasuresRequested", {});
  if (connection !== undefined) countOrder(routed, { connection });
}

function countOrder({ outcome, state, isOverdue, isBuyerHidden, isUntimed }: Routed, by: { connection: string }): void {
  if (outcome === "recorded") count("OrdersRecorded", by);
  if (state === "recorded" && (outcome === "recorded" || outcome === "updated")) count("OrdersRouted", by);
  if (outcome === "recorded" && (state === "not-routed" || state === "unrouted")) count("OrdersNotRouted", by);
  // The operator has to act on these; the log line above names connection and order.
  if (isBuyerHidden) count("BuyersHidden", {});
  if (outcome === "gone" && isOverdue) count("OrdersGone", {});
  if (isUntimed) count("ChangesUntimed", {});
  if (outcome === "data-requested") count("DataRequested", {});
  if (outcome === "interrupted") count("ConnectionsInterrupted", {});
}
