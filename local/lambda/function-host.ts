/**
 * The process that runs all functions: execution environments, event sources and schedules. function-host-supervisor.ts
 * starts and watches it. It holds no state that matters: if it is killed, SQS delivers the messages in flight again.
 */

import { createSqsClient } from "../aws/sqs-client.ts";
import { createEnvironmentPool, type EnvironmentPool } from "./environment-pool.ts";
import { runEventSource } from "./event-source.ts";
import { startEnvironment } from "./execution-environment.ts";
import type { FromHost, HostPlan, InvocationResult, ToHost } from "./host-messages.ts";
import { type RunningSchedule, runSchedule } from "./schedule.ts";

/** Of a function behind HTTP: how many webhooks it handles at once. */
const HTTP_ENVIRONMENTS = 16;
const MOST_ENVIRONMENTS = 64;

const pools = new Map<string, EnvironmentPool>();
let schedules: RunningSchedule[] = [];

process.on("message", (message: ToHost) => {
  if (message.type === "start") start(message.plan);
  else if (message.type === "invoke") {
    const { id, functionName, payload } = message;
    void invoke(functionName, payload).then((result) => report({ type: "result", id, result }));
  } else if (message.type === "pause") {
    const { id, functionName, isPaused } = message;
    const own = schedules.filter((schedule) => schedule.functionName === functionName);
    void Promise.all(own.map((schedule) => schedule.pause(isPaused))).then(() => report({ type: "paused", id }));
  } else {
    const environments = [...pools.values()].flatMap((pool) => pool.list());
    report({ type: "environments", id: message.id, environments });
  }
});

// The supervisor has ended, with its queues and table. The environments are in this process group.
process.on("disconnect", () => process.kill(-process.pid, "SIGKILL"));

function start({ functions, queueSources, idleMs, paused, ...plan }: HostPlan): void {
  const { schedules: planned, ...surroundings } = plan;
  for (const hosted of functions) {
    // With fewer, one destination's slow provider would delay the others' messages.
    const wanted = queueSources
      .filter(({ functionName }) => functionName === hosted.name)
      .reduce((sum, { maximumConcurrency }) => sum + maximumConcurrency, 0);
    const most = Math.min(wanted || HTTP_ENVIRONMENTS, MOST_ENVIRONMENTS);
    const startOne = () => startEnvironment(hosted, surroundings);
    pools.set(hosted.name, createEnvironmentPool(hosted.name, { most, idleMs, start: startOne }));
  }
  const sqs = createSqsClient(surroundings.awsEndpoint);
  for (const source of queueSources) {
    void runEventSource(source, sqs, (payload, started) => invoke(source.functionName, payload, started));
  }
  schedules = planned.map((schedule) => {
    const { functionName } = schedule;
    return runSchedule(schedule, (payload) => invoke(functionName, payload), paused.includes(functionName));
  });
  report({ type: "ready" });
}

async function invoke(functionName: string, payload: string, started?: () => void): Promise<InvocationResult> {
  const pool = pools.get(functionName);
  if (pool) return pool.invoke(payload, started);
  return {
    ok: false,
    error: { errorType: "ResourceNotFoundException", errorMessage: `Function not found: ${functionName}` },
  };
}

function report(message: FromHost): void {
  process.send?.(message);
}
