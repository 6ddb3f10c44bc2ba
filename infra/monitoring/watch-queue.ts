import { Duration } from "aws-cdk-lib";
import { type Metric, Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { MessageQueue } from "../constructs/message-queue.ts";
import type { Alarms } from "./alarms.ts";

const OPTIONS = { statistic: Stats.MAXIMUM, period: Duration.minutes(5) };
const HOUR = Duration.hours(1);
/** Dead letters live 14 days; after half of that somebody must be told again. */
const OLD = Duration.days(7);

export const depthOf = ({ deadLetters }: MessageQueue): Metric =>
  deadLetters.metricApproximateNumberOfMessagesVisible(OPTIONS);
/** SQS leaves out what was received three times or more: the ledger knows those (overdue deliveries). */
export const ageOf = (queue: MessageQueue["queue"]): Metric => queue.metricApproximateAgeOfOldestMessage(OPTIONS);

/**
 * Not by the age that SQS tells: it leaves out what was looked at three times (the console's "Poll for messages" is a look),
 * and counts from the move to this queue. What is there in every hour of 7 days nobody has cleared.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
export function watchOldDeadLetters(alarms: Alarms, path: string, { deadLetters }: MessageQueue): void {
  alarms.raise(`old-dead-letter ${path}`, {
    lane: "page",
    heading: "old-dead-letters",
    sentence: `${path} has had dead letters for 7 days, without an hour in which there were none; ${alarms.stage.config.retention.deadLetters / 86_400_000} days after it was first sent each is gone.`,
    metric: deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period: HOUR }),
    periods: OLD.toHours(),
  });
}
