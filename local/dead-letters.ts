import { randomUUID } from "node:crypto";
import type { Queue, QueuesAndBuckets } from "./aws/queues-and-buckets.ts";
import { queueNameOf } from "./aws/queues-and-buckets.ts";

/** A dead-letter queue, its source queue, and its messages, in flight or not. */
export interface DeadLetterQueue {
  queue: string;
  source: string;
  messages: { messageId: string; body: string }[];
}

export interface Redrive {
  /** One dead-letter queue by name. Default: all. */
  queue?: string;
  /** AWS documents that a redriven message gets a new ID; some emulators keep the old one. Default: new. */
  messageIds?: "new" | "kept";
}

/** One entry for each dead-letter queue, also for empty ones. */
export function listDeadLetters(queues: QueuesAndBuckets): DeadLetterQueue[] {
  return deadLetterQueues(queues).map(({ queue, source }) => {
    const { ready, delayed, inflight } = queue.inspectMessages();
    const all = [...ready, ...delayed, ...inflight.map(({ message }) => message)];
    const messages = all.map(({ messageId, body }) => ({ messageId, body }));
    return { queue: queue.name, source: source.name, messages };
  });
}

/**
 * Does what the console's "Start DLQ redrive" to the source queue does: sends every visible message to its source queue
 * again, with receive count zero.
 * @returns how many messages it moved; undefined if no such dead-letter queue exists
 */
export function redrive(
  queues: QueuesAndBuckets,
  { queue: only, messageIds = "new" }: Redrive = {},
): number | undefined {
  const chosen = deadLetterQueues(queues).filter(({ queue }) => only === undefined || queue.name === only);
  if (only !== undefined && chosen.length === 0) return undefined;

  let moved = 0;
  for (const { queue, source } of chosen) {
    queue.processTimers();
    for (const message of queue.messages.splice(0)) {
      const { approximateFirstReceiveTimestamp: _received, delayUntil: _delay, ...kept } = message;
      const messageId = messageIds === "kept" ? message.messageId : randomUUID();
      source.enqueue({ ...kept, messageId, approximateReceiveCount: 0, sentTimestamp: Date.now() });
      moved += 1;
    }
  }
  return moved;
}

function deadLetterQueues(queues: QueuesAndBuckets): { queue: Queue; source: Queue }[] {
  return queues.queues().flatMap((source) => {
    const policy = source.attributes["RedrivePolicy"];
    if (!policy) return [];
    const { deadLetterTargetArn } = JSON.parse(policy) as { deadLetterTargetArn: string };
    const queue = queues.queue(queueNameOf(deadLetterTargetArn));
    return queue ? [{ queue, source }] : [];
  });
}
