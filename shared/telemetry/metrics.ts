import { Metrics } from "@aws-lambda-powertools/metrics";

/** One of endpoint, connection or destination, never two: each combination of dimensions is a billed metric. */
export type Dimension = { endpoint: string } | { connection: string } | { destination: string } | Record<never, never>;

/** Each is written for every endpoint, connection or destination; docs/costs.md counts them. */
export const METRICS = {
  /** Of the whole stage. */
  stage: [
    "EventsFailed",
    "HandshakesAnswered",
    "EventsUnsigned",
    "ProbesArrived",
    "ErasuresRequested",
    "ErasuresOpen",
    "ErasuresLate",
    "DataRequested",
    "ConnectionsInterrupted",
    "BuyersHidden",
    "OrdersGone",
    "OrdersToCheck",
    "OrdersUnread",
    "ChangesUntimed",
  ],
  /** Written by receive-webhook; ignored and unreadable events by route-order. */
  endpoint: ["EventsReceived", "SignatureFailures", "EventsNotQueued", "EventsIgnored", "EventsUnreadable"],
  connection: [
    "ChannelCredentialsRefused",
    "EventsMissed",
    "OrdersHeld",
    "OrdersNotRouted",
    "OrdersRecorded",
    "OrdersRouted",
    "ReconcileOverdue",
  ],
  destination: [
    "DeliveriesCreated",
    "DeliveriesRejected",
    "DeliveriesFailed",
    "DeliveriesInDoubt",
    "DeliveriesRetried",
    "DeliveriesOverdue",
    "WaitingFailing",
    "WaitingFailed",
    "WaitingRejected",
    "LateCancellations",
    "ProviderThrottled",
    "ProviderPriceDifference",
    "LatencyWebhookToCreated",
  ],
} as const;

export type MetricName = (typeof METRICS)[keyof typeof METRICS][number];

/** Value of `destination` for all destinations that were removed from the stage file while orders were due there. */
export const REMOVED = "removed";

export const NAMESPACE = "OrderRelay";

let metrics: Metrics | undefined;

/** Created when it is first needed, to keep the cold start short. */
function opened(): Metrics {
  if (metrics) return metrics;
  metrics = new Metrics({ namespace: NAMESPACE, singleMetric: true });
  // Powertools adds a dimension `service`, which would make each metric another one than alarms and dashboard read.
  metrics.clearDefaultDimensions();
  metrics.setDefaultDimensions({ stage: process.env["STAGE"] || "none" });
  return metrics;
}

/**
 * Writes one metric in the embedded metric format, a log line that CloudWatch reads; no personal data. Writes it at
 * once: a buffered metric is lost if Lambda freezes or kills the environment. Writes it to stdout, as powertools does:
 * with JSON logs, Lambda wraps the output of `console`, and CloudWatch does not read a wrapped metric.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function count(name: MetricName, dimension: Dimension, value = 1): void {
  const unit = name.startsWith("Latency") ? "Milliseconds" : "Count";
  opened().addDimensions(dimension).addMetric(name, unit, value);
}
