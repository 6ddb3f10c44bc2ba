import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { EnvironmentInfo, FromHost, HostPlan, InvocationResult, ToHost } from "./host-messages.ts";

const ENTRY = fileURLToPath(new URL("function-host.ts", import.meta.url));
/** The least time between two starts of the host. */
const SHORT_LIFE_MS = 500;

/** Starts the function host, and restarts it whenever it dies. */
export interface FunctionHost {
  /** Process ID of the current host. */
  pid(): number;
  /** How often it has started a host. */
  starts(): number;
  /** Resolves when the current host accepts work. */
  ready(): Promise<void>;
  /** Waits for a host. If that host dies, the invocation fails. */
  invoke(functionName: string, payload: string): Promise<InvocationResult>;
  environments(): Promise<EnvironmentInfo[]>;
  /**
   * Stops the schedules of a function, or lets them run. Resolves once no run is under way that should not be; the next
   * host keeps to it.
   */
  pause(functionName: string, isPaused: boolean): Promise<void>;
  stop(): Promise<void>;
}

export function startFunctionHost(plan: HostPlan): FunctionHost {
  const results = new Map<number, (result: InvocationResult) => void>();
  const pauses = new Map<number, () => void>();
  const paused = new Set(plan.paused);
  const lists = new Map<number, (environments: EnvironmentInfo[]) => void>();
  let next = 0;
  let starts = 0;
  let stopped = false;
  let again: NodeJS.Timeout | undefined;
  let ready = Promise.withResolvers<void>();
  let host = start();

  function start(): ChildProcess {
    starts += 1;
    const startedAt = Date.now();
    // Leader of its own process group, so that its environments end with it, frozen or not.
    const child = fork(ENTRY, { detached: true, stdio: ["ignore", "inherit", "inherit", "ipc"], execArgv: [] });
    const pid = child.pid ?? 0;
    const guard = guardGroup(pid);
    child.on("message", (message: FromHost) => {
      if (message.type === "ready") ready.resolve();
      else if (message.type === "result") take(results, message.id)?.(message.result);
      else if (message.type === "paused") take(pauses, message.id)?.();
      else take(lists, message.id)?.(message.environments);
    });
    // New invocations wait for the next host; those that this one had taken have failed.
    child.on("disconnect", () => {
      ready = Promise.withResolvers();
      for (const [id] of results) take(results, id)?.(HOST_DIED);
      for (const [id] of lists) take(lists, id)?.([]);
      for (const [id] of pauses) take(pauses, id)?.();
    });
    child.on("exit", () => {
      endGroup(pid);
      guard.kill("SIGKILL");
      if (stopped) return;
      const pause = Date.now() - startedAt < SHORT_LIFE_MS ? SHORT_LIFE_MS : 0;
      again = setTimeout(() => {
        host = start();
      }, pause);
    });
    child.send({ type: "start", plan: { ...plan, paused: [...paused] } } satisfies ToHost);
    return child;
  }

  return {
    pid: () => host.pid ?? 0,
    starts: () => starts,
    ready: () => ready.promise,
    async invoke(functionName, payload) {
      await ready.promise;
      const id = next++;
      return new Promise((resolve) => {
        results.set(id, resolve);
        host.send({ type: "invoke", id, functionName, payload } satisfies ToHost, (error) => {
          if (error) take(results, id)?.(HOST_DIED);
        });
      });
    },
    async environments() {
      await ready.promise;
      const id = next++;
      return new Promise((resolve) => {
        lists.set(id, resolve);
        host.send({ type: "environments", id } satisfies ToHost, (error) => {
          if (error) take(lists, id)?.([]);
        });
      });
    },
    async pause(functionName, isPaused) {
      if (isPaused) paused.add(functionName);
      else paused.delete(functionName);
      await ready.promise;
      const id = next++;
      return new Promise((resolve) => {
        pauses.set(id, resolve);
        host.send({ type: "pause", id, functionName, isPaused } satisfies ToHost, (error) => {
          if (error) take(pauses, id)?.();
        });
      });
    },
    async stop() {
      stopped = true;
      clearTimeout(again);
      if (host.exitCode !== null || host.signalCode !== null) return;
      const gone = once(host, "exit");
      endGroup(host.pid ?? 0);
      await gone;
    },
  };
}

const HOST_DIED: InvocationResult = {
  ok: false,
  error: { errorType: "HostDied", errorMessage: "The function host died during the invocation." },
};

/**
 * A shell that waits until this process ends, in any way (then its standard input ends), and ends the host's process
 * group: a frozen environment cannot notice by itself.
 */
function guardGroup(pid: number): ChildProcess {
  // dash takes no `--` here.
  const script = 'cat >/dev/null; kill -KILL "-$1"';
  const guard = spawn("sh", ["-c", script, "function-host-guard", String(pid)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.stdin?.on("error", () => {});
  return guard;
}

function endGroup(pid: number): void {
  if (pid <= 0) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // The group has ended already.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function take<T>(map: Map<number, T>, id: number): T | undefined {
  const value = map.get(id);
  map.delete(id);
  return value;
}
