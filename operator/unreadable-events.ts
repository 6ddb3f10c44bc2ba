import { type Message, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { Unreadable } from "../shared/messages/explain-event.ts";

/** How many messages of one DLQ are read; of the others only the number is printed. */
const MOST = 50;
/** SQS's limit for one receive. */
const BATCH = 10;
/** Long enough that the next receive returns other messages, short enough for a redrive started afterwards, seconds. */
const HIDDEN = 10;

/** An event in the intake's DLQ. */
export interface UnreadableEvent {
  messageId: string;
  /** When it was first sent, UTC ISO 8601. */
  sentAt: string;
  /** Path of the field that cannot be parsed, never its value; null where the event can be parsed now. */
  field: string | null;
  /** A sentence without any of the event's values. */
  reason: string;
  /** Its order, held for this reason, where its ID can be read: `shopify/main/820982911946154508`. */
  order?: string;
}

interface Context {
  receive(command: ReceiveMessageCommand): Promise<{ Messages?: Message[] | undefined }>;
  queueUrl: string;
  /** @returns undefined where the event can be parsed now */
  explain(message: string): Promise<Unreadable | undefined>;
}

/**
 * Receives the messages of the intake's DLQ and says why each cannot be parsed. SQS has no read without a receive: each
 * message is hidden for 10 s and its receive count grows, which a DLQ, having no redrive policy itself, ignores.
 * Nothing is deleted.
 * @returns undefined where the operator may not receive: the number of messages is all that is known then
 */
export async function unreadableEvents({
  receive,
  queueUrl,
  explain,
}: Context): Promise<UnreadableEvent[] | undefined> {
  const messages = new Map<string, Message>();
  try {
    while (messages.size < MOST) {
      const { Messages = [] } = await receive(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: Math.min(BATCH, MOST - messages.size),
          VisibilityTimeout: HIDDEN,
          // Long polling asks all of SQS's servers; short polling may miss messages.
          WaitTimeSeconds: 1,
          MessageSystemAttributeNames: ["SentTimestamp"],
        }),
      );
      const unseen = Messages.filter(({ MessageId = "" }) => !messages.has(MessageId));
      if (unseen.length === 0) break;
      for (const message of unseen) messages.set(message.MessageId ?? "", message);
    }
  } catch (error) {
    if (error instanceof Error && /^AccessDenied/.test(error.name)) return undefined;
    throw error;
  }
  return Promise.all([...messages.values()].map((message) => explained(message, explain)));
}

async function explained(
  { MessageId: messageId = "", Body = "", Attributes }: Message,
  explain: Context["explain"],
): Promise<UnreadableEvent> {
  const sentAt = new Date(Number(Attributes?.SentTimestamp ?? 0)).toISOString();
  const unreadable = await explain(Body).catch((error: unknown) => ({
    field: null,
    // The message of an unexpected error may quote the event.
    reason: `cannot be checked: ${error instanceof Error ? error.name : "unknown error"}`,
  }));
  const explained = unreadable ?? {
    field: null,
    reason: "can be parsed: its order could not be fetched, or the mapping has been fixed since",
  };
  return { messageId, sentAt, ...explained };
}
