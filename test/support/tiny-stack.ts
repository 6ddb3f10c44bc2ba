import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type LocalStack, type StackOptions, startStack } from "../../local/stack.ts";

/** One queue with its DLQ, a function that reads it, a function behind HTTP. */
export interface TinyStack {
  /** `export const handler = …` of the function that reads the queue. It may append to `globalThis.note(text)`. */
  reader?: string;
  /** Source of the function behind `POST /hook` and `GET /hook`. */
  web?: string;
  /** Source of the function that runs every second. */
  timer?: string;
  timeoutSeconds?: number;
  visibilitySeconds?: number;
  maxReceiveCount?: number;
  batchSize?: number;
  windowSeconds?: number;
  maximumConcurrency?: number;
  options?: StackOptions;
}

export interface RunningTinyStack extends LocalStack {
  /** The notes of the functions, in order: one for each `note(…)`. */
  notes(): string[];
  send(body: string): string;
}

/** Starts it for one test and stops it after the test. */
export async function startTinyStack(test: TestContext, tiny: TinyStack): Promise<RunningTinyStack> {
  const folder = mkdtempSync(join(tmpdir(), "tiny-stack-"));
  const notebook = join(folder, "notes");
  writeFileSync(notebook, "");
  writeAssembly(folder, notebook, tiny);
  const stack = await startStack({ assembly: folder, ...tiny.options });
  test.after(async () => {
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    ...stack,
    notes: () => readFileSync(notebook, "utf8").split("\n").filter(Boolean),
    send(body) {
      const queue = stack.queue("work");
      if (!queue) throw new Error("no queue");
      const now = Date.now();
      const messageId = crypto.randomUUID();
      queue.enqueue({
        messageId,
        body,
        md5OfBody: "",
        md5OfMessageAttributes: "",
        messageAttributes: {},
        sentTimestamp: now,
        approximateReceiveCount: 0,
      });
      return messageId;
    },
  };
}

/** Polls until the condition holds; fails after 20 s. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Not within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const PREFACE = `import { appendFileSync } from "node:fs";
globalThis.note = (text) => appendFileSync(process.env.NOTEBOOK, String(text) + "\\n");
globalThis.wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
`;

function writeAssembly(folder: string, notebook: string, tiny: TinyStack): void {
  const {
    reader = "export const handler = async () => {};",
    web = "export const handler = async () => ({ statusCode: 200 });",
    timer,
    timeoutSeconds = 5,
    visibilitySeconds = 30,
    maxReceiveCount = 25,
    batchSize = 10,
    windowSeconds = 0,
    maximumConcurrency = 5,
  } = tiny;
  const code: Record<string, string> = timer === undefined ? { reader, web } : { reader, web, timer };
  for (const [name, source] of Object.entries(code)) {
    mkdirSync(join(folder, `asset.${name}`));
    writeFileSync(join(folder, `asset.${name}`, "index.mjs"), PREFACE + source);
  }
  const lambda = (name: string) => ({
    Type: "AWS::Lambda::Function",
    Properties: {
      FunctionName: name,
      Code: { S3Bucket: "assets", S3Key: `${name}.zip` },
      Handler: "index.handler",
      Runtime: "nodejs24.x",
      Timeout: timeoutSeconds,
      Environment: { Variables: { NOTEBOOK: notebook, QUEUE: { Ref: "Work" } } },
    },
  });
  const arn = (logicalId: string) => ({ "Fn::GetAtt": [logicalId, "Arn"] });
  const route = (method: string) => ({
    Type: "AWS::ApiGatewayV2::Route",
    Properties: { RouteKey: `${method} /hook`, Target: { "Fn::Join": ["", ["integrations/", { Ref: "Link" }]] } },
  });
  const RedrivePolicy = { deadLetterTargetArn: arn("Dead"), maxReceiveCount };
  const template = {
    Resources: {
      Dead: { Type: "AWS::SQS::Queue", Properties: { QueueName: "work-dlq" } },
      Work: {
        Type: "AWS::SQS::Queue",
        Properties: { QueueName: "work", VisibilityTimeout: visibilitySeconds, RedrivePolicy },
      },
      ...Object.fromEntries(Object.keys(code).map((name) => [name, lambda(name)])),
      Source: {
        Type: "AWS::Lambda::EventSourceMapping",
        Properties: {
          EventSourceArn: arn("Work"),
          FunctionName: { Ref: "reader" },
          BatchSize: batchSize,
          MaximumBatchingWindowInSeconds: windowSeconds,
          ScalingConfig: { MaximumConcurrency: maximumConcurrency },
          FunctionResponseTypes: ["ReportBatchItemFailures"],
        },
      },
      Link: {
        Type: "AWS::ApiGatewayV2::Integration",
        Properties: { IntegrationUri: arn("web"), PayloadFormatVersion: "2.0" },
      },
      Post: route("POST"),
      Get: route("GET"),
      ...(timer === undefined
        ? {}
        : {
            Every: {
              Type: "AWS::Events::Rule",
              Properties: { ScheduleExpression: "rate(1 minute)", Targets: [{ Arn: arn("timer"), Id: "Target0" }] },
            },
          }),
    },
  };
  const artifacts = { tiny: { type: "aws:cloudformation:stack", properties: { templateFile: "tiny.template.json" } } };
  const files = Object.fromEntries(Object.keys(code).map((name) => [name, { source: { path: `asset.${name}` } }]));
  writeFileSync(join(folder, "manifest.json"), JSON.stringify({ artifacts }));
  writeFileSync(join(folder, "tiny.template.json"), JSON.stringify(template));
  writeFileSync(join(folder, "tiny.assets.json"), JSON.stringify({ files }));
}
