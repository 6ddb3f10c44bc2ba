import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { errorName, log } from "../telemetry/log.ts";
import type { Queues } from "./queues.ts";

/** What becomes of a message: acknowledged, or given back to come again after so many ms (0: at once). */
export type Disposition = "ack" | { retryInMs: number };

/**
 * Works on the records of a batch side by side; each is acknowledged or comes back alone. A record whose work throws comes
 * back after the queue's own visibility timeout.
 * @param failed told of each record whose work threw: Lambda's own `Errors` knows nothing of it
 * @param deadline epoch ms. What is not done by then comes back alone: were the function to time out, the whole batch would
 */
export async function workOnBatch(
  { Records }: SQSEvent,
  queues: Pick<Queues, "changeVisibility">,
  work: (record: SQSRecord) => Promise<Disposition>,
  deadline?: number,
  failed: () => void = () => {},
): Promise<SQSBatchResponse> {
  const failures = await Promise.all(
    Records.map(async (record): Promise<string | undefined> => {
      const { messageId, receiptHandle, eventSourceARN } = record;
      try {
        const disposition = await within(deadline, work(record));
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

/** All our messages carry it, whatever else of them could not be read. */
const eventIdIn = (body: string): string | undefined => /"eventId":"(evt_[\w-]{1,60})"/.exec(body)?.[1];

class TimeIsOver extends Error {
  override readonly name = "TimeIsOver";
}

async function within<T>(deadline: number | undefined, work: Promise<T>): Promise<T> {
  if (deadline === undefined) return work;
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
