import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import type { AlarmTopics, Lane } from "./alarm-topics.ts";
import type { Stage } from "./checked-stage.ts";

export interface Raise {
  lane: Lane;
  /** Of docs/runbook.md: what it means, how to look, what to do. */
  heading: string;
  sentence: string;
  metric: IMetric;
  /** At or above this it is raised; default 1. */
  threshold?: number;
  periods?: number;
  /** Where no news is bad news. */
  silence?: boolean;
  /** Written every minute: no news says nothing, and the alarm stays as it is. */
  gauge?: boolean;
}

/** What the stack says by itself when something is wrong. */
export class Alarms extends Construct {
  readonly raised: Readonly<Record<Lane, Alarm[]>> = { page: [], ticket: [] };
  readonly stage: Stage;
  private readonly topics: AlarmTopics;

  constructor(scope: Construct, id: string, stage: Stage, topics: AlarmTopics) {
    super(scope, id);
    this.stage = stage;
    this.topics = topics;
  }

  /** @param id what happened, and to whom: `rejected kakaclo/eu` */
  raise(
    id: string,
    { lane, heading, sentence, metric, threshold = 1, periods = 1, silence = false, gauge = false }: Raise,
  ): void {
    const alarm = new Alarm(this, id, {
      alarmName: `order-relay-${this.stage.name} ${id}`,
      alarmDescription: `${sentence} What to do: docs/runbook.md#${heading}`,
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: silence
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // A queue or metric that says nothing is empty, which is good news but for what must speak.
      treatMissingData: silence
        ? TreatMissingData.BREACHING
        : gauge
          ? TreatMissingData.IGNORE
          : TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(this.topics.actions[lane]);
    alarm.addOkAction(this.topics.actions[lane]);
    this.raised[lane].push(alarm);
  }
}
