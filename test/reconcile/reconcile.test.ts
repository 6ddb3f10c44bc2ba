import { deepEqual, equal, ok } from "node:assert/strict";
import { describe, test } from "node:test";
import { MEASURED } from "../../docs/tools/costs/measured.ts";
import { NoCredentials } from "../../functions/open-client.ts";
import { Throttled, Unavailable } from "../../shared/errors.ts";
import { orderKey } from "../../shared/ledger/order-key.ts";
import { putRevision } from "../../shared/ledger/stored-item.ts";
import { MINUTE, PolledRelay } from "../support/polled-shop.ts";

const QUARTER = 15 * MINUTE;

/** A relay whose first pass is over. */
async function started(connection: ConstructorParameters<typeof PolledRelay>[0] = {}): Promise<PolledRelay> {
  const relay = new PolledRelay(connection);
  await relay.reconcile();
  relay.clock += QUARTER;
  return relay;
}

const idsIn = (relay: PolledRelay) => relay.intake.map(({ orderId }) => orderId);

describe("a pass", () => {
  test("queues an order whose webhook was lost, and nothing that the ledger holds with that change", async () => {
    const relay = await started();
    relay.shop.change("1");
    relay.shop.change("2");
    relay.webhook("2");
    await relay.routeAll();
    relay.clock += MINUTE;
    const pass = await relay.reconcile();
    deepEqual([pass?.outcome, pass?.listed, pass?.queued], ["complete", 2, 1]);
    deepEqual(idsIn(relay), ["1"]);
    await relay.routeAll();
    await relay.run();
    deepEqual([relay.live("1"), relay.live("2")], [1, 1]);
    equal((await relay.trace("1")).events[0]?.topic, "poll");
  });

  test("queues a change of an order that the ledger holds as it was before", async () => {
    const relay = await started();
    relay.shop.change("1", "pending");
    relay.webhook("1");
    await relay.routeAll();
    relay.clock += MINUTE;
    relay.shop.change("1", "paid");
    relay.clock += MINUTE;
    equal((await relay.reconcile())?.queued, 1);
    await relay.routeAll();
    equal((await relay.trace("1")).state, "recorded");
  });

  test("queues what its list calls further on, though the time is the same", async () => {
    const relay = await started();
    relay.shop.change("1", "pending");
    relay.webhook("1");
    await relay.routeAll();
    const changedAt = new Date(relay.clock).toISOString();
    relay.clock += MINUTE;
    for (const [progress, queued] of [
      ["placed", 0],
      ["paid", 1],
    ] as const) {
      relay.shop.client.changedSince = async function* () {
        yield { id: "1", changedAt, progress };
      };
      equal((await relay.reconcile())?.queued, queued, progress);
      relay.clock += QUARTER;
    }
  });

  test("compares times as coarse as the channel's webhooks give them", async () => {
    const relay = await started();
    Object.assign(relay, { channel: { ...Reflect.get(relay, "channel"), timePrecision: 1_000 } });
    relay.shop.change("1");
    relay.webhook("1");
    await relay.routeAll();
    const changedAt = new Date(relay.clock + 900).toISOString();
    relay.shop.client.changedSince = async function* () {
      yield { id: "1", changedAt };
    };
    equal((await relay.reconcile())?.queued, 0);
  });

  test("of a list without times only orders that the ledger does not know are queued", async () => {
    const relay = await started();
    relay.shop.isTimeless = true;
    relay.shop.change("1", "pending");
    relay.webhook("1");
    relay.shop.change("2");
    await relay.routeAll();
    relay.clock += MINUTE;
    relay.shop.change("1", "paid");
    await relay.reconcile();
    deepEqual(idsIn(relay), ["2"]);
  });

  test("a member of a pack is held with its own change, not the pack's", async () => {
    const relay = await started();
    relay.shop.change("member");
    const identity = { channel: "plain", connection: "main", orderId: "member" };
    const item = { ...identity, v: 1, rev: 1, packId: "pack", expiresAt: 2_000_000_000 };
    const changedAt = new Date(relay.clock).toISOString();
    await putRevision(relay.table, { ...item, ...orderKey(identity), changedAt });
    equal((await relay.reconcile())?.queued, 0);
    relay.clock += QUARTER;
    relay.shop.change("member");
    equal((await relay.reconcile())?.queued, 1);
  });

  test("the first pass begins at the connection's since, at most its maxOrderAge ago", async () => {
    for (const [connection, expected] of [
      [{ since: "2026-10-30T00:00:00Z", maxOrderAge: "60d" }, "2026-10-30T00:00:00.000Z"],
      [{ since: "2026-01-01T00:00:00Z", maxOrderAge: "1d" }, "2026-10-31T12:00:00.000Z"],
      [{ since: "2027-01-01T00:00:00Z" }, "2026-11-01T12:00:00.000Z"],
      [{ since: undefined, maxOrderAge: "none" }, "2026-10-31T12:00:00.000Z"],
    ] as const) {
      const relay = new PolledRelay(connection);
      const asked: string[] = [];
      relay.openClient = async () => ({
        ...relay.shop.client,
        changedSince(time) {
          asked.push(time);
          return relay.shop.listSince(time);
        },
      });
      await relay.reconcile();
      relay.clock += QUARTER;
      await relay.reconcile();
      // The second one begins where the first began.
      deepEqual(asked, [expected, "2026-11-01T12:00:00.000Z"]);
    }
  });

  test("the watermark is the time at which the pass began, not when it ended, and no order's time", async () => {
    const relay = await started();
    const began = relay.clock;
    relay.shop.orders.set("1", { id: "1", financialState: "paid", changedAt: began + 86_400_000 });
    relay.shop.orders.set("0", { id: "0", financialState: "paid", changedAt: began });
    relay.shop.during = async () => {
      relay.clock += 5_000;
    };
    equal((await relay.reconcile())?.outcome, "complete");
    equal((await relay.state())?.watermark, new Date(began).toISOString());
  });
});

describe("a pass that cannot end", () => {
  test("queues a bounded number and leaves the watermark; the next passes go on, each order is queued once", async () => {
    const relay = await started({ reconcileMost: 4 });
    const { watermark } = (await relay.state()) ?? {};
    const ids = Array.from({ length: 10 }, (_, index) => `${100 + index}`);
    for (const id of ids) relay.shop.change(id);
    relay.clock += MINUTE;
    // route-order is busy: nothing is recorded meanwhile.
    for (const [outcome, queued] of [
      ["continues", 4],
      ["continues", 8],
      ["complete", 10],
    ] as const) {
      equal((await relay.reconcile())?.outcome, outcome);
      equal(relay.intake.length, queued);
      if (outcome === "continues") equal((await relay.state())?.watermark, watermark);
      relay.clock += MINUTE;
    }
    deepEqual(idsIn(relay), ids);
  });

  test("stops before its deadline, and goes on at the next start", async () => {
    const relay = await started();
    for (let id = 100; id < 120; id++) relay.shop.change(String(id));
    relay.shop.during = async () => {
      relay.clock += 12_000;
    };
    const began = relay.clock;
    equal((await relay.reconcile())?.outcome, "continues");
    ok(relay.clock - began <= 50_000);
    const first = relay.intake.length;
    ok(first > 0 && first < 20);
    equal((await relay.reconcile())?.outcome, "continues");
    ok(relay.intake.length === first, "what was queued is not queued again");
    relay.shop.during = async () => {};
    equal((await relay.reconcile())?.outcome, "complete");
    equal(relay.intake.length, 20);
  });

  test("an API that fails in the middle starts its backoff; what came before counts, and nothing is called meanwhile", async () => {
    const relay = await started();
    for (let id = 100; id < 110; id++) relay.shop.change(String(id));
    relay.clock += MINUTE;
    let calls = 0;
    relay.shop.during = async () => {
      calls += 1;
      if (calls === 3) throw new Throttled("429", 5 * MINUTE);
    };
    const pass = await relay.reconcile();
    deepEqual([pass?.outcome, pass?.queued], ["failed", 6]);
    ok(pass?.error instanceof Throttled);
    equal(relay.apiFailures.length, 1);
    const state = await relay.state();
    for (let minute = 0; minute < 4; minute++) {
      relay.clock += MINUTE;
      equal(await relay.reconcile(), undefined);
    }
    equal(calls, 3);
    deepEqual(await relay.state(), state);
    relay.clock += 2 * MINUTE;
    equal((await relay.reconcile())?.outcome, "complete");
    equal(relay.intake.length, 10);
  });
});

describe("passes of connections", () => {
  test("a connection is due at its interval, with a schedule that starts every minute", async () => {
    const relay = new PolledRelay();
    const at: number[] = [];
    for (let minute = 0; minute <= 45; minute++) {
      if (await relay.reconcile()) at.push(minute);
      relay.clock += MINUTE;
    }
    deepEqual(at, [0, 15, 30, 45]);
  });

  test("off lists nothing", async () => {
    const relay = new PolledRelay({ reconcileEvery: "off" });
    equal(await relay.reconcile(), undefined);
    equal(relay.shop.pages, 0);
    equal(await relay.state(), undefined);
  });

  test("a connection without credentials, or without a list, is named, is no failure, and never overdue", async () => {
    const relay = new PolledRelay();
    const { openClient } = relay;
    relay.openClient = async () => {
      throw new NoCredentials("the secret has no value");
    };
    equal((await relay.reconcile())?.outcome, "no-credentials");
    relay.clock += MINUTE;
    equal(await relay.reconcile(), undefined, "not asked every minute");
    relay.clock += 300 * MINUTE;
    relay.openClient = async () => ({ order: async () => "gone" });
    equal((await relay.reconcile())?.outcome, "no-list");
    deepEqual([relay.apiFailures, relay.failures, relay.overdue], [[], [], []]);
    relay.clock += QUARTER;
    relay.openClient = openClient;
    relay.shop.change("1");
    equal((await relay.reconcile())?.queued, 1);
  });

  test("a slow connection and one that fails delay no other", async () => {
    const relay = new PolledRelay();
    const [first] = relay.config.connections;
    ok(first);
    const names = ["slow", "broken", "main"];
    relay.config = { ...relay.config, connections: names.map((name) => ({ ...first, name })) };
    const { promise: answer, resolve: release } = Promise.withResolvers<void>();
    relay.shop.change("1");
    relay.openClient = async (_channel, { name }) => {
      if (name === "slow") await answer;
      if (name === "broken") throw new TypeError("a defect");
      return relay.shop.client;
    };
    const running = relay.reconcile();
    while (relay.intake.length === 0) await new Promise(setImmediate);
    release();
    await running;
    deepEqual(
      relay.passes.map(({ outcome }) => outcome),
      ["failed", "complete", "complete"],
    );
  });

  test("passes of one connection do not overlap, in two invocations either", async () => {
    const relay = new PolledRelay();
    const { promise: answer, resolve: release } = Promise.withResolvers<void>();
    relay.shop.during = () => answer;
    const running = relay.reconcile();
    while (relay.shop.pages === 0) await new Promise(setImmediate);
    equal(await relay.reconcile(), undefined);
    equal(relay.shop.pages, 1);
    release();
    await running;
    equal(relay.passes.length, 1);
  });

  test("without a whole pass for an hour a connection is overdue, with longer intervals for four of them", async () => {
    const relay = await started();
    relay.shop.during = async () => {
      throw new Unavailable("down");
    };
    relay.clock += 30 * MINUTE;
    await relay.reconcile();
    deepEqual(relay.overdue, []);
    relay.clock += 31 * MINUTE;
    await relay.reconcile();
    deepEqual(relay.overdue, ["plain/main"]);
    relay.shop.during = async () => {};
    relay.clock += 61 * MINUTE;
    await relay.reconcile();
    deepEqual(relay.overdue, ["plain/main"], "the pass has caught up");
    const rare = await started({ reconcileEvery: "24h" });
    rare.clock += 47 * 60 * MINUTE;
    await rare.reconcile();
    deepEqual(rare.overdue, []);
  });

  test("a connection whose very first passes fail is overdue too", async () => {
    const relay = new PolledRelay();
    relay.shop.during = async () => {
      throw new Unavailable("down");
    };
    await relay.reconcile();
    relay.clock += 62 * MINUTE;
    await relay.reconcile();
    deepEqual(relay.overdue, ["plain/main"]);
  });
});

test("a start and a pass with nothing to do cost what docs/costs.md counts", async () => {
  const relay = await started();
  const { table } = relay;
  let writes = 0;
  table.beforePut = async () => {
    writes += 1;
  };
  const remove = table.delete.bind(table);
  table.delete = (...args) => {
    writes += 1;
    return remove(...args);
  };
  table.reads = 0;
  equal((await relay.reconcile())?.listed, 0);
  deepEqual({ writes, reads: table.reads }, MEASURED.poll.pass);
  table.reads = 0;
  writes = 0;
  relay.clock += MINUTE;
  equal(await relay.reconcile(), undefined);
  deepEqual({ writes, reads: table.reads }, { writes: 0, ...MEASURED.poll.start });
});

describe("missed events", () => {
  test("count once, where no event brought the order within ten minutes of its change", async () => {
    const relay = await started();
    for (const id of ["old", "young", "late"]) {
      relay.shop.change(id);
      relay.clock += 4 * MINUTE;
    }
    // 12, 8 and 4 minutes after their changes.
    equal((await relay.reconcile())?.missed, 1);
    await relay.routeAll();
    relay.webhook("late");
    await relay.routeAll();
    relay.clock += QUARTER;
    equal((await relay.reconcile())?.missed, 1);
    relay.clock += QUARTER;
    equal((await relay.reconcile())?.missed, 0);
    equal((await relay.state())?.missed?.count, 2);
  });

  test("an order of before the first pass was not missed, nor one that the ledger knows", async () => {
    const relay = new PolledRelay();
    relay.shop.change("1");
    relay.clock += 20 * MINUTE;
    equal((await relay.reconcile())?.missed, 0);
    await relay.routeAll();
    relay.shop.change("1");
    relay.clock += 20 * MINUTE;
    const pass = await relay.reconcile();
    deepEqual([pass?.queued, pass?.missed], [1, 0]);
  });
});
