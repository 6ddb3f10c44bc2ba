import { deepEqual, equal, fail, notEqual, ok } from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import type { Found, Outgoing, Provider } from "../../functions/providers/provider.ts";
import { type HostileProxy, type Passed, TRAP, TRICKS, type Written } from "./hostile-proxy.ts";
import { outgoingSample } from "./order-sample.ts";
import { attempt, configure, type Outcome, outcomeOf, type Setup, sentOf, startWorld, type World } from "./world.ts";

/** What the suite must know of a provider; all of it is data. */
export interface Contract extends Setup {
  /** Which request is the create, and which are look-ups: method and path below the provider's address. */
  create: RegExp;
  lookUp: RegExp;
  /** The body of the create of `outgoingSample()`, recorded and checked against the document's table. */
  sample: unknown;
  /** An order that somebody else made of ours: same number or mark, other lines. */
  foreign(request: unknown): unknown;
  /** What `create` comes to under each fault of the simulator, where it is not `EXPECTED`. */
  outcomes?: Record<string, Outcome>;
  /** The document's answers, one by one, and what each means. */
  answers: (Written & { outcome: Outcome })[];
  /** Both positions of every switch: the simulator's, with the settings that fit. */
  positions: { name: string; switches?: Record<string, unknown>; settings?: Record<string, unknown> }[];
  /** What is no secret in `secret`. */
  open?: string[];
  /** Whether "not there" is ever conclusive. Default true. */
  conclusive?: boolean;
  /** What a look-up needs to pass before it may find what was just made, ms. */
  settled?: number;
}

/** Of the faults that every simulator has: reference/providers.md 0, design.md "in doubt". */
const EXPECTED: Record<string, Outcome> = {
  "timeout-after-create": "in-doubt",
  "reset-after-create": "in-doubt",
  "error-500-after-create": "in-doubt",
  "created-but-unreadable-2xx": "in-doubt",
  "empty-2xx": "in-doubt",
  "wrong-content-type": "in-doubt",
  "oversized-10mb": "in-doubt",
  "slow-drip": "in-doubt",
  slow: "in-doubt",
  "created-late": "in-doubt",
  "timeout-before-create": "in-doubt",
  "reset-before-create": "in-doubt",
  "error-500": "in-doubt",
  "unavailable-503": "in-doubt",
  "html-200": "in-doubt",
  redirect: "in-doubt",
  throttle: "throttled",
  reject: "rejected",
  duplicate: "already-exists",
  "401-once": "faulty",
};
const EXPECTED_LOOK_UP: Record<string, Outcome> = {
  "lookup-down": "down",
  "lookup-timeout": "down",
  "lookup-unreadable": "down",
};
/** Nothing was made, says the connector: the simulator must agree. */
const SURELY_NOT = new Set<Outcome>(["rejected", "throttled", "down", "faulty", "not-yet"]);
/** Long enough for any good call on a busy machine, short enough to wait for the bad ones. */
const PATIENCE = 700;
const LATE = 150;
const HANGING = { timeout: 60_000 };

/** The suite that every registered provider passes before its simulator (issue 4). Call it once, in test/providers/<name>.test.ts. */
export function providerContract<Settings, Secret>(provider: Provider<Settings, Secret>, contract: Contract): void {
  const { name } = provider;
  const isCreate = ({ method, target }: Passed) => contract.create.test(`${method} ${below(target, name)}`);
  const isLookUp = ({ method, target }: Passed) => contract.lookUp.test(`${method} ${below(target, name)}`);
  const creates = (proxy: HostileProxy) => proxy.passed.filter(isCreate).length;
  const start = (context: Parameters<typeof startWorld>[0], changes: Partial<Setup> = {}) =>
    startWorld(context, provider, {
      ...contract,
      ...changes,
      settings: { ...contract.settings, ...changes.settings },
      switches: { ...contract.switches, ...changes.switches },
    });
  const live = (world: World) => world.sandbox.orders(name).filter(({ cancelled }) => !cancelled);
  async function untilMade(world: World): Promise<void> {
    for (const until = Date.now() + 10_000; live(world).length === 0; await sleep(20)) {
      if (Date.now() > until) fail("the simulator never made it");
    }
  }
  const settle = (world: World) => world.pass(Math.max(provider.timing.settling, contract.settled ?? 0) + 1_000);

  /** As create-order does it: a doubt is ended by a look-up alone. @returns the last word */
  async function deliver(world: World, outgoing: Outgoing, fault: string): Promise<Outcome | Found["found"]> {
    world.sandbox.setFault(name, fault);
    const began = world.now();
    for (let round = 0; round < 5; round++) {
      const { outcome, sent } = await attempt(world, outgoing, PATIENCE);
      if (outcome === "created" || outcome === "rejected") return outcome;
      if (SURELY_NOT.has(outcome)) continue;
      // Whatever comes late has come by the time the settling is over.
      if (fault === "created-late") await untilMade(world);
      settle(world);
      const found = await world.client.find({ ...sent, firstSentAt: began }, outgoing);
      if (found.found !== "nothing") return found.found;
      if (!found.conclusive) return "in-doubt";
    }
    return "in-doubt";
  }

  describe(`the contract: ${name}`, { concurrency: 2 }, () => {
    test("the request is the recorded sample, field by field", async (context) => {
      const world = await start(context);
      equal((await attempt(world, outgoingSample())).outcome, "created");
      const [order, ...more] = world.sandbox.orders(name);
      deepEqual(more, []);
      deepEqual(order?.request, contract.sample);
    });

    test("a created order's IDs are the provider's own", async (context) => {
      const world = await start(context);
      const outgoing = outgoingSample();
      const { providerOrderIds } = await world.client.create(await world.client.prepare(outgoing), outgoing);
      ok(providerOrderIds.length > 0);
      const found = await lookUp(world, outgoing);
      equal(found.found, "same");
      if (found.found === "same") deepEqual(found.providerOrderIds, providerOrderIds);
    });

    test("the same order twice carries the same reference, and another one another", async (context) => {
      const world = await start(context);
      await attempt(world, outgoingSample());
      await attempt(world, outgoingSample());
      await attempt(world, outgoingSample({}, "SHO2-1001"));
      const references = world.sandbox.orders(name).map(({ reference }) => reference);
      deepEqual(new Set(references), new Set([outgoingSample().reference, "SHO2-1001"]));
    });

    test("preparing creates nothing, however often", async (context) => {
      const world = await start(context);
      await Promise.all([1, 2, 3].map(() => world.open().prepare(outgoingSample())));
      equal(creates(world.proxy), 0);
      deepEqual(world.sandbox.orders(name), []);
    });

    test("an unknown SKU is rejected before or by the create, and nothing is made", async (context) => {
      const world = await start(context);
      const [first, ...others] = outgoingSample().lines;
      ok(first);
      const outgoing = { ...outgoingSample(), lines: [{ ...first, sku: "UNKNOWN-1" }, ...others] };
      const { outcome } = await attempt(world, outgoing).catch((error: unknown) => ({ outcome: outcomeOf(error) }));
      equal(outcome, "rejected");
      deepEqual(world.sandbox.orders(name), []);
    });

    describe("each fault is classified, and no fault makes a second order", { concurrency: 2 }, () => {
      test("the suite knows every fault of the simulator", async (context) => {
        const { sandbox } = await start(context);
        const known = { ...EXPECTED, ...EXPECTED_LOOK_UP, ...contract.outcomes };
        deepEqual(
          sandbox.faults(name).filter((fault) => !Object.hasOwn(known, fault)),
          [],
        );
      });
      for (const [fault, expected] of Object.entries({ ...EXPECTED, ...contract.outcomes })) {
        test(`${fault}: ${expected}`, HANGING, async (context) => {
          const world = await start(context);
          configure(world.sandbox, name, { lateMs: LATE, slowMs: 60_000 });
          world.sandbox.setFault(name, fault);
          const { outcome, error } = await attempt(world, outgoingSample(), PATIENCE);
          equal(outcome, expected, inspect(error));
          equal(creates(world.proxy) <= 2, true);
          if (SURELY_NOT.has(outcome)) deepEqual(world.sandbox.orders(name), []);
          if (outcome === "created") equal(live(world).length, 1);
        });
        test(`${fault}: delivered once in the end`, HANGING, async (context) => {
          const world = await start(context);
          configure(world.sandbox, name, { lateMs: LATE, slowMs: 60_000 });
          const last = await deliver(world, outgoingSample(), fault);
          ok(live(world).length <= 1, `${live(world).length} orders`);
          if (expected === "rejected") equal(last, "rejected");
          else if (["created", "same"].includes(last)) equal(live(world).length, 1);
          else ok(last === "cancelled" || (last === "in-doubt" && contract.conclusive === false), String(last));
        });
      }
      for (const [fault, expected] of Object.entries(EXPECTED_LOOK_UP)) {
        test(`${fault}: ${expected}`, HANGING, async (context) => {
          const world = await start(context);
          const outgoing = outgoingSample();
          const { sent } = await attempt(world, outgoing);
          world.sandbox.setFault(name, fault);
          world.setTimeout(PATIENCE);
          const error = await world.client.find(sent, outgoing).then(() => "found", outcomeOf);
          equal(error, expected);
        });
      }
    });

    describe("each answer of the document means what the document says", { concurrency: 2 }, () => {
      for (const { outcome: expected, ...written } of contract.answers) {
        const told = typeof written.body === "function" ? "…" : (written.body ?? "").slice(0, 70);
        test(`HTTP ${written.status} ${told}: ${expected}`, async (context) => {
          const world = await start(context);
          world.proxy.strike(isCreate, written, { times: 5 });
          const { outcome, error } = await attempt(world, outgoingSample());
          equal(outcome, expected, inspect(error));
        });
      }
    });

    describe("a look-up", { concurrency: 2 }, () => {
      test("finds nothing where nothing is", async (context) => {
        const world = await start(context);
        await attempt(world, outgoingSample({}, "SHO1-somebody-elses"));
        settle(world);
        deepEqual(await lookUp(world, outgoingSample()), { found: "nothing", conclusive: contract.conclusive ?? true });
      });

      test("finds what was made", async (context) => {
        const world = await start(context);
        await attempt(world, outgoingSample());
        equal((await lookUp(world, outgoingSample())).found, "same");
      });

      test("finds late what comes late", async (context) => {
        const world = await start(context);
        configure(world.sandbox, name, { lateMs: LATE });
        world.sandbox.setFault(name, "created-late");
        const { sent } = await attempt(world, outgoingSample(), 100);
        await untilMade(world);
        settle(world);
        equal((await world.client.find(sent, outgoingSample())).found, "same");
      });

      test("takes somebody else's order of the same number for somebody else's", async (context) => {
        const world = await start(context);
        await attempt(world, outgoingSample({}, "SHO9-first"));
        const [made] = world.sandbox.orders(name);
        ok(made);
        const mine = JSON.parse(
          JSON.stringify(made.request).replaceAll("SHO9-first", outgoingSample().reference),
        ) as unknown;
        world.sandbox.plant(name, contract.foreign(mine), world.now());
        settle(world);
        equal((await lookUp(world, outgoingSample())).found, "different");
      });

      test("finds a cancelled order cancelled", async (context) => {
        const world = await start(context);
        const { sent } = await attempt(world, outgoingSample());
        const [made] = world.sandbox.orders(name);
        world.sandbox.cancel(name, made?.id ?? "");
        settle(world);
        equal((await world.client.find(sent, outgoingSample())).found, "cancelled");
      });

      test("does not mistake a longer number for ours", async (context) => {
        const world = await start(context);
        await attempt(world, outgoingSample({}, `${outgoingSample().reference}-g2`));
        settle(world);
        equal((await lookUp(world, outgoingSample())).found, "nothing");
      });
    });

    test(
      "tokens that end in the middle of a batch are renewed, and each order is made once",
      HANGING,
      async (context) => {
        const world = await start(context);
        const batch = [1, 2, 3, 4, 5, 6].map((number) => outgoingSample({}, `SHO1-${number}`));
        const work = async (outgoing: Outgoing) => {
          const client = world.open();
          await client.create(await client.prepare(outgoing), outgoing);
        };
        await Promise.all(batch.slice(0, 2).map(work));
        const prepared = await Promise.all(
          batch.slice(2, 4).map(async (outgoing) => {
            const client = world.open();
            return { client, outgoing, prepared: await client.prepare(outgoing) };
          }),
        );
        world.sandbox.expireTokens(name);
        await Promise.all([
          ...prepared.map(({ client, outgoing, prepared }) => client.create(prepared, outgoing)),
          ...batch.slice(4).map(work),
        ]);
        const references = world.sandbox.orders(name).map(({ reference }) => reference);
        deepEqual(references.toSorted(), batch.map(({ reference }) => reference).toSorted());
      },
    );

    describe("a hostile server", { concurrency: 2 }, () => {
      for (const trick of TRICKS) {
        for (const reaches of [false, true]) {
          const when = reaches ? "after creating" : "without creating";
          test(`${trick} ${when}: in doubt, in time, one call, nothing told`, HANGING, async (context) => {
            const world = await start(context);
            world.proxy.strike(isCreate, trick, { reaches });
            const { outcome, error, sent } = await attempt(world, outgoingSample(), PATIENCE);
            equal(outcome, "in-doubt", inspect(error));
            equal(creates(world.proxy), 1);
            equal(
              world.proxy.passed.some(({ target }) => target.endsWith(TRAP)),
              false,
            );
            tellsNothing(error, world);
            settle(world);
            equal((await world.client.find(sent, outgoingSample())).found, reaches ? "same" : "nothing");
          });
        }
        test(`${trick} to a look-up: proves nothing, in time`, HANGING, async (context) => {
          const world = await start(context);
          const { sent } = await attempt(world, outgoingSample());
          world.proxy.strike(isLookUp, trick, { times: 20 });
          world.setTimeout(PATIENCE);
          settle(world);
          const said = await world.client.find(sent, outgoingSample()).catch((error: unknown) => error);
          ok(said instanceof Error, inspect(said));
          notEqual(outcomeOf(said), "rejected");
          tellsNothing(said, world);
        });
      }

      for (const status of [200, 201, 202, 301, 400, 401, 403, 404, 406, 409, 418, 422, 429, 500, 502]) {
        test(`an answer ${status} that repeats our request to us tells nobody our secrets`, async (context) => {
          const world = await start(context);
          const echo = ({ target, headers, body }: Passed) =>
            JSON.stringify({ code: 20_001, error: target, errors: [headers], message: JSON.stringify(headers) + body });
          world.proxy.strike(isCreate, { status, body: echo }, { times: 5 });
          const { outcome, error, sent } = await attempt(world, outgoingSample());
          notEqual(outcome, "created");
          tellsNothing(error, world);
          world.proxy.strike(isLookUp, { status, body: echo }, { times: 20 });
          const said = await world.client.find(sent, outgoingSample()).catch((failure: unknown) => failure);
          ok(said instanceof Error || status === 404, inspect(said));
          tellsNothing(said, world);
        });
      }
    });

    describe("every switch in every position", { concurrency: 2 }, () => {
      for (const { name: position, ...changes } of contract.positions) {
        test(`${position}: one order, found again`, HANGING, async (context) => {
          const world = await start(context, changes);
          const { outcome, error, sent, ids } = await attempt(world, outgoingSample());
          equal(outcome, "created", inspect(error));
          equal(world.sandbox.orders(name).length, 1);
          settle(world);
          const found = await world.client.find(sent, outgoingSample());
          equal(found.found, "same");
          const known = found.found === "same" ? found.providerOrderIds : [];
          // A create may name fewer than there are, never others.
          deepEqual(new Set([...known, ...ids]), new Set(known));
        });
        test(`${position}: an answer that was lost makes no second order`, HANGING, async (context) => {
          const world = await start(context, changes);
          const last = await deliver(world, outgoingSample(), "reset-after-create");
          equal(last, "same");
          equal(live(world).length, 1);
        });
      }
    });

    test("the credentials can be tried without making anything", async (context) => {
      const world = await start(context);
      await world.client.check?.();
      equal(creates(world.proxy), 0);
    });
  });

  /** What create-order would ask, had it just claimed the delivery. */
  async function lookUp(world: World, outgoing: Outgoing): Promise<Found> {
    const sent = sentOf(world, outgoing, await world.client.prepare(outgoing));
    return world.client.find({ ...sent, firstSentAt: sent.firstSentAt - provider.timing.settling - 60_000 }, outgoing);
  }

  /** Whatever somebody logs of an error: no credential, and no token that was ever sent. */
  function tellsNothing(error: unknown, { proxy }: World): void {
    const told = inspect(error, { depth: 12, maxStringLength: null, showHidden: true });
    const inSecret = Object.entries(contract.secret)
      .filter(([field]) => !(contract.open ?? []).includes(field))
      .map(([, value]) => String(value));
    const inHeaders = proxy.passed.flatMap(({ headers }) =>
      ["authorization", "access-token", "x-access-token"].flatMap((header) =>
        headers[header] === undefined ? [] : [headers[header].replace(/^\w+ /, "")],
      ),
    );
    const inQueries = proxy.passed.flatMap(({ target }) => {
      const query = new URLSearchParams(target.split("?")[1]);
      return [query.get("access_token"), query.get("appSecret")].filter((value) => value !== null);
    });
    for (const secret of new Set([...inSecret, ...inHeaders, ...inQueries])) {
      equal(told.includes(secret), false, `an error of ${name} tells a secret: ${told}`);
    }
  }
}

/** `/s2/order?limit=1` → `/order` */
const below = (target: string, provider: string): string => (target.split("?")[0] ?? "").slice(`/${provider}`.length);
