import {
  type ChannelSimulator,
  type ChannelSimulatorKind,
  type SimulatedConnection,
  startChannelSimulator,
} from "./channel-simulator.ts";
import { loadChannelSimulator } from "./load-simulator.ts";
import { json, type Reply, type SimulatorRequest } from "./simulator.ts";
import { startSimulatorServer } from "./simulator-server.ts";

/** The simulated shops of every connection of the hosted stage. */
export interface ChannelSandbox {
  /** `shopify/demo` */
  readonly connections: readonly string[];
  /** Where the channels' APIs listen: shared/connector/at-simulator.ts describes the path. */
  readonly url: string;
  find(channel: string, connection: string): ChannelSimulator | undefined;
  stop(): Promise<void>;
}

interface Options {
  /** Where the connections' endpoints are. */
  stackUrl: string;
  /** Puts a message on the queue of a connection; undefined for one that has an endpoint. */
  queueOf?: (connection: string) => ((body: string) => Promise<void>) | undefined;
  /** Default: by the channel's folder. */
  kindOf?: (channel: string) => Promise<ChannelSimulatorKind>;
}

/** @throws MissingSimulator where the channel of a connection has none */
export async function startChannelSandbox(
  connections: readonly SimulatedConnection[],
  { stackUrl, queueOf = () => undefined, kindOf = loadChannelSimulator }: Options,
): Promise<ChannelSandbox> {
  const simulators = new Map<string, ChannelSimulator>();
  for (const connection of connections) {
    const kind = await kindOf(connection.channel);
    const path = `${connection.channel}/${connection.name}`;
    simulators.set(path, startChannelSimulator(kind, connection, { stackUrl, putOnQueue: queueOf(path) }));
  }
  const server = await startSimulatorServer((request) => replyOf(request, simulators));
  return {
    connections: [...simulators.keys()],
    url: server.url,
    find: (channel, connection) => simulators.get(`${channel}/${connection}`),
    stop: () => server.stop(),
  };
}

/** `/connections/{channel}/{name}/{host}/…`, or `/endpoints/…`: an endpoint's calls go to the first of its shops. */
function replyOf(request: SimulatorRequest, simulators: ReadonlyMap<string, ChannelSimulator>): Reply {
  const [, callers = "", channel = "", name = "", host = "", ...below] = request.path.split("/");
  const caller = callers === "endpoints" ? "endpoint" : "connection";
  const simulator =
    caller === "connection"
      ? simulators.get(`${channel}/${name}`)
      : [...simulators.values()].find(
          ({ connection }) => connection.channel === channel && connection.endpointName === name,
        );
  if (!simulator?.api) return json(404, { message: `${channel}/${name} has no simulated API.` });
  return simulator.api.reply({ ...request, path: `/${below.join("/")}`, host, caller });
}
