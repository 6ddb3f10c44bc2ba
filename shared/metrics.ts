/** By connection or by destination, never both multiplied: each combination is a metric that costs money. */
export type Dimension = { connection: string } | { destination: string } | Record<never, never>;

/** Each is written for every connection, or for every destination: docs/costs.md has their number. */
export const METRICS = {
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
    "DeliveriesFaulty",
    "DeliveriesInDoubt",
    "DeliveriesRetried",
    "DeliveriesOverdue",
    "CancelledAfterCreated",
    "ProviderThrottled",
    "ProviderPriceDifference",
    "LatencyWebhookToCreated",
  ],
} as const;

export type MetricName = (typeof METRICS)[keyof typeof METRICS][number];

export const NAMESPACE = "OrderRelay";

/**
 * Writes one metric in the embedded metric format: a log line that CloudWatch reads. No personal data. By hand, because
 * powertools' Metrics costs 10 KB of receive-webhook's cold start and adds a dimension `service` to each.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function count(name: MetricName, dimension: Dimension, value = 1): void {
  const dimensions = { stage: process.env["STAGE"] ?? "none", ...dimension };
  const Unit = name.startsWith("Latency") ? "Milliseconds" : "Count";
  const metric = {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        { Namespace: NAMESPACE, Dimensions: [Object.keys(dimensions)], Metrics: [{ Name: name, Unit }] },
      ],
    },
    ...dimensions,
    [name]: value,
  };
  // Not console: with JSON logs Lambda wraps what goes through it, and a wrapped metric is none.
  process.stdout.write(`${JSON.stringify(metric)}\n`);
}
