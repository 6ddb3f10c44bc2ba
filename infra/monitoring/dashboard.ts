import { Duration } from "aws-cdk-lib";
import {
  Color,
  Dashboard,
  type IMetric,
  type IWidget,
  MathExpression,
  type Metric,
  PeriodOverride,
  Stats,
} from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import { pathOf } from "../../shared/stage/config.ts";
import { endpointsOf } from "../../shared/stage/endpoints.ts";
import type { AppFunction } from "../constructs/app-function.ts";
import type { Destination } from "../constructs/destination.ts";
import type { Intake } from "../constructs/intake.ts";
import type { Stage } from "../stage-file/checked-stage.ts";
import type { Alarms } from "./alarms.ts";
import { alarmLists, depth, graph, Lines, latest, seconds, sum, text, total, WIDTH } from "./dashboard-graphs.ts";
import { relayMetric } from "./relay-metric.ts";

interface Parts {
  stage: Stage;
  intake: Intake;
  destinations: readonly Destination[];
  functions: readonly AppFunction[];
  alarms: Alarms;
}

/** What the rows show. */
interface Sources extends Parts {
  endpoints: Lines;
  connections: Lines;
  deliveries: Lines;
  /** Depths of all queues, and of their dead-letter queues. */
  queues: readonly Metric[];
  deadLetters: readonly Metric[];
}

type Row = IWidget[];

/**
 * One page, read from top to bottom: alarms, totals, webhooks, orders, deliveries, what waits, what failed, how long it
 * took.
 */
export class RelayDashboard extends Dashboard {
  constructor(scope: Construct, id: string, parts: Parts) {
    super(scope, id, {
      dashboardName: `order-relay-${parts.stage.name}`,
      defaultInterval: Duration.days(1),
      periodOverride: PeriodOverride.AUTO,
      widgets: rows(sourcesOf(parts)),
    });
  }
}

function sourcesOf(parts: Parts): Sources {
  const { stage, intake, destinations } = parts;
  const notifications = intake.notifications.map(({ connection, messages }) => ({
    path: `notifications ${connection.path}`,
    messages,
  }));
  const all = [...destinations, { path: "intake", messages: intake.messages }, ...notifications];
  return {
    ...parts,
    endpoints: new Lines(stage.name, endpointsOf(stage.config).map(pathOf), (endpoint) => ({ endpoint })),
    connections: new Lines(stage.name, stage.config.connections.map(pathOf), (connection) => ({ connection })),
    deliveries: new Lines(
      stage.name,
      destinations.map(({ path }) => path),
      (destination) => ({ destination }),
    ),
    queues: all.map(({ path, messages }, index) => depth(messages.queue, path, index)),
    deadLetters: all.map(({ path, messages }, index) => depth(messages.deadLetters, path, index)),
  };
}

const rows = (sources: Sources): Row[] => [
  introduction(sources),
  alarmLists("Alarms that page: something is broken, act now", sources.alarms.byLane.page),
  alarmLists("Alarms for a ticket: an order's data needs fixing, act today", sources.alarms.byLane.ticket),
  totals(sources),
  webhooks(sources),
  orders(sources),
  deliveries(sources),
  waiting(sources),
  failures(sources),
  latency(sources),
  functions(sources),
];

const introduction = ({ stage: { name } }: Sources): Row => [
  text(
    `# Order Relay: ${name}\nFrom top to bottom: alarms, totals, webhooks, orders, deliveries, what waits, what failed, how long it took. An alarm's description names its heading in docs/runbook.md. One order's history: \`npm run order -- --stage ${name} <channel>/<connection>/<order ID>\`. What needs an operator: \`npm run failed -- --stage ${name}\``,
  ),
];

const totals = ({ endpoints, connections, deliveries, queues, deadLetters }: Sources): Row => [
  total("Webhooks received", endpoints.sum("EventsReceived", "webhooks", Color.BLUE)),
  total("Orders recorded", connections.sum("OrdersRecorded", "orders", Color.BLUE)),
  total("Orders created", deliveries.sum("DeliveriesCreated", "created", Color.GREEN)),
  latest("Messages in queues", sum("messages", queues, Color.ORANGE)),
  latest("Overdue deliveries", deliveries.sum("DeliveriesOverdue", "deliveries", Color.RED, Stats.MAXIMUM)),
  latest("Dead letters", sum("dead letters", deadLetters, Color.RED)),
];

const webhooks = ({ stage, endpoints, connections }: Sources): Row => [
  graph("Webhooks received, by endpoint", endpoints.of("EventsReceived")),
  graph("Webhooks and orders, by outcome", [
    connections.sum("OrdersRouted", "routed", Color.GREEN),
    connections.sum("OrdersNotRouted", "not routed", Color.GREY),
    endpoints.sum("EventsIgnored", "ignored: not about an order", Color.BROWN),
    endpoints.sum("EventsUnreadable", "unreadable", Color.RED),
    endpoints.sum("SignatureFailures", "refused: signature", Color.PURPLE),
    relayMetric(stage.name, "EventsUnsigned", {}, { label: "refused: unsigned", color: Color.GREY }),
    relayMetric(stage.name, "HandshakesAnswered", {}, { label: "handshakes", color: Color.PINK }),
    connections.sum("EventsMissed", "missed, found by a poll", Color.ORANGE),
  ]),
];

const orders = ({ stage, endpoints, connections }: Sources): Row => [
  graph("Orders recorded, by connection", connections.of("OrdersRecorded")),
  graph("Webhooks refused or unreadable", [
    ...endpoints.labelled("SignatureFailures", "refused"),
    ...endpoints.labelled("EventsUnreadable", "unreadable"),
    ...connections.labelled("ChannelCredentialsRefused", "our credentials refused"),
    ...connections.labelled("ReconcileOverdue", "polls overdue"),
    relayMetric(stage.name, "BuyersHidden", {}, { label: "buyers hidden", color: Color.BROWN }),
  ]),
];

const deliveries = ({ deliveries: all }: Sources): Row => [
  graph("Orders created, by destination", all.of("DeliveriesCreated")),
  graph("Deliveries, by outcome", [
    all.sum("DeliveriesCreated", "created", Color.GREEN),
    all.sum("DeliveriesRetried", "retried", Color.GREY),
    all.sum("ProviderThrottled", "throttled", Color.BROWN),
    all.sum("DeliveriesInDoubt", "in doubt", Color.PURPLE),
    all.sum("DeliveriesRejected", "rejected", Color.ORANGE),
    all.sum("DeliveriesFailed", "failed", Color.RED),
  ]),
];

const waiting = ({ connections, queues }: Sources): Row => [
  graph("Messages in queues", [...queues]),
  graph("Orders held for an operator, by connection", connections.of("OrdersHeld", Stats.MAXIMUM)),
];

const THIRD = { width: WIDTH / 3 };

const failures = ({ deliveries: all, deadLetters }: Sources): Row => [
  graph("Dead letters, by queue", [...deadLetters], THIRD),
  graph(
    "Deliveries rejected, failing or failed",
    [
      ...all.labelled("WaitingRejected", "rejected", Stats.MAXIMUM),
      ...all.labelled("WaitingFailing", "failing", Stats.MAXIMUM),
      ...all.labelled("WaitingFailed", "failed", Stats.MAXIMUM),
    ],
    THIRD,
  ),
  graph(
    "Late cancellations and price differences",
    [
      ...all.labelled("LateCancellations", "late cancellation"),
      ...all.labelled("ProviderPriceDifference", "price differs"),
    ],
    THIRD,
  ),
];

const latency = ({ deliveries: all }: Sources): Row =>
  ["p50", "p99"].map((statistic) =>
    graph(`From webhook to created, ${statistic}`, seconds(all.of("LatencyWebhookToCreated", statistic)), {
      unit: "s",
    }),
  );

const functions = ({ functions: all }: Sources): Row => [
  graph(
    "Functions: errors",
    all.map((fn) => fn.metricErrors({ label: fn.name })),
  ),
  graph("Functions: longest run, as a share of the timeout", all.map(shareOfTimeout), {
    unit: "%",
    lines: [{ value: 80, label: "alarm", color: Color.RED }],
  }),
];

function shareOfTimeout(fn: AppFunction, index: number): IMetric {
  const longest = fn.metricDuration({ statistic: Stats.MAXIMUM });
  const expression = `100 * ms${index} / ${fn.settings.timeout * 1000}`;
  return new MathExpression({ expression, label: fn.name, usingMetrics: { [`ms${index}`]: longest } });
}
