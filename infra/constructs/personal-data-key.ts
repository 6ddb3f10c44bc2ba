import { Aws, RemovalPolicy } from "aws-cdk-lib";
import { AccountPrincipal, Grant, type IGrantable, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";
import type { QueueSender } from "../../functions/channels/channel.ts";
import type { Stage } from "../stage-file/checked-stage.ts";

/**
 * The key for everything with personal data (intake and notification queues with their DLQs, bucket, table), and for
 * the alarm topics: CloudWatch can publish to an encrypted topic only under a customer managed key. The account's IAM
 * policies decide who else may use the key: an operator who redrives the intake DLQ needs kms:Decrypt and
 * kms:GenerateDataKey.
 */
export class PersonalDataKey extends Key {
  private readonly admitted = new Set<string>();

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

  /**
   * Lets the sender of a notification queue encrypt what it sends. Without a condition, as both documents have it:
   * EventBridge names neither its account nor its rule to KMS.
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html#compatibility-with-aws-services,
   * https://developer-docs.amazon.com/sp-api/docs/set-up-notifications-with-amazon-sqs
   */
  admit(sender: QueueSender): void {
    const isService = sender === "eventbridge";
    const name = isService ? "EventBridge" : sender.account;
    if (this.admitted.has(name)) return;
    this.admitted.add(name);
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: `${isService ? "" : "Account"}${name}Sends`,
        principals: [isService ? new ServicePrincipal("events.amazonaws.com") : new AccountPrincipal(sender.account)],
        actions: ["kms:Decrypt", "kms:GenerateDataKey"],
        resources: ["*"],
      }),
    );
  }

  /** For queues and the bucket, which encrypt each message or object with a data key. */
  grantUse(grantee: IGrantable, service: "sqs" | "s3"): void {
    this.grantVia(service, grantee, ["kms:Decrypt", "kms:GenerateDataKey"]);
  }

  /** CDK calls it for the consumer of a queue. */
  override grant(grantee: IGrantable, ...actions: string[]): Grant {
    return this.grantVia("sqs", grantee, actions);
  }

  /**
   * Grants use of the key through one service only: a role whose credentials leak can decrypt nothing by itself.
   * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
   */
  grantVia(service: "dynamodb" | "sqs" | "s3", grantee: IGrantable, actions: string[]): Grant {
    const conditions = { StringEquals: { "kms:ViaService": `${service}.${Aws.REGION}.amazonaws.com` } };
    return Grant.addToPrincipal({ grantee, actions, resourceArns: [this.keyArn], conditions });
  }
}
