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
const ERASURES = "erasures/";

/**
 * Events too large for a message (`events/`, shared/messages/event-store.ts) and bodies too large for an item
 * (`bodies/`, shared/ledger/order-body.ts). Copies of requests to erase data (`erasures/`,
 * shared/ledger/erasure-store.ts).
 */
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
      // Not versioned: personal data that expires must be deleted.
      lifecycleRules: [
        { prefix: EVENTS, expiration: days(retention.events) },
        { prefix: BODIES, expiration: days(retention.bodies) },
        { prefix: ERASURES, expiration: days(retention.states) },
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      // Its name is fixed: an empty bucket left by a failed first deployment would make the next one fail.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.key = key;
    acknowledge(this, {
      "AwsSolutions-S1":
        "Only this stack's roles reach the bucket; turn on CloudTrail data events to record each read.",
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

  /** To erase the data of an order: its bodies, which it has to list, and its events. */
  grantErase(fn: AppFunction): void {
    this.allow(fn, EVENTS, "s3:DeleteObject");
    this.allow(fn, BODIES, "s3:DeleteObject");
    this.allowList(fn, BODIES);
  }

  grantWriteErasures(fn: AppFunction): void {
    this.allow(fn, ERASURES, "s3:PutObject");
  }

  grantReadErasures(fn: AppFunction): void {
    this.allow(fn, ERASURES, "s3:GetObject");
    this.allowList(fn, ERASURES);
  }

  private allowList(fn: AppFunction, prefix: string): void {
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: ["s3:ListBucket"],
        resources: [this.bucketArn],
        conditions: { StringLike: { "s3:prefix": `${prefix}*` } },
      }),
    );
  }

  private allow(fn: AppFunction, prefix: string, action: string): void {
    fn.addToRolePolicy(new PolicyStatement({ actions: [action], resources: [this.arnForObjects(`${prefix}*`)] }));
    this.key.grantUse(fn, "s3");
    const { defaultChild } = this.node;
    const bucket = defaultChild instanceof CfnBucket ? this.stack.getLogicalId(defaultChild) : "";
    acknowledge(fn.executionRole, {
      [`AwsSolutions-IAM5[Resource::<${bucket}.Arn>/${prefix}*]`]:
        "Objects are named by event or content; the function reads or writes this prefix only.",
    });
  }
}
