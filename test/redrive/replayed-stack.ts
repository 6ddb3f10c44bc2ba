import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { synthesise } from "../../infra/synthesise.ts";
import { ACCOUNT, arn, REGION } from "../../local/aws/aws-account.ts";
import { type LocalStack, startStack } from "../../local/stack.ts";
import { functionName, queueName } from "../../shared/stage/names.ts";
import { PROJECT } from "../support/emulator-process.ts";
import { until } from "../support/shop.ts";
import { type ElasticMq, type MovedIds, startElasticMq } from "./elasticmq.ts";

const STAGE = "redrivetest";

/** A queue and its dead-letter queue. */
export const INTAKE = { source: queueName.intake(STAGE), deadLetters: queueName.intakeDeadLetters(STAGE) };
export const lane = (destination: string) => ({
  source: queueName.destination(STAGE, destination),
  deadLetters: queueName.destinationDeadLetters(STAGE, destination),
});
export type Lane = typeof INTAKE;

export interface DeadLetter {
  id: string;
  body: string;
}

/** The synthesised stage on the local stack, with its queues in ElasticMQ, which have the template's attributes. */
export class ReplayedStack {
  readonly stack: LocalStack;
  private readonly elasticMq: ElasticMq;
  private readonly folder: string;
  private readonly operator: SQSClient;

  private constructor(stack: LocalStack, elasticMq: ElasticMq, folder: string) {
    this.stack = stack;
    this.elasticMq = elasticMq;
    this.folder = folder;
    const credentials = { accessKeyId: "operator", secretAccessKey: "operator" };
    this.operator = new SQSClient({ endpoint: stack.aws.url, region: REGION, credentials });
  }

  /** @param assembly from `synthesiseOnce`; copied, so that a test may change its bundles */
  static async start(assembly: string, movedIds: MovedIds): Promise<ReplayedStack> {
    const folder = mkdtempSync(join(tmpdir(), "order-relay-redrive-"));
    cpSync(assembly, folder, { recursive: true });
    const elasticMq = await startElasticMq(movedIds);
    try {
      return new ReplayedStack(await startStack({ stage: STAGE, assembly: folder, sqs: elasticMq }), elasticMq, folder);
    } catch (error) {
      await elasticMq.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.operator.destroy();
    await this.stack.stop();
    await this.elasticMq.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Does what the console's "Start DLQ redrive" to source does. */
  async click({ deadLetters }: Lane): Promise<void> {
    await this.operator.send(new StartMessageMoveTaskCommand({ SourceArn: arn("sqs", deadLetters) }));
  }

  /** Number of messages on a queue, in flight or not. */
  async depth(name: string): Promise<number> {
    const { Attributes = {} } = await this.operator.send(
      new GetQueueAttributesCommand({ QueueUrl: urlOf(name), AttributeNames: ["All"] }),
    );
    return (
      Number(Attributes["ApproximateNumberOfMessages"]) + Number(Attributes["ApproximateNumberOfMessagesNotVisible"])
    );
  }

  /** Waits until `count` dead letters are there and none is on its way. */
  async deadLettersAre(lane: Lane, count: number): Promise<DeadLetter[]> {
    const depths = async () => ({ source: await this.depth(lane.source), dead: await this.depth(lane.deadLetters) });
    await until(
      async () => {
        const { source, dead } = await depths();
        return source === 0 && dead === count;
      },
      90,
      depths,
    );
    const found = new Map<string, DeadLetter>();
    while (found.size < count) {
      const { Messages = [] } = await this.operator.send(
        new ReceiveMessageCommand({ QueueUrl: urlOf(lane.deadLetters), MaxNumberOfMessages: 10, VisibilityTimeout: 0 }),
      );
      for (const { MessageId: id = "", Body: body = "" } of Messages) found.set(id, { id, body });
    }
    return [...found.values()];
  }

  async send(name: string, body: string): Promise<void> {
    await this.operator.send(new SendMessageCommand({ QueueUrl: urlOf(name), MessageBody: body }));
  }

  /** The folder of a function's bundle. @param fn `route-order` */
  bundleOf(fn: string): string {
    const found = this.stack.assembly.functions.find(({ name }) => name.endsWith(`-${fn}`));
    if (!found) throw new Error(`The stage has no function ${fn}.`);
    return found.folder;
  }

  /** The outcomes of an order's messages at a provider, from its function's log, oldest first. */
  outcomes(provider: string, orderId: string, generation: number): string[] {
    const log = join(this.stack.logFolder, `${functionName(STAGE, `create-order-${provider}`)}.log`);
    return readFileSync(log, "utf8")
      .split("\n")
      .filter((line) => line.includes('"delivery.attempted"'))
      .map((line) => JSON.parse(line) as { orderId?: string; generation?: number; outcome: string })
      .filter((line) => line.orderId === orderId && line.generation === generation)
      .map(({ outcome }) => outcome);
  }

  /** Ends the running environments, as a deployment does: none of them gets another event. */
  async endEnvironments(): Promise<void> {
    const before = this.stack.host.pid();
    if (before === undefined) throw new Error("The function host does not run.");
    process.kill(before, "SIGKILL");
    await until(
      () => this.stack.host.pid() !== undefined && this.stack.host.pid() !== before,
      30,
      () => this.stack.host.pid(),
    );
  }
}

/** @returns the folder of the stage's assembly */
export async function synthesiseOnce(): Promise<string> {
  const outdir = mkdtempSync(join(tmpdir(), "order-relay-assembly-"));
  const { context } = JSON.parse(await readFile(join(PROJECT, "cdk.json"), "utf8")) as { context: object };
  return synthesise(STAGE, { outdir, context: { ...context, stages: join(PROJECT, "test/redrive") } });
}

const urlOf = (name: string): string => `http://sqs/${ACCOUNT}/${name}`;
