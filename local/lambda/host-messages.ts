import type { HostedFunction, QueueSource, Schedule } from "../assembly/hosted.ts";

/** A function's answer: its JSON, or the invocation's error. */
export type InvocationResult =
  | { ok: true; payload: string }
  | { ok: false; error: { errorType: string; errorMessage: string } };

/** The function host's whole input; it reads no files of the project. */
export interface HostPlan {
  functions: HostedFunction[];
  queueSources: QueueSource[];
  schedules: Schedule[];
  awsEndpoint: string;
  /** Where the channels' APIs are simulated. */
  channelSimulators: string;
  logFolder: string;
  /** Functions whose schedules start no run. */
  paused: readonly string[];
  /** The host ends an environment that was idle for this long. */
  idleMs: number;
}

/** Supervisor to function host. Payloads are JSON text: the host only passes them on. */
export type ToHost =
  | { type: "start"; plan: HostPlan }
  | { type: "invoke"; id: number; functionName: string; payload: string }
  | { type: "pause"; id: number; functionName: string; isPaused: boolean }
  | { type: "environments"; id: number };

/** Function host to supervisor. */
export type FromHost =
  | { type: "ready" }
  | { type: "result"; id: number; result: InvocationResult }
  | { type: "paused"; id: number }
  | { type: "environments"; id: number; environments: EnvironmentInfo[] };

export interface EnvironmentInfo {
  functionName: string;
  pid: number;
  state: EnvironmentState;
  invocations: number;
}

export type EnvironmentState = "starting" | "frozen" | "busy" | "ended";

/** Function host to environment. */
export interface ToEnvironment {
  requestId: string;
  traceId: string;
  /** Epoch ms. */
  deadline: number;
  payload: string;
}

/** Environment to function host. `cpuMs`: CPU time of the invocation. */
export type FromEnvironment = { type: "initialised" } | { type: "answer"; result: InvocationResult; cpuMs: number };
