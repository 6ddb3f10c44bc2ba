import { Duration } from "aws-cdk-lib";
import {
  type Alarm,
  AlarmStatusWidget,
  AlarmStatusWidgetSortBy,
  Color,
  Dashboard,
  GraphWidget,
  type HorizontalAnnotation,
  type IMetric,
  MathExpression,
  type Metric,
  PeriodOverride,
  SingleValueWidget,
  Stats,
  TextWidget,
} from "aws-cdk-lib/aws-cloudwatch";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { pathOf } from "../../shared/stage/config.ts";
import type { Dimension, MetricName } from "../../shared/telemetry/metrics.ts";
import type { AppFunction } from "../constructs/app-function.ts";
import type { Destination } from "../constructs/destination.ts";
import type { Intake } from "../constructs/intake.ts";
import type { Stage } from "../stage-file/checked-stage.ts";
import type { Alarms } from "./alarms.ts";
import { relayMetric } from "./relay-metric.ts";

interface Props {
  stage: Stage;
  intake: Intake;
  destinations: readonly Destination[];
  functions: readonly AppFunction[];
  alarms: Alarms;
}

/** By path, how its metrics are told apart. */
type Places = ReadonlyMap<string, Dimension>;

const WIDTH = 24;
/** A connection or destination has the same in every graph. */
const COLORS = [Color.BLUE, Color.ORANGE, Color.GREEN, Color.PURPLE, Color.PINK, Color.BROWN, Color.RED, Color.GREY];
const colorOf = (index: number): string => COLORS[index % COLORS.length] ?? Color.GREY;
const LATENCY = "LatencyWebhookToCreated";
/** CloudWatch takes so many in one widget. */
const MOST_ALARMS = 100;

/** One page a person can read from top to bottom: is anything wrong, how much came and went, what waits, what failed, how fast. */
export class RelayDashboard extends Dashboard {
  constructor(scope: Construct, id: string, { stage, intake, destinations, functions, alarms }: Props) {
    const ofConnections = new Map(stage.config.connections.map(pathOf).map((path) => [path, { connection: path }]));
    const ofDestinations = new Map(destinations.map(({ path }) => [path, { destination: path }]));
    const each = (places: Places, name: MetricName, statistic: string) =>
      [...places].map(([label, by], index) =>
        relayMetric(stage.name, name, by, { label, statistic, color: colorOf(index) }),
      );
    const byConnection = (name: MetricName, statistic = Stats.SUM) => each(ofConnections, name, statistic);
    const byDestination = (name: MetricName, statistic = Stats.SUM) => each(ofDestinations, name, statistic);
    /** Where a graph has several metrics of a place: its colour would not tell them apart. */
    const told = (places: Places, name: MetricName, word: string, statistic = Stats.SUM) =>
      [...places].map(([path, by]) => relayMetric(stage.name, name, by, { label: `${path}: ${word}`, statistic }));
    const queues = [...destinations, { path: "intake", messages: intake.messages }];
    const depth = (queue: Queue, label: string, index: number) =>
      queue.metricApproximateNumberOfMessagesVisible({ label, statistic: Stats.MAXIMUM, color: colorOf(index) });
    const waiting = queues.map(({ path, messages }, index) => depth(messages.queue, path, index));
    const dead = queues.map(({ path, messages }, index) => depth(messages.deadLetters, path, index));
    const outcome = (name: MetricName, label: string, color: string) => sum(label, byConnection(name), color);
    const fate = (name: MetricName, label: string, color: string) => sum(label, byDestination(name), color);

    super(scope, id, {
      dashboardName: `order-relay-${stage.name}`,
      defaultInterval: Duration.days(1),
      periodOverride: PeriodOverride.AUTO,
      widgets: [
        [
          text(
            `# Order Relay: ${stage.name}\nFrom top to bottom: is anything wrong, what came and went, what waits, what failed, how long it took. An alarm's description names its heading in docs/runbook.md. The story of one order: \`npm run order -- --stage ${stage.name} <channel>/<connection>/<order ID>\`; what waits for a person: \`npm run failed -- --stage ${stage.name}\``,
          ),
        ],
        alarmWidgets("Alarms that page: something is broken, now", alarms.raised.page),
        alarmWidgets("Alarms for a ticket: a person mends something, today", alarms.raised.ticket),
        [
          total("Webhooks in", sum("webhooks", byConnection("EventsReceived"), Color.BLUE)),
          total("New orders", sum("orders", byConnection("OrdersRecorded"), Color.BLUE)),
          total("Created at providers", sum("created", byDestination("DeliveriesCreated"), Color.GREEN)),
          figure("Waiting now", sum("messages on queues", waiting, Color.ORANGE)),
          figure("Overdue now", sum("deliveries", byDestination("DeliveriesOverdue", Stats.MAXIMUM), Color.RED)),
          figure("Dead letters now", sum("dead letters", dead, Color.RED)),
        ],
        [
          graph("Webhooks in, by connection", byConnection("EventsReceived")),
          graph("What became of webhooks and orders", [
            outcome("OrdersRouted", "routed", Color.GREEN),
            outcome("OrdersNotRouted", "not routed", Color.GREY),
            outcome("EventsIgnored", "ignored: no news of an order", Color.BROWN),
            outcome("EventsUnreadable", "unreadable", Color.RED),
            outcome("SignatureFailures", "refused: signature", Color.PURPLE),
          ]),
        ],
        [
          graph("New orders, by connection", byConnection("OrdersRecorded")),
          graph("Webhooks that failed, by connection", [
            ...told(ofConnections, "SignatureFailures", "refused"),
            ...told(ofConnections, "EventsUnreadable", "unreadable"),
          ]),
        ],
        [
          graph("Orders created, by destination", byDestination("DeliveriesCreated")),
          graph("What became of deliveries", [
            fate("DeliveriesCreated", "created", Color.GREEN),
            fate("DeliveriesRetried", "tried again", Color.GREY),
            fate("ProviderThrottled", "throttled", Color.BROWN),
            fate("DeliveriesInDoubt", "in doubt", Color.PURPLE),
            fate("DeliveriesRejected", "rejected", Color.ORANGE),
            fate("DeliveriesFailed", "failed", Color.RED),
          ]),
        ],
        [
          graph("Waiting: messages on queues", waiting),
          // A gauge, written every minute.
          graph("Waiting: orders held for an operator, by connection", byConnection("OrdersHeld", Stats.MAXIMUM)),
        ],
        [
          graph("Failed: dead letters, by queue", dead, { width: WIDTH / 3 }),
          graph(
            "Failed: deliveries that wait for a person",
            [
              ...told(ofDestinations, "WaitingRejected", "rejected", Stats.MAXIMUM),
              ...told(ofDestinations, "WaitingFailing", "failing", Stats.MAXIMUM),
              ...told(ofDestinations, "WaitingFailed", "failed", Stats.MAXIMUM),
            ],
            { width: WIDTH / 3 },
          ),
          graph(
            "To be looked at, by destination",
            [
              ...told(ofDestinations, "CancelledAfterCreated", "cancelled too late"),
              ...told(ofDestinations, "ProviderPriceDifference", "price differs"),
            ],
            { width: WIDTH / 3 },
          ),
        ],
        [
          graph("From webhook to created, median", seconds(byDestination(LATENCY, "p50")), { unit: "s" }),
          graph("From webhook to created, 99 of 100", seconds(byDestination(LATENCY, "p99")), { unit: "s" }),
        ],
        [
          graph(
            "Functions: errors",
            functions.map((fn) => fn.metricErrors({ label: fn.name })),
          ),
          graph("Functions: longest run, in % of its timeout", functions.map(shareOfTimeout), {
            unit: "%",
            lines: [{ value: 80, label: "alarm", color: Color.RED }],
          }),
        ],
      ],
    });
  }
}

const text = (markdown: string) => new TextWidget({ markdown, width: WIDTH, height: 2 });

/** Those that ring first; the more there are, the higher. */
const alarmWidgets = (title: string, alarms: readonly Alarm[]) =>
  Array.from({ length: Math.ceil(alarms.length / MOST_ALARMS) }, (_, at) => {
    const some = alarms.slice(at * MOST_ALARMS, (at + 1) * MOST_ALARMS);
    return new AlarmStatusWidget({
      title: at === 0 ? title : `${title} (more)`,
      alarms: some,
      sortBy: AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
      width: WIDTH,
      height: 1 + Math.ceil(some.length / 6),
    });
  });

const figure = (title: string, metric: IMetric) =>
  new SingleValueWidget({ title, metrics: [metric], width: WIDTH / 6, height: 3 });

/** Of the whole time that the dashboard shows. */
const total = (title: string, metric: IMetric) =>
  new SingleValueWidget({ title, metrics: [metric], width: WIDTH / 6, height: 3, setPeriodToTimeRange: true });

interface GraphOptions {
  unit?: string;
  lines?: HorizontalAnnotation[];
  width?: number;
}

const graph = (title: string, left: IMetric[], { unit = "", lines = [], width = WIDTH / 2 }: GraphOptions = {}) =>
  new GraphWidget({
    title,
    left,
    width,
    height: 6,
    leftYAxis: { min: 0, label: unit, showUnits: false },
    leftAnnotations: lines,
  });

/**
 * Of all connections or destinations; a stage without any draws a flat line. By METRICS, since CloudWatch takes 2,048 characters
 * in an expression. It finds every ID of the graph that contains its string: "routed" would find those of "not routed", too.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-metrics-function
 */
function sum(label: string, metrics: readonly Metric[], color: string): IMetric {
  const ids = `sum_${label.replace(/\W/g, "")}_`;
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`${ids}${index}`, metric]));
  const expression = metrics.length > 0 ? `SUM(FILL(METRICS("${ids}"), 0))` : "0";
  return new MathExpression({ expression, label, color, usingMetrics });
}

const seconds = (metrics: readonly Metric[]): IMetric[] =>
  metrics.map(
    (metric, index) =>
      new MathExpression({
        expression: `ms${index} / 1000`,
        label: metric.label ?? "",
        color: colorOf(index),
        usingMetrics: { [`ms${index}`]: metric },
      }),
  );

function shareOfTimeout(fn: AppFunction, index: number): IMetric {
  const longest = fn.metricDuration({ statistic: Stats.MAXIMUM });
  const expression = `100 * ms${index} / ${fn.settings.timeout * 1000}`;
  return new MathExpression({ expression, label: fn.name, usingMetrics: { [`ms${index}`]: longest } });
}
