import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { HostedFunction } from "../assembly/hosted.ts";
import { arn, REGION } from "../aws/aws-account.ts";
import { accessKeyOf } from "../aws/aws-calls.ts";
import type { EnvironmentState, FromEnvironment, HostPlan, InvocationResult, ToEnvironment } from "./host-messages.ts";

const BOOTSTRAP = fileURLToPath(new URL("bootstrap.ts", import.meta.url));
/** Lambda stops an initialisation after 10 s and repeats it within the invocation's timeout. */
const INIT_MS = 10_000;
const LONG_MS = 200;
/** An invocation whose share of CPU time is at most this counts as waiting. */
const WAITING_SHARE = 0.15;

/** A process that runs one function, one invocation at a time, frozen in between. */
export interface ExecutionEnvironment {
  readonly pid: number;
  state(): EnvironmentState;
  invocations(): number;
  /** When it last answered, epoch ms. */
  lastUsed(): number;
  /** Whether its last invocation took long and used little CPU, as one that waits for a provider does. */
  waited(): boolean;
  /** Resolves to undefined when the handler is loaded, or to the error that prevents it. */
  readonly initialised: Promise<InvocationResult | undefined>;
  /** @param andFreeze called after the answer; returns whether nothing else waits for this environment */
  invoke(payload: string, andFreeze: () => boolean): Promise<InvocationResult>;
  end(): void;
}

/** What is the same for every environment of the local stack. */
export type EnvironmentContext = Pick<HostPlan, "awsEndpoint" | "channelSimulators" | "logFolder">;

export function startEnvironment(
  hosted: HostedFunction,
  { logFolder, ...addresses }: EnvironmentContext,
): ExecutionEnvironment {
  const log = openSync(join(logFolder, `${hosted.name}.log`), "a");
  // As on Lambda, Node maps stack traces only if the function's NODE_OPTIONS enable it.
  const child = spawn(process.execPath, [BOOTSTRAP], {
    cwd: hosted.folder,
    env: variables(hosted, addresses),
    stdio: ["ignore", log, log, "ipc"],
  });
  let state: EnvironmentState = "starting";
  let invocations = 0;
  let lastUsed = Date.now();
  let cpuMs = 0;
  let waited = false;
  let settle: ((result: InvocationResult) => void) | undefined;
  let endedWith: string | undefined;
  const { promise: initialised, resolve: initialise } = Promise.withResolvers<InvocationResult | undefined>();

  const end = (reason?: string): void => {
    endedWith ??= reason;
    state = "ended";
    child.kill("SIGKILL");
  };
  const initTimer = setTimeout(() => end("Runtime.Unknown: initialisation timed out"), INIT_MS + hosted.timeoutMs);

  child.on("message", (message: FromEnvironment) => {
    if (message.type === "initialised") {
      clearTimeout(initTimer);
      freeze();
      initialise(undefined);
    } else {
      cpuMs = message.cpuMs;
      settle?.(message.result);
    }
  });
  child.on("error", (error) => end(`Runtime.InvalidEntrypoint: ${error.message}`));
  child.on("exit", (code, signal) => {
    clearTimeout(initTimer);
    state = "ended";
    const failed = failure(endedWith ?? `Runtime.ExitError: Runtime exited with ${signal ?? `exit status ${code}`}`);
    initialise(failed);
    settle?.(failed);
    closeSync(log);
  });

  function freeze(): void {
    if (state === "ended") return;
    child.kill("SIGSTOP");
    state = "frozen";
  }

  async function invoke(payload: string, andFreeze: () => boolean): Promise<InvocationResult> {
    if (state === "frozen") child.kill("SIGCONT");
    state = "busy";
    invocations += 1;
    const requestId = randomUUID();
    const from = Date.now();
    const answered = new Promise<InvocationResult>((resolve) => {
      settle = resolve;
    });
    const timer = setTimeout(() => {
      const seconds = (hosted.timeoutMs / 1000).toFixed(2);
      writeSync(log, `${new Date().toISOString()} ${requestId} Task timed out after ${seconds} seconds\n`);
      end(`Sandbox.Timedout: ${requestId} Task timed out after ${seconds} seconds`);
    }, hosted.timeoutMs);
    give(child, { requestId, traceId: traceId(), deadline: from + hosted.timeoutMs, payload });
    const result = await answered;
    settle = undefined;
    clearTimeout(timer);
    lastUsed = Date.now();
    waited = lastUsed - from >= LONG_MS && cpuMs / (lastUsed - from) <= WAITING_SHARE;
    if (andFreeze()) freeze();
    return result;
  }

  return {
    pid: child.pid ?? -1,
    state: () => state,
    invocations: () => invocations,
    lastUsed: () => lastUsed,
    waited: () => waited,
    initialised,
    invoke,
    end,
  };
}

/** A send to a process that just died fails; the exit event reports that anyway. */
function give(child: ChildProcess, message: ToEnvironment): void {
  child.send(message, () => {});
}

/** The template's variables, and those that Lambda itself sets. */
function variables(
  hosted: HostedFunction,
  { awsEndpoint, channelSimulators }: Omit<EnvironmentContext, "logFolder">,
): Record<string, string> {
  const { NODE_COMPILE_CACHE: compiled } = process.env;
  return {
    ...hosted.environment,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: accessKeyOf(hosted.name),
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_SESSION_TOKEN: "local",
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: hosted.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(hosted.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${hosted.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `local/[$LATEST]${randomBytes(16).toString("hex")}`,
    LAMBDA_TASK_ROOT: hosted.folder,
    _HANDLER: hosted.handler,
    TZ: ":UTC",
    LANG: "en_US.UTF-8",
    PATH: "/usr/local/bin:/usr/bin:/bin",
    // Not Lambda's: the addresses of the local AWS and channels, the values that the bootstrap puts into the
    // context, and where Node keeps compiled code, if this process has such a place.
    AWS_ENDPOINT_URL: awsEndpoint,
    CHANNEL_SIMULATORS_URL: channelSimulators,
    LOCAL_FUNCTION_ARN: arn("lambda", `function:${hosted.name}`),
    ...(compiled !== undefined && { NODE_COMPILE_CACHE: compiled }),
  };
}

const traceId = (): string =>
  `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString("hex")};Sampled=0`;

function failure(reason: string): InvocationResult {
  const colon = reason.indexOf(": ");
  return { ok: false, error: { errorType: reason.slice(0, colon), errorMessage: reason.slice(colon + 2) } };
}
