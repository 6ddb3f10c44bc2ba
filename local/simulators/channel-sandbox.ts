import { type ChannelSimulator, type SimulatedConnection, startChannelSimulator } from "./channel-simulator.ts";
import { loadChannelSimulator } from "./load-simulator.ts";

/** The simulated shops of every connection of the hosted stage. */
export interface ChannelSandbox {
  /** `shopify/demo` */
  readonly connections: readonly string[];
  find(channel: string, connection: string): ChannelSimulator | undefined;
}

/**
 * @param stackUrl where the connections' endpoints are
 * @throws MissingSimulator where the channel of a connection has none
 */
export async function startChannelSandbox(
  connections: readonly SimulatedConnection[],
  stackUrl: string,
): Promise<ChannelSandbox> {
  const simulators = new Map<string, ChannelSimulator>();
  for (const connection of connections) {
    const kind = await loadChannelSimulator(connection.channel);
    const simulator = startChannelSimulator(kind, connection, { stackUrl });
    simulators.set(`${connection.channel}/${connection.name}`, simulator);
  }
  return {
    connections: [...simulators.keys()],
    find: (channel, connection) => simulators.get(`${channel}/${connection}`),
  };
}
