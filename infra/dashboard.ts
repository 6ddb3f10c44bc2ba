import { Duration } from "aws-cdk-lib";
import {
  AlarmStatusWidget,
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
import type { Construct } from "constructs";
import { pathOf } from "../shared/config.ts";
import type { MetricName } from "../shared/metrics.ts";
import type { Alarms } from "./alarms.ts";
import type { AppFunction } from "./app-function.ts";
import type { Destination } from "./destination.ts";
import type { Intake } from "./intake.ts";
import type { Stage } from "./read-stage.ts";
import { relayMetric } from "./relay-metric.ts";

interface Props {
  stage: Stage;
  intake: Intake;
  destinations: readonly Destination[];
  functions: readonly AppFunction[];
  alarms: Alarms;
}

const WIDTH = 24;
const DAY = Duration.days(1);

/** One page a person can read from top to bottom: is anything wrong, how much came and went, what waits, what failed, how fast. */
export class RelayDashboard extends Dashboard {
  constructor(scope: Construct, id: string, { stage, intake, destinations, functions, alarms }: Props) {
    const connections = stage.config.connections.map(pathOf);
    const paths = destinations.map(({ path }) => path);
    const byConnection = (name: MetricName, period?: Duration) =>
      connections.map((connection) =>
        relayMetric(stage.name, name, { connection }, { label: connection, ...(period && { period }) }),
      );
    const byDestination = (name: MetricName, period?: Duration) =>
      paths.map((destination) =>
        relayMetric(stage.name, name, { destination }, { label: destination, ...(period && { period }) }),
      );
    const queues = [{ path: "intake", messages: intake.messages }, ...destinations];
    const waiting = queues.map(({ path, messages }) =>
      messages.queue.metricApproximateNumberOfMessagesVisible({ label: path, statistic: Stats.MAXIMUM }),
    );
    const dead = queues.map(({ path, messages }) =>
      messages.deadLetters.metricApproximateNumberOfMessagesVisible({ label: path, statistic: Stats.MAXIMUM }),
    );
    const outcome = (name: MetricName, label: string, color: string) => sum(label, byConnection(name), color);
    const fate = (name: MetricName, label: string, color: string) => sum(label, byDestination(name), color);

    super(scope, id, {
      dashboardName: `order-relay-${stage.name}`,
      defaultInterval: DAY,
      periodOverride: PeriodOverride.AUTO,
      widgets: [
        [
          text(
            `# Order Relay: ${stage.name}\nWebhooks come in by connection, orders go out by destination. Red is for now, yellow for today; every alarm names its heading in docs/runbook.md. The story of one order: \`npm run order -- --stage ${stage.name} <channel>/<connection>/<order ID>\``,
          ),
        ],
        [new AlarmStatusWidget({ title: "Alarms", alarms: alarms.all, width: WIDTH, height: 4 })],
        [
          figure("Webhooks, 24 h", sum("webhooks", byConnection("EventsReceived", DAY), Color.BLUE, DAY)),
          figure("Orders, 24 h", sum("orders", byConnection("OrdersRecorded", DAY), Color.BLUE, DAY)),
          figure("Created, 24 h", sum("created", byDestination("DeliveriesCreated", DAY), Color.GREEN, DAY)),
          figure("Waiting now", sum("messages", waiting, Color.ORANGE)),
          figure("Overdue now", sum("deliveries", byDestination("DeliveriesOverdue"), Color.RED)),
          figure("Dead letters now", sum("messages", dead, Color.RED)),
        ],
        [
          graph("Webhooks in, by connection", byConnection("EventsReceived")),
          graph("What became of orders", [
            outcome("OrdersRouted", "routed", Color.GREEN),
            outcome("OrdersNotRouted", "not routed", Color.GREY),
            outcome("EventsUnreadable", "unreadable", Color.RED),
            outcome("SignatureFailures", "refused: signature", Color.PURPLE),
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
            fate("DeliveriesFaulty", "faulty", Color.RED),
          ]),
        ],
        [
          graph("Waiting: messages on queues", waiting),
          graph("Waiting: orders held, by connection", byConnection("OrdersHeld")),
        ],
        [
          graph("Failed: dead letters, by queue", dead),
          graph("Failed: rejected and faulty, by destination", [
            ...byDestination("DeliveriesRejected").map((metric) => relabel(metric, "rejected")),
            ...byDestination("DeliveriesFaulty").map((metric) => relabel(metric, "faulty")),
          ]),
        ],
        [
          graph("From webhook to created, median", latencies(stage.name, paths, "p50"), "ms"),
          graph("From webhook to created, 99 of 100", latencies(stage.name, paths, "p99"), "ms"),
        ],
        [
          graph(
            "Functions: errors",
            functions.map((fn) => fn.metricErrors({ label: fn.room })),
          ),
          graph(
            "Functions: longest run",
            functions.map((fn) => fn.metricDuration({ label: fn.room, statistic: Stats.MAXIMUM })),
            "ms",
            timeouts(functions),
          ),
        ],
      ],
    });
  }
}

const text = (markdown: string) => new TextWidget({ markdown, width: WIDTH, height: 3 });

const figure = (title: string, metric: IMetric) =>
  new SingleValueWidget({ title, metrics: [metric], width: WIDTH / 6, height: 4 });

const graph = (title: string, left: IMetric[], label = "", leftAnnotations: HorizontalAnnotation[] = []) =>
  new GraphWidget({
    title,
    left,
    width: WIDTH / 2,
    height: 6,
    leftYAxis: { min: 0, label, showUnits: false },
    leftAnnotations,
  });

/** Of all connections or destinations; a stage without any draws a flat line. */
function sum(label: string, metrics: readonly Metric[], color: string, period?: Duration): IMetric {
  const usingMetrics = Object.fromEntries(
    metrics.map((metric, index) => [`${label.replace(/\W/g, "")}${index}`, metric]),
  );
  const expression = Object.keys(usingMetrics)
    .map((id) => `FILL(${id}, 0)`)
    .join(" + ");
  return new MathExpression({ expression: expression || "0", label, color, usingMetrics, ...(period && { period }) });
}

const relabel = (metric: Metric, word: string): Metric => metric.with({ label: `${metric.label}: ${word}` });

const latencies = (stage: string, paths: readonly string[], statistic: string) =>
  paths.map((destination) =>
    relayMetric(stage, "LatencyWebhookToCreated", { destination }, { label: destination, statistic }),
  );

const timeouts = (functions: readonly AppFunction[]): HorizontalAnnotation[] =>
  [...new Set(functions.map((fn) => fn.settings.timeout))].map((seconds) => ({
    value: seconds * 1000,
    label: `timeout ${seconds} s`,
    color: Color.RED,
  }));
