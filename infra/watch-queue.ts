import { Duration } from "aws-cdk-lib";
import { type Metric, Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { Alarms } from "./alarms.ts";
import type { MessageQueue } from "./message-queue.ts";

const OPTIONS = { statistic: Stats.MAXIMUM, period: Duration.minutes(5) };
/** Dead letters live 14 days; after half of that somebody must be told again. */
const OLD = Duration.days(7);

export const depthOf = ({ deadLetters }: MessageQueue): Metric =>
  deadLetters.metricApproximateNumberOfMessagesVisible(OPTIONS);
/** SQS leaves out what was received three times or more: the ledger knows those (overdue deliveries). */
export const ageOf = (queue: MessageQueue["queue"]): Metric => queue.metricApproximateAgeOfOldestMessage(OPTIONS);

export function watchDeadLetterAge(alarms: Alarms, path: string, { deadLetters }: MessageQueue): void {
  alarms.raise(`old-dead-letter ${path}`, {
    lane: "page",
    heading: "old-dead-letters",
    sentence: `A dead letter of ${path} is 7 days old; after ${alarms.stage.config.retention.deadLetters / 86_400_000} it is gone.`,
    metric: ageOf(deadLetters),
    threshold: OLD.toSeconds(),
  });
}
