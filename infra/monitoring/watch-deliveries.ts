import { Duration } from "aws-cdk-lib";
import { Stats } from "aws-cdk-lib/aws-cloudwatch";
import { type MetricName, REMOVED } from "../../shared/telemetry/metrics.ts";
import type { Destination } from "../constructs/destination.ts";
import { type Alarms, GAUGE } from "./alarms.ts";
import { relayMetric } from "./relay-metric.ts";
import { depthOf, watchOldDeadLetters } from "./watch-queue.ts";

const hours = (ms: number): string => `${ms / 3_600_000} h`;

/** Two lanes: a failed delivery pages, a rejected one raises a ticket. */
export function watchDestination(alarms: Alarms, { path, messages }: Destination): void {
  const by = { destination: path };
  const { name, config, infrastructure } = alarms.stage;
  const gauge = (metric: MetricName) => relayMetric(name, metric, by, { statistic: Stats.MAXIMUM });
  alarms.addAlarm(`dead-letters ${path}`, {
    lane: "ticket",
    runbook: "dead-letters-of-a-destination",
    description: `Deliveries to ${path} are in its dead-letter queue and need an operator.`,
    metric: depthOf(messages),
  });
  watchOldDeadLetters(alarms, path, messages);
  alarms.addAlarm(`failing ${path}`, {
    lane: "page",
    runbook: "failed-deliveries",
    description: `Deliveries to ${path} fail because of configuration or credentials, not order data. They are retried.`,
    metric: gauge("WaitingFailing"),
    ...GAUGE,
  });
  alarms.addAlarm(`failed ${path}`, {
    lane: "page",
    runbook: "failed-deliveries",
    description: `Deliveries to ${path} used up their attempts, or stayed in doubt to the end. They need an operator.`,
    metric: gauge("WaitingFailed"),
    ...GAUGE,
  });
  alarms.addAlarm(`rejected ${path}`, {
    lane: "ticket",
    runbook: "rejected-deliveries",
    description: `${path} refuses an order's data. Fix the data, then start a DLQ redrive.`,
    // A counter, so that each rejection notifies; the dead-letter alarm stays in ALARM until the operator acts.
    metric: relayMetric(name, "DeliveriesRejected", by),
  });
  alarms.addAlarm(`overdue ${path}`, {
    lane: "page",
    runbook: "overdue-deliveries",
    description: `Deliveries to ${path} have been open for ${hours(config.timing.overdueAfter)}: queued, retrying, or in doubt.`,
    metric: gauge("DeliveriesOverdue"),
    ...GAUGE,
  });
  alarms.addAlarm(`late-cancellation ${path}`, {
    lane: "ticket",
    runbook: "late-cancellations",
    description: `An order was cancelled at its channel after it was sent to ${path}. Stop it there.`,
    metric: relayMetric(name, "LateCancellations", by),
  });
  alarms.addAlarm(`throttled ${path}`, {
    lane: "ticket",
    runbook: "throttled-by-a-provider",
    description: `${path} often answers "too many requests"; orders are late.`,
    // 15 minutes: a provider that asks us to pause for a minute gets, and throttles, few calls in 5.
    metric: relayMetric(name, "ProviderThrottled", by, { period: Duration.minutes(15) }),
    threshold: infrastructure.thresholds.throttledCalls,
  });
}

/** Destinations that are no longer in the stage file, with orders still due there. */
export function watchRemoved(alarms: Alarms): void {
  alarms.addAlarm("removed-destinations", {
    lane: "page",
    runbook: "removed-destinations",
    description: "Orders are due at a destination that was removed from the stage file.",
    metric: relayMetric(alarms.stage.name, "DeliveriesOverdue", { destination: REMOVED }, { statistic: Stats.MAXIMUM }),
  });
}
