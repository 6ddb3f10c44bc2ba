import { Arn, ArnFormat } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { NOTIFICATION_BATCH, NOTIFICATION_CONCURRENCY } from "../stage-file/function-settings.ts";
import type { StageConnection } from "../stage-file/stage-endpoints.ts";
import type { AppFunction } from "./app-function.ts";

/**
 * Lets route-order consume the queue that a connection names by ARN, if it names one. The queue, its DLQ and both
 * policies are its owner's (docs/channels/amazon.md, "A queue that exists already").
 */
export function consumeExistingQueue(
  scope: Construct,
  { path, connection: { queue: existing } }: StageConnection,
  routeOrder: AppFunction,
): void {
  if (existing === undefined) return;
  const queue = Queue.fromQueueArn(scope, `Existing-${path}`, existing.arn);
  routeOrder.addEventSource(
    new SqsEventSource(queue, {
      batchSize: NOTIFICATION_BATCH,
      maxConcurrency: NOTIFICATION_CONCURRENCY,
      reportBatchItemFailures: true,
    }),
  );
  if (existing.key === undefined) return;
  const { region = "" } = Arn.split(existing.arn, ArnFormat.NO_RESOURCE_NAME);
  routeOrder.addToRolePolicy(
    new PolicyStatement({
      actions: ["kms:Decrypt"],
      resources: [existing.key],
      conditions: { StringEquals: { "kms:ViaService": `sqs.${region}.amazonaws.com` } },
    }),
  );
}
