import { Construct } from "constructs";
import { queueName } from "../../shared/stage/names.ts";
import type { Stage } from "../stage-file/checked-stage.ts";
import { NOTIFICATION_CONCURRENCY } from "../stage-file/function-settings.ts";
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
      batchSize: 10,
      maxConcurrency: NOTIFICATION_CONCURRENCY,
      key,
    });
  }
}
