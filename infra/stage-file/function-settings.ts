import type { Stage } from "./checked-stage.ts";
import type { ProviderFacts } from "./connectors.ts";

/** One of our functions; the key of `functions` in the stage file. */
export type FunctionName =
  | "receive-webhook"
  | "route-order"
  | "find-due"
  | "reconcile"
  | "probe-webhooks"
  | `create-order-${string}`;

export const createOrderFunction = (provider: string): FunctionName => `create-order-${provider}`;

export interface FunctionSettings {
  /** MB */
  memory: number;
  /** Whole seconds, as Lambda takes them. */
  timeout: number;
}

/** How long the order of a probe may take to the ledger, ms: a busy minute of the intake, and a cold start. */
const PROBE_TIMEOUT = 60_000;

/** Memory and timeout of a function: from the stage file, else from the provider, else the default. */
export function functionSettings(stage: Stage, name: FunctionName, provider?: ProviderFacts): FunctionSettings {
  const { timing } = stage.config;
  const own = stage.infrastructure.functions[name];
  const defaults: Record<string, number> = {
    "receive-webhook": timing.receiveTimeout,
    "route-order": timing.routeTimeout,
    "find-due": timing.findDueTimeout,
    reconcile: timing.reconcileTimeout,
    "probe-webhooks": PROBE_TIMEOUT,
  };
  const usual = defaults[name] ?? Math.max(timing.createTimeout, provider?.timing.function ?? 0);
  return {
    memory: own?.memory ?? (name === "receive-webhook" ? 512 : 256),
    timeout: Math.ceil((own?.timeout ?? usual) / 1000),
  };
}

/** Concurrency of route-order for each connection's notification queue: the minimum of an event source. */
export const NOTIFICATION_CONCURRENCY = 2;
/** Messages of a notification queue in one invocation. */
export const NOTIFICATION_BATCH = 10;

/**
 * AWS asks for at least six times the function's timeout: with less, SQS redelivers an order that is still being
 * processed.
 */
export const visibilityTimeout = (stage: Stage, { timeout }: FunctionSettings): number =>
  Math.ceil(stage.config.timing.visibilityFactor * timeout);
