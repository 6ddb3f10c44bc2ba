import { deepEqual, equal, match, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { doneByHand, newDelivery } from "../../shared/ledger/delivery-life.ts";
import { QUICK_TABLES, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { type Fate, Killed } from "../support/parcelworks.ts";
import { Relay } from "../support/relay.ts";

const LATER = "2026-11-01T11:00:00Z";
const HOUR = 3_600_000;
const DEMO = "parcelworks/demo";

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

    test("what was in doubt and is found after the cancellation is reported once, and in the order's reason", async () => {
      const { relay, id, cancel, message } = await paid("timeout-after-create");
      await relay.receive(message);
      await cancel();
      deepEqual(relay.late, [], "nothing is known yet");
      await relay.run();
      deepEqual(relay.late, [DEMO]);
      match((await relay.trace(id)).reason ?? "", /too late for parcelworks\/demo \(created\)/);
      await cancel();
      deepEqual(relay.late, [DEMO]);
    });

    for (const fate of ["timeout-after-create", "rejected-after-create"] as const) {
      test(`${fate}: found by a function that dies before it reports it, it is reported by the next message`, async () => {
        const { relay, id, cancel, message } = await paid(fate);
        await relay.receive(message);
        await cancel();
        relay.clock += HOUR;
        // A replay.
        relay.send(message.body);
        relay.queue.splice(relay.queue.indexOf(message), 1);
        const { ledger } = relay;
        const { putOrder, putDelivery, load } = ledger;
        let isFound = false;
        ledger.putDelivery = async (delivery) => {
          isFound ||= delivery.state === "created";
          return putDelivery(delivery);
        };
        const alive = <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) => {
          return async (...args: Args): Promise<Result> => {
            if (isFound) throw new Killed();
            return call(...args);
          };
        };
        ledger.load = alive(load);
        ledger.putOrder = alive(putOrder);
        const [replay] = relay.queue;
        ok(replay);
        equal(await relay.receive(replay), "killed");
        Object.assign(ledger, { putOrder, putDelivery, load });
        deepEqual(relay.late, []);
        await relay.run();
        deepEqual([relay.late, relay.parcelworks.posts], [[DEMO], 1]);
        match((await relay.trace(id)).reason ?? "", /too late for/);
      });
    }

    test("cancelled while an attempt creates it, it stays to be suppressed until the attempt has ended", async () => {
      const { relay, id, cancel, message } = await paid();
      relay.parcelworks.onPost = async () => {
        relay.parcelworks.onPost = async () => {};
        await cancel();
      };
      await relay.receive(message);
      const record = await relay.ledger.order({ channel: "plain", connection: "main", orderId: id });
      ok(record);
      deepEqual([record.toSuppress, relay.late], [[DEMO], []]);
      // find-due looks once the attempt's lease is over.
      equal(Date.parse(record.workAt ?? ""), relay.clock + 90_000 + relay.config.timing.leaseSkew);
      await cancel();
      deepEqual([(await relay.ledger.order(record))?.toSuppress, relay.late], [[], [DEMO]]);
    });

    test("cancelled while an attempt creates it, and then throttled, it is never created and nothing is reported", async () => {
      const { relay, id, cancel, message } = await paid("throttled");
      relay.parcelworks.onPost = async () => {
        relay.parcelworks.onPost = async () => {};
        await cancel();
        relay.clock += 80_000;
      };
      await relay.receive(message);
      await relay.run();
      deepEqual(
        [relay.parcelworks.posts, relay.late, (await relay.trace(id)).deliveries[0]?.state],
        [1, [], "cancelled"],
      );
      const record = await relay.ledger.order({ channel: "plain", connection: "main", orderId: id });
      deepEqual(record?.toSuppress, []);
    });

    test("wanted again while its cancellation is not finished, it is held, and what is in doubt is not sent again", async () => {
      const { relay, id, cancel, message } = await paid("timeout-before-create");
      await relay.receive(message);
      await cancel();
      equal((await relay.ordered({ id, updatedAt: "2026-11-01T11:30:00Z" })).state, "held");
      await relay.run();
      deepEqual([relay.parcelworks.posts, (await relay.trace(id)).deliveries[0]?.state], [1, "cancelled"]);
    });

    test("an order made by hand is reported, too: the operator has to stop it", async () => {
      const { relay, id, cancel } = await paid();
      const file = await relay.ledger.load({ channel: "plain", connection: "main", orderId: id });
      ok(file);
      const finding = { resolvedBy: "done-by-hand, ada", now: relay.clock, leaseSkew: 0 };
      await relay.ledger.putDelivery(doneByHand(newDelivery(file.record, DEMO), finding));
      await cancel();
      deepEqual(relay.late, [DEMO]);
    });

    test("a cancellation reads the order once, however many destinations it has", async () => {
      const destinations = Array.from({ length: 20 }, (_, name) => ({ provider: "parcelworks", name: `d${name}` }));
      const to = destinations.map(({ provider, name }) => `${provider}/${name}`);
      const relay = new Relay(started, { destinations, routes: [{ from: ["plain/main"], to }] });
      const id = `78${process.pid}`;
      await relay.ordered({ id });
      const { load } = relay.ledger;
      let reads = 0;
      relay.ledger.load = async (identity) => {
        reads += 1;
        return load(identity);
      };
      await relay.ordered({ id, updatedAt: LATER, cancelledAt: LATER });
      relay.ledger.load = load;
      ok(reads <= 2, `${reads} reads: to compare it with what was sent, and to suppress`);
      deepEqual(
        (await relay.trace(id)).deliveries.map(({ state }) => state),
        destinations.map(() => "cancelled"),
      );
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
