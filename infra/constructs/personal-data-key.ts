import { Aws, RemovalPolicy } from "aws-cdk-lib";
import { type IGrantable, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";
import type { Stage } from "../stage-file/checked-stage.ts";

/**
 * The key over everything that holds personal data: intake queue and its DLQ, bucket, table; and over the alarm topics,
 * which CloudWatch can reach only through a key of our own. The account's IAM policies decide who else may use it, so the
 * operator who redrives the intake DLQ needs kms:Decrypt and kms:GenerateDataKey on it.
 */
export class PersonalDataKey extends Key {
  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id, {
      description: `Personal data of order-relay-${stage.name}`,
      alias: `order-relay-${stage.name}`,
      enableKeyRotation: true,
      // Without the key the orders are gone, however well the table is kept. It has no fixed name to be in the way, and as
      // long as the table is there, even one that a first deployment left behind, its key must be: without it not even the
      // table's deletion is sure to work (TableStatus INACCESSIBLE_ENCRYPTION_CREDENTIALS).
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

  /** For queue and bucket: a message or object is sealed with a data key, and opened with the same. */
  grantUse(grantee: IGrantable): void {
    this.grant(grantee, "kms:Decrypt", "kms:GenerateDataKey");
  }
}
