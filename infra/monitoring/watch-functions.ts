import { Duration } from "aws-cdk-lib";
import { Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { AppFunction } from "../constructs/app-function.ts";
import type { FindDueSchedule } from "../constructs/find-due-schedule.ts";
import { visibilityTimeout } from "../stage-file/function-settings.ts";
import { type Alarms, SILENCE } from "./alarms.ts";
import { relayMetric } from "./relay-metric.ts";

const FIVE_MINUTES = Duration.minutes(5);

export function watchFindDue(alarms: Alarms, { findDue }: FindDueSchedule): void {
  alarms.addAlarm("find-due-stopped", {
    lane: "page",
    runbook: "find-due-stopped",
    description: "find-due has not run for 15 minutes: held orders and lost deliveries are not processed.",
    metric: findDue.metricInvocations({ statistic: Stats.SUM, period: FIVE_MINUTES }),
    evaluationPeriods: 3,
    ...SILENCE,
  });
}

/** Orders that find-due cannot read, so that nothing of them is found if it is lost. */
export function watchUnread(alarms: Alarms): void {
  alarms.addAlarm("orders-unread", {
    lane: "page",
    runbook: "orders-unread",
    description: "find-due cannot read orders that are due: reads fail, or a newer release wrote them.",
    metric: relayMetric(alarms.stage.name, "OrdersUnread", {}, { statistic: Stats.MAXIMUM }),
  });
}

export function watchErrors(alarms: Alarms, fn: AppFunction): void {
  alarms.addAlarm(`errors ${fn.name}`, {
    lane: "page",
    runbook: "function-errors",
    description: `${fn.name} failed as a whole, and again: it could not start, ran out of memory, or timed out.`,
    metric: fn.metricErrors({ statistic: Stats.SUM, period: FIVE_MINUTES }),
    // A message whose run failed returns after the visibility timeout: by then its second failure must still count.
    evaluationPeriods: Math.max(3, Math.ceil(visibilityTimeout(alarms.stage, fn.settings) / 300) + 1),
    datapointsToAlarm: 2,
  });
}

/** receive-webhook has an alarm of its own: its senders wait less than its timeout. */
export function watchDuration(alarms: Alarms, fn: AppFunction): void {
  alarms.addAlarm(`slow ${fn.name}`, {
    lane: "ticket",
    runbook: "function-near-its-timeout",
    description: `${fn.name} took more than 80 % of its timeout of ${fn.settings.timeout} s, three times in an hour.`,
    metric: fn.metricDuration({ statistic: Stats.MAXIMUM, period: FIVE_MINUTES }),
    threshold: fn.settings.timeout * 1000 * 0.8,
    // The periods need not be consecutive, so that a shop with one order every 15 minutes can set the alarm off.
    evaluationPeriods: 12,
    datapointsToAlarm: 3,
  });
}
