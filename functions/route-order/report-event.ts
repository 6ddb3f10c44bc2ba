import { errorName, log } from "../../shared/telemetry/log.ts";
import { count } from "../../shared/telemetry/metrics.ts";
import type { IntakeMessage, Routed } from "./route-order.ts";

/** One wide line an event, and what the alarms and the dashboard count: events by endpoint, orders by connection. */
export function reportEvent(
  routed: Routed,
  { messageId, receives }: Pick<IntakeMessage, "messageId" | "receives">,
): void {
  const { event, topic, connection, orderId, outcome, state, field, error, retryInMs } = routed;
  const endpoint = event && `${event.channel}/${event.source === "poll" ? event.connection : event.endpoint}`;
  log.info("event.routed", {
    eventId: event?.eventId,
    endpoint,
    connection,
    topic,
    orderId,
    outcome,
    state,
    field,
    error,
    messageId,
    receives,
    until: retryInMs,
  });
  // Where the event could not be read, its endpoint's own connection is meant: most serve one, of their own name.
  const by = { connection: connection ?? endpoint ?? "unknown" };
  // Once an event, however often it is handed out on its way to the DLQ.
  if (outcome === "unreadable" && receives === 1) count("EventsUnreadable", by);
  if (outcome === "ignored" || outcome === "unknown-shop") count("EventsIgnored", by);
  countOrder(routed, by);
}

function countOrder({ outcome, state, isOverdue }: Routed, by: { connection: string }): void {
  if (outcome === "recorded") count("OrdersRecorded", by);
  if (state === "recorded" && (outcome === "recorded" || outcome === "updated")) count("OrdersRouted", by);
  if (outcome === "recorded" && (state === "not-routed" || state === "unrouted")) count("OrdersNotRouted", by);
  // The operator has to act on these; this line in the log says on which connection and order.
  if (outcome === "gone" && isOverdue) count("OrdersGone", {});
  if (outcome === "erasure-requested") count("ErasuresRequested", {});
  if (outcome === "interrupted") count("ConnectionsInterrupted", {});
}

/** A connection's API begins, or goes on, to fail. @param until epoch ms: no call is made before */
export function reportApiFailure(connection: string, failure: unknown, until: number): void {
  const error = errorName(failure);
  log.warn("channel.failing", { connection, error, until });
  if (error === "Misconfigured") count("ChannelCredentialsRefused", {});
}
