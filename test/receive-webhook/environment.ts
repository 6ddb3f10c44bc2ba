import { Worker } from "node:worker_threads";

/** Loads the bundle as Lambda does and hands it one event after another. */
const RUNTIME = `
const { parentPort, workerData } = require("node:worker_threads");
const loaded = import(workerData);
loaded.then(() => parentPort.postMessage({ ready: true }));
parentPort.on("message", async ({ event, ms }) => {
  const deadline = Date.now() + ms;
  try {
    const { handler } = await loaded;
    const context = {
      functionName: "receive-webhook", functionVersion: "1", memoryLimitInMB: "512", awsRequestId: "r-1",
      invokedFunctionArn: "arn:aws:lambda:eu-central-1:000000000000:function:receive-webhook",
      getRemainingTimeInMillis: () => deadline - Date.now(),
    };
    parentPort.postMessage({ answer: await handler(event, context) });
  } catch (error) {
    parentPort.postMessage({ thrown: String(error) });
  }
});`;

export interface Answer {
  statusCode: number;
  body: string;
}

/** A thread with an environment of its own, in place of one of Lambda's. */
export function startEnvironment(folder: string, awsUrl: string) {
  const env = {
    STAGE: "test",
    ACCOUNT_ID: "000000000000",
    AWS_REGION: "eu-central-1",
    AWS_ENDPOINT_URL: awsUrl,
    AWS_ACCESS_KEY_ID: "k",
    AWS_SECRET_ACCESS_KEY: "s",
    LAMBDA_TASK_ROOT: folder,
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
  };
  const worker = new Worker(RUNTIME, {
    eval: true,
    workerData: `file://${folder}/index.mjs`,
    env,
    stdout: true,
    stderr: true,
  });
  // A test that fails before it ends this must not keep the run waiting.
  worker.unref();
  // Lambda loads the module before the function's time begins.
  const ready = new Promise((resolve) => worker.once("message", resolve));
  const output: string[] = [];
  let fail: (reason: unknown) => void = () => {};
  worker.on("error", (error) => fail(error));
  for (const stream of [worker.stdout, worker.stderr]) stream.on("data", (chunk) => output.push(String(chunk)));
  return {
    output: () => output.join(""),
    /** @param ms of the function's time */
    async invoke(event: object, ms = 10_000): Promise<Answer> {
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      fail = reject;
      await Promise.race([ready, promise]);
      worker.once("message", ({ answer, thrown }) => (thrown ? reject(new Error(thrown)) : resolve(answer)));
      worker.postMessage({ event, ms });
      const timeout = setTimeout(() => reject(new Error(`Task timed out after ${ms} ms`)), ms);
      return promise.finally(() => clearTimeout(timeout));
    },
    end: () => worker.terminate(),
  };
}
