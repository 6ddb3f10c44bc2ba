import { equal, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect } from "node:util";
import type { Provider } from "../../functions/providers/provider.ts";
import { QUICK_TABLES, startLedger, type TestLedger, type TestTableKind } from "../support/ledger-table.ts";
import { outgoingSample } from "../support/order-sample.ts";
import { THOROUGH } from "../support/thorough.ts";
import { matchesWording } from "../support/wording-snapshot.ts";
import type { FaultCase } from "./contract/fault-cases.ts";
import { faults } from "./contract/faults.ts";
import { hostileServer } from "./contract/hostile-server.ts";
import { lookUps } from "./contract/look-ups.ts";
import { positions } from "./contract/positions.ts";
import { requests } from "./contract/requests.ts";
import { createSuite, type Suite } from "./contract/suite.ts";
import type { Written } from "./hostile-proxy.ts";
import { attempt, type Outcome, type Setup } from "./provider-context.ts";

/** What the suite must know of a provider; all of it is data. */
export interface Contract extends Setup {
  /** Which request is the create, and which are look-ups: method and path below the provider's address. */
  create: RegExp;
  lookUp: RegExp;
  /** The body of the create of `outgoingSample()`, recorded and checked against the document's table. */
  sample: unknown;
  /** Another sender's order: our number or mark, other lines. */
  foreign(request: unknown): unknown;
  /** The simulator's own faults, and those that come to something else here than contract/fault-cases.ts says. */
  faults?: Record<string, FaultCase>;
  /** The document's answers, one by one, and what each means. */
  answers: (Written & { outcome: Outcome })[];
  /**
   * Both positions of every switch: the simulator's, with the settings that fit. `unseen`: no look-up can find the order
   * again there, and none may call it absent.
   */
  positions: ({ name: string; unseen?: true } & Pick<Partial<Setup>, "switches" | "settings" | "secret">)[];
  /** What is no secret in `secret`. */
  open?: string[];
  /** Whether "not there" is ever conclusive. Default true. */
  conclusive?: boolean;
  /** What a look-up needs to pass before it may find what was just made, ms; default: the settling time. */
  settled?: number;
}

/**
 * The suite that every registered provider passes before its simulator, with cache, leases and catalog on the table
 * emulators. Call it once, in test/providers/<name>.test.ts.
 */
export function providerContract<Settings, Secret>(provider: Provider<Settings, Secret>, contract: Contract): void {
  const onTable = (kind: TestTableKind): Suite => {
    let ledger: TestLedger | undefined;
    before(async () => {
      ledger = await startLedger(kind);
    });
    after(() => ledger?.stop());
    return createSuite(provider, contract, () => {
      if (!ledger) throw new Error("The ledger has not started.");
      return ledger;
    });
  };
  for (const { kind, skip } of QUICK_TABLES) {
    describe(`the contract: ${provider.name}, on ${kind}`, { skip, concurrency: 4 }, () => {
      const suite = onTable(kind);
      requests(suite);
      faults(suite);
      lookUps(suite);
      if (THOROUGH) positions(suite);
    });
  }
  // What comes between connector and server never comes near the table.
  describe(`the contract: ${provider.name}, whatever it answers`, { concurrency: 4 }, () => {
    const suite = onTable("memory");
    answers(suite);
    if (THOROUGH) hostileServer(suite);
  });
}

function answers({ contract, start, isCreate }: Suite): void {
  test("each answer of the document means what the document says", { concurrency: 4 }, async (t) => {
    const sentences = contract.answers.map(({ outcome: expected, ...written }) => {
      const body = typeof written.body === "function" ? "…" : (written.body ?? "").slice(0, 70);
      const title = `HTTP ${written.status} ${body}`;
      return new Promise<[string, string]>((resolve) => {
        t.test(`${title}: ${expected}`, async (context) => {
          const fixture = await start(context);
          fixture.proxy.strike(isCreate, written, { times: 5 });
          const { outcome, error } = await attempt(fixture, outgoingSample());
          resolve([title, error instanceof Error ? error.message : ""]);
          equal(outcome, expected, inspect(error));
          ok(fixture.proxy.passed.some(isCreate));
        });
      });
    });
    matchesWording(
      t,
      (await Promise.all(sentences)).filter(([, sentence]) => sentence !== ""),
    );
  });
}
