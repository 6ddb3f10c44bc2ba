import { Duration } from "aws-cdk-lib";
import { Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { ReconcileSchedule } from "../constructs/reconcile-schedule.ts";
import type { StageConnection } from "../stage-file/stage-endpoints.ts";
import { type Alarms, SILENCE } from "./alarms.ts";
import { relayMetric } from "./relay-metric.ts";

export function watchReconcile(alarms: Alarms, { reconcile }: ReconcileSchedule): void {
  alarms.addAlarm("reconcile-stopped", {
    lane: "ticket",
    runbook: "reconcile-stopped",
    description: "reconcile has not run for an hour: a webhook that is lost is not found.",
    metric: reconcile.metricInvocations({ statistic: Stats.SUM, period: Duration.minutes(15) }),
    evaluationPeriods: 4,
    ...SILENCE,
  });
}

export function watchPasses(alarms: Alarms, { path }: Pick<StageConnection, "path">): void {
  const { name, infrastructure } = alarms.stage;
  const by = { connection: path };
  alarms.addAlarm(`events-missed ${path}`, {
    lane: "ticket",
    runbook: "events-missed",
    description: `Orders of ${path} came without a webhook; reconcile found them in the list of the channel's API.`,
    metric: relayMetric(name, "EventsMissed", by, { period: Duration.days(1) }),
    threshold: infrastructure.thresholds.missedEvents,
  });
  alarms.addAlarm(`reconcile-overdue ${path}`, {
    lane: "ticket",
    runbook: "reconcile-overdue",
    description: `For too long no pass has read the list of orders of ${path} to its end: a webhook that is lost is not found.`,
    metric: relayMetric(name, "ReconcileOverdue", by),
    evaluationPeriods: 3,
  });
}
