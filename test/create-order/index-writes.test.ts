import { deepEqual, equal, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { findDue } from "../../functions/find-due/find-due.ts";
import { createLedger } from "../../shared/ledger/ledger.ts";
import type { Item, Table } from "../../shared/ledger/table.ts";
import { NO_OBJECTS } from "../support/event-store.ts";
import { QUICK_TABLE, startLedger, type TestLedger } from "../support/ledger-table.ts";
import type { Fate } from "../support/parcelworks.ts";
import { Relay } from "../support/relay.ts";

const LATER = "2026-11-01T11:00:00Z";
/** The index's keys, and what it projects: a write that changes one of them writes the index too. */
const INDEXED = ["workList", "workAt", "number", "buyer", "firstSeenAt"];

describe("writes of the work list", () => {
  let started: TestLedger;
  let last = 0;
  before(async () => {
    started = await startLedger(QUICK_TABLE);
  });
  after(() => started.stop());

  /** @returns what the index was written for, in turn */
  function counted(...fates: Fate[]) {
    const writes: string[] = [];
    const known = new Map<string, string>();
    const indexOf = (item: Item) => JSON.stringify(INDEXED.map((name) => item[name]));
    const table: Table = {
      ...started.table,
      async put(item, condition) {
        const result = await started.table.put(item, condition);
        const key = `${item.pk} ${item.sk}`;
        const before = known.get(key);
        if (result === "written" && (item["workList"] !== undefined || before !== undefined)) {
          const now = item["workList"] === undefined ? "" : indexOf(item);
          if (now !== (before ?? "")) writes.push(item.sk);
          known.set(key, now);
        }
        return result;
      },
    };
    const ledger = createLedger(table, NO_OBJECTS);
    const relay = new Relay({ ...started, ledger });
    relay.parcelworks.fates.push(...fates);
    const id = `99${String(process.pid).padStart(7, "0")}${++last}`;
    const queues = {
      sendToDestination: async (_: string, message: string) => relay.send(message),
      sendToIntake: async () => {},
    };
    const pass = () =>
      findDue({ config: relay.config, ledger, queues, now: relay.now, deadline: relay.clock + 30_000 });
    return { relay, id, writes, pass };
  }

  test("in the good case there is one: with the order's first write", async () => {
    const { relay, id, writes, pass } = counted();
    await relay.ordered({ id, number: "#1001", buyer: { id: "7" } });
    await relay.run();
    await relay.ordered({ id, number: "#1001-A", buyer: { id: "8" }, updatedAt: LATER, note: "edited since" });
    await relay.ledger.moveDueCursor(relay.clock);
    relay.clock += 3_600_000;
    await pass();
    equal((await relay.trace(id)).deliveries[0]?.state, "created");
    deepEqual(writes, ["order"]);
  });

  for (const [what, changes] of [
    ["held until it is paid", { financialState: "pending" }],
    ["not routed", { test: true }],
    ["cancelled", { cancelledAt: "2026-11-01T10:00:00Z" }],
  ] as const) {
    test(`one that is ${what} costs one, too`, async () => {
      const { relay, id, writes } = counted();
      await relay.ordered({ id, ...changes });
      await relay.ordered({ id, ...changes, updatedAt: LATER, note: "edited since" });
      deepEqual(writes, ["order"]);
    });
  }

  test("a delivery that fails pays for its own entry, and ends without it", async () => {
    const { relay, id, writes } = counted("down");
    await relay.ordered({ id });
    await relay.run();
    deepEqual(writes.slice(0, 2), ["order", "delivery#parcelworks/demo#1"]);
    ok(writes.length <= 4, writes.join(", "));
    equal((await relay.trace(id)).deliveries[0]?.state, "created");
  });
});
