import * as z from "zod/mini";
import type { Client, Outgoing, Provider } from "../../functions/providers/provider.ts";
import { type HostedSimulator, hostSimulator } from "../../local/simulators/hosted-simulator.ts";
import { loadProviderSimulator } from "../../local/simulators/load-simulator.ts";
import { type HttpAnswer, HttpFailure, type HttpRequest } from "../../shared/connector/http.ts";
import { Missing } from "../../shared/stage/config.ts";
import { memoryTools } from "../support/memory-tools.ts";
import { type Attempt, attempt, type Setup } from "./provider-context.ts";

/** A call as the simulator gets it. */
export interface InMemoryCall {
  method: string;
  /** Below the provider's address, without the query: `/openapi/v2/order/orders`. */
  path: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  body: string;
}

/** A connector and its simulator in one process, without a socket: thousands of calls a second. */
export interface InMemoryProvider {
  readonly simulator: HostedSimulator;
  readonly calls: readonly InMemoryCall[];
  now(): number;
  /** Puts the clock forward. */
  pass(ms: number): void;
  /** A client with a minute of its own, or until the deadline, as each record has. */
  open(deadline?: number): Client;
  /** Changes the simulator's answers from now on; without one, they arrive as they are. */
  rewrite(change?: (answer: HttpAnswer, call: InMemoryCall) => HttpAnswer): void;
  /** Prepares and creates. */
  attempt(outgoing: Outgoing): Promise<Attempt>;
}

const ORIGIN = "https://simulator.invalid";

export async function startInMemoryProvider<Settings, Secret>(
  provider: Provider<Settings, Secret>,
  { settings = {}, secret, missing = {}, switches = {}, catalog = {} }: Setup,
): Promise<InMemoryProvider> {
  let clock = Date.parse("2026-03-01T10:05:00.000Z");
  const now = () => clock;
  const kind = await loadProviderSimulator(provider.name);
  const simulator = hostSimulator({ name: provider.name, kind, switches }, now);
  const calls: InMemoryCall[] = [];
  let change = (answer: HttpAnswer, _call: InMemoryCall): HttpAnswer => answer;

  async function call(request: Omit<HttpRequest, "timeout">): Promise<HttpAnswer> {
    const { pathname: path, search, searchParams: query } = new URL(request.url);
    const headers = Object.fromEntries(
      Object.entries({ "user-agent": "test", ...request.headers }).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const { method, body = "" } = request;
    const one = { method, path, query, headers, body };
    calls.push(one);
    const reply = simulator.reply({
      ...one,
      rawQuery: search.slice(1),
      body: Buffer.from(body),
      ended: Promise.resolve("answered"),
    });
    if ("wire" in reply) throw new HttpFailure(reply.wire === "reset" ? "reset" : "timeout", true);
    return change({ status: reply.status, headers: { ...reply.headers }, text: reply.body.toString() }, one);
  }

  const memory = new Map<string, unknown>();
  const tools = memoryTools({ entries: catalog, now, memory, http: call });
  const account = {
    destination: `${provider.name}/demo`,
    settings: z.parse(provider.settings, settings),
    secret: z.parse(provider.secret, { ...secret, baseUrl: ORIGIN }),
    missing: z.parse(Missing, missing),
  };
  const open = (deadline = clock + 60_000) => provider.open(account, { ...tools, deadline });
  return {
    simulator,
    calls,
    now,
    pass: (ms) => {
      clock += ms;
    },
    open,
    rewrite: (to = (answer) => answer) => {
      change = to;
    },
    attempt: (outgoing) => attempt({ client: open(), now, setTimeout: () => {} }, outgoing),
  };
}
