import { Aws, RemovalPolicy } from "aws-cdk-lib";
import { type IGrantable, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";
import type { Stage } from "../stage-file/checked-stage.ts";

/**
 * The key for everything with personal data (intake and notification queues with their DLQs, bucket, table), and for
 * the alarm topics: CloudWatch can publish to an encrypted topic only under a customer managed key. The account's IAM
 * policies decide who else may use the key: an operator who redrives the intake DLQ needs kms:Decrypt and
 * kms:GenerateDataKey.
 */
export class PersonalDataKey extends Key {
  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id, {
      description: `Personal data of order-relay-${stage.name}`,
      alias: `order-relay-${stage.name}`,
      enableKeyRotation: true,
      // Without the key the table's orders are lost, and even deleting the table may fail (TableStatus
      // INACCESSIBLE_ENCRYPTION_CREDENTIALS). The key has no fixed name, so keeping it blocks no deployment.
      // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: "AlarmsPublish",
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["kms:Decrypt", "kms:GenerateDataKey"],
        resources: ["*"],
        conditions: { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID } },
      }),
    );
  }

  /** For queues and the bucket, which encrypt each message or object with a data key. */
  grantUse(grantee: IGrantable): void {
    this.grant(grantee, "kms:Decrypt", "kms:GenerateDataKey");
  }
}
