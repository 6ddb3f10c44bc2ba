import { existsSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { ACCOUNT, REGION } from "../../local/aws/aws-account.ts";
import { type ForeignSqs, queueNameOf } from "../../local/aws/queues-and-buckets.ts";
import { type EmulatorProcess, PROJECT, startEmulatorProcess } from "../support/emulator-process.ts";

const LIB = join(PROJECT, ".cache/elasticmq/lib");

/**
 * Whether StartMessageMoveTask keeps a message's ID: ElasticMQ does, AWS documents a new one.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
 */
export type MovedIds = "kept" | "new";

/** ElasticMQ, an in-memory SQS with strict limits and StartMessageMoveTask. */
export interface ElasticMq extends ForeignSqs {
  call(operation: string, parameters: object): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

export async function startElasticMq(movedIds: MovedIds): Promise<ElasticMq> {
  if (!existsSync(LIB)) throw new Error("ElasticMQ is not installed: run .ci/install-elasticmq");
  const server: EmulatorProcess = await startEmulatorProcess({
    name: "elasticmq",
    command(port, folder) {
      const configuration = join(folder, "elasticmq.conf");
      writeFileSync(configuration, settings(port));
      const args = ["-Xmx256m", `-Dconfig.file=${configuration}`, "-cp", `${LIB}/*`, "org.elasticmq.server.Main"];
      return {
        program: "java",
        args,
        environment: { PATH: process.env["PATH"] ?? "", JAVA_HOME: process.env["JAVA_HOME"] ?? "" },
      };
    },
    isReady: async (url) => (await callAt(url, "ListQueues", {})) !== undefined,
  });
  const call = (operation: string, parameters: object) => callAt(server.url, operation, parameters);

  return {
    call,
    handle(request, response, operation) {
      if (operation === "StartMessageMoveTask" && movedIds === "new") void answer(request, response, call);
      else void forward(request, response, server.url, call).catch(() => response.destroy());
    },
    async createQueue(QueueName, Attributes) {
      await call("CreateQueue", { QueueName, Attributes });
    },
    stop: () => server.stop(),
  };
}

const settings = (port: number): string => `
  include classpath("application.conf")
  generate-node-address = true
  rest-sqs { bind-hostname = "127.0.0.1", bind-port = ${port}, sqs-limits = strict }
  rest-stats { enabled = false }
  aws { region = "${REGION}", accountId = "${ACCOUNT}" }
`;

async function callAt(url: string, operation: string, parameters: object): Promise<Record<string, unknown>> {
  const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AmazonSQS.${operation}` };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(parameters) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${operation}: ${answer.status} ${text}`);
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}

async function forward(request: IncomingMessage, response: ServerResponse, url: string, call: ElasticMq["call"]) {
  const { method = "POST", headers } = request;
  const { "content-type": type = "", "x-amz-target": target = "" } = headers;
  const body = Buffer.concat(await request.toArray());
  const answer = await fetch(url, { method, headers: { "content-type": type, "x-amz-target": String(target) }, body });
  const text = await answer.text();
  if (response.destroyed) return giveBack(body.toString(), text, call);
  response.writeHead(answer.status, { "content-type": type }).end(text);
}

/** Releases the messages of a dead poller: ElasticMQ does not notice that it hung up, and keeps them invisible. */
async function giveBack(asked: string, answered: string, call: ElasticMq["call"]): Promise<void> {
  const { QueueUrl } = JSON.parse(asked) as { QueueUrl: string };
  const { Messages = [] } = JSON.parse(answered || "{}") as { Messages?: { ReceiptHandle: string }[] };
  for (const { ReceiptHandle } of Messages) {
    await call("ChangeMessageVisibility", { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
  }
}

/** Moves messages as AWS documents it: each arrives in its source queue as a new message. */
async function answer(request: IncomingMessage, response: ServerResponse, call: ElasticMq["call"]): Promise<void> {
  try {
    const { SourceArn } = JSON.parse((await request.toArray()).join("")) as { SourceArn: string };
    const QueueUrl = `http://sqs/${ACCOUNT}/${queueNameOf(SourceArn)}`;
    const { queueUrls } = (await call("ListDeadLetterSourceQueues", { QueueUrl })) as { queueUrls: string[] };
    const [source] = queueUrls;
    if (source === undefined) throw new Error(`${SourceArn} is not a dead-letter queue`);
    for (;;) {
      const received = await call("ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 });
      const messages = (received["Messages"] ?? []) as { Body: string; ReceiptHandle: string }[];
      if (messages.length === 0) break;
      for (const { Body, ReceiptHandle } of messages) {
        await call("SendMessage", { QueueUrl: source, MessageBody: Body });
        await call("DeleteMessage", { QueueUrl, ReceiptHandle });
      }
    }
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end(`{"TaskHandle":"moved"}`);
  } catch (error) {
    response
      .writeHead(400, { "content-type": "application/x-amz-json-1.0" })
      .end(JSON.stringify({ message: String(error) }));
  }
}
