import type { TestContext } from "node:test";
import * as z from "zod/mini";
import type { Client, Outgoing, Prepared, Provider, Sent } from "../../functions/providers/provider.ts";
import { type Sandbox, startSandbox } from "../../local/simulators/sandbox.ts";
import { type HttpRequest, http } from "../../shared/connector/http.ts";
import type { CatalogEntry, Tools } from "../../shared/connector/tools.ts";
import { createTools } from "../../shared/connector/tools.ts";
import {
  AlreadyExists,
  Deferred,
  InDoubt,
  Misconfigured,
  Rejected,
  Throttled,
  Unavailable,
} from "../../shared/errors.ts";
import { catalogPk } from "../../shared/ledger/catalog.ts";
import type { Table } from "../../shared/ledger/table.ts";
import { Missing } from "../../shared/stage/config.ts";
import { memoryTools } from "../support/memory-tools.ts";
import { type HostileProxy, type Passed, startHostileProxy } from "./hostile-proxy.ts";

/** How a destination of the demo is set up. */
export interface Setup {
  /** As in the stage file. */
  settings?: Record<string, unknown>;
  /** As in local/secrets.json, `baseUrl` without a host: it is put in front. */
  secret: Record<string, unknown>;
  missing?: z.input<typeof Missing>;
  /** Of the simulator. */
  switches?: Record<string, unknown>;
  catalog?: Record<string, CatalogEntry>;
  /** Where cache, leases and catalog live; without one, in memory. */
  table?: Table;
  /** A wait of the connector puts the clock forward: for a test that works on one record at a time. */
  virtualWaits?: boolean;
}

/** A call by its method and path, as the proxy sees it. */
export type CallPath = Pick<Passed, "method" | "target">;

/** A connector before its simulator, a proxy between them, a clock that can be put forward. */
export interface ProviderContext {
  /** Of the record at work: one more, with a minute of its own, whenever the clock was put forward. */
  readonly client: Client;
  sandbox: Sandbox;
  proxy: HostileProxy;
  /** One more client of the same destination, as another record of the batch has. */
  open(deadline?: number): Client;
  /** What each call may take from now on, ms. */
  setTimeout(ms: number): void;
  /** What the next call that matches may take, ms. */
  shortenNext(matches: (call: CallPath) => boolean, ms: number): void;
  now(): number;
  /** Puts simulator's and connector's clock forward. */
  pass(ms: number): void;
  counted: string[];
}

export async function startProviderContext<Settings, Secret>(
  context: TestContext,
  provider: Provider<Settings, Secret>,
  { settings = {}, secret, missing = {}, switches = {}, catalog = {}, table, virtualWaits = false }: Setup,
): Promise<ProviderContext> {
  let ahead = 0;
  let timeout = 10_000;
  const now = () => Date.now() + ahead;
  const sandbox = await startSandbox({ clock: now });
  const proxy = await startHostileProxy(sandbox.url);
  context.after(async () => {
    await proxy.stop();
    await sandbox.stop();
  });
  configure(sandbox, provider.name, switches);

  const destination = `${provider.name}/demo`;
  const counted: string[] = [];
  for (const [sku, entry] of Object.entries(catalog)) {
    await table?.put({ ...entry, pk: catalogPk(destination), sk: sku }, { expression: "attribute_not_exists(pk)" });
  }
  const memory = new Map<string, unknown>();
  const inMemory = memoryTools({ entries: catalog, now, memory });
  const subject = { kind: "provider", name: provider.name, account: destination } as const;
  let short: { matches: (call: CallPath) => boolean; ms: number } | undefined;
  /** A connector's own, longer timeout would be the test's. */
  const timeoutOf = ({ method, url }: Pick<HttpRequest, "method" | "url">): number => {
    if (!short?.matches({ method, target: url.slice(proxy.url.length) })) return timeout;
    const { ms } = short;
    short = undefined;
    return ms;
  };
  const sleep = async (ms: number) => {
    ahead += ms;
  };
  const tools = (deadline: number): Tools => ({
    ...inMemory,
    ...(table &&
      createTools({ subject, table, callTimeout: 0, memory, now, deadline, http, ...(virtualWaits && { sleep }) })),
    deadline,
    http: (request) => http({ ...request, timeout: Math.min(request.timeout ?? timeout, timeoutOf(request)) }),
    count: (metric) => counted.push(metric),
  });
  const account = {
    destination,
    settings: z.parse(provider.settings, settings),
    secret: z.parse(provider.secret, { ...secret, baseUrl: `${proxy.url}/${provider.name}` }),
    missing: z.parse(Missing, missing),
  };
  const open = (deadline = now() + 60_000) => provider.open(account, tools(deadline));
  let client = open();
  return {
    get client() {
      return client;
    },
    sandbox,
    proxy,
    open,
    setTimeout: (ms) => {
      timeout = ms;
    },
    shortenNext: (matches, ms) => {
      short = { matches, ms };
    },
    now,
    pass: (ms) => {
      ahead += ms;
      client = open();
    },
    counted,
  };
}

/** The sandbox names its simulators in its types; here the name comes from a provider. */
export function configure(sandbox: Sandbox, provider: string, switches: Record<string, unknown>): void {
  if (Object.keys(switches).length > 0) sandbox.configure(provider, switches);
}

/** What a call came to, in the contract's words. */
export type Outcome =
  | "created"
  | "rejected"
  | "throttled"
  | "down"
  | "failed"
  | "in-doubt"
  | "already-exists"
  | "not-yet"
  | "unnamed";

export function outcomeOf(error: unknown): Outcome {
  if (error instanceof Rejected) return "rejected";
  if (error instanceof Throttled) return "throttled";
  if (error instanceof Unavailable) return "down";
  if (error instanceof Misconfigured) return "failed";
  if (error instanceof InDoubt) return "in-doubt";
  if (error instanceof AlreadyExists) return "already-exists";
  if (error instanceof Deferred) return "not-yet";
  return "unnamed";
}

export interface Attempt {
  outcome: Outcome;
  error: unknown;
  sent: Sent;
  /** Where it was created. */
  ids: string[];
}

/** Prepares with time enough, then creates, each call in `timeout`. */
export async function attempt(
  fixture: Pick<ProviderContext, "client" | "now" | "setTimeout">,
  outgoing: Outgoing,
  timeout = 10_000,
): Promise<Attempt> {
  const prepared = await fixture.client.prepare(outgoing);
  fixture.setTimeout(timeout);
  const sent = sentOf(fixture, outgoing, prepared);
  try {
    const { providerOrderIds } = await fixture.client.create(prepared, outgoing);
    return { outcome: "created", error: undefined, sent, ids: providerOrderIds };
  } catch (error) {
    return { outcome: outcomeOf(error), error, sent, ids: [] };
  } finally {
    fixture.setTimeout(10_000);
  }
}

/** What create-order's claim says of it. */
export const sentOf = (fixture: Pick<ProviderContext, "now">, outgoing: Outgoing, { lines }: Prepared): Sent => ({
  reference: outgoing.reference,
  lines,
  firstSentAt: fixture.now(),
  lastSentAt: fixture.now(),
});
