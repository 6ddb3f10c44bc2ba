import type { QueueSource } from "../assembly/hosted.ts";
import { queueUrl, REGION } from "../aws/aws-account.ts";
import type { ReceivedMessage, SqsClient } from "../aws/sqs-client.ts";
import type { InvocationResult } from "./host-messages.ts";

/** SQS's maximum. */
const LONG_POLL_SECONDS = 20;
const TROUBLE_MS = 500;

/**
 * Lambda's event source mapping for a queue: batches up to the batch size, as many at once as the maximum concurrency,
 * and it deletes only messages that succeeded. A failed one stays invisible until its visibility timeout, or the one
 * that the function set, ends; SQS itself moves it to the dead-letter queue.
 */
export async function runEventSource(
  source: QueueSource,
  sqs: SqsClient,
  invoke: (payload: string, started: () => void) => Promise<InvocationResult>,
): Promise<never> {
  const url = queueUrl(source.queueArn.split(":").at(-1) ?? "");
  let running = 0;
  /** Batches that no environment has taken yet. At most one: messages wait better on their queue. */
  let waiting = 0;
  let capacityFreed = (): void => {};

  for (;;) {
    while (running >= source.maximumConcurrency || waiting > 0) {
      await new Promise<void>((resolve) => {
        capacityFreed = resolve;
      });
    }
    const messages = await gather(source, sqs, url);
    if (messages.length === 0) continue;
    running += 1;
    void deliver(messages).finally(() => {
      running -= 1;
      capacityFreed();
    });
  }

  async function deliver(messages: ReceivedMessage[]): Promise<void> {
    let taken = false;
    waiting += 1;
    const started = (): void => {
      if (taken) return;
      taken = true;
      waiting -= 1;
      capacityFreed();
    };
    const Records = messages.map((message) => record(message, source.queueArn));
    const result = await invoke(JSON.stringify({ Records }), started);
    // An environment that failed to start has taken the batch, too.
    started();
    const failed = failures(result, messages, source.partialFailures);
    const done = messages.filter(({ MessageId }) => !failed.has(MessageId));
    if (done.length === 0) return;
    // If a delete fails, SQS delivers the message again: Lambda, too, promises only at-least-once delivery.
    const handles = done.map(({ ReceiptHandle }) => ReceiptHandle);
    await sqs.delete(url, handles).catch(() => {});
  }
}

async function gather({ batchSize, windowMs }: QueueSource, sqs: SqsClient, url: string): Promise<ReceivedMessage[]> {
  const messages = await receive(Math.min(batchSize, 10), LONG_POLL_SECONDS);
  const until = Date.now() + windowMs;
  while (messages.length > 0 && messages.length < batchSize && Date.now() < until) {
    const seconds = Math.min(LONG_POLL_SECONDS, (until - Date.now()) / 1000);
    messages.push(...(await receive(Math.min(batchSize - messages.length, 10), seconds)));
  }
  return messages;

  async function receive(most: number, waitSeconds: number): Promise<ReceivedMessage[]> {
    try {
      return await sqs.receive(url, most, waitSeconds);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, TROUBLE_MS));
      return [];
    }
  }
}

/**
 * The IDs that count as failed. A thrown error, a timeout, or an answer that Lambda cannot parse fails the whole batch;
 * an empty answer means success. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function failures(
  result: InvocationResult,
  messages: Pick<ReceivedMessage, "MessageId">[],
  partialFailures: boolean,
): Set<string> {
  const all = new Set(messages.map(({ MessageId }) => MessageId));
  if (!result.ok) return all;
  if (!partialFailures) return new Set();

  const answer: unknown = JSON.parse(result.payload);
  if (typeof answer !== "object" || answer === null || !("batchItemFailures" in answer)) return new Set();
  const { batchItemFailures: items } = answer;
  if (items === null || items === undefined) return new Set();
  if (!Array.isArray(items)) return all;
  const ids = items.map((item: { itemIdentifier?: unknown } | null) => item?.itemIdentifier);
  return ids.every((id) => typeof id === "string" && all.has(id)) ? new Set(ids as string[]) : all;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event */
function record(message: ReceivedMessage, eventSourceARN: string): object {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
    name,
    {
      dataType: value.DataType,
      ...(value.StringValue === undefined ? {} : { stringValue: value.StringValue }),
      ...(value.BinaryValue === undefined ? {} : { binaryValue: value.BinaryValue }),
      stringListValues: [],
      binaryListValues: [],
    },
  ]);
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: message.MD5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN,
    awsRegion: REGION,
  };
}
