import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { gauges } from "../../functions/find-due/gauges.ts";
import { FindDueContext } from "../support/find-due-context.ts";
import { QUICK_TABLE_EMULATORS, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { DAY, HOUR, MINUTE, newId, ONE, TWO, writesOf } from "../support/route-order-context.ts";

const LATER = "2026-11-01T11:00:00.000Z";
const DUE = 15 * MINUTE;

async function* stream<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

for (const { kind, skip } of QUICK_TABLE_EMULATORS) {
  describe(`the due-time pass on ${kind}`, { skip, concurrency: 6 }, () => {
    let started: TestLedger;
    before(async () => {
      started = await startLedger(kind);
    });
    after(() => started.stop());
    const story = (name: string, work: (room: FindDueContext) => Promise<void>) =>
      test(name, async () => work(await FindDueContext.open(started)));
    /** What no emulator sees differently is told once. */
    const judgement = kind === "dynalite" ? story : () => undefined;

    story("sends what was decided and never sent", async (room) => {
      room.down.add(ONE).add(TWO);
      const lost = room.sentOrder();
      await rejects(lost);
      room.down.clear();
      room.clock += DUE - 1;
      equal((await room.pass()).looked, 0, "not before its time: the event's own repeat is on its way");
      room.clock += 1;
      deepEqual((await room.pass()).resent, 2);
      deepEqual(room.sent.map(({ destination }) => destination).sort(), [ONE, TWO]);
      const [{ orderId = "" } = {}] = room.sent;
      deepEqual((await room.record(orderId)).toSend, []);
    });

    story("sends again what was sent and lost, and has it counted as open since it was sent", async (room) => {
      const id = await room.sentOrder();
      await room.delivered(id, TWO, { state: "created", providerOrderIds: ["P1"] });
      room.sent.length = 0;
      room.clock += DUE;
      equal((await room.pass()).resent, 1);
      deepEqual(room.sentOf(id), [ONE]);
      const [open, ...others] = await Array.fromAsync(room.ledger.workList("open"));
      deepEqual([open?.destination, open?.workAt, others], [ONE, "2026-11-01T12:00:00.000Z", []]);
    });

    story("writes nothing but its cursor for an order whose deliveries were all created", async (room) => {
      const id = await room.sentOrder();
      for (const destination of [ONE, TWO]) await room.delivered(id, destination, { providerOrderIds: ["P1"] });
      const before = await room.record(id);
      room.clock += DUE;
      room.commands.length = 0;
      deepEqual(await room.pass(), { looked: 1, resent: 0, failed: 0, stuck: false });
      deepEqual(writesOf(room.commands), ["PutItemCommand"]);
      deepEqual(await room.record(id), before);
      room.clock += 6 * MINUTE;
      await room.pass();
      equal((await room.pass()).looked, 0, "the entry is behind the cursor for good");
    });

    for (const [what, changes] of [
      ["rejected", { state: "rejected", failed: { m1: 1 } }],
      ["failed", { state: "failed", failed: { m1: 1 } }],
      ["in doubt to the end", { state: "in-doubt", failed: { m1: 1 }, settledAt: 1 }],
      ["cancelled", { state: "cancelled" }],
      ["withdrawn", { state: "withdrawn" }],
      ["done by hand", { state: "done-by-hand" }],
      ["erased", { state: "erased" }],
      ["created, its step failed for good", { state: "created", followUp: "mark-paid", failed: { m1: 1 } }],
    ] as const) {
      judgement(`leaves alone what is ${what}: a person knows, or nothing is left to do`, async (room) => {
        const id = await room.sentOrder();
        for (const destination of [ONE, TWO]) await room.delivered(id, destination, changes);
        room.clock += 2 * DAY;
        room.sent.length = 0;
        const { resent } = await room.pass();
        deepEqual([resent, room.sent.length, await Array.fromAsync(room.ledger.workList("open"))], [0, 0, []]);
      });
    }

    for (const [what, changes] of [
      ["is being sent", (now: number) => ({ state: "sending" as const, leaseUntil: now + 10 * MINUTE })],
      ["waits for its next attempt", (now: number) => ({ state: "retrying" as const, nextAttemptAt: now + 11 * HOUR })],
      ["is in doubt and settling", (now: number) => ({ state: "in-doubt" as const, nextAttemptAt: now + HOUR })],
      ["waits for its step", (now: number) => ({ followUp: "mark-paid", nextAttemptAt: now + HOUR })],
    ] as const) {
      judgement(`does not send again what ${what}, and does once its message should have come back`, async (room) => {
        const id = await room.sentOrder();
        room.clock += DUE;
        const back = changes(room.clock);
        for (const destination of [ONE, TWO]) await room.delivered(id, destination, back);
        const before = (await room.file(id)).deliveries;
        const { looked, resent } = await room.pass();
        deepEqual([looked, resent], [1, 0]);
        const running = "leaseUntil" in back;
        equal((await Array.fromAsync(room.ledger.workList("open"))).length, running ? 0 : 2);
        if (running) deepEqual((await room.file(id)).deliveries, before, "a running attempt's item is nobody else's");
        // Its visibility timeout, and as long again as a delivery may be forgotten.
        const until = "leaseUntil" in back ? back.leaseUntil : back.nextAttemptAt;
        const lost = until + 9 * MINUTE + DUE;
        while (room.clock < lost - HOUR) {
          room.clock += HOUR;
          equal((await room.pass()).resent, 0);
        }
        // However long the pause until it is looked at again.
        room.clock = Math.max(room.clock, lost) + 12 * HOUR;
        equal((await room.pass()).resent, 2);
      });
    }

    judgement("looks at what stays open in growing pauses, at most 12 hours", async (room) => {
      const id = await room.sentOrder();
      const pauses: number[] = [];
      for (let look = 0; look < 8; look++) {
        room.clock = Date.parse((await room.record(id)).workAt ?? "");
        const { looked, resent } = await room.pass();
        deepEqual([looked, resent], [1, 2]);
        pauses.push((Date.parse((await room.record(id)).workAt ?? "") - room.clock) / DUE);
      }
      deepEqual(pauses, [2, 4, 8, 16, 32, 48, 48, 48]);
    });

    story("finishes what a cancellation has to suppress", async (room) => {
      const id = await room.sentOrder();
      const { ledger } = room;
      room.ledger = {
        ...ledger,
        putDelivery: async () => {
          throw new Error("killed");
        },
      };
      await rejects(room.ordered({ id, updatedAt: LATER, cancelledAt: LATER }));
      room.ledger = ledger;
      room.sent.length = 0;
      room.clock += DUE;
      await room.pass();
      const { record, deliveries } = await room.file(id);
      deepEqual(record.toSuppress, []);
      deepEqual(
        deliveries.map(({ state }) => state),
        ["cancelled", "cancelled"],
      );
      deepEqual(room.sent, []);
    });

    story(
      "looks once at what is held until it is paid and at what is not routed, and changes nothing",
      async (room) => {
        await room.ordered({ id: "held", financialState: "pending" });
        await room.ordered({ id: "not-routed", test: true });
        const before = [await room.record("held"), await room.record("not-routed")];
        room.clock += DAY;
        room.commands.length = 0;
        deepEqual(await room.pass(), { looked: 2, resent: 0, failed: 0, stuck: false });
        deepEqual(writesOf(room.commands), ["PutItemCommand"], "the cursor");
        deepEqual([await room.record("held"), await room.record("not-routed")], before);
        equal((await room.pass()).looked, 0);
      },
    );

    story(
      "counts what waits for a destination that was taken out of the stage, and sends nothing there",
      async (room) => {
        const id = await room.sentOrder();
        room.down.add(ONE);
        await rejects(room.sentOrder());
        room.sent.length = 0;
        const { destinations } = room.config;
        room.config = { ...room.config, destinations: destinations.filter(({ name }) => name === "two") };
        room.clock += DUE;
        equal((await room.pass()).resent, 2);
        const values = (await gauges(room.ledger, room.config, room.clock)).filter(({ value }) => value > 0);
        deepEqual(values, [{ name: "DeliveriesOverdue", dimension: { destination: "removed" }, value: 2 }]);
        ok(room.sent.every(({ destination }) => destination === TWO));
        // Back in the stage, it is found by the next look.
        room.config = { ...room.config, destinations };
        room.down.clear();
        room.clock = Date.parse((await room.record(id)).workAt ?? "");
        await room.pass();
        ok(room.sentOf(id).includes(ONE));
      },
    );

    story("goes on behind an entry that fails, and takes that one up again", async (room) => {
      const bad = await room.sentOrder();
      room.clock += 6 * MINUTE;
      const good = await room.sentOrder();
      room.sent.length = 0;
      room.clock += DUE;
      const { ledger } = room;
      room.ledger = {
        ...ledger,
        load: (identity) => (identity.orderId === bad ? Promise.reject(new Error("down")) : ledger.load(identity)),
      };
      const first = await room.pass();
      deepEqual([first.failed, first.stuck], [1, false], "it may be over in a moment");
      deepEqual([room.sentOf(bad), room.sentOf(good)], [[], [ONE, TWO]]);
      // However long it takes, within the hold.
      room.clock += 4 * HOUR;
      const later = await room.pass();
      deepEqual([later.failed, later.stuck], [1, true], "somebody should know");
      room.ledger = ledger;
      await room.pass();
      deepEqual(room.sentOf(bad), [ONE, TWO]);
    });

    story("an ordinary race in the first pass after a pause is nobody's alarm", async (room) => {
      const id = await room.sentOrder();
      room.clock += HOUR;
      const { ledger } = room;
      room.ledger = { ...ledger, putOrder: async () => "conflict" };
      const { failed, stuck } = await room.pass();
      deepEqual([failed, stuck], [1, false]);
      room.ledger = ledger;
      room.clock += MINUTE;
      deepEqual((await room.pass()).failed, 0);
      ok(room.sentOf(id).length > 2);
    });

    story("an order that waited ten days for its payment is not overdue at its first look", async (room) => {
      const id = newId();
      await room.ordered({ id, financialState: "pending" });
      room.clock += 10 * DAY;
      room.down.add(ONE).add(TWO);
      await rejects(room.ordered({ id, updatedAt: LATER }));
      room.clock += DUE;
      await rejects(room.pass().then(({ failed }) => (failed > 0 ? Promise.reject(new Error("down")) : undefined)));
      const since = (await Array.fromAsync(room.ledger.workList("open"))).map((entry) => Date.parse(entry.workAt));
      deepEqual(since, [room.clock - DUE, room.clock - DUE]);
    });

    story("an entry of which nothing can ever be made does not hold the others back for ever", async (room) => {
      const bad = await room.sentOrder();
      const { ledger } = room;
      let asked = 0;
      room.ledger = {
        ...ledger,
        load: (identity) => {
          if (identity.orderId !== bad) return ledger.load(identity);
          asked += 1;
          return Promise.reject(new Error("an item written by a newer release"));
        },
      };
      room.clock += DUE;
      await room.pass();
      room.clock += 13 * HOUR;
      await room.pass();
      equal(asked, 2);
      room.clock += HOUR;
      equal((await room.pass()).failed, 0, "it was raised for half a day");
      equal(asked, 2);
    });

    story("a queue that is down costs its own deliveries a pause, and nobody else anything", async (room) => {
      const id = await room.sentOrder();
      const other = await room.sentOrder();
      room.sent.length = 0;
      room.down.add(ONE);
      room.clock += DUE;
      equal((await room.pass()).failed, 2);
      deepEqual([room.sentOf(id), room.sentOf(other)], [[TWO], [TWO]]);
      room.down.clear();
      deepEqual((await room.record(id)).toSend, [ONE]);
      room.clock = Date.parse((await room.record(id)).workAt ?? "");
      await room.pass();
      ok(room.sentOf(id).includes(ONE) && room.sentOf(other).includes(ONE));
    });

    story("finds an entry that the index shows late, within the overlap", async (room) => {
      const id = await room.sentOrder();
      room.sent.length = 0;
      room.clock += DUE + MINUTE;
      const { ledger } = room;
      room.ledger = { ...ledger, walk: () => stream([]) };
      await room.pass();
      room.ledger = ledger;
      room.clock += 3 * MINUTE;
      equal((await room.pass()).looked, 1);
      deepEqual(room.sentOf(id), [ONE, TWO]);
    });

    story("an entry of the index that has moved on in the table is not looked at", async (room) => {
      const id = await room.sentOrder();
      room.clock += DUE;
      const entries = await Array.fromAsync(room.ledger.walk(room.clock - HOUR, room.clock));
      equal(entries.length, 1);
      await room.pass();
      room.sent.length = 0;
      room.ledger = { ...room.ledger, walk: () => stream(entries) };
      room.clock += MINUTE;
      equal((await room.pass()).looked, 0);
      deepEqual(room.sentOf(id), []);
    });

    test("the very first pass, however late it comes, finds what was forgotten before it", async () => {
      const room = await FindDueContext.open(started, true);
      const id = await room.sentOrder();
      room.sent.length = 0;
      room.clock += 3 * DAY;
      await room.pass();
      deepEqual(room.sentOf(id), [ONE, TWO]);
    });

    story("after days without a pass it goes on where it stopped", async (room) => {
      const id = await room.sentOrder();
      room.sent.length = 0;
      room.clock += 5 * DAY;
      await room.pass();
      deepEqual(room.sentOf(id), [ONE, TWO]);
    });

    story("an event that comes between its read and its write wins, and nothing is lost", async (room) => {
      const id = await room.sentOrder();
      room.sent.length = 0;
      room.clock += DUE;
      const { ledger } = room;
      room.ledger = {
        ...ledger,
        load: async (identity) => {
          const file = await ledger.load(identity);
          room.ledger = ledger;
          await room.ordered({ id, updatedAt: LATER, cancelledAt: LATER });
          return file;
        },
      };
      equal((await room.pass()).failed, 1);
      equal((await room.record(id)).state, "cancelled");
      deepEqual(room.sent, []);
    });

    story("two passes at once do no harm", async (room) => {
      const id = await room.sentOrder();
      room.sent.length = 0;
      room.clock += DUE;
      await Promise.all([room.pass(), room.pass()]);
      deepEqual([...new Set(room.sentOf(id))].sort(), [ONE, TWO]);
      const { toSend, dueLooks } = await room.record(id);
      deepEqual([toSend, dueLooks], [[], 1]);
    });

    story("the cursor never goes back", async (room) => {
      await room.ledger.moveDueCursor(room.clock + 2);
      await room.ledger.moveDueCursor(room.clock + 1);
      equal(await room.ledger.dueCursor(), room.clock + 2);
    });

    story("due entries come soonest first, over the hours, and from nobody else's partition", async (room) => {
      for (const minutes of [50, 10, 70, 30, 130]) {
        room.clock = Date.parse("2026-11-01T12:00:00.000Z") + minutes * MINUTE;
        await room.sentOrder();
      }
      const entries = await Array.fromAsync(
        room.ledger.walk(Date.parse("2026-11-01T12:25:00.000Z"), Date.parse("2026-11-01T14:24:59.999Z")),
      );
      deepEqual(
        entries.map(({ workAt }) => workAt.slice(11, 16)),
        ["12:25", "12:45", "13:05", "13:25"],
      );
    });
  });
}
