import type { Stage } from "../../../infra/stage-file/checked-stage.ts";
import { type FunctionName, functionSettings } from "../../../infra/stage-file/function-settings.ts";
import type { Resource } from "../../../infra/template.ts";
import { endpointsOf } from "../../../shared/stage/endpoints.ts";
import { METRICS } from "../../../shared/telemetry/metrics.ts";
import { type Cost, cost } from "./cost.ts";
import { ASSUMED, MEASURED } from "./measured.ts";
import { PRICES } from "./prices.ts";

const HOURS = 730;
const MINUTES = HOURS * 60;
const GB = 1_000_000_000;
const ORDERS = 10_000;

/** Monthly costs of a stage: `rest` without orders; `use` is added in a month with orders, however many. */
export interface StageCosts {
  rest: Cost[];
  use: Cost[];
  /** Costs of 10,000 orders with one delivery each. */
  orders: Cost[];
  /** Costs of a further delivery of each of 10,000 orders. */
  delivery: Cost[];
}

/** @param template of the stage, in which resources are counted */
export function costsOf(stage: Stage, template: ReadonlyMap<string, Resource>): StageCosts {
  return {
    rest: atRest(stage, template),
    use: inUse(stage, template),
    orders: ofOrders(stage),
    delivery: ofDeliveries(stage),
  };
}

const counter = (template: ReadonlyMap<string, Resource>) => (type: string) =>
  [...template.values()].filter(({ Type }) => Type === type).length;

function atRest(stage: Stage, template: ReadonlyMap<string, Resource>): Cost[] {
  const count = counter(template);
  const sources = count("AWS::Lambda::EventSourceMapping");
  const { pollers, longPoll, seconds, logBytes } = ASSUMED;
  const passes = MINUTES / Math.max(1, Math.round(stage.config.timing.findDueEvery / 60_000));
  const gauges = gaugesOf(stage);
  const bytes = logBytes["find-due"] + gauges * logBytes.gauge;
  const nat = count("AWS::EC2::NatGateway");
  return [
    cost("alarms", "in the template, by the metrics in each", alarmMetrics(template), PRICES.alarm),
    cost("dashboard", "in the template", count("AWS::CloudWatch::Dashboard"), PRICES.dashboard),
    cost("secrets", "in the template", count("AWS::SecretsManager::Secret"), PRICES.secret),
    cost("gauges", "one per connection, four per destination, one for the 429s", gauges + 1, PRICES.metric),
    cost("key", "in the template", count("AWS::KMS::Key"), PRICES.key),
    cost(
      "polling of queues",
      `${sources} queues × ${pollers} pollers, every ${longPoll} s`,
      (sources * pollers * HOURS * 3600) / longPoll,
      PRICES.sqs,
    ),
    cost("find-due: traces", "one per pass", passes, PRICES.traces),
    cost("find-due: log", `${bytes} bytes per pass`, (passes * bytes) / GB, PRICES.logs),
    ...invocations(stage, "find-due", passes, seconds["find-due"], "one per minute"),
    cost("find-due: ledger", `${MEASURED.pass.writes} per pass`, passes * MEASURED.pass.writes, PRICES.writes),
    cost("find-due: ledger", `${MEASURED.pass.reads} per pass`, passes * MEASURED.pass.reads, PRICES.reads),
    cost("key: requests", "the table's key every 5 minutes", MINUTES / 5, PRICES.keyRequests),
    ...polls(stage, template),
    ...(nat > 0
      ? [
          cost("fixed egress", `${nat} NAT gateway`, nat * HOURS, PRICES.natHour),
          cost("fixed egress", "its address", count("AWS::EC2::EIP") * HOURS, PRICES.addressHour),
        ]
      : []),
    ...warm(stage),
  ];
}

/** reconcile starts every minute; each connection whose orders it lists has an alarm on its passes. */
function polls(stage: Stage, template: ReadonlyMap<string, Resource>): Cost[] {
  const listed = stage.config.connections.flatMap(({ channel, name, reconcileEvery }) => {
    const alarm = `order-relay-${stage.name} reconcile-overdue ${channel}/${name}`;
    const isListed = [...template.values()].some(({ Properties }) => Properties?.["AlarmName"] === alarm);
    return isListed && reconcileEvery !== "off" ? Math.max(60_000, reconcileEvery) : [];
  });
  if (listed.length === 0) return [];
  const { seconds, passSeconds, logBytes } = ASSUMED;
  const { start, pass } = MEASURED.poll;
  const passes = listed.reduce((sum, every) => sum + (HOURS * 3_600_000) / every, 0);
  const each = `${listed.length} connections, ${Math.round(passes).toLocaleString("en")} passes`;
  const log = MINUTES * logBytes.reconcile + passes * logBytes.poll;
  const { memory } = functionSettings(stage, "reconcile");
  return [
    ...invocations(stage, "reconcile", MINUTES, seconds.reconcile, "one per minute"),
    cost(
      "reconcile: time of passes",
      `${each} of ${passSeconds} s`,
      (passes * passSeconds * memory) / 1024,
      PRICES.lambdaTime,
    ),
    cost("reconcile: traces", "one per start", MINUTES, PRICES.traces),
    cost("reconcile: log", `${logBytes.reconcile} bytes per start, ${logBytes.poll} per pass`, log / GB, PRICES.logs),
    cost("reconcile: ledger", `${pass.writes} per pass`, passes * pass.writes, PRICES.writes),
    cost(
      "reconcile: ledger",
      `${start.reads} per start and connection, ${pass.reads} per pass`,
      MINUTES * listed.length * start.reads + passes * pass.reads,
      PRICES.reads,
    ),
    cost("reconcile: reads of secrets", "2 per pass", 2 * passes, PRICES.secretReads),
    cost("reconcile: key requests", "the table's key every 5 minutes", MINUTES / 5, PRICES.keyRequests),
  ];
}

function warm(stage: Stage): Cost[] {
  const { provisionedConcurrency: instances } = stage.infrastructure;
  if (instances === 0) return [];
  const { memory } = functionSettings(stage, "receive-webhook");
  const quantity = (instances * HOURS * 3600 * memory) / 1024;
  return [cost("receive-webhook kept warm", `${instances} × ${memory} MB`, quantity, PRICES.lambdaWarm)];
}

function inUse(stage: Stage, template: ReadonlyMap<string, Resource>): Cost[] {
  const metrics = metricsOf(stage);
  const secrets = counter(template)("AWS::SecretsManager::Secret");
  const atRest = gaugesOf(stage) + 1;
  const reads = (HOURS * 3_600_000) / stage.config.timing.secretsMaxAge;
  return [
    cost("metrics besides the gauges", `${metrics} in all, each written every hour`, metrics - atRest, PRICES.metric),
    cost("secrets: reads", "each by one environment, at every re-read", secrets * reads, PRICES.secretReads),
    cost(
      "key: requests",
      "the table's key in three functions, the intake's",
      3 * (MINUTES / 5) + 3 * HOURS,
      PRICES.keyRequests,
    ),
  ];
}

/** find-due writes these every minute: orders held; overdue, failing, failed and rejected deliveries. */
const gaugesOf = ({ config: { connections, destinations } }: Stage): number =>
  connections.length + 4 * destinations.length;

/** AWS bills an alarm on an expression by its metrics. */
const alarmMetrics = (template: ReadonlyMap<string, Resource>): number =>
  [...template.values()]
    .filter(({ Type }) => Type === "AWS::CloudWatch::Alarm")
    .map(({ Properties: { Metrics } = {} }) =>
      Array.isArray(Metrics) ? Metrics.filter((one: object) => "MetricStat" in one).length : 1,
    )
    .reduce((sum, metrics) => sum + metrics, 0);

/**
 * Custom metrics that a stage can write: those of each endpoint, connection and destination, of the stage, and the
 * 429s.
 */
export const metricsOf = ({ config }: Stage): number =>
  METRICS.endpoint.length * endpointsOf(config).length +
  METRICS.connection.length * config.connections.length +
  METRICS.destination.length * config.destinations.length +
  METRICS.stage.length +
  1;

function ofOrders(stage: Stage): Cost[] {
  const { eventsPerOrder, seconds, logBytes, bytes } = ASSUMED;
  const events = ORDERS * eventsPerOrder;
  const each = `${eventsPerOrder} events per order`;
  const writes = MEASURED.record.writes + (eventsPerOrder - 1) * MEASURED.update.writes;
  const log = logBytes["receive-webhook"] + logBytes.access + logBytes["route-order"];
  const { bodies, states } = stage.config.retention;
  const kept = (ORDERS * (bytes.body * months(bodies) + bytes.state * months(states))) / GB;
  const lasts = `body ${days(bodies)} days, state ${days(states)}`;
  return [
    cost("HTTP API", each, events, PRICES.httpApi),
    ...invocations(stage, "receive-webhook", events, seconds["receive-webhook"], each),
    cost("intake queue", "send, receive, delete of each event", 3 * events, PRICES.sqs),
    ...invocations(stage, "route-order", events, seconds["route-order"], `${each}, none batched`),
    cost(
      "ledger: writes",
      `${MEASURED.record.writes} + ${eventsPerOrder - 1} × ${MEASURED.update.writes} per order`,
      ORDERS * writes,
      PRICES.writes,
    ),
    cost("ledger: reads", "1 per event", events, PRICES.reads),
    cost("ledger: storage", lasts, kept, PRICES.tableStorage),
    cost("ledger: recovery", "the same", kept, PRICES.tableRecovery),
    cost("logs", `${log} bytes per event`, (events * log) / GB, PRICES.logs),
    cost(
      "logs: storage",
      `${days(stage.config.retention.logs)} days`,
      ((events * log) / GB) * months(stage.config.retention.logs),
      PRICES.logStorage,
    ),
    cost("traces", "2 per event", 2 * events, PRICES.traces),
    ...ofDeliveries(stage),
  ];
}

function ofDeliveries(stage: Stage): Cost[] {
  const { seconds, logBytes, bytes, providerReads } = ASSUMED;
  const { writes, reads } = MEASURED.delivery;
  const kept = (ORDERS * bytes.delivery * months(stage.config.retention.states)) / GB;
  const log = logBytes["create-order"];
  const [first] = stage.config.destinations;
  return [
    cost("delivery: queue", "send, receive, delete", 3 * ORDERS, PRICES.sqs),
    ...invocations(
      stage,
      `create-order-${first?.provider ?? ""}`,
      ORDERS,
      seconds["create-order"],
      "one per order, none batched",
    ),
    cost("delivery: ledger", `${writes} write units`, ORDERS * writes, PRICES.writes),
    cost(
      "delivery: ledger",
      `${reads}, and ${providerReads} of the provider's own`,
      ORDERS * (reads + providerReads),
      PRICES.reads,
    ),
    cost("delivery: storage and recovery", "as long as the state", kept, combined()),
    cost("delivery: log", `${log} bytes`, (ORDERS * log) / GB, PRICES.logs),
    cost("delivery: trace", "one", ORDERS, PRICES.traces),
  ];
}

const combined = () => ({ ...PRICES.tableStorage, usd: PRICES.tableStorage.usd + PRICES.tableRecovery.usd });

function invocations(stage: Stage, fn: FunctionName, count: number, seconds: number, counted: string): Cost[] {
  const { memory } = functionSettings(stage, fn);
  return [
    cost(`${name(fn)}: invocations`, counted, count, PRICES.lambdaRequests),
    cost(`${name(fn)}: time`, `${seconds} s with ${memory} MB`, (count * seconds * memory) / 1024, PRICES.lambdaTime),
  ];
}

const name = (fn: FunctionName): string => (fn.startsWith("create-order-") ? "delivery: create-order" : fn);
const days = (ms: number): number => ms / 86_400_000;
const months = (ms: number): number => days(ms) / 30.4;
