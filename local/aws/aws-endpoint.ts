import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { redrive } from "../dead-letters.ts";
import { type AwsCall, type CallCounter, type CallFilter, createCallCounter, matches } from "./aws-calls.ts";
import { type ForeignSqs, type QueuesAndBuckets, queueNameOf } from "./queues-and-buckets.ts";
import type { AwsAnswer, SecretsManager } from "./secrets-manager.ts";
import type { TableEmulator } from "./table-emulator.ts";

/** A fault for the next `times` matching calls. The SDK itself tries a call up to three times. */
export interface AwsFault extends CallFilter {
  times: number;
  /** An error answer (call not carried out), no answer (not carried out), or carried out with its answer lost. */
  how: { status: number; type: string; message?: string } | "reset" | "lost-answer";
}

/** One endpoint in this process for every AWS SDK and the CLI. */
export interface AwsEndpoint {
  readonly url: string;
  readonly calls: CallCounter;
  fail(fault: AwsFault): void;
  /** Removes all faults that have not struck yet. */
  stopFailing(): void;
  stop(): Promise<void>;
}

export interface Emulators {
  tables: TableEmulator;
  queues: QueuesAndBuckets;
  secrets: SecretsManager;
  /** Serves SQS in place of `queues`. */
  sqs?: ForeignSqs | undefined;
}

/** @param callerOf returns the caller of an access key, so that calls are counted by function */
export async function startAwsEndpoint(
  emulators: Emulators,
  callerOf: (accessKey: string) => string = (accessKey) => accessKey,
): Promise<AwsEndpoint> {
  const calls = createCallCounter();
  const armed: AwsFault[] = [];

  const server = createServer((request, response) => {
    const call = describe(request, callerOf);
    const mayFail = armed.some((fault) => matches({ ...call, resource: fault.resource ?? "" }, fault));
    if (call.service === "s3") serve(call, request, response, mayFail);
    else if (mayFail) peek(request, (chunk) => serve(named(call, chunk), request, response, true));
    else {
      // The emulator gets the same chunks: reading the body first would double the work of every call.
      request.once("data", (chunk: Buffer) => observe(named(call, chunk), response));
      dispatch(call, request, response);
    }
  });

  function serve(call: AwsCall, request: IncomingMessage, response: ServerResponse, mayFail: boolean): void {
    observe(call, response);
    const fault = mayFail ? armed.find((candidate) => matches(call, candidate)) : undefined;
    if (fault) {
      fault.times -= 1;
      if (fault.times <= 0) armed.splice(armed.indexOf(fault), 1);
    }
    if (!fault) dispatch(call, request, response);
    else if (fault.how === "lost-answer") {
      muffle(response);
      dispatch(call, request, response);
    } else if (fault.how === "reset") request.socket.destroy();
    else refuse(call, fault.how, request, response);
  }

  const moves = createMoveTasks();

  function observe(call: AwsCall, response: ServerResponse): void {
    calls.add(call);
    if (call.operation !== "ReceiveMessage") return;
    // A dead poller must not receive messages: they would stay invisible until their visibility timeout ends.
    response.once("close", () => {
      if (!response.writableFinished) emulators.queues.queue(call.resource)?.cancelWaiters();
    });
  }

  function dispatch({ service, operation }: AwsCall, request: IncomingMessage, response: ServerResponse): void {
    if (service === "dynamodb") emulators.tables.handle(request, response);
    else if (service === "secretsmanager") {
      void answerWith(request, response, (body) => emulators.secrets.answer(operation, body));
    } else if (service === "sqs" && emulators.sqs) emulators.sqs.handle(request, response, operation);
    else if (operation === "StartMessageMoveTask") {
      void answerWith(request, response, (body) => moves.start(emulators.queues, body));
    } else if (operation === "ListMessageMoveTasks") {
      void answerWith(request, response, (body) => moves.list(body));
    } else if (KNOWN.has(service)) emulators.queues.handle(request, response);
    else {
      const message = `The local stack has no ${service}.`;
      refuse({ service }, { status: 400, type: "UnknownOperationException", message }, request, response);
    }
  }

  // A frozen environment keeps its connections, as on AWS; each closed one would cost it a retry.
  server.keepAliveTimeout = 30 * 60_000;
  server.requestTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The AWS endpoint has no port.");

  return {
    url: `http://127.0.0.1:${address.port}`,
    calls,
    fail: (fault) => void armed.push({ ...fault }),
    stopFailing: () => void armed.splice(0),
    async stop() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const SERVICES: Record<string, string> = {
  DynamoDB_20120810: "dynamodb",
  AmazonSQS: "sqs",
  secretsmanager: "secretsmanager",
};
const KNOWN = new Set(["sqs", "s3", "query"]);

function describe(request: IncomingMessage, callerOf: (accessKey: string) => string): AwsCall {
  const caller = callerOf(/Credential=([^/]+)\//.exec(request.headers.authorization ?? "")?.[1] ?? "");
  const target = request.headers["x-amz-target"];
  if (typeof target === "string") {
    const [prefix = "", operation = ""] = target.split(".");
    return { caller, service: SERVICES[prefix] ?? prefix, operation, resource: "" };
  }
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  const form = request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
  if (form && path === "/") return { caller, service: "query", operation: "Query", resource: "" };
  const [, bucket = "", ...key] = path.split("/");
  const what = key.join("") === "" ? "Bucket" : "Object";
  return { caller, service: "s3", operation: `${verb(request.method)}${what}`, resource: bucket };
}

const verb = (method = "GET"): string => method[0] + method.slice(1).toLowerCase();

/** SDKs write the table or queue first, so the first chunk of a body has its name. */
function named(call: AwsCall, chunk: Buffer): AwsCall {
  const name = /"(?:TableName|QueueUrl|SecretId)"\s*:\s*"([^"]+)"/.exec(chunk.toString("latin1"))?.[1];
  if (name === undefined) return call;
  return { ...call, resource: call.service === "sqs" ? queueNameOf(name) : name };
}

/** Reads the first chunk and puts it back. */
function peek(request: IncomingMessage, then: (chunk: Buffer) => void): void {
  request.once("readable", () => {
    const chunk: Buffer = request.read() ?? Buffer.alloc(0);
    if (chunk.length > 0) request.unshift(chunk);
    // The stream notices only on the next tick that it has no "readable" listener any more.
    process.nextTick(() => setImmediate(then, chunk));
  });
}

/** Carries the call out and breaks the connection before the answer starts, so the caller never learns the result. */
function muffle(response: ServerResponse): void {
  const breakOff = (): ServerResponse => {
    response.socket?.destroy();
    return response;
  };
  Object.assign(response, { writeHead: () => response, write: () => true, end: breakOff });
}

function refuse(
  { service }: Pick<AwsCall, "service">,
  { status, type, message = "injected by a test" }: { status: number; type: string; message?: string },
  request: IncomingMessage,
  response: ServerResponse,
): void {
  request.resume();
  if (service === "s3") {
    response.writeHead(status, { "content-type": "application/xml" });
    response.end(`<?xml version="1.0"?><Error><Code>${type}</Code><Message>${message}</Message></Error>`);
  } else sendJson(response, { status, body: { __type: type, message } });
}

async function answerWith(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (body: Record<string, unknown>) => AwsAnswer,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    sendJson(response, answer(JSON.parse(Buffer.concat(chunks).toString() || "{}") as Record<string, unknown>));
  } catch (error) {
    sendJson(response, { status: 400, body: { __type: "SerializationException", message: String(error) } });
  }
}

function sendJson(response: ServerResponse, { status, body }: AwsAnswer): void {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
  response.end(JSON.stringify(body));
}

interface MoveTasks {
  start(queues: QueuesAndBuckets, body: Record<string, unknown>): AwsAnswer;
  list(body: Record<string, unknown>): AwsAnswer;
}

/** SQS lists at most as many. */
const MOST_MOVES = 10;

/** fauxqs has no message move tasks. One here moves all messages at once, so none is left to cancel. */
function createMoveTasks(): MoveTasks {
  const tasks = new Map<string, object[]>();
  return {
    start(queues, body) {
      const source = String(body["SourceArn"]);
      const moved = redrive(queues, { queue: queueNameOf(source) });
      if (moved === undefined) {
        const message = "Source queue must be configured as a Dead Letter Queue.";
        return { status: 400, body: { __type: "com.amazonaws.sqs#UnsupportedOperation", message } };
      }
      const task = {
        ...{ Status: "COMPLETED", SourceArn: source, StartedTimestamp: Date.now() },
        ...{ ApproximateNumberOfMessagesMoved: moved, ApproximateNumberOfMessagesToMove: moved },
      };
      tasks.set(source, [task, ...(tasks.get(source) ?? [])].slice(0, MOST_MOVES));
      return { status: 200, body: { TaskHandle: `moved-${moved}` } };
    },
    list(body) {
      const most = Number(body["MaxResults"] ?? 1);
      return { status: 200, body: { Results: (tasks.get(String(body["SourceArn"])) ?? []).slice(0, most) } };
    },
  };
}
