import {
  ChangeMessageVisibilityCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { Environment } from "../stage/env.ts";
import { queueName } from "../stage/names.ts";

/** SQS's limit for a message, and for all messages of a batch together. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;
const MAX_BATCH = 10;
/** SQS's limits: a delay of 15 minutes, a visibility timeout of 12 hours. */
const MAX_DELAY_SECONDS = 900;
const MAX_VISIBILITY_SECONDS = 12 * 3600;

export interface Queues {
  /** `https://sqs.<region>.amazonaws.com/<account>/<name>`, or the emulator's. @param queue name, or ARN */
  queueUrl(queue: string): string;
  /** @param groupId tenant of SQS's fair queues: one flooding endpoint does not delay the others */
  sendToIntake(message: string, groupId: string): Promise<void>;
  /** @throws after trying all, if SQS refused some: send them all again, a duplicate is harmless */
  sendAllToIntake(messages: readonly string[], groupId: string): Promise<void>;
  /** @param destination `kakaclo/demo` */
  sendToDestination(destination: string, message: string, options?: { delaySeconds?: number }): Promise<void>;
  /** @throws after trying all, if SQS refused some: send them all again, a duplicate is harmless */
  sendAllToDestination(destination: string, messages: readonly string[]): Promise<void>;
  /** @param queue URL, or ARN as an event source's record names it */
  changeVisibility(queue: string, receiptHandle: string, seconds: number): Promise<void>;
}

/**
 * The stack's queues. Their URLs follow from stage, account and region. Rejects with what the SDK throws, after its
 * retries.
 */
export function createQueues(
  client: Pick<SQSClient, "send">,
  { stage, account, region, endpoint }: Environment,
): Queues {
  const urlOf = (name: string, of = { account, region }) =>
    `${endpoint?.replace(/\/+$/, "") ?? awsEndpoint(of.region)}/${of.account}/${name}`;

  function queueUrl(queue: string): string {
    if (!queue.startsWith("arn:")) return urlOf(queue);
    const [, , , arnRegion = region, arnAccount = account, name = ""] = queue.split(":");
    return urlOf(name, { account: arnAccount, region: arnRegion });
  }

  async function sendAll(QueueUrl: string, messages: readonly string[], group: { MessageGroupId?: string } = {}) {
    const sends = batches(messages).map((batch) => {
      const Entries = batch.map((MessageBody, index) => ({ Id: String(index), MessageBody, ...group }));
      return client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    });
    const answers = await Promise.allSettled(sends);
    const refused = answers.flatMap((answer) => (answer.status === "fulfilled" ? (answer.value.Failed ?? []) : []));
    const broken = answers.find((answer) => answer.status === "rejected");
    if (broken) throw broken.reason;
    if (refused.length > 0) throw new Error(`${refused.length} messages were not taken: ${refused[0]?.Code}`);
  }

  return {
    queueUrl,

    async sendToIntake(message, groupId) {
      const QueueUrl = urlOf(queueName.intake(stage));
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: message, MessageGroupId: groupId }));
    },

    sendAllToIntake: (messages, MessageGroupId) =>
      sendAll(urlOf(queueName.intake(stage)), messages, { MessageGroupId }),

    async sendToDestination(destination, message, { delaySeconds = 0 } = {}) {
      await client.send(
        new SendMessageCommand({
          QueueUrl: urlOf(queueName.destination(stage, destination)),
          MessageBody: message,
          ...(delaySeconds > 0 && { DelaySeconds: Math.min(Math.ceil(delaySeconds), MAX_DELAY_SECONDS) }),
        }),
      );
    },

    sendAllToDestination: (destination, messages) =>
      sendAll(urlOf(queueName.destination(stage, destination)), messages),

    async changeVisibility(queue, ReceiptHandle, seconds) {
      const QueueUrl = queue.startsWith("arn:") ? queueUrl(queue) : queue;
      const VisibilityTimeout = Math.max(0, Math.min(Math.ceil(seconds), MAX_VISIBILITY_SECONDS));
      await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
    },
  };
}

const awsEndpoint = (region: string): string =>
  `https://sqs.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;

function batches(messages: readonly string[]): string[][] {
  const filled: string[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const last = filled.at(-1);
    bytes += Buffer.byteLength(message);
    if (last && last.length < MAX_BATCH && bytes <= MAX_MESSAGE_BYTES) last.push(message);
    else {
      filled.push([message]);
      bytes = Buffer.byteLength(message);
    }
  }
  return filled;
}
