import type { HostedFunction, QueueSource, Schedule } from "../assembly/hosted.ts";

/** What a function answered: its JSON, or how the invocation failed. */
export type InvocationResult =
  | { ok: true; payload: string }
  | { ok: false; error: { errorType: string; errorMessage: string } };

/** All that the function host has to know; it reads no files of the project. */
export interface HostPlan {
  functions: HostedFunction[];
  queueSources: QueueSource[];
  schedules: Schedule[];
  awsEndpoint: string;
  /** Where the channels' APIs are simulated. */
  channelSimulators: string;
  logFolder: string;
  /** An environment that nothing used for this long is ended. */
  idleMs: number;
}

/** Supervisor to function host. Payloads are JSON text: the host only passes them on. */
export type ToHost =
  | { type: "start"; plan: HostPlan }
  | { type: "invoke"; id: number; functionName: string; payload: string }
  | { type: "environments"; id: number };

/** Function host to supervisor. */
export type FromHost =
  | { type: "ready" }
  | { type: "result"; id: number; result: InvocationResult }
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

/** Environment to function host. `cpuMs`: what the invocation took of the processor. */
export type FromEnvironment = { type: "initialised" } | { type: "answer"; result: InvocationResult; cpuMs: number };
