import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import type { Stage } from "../stage-file/checked-stage.ts";
import type { AlarmTopics, Lane } from "./alarm-topics.ts";

/** The last five are CloudWatch's own alarm settings. */
export interface AlarmSettings {
  lane: Lane;
  /** Anchor of its heading in docs/runbook.md: what it means, where to look, what to do. */
  runbook: string;
  /** One or two sentences: what happened. */
  description: string;
  metric: IMetric;
  /** Default 1. */
  threshold?: number;
  /** Default 1. */
  evaluationPeriods?: number;
  /** How many of the evaluation periods must breach. Default: all. */
  datapointsToAlarm?: number;
  /** Default: at or above the threshold. */
  comparisonOperator?: ComparisonOperator;
  /** Default: no data is within the threshold, since a counter without data means that nothing happened. */
  treatMissingData?: TreatMissingData;
}

/** For a metric that must not be silent: below 1 breaches, and so does missing data. */
export const SILENCE = {
  comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
  treatMissingData: TreatMissingData.BREACHING,
} as const;

/** For what happens once now and then and repairs itself: the next period, or the one after, must breach too. */
export const TWO_OF_THREE = { evaluationPeriods: 3, datapointsToAlarm: 2 } as const;

/** For gauges, which find-due writes every minute: a minute without a value leaves the alarm in its state. */
export const GAUGE = { treatMissingData: TreatMissingData.IGNORE } as const;

/** The alarms of a stage; each notifies its lane's topic when it enters ALARM and when it returns to OK. */
export class Alarms extends Construct {
  readonly byLane: Readonly<Record<Lane, Alarm[]>> = { page: [], ticket: [] };
  readonly stage: Stage;
  private readonly topics: AlarmTopics;

  constructor(scope: Construct, id: string, stage: Stage, topics: AlarmTopics) {
    super(scope, id);
    this.stage = stage;
    this.topics = topics;
  }

  /** @param name what happened, and where: `rejected kakaclo/eu` */
  addAlarm(name: string, { lane, runbook, description, ...settings }: AlarmSettings): void {
    const { threshold = 1, evaluationPeriods = 1, datapointsToAlarm = evaluationPeriods } = settings;
    const alarm = new Alarm(this, name, {
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...settings,
      threshold,
      evaluationPeriods,
      datapointsToAlarm,
      alarmName: `order-relay-${this.stage.name} ${name}`,
      alarmDescription: `${description} What to do: docs/runbook.md#${runbook}`,
    });
    alarm.addAlarmAction(this.topics.actions[lane]);
    alarm.addOkAction(this.topics.actions[lane]);
    this.byLane[lane].push(alarm);
  }
}
