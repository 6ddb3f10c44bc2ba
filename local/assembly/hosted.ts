/** What the function host runs, read from the synthesised templates. */
export interface HostedFunction {
  name: string;
  /** The bundle's folder. */
  folder: string;
  /** `index.handler` */
  handler: string;
  timeoutMs: number;
  memoryMb: number;
  /** The environment variables of the template. */
  environment: Record<string, string>;
}

/** An event source mapping: a queue whose messages a function gets in batches. */
export interface QueueSource {
  queueArn: string;
  functionName: string;
  batchSize: number;
  /** How long to gather a batch. */
  windowMs: number;
  maximumConcurrency: number;
  /** ReportBatchItemFailures. */
  partialFailures: boolean;
}

export interface Schedule {
  id: string;
  functionName: string;
  periodMs: number;
  /** EventBridge rules and EventBridge Scheduler send different events. */
  kind: "rule" | "schedule";
  /** JSON that the schedule sends instead of the usual event. */
  input?: string;
}

export interface HttpRoute {
  /** `POST /webhooks/shopify/demo` */
  key: string;
  functionName: string;
}
