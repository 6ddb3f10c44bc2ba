import type { IncomingMessage, ServerResponse } from "node:http";
import { buildApp } from "fauxqs";
import { arn, queueUrl, REGION } from "./aws-account.ts";

type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>["stores"]>;
type SqsStore = Stores["sqsStore"];
export type Queue = NonNullable<ReturnType<SqsStore["getQueueByName"]>>;

/** SQS and S3 in this process (fauxqs, in memory). */
export interface QueuesAndBuckets {
  handle(request: IncomingMessage, response: ServerResponse): void;
  createQueue(name: string, attributes: Record<string, string>): void;
  createBucket(name: string): void;
  queue(name: string): Queue | undefined;
  queues(): Queue[];
  queueByArn(queueArn: string): Queue | undefined;
  stop(): Promise<void>;
}

/** Another SQS in place of the embedded one; the stack's own view of its queues is then empty. */
export interface ForeignSqs {
  /** @param operation `ReceiveMessage` … */
  handle(request: IncomingMessage, response: ServerResponse, operation: string): void;
  /** Called for a dead-letter queue before its source queue. */
  createQueue(name: string, attributes: Record<string, string>): Promise<void>;
}

export async function startQueuesAndBuckets(): Promise<QueuesAndBuckets> {
  const stores = await createStores();
  const app = buildApp({ logger: false, defaultRegion: REGION, stores });
  await app.ready();
  return {
    // Its HTTP server never listens: we pass requests to it directly, which saves a hop.
    handle: (request, response) => void app.server.emit("request", request, response),
    createQueue(name, attributes) {
      stores.sqsStore.createQueue(name, queueUrl(name), arn("sqs", name), attributes);
    },
    createBucket: (name) => void stores.s3Store.createBucket(name),
    queue: (name) => stores.sqsStore.getQueueByName(name),
    queues: () => [...stores.sqsStore.allQueues()],
    queueByArn: (queueArn) => stores.sqsStore.getQueueByArn(queueArn),
    async stop() {
      stores.sqsStore.shutdown();
      await app.close();
    },
  };
}

/**
 * fauxqs accepts stores but exports no constructor for them. We need our own store to read dead letters without
 * receiving them, and to move them back with the same ID.
 */
async function createStores(): Promise<Stores> {
  const inside = (path: string): string => new URL(path, import.meta.resolve("fauxqs")).href;
  const { SqsStore } = (await import(inside("./sqs/sqsStore.js"))) as { SqsStore: new () => SqsStore };
  const { SnsStore } = (await import(inside("./sns/snsStore.js"))) as { SnsStore: new () => Stores["snsStore"] };
  const { S3Store } = (await import(inside("./s3/s3Store.js"))) as { S3Store: new () => Stores["s3Store"] };
  return { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
}

/** The queue's name: the last part of its URL or ARN. */
export const queueNameOf = (urlOrArn: string): string => urlOrArn.split(/[/:]/).at(-1) ?? urlOrArn;
