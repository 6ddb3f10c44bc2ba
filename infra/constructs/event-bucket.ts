import { Aws, Duration, RemovalPolicy } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { bucketName } from "../../shared/stage/names.ts";
import type { Stage } from "../stage-file/checked-stage.ts";
import { acknowledge } from "./acknowledge.ts";
import type { AppFunction } from "./app-function.ts";
import type { PersonalDataKey } from "./personal-data-key.ts";

const EVENTS = "events/";
const BODIES = "bodies/";

/** What is too large for a message (`events/`, shared/messages/event-store.ts) or an item (`bodies/`, shared/ledger/order-body.ts). */
export class EventBucket extends Bucket {
  private readonly key: PersonalDataKey;

  constructor(scope: Construct, id: string, { name, config: { retention } }: Stage, key: PersonalDataKey) {
    const days = (ms: number) => Duration.days(Math.ceil(ms / 86_400_000));
    super(scope, id, {
      bucketName: bucketName(name, Aws.ACCOUNT_ID, Aws.REGION),
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      // No versions: what expires here is personal data and must be gone.
      lifecycleRules: [
        { prefix: EVENTS, expiration: days(retention.events) },
        { prefix: BODIES, expiration: days(retention.bodies) },
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      // Its name is fixed: left behind by a first deployment that failed, empty, it would refuse the next.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.key = key;
    acknowledge(this, {
      "AwsSolutions-S1":
        "Four roles of this stack reach the bucket; who wants a record of each read turns on CloudTrail data events.",
    });
  }

  grantWriteEvents(fn: AppFunction): void {
    this.allow(fn, EVENTS, "s3:PutObject");
  }

  grantReadEvents(fn: AppFunction): void {
    this.allow(fn, EVENTS, "s3:GetObject");
  }

  grantReadBodies(fn: AppFunction): void {
    this.allow(fn, BODIES, "s3:GetObject");
  }

  grantWriteBodies(fn: AppFunction): void {
    this.allow(fn, BODIES, "s3:PutObject");
  }

  private allow(fn: AppFunction, prefix: string, action: string): void {
    fn.addToRolePolicy(new PolicyStatement({ actions: [action], resources: [this.arnForObjects(`${prefix}*`)] }));
    this.key.grantUse(fn);
    const { defaultChild } = this.node;
    const bucket = defaultChild instanceof CfnBucket ? this.stack.getLogicalId(defaultChild) : "";
    acknowledge(fn.executionRole, {
      [`AwsSolutions-IAM5[Resource::<${bucket}.Arn>/${prefix}*]`]:
        "Objects are named by event or content; the prefix is all that this function reads or writes.",
    });
  }
}
