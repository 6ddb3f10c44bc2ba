import { Duration } from "aws-cdk-lib";
import { Metric, Stats } from "aws-cdk-lib/aws-cloudwatch";
import { type Dimension, type MetricName, NAMESPACE } from "../../shared/telemetry/metrics.ts";

/** A metric that our functions write (shared/telemetry/metrics.ts). Default: its sum over 5 minutes. */
export const relayMetric = (
  stage: string,
  metricName: MetricName,
  by: Dimension,
  options: { statistic?: string; period?: Duration; label?: string; color?: string } = {},
): Metric =>
  new Metric({
    namespace: NAMESPACE,
    metricName,
    dimensionsMap: { stage, ...by },
    statistic: Stats.SUM,
    period: Duration.minutes(5),
    ...options,
  });
