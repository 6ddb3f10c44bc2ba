import { Duration } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { Code } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { Stage } from "../stage-file/checked-stage.ts";
import { functionSettings } from "../stage-file/function-settings.ts";
import { AppFunction } from "./app-function.ts";
import type { Destination } from "./destination.ts";
import type { EventBucket } from "./event-bucket.ts";
import type { LedgerTable } from "./ledger-table.ts";

interface Props {
  stage: Stage;
  code: Code;
  table: LedgerTable;
  bucket: EventBucket;
  destinations: readonly Destination[];
}

/** Starts find-due every minute. It finishes held orders and lost deliveries that are due, and erases data. */
export class FindDueSchedule extends Construct {
  readonly findDue: AppFunction;

  constructor(scope: Construct, id: string, { stage, code, table, bucket, destinations }: Props) {
    super(scope, id);
    this.findDue = new AppFunction(this, "FindDue", {
      stage,
      name: "find-due",
      code,
      settings: functionSettings(stage, "find-due"),
      description: "Finishes deliveries and orders that are due in the ledger and have no message",
    });
    // No retries: the next minute's pass continues where this one ended.
    this.findDue.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    new Rule(this, "EveryMinute", {
      description: `Starts ${this.findDue.name} of ${stage.name}`,
      // EventBridge takes whole minutes; the local stack uses the stage's findDueEvery.
      schedule: Schedule.rate(Duration.minutes(Math.max(1, Math.round(stage.config.timing.findDueEvery / 60_000)))),
      targets: [new LambdaFunction(this.findDue, { retryAttempts: 0 })],
    });
    table.grantUse(this.findDue, "find-due", { due: true });
    bucket.grantReadBodies(this.findDue);
    bucket.grantErase(this.findDue);
    bucket.grantReadErasures(this.findDue);
    for (const destination of destinations) destination.grantSend(this.findDue);
  }
}
