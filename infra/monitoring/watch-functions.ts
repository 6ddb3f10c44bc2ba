import { Duration } from "aws-cdk-lib";
import { Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { AppFunction } from "../constructs/app-function.ts";
import type { FindDueSchedule } from "../constructs/find-due-schedule.ts";
import type { Alarms } from "./alarms.ts";

const FIVE_MINUTES = Duration.minutes(5);

export function watchFindDue(alarms: Alarms, { findDue }: FindDueSchedule): void {
  alarms.raise("find-due-stopped", {
    lane: "page",
    heading: "find-due-stopped",
    sentence: "The due-time pass has not run for 15 minutes: what was held, forgotten or lost stays so.",
    metric: findDue.metricInvocations({ statistic: Stats.SUM, period: FIVE_MINUTES }),
    periods: 3,
    noNews: "bad",
  });
}

export function watchFunction(alarms: Alarms, fn: AppFunction): void {
  alarms.raise(`errors ${fn.name}`, {
    lane: "page",
    heading: "function-errors",
    sentence: `${fn.name} failed as a whole: it could not start, ran out of memory, or timed out.`,
    metric: fn.metricErrors({ statistic: Stats.SUM, period: FIVE_MINUTES }),
  });
  alarms.raise(`slow ${fn.name}`, {
    lane: "ticket",
    heading: "function-near-its-timeout",
    sentence: `${fn.name} took more than 80 % of its ${fn.settings.timeout} s.`,
    metric: fn.metricDuration({ statistic: Stats.MAXIMUM, period: FIVE_MINUTES }),
    threshold: fn.settings.timeout * 1000 * 0.8,
    // Three times in an hour: a shop with an order every quarter of one is to be heard, too.
    periods: 12,
    breaches: 3,
  });
}
