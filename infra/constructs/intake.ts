import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Code } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { queueName } from "../../shared/stage/names.ts";
import type { Stage } from "../stage-file/checked-stage.ts";
import type { Connectors } from "../stage-file/connectors.ts";
import { functionSettings } from "../stage-file/function-settings.ts";
import { hasAddress, stageConnections } from "../stage-file/stage-endpoints.ts";
import { AppFunction } from "./app-function.ts";
import type { EventBucket } from "./event-bucket.ts";
import { consumeExistingQueue } from "./existing-queue.ts";
import type { FixedEgress } from "./fixed-egress.ts";
import type { LedgerTable } from "./ledger-table.ts";
import { MessageQueue } from "./message-queue.ts";
import { NotificationQueue } from "./notification-queue.ts";
import type { PersonalDataKey } from "./personal-data-key.ts";

interface Props {
  stage: Stage;
  channels: Connectors["channels"];
  code: Code;
  key: PersonalDataKey;
  table: LedgerTable;
  bucket: EventBucket;
  /** Where calls of the channels' APIs leave, if one of them wants a fixed address. */
  egress: FixedEgress | undefined;
}

/** The queue of raw events, and route-order, which turns them into orders. */
export class Intake extends Construct {
  readonly messages: MessageQueue;
  readonly routeOrder: AppFunction;
  /** Those that the stack makes. */
  readonly notifications: readonly NotificationQueue[];
  private readonly key: PersonalDataKey;

  constructor(scope: Construct, id: string, { stage, channels, code, key, table, bucket, egress }: Props) {
    super(scope, id);
    this.key = key;
    this.routeOrder = new AppFunction(this, "RouteOrder", {
      stage,
      name: "route-order",
      code,
      settings: functionSettings(stage, "route-order"),
      description: "Turns an event into an order, records it and sends it to its destinations",
      network: egress,
    });
    this.messages = new MessageQueue(this, "Messages", {
      stage,
      names: { queue: queueName.intake(stage.name), deadLetters: queueName.intakeDeadLetters(stage.name) },
      consumer: this.routeOrder,
      batchSize: 10,
      maxConcurrency: stage.infrastructure.routeConcurrency,
      key,
    });
    const notified = stageConnections(stage, { channels }).filter((connection) => !hasAddress(connection));
    for (const connection of notified) consumeExistingQueue(this, connection, this.routeOrder);
    this.notifications = notified
      .filter(({ connection }) => connection.queue === undefined)
      .map(
        (connection) =>
          new NotificationQueue(this, `Notifications-${connection.path}`, {
            stage,
            connection,
            routeOrder: this.routeOrder,
            key,
          }),
      );
    table.grantUse(this.routeOrder, "route-order", { connectors: "channel#*" });
    bucket.grantReadEvents(this.routeOrder);
    bucket.grantWriteBodies(this.routeOrder);
    bucket.grantErase(this.routeOrder);
    bucket.grantWriteErasures(this.routeOrder);
  }

  grantSend(fn: AppFunction): void {
    fn.addToRolePolicy(
      new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [this.messages.queue.queueArn] }),
    );
    this.key.grantUse(fn, "sqs");
  }
}
