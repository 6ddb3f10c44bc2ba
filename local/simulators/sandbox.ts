import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connectors } from "../../infra/stage-file/connectors.ts";
import { type Call, type HostedSimulator, hostSimulator } from "./hosted-simulator.ts";
import { loadProviderSimulator } from "./load-simulator.ts";
import { type HeldOrder, json, type Reply } from "./simulator.ts";

/** Switches by provider; a simulator refuses those it does not have. */
export type SandboxSettings = Readonly<Record<string, object>>;

/** All provider simulators behind one listener. Every method throws RangeError on a provider it does not have. */
export interface Sandbox {
  /** `http://127.0.0.1:<port>`; a provider's base URL is `<url>/<provider>`. */
  readonly url: string;
  readonly providers: readonly string[];
  /** What the provider holds, oldest first. */
  orders(provider: string): HeldOrder[];
  /** The faults it knows. */
  faults(provider: string): readonly string[];
  /**
   * The provider's next `times` creates fail that way, after the faults that already wait; 0 takes back what waits.
   * @throws RangeError on a fault it does not know
   */
  setFault(provider: string, fault: string, times?: number): void;
  /** Sets switches of a running simulator. @throws RangeError on a switch it does not have */
  configure(provider: string, switches: object): void;
  /** What was called, in the order in which the requests had arrived whole. */
  calls(provider: string): readonly Call[];
  /** Cancels an order (a split one whole), as the provider's own staff would. */
  cancel(provider: string, id: string): void;
  /** Puts another sender's order there. `createdAt` in ms, default now. @returns its ID */
  plant(provider: string, request: unknown, createdAt?: number): string;
  expireTokens(provider: string): void;
  /** No orders, faults or calls, switches as at the start; for one provider, or all. */
  reset(provider?: string): void;
  /** Hangs up on everyone. */
  stop(): Promise<void>;
}

/** More than any provider takes; keeps a runaway client from filling the machine. */
const MAX_REQUEST_BYTES = 20 * 1024 * 1024;

/** @throws MissingSimulator where a registered provider has none */
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

  const server = createServer((request, response) => {
    serve(request, response, hosted).catch(() => response.destroy()); // hung up while sending its request
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The sandbox listens on no port.");

  const at = (provider: string): HostedSimulator => {
    const simulator = hosted.get(provider);
    if (!simulator) throw new RangeError(`No simulator "${provider}", only ${[...hosted.keys()].join(", ")}.`);
    return simulator;
  };

  return {
    url: `http://127.0.0.1:${address.port}`,
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
    stop: () =>
      new Promise((resolve) => {
        for (const simulator of hosted.values()) simulator.stop();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  hosted: ReadonlyMap<string, HostedSimulator>,
): Promise<void> {
  const ended = new Promise<"answered" | "abandoned">((resolve) => {
    response.once("close", () => resolve(response.writableFinished ? "answered" : "abandoned"));
  });
  const body = await readBody(incoming);
  if (!body) return send(response, json(413, { error: "Payload Too Large" }));
  // Not `new URL`: it throws on what a client may send, and reads "//host" as a host.
  const [target = "", ...query] = (incoming.url ?? "").split("?");
  const [, provider = "", ...below] = target.split("/");
  const simulator = hosted.get(provider);
  if (!simulator) return send(response, json(404, { error: "Not Found" }));
  const reply = simulator.reply({
    method: incoming.method ?? "",
    path: `/${below.join("/")}`,
    query: new URLSearchParams(query.join("?")),
    headers: incoming.headers,
    body,
    ended,
  });
  send(response, reply);
}

/** @returns undefined when there is too much of it */
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    // Read on and dropped: an answer before the end of the request is a reset to many clients.
    if (size <= MAX_REQUEST_BYTES) chunks.push(chunk);
  }
  return size > MAX_REQUEST_BYTES ? undefined : Buffer.concat(chunks);
}

function send(response: ServerResponse, reply: Reply): void {
  if (!("wire" in reply)) {
    response.writeHead(reply.status, { ...reply.headers, "content-length": Buffer.byteLength(reply.body) });
    response.end(reply.body);
    return;
  }
  switch (reply.wire) {
    case "no-answer":
      return;
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "late": {
      const timer = setTimeout(() => send(response, reply.answer), reply.afterMs);
      response.once("close", () => clearTimeout(timer));
      return;
    }
    case "drip": {
      const bytes = Buffer.from(reply.answer.body);
      response.writeHead(reply.answer.status, { ...reply.answer.headers, "content-length": bytes.length });
      let sent = 0;
      const timer = setInterval(() => {
        response.write(bytes.subarray(sent, ++sent));
        if (sent >= bytes.length) response.end();
      }, reply.everyMs);
      response.once("close", () => clearInterval(timer));
    }
  }
}
