import { ArnFormat, Duration, Stack } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Code } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { pathOf } from "../../shared/stage/config.ts";
import { secretName } from "../../shared/stage/names.ts";
import type { Stage } from "../stage-file/checked-stage.ts";
import { functionSettings } from "../stage-file/function-settings.ts";
import { AppFunction } from "./app-function.ts";
import type { LedgerTable } from "./ledger-table.ts";
import type { WebhookFront } from "./webhook-front.ts";

interface Props {
  stage: Stage;
  probe: NonNullable<Stage["config"]["probe"]>;
  code: Code;
  front: WebhookFront;
  table: LedgerTable;
}

/** Sends a signed test order to the stage's own address at intervals, and looks for it in the ledger. */
export class WebhookProbe extends Construct {
  readonly probeWebhooks: AppFunction;
  /** Between two probes. */
  readonly every: Duration;

  constructor(scope: Construct, id: string, { stage, probe, code, front, table }: Props) {
    super(scope, id);
    this.every = Duration.millis(probe.every);
    this.probeWebhooks = new AppFunction(this, "ProbeWebhooks", {
      stage,
      name: "probe-webhooks",
      code,
      settings: functionSettings(stage, "probe-webhooks"),
      description: "Sends a signed test order to the stage's own address and looks for it in the ledger",
    });
    const registered = stage.config.endpoints.find((endpoint) => pathOf(endpoint) === probe.connection)?.url;
    this.probeWebhooks.addEnvironment("WEBHOOK_ADDRESS", registered ?? `${front.address}/webhooks/${probe.connection}`);
    this.probeWebhooks.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    new Rule(this, "Interval", {
      description: `Starts ${this.probeWebhooks.name} of ${stage.name}`,
      schedule: Schedule.rate(this.every),
      targets: [new LambdaFunction(this.probeWebhooks, { retryAttempts: 0 })],
    });
    table.grantReadOrders(this.probeWebhooks, probe.connection);
    // Secrets Manager adds a hyphen and six characters to the name.
    const secret = Stack.of(this).formatArn({
      service: "secretsmanager",
      resource: "secret",
      resourceName: `${secretName(stage.name, "endpoints", probe.connection)}-??????`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    this.probeWebhooks.addToRolePolicy(
      new PolicyStatement({ actions: ["secretsmanager:GetSecretValue"], resources: [secret] }),
    );
  }
}
