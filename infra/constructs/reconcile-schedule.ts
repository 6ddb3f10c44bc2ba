import { Duration } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { Code } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { Stage } from "../stage-file/checked-stage.ts";
import { functionSettings } from "../stage-file/function-settings.ts";
import { AppFunction } from "./app-function.ts";
import type { FixedEgress } from "./fixed-egress.ts";
import type { Intake } from "./intake.ts";
import type { LedgerTable } from "./ledger-table.ts";

interface Props {
  stage: Stage;
  code: Code;
  table: LedgerTable;
  intake: Intake;
  egress: FixedEgress | undefined;
}

/** Starts reconcile every minute. It lists what changed at the connections that are due, and queues what was missed. */
export class ReconcileSchedule extends Construct {
  readonly reconcile: AppFunction;

  constructor(scope: Construct, id: string, { stage, code, table, intake, egress }: Props) {
    super(scope, id);
    this.reconcile = new AppFunction(this, "Reconcile", {
      stage,
      name: "reconcile",
      code,
      settings: functionSettings(stage, "reconcile"),
      network: egress,
      description: "Finds orders whose webhooks were missed, in the lists of the channels' APIs",
    });
    // No retries: the next minute's pass continues where this one ended.
    this.reconcile.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    new Rule(this, "EveryMinute", {
      description: `Starts ${this.reconcile.name} of ${stage.name}`,
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(this.reconcile, { retryAttempts: 0 })],
    });
    table.grantUse(this.reconcile, "reconcile", { connectors: "channel#*" });
    intake.grantSend(this.reconcile);
  }
}
