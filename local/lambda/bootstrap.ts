/**
 * Replaces Lambda's Node.js runtime in an execution environment: loads the handler of the bundle, then answers one
 * invocation at a time. The function host freezes and ends this process.
 */
import { existsSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { pathToFileURL } from "node:url";
import type { FromEnvironment, InvocationResult, ToEnvironment } from "./host-messages.ts";

type Handler = (event: unknown, context: object) => unknown;

const variable = (name: string): string => process.env[name] ?? "";
const functionName = variable("AWS_LAMBDA_FUNCTION_NAME");
const functionArn = variable("LOCAL_FUNCTION_ARN");
for (const name of ["LOCAL_FUNCTION_ARN", "NODE_COMPILE_CACHE"]) delete process.env[name];

// The host has ended.
process.on("disconnect", () => process.exit(1));

const handler = await loadHandler(variable("LAMBDA_TASK_ROOT"), variable("_HANDLER"));
process.on("message", (invocation: ToEnvironment) => void answer(invocation));
report({ type: "initialised" });
// Node does so at the end, but this process is killed.
flushCompileCache();

async function loadHandler(folder: string, name: string): Promise<Handler> {
  const dot = name.lastIndexOf(".");
  const path = `${folder}/${name.slice(0, dot)}`;
  const file = [".mjs", ".js", ".cjs"].map((ending) => path + ending).find((candidate) => existsSync(candidate));
  if (file === undefined) throw new Error(`Runtime.ImportModuleError: ${path}.mjs does not exist`);
  const module = (await import(pathToFileURL(file).href)) as Record<string, Handler | undefined>;
  const found = module[name.slice(dot + 1)];
  if (typeof found !== "function") throw new Error(`Runtime.HandlerNotFound: ${name} is not a function`);
  return found;
}

async function answer({ requestId, traceId, deadline, payload }: ToEnvironment): Promise<void> {
  process.env["_X_AMZN_TRACE_ID"] = traceId;
  const context = {
    awsRequestId: requestId,
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: functionArn,
    memoryLimitInMB: variable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
    logGroupName: variable("AWS_LAMBDA_LOG_GROUP_NAME"),
    logStreamName: variable("AWS_LAMBDA_LOG_STREAM_NAME"),
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  const before = process.cpuUsage();
  const result = await run(payload, context);
  const { user, system } = process.cpuUsage(before);
  report({ type: "answer", result, cpuMs: (user + system) / 1000 });
}

async function run(payload: string, context: object): Promise<InvocationResult> {
  try {
    const value = await handler(JSON.parse(payload), context);
    return { ok: true, payload: JSON.stringify(value) ?? "null" };
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    const failure = { errorType: name, errorMessage: message };
    console.error(JSON.stringify({ ...failure, trace: stack?.split("\n") }));
    return { ok: false, error: failure };
  }
}

function report(message: FromEnvironment): void {
  process.send?.(message);
}
