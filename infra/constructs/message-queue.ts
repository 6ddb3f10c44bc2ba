import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Queue, QueueEncryption, RedrivePermission } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { MAX_RECEIVES } from "../../shared/messages/max-receives.ts";
import type { Stage } from "../stage-file/checked-stage.ts";
import { visibilityTimeout } from "../stage-file/function-settings.ts";
import type { AppFunction } from "./app-function.ts";
import type { PersonalDataKey } from "./personal-data-key.ts";

interface Props {
  stage: Stage;
  /** Fixed (shared/stage/names.ts). */
  names: { queue: string; deadLetters: string };
  consumer: AppFunction;
  batchSize: number;
  /** Concurrent invocations of the consumer for this queue, at least 2. */
  maxConcurrency: number;
  /** For messages with personal data: encrypts the queues, which then outlive the stack. */
  key?: PersonalDataKey;
}

/**
 * A queue with its DLQ and its one consumer, set up as AWS advises (test/infra/constructs/queues.test.ts has the
 * reasons).
 */
export class MessageQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly maxConcurrency: number;

  constructor(scope: Construct, id: string, { stage, names, consumer, batchSize, maxConcurrency, key }: Props) {
    super(scope, id);
    this.maxConcurrency = maxConcurrency;
    const { retention } = stage.config;
    const kept = key
      ? {
          encryption: QueueEncryption.KMS,
          encryptionMasterKey: key,
          dataKeyReuse: Duration.hours(1),
          // Its name is fixed: an empty queue left by a failed first deployment would make the next one fail.
          removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        }
      : // The messages are pointers: the ledger has the order, and find-due sends a lost pointer again.
        { encryption: QueueEncryption.SQS_MANAGED, removalPolicy: RemovalPolicy.DESTROY };

    // By ARN, because queue and DLQ name each other and CloudFormation allows no cycle.
    const source = Queue.fromQueueArn(
      this,
      "Source",
      Stack.of(this).formatArn({ service: "sqs", resource: names.queue }),
    );
    this.deadLetters = new Queue(this, "DeadLetters", {
      queueName: names.deadLetters,
      retentionPeriod: Duration.millis(retention.deadLetters),
      redriveAllowPolicy: { redrivePermission: RedrivePermission.BY_QUEUE, sourceQueues: [source] },
      enforceSSL: true,
      ...kept,
    });
    this.queue = new Queue(this, "Queue", {
      queueName: names.queue,
      retentionPeriod: Duration.millis(retention.queues),
      visibilityTimeout: Duration.seconds(visibilityTimeout(stage, consumer.settings)),
      receiveMessageWaitTime: Duration.seconds(20),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAX_RECEIVES },
      enforceSSL: true,
      ...kept,
    });
    consumer.addEventSource(
      new SqsEventSource(this.queue, { batchSize, maxConcurrency, reportBatchItemFailures: true }),
    );
  }
}
