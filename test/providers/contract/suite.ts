import { fail } from "node:assert/strict";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Found, Outgoing, Provider } from "../../../functions/providers/provider.ts";
import type { Table } from "../../../shared/ledger/table.ts";
import type { Contract } from "../contract.ts";
import type { HostileProxy, Passed } from "../hostile-proxy.ts";
import { attempt, type Outcome, type Setup, sentOf, startWorld, type World } from "../world.ts";

/** What the parts of the contract suite share: one provider, what is known of it, worlds to try it in. */
export interface Suite {
  readonly name: string;
  readonly contract: Contract;
  start(context: TestContext, changes?: Partial<Setup>): Promise<World>;
  isCreate(passed: Passed): boolean;
  isLookUp(passed: Passed): boolean;
  /** How many creates were called. */
  creates(proxy: HostileProxy): number;
  /** What the provider holds and has not cancelled. */
  live(world: World): unknown[];
  untilMade(world: World): Promise<void>;
  /** Puts the clock forward until "not there" is an answer. */
  settle(world: World): void;
  /** What create-order would ask, had it claimed the delivery a while ago. */
  lookUp(world: World, outgoing: Outgoing): Promise<Found>;
  /** As create-order does it: a doubt is ended by a look-up alone. @returns the last word */
  deliver(world: World, outgoing: Outgoing, fault: string): Promise<Outcome | Found["found"]>;
}

/** Calls that nobody answers, or not in time: only these are worth a short patience (ms), good ones may take long on a busy machine. */
const UNANSWERED = /^(timeout-|slow|created-late|lookup-timeout|no-answer)/;
export const patienceFor = (fault: string): number => (UNANSWERED.test(fault) ? 1_000 : 10_000);

/** When what comes late comes, ms. */
export const LATE = 150;
/** A test that takes longer hangs. */
export const HANGING = { timeout: 60_000 };

/** Nothing was made, says the connector: the simulator must agree. */
export const SURELY_NOT = new Set<Outcome>(["rejected", "throttled", "down", "failed", "not-yet"]);

export function createSuite<Settings, Secret>(
  provider: Provider<Settings, Secret>,
  contract: Contract,
  table: () => Table | undefined,
): Suite {
  const { name, timing } = provider;
  const path = ({ method, target }: Passed) => `${method} ${(target.split("?")[0] ?? "").slice(`/${name}`.length)}`;
  const suite: Suite = {
    name,
    contract,
    start(context, changes = {}) {
      const used = table();
      return startWorld(context, provider, {
        ...contract,
        ...changes,
        ...(used && { table: used }),
        settings: { ...contract.settings, ...changes.settings },
        switches: { ...contract.switches, ...changes.switches },
      });
    },
    isCreate: (passed) => contract.create.test(path(passed)),
    isLookUp: (passed) => contract.lookUp.test(path(passed)),
    creates: ({ passed }) => passed.filter(suite.isCreate).length,
    live: ({ sandbox }) => sandbox.orders(name).filter(({ cancelled }) => !cancelled),
    async untilMade(world) {
      for (const until = Date.now() + 10_000; suite.live(world).length === 0; await sleep(20)) {
        if (Date.now() > until) fail("the simulator never made it");
      }
    },
    settle: (world) => world.pass(Math.max(timing.settling, contract.settled ?? 0) + 1_000),
    async lookUp(world, outgoing) {
      const sent = sentOf(world, outgoing, await world.client.prepare(outgoing));
      return world.client.find({ ...sent, firstSentAt: sent.firstSentAt - timing.settling - 60_000 }, outgoing);
    },
    async deliver(world, outgoing, fault) {
      world.sandbox.setFault(name, fault);
      const began = world.now();
      for (let round = 0; round < 5; round++) {
        const { outcome, sent } = await attempt(world, outgoing, patienceFor(fault));
        if (outcome === "created" || outcome === "rejected") return outcome;
        if (SURELY_NOT.has(outcome)) continue;
        // Whatever comes late has come by the time the settling is over.
        if (fault === "created-late") await suite.untilMade(world);
        suite.settle(world);
        const found = await world.client.find({ ...sent, firstSentAt: began }, outgoing);
        if (found.found !== "nothing") return found.found;
        if (!found.conclusive) return "in-doubt";
      }
      return "in-doubt";
    },
  };
  return suite;
}
