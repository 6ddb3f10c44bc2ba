import { type Config, type Connection, type Endpoint, pathOf } from "./config.ts";

/** An endpoint with the connections whose events it receives. */
export interface ServedEndpoint extends Endpoint {
  connections: readonly Connection[];
}

/** `tiktok-shop/app`: the endpoint that receives a connection's events, and whose secret holds the app's keys. */
export const endpointPathOf = ({ channel, name, endpoint = name }: Pick<Connection, "channel" | "name" | "endpoint">) =>
  pathOf({ channel, name: endpoint });

/** Name of the endpoint that receives a connection's events; of a connection that left the stage file, its own name. */
export const endpointOf = (
  { connections }: Pick<Config, "connections">,
  { channel, connection }: { channel: string; connection: string },
): string => {
  const known = connections.find((one) => one.channel === channel && one.name === connection);
  return known?.endpoint ?? connection;
};

/** Every endpoint of a stage, once: those of the connections, in their order, and those that only `endpoints` names. */
export function endpointsOf({ endpoints, connections }: Pick<Config, "endpoints" | "connections">): ServedEndpoint[] {
  const paths = new Set([...connections.map(endpointPathOf), ...endpoints.map(pathOf)]);
  return [...paths].map((path) => {
    const [channel = "", name = ""] = path.split("/");
    return {
      channel,
      name,
      ...endpoints.find((endpoint) => pathOf(endpoint) === path),
      connections: connections.filter((connection) => endpointPathOf(connection) === path),
    };
  });
}

/**
 * The connection that an event is for. An endpoint of one connection accepts events that name its shop or none. If
 * several connections share the endpoint, the event must name the shop of one of them.
 * @param shop as the event names it, in any case
 * @returns undefined for an unknown shop: the event is counted and ignored
 */
export function connectionAt(
  { connections }: Pick<ServedEndpoint, "connections">,
  shop: string | undefined,
): Connection | undefined {
  const [only, ...others] = connections;
  const isOpen = others.length === 0 && (shop === undefined || only?.shop === undefined);
  if (isOpen) return only;
  return connections.find((connection) => shop !== undefined && isSameShop(connection.shop, shop));
}

/** A connection that its endpoint cannot distinguish from the others: it has no shop, or another's. */
export interface AmbiguousConnection {
  endpoint: ServedEndpoint;
  connection: Connection;
  /** The connection that names the same shop. */
  same?: Connection;
}

/** The connections between which `connectionAt` could not decide; for the check of a stage file. */
export function ambiguousConnections(config: Pick<Config, "endpoints" | "connections">): AmbiguousConnection[] {
  return endpointsOf(config).flatMap((endpoint) => {
    const { connections } = endpoint;
    if (connections.length < 2) return [];
    return connections.flatMap((connection, index): AmbiguousConnection[] => {
      if (connection.shop === undefined) return [{ endpoint, connection }];
      const same = connections.slice(0, index).find(({ shop }) => isSameShop(shop, connection.shop));
      return same ? [{ endpoint, connection, same }] : [];
    });
  });
}

const isSameShop = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && one.toLowerCase() === other?.toLowerCase();
