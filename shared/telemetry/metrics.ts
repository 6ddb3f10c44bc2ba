import { Metrics } from "@aws-lambda-powertools/metrics";

/** By connection or by destination, never both multiplied: each combination is a metric that costs money. */
export type Dimension = { connection: string } | { destination: string } | Record<never, never>;

/** Each is written for every connection, or for every destination: docs/costs.md has their number. */
export const METRICS = {
  /** Of the whole stage. */
  stage: ["EventsFailed", "HandshakesAnswered"],
  connection: [
    "EventsReceived",
    "SignatureFailures",
    "NotDurable",
    "EventsIgnored",
    "EventsUnreadable",
    "OrdersRecorded",
    "OrdersRouted",
    "OrdersNotRouted",
    "OrdersHeld",
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

/** As `destination`: all that were taken out of the stage while orders waited for them. No path is like it. */
export const REMOVED = "removed";

export const NAMESPACE = "OrderRelay";

let metrics: Metrics | undefined;

/** Not made before it is needed: the start pays for nothing but its code. */
function opened(): Metrics {
  if (metrics) return metrics;
  metrics = new Metrics({ namespace: NAMESPACE, singleMetric: true });
  // It begins with a dimension `service`, which would make each metric another one than alarms and dashboard ask for.
  metrics.clearDefaultDimensions();
  metrics.setDefaultDimensions({ stage: process.env["STAGE"] || "none" });
  return metrics;
}

/**
 * Writes one metric in the embedded metric format: a log line that CloudWatch reads. At once: what Lambda freezes or kills
 * would lose a metric that waits. Straight to stdout, which is powertools' own way: with JSON logs Lambda wraps what goes
 * through `console`, and a wrapped metric is none. No personal data.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function count(name: MetricName, dimension: Dimension, value = 1): void {
  const unit = name.startsWith("Latency") ? "Milliseconds" : "Count";
  opened().addDimensions(dimension).addMetric(name, unit, value);
}
