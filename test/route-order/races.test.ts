import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { endedNotCreated } from "../../shared/ledger/delivery-life.ts";
import { createLedger, type Ledger } from "../../shared/ledger/ledger.ts";
import { sentAgain } from "../../shared/ledger/order-life.ts";
import { dispatch } from "../../shared/ledger/outbox.ts";
import { createTable } from "../../shared/ledger/table.ts";
import { NEEDS_OPERATOR, onList } from "../../shared/ledger/work-list.ts";
import { startLedger, TABLES, type TestLedger } from "../support/ledger-table.ts";
import { newId, ONE, RouteOrderContext, TWO } from "../support/route-order-context.ts";

const LATER = "2026-11-01T11:00:00.000Z";
const LATEST = "2026-11-01T11:30:00.000Z";

/** Holds a call until the test opens it. */
function gate() {
  let open = () => {};
  let reach = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  return {
    /** Resolves once a call waits. */
    reached,
    open,
    async pass() {
      reach();
      await opened;
    },
  };
}

/** The function dies where `dies` says so: the call is made, or not, and nothing follows. */
function dying(ledger: Ledger, method: "putOrder" | "putBody" | "putDelivery", when: "before" | "after"): Ledger {
  const call = async (...args: never[]) => {
    if (when === "after") await (ledger[method] as (...all: never[]) => Promise<unknown>)(...args);
    throw new Error("killed");
  };
  return { ...ledger, [method]: call };
}

for (const { kind, skip } of TABLES) {
  describe(`events and sends that cross on ${kind}`, { skip, concurrency: 6 }, () => {
    let started: TestLedger;
    before(async () => {
      started = await startLedger(kind);
    });
    after(() => started.stop());
    const begin = () => ({ router: new RouteOrderContext(started), id: newId() });
    const story = (name: string, work: (begun: { router: RouteOrderContext; id: string }) => Promise<void>) =>
      test(name, () => work(begin()));
    const cancel = (router: RouteOrderContext, id: string) =>
      router.ordered({ id, updatedAt: LATER, cancelledAt: LATER });
    const deps = ({ ledger, queues, now }: RouteOrderContext) => ({ ledger, queues, now });

    for (const [method, when] of [
      ["putBody", "before"],
      ["putBody", "after"],
      ["putOrder", "before"],
      ["putOrder", "after"],
    ] as const) {
      story(`killed ${when} ${method}: the repeat records it, sends it, and loses nothing`, async ({ router, id }) => {
        const { ledger } = router;
        router.ledger = dying(ledger, method, when);
        await rejects(router.ordered({ id }), /killed/);
        deepEqual(router.sentOf(id), []);
        router.ledger = ledger;
        await router.ordered({ id });
        deepEqual(router.sentOf(id), [ONE, TWO]);
        deepEqual((await router.record(id)).toSend, []);
        equal((await router.body(id)).id, id);
      });
    }

    story(
      "killed between body and state of an update: the older event that repeats leaves the newer body",
      async ({ router, id }) => {
        await router.ordered({ id, note: "old" });
        const { ledger } = router;
        router.ledger = dying(ledger, "putOrder", "before");
        await rejects(router.ordered({ id, updatedAt: LATER, note: "new" }), /killed/);
        router.ledger = ledger;
        await router.ordered({ id, note: "old" });
        equal((await router.body(id)).note, "new");
        equal((await router.ordered({ id, updatedAt: LATER, note: "new" })).outcome, "updated");
      },
    );

    story(
      "killed after the sends, before they were recorded: sent again, which is harmless, and settled",
      async ({ router, id }) => {
        const { ledger } = router;
        let writes = 0;
        router.ledger = {
          ...ledger,
          putOrder: async (record) => {
            if (++writes > 1) throw new Error("killed");
            return ledger.putOrder(record);
          },
        };
        await rejects(router.ordered({ id }), /killed/);
        router.ledger = ledger;
        await router.ordered({ id });
        deepEqual(router.sentOf(id), [ONE, TWO, ONE, TWO]);
        deepEqual((await router.record(id)).toSend, []);
      },
    );

    story(
      "killed between a cancellation's record and its suppression: the repeat suppresses",
      async ({ router, id }) => {
        await router.ordered({ id });
        const { ledger } = router;
        router.ledger = dying(ledger, "putDelivery", "before");
        await rejects(cancel(router, id), /killed/);
        deepEqual((await router.record(id)).toSuppress, [ONE, TWO]);
        router.ledger = ledger;
        await cancel(router, id);
        const { record, deliveries } = await router.file(id);
        deepEqual(record.toSuppress, []);
        deepEqual(
          deliveries.map(({ state }) => state),
          ["cancelled", "cancelled"],
        );
      },
    );

    story("an older event's body, written last, never lands on a newer one", async ({ router, id }) => {
      const { ledger } = router;
      const late = gate();
      router.ledger = {
        ...ledger,
        putBody: async (...args) => {
          await late.pass();
          return ledger.putBody(...args);
        },
      };
      const older = router.ordered({ id, note: "old" });
      await late.reached;
      router.ledger = ledger;
      await router.ordered({ id, updatedAt: LATER, note: "new" });
      late.open();
      equal((await older).outcome, "stale");
      equal((await router.body(id)).note, "new");
      equal((await router.record(id)).eventCount, 2);
    });

    story("an older event's state, written last, never lands on a newer one", async ({ router, id }) => {
      const { ledger } = router;
      const late = gate();
      router.ledger = {
        ...ledger,
        putOrder: async (record) => {
          await late.pass();
          return ledger.putOrder(record);
        },
      };
      const older = router.ordered({ id, note: "old" });
      await late.reached;
      router.ledger = ledger;
      await cancel(router, id);
      late.open();
      equal((await older).outcome, "stale");
      equal((await router.record(id)).state, "cancelled");
      deepEqual(router.sentOf(id), []);
    });

    story(
      "cancelled while its deliveries are being sent: what was sent is suppressed, and stays so",
      async ({ router, id }) => {
        const sending = gate();
        router.beforeSend = sending.pass;
        const ordered = router.ordered({ id });
        await sending.reached;
        router.beforeSend = async () => {};
        await cancel(router, id);
        sending.open();
        await ordered;
        const { record, deliveries } = await router.file(id);
        deepEqual([record.state, record.toSend, record.toSuppress], ["cancelled", [], []]);
        deepEqual(
          deliveries.map(({ state }) => state),
          ["cancelled", "cancelled"],
        );
      },
    );

    story(
      "what is both to be sent and to be suppressed stays to be suppressed where only the send worked",
      async ({ router, id }) => {
        await router.ordered({ id });
        const { ledger } = router;
        router.ledger = dying(ledger, "putDelivery", "before");
        await rejects(cancel(router, id), /killed/);
        const both = sentAgain(await router.record(id), [ONE], "sent again", { now: router.clock, dueAfter: 1000 });
        equal(await ledger.putOrder(both), "written");
        await rejects(dispatch(both, deps(router)), /killed/);
        const { toSend, toSuppress } = await router.record(id);
        deepEqual([toSend, toSuppress], [[], [ONE, TWO]]);
      },
    );

    story("two dispatches at once leave nothing to send, and nothing unsent", async ({ router, id }) => {
      router.down.add(ONE).add(TWO);
      await rejects(router.ordered({ id }));
      router.down.clear();
      const record = await router.record(id);
      await Promise.all([dispatch(record, deps(router)), dispatch(record, deps(router)), router.ordered({ id })]);
      deepEqual([...new Set(router.sentOf(id))].sort(), [ONE, TWO]);
      deepEqual((await router.record(id)).toSend, []);
    });

    story("a dispatch that was overtaken by a cancellation never brings a delivery back", async ({ router, id }) => {
      router.down.add(ONE).add(TWO);
      await rejects(router.ordered({ id }));
      const before = await router.record(id);
      router.down.clear();
      await cancel(router, id);
      await dispatch(before, deps(router));
      const { record } = await router.file(id);
      deepEqual([record.state, record.toSend], ["cancelled", []]);
    });

    story(
      "a cancellation between claim and create leaves the claim, and stays to be finished",
      async ({ router, id }) => {
        await router.ordered({ id });
        const { record } = await router.file(id);
        const { channel, connection, orderId, expiresAt } = record;
        const claimed = {
          ...{ v: 1 as const, rev: 1, channel, connection, orderId, destination: ONE, generation: 1, expiresAt },
          ...{ state: "sending" as const, attempts: 1, tries: {}, failed: {}, providerOrderIds: [] },
          ...{ reference: `pm-${id}`, firstSentAt: router.clock, token: "t" },
          ...{ actsUntil: router.clock + 1000, leaseUntil: router.clock + 2000 },
        };
        const { ledger } = router;
        // The claim is written between the suppression's read and its write.
        router.ledger = {
          ...ledger,
          load: async (identity) => {
            const file = await ledger.load(identity);
            if (claimed.rev === 1) await ledger.putDelivery(claimed);
            return file;
          },
        };
        await cancel(router, id);
        router.ledger = ledger;
        const { record: now, deliveries } = await router.file(id);
        const { state, rev } = deliveries.find(({ destination }) => destination === ONE) ?? {};
        deepEqual([state, rev], ["sending", 1], "untouched: its result is to be written upon it");
        equal(deliveries.find(({ destination }) => destination === TWO)?.state, "cancelled");
        deepEqual([now.reason, now.toSuppress], ["cancelled at the channel", [ONE]], "nothing is known yet");
      },
    );

    story("a suppression that failed halfway is looked at again by the due-time pass", async ({ router, id }) => {
      await router.ordered({ id });
      const { workAt } = await router.record(id);
      router.clock += 24 * 3_600_000;
      const { ledger } = router;
      router.ledger = dying(ledger, "putDelivery", "before");
      await rejects(cancel(router, id), /killed/);
      router.ledger = ledger;
      const later = (await router.record(id)).workAt ?? "";
      ok(later > (workAt ?? ""), "the entry that the pass has left behind would never be found again");
      ok(Date.parse(later) > router.clock);
    });

    story("a second cancellation of a cancelled order costs no more than any update", async ({ router, id }) => {
      await router.ordered({ id });
      await cancel(router, id);
      const { reason } = await router.record(id);
      router.commands.length = 0;
      await router.ordered({ id, updatedAt: LATEST, cancelledAt: LATER, note: "refunded since" });
      deepEqual(router.commands.filter((name) => name === "PutItemCommand").length, 2);
      equal((await router.record(id)).reason, reason);
      equal((await router.body(id)).note, "refunded since");
    });

    story(
      "what was too late for a cancellation is still said after the next event about it",
      async ({ router, id }) => {
        await router.ordered({ id });
        const { record } = await router.file(id);
        const { channel, connection, orderId, expiresAt } = record;
        await router.ledger.putDelivery({
          ...{ v: 1, rev: 1, channel, connection, orderId, destination: ONE, generation: 1, expiresAt },
          ...{ state: "created", attempts: 1, tries: {}, failed: {}, providerOrderIds: ["P1"], firstSentAt: 1 },
        });
        await cancel(router, id);
        match((await router.record(id)).reason ?? "", /too late for parcelworks\/one \(created\)/);
        await router.ordered({ id, updatedAt: LATEST, cancelledAt: LATER });
        match((await router.record(id)).reason ?? "", /too late for parcelworks\/one \(created\)/);
      },
    );

    story(
      "what waits for a person waits no longer once it is cancelled; what is held by then does",
      async ({ router, id }) => {
        await router.ordered({ id });
        const { record } = await router.file(id);
        const { channel, connection, orderId, expiresAt } = record;
        const rejected = {
          ...{
            v: 1 as const,
            rev: 1,
            channel,
            connection,
            orderId,
            generation: 1,
            expiresAt,
            state: "rejected" as const,
          },
          ...{
            attempts: 0,
            tries: {},
            failed: { m1: router.clock },
            providerOrderIds: [],
            ...onList("rejected", router.clock),
          },
        };
        await router.ledger.putDelivery({ ...rejected, destination: ONE });
        await router.ledger.putDelivery({ ...rejected, destination: TWO, attempts: 1, firstSentAt: router.clock });
        const waiting = async () =>
          (await Promise.all(NEEDS_OPERATOR.map((as) => Array.fromAsync(router.ledger.workList(as)))))
            .flat()
            .filter(({ identity }) => identity.orderId === id)
            .map(({ destination = "the order" }) => destination)
            .sort();
        deepEqual(await waiting(), [ONE, TWO]);
        const { ledger } = router;
        router.ledger = dying(ledger, "putDelivery", "before");
        await rejects(cancel(router, id));
        router.ledger = ledger;
        // Wanted again while its suppression is still open: held, and it stays so when the suppression is finished.
        equal((await router.ordered({ id, updatedAt: LATEST })).state, "held");
        deepEqual(await waiting(), [TWO], "the one that may exist; once that has ended, the order");
        deepEqual((await router.record(id)).toSuppress, [TWO]);
        const { deliveries } = await router.file(id);
        const perhaps = deliveries.find(({ destination }) => destination === TWO);
        ok(perhaps);
        const finding = { resolvedBy: "not-created", now: router.clock, leaseSkew: 0 };
        equal(await router.ledger.putDelivery(endedNotCreated(perhaps, finding)), "written");
        await dispatch(await router.record(id), deps(router));
        deepEqual(await waiting(), ["the order"]);
      },
    );

    story(
      "of ten events at once, in any sequence, the newest wins and each is in the trace",
      async ({ router, id }) => {
        const versions = [3, 7, 1, 9, 0, 5, 8, 2, 6, 4];
        await Promise.all(
          versions.map((version) =>
            router.ordered({ id, updatedAt: `2026-11-01T10:0${version}:00.000Z`, note: `v${version}` }),
          ),
        );
        equal((await router.body(id)).note, "v9");
        const { freshness, eventCount, toSend } = await router.record(id);
        ok(freshness.startsWith("2026-11-01T10:09"));
        deepEqual([eventCount, toSend], [10, []]);
      },
    );

    // The table in memory makes no calls, so none can be lost.
    if (kind !== "memory") describe("whose answer was lost on its way", lostAnswers);

    function lostAnswers() {
      /** A client of its own, whose table answers the next put, after doing it, with a failure that the SDK retries. */
      async function lossy() {
        const { endpoint, region, credentials } = started.client.config;
        const client = new DynamoDBClient({
          endpoint: endpoint ?? (async () => undefined as never),
          region,
          credentials,
        });
        let losses = 0;
        let calls = 0;
        client.middlewareStack.add(
          (next, context) => async (args) => {
            if (context.commandName === "PutItemCommand") calls += 1;
            const answer = await next(args);
            if (losses === 0 || context.commandName !== "PutItemCommand") return answer;
            losses -= 1;
            throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET", name: "TimeoutError" });
          },
          // Inside the retries, outside of the call.
          { step: "finalizeRequest", name: "loseAnswer", priority: "low" },
        );
        const router = new RouteOrderContext(started);
        router.ledger = createLedger(createTable(client, "ledger"), router.eventStore, { now: router.now });
        return {
          router,
          lose: (count: number) => {
            losses = count;
            calls = 0;
          },
          calls: () => calls,
          end: () => client.destroy(),
        };
      }

      test("putOrder, putBody: recorded once, as new", async () => {
        const { router, lose, calls, end } = await lossy();
        const id = newId();
        lose(2);
        equal((await router.ordered({ id })).outcome, "recorded");
        equal((await router.record(id)).eventCount, 1);
        ok(calls() >= 5, "the SDK met its own write");
        end();
      });

      test("putDelivery: the claim is still ours", async () => {
        const { router, lose, calls, end } = await lossy();
        const id = newId();
        const delivery = {
          ...{ v: 1 as const, rev: 1, channel: "plain", connection: "main", orderId: id, destination: ONE },
          ...{ generation: 1, state: "sending" as const, attempts: 1, tries: {}, failed: {}, providerOrderIds: [] },
          expiresAt: 2_000_000_000,
        };
        lose(1);
        equal(await router.ledger.putDelivery(delivery), "written");
        equal(calls(), 2);
        equal(await router.ledger.putDelivery(delivery), "conflict", "another's is not");
        lose(1);
        equal(await router.ledger.putDelivery({ ...delivery, rev: 2 }), "written");
        equal(await router.ledger.putDelivery({ ...delivery, rev: 2 }), "conflict");
        end();
      });
    }

    test("a put is never sent without a condition", async () => {
      const { router, id } = begin();
      const seen: (string | undefined)[] = [];
      const send = ((command: unknown) => {
        if (command instanceof PutItemCommand) seen.push(command.input.ConditionExpression);
        return started.client.send(command as never);
      }) as typeof started.client.send;
      router.ledger = createLedger(createTable({ send }, "ledger"), router.eventStore, { now: router.now });
      await router.ordered({ id });
      await cancel(router, id);
      ok(seen.length >= 6);
      ok(seen.every((condition) => condition));
    });
  });
}
