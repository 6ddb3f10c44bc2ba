import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { gauges } from "../../functions/find-due/gauges.ts";
import { waitingOnes } from "../../operator/waiting.ts";
import { FindDueContext } from "../support/find-due-context.ts";
import { QUICK_TABLES, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { DAY, HOUR, MINUTE, newId, ONE, TWO, writesOf } from "../support/route-order-context.ts";

const LATER = "2026-11-01T11:00:00.000Z";
const DUE = 15 * MINUTE;

async function* stream<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

for (const { kind, skip } of QUICK_TABLES) {
  describe(`the due-time pass on ${kind}`, { skip, concurrency: 6 }, () => {
    let started: TestLedger;
    before(async () => {
      started = await startLedger(kind);
    });
    after(() => started.stop());
    const story = (name: string, work: (router: FindDueContext) => Promise<void>) =>
      test(name, async () => work(await FindDueContext.open(started)));
    /** Decisions in memory, the same on every emulator, are tested on one. */
    const judgement = kind !== "dynamodb-local" ? story : () => undefined;

    story("sends what was decided and never sent", async (router) => {
      router.down.add(ONE).add(TWO);
      const lost = router.sentOrder();
      await rejects(lost);
      router.down.clear();
      router.clock += DUE - 1;
      equal((await router.pass()).looked, 0, "not before its time: the event's own repeat is on its way");
      router.clock += 1;
      deepEqual((await router.pass()).resent, 2);
      deepEqual(router.sent.map(({ destination }) => destination).sort(), [ONE, TWO]);
      const [{ orderId = "" } = {}] = router.sent;
      deepEqual((await router.record(orderId)).toSend, []);
    });

    story("sends again what was sent and lost, and has it counted as open since it was sent", async (router) => {
      const id = await router.sentOrder();
      await router.delivered(id, TWO, { state: "created", providerOrderIds: ["P1"] });
      router.sent.length = 0;
      router.clock += DUE;
      equal((await router.pass()).resent, 1);
      deepEqual(router.sentOf(id), [ONE]);
      const [open, ...others] = await Array.fromAsync(router.ledger.workList("open"));
      deepEqual([open?.destination, open?.workAt, others], [ONE, "2026-11-01T12:00:00.000Z", []]);
    });

    story("writes nothing but its cursor for an order whose deliveries were all created", async (router) => {
      const id = await router.sentOrder();
      for (const destination of [ONE, TWO]) await router.delivered(id, destination, { providerOrderIds: ["P1"] });
      const before = await router.record(id);
      router.clock += DUE;
      router.commands.length = 0;
      deepEqual(await router.pass(), { looked: 1, resent: 0, failed: 0, stuck: false });
      deepEqual(writesOf(router.commands), ["PutItemCommand"]);
      deepEqual(await router.record(id), before);
      router.clock += 6 * MINUTE;
      await router.pass();
      equal((await router.pass()).looked, 0, "the entry is behind the cursor for good");
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
      judgement(`leaves alone what is ${what}: a person knows, or nothing is left to do`, async (router) => {
        const id = await router.sentOrder();
        for (const destination of [ONE, TWO]) await router.delivered(id, destination, changes);
        if (changes.state === "withdrawn") await router.ordered({ id, updatedAt: LATER, fulfilmentState: "fulfilled" });
        router.clock += 2 * DAY;
        router.sent.length = 0;
        const { resent } = await router.pass();
        deepEqual([resent, router.sent.length, await Array.fromAsync(router.ledger.workList("open"))], [0, 0, []]);
      });
    }

    for (const [what, changes] of [
      ["is being sent", (now: number) => ({ state: "sending" as const, leaseUntil: now + 10 * MINUTE })],
      ["waits for its next attempt", (now: number) => ({ state: "retrying" as const, nextAttemptAt: now + 11 * HOUR })],
      ["is in doubt and settling", (now: number) => ({ state: "in-doubt" as const, nextAttemptAt: now + HOUR })],
      ["waits for its step", (now: number) => ({ followUp: "mark-paid", nextAttemptAt: now + HOUR })],
    ] as const) {
      judgement(`does not send again what ${what}, and does once its message should have come back`, async (router) => {
        const id = await router.sentOrder();
        router.clock += DUE;
        const back = changes(router.clock);
        for (const destination of [ONE, TWO]) await router.delivered(id, destination, back);
        const before = (await router.file(id)).deliveries;
        const { looked, resent } = await router.pass();
        deepEqual([looked, resent], [1, 0]);
        const running = "leaseUntil" in back;
        equal((await Array.fromAsync(router.ledger.workList("open"))).length, running ? 0 : 2);
        if (running)
          deepEqual((await router.file(id)).deliveries, before, "no other writer touches a running attempt's item");
        // Its visibility timeout, and as long again as a delivery may be forgotten.
        const until = "leaseUntil" in back ? back.leaseUntil : back.nextAttemptAt;
        const lost = until + 9 * MINUTE + DUE;
        while (router.clock < lost - HOUR) {
          router.clock += HOUR;
          equal((await router.pass()).resent, 0);
        }
        // However long the pause until it is looked at again.
        router.clock = Math.max(router.clock, lost) + 12 * HOUR;
        equal((await router.pass()).resent, 2);
      });
    }

    judgement("looks at what stays open in growing pauses, at most 12 hours", async (router) => {
      const id = await router.sentOrder();
      const pauses: number[] = [];
      for (let look = 0; look < 8; look++) {
        router.clock = Date.parse((await router.record(id)).workAt ?? "");
        const { looked, resent } = await router.pass();
        deepEqual([looked, resent], [1, 2]);
        pauses.push((Date.parse((await router.record(id)).workAt ?? "") - router.clock) / DUE);
      }
      deepEqual(pauses, [2, 4, 8, 16, 32, 48, 48, 48]);
    });

    story("sends again what was withdrawn, has lines again, and lost its new message", async (router) => {
      const id = await router.sentOrder();
      await router.ordered({ id, updatedAt: LATER, fulfilmentState: "fulfilled" });
      for (const destination of [ONE, TWO]) await router.delivered(id, destination, { state: "withdrawn" });
      await router.ordered({ id, updatedAt: "2026-11-01T11:30:00.000Z" });
      deepEqual(router.sentOf(id), [ONE, TWO, ONE, TWO]);
      router.sent.length = 0;
      router.clock += DUE;
      await router.pass();
      deepEqual(router.sentOf(id), [ONE, TWO]);
    });

    story("finishes what a cancellation has to suppress", async (router) => {
      const id = await router.sentOrder();
      const { ledger } = router;
      router.ledger = {
        ...ledger,
        putDelivery: async () => {
          throw new Error("killed");
        },
      };
      await rejects(router.ordered({ id, updatedAt: LATER, cancelledAt: LATER }));
      router.ledger = ledger;
      router.sent.length = 0;
      router.clock += DUE;
      await router.pass();
      const { record, deliveries } = await router.file(id);
      deepEqual(record.toSuppress, []);
      deepEqual(
        deliveries.map(({ state }) => state),
        ["cancelled", "cancelled"],
      );
      deepEqual(router.sent, []);
    });

    story(
      "looks once at what is not routed, and not yet at what is held until it is paid, and changes nothing",
      async (router) => {
        await router.ordered({ id: "held", financialState: "pending" });
        await router.ordered({ id: "not-routed", test: true });
        const before = [await router.record("held"), await router.record("not-routed")];
        router.clock += DAY;
        router.commands.length = 0;
        deepEqual(await router.pass(), { looked: 1, resent: 0, failed: 0, stuck: false });
        deepEqual(writesOf(router.commands), ["PutItemCommand"], "the cursor");
        deepEqual([await router.record("held"), await router.record("not-routed")], before);
        equal((await router.pass()).looked, 0);
      },
    );

    story(
      "raises one ticket for an order that is held for too long, and none for one that was paid",
      async (router) => {
        const [waits, isPaid] = [newId(), newId()];
        for (const id of [waits, isPaid]) await router.ordered({ id, financialState: "pending" });
        router.clock += 2 * DAY;
        await router.ordered({ id: isPaid, updatedAt: LATER });
        // An update that leaves it held does not start its time again.
        await router.ordered({ id: waits, financialState: "pending", updatedAt: LATER, note: "soon" });
        router.clock += DAY - 1;
        await router.pass();
        deepEqual(router.tickets, []);
        router.clock += 1;
        for (const _ of [1, 2]) await router.pass();
        deepEqual(
          router.tickets.map(({ orderId, kind, text }) => [orderId, kind, text]),
          [[waits, "held-too-long", "held since 2026-11-01T12:00:00.000Z: not paid yet"]],
        );
        router.clock += 10 * DAY;
        await router.pass();
        equal(router.tickets.length, 1);
        equal((await router.record(waits)).state, "held");
      },
    );

    judgement("raises another ticket for an order that is held again, by the connection's own time", async (router) => {
      const id = newId();
      const [main, ...others] = router.config.connections;
      ok(main);
      router.config = { ...router.config, connections: [{ ...main, heldTooLong: DAY }, ...others] };
      const held = (hour: string) =>
        router.ordered({ id, updatedAt: `2026-11-01T${hour}:00:00.000Z`, hold: { reason: "RISK" } });
      await held("10");
      router.clock += DAY;
      await router.pass();
      await router.ordered({ id, updatedAt: "2026-11-01T11:00:00.000Z", fulfilmentState: "fulfilled" });
      await held("12");
      equal((await router.record(id)).heldSince, new Date(router.clock).toISOString());
      router.clock += DAY;
      await router.pass();
      deepEqual(
        router.tickets.map(({ kind }) => kind),
        ["held-too-long", "held-too-long"],
      );
    });

    story(
      "counts what waits for a destination that was taken out of the stage, and sends nothing there",
      async (router) => {
        const id = await router.sentOrder();
        router.down.add(ONE);
        await rejects(router.sentOrder());
        router.sent.length = 0;
        const { destinations } = router.config;
        router.config = { ...router.config, destinations: destinations.filter(({ name }) => name === "two") };
        router.clock += DUE;
        equal((await router.pass()).resent, 2);
        const values = (await gauges(router.ledger, router.config, router.clock)).filter(({ value }) => value > 0);
        deepEqual(values, [{ name: "DeliveriesOverdue", dimension: { destination: "removed" }, value: 2 }]);
        ok(router.sent.every(({ destination }) => destination === TWO));
        // Back in the stage, it is found by the next look.
        router.config = { ...router.config, destinations };
        router.down.clear();
        router.clock = Date.parse((await router.record(id)).workAt ?? "");
        await router.pass();
        ok(router.sentOf(id).includes(ONE));
      },
    );

    story("goes on behind an entry that fails, and takes that one up again", async (router) => {
      const bad = await router.sentOrder();
      router.clock += 6 * MINUTE;
      const good = await router.sentOrder();
      router.sent.length = 0;
      router.clock += DUE;
      const { ledger } = router;
      router.ledger = {
        ...ledger,
        load: (identity) => (identity.orderId === bad ? Promise.reject(new Error("down")) : ledger.load(identity)),
      };
      const first = await router.pass();
      deepEqual([first.failed, first.stuck], [1, false], "it may be over in a moment");
      deepEqual([router.sentOf(bad), router.sentOf(good)], [[], [ONE, TWO]]);
      router.clock += 4 * HOUR;
      const later = await router.pass();
      deepEqual([later.failed, later.stuck], [1, false]);
      const gauge = async () =>
        (await gauges(router.ledger, router.config, router.clock)).filter(({ name }) => name === "OrdersUnread");
      const listed = async () =>
        (await waitingOnes(ledger, router.config, router.clock)).filter(({ kind }) => kind === "unread");
      deepEqual(await gauge(), [{ name: "OrdersUnread", dimension: {}, value: 1 }], "the operator must learn of it");
      deepEqual(
        (await listed()).map(({ order }) => order),
        [`plain/main/${bad}`],
      );
      // Still unreadable at its next look.
      router.clock += DUE;
      equal((await router.pass()).failed, 1);
      const [{ since } = { since: "" }] = await listed();
      equal(Date.parse(since), router.clock - DUE, "since the first look that failed for good");
      router.ledger = ledger;
      router.clock += DUE;
      await router.pass();
      deepEqual(router.sentOf(bad), [ONE, TWO]);
      deepEqual([await gauge(), await listed()], [[], []]);
    });

    story("an ordinary race in the first pass after a pause raises no alarm", async (router) => {
      const id = await router.sentOrder();
      router.clock += HOUR;
      const { ledger } = router;
      router.ledger = { ...ledger, putOrder: async () => "conflict" };
      const { failed, stuck } = await router.pass();
      deepEqual([failed, stuck], [1, false]);
      router.ledger = ledger;
      router.clock += MINUTE;
      deepEqual((await router.pass()).failed, 0);
      ok(router.sentOf(id).length > 2);
    });

    story("an order that waited ten days for its payment is not overdue at its first look", async (router) => {
      const id = newId();
      await router.ordered({ id, financialState: "pending" });
      router.clock += 10 * DAY;
      router.down.add(ONE).add(TWO);
      await rejects(router.ordered({ id, updatedAt: LATER }));
      router.clock += DUE;
      await rejects(router.pass().then(({ failed }) => (failed > 0 ? Promise.reject(new Error("down")) : undefined)));
      const since = (await Array.fromAsync(router.ledger.workList("open"))).map((entry) => Date.parse(entry.workAt));
      deepEqual(since, [router.clock - DUE, router.clock - DUE]);
    });

    story("an entry of which nothing can ever be made does not hold the others back for ever", async (router) => {
      const bad = await router.sentOrder();
      const { ledger } = router;
      let asked = 0;
      router.ledger = {
        ...ledger,
        load: (identity) => {
          if (identity.orderId !== bad) return ledger.load(identity);
          asked += 1;
          return Promise.reject(new Error("an item written by a newer release"));
        },
      };
      router.clock += DUE;
      await router.pass();
      router.clock += DUE + MINUTE;
      await router.pass();
      equal(asked, 2);
      // From now on it costs one look every 15 minutes, whatever else is due.
      for (let minute = 0; minute < 31; minute++) {
        router.clock += MINUTE;
        await router.pass();
      }
      equal(asked, 4);
    });

    story("a queue that is down delays only its own deliveries", async (router) => {
      const id = await router.sentOrder();
      const other = await router.sentOrder();
      router.sent.length = 0;
      router.down.add(ONE);
      router.clock += DUE;
      equal((await router.pass()).failed, 2);
      deepEqual([router.sentOf(id), router.sentOf(other)], [[TWO], [TWO]]);
      router.down.clear();
      deepEqual((await router.record(id)).toSend, [ONE]);
      router.clock = Date.parse((await router.record(id)).workAt ?? "");
      await router.pass();
      ok(router.sentOf(id).includes(ONE) && router.sentOf(other).includes(ONE));
    });

    story("finds an entry that the index shows late, within the overlap", async (router) => {
      const id = await router.sentOrder();
      router.sent.length = 0;
      router.clock += DUE + MINUTE;
      const { ledger } = router;
      router.ledger = { ...ledger, walk: () => stream([]) };
      await router.pass();
      router.ledger = ledger;
      router.clock += 3 * MINUTE;
      equal((await router.pass()).looked, 1);
      deepEqual(router.sentOf(id), [ONE, TWO]);
    });

    story("an entry of the index that has moved on in the table is not looked at", async (router) => {
      const id = await router.sentOrder();
      router.clock += DUE;
      const entries = await Array.fromAsync(router.ledger.walk(router.clock - HOUR, router.clock));
      equal(entries.length, 1);
      await router.pass();
      router.sent.length = 0;
      router.ledger = { ...router.ledger, walk: () => stream(entries) };
      router.clock += MINUTE;
      equal((await router.pass()).looked, 0);
      deepEqual(router.sentOf(id), []);
    });

    test("the very first pass, however late it comes, finds what was forgotten before it", async () => {
      const router = await FindDueContext.open(started, true);
      const id = await router.sentOrder();
      router.sent.length = 0;
      router.clock += 3 * DAY;
      await router.pass();
      deepEqual(router.sentOf(id), [ONE, TWO]);
    });

    story("after days without a pass it goes on where it stopped", async (router) => {
      const id = await router.sentOrder();
      router.sent.length = 0;
      router.clock += 5 * DAY;
      await router.pass();
      deepEqual(router.sentOf(id), [ONE, TWO]);
    });

    story("an event that comes between its read and its write wins, and nothing is lost", async (router) => {
      const id = await router.sentOrder();
      router.sent.length = 0;
      router.clock += DUE;
      const { ledger } = router;
      router.ledger = {
        ...ledger,
        load: async (identity) => {
          const file = await ledger.load(identity);
          router.ledger = ledger;
          await router.ordered({ id, updatedAt: LATER, cancelledAt: LATER });
          return file;
        },
      };
      equal((await router.pass()).failed, 1);
      equal((await router.record(id)).state, "cancelled");
      deepEqual(router.sent, []);
    });

    story("two passes at once do no harm", async (router) => {
      const id = await router.sentOrder();
      router.sent.length = 0;
      router.clock += DUE;
      await Promise.all([router.pass(), router.pass()]);
      deepEqual([...new Set(router.sentOf(id))].sort(), [ONE, TWO]);
      const { toSend, dueLooks } = await router.record(id);
      deepEqual([toSend, dueLooks], [[], 1]);
    });

    story("the cursor never goes back", async (router) => {
      await router.ledger.moveDueCursor(router.clock + 2);
      await router.ledger.moveDueCursor(router.clock + 1);
      equal(await router.ledger.dueCursor(), router.clock + 2);
    });

    story("due entries come soonest first, hour by hour, and from no other partition", async (router) => {
      for (const minutes of [50, 10, 70, 30, 130]) {
        router.clock = Date.parse("2026-11-01T12:00:00.000Z") + minutes * MINUTE;
        await router.sentOrder();
      }
      const entries = await Array.fromAsync(
        router.ledger.walk(Date.parse("2026-11-01T12:25:00.000Z"), Date.parse("2026-11-01T14:24:59.999Z")),
      );
      deepEqual(
        entries.map(({ workAt }) => workAt.slice(11, 16)),
        ["12:25", "12:45", "13:05", "13:25"],
      );
    });
  });
}
