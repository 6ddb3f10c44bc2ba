import { GetQueueAttributesCommand, QueueDoesNotExist } from "@aws-sdk/client-sqs";
import type { Delivery } from "../shared/ledger/delivery.ts";
import { type Config, destinationPath } from "../shared/stage/config.ts";
import { queueName } from "../shared/stage/names.ts";
import type { Kind } from "./next-step.ts";
import type { OpenStage } from "./open-stage.ts";
import type { WaitingOne } from "./waiting.ts";

/** Dead letters of a destination without a matching open delivery. */
export interface MoreDeadLetters {
  destination: string;
  /** Its dead-letter queue. */
  queue: string;
  count: number;
}

/** Kinds whose message ends in the dead-letter queue. */
const DEAD_LETTERED: readonly Kind[] = ["rejected", "failed", "in-doubt", "follow-up"];

/** @param waiting what the ledger lists as waiting */
export async function moreDeadLetters(stage: OpenStage, waiting: readonly WaitingOne[]): Promise<MoreDeadLetters[]> {
  const known = waiting.filter(({ kind }) => DEAD_LETTERED.includes(kind));
  const queues = stage.config.destinations.map(destinationPath).map(async (destination) => {
    const queue = queueName.destinationDeadLetters(stage.env.stage, destination);
    const listed = known.filter((one) => one.destination === destination).length;
    return { destination, queue, count: (await countOn(queue)) - listed };
  });
  return (await Promise.all(queues)).filter(({ count }) => count > 0);

  // A destination of the stage file may not be deployed yet.
  async function countOn(queue: string): Promise<number> {
    return messagesOn(queue, stage).catch((error: unknown) => {
      if (error instanceof QueueDoesNotExist) return 0;
      throw error;
    });
  }
}

/** SQS's approximate number of messages that are not in flight. */
export async function messagesOn(queue: string, { sqs, queues }: OpenStage): Promise<number> {
  const request = { QueueUrl: queues.queueUrl(queue), AttributeNames: ["ApproximateNumberOfMessages" as const] };
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand(request));
  return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
}

/**
 * What is left to do after deliveries were resolved by command: their dead letters keep the queue's alarms in ALARM.
 * @returns a sentence, or undefined where none of them can have a dead letter any more
 */
export function remainingDeadLetters(deliveries: readonly Delivery[], config: Config, now: number): string | undefined {
  const { stage, destinations, retention } = config;
  const dead = destinations.map(destinationPath).filter((destination) =>
    deliveries.some((delivery) => {
      const failedAt = Object.values(delivery.failed);
      return delivery.destination === destination && failedAt.some((at) => at + retention.deadLetters > now);
    }),
  );
  if (dead.length === 0) return undefined;
  const queues = dead.map((destination) => queueName.destinationDeadLetters(stage, destination)).join(", ");
  return `The order's dead letter may still be in ${queues}. Once ${dead.join(", ")} ${dead.length > 1 ? "have" : "has"} ended, "Start DLQ redrive" there clears it without calling the provider, and retries the other messages.`;
}
