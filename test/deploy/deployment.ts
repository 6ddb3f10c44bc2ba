import { deepEqual } from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { type Assembly, readAssembly, type SecretSpec } from "../../local/assembly/assembly.ts";
import type { QueueSource } from "../../local/assembly/hosted.ts";
import { ACCOUNT, REGION } from "../../local/aws/aws-account.ts";
import { createReadTrace, type ReadTrace } from "../../local/order-trace.ts";
import { secretValues } from "../../local/secret-values.ts";
import { type Sandbox, startSandbox } from "../../local/simulators/sandbox.ts";
import type { EmulatorProcess } from "../support/emulator-process.ts";
import { type RecordingProxy, startRecordingProxy } from "../support/recording-proxy.ts";
import { type RunningConsole, startConsole } from "../support/running-console.ts";
import { until } from "../support/shop.ts";
import { runCdk } from "./cdk.ts";
import { startMiniStack } from "./ministack.ts";
import { environmentOf, runScript, type ScriptRun } from "./run-script.ts";

export const STAGE = "deploytest";
const STACK = `order-relay-${STAGE}`;
const CREDENTIALS = { accessKeyId: "test", secretAccessKey: "test" };

/** A bootstrapped account of MiniStack, and the providers' simulators. */
export class Deployment {
  private readonly emulator: EmulatorProcess;
  readonly sandbox: Sandbox;
  readonly sqs: SQSClient;
  readonly trace: ReadTrace;
  /** The assembly of the last deployment. */
  assembly: Assembly | undefined;
  /** Where the webhooks go: `<url>/webhooks/shopify/demo`. */
  url = "";
  /** Output of `npm run secrets` after the last deployment. */
  secretsSaid = "";
  /** Folder of the stage file of the last deployment. */
  private stages = "";

  private constructor(emulator: EmulatorProcess, sandbox: Sandbox) {
    this.emulator = emulator;
    this.sandbox = sandbox;
    this.sqs = new SQSClient(this.access);
    this.trace = createReadTrace(emulator.url, STAGE);
  }

  static async start(): Promise<Deployment> {
    const emulator = await startMiniStack();
    try {
      const deployment = new Deployment(emulator, await startSandbox());
      // Outside the project: inside it, after a synth, bootstrap treats the whole project as an asset (docs/proofs.md).
      succeeded(await runCdk(emulator.url, ["bootstrap", `aws://${ACCOUNT}/${REGION}`], emulator.folder));
      return deployment;
    } catch (error) {
      await emulator.stop();
      throw error;
    }
  }

  get access() {
    return { endpoint: this.emulator.url, region: REGION, credentials: CREDENTIALS };
  }

  /** `cdk deploy` of the stage file in a folder, then `npm run secrets`, as docs/deploy.md describes. */
  async deploy(stages: "first" | "second"): Promise<void> {
    const folder = await this.synthesised(stages, stages);
    const outputs = join(folder, "outputs.json");
    succeeded(await this.cdk("deploy", folder, ["--require-approval", "never", "--outputs-file", outputs]));
    this.assembly = readAssembly(folder);
    this.url = `${this.emulator.url}/_aws/execute-api/${apiOf(outputs)}/$default`;
    this.stages = folderOf(stages);
    this.secretsSaid = await this.fillSecrets();
  }

  /** `cdk diff --fail`: exits with 1 if the account differs from the stage file. */
  async diff(stages: "first" | "second"): Promise<ScriptRun> {
    return this.cdk("diff", await this.synthesised(stages, "diff"), ["--fail"]);
  }

  /** `cdk synth`; then replaces alarms on expressions, which MiniStack does not take (docs/proofs.md). */
  private async synthesised(stages: string, into: string): Promise<string> {
    const folder = join(this.emulator.folder, into);
    const stage = ["-c", `stage=${STAGE}`, "-c", `stages=${folderOf(stages)}`];
    succeeded(await runCdk(this.emulator.url, ["synth", STACK, "--quiet", ...stage, "--output", folder]));
    const file = join(folder, `${STACK}.template.json`);
    writeFileSync(file, JSON.stringify(withoutExpressions(JSON.parse(readFileSync(file, "utf8")) as Template)));
    return folder;
  }

  private cdk(command: string, folder: string, args: string[]): Promise<ScriptRun> {
    return runCdk(this.emulator.url, [command, STACK, "--app", folder, ...args]);
  }

  /**
   * Runs a command of docs/operator-commands.md for the deployed stage, in its own process.
   * @param words the arguments after `npm run <command> -- --stage … --stages …`
   */
  operate(command: "catalog" | "failed" | "order" | "secrets", ...words: string[]): Promise<ScriptRun> {
    const stage = ["--stage", STAGE, "--stages", this.stages];
    return runScript(this.emulator.url, [`operator/${command}.ts`, ...stage, ...words]);
  }

  /** `npm run console` for the deployed stage; what it calls of AWS is noted. */
  async console(): Promise<{ page: RunningConsole; aws: RecordingProxy }> {
    const aws = await startRecordingProxy(this.emulator.url);
    const stage = ["--stage", STAGE, "--stages", this.stages];
    return { page: await startConsole(stage, environmentOf(aws.url)), aws };
  }

  /** Writes a file for the operator's commands; `stop` removes it. @returns its path */
  file(name: string, text: string): string {
    const path = join(this.emulator.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Fills the secrets from a file and checks them against the simulators. */
  private async fillSecrets(): Promise<string> {
    const file = this.file("secrets.json", secretsFile(this.assembly?.secrets ?? [], this.sandbox.url));
    const run = await this.operate("secrets", "--from", file, "--check", "--yes");
    rmSync(file);
    succeeded(run);
    return run.output;
  }

  private queueUrl = (name: string): string => `${this.emulator.url}/${ACCOUNT}/${name}`;

  async queueAttributes(name: string): Promise<Record<string, string>> {
    const QueueUrl = this.queueUrl(name);
    const answer = await this.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
    return answer.Attributes ?? {};
  }

  /** Every event source mapping, in the form of local/assembly/assembly.ts. */
  async eventSources(): Promise<Omit<QueueSource, "windowMs">[]> {
    return (await this.mappings()).map((source) => ({
      queueArn: source.EventSourceArn,
      functionName: source.FunctionArn.split(":").at(-1) ?? "",
      batchSize: source.BatchSize,
      maximumConcurrency: source.ScalingConfig?.MaximumConcurrency ?? Number.NaN,
      partialFailures: source.FunctionResponseTypes?.includes("ReportBatchItemFailures") ?? false,
    }));
  }

  /** @param enabled false: its messages stay on the queue */
  async setEventSource(queue: string, enabled: boolean): Promise<void> {
    const source = (await this.mappings()).find(({ EventSourceArn }) => EventSourceArn.endsWith(`:${queue}`));
    await this.lambda("PUT", `event-source-mappings/${source?.UUID}`, { Enabled: enabled });
  }

  /** Takes one message off a queue for good. @returns its body */
  async take(queue: string, isMeant: (body: string) => boolean): Promise<string> {
    const QueueUrl = this.queueUrl(queue);
    const { Body = "", ReceiptHandle } = await until(
      async () => {
        const received = await this.sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
        return received.Messages?.find(({ Body = "" }) => isMeant(Body));
      },
      60,
      () => this.queueAttributes(queue),
    );
    await this.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    return Body;
  }

  /** Moves one message as the console's redrive does: MiniStack has no StartMessageMoveTask (test/redrive has one). */
  async redrive(from: string, to: string, isMeant: (body: string) => boolean): Promise<string> {
    const MessageBody = await this.take(from, isMeant);
    await this.sqs.send(new SendMessageCommand({ QueueUrl: this.queueUrl(to), MessageBody }));
    return MessageBody;
  }

  private async mappings(): Promise<EventSource[]> {
    const answer = await this.lambda("GET", "event-source-mappings/");
    return (answer as { EventSourceMappings: EventSource[] }).EventSourceMappings;
  }

  /** The project has no SDK for Lambda. MiniStack reads the service in the signature and checks nothing. */
  private async lambda(method: string, path: string, body?: object): Promise<unknown> {
    const scope = `test/20000101/${REGION}/lambda/aws4_request`;
    const answer = await fetch(`${this.emulator.url}/2015-03-31/${path}`, {
      method,
      headers: { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0` },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  async stop(): Promise<void> {
    this.sqs.destroy();
    await this.sandbox.stop();
    await this.emulator.stop();
  }
}

interface EventSource {
  UUID: string;
  EventSourceArn: string;
  FunctionArn: string;
  BatchSize: number;
  ScalingConfig?: { MaximumConcurrency: number };
  FunctionResponseTypes?: string[];
}

interface Template {
  Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
}

/** MiniStack refuses an alarm on metric math: it gets one on the first metric of the expression. */
function withoutExpressions(template: Template): Template {
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type !== "AWS::CloudWatch::Alarm" || !Array.isArray(Properties?.["Metrics"])) continue;
    const metrics = Properties["Metrics"] as { MetricStat?: { Metric: object; Period: number; Stat: string } }[];
    const { Metric, Period } = metrics.find(({ MetricStat }) => MetricStat)?.MetricStat ?? { Metric: {}, Period: 60 };
    delete Properties["Metrics"];
    Object.assign(Properties, Metric, { Period, Statistic: "Sum" });
  }
  return template;
}

const folderOf = (stages: string): string => `test/deploy/${stages}`;

/** Those values of local/secrets.json that the stage has secrets for: `npm run secrets` refuses a file with others. */
function secretsFile(specs: SecretSpec[], sandboxUrl: string): string {
  const file: Record<string, Record<string, unknown>> = {};
  for (const [name, value] of secretValues(specs, sandboxUrl)) {
    // shared/stage/names.ts: <prefix>/<stage>/<kind>/<path>
    const [, , kind = "", ...path] = name.split("/");
    file[kind] = { ...file[kind], [path.join("/")]: JSON.parse(value) as unknown };
  }
  return JSON.stringify(file);
}

export function succeeded({ code, output }: ScriptRun): void {
  deepEqual({ code }, { code: 0 }, output);
}

/** DNS does not resolve MiniStack's host names (`<id>.execute-api.localhost`), so the API is called by path. */
function apiOf(outputsFile: string): string {
  const outputs = JSON.parse(readFileSync(outputsFile, "utf8")) as Record<string, Record<string, string>>;
  const values = Object.values(outputs).flatMap((stack) => Object.values(stack));
  const [, api] = values.map((value) => /\/\/([a-z0-9]+)\.execute-api\./.exec(value)).find((match) => match) ?? [];
  if (api === undefined) throw new Error(`No output of the stack is its API's address: ${values.join(", ")}`);
  return api;
}
