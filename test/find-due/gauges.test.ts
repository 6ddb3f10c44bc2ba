import { deepEqual, equal } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { findDue } from "../../functions/find-due/find-due.ts";
import { type Gauge, gauges } from "../../functions/find-due/gauges.ts";
import { createLedger } from "../../shared/ledger/ledger.ts";
import { createTable } from "../../shared/ledger/table.ts";
import { NO_OBJECTS } from "../support/event-store.ts";
import { createLedgerTable, QUICK_TABLES, startLedger, type TestLedger } from "../support/ledger-table.ts";
import type { Fate } from "../support/parcelworks.ts";
import { Relay } from "../support/relay.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const always = (fate: Fate): Fate[] => Array.from({ length: 200 }, () => fate);

let tables = 0;

/** route-order, create-order and find-due on a table of their own; the pass runs when asked. */
class Watched extends Relay {
  static async open(started: TestLedger): Promise<Watched> {
    const name = `gauges-${++tables}`;
    await createLedgerTable(started.client, name);
    const table = createTable(started.client, name);
    const watched: Watched = new Watched({
      ledger: createLedger(table, NO_OBJECTS, { now: () => watched.clock, workListShards: 10 }),
    });
    await watched.ledger.moveDueCursor(watched.clock);
    return watched;
  }

  async pass(): Promise<void> {
    const { config, ledger, now } = this;
    const queues = {
      sendToDestination: async (_: string, message: string) => this.send(message),
      sendToIntake: async () => {},
    };
    await findDue({ config, ledger, queues, now, deadline: this.clock + 30_000 });
  }

  /** Of one destination, as an alarm reads it: those that are not zero. */
  async rings(): Promise<Partial<Record<Gauge["name"], number>>> {
    const found = await gauges(this.ledger, this.config, this.clock);
    return Object.fromEntries(found.filter(({ value }) => value > 0).map(({ name, value }) => [name, value]));
  }
}

for (const { kind, skip } of QUICK_TABLES) {
  describe(`what the alarms read of the ledger, on ${kind}`, { skip, concurrency: 6 }, () => {
    let started: TestLedger;
    before(async () => {
      started = await startLedger(kind);
    });
    after(() => started.stop());
    const story = (name: string, work: (relay: Watched) => Promise<void>) =>
      test(name, async () => work(await Watched.open(started)));

    for (const [what, fate] of [
      ["is tried again and again", "down"],
      ["is throttled", "throttled"],
    ] as const) {
      story(`a delivery that ${what} is overdue after an hour, until it is created`, async (relay) => {
        relay.parcelworks.fates.push(...always(fate));
        await relay.ordered();
        await relay.run(HOUR - MINUTE);
        deepEqual(await relay.rings(), {});
        deepEqual(await Array.fromAsync(relay.ledger.workList("failing")), [], "that is no order's fault, nor ours");
        await relay.run(40 * MINUTE);
        deepEqual(await relay.rings(), { DeliveriesOverdue: 1 }, "whether a pass looked at it or not");
        for (let look = 0; look < 12; look++) {
          relay.clock += 5 * MINUTE;
          await relay.pass();
          deepEqual(await relay.rings(), { DeliveriesOverdue: 1 }, "it does not end by itself between two looks");
        }
        relay.parcelworks.fates.length = 0;
        await relay.run(HOUR);
        equal((await relay.trace()).deliveries[0]?.state, "created");
        deepEqual(await relay.rings(), {});
      });
    }

    story(
      "one in doubt that cannot be looked up is overdue, then waits for a person, until one said",
      async (relay) => {
        relay.parcelworks.fates.push("timeout-before-create");
        relay.parcelworks.findFails = 500;
        await relay.ordered();
        await relay.run(2 * HOUR);
        deepEqual(await relay.rings(), { DeliveriesOverdue: 1 });
        await relay.run(DAY);
        deepEqual(await relay.rings(), { WaitingFailed: 1 });
        relay.clock += 5 * DAY;
        await relay.pass();
        deepEqual(await relay.rings(), { WaitingFailed: 1 });
        relay.parcelworks.findFails = 0;
        relay.redrive("new");
        await relay.run();
        deepEqual(await relay.rings(), {});
      },
    );

    story("a refused key pages at the first refusal, and for as long as it is refused", async (relay) => {
      relay.parcelworks.fates.push(...always("refused-key"));
      await relay.ordered();
      await relay.run(MINUTE);
      for (let hour = 0; hour < 5; hour++) {
        equal((await relay.rings()).WaitingFailing, 1);
        await relay.run(HOUR);
      }
      await relay.run(DAY);
      deepEqual(
        await relay.rings(),
        { WaitingFailed: 1 },
        "a delivery that was given up is no longer overdue, but still waits",
      );
      relay.parcelworks.fates.length = 0;
      relay.redrive("kept");
      await relay.run();
      equal((await relay.trace()).deliveries[0]?.state, "created");
      deepEqual(await relay.rings(), {});
    });

    story("a rejected delivery is counted for days, until its redrive creates the order", async (relay) => {
      relay.parcelworks.fates.push("rejected");
      await relay.ordered();
      await relay.run();
      relay.clock += 6 * DAY;
      await relay.pass();
      deepEqual(await relay.rings(), { WaitingRejected: 1 });
      let meanwhile: object = { asked: "never" };
      relay.parcelworks.onPost = async () => {
        meanwhile = await relay.rings();
      };
      relay.redrive("new");
      await relay.run();
      equal(relay.parcelworks.live().length, 1);
      deepEqual([meanwhile, await relay.rings()], [{}, {}]);
    });

    story("a message never received is overdue too: lost, or behind a slow destination", async (relay) => {
      await relay.ordered();
      relay.queue.length = 0;
      relay.clock += 20 * MINUTE;
      await relay.pass();
      deepEqual(await relay.rings(), {});
      relay.clock += 40 * MINUTE;
      deepEqual(await relay.rings(), { DeliveriesOverdue: 1 });
      await relay.run();
      equal(relay.parcelworks.posts, 1);
      deepEqual(await relay.rings(), {});
    });

    story("one whose every attempt dies is overdue, though it never failed in words", async (relay) => {
      relay.parcelworks.fates.push(...always("killed-before-create"));
      await relay.ordered();
      await relay.run(HOUR + 30 * MINUTE);
      deepEqual(await relay.rings(), { DeliveriesOverdue: 1 });
      await relay.run();
      equal(relay.deadLetters.length, 1, "SQS gave it up alone");
      relay.clock += 20 * DAY;
      deepEqual(await relay.rings(), { DeliveriesOverdue: 1 });
      relay.parcelworks.fates.length = 0;
      relay.redrive("new");
      await relay.run();
      equal(relay.parcelworks.live().length, 1);
      deepEqual(await relay.rings(), {});
    });

    story("a rejected delivery whose redrive dies, without a dead letter, is overdue until resolved", async (relay) => {
      relay.parcelworks.fates.push("rejected", ...always("killed-after-create"));
      await relay.ordered();
      await relay.run();
      relay.clock += DAY;
      await relay.pass();
      relay.redrive("new");
      // Each replay but the first finds what the first one made; let none of them see it.
      relay.parcelworks.lag = 90 * DAY;
      await relay.run(10 * MINUTE);
      relay.queue.length = 0;
      for (let day = 0; day < 6; day++) {
        relay.clock += DAY;
        await relay.pass();
        deepEqual(await relay.rings(), { DeliveriesOverdue: 1 });
      }
    });

    story("a cancellation ends what was counted", async (relay) => {
      relay.parcelworks.fates.push(...always("down"));
      await relay.ordered();
      await relay.run(2 * HOUR);
      deepEqual(await relay.rings(), { DeliveriesOverdue: 1 });
      const later = new Date(relay.clock).toISOString();
      await relay.ordered({ updatedAt: later, cancelledAt: later });
      await relay.run();
      equal((await relay.trace()).deliveries[0]?.state, "cancelled");
      deepEqual(await relay.rings(), {});
    });

    story("an order that was created at once was never in any of them", async (relay) => {
      for (const id of ["1", "2", "3"]) await relay.ordered({ id });
      await relay.run();
      for (const list of ["open", "failing", "rejected", "failed", "held"] as const) {
        deepEqual(await Array.fromAsync(relay.ledger.workList(list)), []);
      }
      equal(relay.parcelworks.live().length, 3);
    });
  });
}
