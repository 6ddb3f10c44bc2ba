import { fail } from "node:assert/strict";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Found, Outgoing, Provider } from "../../../functions/providers/provider.ts";
import { createTable, type Table } from "../../../shared/ledger/table.ts";
import { createLedgerTable, type TestLedger } from "../../support/ledger-table.ts";
import type { Contract } from "../contract.ts";
import type { HostileProxy } from "../hostile-proxy.ts";
import {
  type CallPath,
  type Outcome,
  type ProviderContext,
  type Setup,
  sentOf,
  startProviderContext,
} from "../provider-context.ts";
import { ContractRelay } from "./contract-relay.ts";

/** What the parts of the contract suite share: one provider, what is known of it, worlds to try it in. */
export interface Suite {
  readonly name: string;
  readonly contract: Contract;
  start(context: TestContext, changes?: Partial<Setup>): Promise<ProviderContext>;
  isCreate(call: CallPath): boolean;
  isLookUp(call: CallPath): boolean;
  /** How many creates were called. */
  creates(proxy: HostileProxy): number;
  /** What the provider holds and has not cancelled. */
  live(fixture: ProviderContext): unknown[];
  untilMade(fixture: ProviderContext): Promise<void>;
  /** Puts the clock forward until "not there" is an answer. */
  settle(fixture: ProviderContext): void;
  /** What create-order would ask, had it claimed the delivery a while ago. */
  lookUp(fixture: ProviderContext, outgoing: Outgoing): Promise<Found>;
  /** The real create-order before such a fixture. */
  startRelay(
    context: TestContext,
    changes?: Partial<Setup>,
  ): Promise<{ fixture: ProviderContext; relay: ContractRelay }>;
}

/** Whether a call meets a server that never answers it, or not in time: it is worth waiting only so long for. */
export const isUnanswered = (fault: string): boolean =>
  /^(timeout-|slow|created-late|lookup-timeout|no-answer)/.test(fault);
/** How long a call waits for an answer that does not come, ms. Shorter, and a busy machine may give up before the call arrives; all others have 10 s. */
export const SHORT = 600;
export const patienceFor = (fault: string): number => (isUnanswered(fault) ? SHORT : 10_000);

/** When what comes late comes, ms: after the call was given up. */
export const LATE = SHORT + 150;
/** A test that takes longer hangs. */
export const HANGING = { timeout: 60_000 };

/** Nothing was made, says the connector: the simulator must agree. */
export const SURELY_NOT = new Set<Outcome>(["rejected", "throttled", "down", "failed", "not-yet"]);

export function createSuite<Settings, Secret>(
  provider: Provider<Settings, Secret>,
  contract: Contract,
  ledger: () => TestLedger,
): Suite {
  const { name, timing } = provider;
  const path = ({ method, target }: CallPath) => `${method} ${(target.split("?")[0] ?? "").slice(`/${name}`.length)}`;
  let tables = 0;
  /** Every fixture has a table of its own. */
  async function setUp(changes: Partial<Setup> = {}): Promise<Setup & { table: Table }> {
    const { client } = ledger();
    const table = `contract-${++tables}`;
    await createLedgerTable(client, table);
    return {
      ...contract,
      ...changes,
      table: createTable(client, table),
      settings: { ...contract.settings, ...changes.settings },
      switches: { ...contract.switches, ...changes.switches },
    };
  }
  const suite: Suite = {
    name,
    contract,
    start: async (context, changes) => startProviderContext(context, provider, await setUp(changes)),
    async startRelay(context, changes) {
      const setup = await setUp(changes);
      const fixture = await startProviderContext(context, provider, { ...setup, virtualWaits: true });
      return { fixture, relay: new ContractRelay(provider, fixture, setup.table, setup) };
    },
    isCreate: (call) => contract.create.test(path(call)),
    isLookUp: (call) => contract.lookUp.test(path(call)),
    creates: ({ passed }) => passed.filter(suite.isCreate).length,
    live: ({ sandbox }) => sandbox.orders(name).filter(({ cancelled }) => !cancelled),
    async untilMade(fixture) {
      for (const until = Date.now() + 10_000; suite.live(fixture).length === 0; await sleep(20)) {
        if (Date.now() > until) fail("the simulator never made it");
      }
    },
    settle: (fixture) => fixture.pass(Math.max(timing.settling, contract.settled ?? 0) + 1_000),
    async lookUp(fixture, outgoing) {
      const sent = sentOf(fixture, outgoing, await fixture.client.prepare(outgoing));
      return fixture.client.find({ ...sent, firstSentAt: sent.firstSentAt - timing.settling - 60_000 }, outgoing);
    },
  };
  return suite;
}
