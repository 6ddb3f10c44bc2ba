import { Duration } from "aws-cdk-lib";
import { Stats } from "aws-cdk-lib/aws-cloudwatch";
import { type MetricName, REMOVED } from "../../shared/telemetry/metrics.ts";
import type { Destination } from "../constructs/destination.ts";
import type { Alarms } from "./alarms.ts";
import { relayMetric } from "./relay-metric.ts";
import { depthOf, watchOldDeadLetters } from "./watch-queue.ts";

const hours = (ms: number): string => `${ms / 3_600_000} h`;

/** Two lanes: what the provider rejected waits for a person, what is failed wakes one. */
export function watchDestination(alarms: Alarms, { path, messages }: Destination): void {
  const by = { destination: path };
  const { name, config, infrastructure } = alarms.stage;
  // Written every minute from the ledger: the alarm lasts as long as what it tells.
  const gauge = (metric: MetricName) => relayMetric(name, metric, by, { statistic: Stats.MAXIMUM });
  alarms.raise(`dead-letters ${path}`, {
    lane: "ticket",
    heading: "dead-letters-of-a-destination",
    sentence: `Deliveries to ${path} wait in its dead letter queue for a person.`,
    metric: depthOf(messages),
  });
  watchOldDeadLetters(alarms, path, messages);
  alarms.raise(`failing ${path}`, {
    lane: "page",
    heading: "failed-deliveries",
    sentence: `Deliveries to ${path} fail for a reason that is no order's (credentials, permissions, configuration) and are tried again.`,
    metric: gauge("WaitingFailing"),
    noNews: "stays",
  });
  alarms.raise(`failed ${path}`, {
    lane: "page",
    heading: "failed-deliveries",
    sentence: `Deliveries to ${path} were given up for a reason that is no order's, or are in doubt to the end: they wait for a person.`,
    metric: gauge("WaitingFailed"),
    noNews: "stays",
  });
  alarms.raise(`rejected ${path}`, {
    lane: "ticket",
    heading: "rejected-deliveries",
    sentence: `${path} does not take an order as it is: a person mends its data, then redrives.`,
    // Each time anew, whatever still lies there from before: that is what the dead letters' alarm is for.
    metric: relayMetric(name, "DeliveriesRejected", by),
  });
  alarms.raise(`overdue ${path}`, {
    lane: "page",
    heading: "overdue-deliveries",
    sentence: `Deliveries to ${path} have been open for ${hours(config.timing.overdueAfter)}, says the ledger: waiting, tried again and again, or in doubt.`,
    metric: gauge("DeliveriesOverdue"),
    noNews: "stays",
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
    // A provider that says "in a minute" gets few calls, and says so to each.
    metric: relayMetric(name, "ProviderThrottled", by, { period: Duration.minutes(15) }),
    threshold: infrastructure.thresholds.throttledCalls,
  });
}

/** Destinations that a stage no longer has, and for which orders still wait. */
export function watchRemoved(alarms: Alarms): void {
  alarms.raise("removed-destinations", {
    lane: "page",
    heading: "removed-destinations",
    sentence: "Orders wait for a destination that was taken out of the stage file.",
    metric: relayMetric(alarms.stage.name, "DeliveriesOverdue", { destination: REMOVED }, { statistic: Stats.MAXIMUM }),
  });
}
