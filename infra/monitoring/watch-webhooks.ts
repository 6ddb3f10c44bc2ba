import { Duration } from "aws-cdk-lib";
import { MathExpression, Stats } from "aws-cdk-lib/aws-cloudwatch";
import { FilterPattern, MetricFilter } from "aws-cdk-lib/aws-logs";
import { type Connection, pathOf } from "../../shared/stage/config.ts";
import { NAMESPACE } from "../../shared/telemetry/metrics.ts";
import type { Intake } from "../constructs/intake.ts";
import type { WebhookFront } from "../constructs/webhook-front.ts";
import type { Alarms } from "./alarms.ts";
import { relayMetric } from "./relay-metric.ts";
import { ageOf, depthOf, watchOldDeadLetters } from "./watch-queue.ts";

const FIVE_MINUTES = Duration.minutes(5);
const HOUR = Duration.hours(1);

/** The front's own answers: what never became an event. */
export function watchFront(alarms: Alarms, { api, accessLog }: WebhookFront): void {
  alarms.raise("webhooks-refused-5xx", {
    lane: "page",
    heading: "webhooks-refused-5xx",
    sentence:
      "Webhooks were answered with 5xx: not made durable, or a signing key could not be read. Channels send again for a while.",
    metric: api.metricServerError({ statistic: Stats.SUM, period: FIVE_MINUTES }),
  });
  const throttled = new MetricFilter(alarms, "Throttled", {
    logGroup: accessLog,
    filterPattern: FilterPattern.stringValue("$.status", "=", "429"),
    metricNamespace: NAMESPACE,
    // Without dimensions: one metric for all routes; the access log says which.
    metricName: `WebhooksThrottled-${alarms.stage.name}`,
    metricValue: "1",
    defaultValue: 0,
  });
  alarms.raise("webhooks-throttled", {
    lane: "page",
    heading: "webhooks-throttled",
    sentence: "Webhooks were answered with 429: a route's throttle is full. WooCommerce never sends them again.",
    metric: throttled.metric({ statistic: Stats.SUM, period: FIVE_MINUTES }),
  });
}

export function watchConnection(alarms: Alarms, connection: Connection): void {
  const { infrastructure, name } = alarms.stage;
  const by = { connection: pathOf(connection) };
  alarms.raise(`signature-failures ${by.connection}`, {
    lane: "page",
    heading: "signature-failures",
    sentence: `Webhooks of ${by.connection} were refused with 401: its key has changed, or somebody forges.`,
    metric: relayMetric(name, "SignatureFailures", by),
    threshold: infrastructure.thresholds.signatureFailures,
  });
  alarms.raise(`key-changed ${by.connection}`, {
    lane: "page",
    heading: "signature-failures",
    sentence: `In an hour webhooks of ${by.connection} were refused with 401, and not one was accepted: its key has changed.`,
    // A small shop sends too few to reach the threshold. `EventsReceived` has a zero wherever one was refused (receive-webhook).
    metric: new MathExpression({
      expression: "IF(accepted > 0, 0, refused)",
      usingMetrics: {
        accepted: relayMetric(name, "EventsReceived", by, { period: HOUR }),
        refused: relayMetric(name, "SignatureFailures", by, { period: HOUR }),
      },
      period: HOUR,
      label: "refused, and none accepted",
    }),
    noNews: "unknown",
  });
  alarms.raise(`orders-held ${by.connection}`, {
    lane: "ticket",
    heading: "orders-held",
    sentence: `Orders of ${by.connection} are held for an operator: cancelled, wanted again, and perhaps created.`,
    metric: relayMetric(name, "OrdersHeld", by, { statistic: Stats.MAXIMUM }),
    noNews: "stays",
    threshold: infrastructure.thresholds.heldOrders,
  });
  const hours = connection.silentAfter / HOUR.toMilliseconds();
  alarms.raise(`silence ${by.connection}`, {
    lane: "page",
    heading: "silence-of-a-connection",
    sentence: `No webhook of ${by.connection} for ${hours} hours.`,
    metric: relayMetric(name, "EventsReceived", by, { period: HOUR }),
    periods: hours,
    noNews: "bad",
  });
}

export function watchIntake(alarms: Alarms, { messages }: Intake): void {
  alarms.raise("intake-dead-letters", {
    lane: "page",
    heading: "intake-dead-letters",
    sentence: "Events could not be made orders: unreadable, or the channel's API did not answer for days.",
    metric: depthOf(messages),
  });
  alarms.raise("intake-waiting", {
    lane: "page",
    heading: "intake-waiting",
    sentence: "An event has waited for route-order for 15 minutes.",
    metric: ageOf(messages.queue),
    threshold: Duration.minutes(15).toSeconds(),
  });
  alarms.raise("events-failed", {
    lane: "page",
    heading: "events-failed",
    sentence: "route-order fails with events, which come back to it: their shops' orders are not recorded.",
    metric: relayMetric(alarms.stage.name, "EventsFailed", {}, { period: Duration.minutes(15) }),
    // One is an AWS call that did not answer, and is over when it comes back, 6 minutes later.
    threshold: 2,
  });
  watchOldDeadLetters(alarms, "intake", messages);
}
