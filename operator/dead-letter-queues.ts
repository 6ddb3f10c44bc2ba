import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  type Message,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { loadChannel } from "../functions/channels/registry.ts";
import { DeliveryPointer, ENDED } from "../shared/ledger/delivery.ts";
import { stageOf } from "../shared/ledger/delivery-life.ts";
import { deliveryOf } from "../shared/ledger/delivery-of.ts";
import type { Ledger } from "../shared/ledger/ledger.ts";
import { explainEvent } from "../shared/messages/explain-event.ts";
import { destinationPath, pathOf } from "../shared/stage/config.ts";
import { queueName } from "../shared/stage/names.ts";
import { CommandError } from "./command-error.ts";
import { pathTo } from "./find-order.ts";
import type { OpenStage } from "./open-stage.ts";

type DeadLetterStage = Pick<OpenStage, "env" | "config" | "sqs" | "queues" | "ledger" | "eventStore" | "who">;

/** A dead-letter queue of the stage. */
export interface DeadLetterQueue {
  name: string;
  /** Whose it is: "intake", `kakaclo/eu`, `amazon/main`. */
  of: string;
  kind: "intake" | "notifications" | "destination";
  /** The queue that a redrive moves messages to. */
  source: string;
}

/** How full it is. SQS's counts are approximate. */
export interface DeadLetterCount extends DeadLetterQueue {
  /** Undefined: not deployed. */
  messages: number | undefined;
  /** Received by a reader that looks at them now. */
  hidden: number;
}

/** Every dead-letter queue of the stage, the intake's first. */
export async function deadLetterQueues({
  env,
  config,
}: Pick<DeadLetterStage, "env" | "config">): Promise<DeadLetterQueue[]> {
  const { stage } = env;
  const notified = await Promise.all(
    config.connections.map(async (connection) => {
      const channel = await loadChannel(connection.channel);
      // A queue that the stage file names has a DLQ of its owner's.
      return channel?.endpoint === "queue" && connection.queue === undefined ? [pathOf(connection)] : [];
    }),
  );
  return [
    { name: queueName.intakeDeadLetters(stage), of: "intake", kind: "intake", source: queueName.intake(stage) },
    ...notified.flat().map((path) => ({
      name: queueName.notificationDeadLetters(stage, path),
      of: path,
      kind: "notifications" as const,
      source: queueName.notifications(stage, path),
    })),
    ...config.destinations.map(destinationPath).map((path) => ({
      name: queueName.destinationDeadLetters(stage, path),
      of: path,
      kind: "destination" as const,
      source: queueName.destination(stage, path),
    })),
  ];
}

/** @throws CommandError for a queue that is none of the stage's */
export async function deadLetterQueue(
  name: string,
  stage: Pick<DeadLetterStage, "env" | "config">,
): Promise<DeadLetterQueue> {
  const found = (await deadLetterQueues(stage)).find((one) => one.name === name);
  if (found) return found;
  throw new CommandError(`${name} is not a dead-letter queue of this stage.`);
}

export async function countDeadLetters(
  stage: Pick<DeadLetterStage, "env" | "config" | "sqs" | "queues">,
): Promise<DeadLetterCount[]> {
  const { sqs, queues } = stage;
  return Promise.all(
    (await deadLetterQueues(stage)).map(async (queue) => {
      const request = new GetQueueAttributesCommand({
        QueueUrl: queues.queueUrl(queue.name),
        AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
      });
      try {
        const { Attributes } = await sqs.send(request);
        const { ApproximateNumberOfMessages: messages, ApproximateNumberOfMessagesNotVisible: hidden } =
          Attributes ?? {};
        return { ...queue, messages: Number(messages ?? 0), hidden: Number(hidden ?? 0) };
      } catch (error) {
        // A destination of the stage file may not be deployed yet.
        if (error instanceof QueueDoesNotExist) return { ...queue, messages: undefined, hidden: 0 };
        throw error;
      }
    }),
  );
}

/** A message of a dead-letter queue, as far as it is no personal data. Times UTC ISO 8601. */
export interface DeadLetter {
  messageId: string;
  sentAt: string;
  receives: number;
  /** `shopify/main/1`, where the message names one. */
  order: string | null;
  destination: string | null;
  /** Why it is here, or what is known of it. */
  says: string;
  /** What a redrive does with it. */
  redrive: string;
}

/** How many messages of a queue are looked at. */
export const MOST_PEEKED = 50;
/** SQS's limit for one receive. */
const BATCH = 10;
/** Until the look is over, if it breaks off before it shows them again, seconds. */
const HIDDEN = 10;

/**
 * Looks at messages without consuming them. SQS has no read without a receive: each is hidden for a moment, and shown
 * again at once; its receive count grows, which has no effect in a dead-letter queue.
 */
export async function peek(
  queue: DeadLetterQueue,
  stage: DeadLetterStage,
  progress: (sentence: string) => void = () => {},
): Promise<DeadLetter[]> {
  const messages = await receiveAll(queue, stage, progress);
  progress(`reading the state of ${messages.length}`);
  return Promise.all(messages.map((message) => described(message, queue, stage)));
}

/** The body of one of its messages, as it is: it may hold personal data. Undefined: no such message was received. */
export async function peekBody(
  queue: DeadLetterQueue,
  messageId: string,
  stage: DeadLetterStage,
): Promise<string | undefined> {
  return (await receiveAll(queue, stage, () => {})).find(({ MessageId }) => MessageId === messageId)?.Body;
}

async function receiveAll(
  queue: DeadLetterQueue,
  { sqs, queues }: DeadLetterStage,
  progress: (sentence: string) => void,
): Promise<Message[]> {
  const QueueUrl = queues.queueUrl(queue.name);
  const messages = new Map<string, Message>();
  try {
    while (messages.size < MOST_PEEKED) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: Math.min(BATCH, MOST_PEEKED - messages.size),
          VisibilityTimeout: HIDDEN,
          // Long polling asks all of SQS's servers; short polling may miss messages.
          WaitTimeSeconds: 1,
          MessageSystemAttributeNames: ["SentTimestamp", "ApproximateReceiveCount"],
        }),
      );
      const unseen = Messages.filter(({ MessageId = "" }) => !messages.has(MessageId));
      if (unseen.length === 0) break;
      for (const message of Messages) messages.set(message.MessageId ?? "", message);
      progress(`${messages.size} messages read`);
    }
  } finally {
    const received = [...messages.values()];
    for (let at = 0; at < received.length; at += BATCH) {
      const Entries = received.slice(at, at + BATCH).map(({ ReceiptHandle }, index) => ({
        ...{ Id: String(index), ReceiptHandle, VisibilityTimeout: 0 },
      }));
      // Refused or lost: they show again by themselves.
      await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries })).catch(() => {});
    }
  }
  return [...messages.values()];
}

async function described(message: Message, queue: DeadLetterQueue, stage: DeadLetterStage): Promise<DeadLetter> {
  const { MessageId: messageId = "", Body = "", Attributes = {} } = message;
  const common = {
    messageId,
    sentAt: new Date(Number(Attributes["SentTimestamp"] ?? 0)).toISOString(),
    receives: Number(Attributes["ApproximateReceiveCount"] ?? 0),
  };
  if (queue.kind === "destination") return { ...common, ...(await ofDestination(Body, queue, stage.ledger)) };
  const { config, eventStore } = stage;
  const unreadable = await explainEvent(Body, {
    config,
    channelOf: async (name) => loadChannel(name),
    fetchOversized: (key) => eventStore.get(key),
  }).catch((error: unknown) => ({
    // The message of an unexpected error may quote the event.
    ...{ field: "", reason: `it cannot be checked: ${error instanceof Error ? error.name : "unknown error"}` },
    order: undefined,
  }));
  return {
    ...common,
    order: unreadable?.order ?? null,
    destination: null,
    says: unreadable?.reason ?? "it can be parsed: its order could not be fetched, or the mapping has been fixed since",
    redrive: unreadable ? "comes back here until the mapping is fixed" : "is read again",
  };
}

type Described = Pick<DeadLetter, "order" | "destination" | "says" | "redrive">;

async function ofDestination(body: string, queue: DeadLetterQueue, ledger: Pick<Ledger, "load">): Promise<Described> {
  const pointer = pointerIn(body);
  const foreign = { order: null, destination: null, redrive: "comes back here" };
  if (!pointer) return { ...foreign, says: "it is no message of Order Relay" };
  const order = pathTo(pointer);
  const { destination, generation } = pointer;
  const known = { order, destination };
  if (destination !== queue.of) return { ...known, says: `it is for ${destination}`, redrive: "comes back here" };
  const file = await ledger.load(pointer).catch(() => undefined);
  if (!file)
    return { ...known, says: "the ledger does not have its order, or cannot read it", redrive: "comes back here" };
  const { record } = file;
  if (generation < record.generation) {
    return {
      ...known,
      says: `it is of generation ${generation}, and the order has ${record.generation}`,
      redrive: "ends without a call",
    };
  }
  if (!record.decided.includes(destination))
    return { ...known, says: "the order does not go there", redrive: "comes back here" };
  const delivery = deliveryOf(file, destination, generation);
  if (!delivery) return { ...known, says: "nothing was sent there yet", redrive: "is tried again" };
  const says = `the delivery is ${delivery.state}`;
  const isOver = ENDED.has(delivery.state) && stageOf(delivery) !== "step-open";
  if (isOver) return { ...known, says, redrive: "ends without a call" };
  return {
    ...known,
    says,
    redrive: delivery.firstSentAt === undefined ? "is tried again" : "is looked up, then tried again",
  };
}

function pointerIn(body: string): DeliveryPointer | undefined {
  try {
    return DeliveryPointer.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

/** A redrive, under way or over. */
export interface MoveTask {
  /** SQS's word: RUNNING, COMPLETED, CANCELLING, CANCELLED, FAILED. */
  status: string;
  moved: number;
  /** When it began; undefined where SQS does not say. */
  of: number | undefined;
  startedAt: string | undefined;
  failure: string | undefined;
}

/** Of a queue of the stage. */
export const queueArn = (name: string, { env, who }: Pick<DeadLetterStage, "env" | "who">): string => {
  const partition = /^arn:([^:]+):/.exec(who)?.[1] ?? "aws";
  return `arn:${partition}:sqs:${env.region}:${env.account}:${name}`;
};

/** The newest redrives of a queue, newest first. SQS remembers ten. */
export async function moveTasks(
  queue: Pick<DeadLetterQueue, "name">,
  stage: Pick<DeadLetterStage, "env" | "who" | "sqs">,
): Promise<MoveTask[]> {
  const request = new ListMessageMoveTasksCommand({ SourceArn: queueArn(queue.name, stage), MaxResults: 10 });
  const { Results = [] } = await stage.sqs.send(request);
  return Results.map((one) => ({
    status: one.Status ?? "RUNNING",
    moved: one.ApproximateNumberOfMessagesMoved ?? 0,
    of: one.ApproximateNumberOfMessagesToMove,
    startedAt: one.StartedTimestamp === undefined ? undefined : new Date(one.StartedTimestamp).toISOString(),
    failure: one.FailureReason,
  }));
}

interface Redriving {
  progress(sentence: string): void;
  pause(ms: number): Promise<void>;
  /** Messages a second, 1 to 500; undefined: as fast as SQS moves them. */
  perSecond?: number | undefined;
}

/**
 * What the console's "Start DLQ redrive" to source does. Resolves when SQS has moved the messages.
 * @throws CommandError where another redrive of this queue is under way, or it failed
 */
export async function redrive(
  queue: DeadLetterQueue,
  stage: Pick<DeadLetterStage, "env" | "who" | "sqs">,
  { progress, pause, perSecond }: Redriving,
): Promise<MoveTask> {
  const [before] = await moveTasks(queue, stage);
  if (before?.status === "RUNNING") throw new CommandError(`${queue.name} is being redriven: ${sentenceOf(before)}.`);
  await stage.sqs.send(
    new StartMessageMoveTaskCommand({
      SourceArn: queueArn(queue.name, stage),
      ...(perSecond !== undefined && { MaxNumberOfMessagesPerSecond: perSecond }),
    }),
  );
  for (;;) {
    const [task] = await moveTasks(queue, stage);
    if (!task) throw new CommandError("SQS started the redrive and does not list it. Look at the queue.");
    if (task.status === "FAILED")
      throw new CommandError(`The redrive failed: ${task.failure ?? "SQS gives no reason"}.`);
    if (task.status !== "RUNNING") return task;
    progress(sentenceOf(task));
    await pause(1_000);
  }
}

const sentenceOf = ({ moved, of }: MoveTask): string =>
  of === undefined ? `${moved} moved` : `${moved} of ${of} moved`;
