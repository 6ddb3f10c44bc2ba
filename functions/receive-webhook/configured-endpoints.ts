import { type Connection, pathOf } from "../../shared/stage/config.ts";
import type { Channel } from "../channels/channel.ts";
import * as registry from "../channels/registry.ts";

/** The channel of each endpoint, by `shopify/main`. An endpoint serves one connection and bears its name. */
export function configuredEndpoints(
  connections: readonly Pick<Connection, "channel" | "name">[],
): ReadonlyMap<string, Channel> {
  const channels = new Map<string, Channel>(Object.values<Channel>(registry).map((channel) => [channel.name, channel]));
  const endpoints = new Map<string, Channel>();
  for (const connection of connections) {
    const channel = channels.get(connection.channel);
    if (channel) endpoints.set(pathOf(connection), channel);
  }
  return endpoints;
}
