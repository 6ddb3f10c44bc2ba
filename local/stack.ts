import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Assembly, readAssembly } from "./assembly/assembly.ts";
import { synthesise } from "./assembly/synthesise.ts";
import { ACCOUNT, REGION } from "./aws/aws-account.ts";
import { accessKeyOf } from "./aws/aws-calls.ts";
import { type AwsEndpoint, startAwsEndpoint } from "./aws/aws-endpoint.ts";
import { type ForeignSqs, type Queue, startQueuesAndBuckets } from "./aws/queues-and-buckets.ts";
import { createSecretsManager, type SecretsManager } from "./aws/secrets-manager.ts";
import { createSqsClient } from "./aws/sqs-client.ts";
import { startTableEmulator, type TableEmulatorKind } from "./aws/table-emulator.ts";
import { type DeadLetterQueue, listDeadLetters, type Redrive, redrive } from "./dead-letters.ts";
import { createFront } from "./gateway/front.ts";
import { demoSwitches, notificationQueues, reconcileOf, simulatedConnections, stagePeriod } from "./hosted-stage.ts";
import { type FunctionHost, startFunctionHost } from "./lambda/function-host-supervisor.ts";
import { createReadTrace, type ReadTrace } from "./order-trace.ts";
import { provision } from "./provision.ts";
import { SECRETS_FILE, secretValues } from "./secret-values.ts";
import { type ChannelSandbox, startChannelSandbox } from "./simulators/channel-sandbox.ts";
import { type Sandbox, type SandboxSettings, startSandbox } from "./simulators/sandbox.ts";
import { createStackConsole } from "./stack-console.ts";
import { createSurface } from "./surface.ts";

export interface StackOptions {
  /** 0 takes a free one. Default 0. */
  port?: number;
  /** Default "local". */
  stage?: string;
  /** The folder of the stage files, from the project's root. Default: local/stages for `local`, else infra/stages. */
  stages?: string;
  /** A cloud assembly that was synthesised before; without it the stage is synthesised now. */
  assembly?: string;
  /** Default "dynalite". */
  dynamo?: TableEmulatorKind;
  /** Another SQS than the embedded one, which knows redrive but no StartMessageMoveTask. */
  sqs?: ForeignSqs;
  /** Default local/secrets.json. */
  secretsFile?: string;
  /** Switches of the provider simulators. */
  sandbox?: SandboxSettings;
  /** Whether reconcile runs at once, or only after `POST /sandbox/reconcile` says so. Default "paused". */
  reconcile?: "runs" | "paused";
  /** All schedules run this often. Default: the stage's own `findDueEvery`, or what the template says. */
  scheduleMs?: number;
  /** An environment that nothing used for this long is ended. Default 5 min. */
  idleMs?: number;
  /** Where functions' output goes, a file each. Default: a folder that goes with the stack. */
  logFolder?: string;
}

/** A running local stack. */
export interface LocalStack {
  readonly url: string;
  readonly stage: string;
  readonly region: string;
  readonly account: string;
  readonly assembly: Assembly;
  /** Its `url` is for any AWS SDK or CLI; counts calls and lets them fail. */
  readonly aws: AwsEndpoint;
  readonly host: FunctionHost;
  /** The providers' simulators. */
  readonly sandbox: Sandbox;
  /** The channels' simulators, a shop a connection. */
  readonly channels: ChannelSandbox;
  readonly secrets: SecretsManager;
  readonly logFolder: string;
  /** A queue to look into, by name. */
  queue(name: string): Queue | undefined;
  deadLetters(): DeadLetterQueue[];
  /** @returns how many messages were moved, undefined when there is no such queue */
  redrive(options?: Redrive): number | undefined;
  trace: ReadTrace;
  /** Ends every process it started. */
  stop(): Promise<void>;
}

/** Another process listens on the port. */
export class PortBusy extends Error {
  override name = "PortBusy" as const;
}

/**
 * Hosts a synthesised stage on this machine.
 * @throws PortBusy, StageRefused, MissingSecret: each says what to do in its message
 */
export async function startStack(options: StackOptions = {}): Promise<LocalStack> {
  const { port = 0, stage = "local", dynamo = "dynalite", secretsFile = SECRETS_FILE, idleMs = 300_000 } = options;
  const ending: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ending.splice(0).reverse()) await end();
  };
  try {
    const folder = mkdtempSync(join(tmpdir(), "order-relay-"));
    ending.push(() => rmSync(folder, { recursive: true, force: true }));
    // Before everything that takes time: a busy port is better known at once.
    const server = createServer({ maxHeaderSize: 64 * 1024 }, (_request, response) => {
      sendJson(response, 503, { status: "starting" });
    });
    const url = await listen(server, port);
    ending.push(() => hangUp(server));

    const assemblyFolder = options.assembly ?? join(folder, "cdk.out");
    if (options.assembly === undefined) await synthesise(stage, assemblyFolder, options.stages);
    const assembly = readAssembly(assemblyFolder);

    const callers = new Map(
      [...assembly.functions.map(({ name }) => name), "event-source", "provision", "operator", "channels"].map(
        (name) => [accessKeyOf(name), name],
      ),
    );
    const emulators = {
      tables: await startTableEmulator(dynamo),
      queues: await startQueuesAndBuckets(),
      secrets: createSecretsManager(),
      sqs: options.sqs,
    };
    ending.push(() => emulators.tables.stop());
    ending.push(() => emulators.queues.stop());
    const aws = await startAwsEndpoint(emulators, (accessKey) => callers.get(accessKey) ?? accessKey);
    ending.push(() => aws.stop());
    const sandbox = await startSandbox({ settings: { ...(await demoSwitches()), ...options.sandbox } });
    ending.push(() => sandbox.stop());
    const secrets = secretValues(assembly.secrets, sandbox.url, secretsFile);
    await provision(assembly, emulators, aws.url, secrets);
    const queueUrl = (name: string): string => `${aws.url}/${ACCOUNT}/${name}`;
    const notified = notificationQueues(assembly, queueUrl);
    const sqs = createSqsClient(aws.url, "channels");
    const channels = await startChannelSandbox(simulatedConnections(assembly, secrets), {
      stackUrl: url,
      queueOf: (path) => {
        const queue = notified[path];
        return queue === undefined ? undefined : (body) => sqs.send(queue, body);
      },
    });
    ending.push(() => channels.stop());

    const logFolder = options.logFolder ?? join(folder, "logs");
    mkdirSync(logFolder, { recursive: true });
    const { functions, queueSources } = assembly;
    const schedules = assembly.schedules.map((schedule) => ({
      ...schedule,
      periodMs: options.scheduleMs ?? stagePeriod(schedule, functions) ?? schedule.periodMs,
    }));
    const addresses = { awsEndpoint: aws.url, channelSimulators: channels.url };
    const paused = options.reconcile === "runs" ? [] : [reconcileOf(stage)];
    const plan = { functions, queueSources, schedules, paused, ...addresses, logFolder, idleMs };
    const host = startFunctionHost(plan);
    ending.push(() => host.stop());

    const trace = createReadTrace(aws.url, stage);
    const surface = createSurface({
      providers: sandbox,
      channels,
      queues: emulators.queues,
      readTrace: trace,
      pauseReconcile: (isPaused) => host.pause(reconcileOf(stage), isPaused),
      health: () => ({
        status: "ready",
        stage,
        functionHostPid: host.pid(),
        aws: { endpoint: aws.url, region: REGION, account: ACCOUNT },
        channelSimulators: channels.url,
        queues: notified,
        queueUrls: Object.fromEntries(assembly.queues.map(({ name }) => [name, queueUrl(name)])),
      }),
    });
    const page = createStackConsole({
      assembly,
      awsUrl: aws.url,
      simulators: channels.url,
      url,
      channels,
      sandbox,
      logFolder,
    });
    const front = createFront(assembly.routes, host.invoke);
    await host.ready();
    server.removeAllListeners("request");
    server.on("request", async (request, response) => {
      try {
        if (page.isAt(request)) return await page.handle(request, response);
        const own = await surface(request);
        if (own) sendJson(response, own.status, own.body);
        else await front(request, response);
      } catch (error) {
        console.error(error);
        if (response.headersSent) response.destroy();
        else sendJson(response, 500, { message: "The local stack itself failed; its output says why." });
      }
    });

    return {
      url,
      stage,
      region: REGION,
      account: ACCOUNT,
      assembly,
      aws,
      host,
      sandbox,
      channels,
      secrets: emulators.secrets,
      logFolder,
      queue: (name) => emulators.queues.queue(name),
      deadLetters: () => listDeadLetters(emulators.queues),
      redrive: (how) => redrive(emulators.queues, how),
      trace,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") return reject(error);
      reject(new PortBusy(`Port ${port} on 127.0.0.1 is taken: set PORT to another one, or to 0 for a free one.`));
    });
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") return reject(new Error("The local stack has no port."));
      resolve(`http://127.0.0.1:${address.port}`);
    });
  });
}

function hangUp(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
