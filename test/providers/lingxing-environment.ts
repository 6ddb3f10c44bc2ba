import type { TestContext } from "node:test";
import * as z from "zod/mini";
import { lingxing } from "../../functions/providers/lingxing/index.ts";
import type { Client, Outgoing } from "../../functions/providers/provider.ts";
import type { LingxingSwitches } from "../../local/simulators/providers/lingxing/switches.ts";
import { type Sandbox, startSandbox } from "../../local/simulators/sandbox.ts";
import type { CommonSwitches } from "../../local/simulators/simulator.ts";
import { http } from "../../shared/connector/http.ts";
import type { Tools } from "../../shared/connector/tools.ts";
import { createTools } from "../../shared/connector/tools.ts";
import type { Table } from "../../shared/ledger/table.ts";
import { QUICK_TABLE, startLedger } from "../support/ledger-table.ts";

export interface Company {
  sandbox: Sandbox;
  table: Table;
  /** A Lambda environment of its own: nothing in memory, the table shared. */
  environment(options?: { settings?: Record<string, unknown>; callTimeout?: number }): Environment;
  pass(ms: number): void;
  now(): number;
  /** How often the simulator was called there. */
  calls(path: string): number;
}

export interface Environment {
  /** Opened at each access, as for each record, with a deadline a minute later. */
  readonly client: Client;
  /** What the connector counted: "throttled", "relogin". */
  counted: string[];
  create(outgoing: Outgoing): Promise<void>;
}

/** Lingxing's simulator, and our table in dynalite: leases, cache and seal are the real ones. */
export async function startCompany(
  context: TestContext,
  switches: Partial<LingxingSwitches & CommonSwitches> = {},
): Promise<Company> {
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const sandbox = await startSandbox({ clock: now, settings: { lingxing: switches } });
  const ledger = await startLedger(QUICK_TABLE, now);
  context.after(async () => {
    await sandbox.stop();
    await ledger.stop();
  });
  return {
    sandbox,
    table: ledger.table,
    now,
    pass(ms) {
      ahead += ms;
    },
    calls: (path) => sandbox.calls("lingxing").filter((call) => call.path === path).length,
    environment({ settings = {}, callTimeout = 10_000 } = {}) {
      const counted: string[] = [];
      const memory = new Map<string, unknown>();
      const destination = "lingxing/demo";
      const tools = (): Tools => ({
        ...createTools({
          subject: { kind: "provider", name: "lingxing", account: destination },
          ...{ table: ledger.table, callTimeout, memory, now, http },
          deadline: now() + 60_000,
        }),
        count: (metric) => counted.push(metric),
      });
      const open = () =>
        lingxing.open(
          {
            destination,
            settings: z.parse(lingxing.settings, { store: { name: "demo-US", country: "US" }, ...settings }),
            secret: z.parse(lingxing.secret, {
              baseUrl: `${sandbox.url}/lingxing`,
              appId: "ak_0123456789abc",
              appSecret: "lx+demo/secret%2B==&more",
              tokenKey: "bG9jYWwtZGVtby10b2tlbi1rZXktMzItYnl0ZXMhISE=",
            }),
            missing: {},
          },
          tools(),
        );
      return {
        get client() {
          return open();
        },
        counted,
        async create(outgoing) {
          const client = open();
          await client.create(await client.prepare(outgoing), outgoing);
        },
      };
    },
  };
}
