import { Duration } from "aws-cdk-lib";
import { type IMetric, MathExpression, Stats, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { FilterPattern, MetricFilter } from "aws-cdk-lib/aws-logs";
import { pathOf } from "../../shared/stage/config.ts";
import { type MetricName, NAMESPACE } from "../../shared/telemetry/metrics.ts";
import type { Intake } from "../constructs/intake.ts";
import type { NotificationQueue } from "../constructs/notification-queue.ts";
import type { WebhookFront } from "../constructs/webhook-front.ts";
import type { StageConnection, StageEndpoint } from "../stage-file/stage-endpoints.ts";
import { type Alarms, GAUGE, SILENCE, TWO_OF_THREE } from "./alarms.ts";
import { relayMetric } from "./relay-metric.ts";
import { ageOf, depthOf, watchOldDeadLetters } from "./watch-queue.ts";

const FIVE_MINUTES = Duration.minutes(5);
const HOUR = Duration.hours(1);

/** Webhooks that API Gateway or receive-webhook refused: they never became events. */
export function watchFront(alarms: Alarms, { api, accessLog }: WebhookFront): void {
  const refused = api.metricServerError({ statistic: Stats.SUM, period: FIVE_MINUTES });
  alarms.addAlarm("webhooks-refused-5xx", {
    lane: "page",
    runbook: "webhooks-refused-5xx",
    description:
      "Webhooks are answered with 5xx: events cannot be queued, or a signing key cannot be read. Channels retry for a while.",
    metric: refused,
    // A single one is an AWS call that timed out; most channels send it again.
    ...TWO_OF_THREE,
  });
  alarms.addAlarm("webhook-refused-5xx-once", {
    lane: "ticket",
    runbook: "webhooks-refused-5xx",
    description: "At least one webhook was answered with 5xx. WooCommerce does not send it again; other channels do.",
    metric: refused,
  });
  const throttled = new MetricFilter(alarms, "Throttled", {
    logGroup: accessLog,
    filterPattern: FilterPattern.stringValue("$.status", "=", "429"),
    metricNamespace: NAMESPACE,
    // One metric for all routes, so that it costs the same for any number of them; the access log names the route.
    metricName: `WebhooksThrottled-${alarms.stage.name}`,
    metricValue: "1",
    defaultValue: 0,
  });
  alarms.addAlarm("webhooks-throttled", {
    lane: "page",
    runbook: "webhooks-throttled",
    description: "Webhooks were answered with 429: a route's throttle is full. WooCommerce never retries them.",
    metric: throttled.metric({ statistic: Stats.SUM, period: FIVE_MINUTES }),
  });
}

/** Of all endpoints together; the log names each. */
export function watchUnsigned(alarms: Alarms): void {
  const { name, infrastructure } = alarms.stage;
  alarms.addAlarm("webhooks-unsigned", {
    lane: "ticket",
    runbook: "webhooks-unsigned",
    description: "Requests had no signature, or one of another form: a proxy removes it, or the addresses are probed.",
    // The alarms for refused signatures leave these out: an address can be guessed, and one probe at night would page.
    metric: relayMetric(name, "EventsUnsigned", {}, { period: Duration.days(1) }),
    threshold: infrastructure.thresholds.signatureFailures,
  });
}

/** The default of `Channel.answerWithin`, ms. */
const ANSWER_WITHIN = 5_000;

/**
 * Answers that come near the time that the channels wait. A sender that gives up counts a failure, and after some of
 * those it deletes the subscription. The gateway's latency has the cold start in it, which the function's does not.
 */
export function watchLatency(alarms: Alarms, { api }: WebhookFront, endpoints: readonly StageEndpoint[]): void {
  if (endpoints.length === 0) return;
  const shortest = Math.min(...endpoints.map(({ channel: { answerWithin = ANSWER_WITHIN } }) => answerWithin));
  alarms.addAlarm("webhooks-slow", {
    lane: "ticket",
    runbook: "webhooks-slow",
    description: `One in a hundred webhooks took more than 80 % of the ${shortest} ms that a channel waits for the answer, three times in an hour.`,
    metric: api.metricLatency({ statistic: Stats.p(99), period: FIVE_MINUTES }),
    threshold: shortest * 0.8,
    evaluationPeriods: 12,
    datapointsToAlarm: 3,
  });
}

/**
 * Signing keys and silence of an endpoint. An app's endpoint serves many shops, so these alarms cannot name a
 * connection.
 */
export function watchEndpoint(alarms: Alarms, { path, connections }: StageEndpoint): void {
  const { infrastructure, name } = alarms.stage;
  const by = { endpoint: path };
  alarms.addAlarm(`signature-failures ${path}`, {
    lane: "page",
    runbook: "signature-failures",
    description: `Signed webhooks to ${path} were refused with 401: its signing key changed, or they are forged.`,
    metric: relayMetric(name, "SignatureFailures", by),
    threshold: infrastructure.thresholds.signatureFailures,
  });
  alarms.addAlarm(`key-changed ${path}`, {
    lane: "page",
    runbook: "signature-failures",
    description: `For an hour every signed webhook to ${path} was refused with 401: its signing key changed.`,
    // A small shop sends too few to reach the threshold. receive-webhook writes a zero of EventsReceived with each
    // refusal.
    metric: new MathExpression({
      expression: "IF(accepted > 0, 0, refused)",
      usingMetrics: {
        accepted: relayMetric(name, "EventsReceived", by, { period: HOUR }),
        refused: relayMetric(name, "SignatureFailures", by, { period: HOUR }),
      },
      period: HOUR,
      label: "refused, and none accepted",
    }),
    // An hour without webhooks leaves the alarm in its state.
    treatMissingData: TreatMissingData.MISSING,
  });
  watchSilence(alarms, {
    path,
    metric: relayMetric(name, "EventsReceived", by, { period: HOUR }),
    // The shop with the shortest silentAfter decides.
    silentAfter: Math.min(...connections.map(({ silentAfter }) => silentAfter)),
  });
}

export function watchConnection(alarms: Alarms, { connection, channel }: StageConnection): void {
  const { infrastructure, name } = alarms.stage;
  const by = { connection: pathOf(connection) };
  alarms.addAlarm(`orders-held ${by.connection}`, {
    lane: "ticket",
    runbook: "orders-held",
    description: `Orders of ${by.connection} are held for an operator: cancelled and placed again, and perhaps created already.`,
    metric: relayMetric(name, "OrdersHeld", by, { statistic: Stats.MAXIMUM }),
    threshold: infrastructure.thresholds.heldOrders,
    ...GAUGE,
  });
  if (!channel.api) return;
  alarms.addAlarm(`channel-credentials-refused ${by.connection}`, {
    lane: "page",
    runbook: "channel-credentials-refused",
    description: `The channel's API refuses our credentials: orders of ${by.connection} are not fetched.`,
    metric: relayMetric(name, "ChannelCredentialsRefused", by),
  });
}

/** The queue of a connection whose channel sends no webhooks. */
export function watchNotifications(
  alarms: Alarms,
  { connection: { path, connection }, messages }: NotificationQueue,
): void {
  alarms.addAlarm(`notification-dead-letters ${path}`, {
    lane: "page",
    runbook: "intake-dead-letters",
    description: `Notifications of ${path} did not become orders: they cannot be parsed, are another seller's, or the channel's API was down for days.`,
    metric: depthOf(messages),
  });
  alarms.addAlarm(`notifications-waiting ${path}`, {
    lane: "page",
    runbook: "intake-waiting",
    description: `A notification of ${path} has waited for route-order for 15 minutes.`,
    metric: ageOf(messages.queue),
    threshold: Duration.minutes(15).toSeconds(),
  });
  watchOldDeadLetters(alarms, `notifications ${path}`, messages);
  watchSilence(alarms, {
    path,
    metric: messages.queue.metricNumberOfMessagesSent({ statistic: Stats.SUM, period: HOUR }),
    silentAfter: connection.silentAfter,
  });
}

function watchSilence(
  alarms: Alarms,
  { path, metric, silentAfter }: { path: string; metric: IMetric; silentAfter: number },
): void {
  const hours = silentAfter / HOUR.toMilliseconds();
  alarms.addAlarm(`silence ${path}`, {
    lane: "page",
    runbook: "silence-of-a-connection",
    description: `No event of ${path} for ${hours} hours.`,
    metric,
    evaluationPeriods: hours,
    ...SILENCE,
  });
}

export function watchIntake(alarms: Alarms, { messages }: Intake): void {
  alarms.addAlarm("intake-dead-letters", {
    lane: "page",
    runbook: "intake-dead-letters",
    description: "Events did not become orders: they cannot be parsed, or the channel's API was down for days.",
    metric: depthOf(messages),
  });
  alarms.addAlarm("intake-waiting", {
    lane: "page",
    runbook: "intake-waiting",
    description: "An event has waited for route-order for 15 minutes.",
    metric: ageOf(messages.queue),
    threshold: Duration.minutes(15).toSeconds(),
  });
  alarms.addAlarm("events-failed", {
    lane: "page",
    runbook: "events-failed",
    description: "route-order fails on events and SQS delivers them again; their orders are not recorded yet.",
    metric: relayMetric(alarms.stage.name, "EventsFailed", {}, { period: Duration.minutes(15) }),
    // A single failure is an AWS call that timed out; SQS delivers the event again 6 minutes later.
    threshold: 2,
  });
  watchOldDeadLetters(alarms, "intake", messages);
  watchReports(alarms);
}

/**
 * Reports of a channel, or answers of its API, that need the operator: tickets of the stage, by runbook heading. The log
 * names connection and order.
 */
const REPORTS: Readonly<Record<string, { metric: MetricName; description: string; period?: Duration }>> = {
  "connections-interrupted": {
    metric: "ConnectionsInterrupted",
    description:
      "A channel reports that our app was uninstalled, or lost (or soon loses) its authorization or its subscription.",
  },
  "erasures-requested": {
    metric: "ErasuresRequested",
    description: "A channel asks for the data of a buyer or a shop to be erased; the daily walk does it.",
  },
  "erasures-late": {
    metric: "ErasuresLate",
    description: "For 25 days, data that a request asks to erase is not erased; the law gives a month.",
  },
  "data-requested": {
    metric: "DataRequested",
    description: "A buyer asks for a copy of their data.",
  },
  "changes-untimed": {
    metric: "ChangesUntimed",
    description: "A channel cancelled or deleted an order without saying when; the time of receipt was taken for it.",
  },
  "buyers-hidden": {
    metric: "BuyersHidden",
    description:
      "New orders have no name, street, city or postcode and are held: a shop's plan or an app's access hides the buyer.",
    // One notice for as long as it lasts, not one an order.
    period: Duration.days(1),
  },
  "orders-gone": {
    metric: "OrdersGone",
    description:
      "For 15 minutes a channel's API has not returned an order that we have recorded and not sent; it is held.",
  },
  "orders-to-check": {
    metric: "OrdersToCheck",
    description:
      "The merchant wants to hear of an order: edited or its address changed after it was sent, not routed for an unusual reason, or held for too long.",
  },
};

function watchReports(alarms: Alarms): void {
  for (const [runbook, { metric, description, period }] of Object.entries(REPORTS)) {
    const { name } = alarms.stage;
    const lane = "ticket";
    alarms.addAlarm(runbook, {
      lane,
      runbook,
      description,
      metric: relayMetric(name, metric, {}, period && { period }),
    });
  }
}
