import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { fieldDescriptions } from "../../shared/connector/field-descriptions.ts";
import { type Destination as Configured, destinationPath } from "../../shared/stage/config.ts";
import { queueName } from "../../shared/stage/names.ts";
import type { Stage } from "../stage-file/checked-stage.ts";
import type { ProviderFacts } from "../stage-file/connectors.ts";
import type { AppFunction } from "./app-function.ts";
import { EmptySecret } from "./empty-secret.ts";
import { MessageQueue } from "./message-queue.ts";

interface Props {
  stage: Stage;
  destination: Configured;
  provider: ProviderFacts;
  createOrder: AppFunction;
}

/**
 * One account of a provider, with its own queue and event source, so that one dead account does not delay the others.
 */
export class Destination extends Construct {
  readonly path: string;
  readonly messages: MessageQueue;

  constructor(scope: Construct, id: string, { stage, destination, provider, createOrder }: Props) {
    super(scope, id);
    this.path = destinationPath(destination);
    this.messages = new MessageQueue(this, "Messages", {
      stage,
      names: {
        queue: queueName.destination(stage.name, this.path),
        deadLetters: queueName.destinationDeadLetters(stage.name, this.path),
      },
      consumer: createOrder,
      // For a provider that takes one call at a time too: an event source's concurrency is at least 2.
      batchSize: provider.oneInFlight ? 1 : 10,
      maxConcurrency: provider.oneInFlight ? 2 : destination.maxConcurrency,
    });
    const fields = fieldDescriptions(provider.secret);
    new EmptySecret(this, "Secret", { stage, kind: "destinations", path: this.path, fields }).grantRead(createOrder);
  }

  grantSend(fn: AppFunction): void {
    fn.addToRolePolicy(
      new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [this.messages.queue.queueArn] }),
    );
  }
}
