import { deepEqual, equal, match, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { QUICK_TABLES, startLedger, type TestLedger } from "../support/ledger-table.ts";
import type { Fate } from "../support/parcelworks.ts";
import { Relay } from "../support/relay.ts";

const LATER = "2026-11-01T11:00:00Z";

for (const { kind, skip } of QUICK_TABLES) {
  describe(`a step after creation, on ${kind}`, { skip }, () => {
    let started: TestLedger;
    let last = 0;
    before(async () => {
      started = await startLedger(kind);
    });
    after(() => started.stop());

    async function paid(...fates: Fate[]) {
      const relay = new Relay(started);
      const id = `79${String(process.pid).padStart(7, "0")}${++last}`;
      const { parcelworks } = relay;
      parcelworks.fates.push(...fates);
      parcelworks.step = "mark-paid";
      await relay.ordered({ id });
      const [message] = relay.queue;
      ok(message);
      const cancel = () => relay.ordered({ id, updatedAt: LATER, cancelledAt: LATER });
      const delivery = async () => {
        const file = await relay.ledger.load({ channel: "plain", connection: "main", orderId: id });
        ok(file?.deliveries[0]);
        return file.deliveries[0];
      };
      return { relay, parcelworks, message, cancel, delivery };
    }

    test("is done once, under the claim of the create", async () => {
      const { relay, parcelworks, delivery } = await paid();
      await relay.run();
      deepEqual([parcelworks.stepsDone, (await delivery()).followUp, relay.queue.length], [["P1"], undefined, 0]);
    });

    for (const fate of ["created", "timeout-after-create"] as const) {
      test(`${fate}: a second message that comes meanwhile waits, and does not do it too`, async () => {
        const { relay, parcelworks, message, delivery } = await paid(fate);
        let meanwhile = "";
        parcelworks.onStep = async () => {
          parcelworks.onStep = async () => {};
          relay.send(message.body);
          const second = relay.queue.at(-1);
          ok(second && second !== message);
          const handled = await relay.receive(second);
          meanwhile = handled === "killed" ? handled : handled.outcome;
        };
        await relay.run();
        deepEqual([meanwhile, parcelworks.stepsDone, (await delivery()).followUp], ["waiting", ["P1"], undefined]);
      });
    }

    test("two messages that find it open side by side do it once", async () => {
      const { relay, parcelworks, message } = await paid();
      parcelworks.onStep = async () => {
        parcelworks.onStep = async () => {};
        throw new TypeError("a bug in the step");
      };
      await relay.receive(message);
      relay.clock = message.visibleAt;
      relay.send(message.body);
      let running = 0;
      let most = 0;
      parcelworks.onStep = async () => {
        most = Math.max(most, ++running);
        await new Promise(setImmediate);
        running -= 1;
      };
      await Promise.all(relay.queue.map((one) => relay.receive(one)));
      await relay.run();
      deepEqual([most, parcelworks.stepsDone], [1, ["P1"]]);
    });

    test("of a function that died is done by the next message, once its claim is over", async () => {
      const { relay, parcelworks, message, delivery } = await paid();
      const { ledger } = relay;
      const { order } = ledger;
      ledger.order = async () => {
        ledger.order = order;
        throw new Error("killed");
      };
      await relay.receive(message).catch(() => undefined);
      equal((await delivery()).followUp, "mark-paid");
      const began = relay.clock;
      relay.clock += 1_000;
      relay.send(message.body);
      await relay.run();
      deepEqual([parcelworks.stepsDone, (await delivery()).followUp], [["P1"], undefined]);
      ok(relay.clock - began >= 90_000 + relay.config.timing.leaseSkew);
    });

    for (const [when, fate] of [
      ["while it is created", "created"],
      ["while it is in doubt", "timeout-after-create"],
      ["after its step failed", "created"],
    ] as const) {
      test(`of an order that is cancelled ${when} is not done, and the delivery says so`, async () => {
        const { relay, parcelworks, message, cancel, delivery } = await paid(fate);
        if (when === "while it is created") parcelworks.onPost = async () => void (await cancel());
        else {
          parcelworks.onStep = async () => {
            throw new TypeError("a bug in the step");
          };
          await relay.receive(message);
          await cancel();
          parcelworks.onStep = async () => {};
        }
        await relay.run();
        const { state, followUp, notes } = await delivery();
        deepEqual([parcelworks.stepsDone, state, followUp, relay.queue.length], [[], "created", undefined, 0]);
        match(notes?.join() ?? "", /not done.*mark-paid/);
        if (when === "while it is created") await cancel();
        equal(relay.late.length, 1);
      });
    }
  });
}
