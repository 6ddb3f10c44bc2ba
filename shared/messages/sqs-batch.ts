import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { errorName, log } from "../telemetry/log.ts";
import type { Queues } from "./queues.ts";

/** What happens to a message: acknowledged, or given back to be received again after `retryInMs` (0: at once). */
export type Disposition = "ack" | { retryInMs: number };

/**
 * When the work of a record must end, epoch ms: `margin` before the function's timeout, or after half of its time if
 * that is later.
 * @param left of the function's time, ms
 */
export const deadlineWithin = (left: number, margin: number): number => Date.now() + Math.max(left / 2, left - margin);

/**
 * Works on the records of a batch side by side; each is acknowledged or given back by itself. A record whose work
 * throws is received again after the queue's visibility timeout.
 * @param work of one record, which must end by `deadline` (epoch ms)
 * @param deadline epoch ms. A record that is not done by then comes back alone: if the function timed out, the whole
 * batch would
 * @param failed called for each record whose work threw: Lambda's own `Errors` metric does not count it
 */
export async function workOnBatch(
  { Records }: SQSEvent,
  queues: Pick<Queues, "changeVisibility">,
  work: (record: SQSRecord, deadline: number) => Promise<Disposition>,
  deadline = Number.POSITIVE_INFINITY,
  failed: () => void = () => {},
): Promise<SQSBatchResponse> {
  const failures = await Promise.all(
    Records.map(async (record): Promise<string | undefined> => {
      const { messageId, receiptHandle, eventSourceARN } = record;
      try {
        const disposition = await within(deadline, work(record, deadline));
        if (disposition === "ack") return undefined;
        await queues.changeVisibility(eventSourceARN, receiptHandle, disposition.retryInMs / 1000);
      } catch (error) {
        const receives = Number(record.attributes.ApproximateReceiveCount);
        log.error("message.failed", { eventId: eventIdIn(record.body), messageId, receives, error: errorName(error) });
        failed();
      }
      return messageId;
    }),
  );
  return { batchItemFailures: failures.flatMap((id) => (id === undefined ? [] : [{ itemIdentifier: id }])) };
}

/** The event's ID, which every message of ours has, even if it cannot be parsed. */
const eventIdIn = (body: string): string | undefined => /"eventId":"(evt_[\w-]{1,60})"/.exec(body)?.[1];

class TimeIsOver extends Error {
  override readonly name = "TimeIsOver";
}

async function within<T>(deadline: number, work: Promise<T>): Promise<T> {
  if (deadline === Number.POSITIVE_INFINITY) return work;
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeIsOver()), Math.max(0, deadline - Date.now()));
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
