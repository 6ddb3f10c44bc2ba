import { connectors } from "../../infra/stage-file/connectors.ts";
import { type Call, type HostedSimulator, hostSimulator } from "./hosted-simulator.ts";
import { loadProviderSimulator } from "./load-simulator.ts";
import { type HeldOrder, json, type Reply, type SimulatorRequest } from "./simulator.ts";
import { startSimulatorServer } from "./simulator-server.ts";

/** Switches by provider; a simulator refuses those it does not have. */
export type SandboxSettings = Readonly<Record<string, object>>;

/** All provider simulators behind one listener. Every method throws RangeError for an unknown provider. */
export interface Sandbox {
  /** `http://127.0.0.1:<port>`; a provider's base URL is `<url>/<provider>`. */
  readonly url: string;
  readonly providers: readonly string[];
  /** The provider's orders, oldest first. */
  orders(provider: string): HeldOrder[];
  /** Names of its faults. */
  faults(provider: string): readonly string[];
  /**
   * The provider's next `times` creates fail with it, after the faults that are already pending; 0 removes its pending
   * ones.
   * @throws RangeError if the provider does not know the fault
   */
  setFault(provider: string, fault: string, times?: number): void;
  /** Sets switches of a running simulator. @throws RangeError if it has no such switch */
  configure(provider: string, switches: object): void;
  /** The calls, sorted by when their whole request had arrived. */
  calls(provider: string): readonly Call[];
  /** Cancels an order (a split one whole), as the provider's own staff would. */
  cancel(provider: string, id: string): void;
  /** Adds another sender's order. `createdAt` in ms, default now. @returns its ID */
  plant(provider: string, request: unknown, createdAt?: number): string;
  expireTokens(provider: string): void;
  /** Removes orders, faults and calls, and resets the switches; for one provider, or all. */
  reset(provider?: string): void;
  /** Closes all connections. */
  stop(): Promise<void>;
}

/** @throws MissingSimulator if a registered provider has none */
export async function startSandbox(
  options: { port?: number; clock?: () => number; settings?: SandboxSettings } = {},
): Promise<Sandbox> {
  const { port = 0, clock = Date.now, settings = {} } = options;
  const plans = await Promise.all(
    connectors.providers.map(async ({ name }) => ({
      name,
      kind: await loadProviderSimulator(name),
      switches: settings[name] ?? {},
    })),
  );
  const hosted = new Map(plans.map((plan) => [plan.name, hostSimulator(plan, clock)] as const));

  const server = await startSimulatorServer((request) => replyOf(request, hosted), port);

  const at = (provider: string): HostedSimulator => {
    const simulator = hosted.get(provider);
    if (!simulator) throw new RangeError(`No simulator "${provider}", only ${[...hosted.keys()].join(", ")}.`);
    return simulator;
  };

  return {
    url: server.url,
    providers: [...hosted.keys()],
    orders: (provider) => at(provider).orders(),
    faults: (provider) => at(provider).faults,
    setFault: (provider, fault, times = 1) => at(provider).setFault(fault, times),
    configure: (provider, switches) => at(provider).configure(switches),
    calls: (provider) => at(provider).calls,
    cancel: (provider, id) => at(provider).simulator.cancel(id),
    plant: (provider, request, createdAt = clock()) => at(provider).simulator.plant(request, createdAt),
    expireTokens: (provider) => at(provider).simulator.expireTokens?.(),
    reset: (provider) => {
      for (const simulator of provider === undefined ? hosted.values() : [at(provider)]) simulator.reset();
    },
    async stop() {
      for (const simulator of hosted.values()) simulator.stop();
      await server.stop();
    },
  };
}

/** The path's first segment is the provider; the rest is the provider's own path. */
function replyOf(request: SimulatorRequest, hosted: ReadonlyMap<string, HostedSimulator>): Reply {
  const [, provider = "", ...below] = request.path.split("/");
  const simulator = hosted.get(provider);
  if (!simulator) return json(404, { error: "Not Found" });
  return simulator.reply({ ...request, path: `/${below.join("/")}` });
}
