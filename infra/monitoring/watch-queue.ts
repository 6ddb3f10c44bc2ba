import { Duration } from "aws-cdk-lib";
import { type Metric, Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { MessageQueue } from "../constructs/message-queue.ts";
import type { Alarms } from "./alarms.ts";

const OPTIONS = { statistic: Stats.MAXIMUM, period: Duration.minutes(5) };
const HOUR = Duration.hours(1);
/** Dead letters are kept 14 days by default: half of that is left to act. */
const OLD = Duration.days(7);

export const depthOf = ({ deadLetters }: MessageQueue): Metric =>
  deadLetters.metricApproximateNumberOfMessagesVisible(OPTIONS);
/** SQS leaves out messages that were received three times or more; for deliveries, the alarm "overdue" covers those. */
export const ageOf = (queue: MessageQueue["queue"]): Metric => queue.metricApproximateAgeOfOldestMessage(OPTIONS);

/**
 * Counts consecutive hours with dead letters. SQS's ApproximateAgeOfOldestMessage does not work here: it leaves out
 * messages received three times (the console's "Poll for messages" receives), and counts from the move to the
 * dead-letter queue.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
export function watchOldDeadLetters(alarms: Alarms, path: string, { deadLetters }: MessageQueue): void {
  const days = alarms.stage.config.retention.deadLetters / 86_400_000;
  alarms.addAlarm(`old-dead-letter ${path}`, {
    lane: "page",
    runbook: "old-dead-letters",
    description: `The dead-letter queue of ${path} has not been empty for 7 days. SQS deletes each message ${days} days after it was first sent.`,
    metric: deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period: HOUR }),
    evaluationPeriods: OLD.toHours(),
  });
}
