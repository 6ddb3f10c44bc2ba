import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import type { Stage } from "../stage-file/checked-stage.ts";
import type { AlarmTopics, Lane } from "./alarm-topics.ts";

const NO_NEWS = {
  good: TreatMissingData.NOT_BREACHING,
  bad: TreatMissingData.BREACHING,
  stays: TreatMissingData.IGNORE,
  unknown: TreatMissingData.MISSING,
} as const;

export interface Raise {
  lane: Lane;
  /** Of docs/runbook.md: what it means, how to look, what to do. */
  heading: string;
  sentence: string;
  metric: IMetric;
  /** At or above this it is raised; default 1. */
  threshold?: number;
  periods?: number;
  /** Of the periods, how many it takes; default all. */
  breaches?: number;
  /**
   * What a period without data means. `good`, the default: nothing happened. `bad`: something had to be heard. `stays`: of a
   * gauge, which is written every minute, it says nothing. `unknown`: neither that it is over, nor that it lasts.
   */
  noNews?: keyof typeof NO_NEWS;
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
    { lane, heading, sentence, metric, threshold = 1, periods = 1, breaches = periods, noNews = "good" }: Raise,
  ): void {
    const alarm = new Alarm(this, id, {
      alarmName: `order-relay-${this.stage.name} ${id}`,
      alarmDescription: `${sentence} What to do: docs/runbook.md#${heading}`,
      metric,
      threshold,
      evaluationPeriods: periods,
      datapointsToAlarm: breaches,
      comparisonOperator:
        noNews === "bad"
          ? ComparisonOperator.LESS_THAN_THRESHOLD
          : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: NO_NEWS[noNews],
    });
    alarm.addAlarmAction(this.topics.actions[lane]);
    alarm.addOkAction(this.topics.actions[lane]);
    this.raised[lane].push(alarm);
  }
}
