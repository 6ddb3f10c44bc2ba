import { Duration } from "aws-cdk-lib";
import { Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { AlarmTopics, Lane } from "./alarm-topics.ts";
import type { Alarms } from "./alarms.ts";

/** The other lane: the failing one would not deliver its own notice. */
const OTHER = { page: "ticket", ticket: "page" } as const satisfies Record<Lane, Lane>;

/** Notices that SNS could not deliver to a recipient of alarms. It does not count those that were never confirmed. */
export function watchNotices(alarms: Alarms, { topics }: AlarmTopics): void {
  for (const lane of ["page", "ticket"] as const) {
    alarms.addAlarm(`notices-failed ${lane}`, {
      lane: OTHER[lane],
      runbook: "notices-failed",
      description: `SNS could not deliver notices of the lane "${lane}" to one of its recipients.`,
      metric: topics[lane].metricNumberOfNotificationsFailed({ statistic: Stats.SUM, period: Duration.minutes(5) }),
    });
  }
}
