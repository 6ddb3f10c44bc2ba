import { cpus } from "node:os";
import type { ExecutionEnvironment } from "./execution-environment.ts";
import type { EnvironmentInfo, InvocationResult } from "./host-messages.ts";

/** How long an invocation waits for a busy environment before the pool starts another. */
const PATIENCE_MS = 50;
/**
 * While the machine is busy, another process would slow the others down. So the pool starts one only if none has
 * answered for this long, or one in this time if invocations mostly wait (for a provider, say) and use little CPU.
 */
const BUSY_PATIENCE_MS = 1000;

/** The environments of one function. */
export interface EnvironmentPool {
  /** Waits while all are busy and no more may start. @param started called when the wait is over */
  invoke(payload: string, started?: () => void): Promise<InvocationResult>;
  list(): EnvironmentInfo[];
}

interface Waiting {
  payload: string;
  since: number;
  started(): void;
  resolve(result: InvocationResult): void;
}

/**
 * Lambda starts an environment whenever none is free. On two cores that would be a process for each message of a burst.
 * So the pool starts the first at once, and others only for invocations that have waited: a fast function gets few
 * environments, a slow one (waiting for a provider) as many as it needs.
 */
export function createEnvironmentPool(
  functionName: string,
  { most, idleMs, start }: { most: number; idleMs: number; start: () => ExecutionEnvironment },
): EnvironmentPool {
  const environments = new Set<ExecutionEnvironment>();
  /** Sorted by last use. The pool takes the most recently used first, so that those it does not need become idle. */
  const free: ExecutionEnvironment[] = [];
  const waiting: Waiting[] = [];
  let growing: NodeJS.Timeout | undefined;
  let lastAnswer = 0;
  let lastGrowth = 0;
  let waits = false;

  function pump(): void {
    for (let environment = free.at(-1); environment && waiting.length > 0; environment = free.at(-1)) {
      free.pop();
      if (environment.state() === "ended") environments.delete(environment);
      else void work(environment);
    }
    if (waiting.length === 0) return;
    if (environments.size === 0) grow();
    else if (growing === undefined) growing = setTimeout(growIfNeeded, PATIENCE_MS);
  }

  async function work(environment: ExecutionEnvironment): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      next.started();
      next.resolve(await environment.invoke(next.payload, () => waiting.length === 0));
      lastAnswer = Date.now();
      waits = environment.waited();
      if (environment.state() === "ended") {
        environments.delete(environment);
        return pump();
      }
      if (environment.state() === "frozen") break;
    }
    free.push(environment);
    pump();
  }

  function growIfNeeded(): void {
    growing = undefined;
    const [oldest] = waiting;
    if (!oldest || environments.size >= most) return;
    if (isTimeToGrow(oldest)) grow();
    if (growing === undefined) growing = setTimeout(growIfNeeded, PATIENCE_MS);
  }

  function isTimeToGrow({ since }: Waiting): boolean {
    const now = Date.now();
    const starting = [...environments].some((environment) => environment.state() === "starting");
    if (!starting && !machineIsBusy()) return now - since >= PATIENCE_MS;
    if (waits) return now - since >= PATIENCE_MS && now - lastGrowth >= BUSY_PATIENCE_MS;
    return now - Math.max(since, lastAnswer) >= BUSY_PATIENCE_MS;
  }

  function grow(): void {
    lastGrowth = Date.now();
    const environment = start();
    environments.add(environment);
    void environment.initialised.then((failed) => {
      if (failed === undefined) free.push(environment);
      else {
        environments.delete(environment);
        waiting.shift()?.resolve(failed);
      }
      pump();
    });
  }

  const reaper = setInterval(
    () => {
      const old = free.filter((environment) => Date.now() - environment.lastUsed() > idleMs);
      for (const environment of old) {
        free.splice(free.indexOf(environment), 1);
        environments.delete(environment);
        environment.end();
      }
    },
    Math.min(idleMs, 10_000),
  );
  reaper.unref();

  return {
    invoke: (payload, started = () => {}) =>
      new Promise((resolve) => {
        waiting.push({ payload, since: Date.now(), started, resolve });
        pump();
      }),
    list: () =>
      [...environments].map((environment) => ({
        functionName,
        pid: environment.pid,
        state: environment.state(),
        invocations: environment.invocations(),
      })),
  };
}

/** The kernel counts in hundredths of a second, so a shorter measurement means nothing. */
const SAMPLE_MS = 200;
let sampledAt = 0;
let before = cpuTimes();
let busy = false;

/** Whether all cores together were idle for less than a tenth of the last measurement. */
function machineIsBusy(): boolean {
  if (Date.now() - sampledAt < SAMPLE_MS) return busy;
  const now = cpuTimes();
  busy = now.idle - before.idle < 0.1 * (now.total - before.total);
  before = now;
  sampledAt = Date.now();
  return busy;
}

function cpuTimes(): { idle: number; total: number } {
  const times = cpus().map((cpu) => cpu.times);
  const idle = times.reduce((sum, time) => sum + time.idle, 0);
  return { idle, total: times.reduce((sum, time) => sum + time.user + time.nice + time.sys + time.irq, idle) };
}
