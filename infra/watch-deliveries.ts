import { Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { Alarms } from "./alarms.ts";
import type { Destination } from "./destination.ts";
import { relayMetric } from "./relay-metric.ts";
import { depthOf, watchDeadLetterAge } from "./watch-queue.ts";

/** Two lanes: what the provider rejected waits for a person, what is faulty wakes one. */
export function watchDestination(alarms: Alarms, { path, messages }: Destination): void {
  const by = { destination: path };
  const { name, infrastructure } = alarms.stage;
  alarms.raise(`dead-letters ${path}`, {
    lane: "ticket",
    heading: "dead-letters-of-a-destination",
    sentence: `Deliveries to ${path} wait in its dead letter queue for a person.`,
    metric: depthOf(messages),
  });
  watchDeadLetterAge(alarms, path, messages);
  alarms.raise(`faulty ${path}`, {
    lane: "page",
    heading: "faulty-deliveries",
    sentence: `Deliveries to ${path} fail for a reason that is no order's: credentials, permissions, or a provider that is down for hours.`,
    metric: relayMetric(name, "DeliveriesFaulty", by),
  });
  alarms.raise(`rejected ${path}`, {
    lane: "ticket",
    heading: "rejected-deliveries",
    sentence: `${path} does not take an order as it is: a person mends its data, then redrives.`,
    metric: relayMetric(name, "DeliveriesRejected", by),
  });
  alarms.raise(`overdue ${path}`, {
    lane: "page",
    heading: "overdue-deliveries",
    sentence: `Deliveries to ${path} should have ended long ago, says the ledger.`,
    metric: relayMetric(name, "DeliveriesOverdue", by, { statistic: Stats.MAXIMUM }),
  });
  alarms.raise(`cancelled-after-created ${path}`, {
    lane: "ticket",
    heading: "cancelled-after-created",
    sentence: `An order was cancelled at its channel, and is created at ${path}, or may be: a person stops it there.`,
    metric: relayMetric(name, "CancelledAfterCreated", by),
  });
  alarms.raise(`throttled ${path}`, {
    lane: "ticket",
    heading: "throttled-by-a-provider",
    sentence: `${path} answers that we ask too often; orders wait.`,
    metric: relayMetric(name, "ProviderThrottled", by),
    threshold: infrastructure.thresholds.throttledCalls,
  });
}
