import { GetQueueAttributesCommand, QueueDoesNotExist } from "@aws-sdk/client-sqs";
import { destinationPath } from "../shared/stage/config.ts";
import { queueName } from "../shared/stage/names.ts";
import type { OpenStage } from "./open-stage.ts";

export interface QueueDepth {
  /** `kakaclo/eu` */
  destination: string;
  /** SQS's approximate number of messages: to be received now, in flight, or given back until later. */
  waiting: number;
}

/** What lies on each destination's queue. One that is not deployed yet has nothing. */
export function queueDepths(stage: Pick<OpenStage, "config" | "env" | "sqs" | "queues">): Promise<QueueDepth[]> {
  return Promise.all(
    stage.config.destinations.map(destinationPath).map(async (destination) => {
      const queue = queueName.destination(stage.env.stage, destination);
      return { destination, waiting: await messagesOn(queue, stage) };
    }),
  );
}

async function messagesOn(queue: string, { sqs, queues }: Pick<OpenStage, "sqs" | "queues">): Promise<number> {
  const request = new GetQueueAttributesCommand({
    QueueUrl: queues.queueUrl(queue),
    AttributeNames: [
      "ApproximateNumberOfMessages",
      "ApproximateNumberOfMessagesNotVisible",
      "ApproximateNumberOfMessagesDelayed",
    ],
  });
  try {
    const { Attributes = {} } = await sqs.send(request);
    return Object.values(Attributes).reduce((sum, number) => sum + Number(number), 0);
  } catch (error) {
    if (error instanceof QueueDoesNotExist) return 0;
    throw error;
  }
}
