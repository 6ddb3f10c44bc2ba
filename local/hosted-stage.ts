import { existsSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { connectors } from "../infra/stage-file/connectors.ts";
import { type Config, pathOf } from "../shared/stage/config.ts";
import { endpointPathOf } from "../shared/stage/endpoints.ts";
import { loadConfig } from "../shared/stage/load-config.ts";
import { functionName, queueName, secretName } from "../shared/stage/names.ts";
import type { Assembly } from "./assembly/assembly.ts";
import type { HostedFunction, Schedule } from "./assembly/hosted.ts";
import { queueNameOf } from "./aws/queues-and-buckets.ts";
import { simulatedEndpoint } from "./simulated-endpoint.ts";
import type { SimulatedConnection } from "./simulators/channel-simulator.ts";
import { loadProviderDemo } from "./simulators/load-simulator.ts";
import type { SandboxSettings } from "./simulators/sandbox.ts";

/** The limits of each provider's simulator in the local stack. */
export async function demoSwitches(): Promise<SandboxSettings> {
  const demos = connectors.providers.map(
    async ({ name }) => [name, (await loadProviderDemo(name)).switches ?? {}] as const,
  );
  return Object.fromEntries(await Promise.all(demos));
}

/** EventBridge takes whole minutes. The local stage needs seconds; its bundles' config.json has them. */
export function stagePeriod({ functionName: name }: Schedule, functions: HostedFunction[]): number | undefined {
  const config = configOf(functions.filter((hosted) => hosted.name === name));
  if (!config || name !== reconcileOf(config.stage)) return config?.timing.findDueEvery;
  const every = config.connections.flatMap(({ reconcileEvery }) => (reconcileEvery === "off" ? [] : reconcileEvery));
  return Math.min(60_000, ...every);
}

/** The function's name. */
export const reconcileOf = (stage: string): string => functionName(stage, "reconcile");

/** The stage's configuration, from the first function whose bundle has it. */
export function configOf(functions: HostedFunction[]): Config | undefined {
  const folder = functions.map((hosted) => hosted.folder).find((each) => existsSync(join(each, "config.json")));
  return folder === undefined ? undefined : loadConfig(folder);
}

/** Queue URLs by connection, for connections whose events come on a queue. */
export function notificationQueues(
  { functions, queues }: Assembly,
  urlOf: (name: string) => string,
): Record<string, string> {
  const { stage = "", connections = [] } = configOf(functions) ?? {};
  const named = connections.map((connection) => {
    const path = pathOf(connection);
    return { path, name: connection.queue ? queueNameOf(connection.queue.arn) : queueName.notifications(stage, path) };
  });
  const existing = named.filter((one) => queues.some(({ name }) => name === one.name));
  return Object.fromEntries(existing.map(({ path, name }) => [path, urlOf(name)]));
}

/** Every connection of the stage with an endpoint, and the keys that sign its webhooks. */
export function simulatedConnections({ functions }: Assembly, secrets: Map<string, string>): SimulatedConnection[] {
  const config = configOf(functions);
  return (config?.connections ?? []).flatMap((connection) => {
    const endpointName = connection.endpoint ?? connection.name;
    const secretOf = (kind: "endpoints" | "connections", path: string) =>
      secrets.get(secretName(config?.stage ?? "", kind, path));
    const path = endpointPathOf(connection);
    const secret = secretOf("endpoints", path);
    if (secret === undefined || !config) return [];
    const { channel, name, shop } = connection;
    const endpoint = simulatedEndpoint(JSON.parse(secret), config, path);
    const credentials = Credentials.parse(JSON.parse(secretOf("connections", pathOf(connection)) ?? "{}"));
    return [{ channel, name, shop, endpointName, endpoint, credentials }];
  });
}

const Credentials = z.record(z.string(), z.unknown());
