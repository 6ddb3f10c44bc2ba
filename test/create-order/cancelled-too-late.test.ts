import { deepEqual, equal, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { QUICK_TABLES, startLedger, type TestLedger } from "../support/ledger-table.ts";
import type { Fate } from "../support/parcelworks.ts";
import { Relay } from "../support/relay.ts";

const LATER = "2026-11-01T11:00:00Z";

for (const { kind, skip } of QUICK_TABLES) {
  describe(`cancellations that come too late, on ${kind}`, { skip }, () => {
    let started: TestLedger;
    let last = 0;
    before(async () => {
      started = await startLedger(kind);
    });
    after(() => started.stop());

    async function paid(...fates: Fate[]) {
      const relay = new Relay(started);
      const id = `77${String(process.pid).padStart(7, "0")}${++last}`;
      relay.parcelworks.fates.push(...fates);
      await relay.ordered({ id });
      const [message] = relay.queue;
      ok(message);
      return { relay, id, message, cancel: () => relay.ordered({ id, updatedAt: LATER, cancelledAt: LATER }) };
    }

    test("of a created order it is reported once, whatever event follows", async () => {
      const { relay, id, cancel } = await paid();
      await relay.run();
      await cancel();
      deepEqual(relay.late, ["parcelworks/demo"]);
      await relay.ordered({ id, updatedAt: "2026-11-01T11:30:00Z", cancelledAt: LATER });
      equal(relay.late.length, 1);
    });

    test("of an order that was not sent yet nothing is reported: it came in time", async () => {
      const { relay, cancel } = await paid();
      await cancel();
      await relay.run();
      deepEqual(relay.late, []);
    });

    test("what was in doubt and is found after the cancellation is reported as cancelled", async () => {
      const { relay, cancel, message } = await paid("timeout-after-create");
      await relay.receive(message);
      await cancel();
      relay.clock = message.visibleAt + 120_000;
      const found = await relay.receive(message);
      ok(found !== "killed");
      deepEqual([found.outcome, found.cancelled], ["created", true]);
    });

    for (const fate of ["down", "timeout-before-create", "killed-before-create"] as const) {
      test(`cancelled while its second attempt prepares (the first: ${fate}), it is not posted again`, async () => {
        const { relay, id, cancel, message } = await paid(fate);
        await relay.receive(message);
        // Settled, so that the look-up's "not there" frees it.
        relay.clock = message.visibleAt + 120_000;
        const { client } = relay.parcelworks;
        const prepare = client.prepare.bind(client);
        client.prepare = async (outgoing) => {
          client.prepare = prepare;
          await cancel();
          return prepare(outgoing);
        };
        await relay.run();
        equal(relay.parcelworks.posts, 1);
        equal(relay.parcelworks.live().length, 0);
        equal((await relay.trace(id)).deliveries[0]?.state, "cancelled");
      });
    }
  });
}
