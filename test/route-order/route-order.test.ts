import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { readTrace } from "../../shared/ledger/trace.ts";
import { QUICK_TABLES, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { DAY, newId, ONE, RouteOrderContext, TWO, writesOf } from "../support/route-order-context.ts";

const LATER = "2026-11-01T11:00:00.000Z";

for (const { kind, skip } of QUICK_TABLES) {
  describe(`an event in route-order on ${kind}`, { skip, concurrency: 6 }, () => {
    let started: TestLedger;
    before(async () => {
      started = await startLedger(kind);
    });
    after(() => started.stop());
    const begin = () => ({ router: new RouteOrderContext(started), id: newId() });
    /** A test with a router and an order ID of its own. */
    const story = (name: string, work: (begun: { router: RouteOrderContext; id: string }) => Promise<void>) =>
      test(name, () => work(begin()));
    /** Decisions in memory, the same on every emulator, are tested on one. */
    const judgement = kind !== "dynamodb-local" ? story : () => undefined;

    story("a new paid order is recorded whole and sent to both destinations", async ({ router, id }) => {
      const { outcome, state } = await router.ordered({ id }, { topic: "orders/paid" });
      deepEqual({ outcome, state }, { outcome: "recorded", state: "recorded" });
      deepEqual(router.sentOf(id), [ONE, TWO]);
      const { decided, toSend, toSuppress, events } = await router.record(id);
      deepEqual({ decided, toSend, toSuppress }, { decided: [ONE, TWO], toSend: [], toSuppress: [] });
      deepEqual(
        events.map(({ topic, outcome }) => ({ topic, outcome })),
        [{ topic: "orders/paid", outcome: "recorded" }],
      );
      equal((await router.body(id)).shippingAddress?.city, "Berlin");
    });

    judgement("what lies on a destination's queue names no buyer", async ({ router, id }) => {
      await router.ordered({ id });
      for (const pointer of router.sent) ok(!/Ada|Byron|Main 1|Berlin/.test(JSON.stringify(pointer)));
    });

    story("a repeat sends nothing and says so", async ({ router, id }) => {
      await router.ordered({ id });
      equal((await router.ordered({ id })).outcome, "duplicate");
      equal(router.sentOf(id).length, 2);
      const { events, eventCount } = await router.record(id);
      deepEqual([events.map(({ outcome }) => outcome), eventCount], [["recorded", "duplicate"], 2]);
    });

    story("an older event changes nothing but the trace", async ({ router, id }) => {
      await router.ordered({ id, updatedAt: LATER, note: "new" });
      const before = await router.record(id);
      equal((await router.ordered({ id, note: "old", financialState: "pending" })).outcome, "stale");
      const { events: _, eventCount: __, rev: ___, ...after } = await router.record(id);
      const { events: ____, eventCount: _____, rev: ______, ...same } = before;
      deepEqual(after, same);
      equal((await router.body(id)).note, "new");
    });

    story("a newer event replaces the order and sends nothing twice", async ({ router, id }) => {
      await router.ordered({ id, note: "old" });
      equal((await router.ordered({ id, updatedAt: LATER, note: "new" })).outcome, "updated");
      equal((await router.body(id)).note, "new");
      equal(router.sentOf(id).length, 2);
    });

    story("at equal freshness the further state wins, in whatever sequence they come", async () => {
      const states = [{ financialState: "pending" }, {}, { cancelledAt: LATER }];
      for (const sequence of [
        [0, 1, 2],
        [2, 1, 0],
        [1, 0, 2],
        [1, 2, 0],
        [0, 2, 1],
        [2, 0, 1],
      ]) {
        const { router, id } = begin();
        for (const step of sequence) await router.ordered({ id, ...states[step] });
        equal((await router.record(id)).state, "cancelled", sequence.join());
        ok((await router.body(id)).cancelledAt, sequence.join());
      }
      const { router, id } = begin();
      await router.ordered({ id });
      await router.ordered({ id, financialState: "pending" });
      equal((await router.body(id)).financialState, "paid");
    });

    judgement("at equal freshness and state the later event time wins", async ({ router, id }) => {
      await router.ordered({ id, note: "second" }, { eventTime: "2026-11-01T10:00:00.700Z" });
      equal((await router.ordered({ id, note: "first" }, { eventTime: "2026-11-01T10:00:00.300Z" })).outcome, "stale");
      equal((await router.body(id)).note, "second");
      equal(
        (await router.ordered({ id, note: "third" }, { eventTime: "2026-11-01T10:00:00.900Z" })).outcome,
        "updated",
      );
      equal((await router.body(id)).note, "third");
    });

    judgement("at equal time, progress and event time the content that was received later wins", async () => {
      for (const sequence of [
        [0, 1],
        [1, 0],
      ]) {
        const { router, id } = begin();
        const began = router.clock;
        for (const second of sequence) {
          router.clock = began + second;
          await router.ordered({ id, note: second === 0 ? "old address" : "new address" });
        }
        equal((await router.body(id)).note, "new address", sequence.join());
      }
    });

    judgement(
      "of two contents received in one moment the same one wins, whichever comes first",
      async ({ router, id }) => {
        const notes = ["one", "two"];
        for (const note of notes) await router.ordered({ id, note }, { endpoint: "main" });
        for (const note of notes.reverse()) await router.ordered({ id, note }, { endpoint: "second" });
        for (const connection of ["main", "second"]) {
          const { record, body } = await router.file(id, connection);
          equal(body?.digest, record.digest, connection);
        }
        equal((await router.body(id)).note, (await router.body(id, "second")).note);
      },
    );

    judgement(
      "nothing to ship, then lines, at equal freshness: routed by what is stored, and sent",
      async ({ router, id }) => {
        const none = [{ id: "1", sku: "DEMO-TEE", quantity: 2, quantityToShip: 0 }];
        equal((await router.ordered({ id, lines: none })).state, "not-routed");
        router.clock += 1;
        equal((await router.ordered({ id })).outcome, "updated");
        deepEqual(router.sentOf(id), [ONE, TWO]);
        equal((await router.body(id)).lines[0]?.quantityToShip, undefined);
      },
    );

    story("the same order reported again later holds its place against one in between", async ({ router, id }) => {
      await router.ordered({ id, note: "A" }, { eventTime: "2026-11-01T10:00:00.100Z" });
      equal((await router.ordered({ id, note: "A" }, { eventTime: "2026-11-01T10:00:00.900Z" })).outcome, "duplicate");
      equal((await router.ordered({ id, note: "B" }, { eventTime: "2026-11-01T10:00:00.500Z" })).outcome, "stale");
      equal((await router.body(id)).note, "A");
    });

    story(
      "five events at once make one order, each destination is sent it, and the trace has all five",
      async ({ router, id }) => {
        await router.ordered({ id, financialState: "pending" }, { topic: "orders/create" });
        equal((await router.record(id)).state, "held");
        deepEqual(router.sentOf(id), []);
        const five = Array.from({ length: 5 }, () =>
          router.ordered({ id, updatedAt: LATER }, { topic: "orders/paid" }),
        );
        const outcomes = (await Promise.all(five)).map(({ outcome }) => outcome);
        equal(outcomes.filter((outcome) => outcome === "updated").length, 1);
        equal(outcomes.filter((outcome) => outcome === "duplicate").length, 4);
        deepEqual([...new Set(router.sentOf(id))].sort(), [ONE, TWO]);
        const { decided, toSend, eventCount, state } = await router.record(id);
        deepEqual(
          { decided, toSend, eventCount, state },
          { decided: [ONE, TWO], toSend: [], eventCount: 6, state: "recorded" },
        );
      },
    );

    story("five first events at once are one record", async ({ router, id }) => {
      const outcomes = await Promise.all(Array.from({ length: 5 }, () => router.ordered({ id })));
      equal(outcomes.filter(({ outcome }) => outcome === "recorded").length, 1);
      equal((await router.record(id)).eventCount, 5);
    });

    story("created after paid: the late and lesser one changes nothing", async ({ router, id }) => {
      await router.ordered({ id }, { topic: "orders/paid" });
      equal((await router.ordered({ id, financialState: "pending" }, { topic: "orders/create" })).outcome, "stale");
      equal((await router.body(id)).financialState, "paid");
      equal((await router.record(id)).state, "recorded");
    });

    story("cancelled before anything else was heard: nothing is ever sent", async ({ router, id }) => {
      equal((await router.ordered({ id, updatedAt: LATER, cancelledAt: LATER })).state, "cancelled");
      equal((await router.ordered({ id })).outcome, "stale");
      deepEqual(router.sentOf(id), []);
    });

    for (const financialState of ["refunded", "voided"]) {
      judgement(`${financialState} counts as cancelled, with that as the reason`, async ({ router, id }) => {
        await router.ordered({ id, financialState });
        const { state, reason } = await router.record(id);
        deepEqual([state, reason], ["cancelled", `${financialState} at the channel`]);
        deepEqual(router.sentOf(id), []);
      });
    }

    judgement("partially refunded is still paid", async ({ router, id }) => {
      await router.ordered({ id, financialState: "partially_refunded" });
      equal(router.sentOf(id).length, 2);
    });

    story("of more than 50 events the newest stand in the trace, then a count", async ({ router, id }) => {
      await router.ordered({ id });
      for (let count = 0; count < 53; count++) await router.arrives({ kind: "change", change: "touched", orderId: id });
      await router.ordered({ id }, { topic: "the newest" });
      const trace = await readTrace(router.ledger, { channel: "plain", connection: "main", orderId: id });
      equal(trace?.eventCount, 55);
      equal(trace?.events.length, 50);
      equal(trace?.events.at(-1)?.topic, "the newest");
    });

    story("a sender's endless word for its topic never makes the order too large to write", async ({ router, id }) => {
      await router.ordered({ id });
      for (let count = 0; count < 45; count++) {
        await router.arrives({ kind: "change", change: "touched", orderId: id, topic: "t".repeat(10_000) });
      }
      equal((await router.record(id)).eventCount, 46);
    });

    story("a change about a known order is noted and touches nothing else", async ({ router, id }) => {
      await router.ordered({ id, updatedAt: LATER });
      const { freshness, state, digest } = await router.record(id);
      equal(
        (await router.arrives({ kind: "change", change: "touched", orderId: id, topic: "refunds/create" })).outcome,
        "touched",
      );
      const now = await router.record(id);
      deepEqual([now.freshness, now.state, now.digest], [freshness, state, digest]);
      equal(now.events.at(-1)?.topic, "refunds/create");
    });

    story("a deletion cancels a known order, whose older news are then stale", async ({ router, id }) => {
      await router.ordered({ id });
      const gone = { kind: "change", change: "cancelled", orderId: id, topic: "orders/delete", eventTime: LATER };
      equal((await router.arrives(gone)).state, "cancelled");
      equal((await router.record(id)).reason, "orders/delete at the channel");
      equal((await router.ordered({ id, updatedAt: "2026-11-01T10:30:00.000Z" })).outcome, "stale");
      equal((await router.arrives(gone)).outcome, "duplicate");
      equal((await router.record(id)).state, "cancelled");
    });

    judgement("a deletion that is older than what we know is stale", async ({ router, id }) => {
      await router.ordered({ id, updatedAt: LATER });
      const old = { kind: "change", change: "cancelled", orderId: id, eventTime: "2026-11-01T10:30:00.000Z" };
      equal((await router.arrives(old)).outcome, "stale");
      equal((await router.record(id)).state, "recorded");
    });

    story("a note about an unknown order creates none", async ({ router, id }) => {
      equal((await router.arrives({ kind: "change", change: "touched", orderId: id })).outcome, "ignored");
      equal(await router.ledger.order({ channel: "plain", connection: "main", orderId: id }), undefined);
    });

    story(
      "a deletion of an unknown order is remembered: an older event that comes later is stale",
      async ({ router, id }) => {
        const deleted = { kind: "change", change: "cancelled", orderId: id, topic: "orders/delete", eventTime: LATER };
        equal((await router.arrives(deleted)).outcome, "cancelled");
        equal((await router.arrives(deleted)).outcome, "duplicate");
        equal((await router.ordered({ id }, { topic: "orders/create" })).outcome, "stale");
        deepEqual(router.sentOf(id), []);
        const { state, reason, digest } = await router.record(id);
        deepEqual([state, reason, digest], ["cancelled", "orders/delete at the channel", undefined]);
      },
    );

    story(
      "an order that the channel wants again after its deletion was heard of first is sent",
      async ({ router, id }) => {
        await router.arrives({ kind: "change", change: "cancelled", orderId: id, eventTime: LATER });
        equal((await router.ordered({ id, updatedAt: "2026-11-01T11:30:00.000Z" })).state, "recorded");
        deepEqual(router.sentOf(id), [ONE, TWO]);
        equal((await router.record(id)).generation, 1);
      },
    );

    for (const [why, changes, reason] of [
      ["placed before since", { placedAt: "2025-12-31T23:59:59Z" }, /since/],
      ["older than maxOrderAge", { placedAt: "2026-08-01T00:00:00Z" }, /maxOrderAge \(60 days\)/],
      ["already fulfilled", { fulfilmentState: "fulfilled" }, /fulfilled/],
      ["nothing left to ship", { lines: [{ id: "1", sku: "A", quantity: 1, quantityToShip: 0 }] }, /no line left/],
      ["only a gift card", { lines: [{ id: "1", sku: "A", quantity: 1, ships: false }] }, /no line left/],
      ["a test", { test: true }, /test order/],
    ] as const) {
      judgement(`not routed: ${why}, recorded with the reason`, async ({ router, id }) => {
        equal((await router.ordered({ id, ...changes })).state, "not-routed");
        match((await router.record(id)).reason ?? "", reason);
        deepEqual(router.sentOf(id), []);
        equal((await router.body(id)).id, id);
      });
    }

    judgement("a test order goes where a route asks for tests, and nowhere else", async ({ router, id }) => {
      const [route] = router.config.routes;
      ok(route);
      router.config = { ...router.config, routes: [route, { ...route, to: [TWO], test: true }] };
      await router.ordered({ id, test: true });
      deepEqual(router.sentOf(id), [TWO]);
    });

    story(
      "unrouted while no route wants its connection; a repeat after the route was added sends it",
      async ({ router, id }) => {
        const { routes } = router.config;
        router.config = { ...router.config, routes: [] };
        equal((await router.ordered({ id })).state, "unrouted");
        match((await router.record(id)).reason ?? "", /no route from plain\/main/);
        router.config = { ...router.config, routes };
        equal((await router.ordered({ id })).state, "recorded");
        deepEqual(router.sentOf(id), [ONE, TWO]);
        equal((await router.record(id)).reason, undefined);
      },
    );

    story("held until it is paid; a route that wants it when placed does not wait", async ({ router, id }) => {
      const [route] = router.config.routes;
      ok(route);
      router.config = {
        ...router.config,
        routes: [
          { ...route, to: [ONE] },
          { ...route, to: [TWO], when: "placed" },
        ],
      };
      await router.ordered({ id, financialState: "authorized" });
      deepEqual(router.sentOf(id), [TWO]);
      await router.ordered({ id, updatedAt: LATER });
      deepEqual(router.sentOf(id), [TWO, ONE]);
    });

    story(
      "what is sent names the event that had it sent, not the first that spoke of the order",
      async ({ router, id }) => {
        await router.ordered({ id, financialState: "pending" });
        const { eventId } = await router.record(id);
        router.clock += 3 * 24 * 3_600_000;
        await router.ordered({ id, updatedAt: LATER });
        const [sent] = router.sent.filter((pointer) => pointer.orderId === id);
        ok(sent && sent.eventId !== eventId);
        equal(sent.eventId, (await router.record(id)).events.at(-1)?.eventId);
        equal(sent.receivedAt, new Date(router.clock).toISOString(), "the time to the provider counts from there");
        // A later event that sends nothing changes nothing of it.
        await router.ordered({ id, updatedAt: "2026-11-01T11:30:00.000Z", note: "later" });
        equal((await router.record(id)).eventId, sent.eventId);
      },
    );

    story("two connections with the same order ID have two orders", async ({ router, id }) => {
      await router.ordered({ id, note: "of main" });
      await router.ordered({ id, note: "of second" }, { endpoint: "second" });
      equal((await router.body(id)).note, "of main");
      equal((await router.body(id, "second")).note, "of second");
      equal(router.sentOf(id).length, 4);
    });

    for (const odd of [
      "__proto__",
      "constructor",
      "toString",
      "a#b",
      "a/b",
      "order#plain/main#1",
      "delivery#x#1",
      "注文番号-①-🛒",
      "é".normalize("NFD"),
      " ",
      "\u0000\n",
      "x".repeat(255),
      "界".repeat(255),
    ]) {
      story(
        `order ID ${JSON.stringify(odd.slice(0, 20))} (${odd.length}) is an ID like any other`,
        async ({ router }) => {
          equal((await router.ordered({ id: odd })).outcome, "recorded");
          equal((await router.ordered({ id: odd })).outcome, "duplicate");
          deepEqual(router.sentOf(odd), [ONE, TWO]);
          equal((await router.record(odd)).orderId, odd);
          const due = await Array.fromAsync(router.ledger.walk(router.clock, router.clock + DAY));
          ok(
            due.some(({ identity }) => identity.orderId === odd && identity.connection === "main"),
            "the due-time pass finds it under its own ID",
          );
        },
      );
    }

    for (const [what, orderId] of [
      ["longer than any channel's", "x".repeat(3000)],
      ["half a character", "a\ud800"],
      ["empty", ""],
    ] as const) {
      judgement(
        `an order ID that is ${what} makes the event unreadable, not a failure for ever`,
        async ({ router }) => {
          equal((await router.arrives({ kind: "change", change: "touched", orderId })).outcome, "unreadable");
          equal((await router.ordered({ id: orderId })).outcome, "unreadable");
        },
      );
    }

    story(
      "one queue down: the other destination is sent the order at once, the repeat sends only the missing one",
      async ({ router, id }) => {
        router.down.add(ONE);
        await rejects(router.ordered({ id }), /down/);
        deepEqual(router.sentOf(id), [TWO]);
        const record = await router.record(id);
        deepEqual([record.decided, record.toSend], [[ONE, TWO], [ONE]]);
        router.down.clear();
        equal((await router.ordered({ id })).outcome, "duplicate");
        deepEqual(router.sentOf(id), [TWO, ONE]);
        deepEqual((await router.record(id)).toSend, []);
      },
    );

    story("any later event finishes it too: a stale one, a note", async ({ router, id }) => {
      router.down.add(ONE).add(TWO);
      await rejects(router.ordered({ id, updatedAt: LATER }));
      equal((await router.record(id)).sentAt, undefined, "nothing was sent yet");
      router.down.delete(ONE);
      await rejects(router.ordered({ id }));
      deepEqual(router.sentOf(id), [ONE]);
      router.down.clear();
      await router.arrives({ kind: "change", change: "touched", orderId: id });
      deepEqual(router.sentOf(id), [ONE, TWO]);
    });

    story("recording costs two writes before the sends and one after", async ({ router, id }) => {
      const sends: number[] = [];
      router.beforeSend = async () => void sends.push(writesOf(router.commands).length);
      await router.ordered({ id });
      deepEqual(sends, [2, 2]);
      deepEqual(writesOf(router.commands), ["PutItemCommand", "PutItemCommand", "PutItemCommand"]);
    });

    story("each repeat costs one write, and one read", async ({ router, id }) => {
      await router.ordered({ id });
      const note = () => router.arrives({ kind: "change", change: "touched", orderId: id });
      const stale = () => router.ordered({ id, updatedAt: "2026-11-01T09:00:00Z" });
      for (const event of [() => router.ordered({ id }), stale, note]) {
        router.commands.length = 0;
        await event();
        deepEqual(router.commands, ["GetItemCommand", "PutItemCommand"]);
      }
    });

    story("the index is written once: later events leave the due time where it is", async ({ router, id }) => {
      await router.ordered({ id });
      const { workAt } = await router.record(id);
      equal(workAt, new Date(router.clock + router.config.timing.dueAfter).toISOString());
      router.clock += 60_000;
      await router.ordered({ id });
      await router.ordered({ id, updatedAt: LATER, note: "edited" });
      await router.arrives({ kind: "change", change: "touched", orderId: id });
      equal((await router.record(id)).workAt, workAt);
    });

    for (const [what, changes, ahead] of [
      ["held until it is paid, with the time to raise a ticket,", { financialState: "pending" }, 3 * DAY],
      ["not routed, with its first write,", { test: true }, 0],
      ["cancelled when first seen, with its first write,", { cancelledAt: LATER }, 0],
    ] as const) {
      judgement(`what is ${what} enters the work list under one hour`, async ({ router, id }) => {
        await router.ordered({ id, ...changes });
        const { workAt, workList } = await router.record(id);
        const at = new Date(router.clock + ahead).toISOString();
        deepEqual([workAt, workList], [at, at.slice(0, 13)]);
        router.clock += DAY;
        await router.ordered({ id, ...changes, updatedAt: LATER, note: "later" });
        equal((await router.record(id)).workAt, workAt, "over, it stays where it is");
      });
    }

    for (const [what, changes, expected] of [
      ["came without lines (row 79)", { lines: [] }, ["held", "it has no lines yet"]],
      ["is of a connection without a route", {}, ["unrouted", "no route from plain/main"]],
    ] as const) {
      judgement(`an order that ${what} raises one ticket: the merchant wants to hear of it`, async ({ router, id }) => {
        if (expected[0] === "unrouted") router.config = { ...router.config, routes: [] };
        await router.ordered({ id, ...changes });
        await router.ordered({ id, ...changes });
        await router.ordered({ id, ...changes, updatedAt: LATER, note: "again" });
        const { state, reason } = await router.record(id);
        deepEqual([state, reason], expected);
        deepEqual(
          router.tickets.map(({ kind, text }) => [kind, text]),
          [["not-routed", `${state}: ${reason}`]],
        );
      });
    }

    judgement("lines that come later are sent", async ({ router, id }) => {
      await router.ordered({ id, lines: [] });
      await router.ordered({ id, updatedAt: LATER });
      deepEqual(router.sentOf(id), [ONE, TWO]);
    });

    for (const [what, changes] of [
      ["a test order", { test: true }],
      ["too old when first seen", { placedAt: "2026-08-01T00:00:00Z" }],
      ["placed before `since`", { placedAt: "2025-12-31T00:00:00Z" }],
      ["picked up", { shipping: { kind: "pick-up" } }],
      ["fulfilled", { fulfilmentState: "fulfilled" }],
      ["another service's", { lines: [{ id: "1", sku: "A", quantity: 1, fulfilledBy: "amazon" }] }],
      ["refunded line by line", { lines: [{ id: "1", sku: "A", quantity: 1, quantityToShip: 0 }] }],
    ] as const) {
      judgement(`an order that is ${what} raises nothing: that is a normal reason`, async ({ router, id }) => {
        equal((await router.ordered({ id, ...changes })).state, "not-routed");
        deepEqual(router.tickets, []);
      });
    }

    judgement(
      "an order known since it was placed is never too old, however late it is paid (row 15)",
      async ({ router, id }) => {
        const placedAt = new Date(router.clock).toISOString();
        await router.ordered({ id, placedAt, financialState: "pending" });
        router.clock += 75 * DAY;
        const late = { id, placedAt, updatedAt: new Date(router.clock).toISOString() };
        equal((await router.ordered(late, { topic: "orders/paid" })).state, "recorded");
        deepEqual(router.sentOf(id), [ONE, TWO]);
        // First seen now, it is one of the years of old orders that a bulk edit brings.
        equal((await router.ordered({ ...late, id: newId() })).state, "not-routed");
      },
    );

    judgement("its body outlives its messages, though it was first seen long ago", async ({ router, id }) => {
      const placedAt = new Date(router.clock).toISOString();
      await router.ordered({ id, placedAt, financialState: "pending" });
      router.clock += 100 * DAY;
      await router.ordered({ id, placedAt, updatedAt: new Date(router.clock).toISOString() });
      const { body } = await router.file(id);
      const { queues, deadLetters } = router.config.retention;
      equal(body?.expiresAt, Math.floor((router.clock + queues + deadLetters) / 1000));
    });

    judgement("states and body expire at times fixed when the order was first seen", async ({ router, id }) => {
      await router.ordered({ id });
      const first = await router.file(id);
      equal(first.record.expiresAt, Math.floor((router.clock + 400 * DAY) / 1000));
      equal(first.body?.expiresAt, Math.floor((router.clock + 90 * DAY) / 1000));
      router.clock += DAY;
      await router.ordered({ id, updatedAt: LATER, note: "later" });
      const second = await router.file(id);
      equal(second.record.expiresAt, first.record.expiresAt);
      equal(second.body?.expiresAt, first.body?.expiresAt);
      router.clock += 90 * DAY;
      equal((await router.file(id)).body, undefined, "expired, though TTL has not deleted it yet");
    });

    story("an order that does not fit an item goes to S3 and comes back whole", async ({ router, id }) => {
      const note = randomBytes(32_000).toString("hex");
      const attributes = Array.from({ length: 30 }, (_, index) => ({
        name: `n${index}`,
        value: randomBytes(16_000).toString("base64"),
      }));
      await router.ordered({ id, note, attributes });
      const file = await router.file(id);
      ok(file.body?.s3Key && file.body.gzip === undefined);
      const whole = await router.body(id);
      equal(whole.note, note);
      deepEqual(whole.attributes, attributes);
      // Smaller again: it moves back into the item.
      await router.ordered({ id, updatedAt: LATER, note: "small" });
      ok((await router.file(id)).body?.gzip);
      equal((await router.body(id)).note, "small");
    });

    story("just under and over what an item holds, both are stored", async () => {
      for (const kib of [375, 405]) {
        const { router, id } = begin();
        const attributes = Array.from({ length: kib / 5 }, (_, index) => ({
          name: `n${index}`,
          // base64 of random bytes compresses back to about those bytes.
          value: randomBytes(5 * 1024).toString("base64"),
        }));
        await router.ordered({ id, attributes });
        deepEqual((await router.body(id)).attributes, attributes);
      }
    });
  });
}
