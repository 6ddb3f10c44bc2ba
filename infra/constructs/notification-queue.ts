import { Stack } from "aws-cdk-lib";
import { AccountPrincipal, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { connectionFacts, type QueueSender } from "../../functions/channels/channel.ts";
import { queueName } from "../../shared/stage/names.ts";
import type { Stage } from "../stage-file/checked-stage.ts";
import { NOTIFICATION_BATCH, NOTIFICATION_CONCURRENCY } from "../stage-file/function-settings.ts";
import type { StageConnection } from "../stage-file/stage-endpoints.ts";
import type { AppFunction } from "./app-function.ts";
import { MessageQueue } from "./message-queue.ts";
import type { PersonalDataKey } from "./personal-data-key.ts";

interface Props {
  stage: Stage;
  connection: StageConnection;
  routeOrder: AppFunction;
  key: PersonalDataKey;
}

/**
 * The queue that a connection's channel sends its notifications to (Amazon), with its own DLQ and event source. One
 * queue for each connection, so that one seller's flood or unreadable events do not delay the others'.
 */
export class NotificationQueue extends Construct {
  readonly connection: StageConnection;
  readonly messages: MessageQueue;

  constructor(scope: Construct, id: string, { stage, connection, routeOrder, key }: Props) {
    super(scope, id);
    this.connection = connection;
    this.messages = new MessageQueue(this, "Messages", {
      stage,
      names: {
        queue: queueName.notifications(stage.name, connection.path),
        deadLetters: queueName.notificationDeadLetters(stage.name, connection.path),
      },
      consumer: routeOrder,
      batchSize: NOTIFICATION_BATCH,
      maxConcurrency: NOTIFICATION_CONCURRENCY,
      key,
    });
    const { channel } = connection;
    const sender = channel.sender?.(connectionFacts(channel, connection.connection));
    if (sender === undefined) return;
    this.messages.queue.addToResourcePolicy(this.statementFor(sender));
    key.admit(sender);
  }

  private statementFor(sender: QueueSender): PolicyStatement {
    const resources = [this.messages.queue.queueArn];
    if (sender === "eventbridge") {
      // Otherwise a rule of any account could send here.
      const rules = Stack.of(this).formatArn({ service: "events", resource: "rule", resourceName: "*" });
      return new PolicyStatement({
        sid: "EventBridgeSends",
        principals: [new ServicePrincipal("events.amazonaws.com")],
        actions: ["sqs:SendMessage"],
        resources,
        conditions: { ArnLike: { "aws:SourceArn": rules } },
      });
    }
    return new PolicyStatement({
      sid: "SenderSends",
      principals: [new AccountPrincipal(sender.account)],
      actions: ["sqs:SendMessage", "sqs:GetQueueAttributes"],
      resources,
    });
  }
}
