import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";

/** By connection or by destination, never both multiplied: each combination is a metric that costs money. */
export type Dimension = { connection: string } | { destination: string } | Record<never, never>;

export type MetricName =
  | "EventsReceived"
  | "SignatureFailures"
  | "NotDurable"
  | "OrdersRecorded"
  | "OrdersRouted"
  | "OrdersNotRouted"
  | "OrdersHeld"
  | "EventsUnreadable"
  | "DeliveriesCreated"
  | "DeliveriesRejected"
  | "DeliveriesFaulty"
  | "DeliveriesInDoubt"
  | "DeliveriesRetried"
  | "DeliveriesOverdue"
  | "CancelledAfterCreated"
  | "ProviderThrottled"
  | "LatencyWebhookToCreated";

const stage = process.env["STAGE"] ?? "none";
const metrics = new Metrics({ namespace: "OrderRelay", defaultDimensions: { stage } });

/** Writes one metric in the embedded metric format: a log line that CloudWatch reads. No personal data. */
export function count(name: MetricName, dimension: Dimension, value = 1): void {
  const single = metrics.singleMetric();
  for (const [key, text] of Object.entries(dimension)) single.addDimension(key, String(text));
  single.addMetric(name, name.startsWith("Latency") ? MetricUnit.Milliseconds : MetricUnit.Count, value);
}
