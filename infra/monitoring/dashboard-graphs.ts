import {
  type Alarm,
  AlarmStatusWidget,
  AlarmStatusWidgetSortBy,
  Color,
  GraphWidget,
  type HorizontalAnnotation,
  type IMetric,
  MathExpression,
  type Metric,
  SingleValueWidget,
  Stats,
  TextWidget,
} from "aws-cdk-lib/aws-cloudwatch";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { Dimension, MetricName } from "../../shared/telemetry/metrics.ts";
import { relayMetric } from "./relay-metric.ts";

/** Columns of a CloudWatch dashboard. */
export const WIDTH = 24;
/** CloudWatch's limit for one alarm widget. */
const ALARMS_PER_WIDGET = 100;
/** An endpoint, connection or destination has the same colour in every graph. */
const COLORS = [Color.BLUE, Color.ORANGE, Color.GREEN, Color.PURPLE, Color.PINK, Color.BROWN, Color.RED, Color.GREY];
const colorOf = (index: number): string => COLORS[index % COLORS.length] ?? Color.GREY;

/** The same metric of every endpoint, connection or destination: one line each. */
export class Lines {
  private readonly stage: string;
  private readonly dimensions: readonly (readonly [path: string, by: Dimension])[];

  constructor(stage: string, paths: readonly string[], dimensionOf: (path: string) => Dimension) {
    this.stage = stage;
    this.dimensions = paths.map((path) => [path, dimensionOf(path)]);
  }

  of(name: MetricName, statistic: string = Stats.SUM): Metric[] {
    return this.dimensions.map(([label, by], index) =>
      relayMetric(this.stage, name, by, { label, statistic, color: colorOf(index) }),
    );
  }

  /** For a graph of several metrics, where `word` and not the colour distinguishes them. */
  labelled(name: MetricName, word: string, statistic: string = Stats.SUM): Metric[] {
    return this.dimensions.map(([path, by]) =>
      relayMetric(this.stage, name, by, { label: `${path}: ${word}`, statistic }),
    );
  }

  sum(name: MetricName, label: string, color: string, statistic: string = Stats.SUM): IMetric {
    return sum(label, this.of(name, statistic), color);
  }
}

export const text = (markdown: string): TextWidget => new TextWidget({ markdown, width: WIDTH, height: 2 });

/** The alarms of one lane, sorted by their last change, newest first. */
export const alarmLists = (title: string, alarms: readonly Alarm[]): AlarmStatusWidget[] =>
  Array.from({ length: Math.ceil(alarms.length / ALARMS_PER_WIDGET) }, (_, at) => {
    const some = alarms.slice(at * ALARMS_PER_WIDGET, (at + 1) * ALARMS_PER_WIDGET);
    return new AlarmStatusWidget({
      title: at === 0 ? title : `${title} (more)`,
      alarms: some,
      sortBy: AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
      width: WIDTH,
      height: 1 + Math.ceil(some.length / 6),
    });
  });

/** The latest value. */
export const latest = (title: string, metric: IMetric): SingleValueWidget =>
  new SingleValueWidget({ title, metrics: [metric], width: WIDTH / 6, height: 3 });

/** One value for the whole time range that the dashboard shows. */
export const total = (title: string, metric: IMetric): SingleValueWidget =>
  new SingleValueWidget({ title, metrics: [metric], width: WIDTH / 6, height: 3, setPeriodToTimeRange: true });

interface GraphOptions {
  unit?: string;
  lines?: HorizontalAnnotation[];
  width?: number;
}

export const graph = (
  title: string,
  left: IMetric[],
  { unit = "", lines = [], width = WIDTH / 2 }: GraphOptions = {},
): GraphWidget =>
  new GraphWidget({
    title,
    left,
    width,
    height: 6,
    leftYAxis: { min: 0, label: unit, showUnits: false },
    leftAnnotations: lines,
  });

/** Messages that are visible in SQS. */
export const depth = (queue: Queue, label: string, index: number): Metric =>
  queue.metricApproximateNumberOfMessagesVisible({ label, statistic: Stats.MAXIMUM, color: colorOf(index) });

/**
 * The sum of `metrics`; a flat line at 0 if there are none. It uses METRICS because CloudWatch limits an expression to
 * 2,048 characters. METRICS matches every ID in the graph that contains its text, so "routed" would also match "not
 * routed".
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-metrics-function
 */
export function sum(label: string, metrics: readonly Metric[], color: string): IMetric {
  const ids = `sum_${label.replace(/\W/g, "")}_`;
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`${ids}${index}`, metric]));
  const expression = metrics.length > 0 ? `SUM(FILL(METRICS("${ids}"), 0))` : "0";
  return new MathExpression({ expression, label, color, usingMetrics });
}

/** Milliseconds as seconds. */
export const seconds = (metrics: readonly Metric[]): IMetric[] =>
  metrics.map(
    (metric, index) =>
      new MathExpression({
        expression: `ms${index} / 1000`,
        label: metric.label ?? "",
        color: colorOf(index),
        usingMetrics: { [`ms${index}`]: metric },
      }),
  );
