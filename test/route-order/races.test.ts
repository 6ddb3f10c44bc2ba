import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { createLedger, type Ledger } from "../../shared/ledger/ledger.ts";
import { dispatch } from "../../shared/ledger/outbox.ts";
import { createTable } from "../../shared/ledger/table.ts";
import { NEEDS_OPERATOR, onList } from "../../shared/ledger/work-list.ts";
import { startLedger, TABLE_EMULATORS, type TestLedger } from "../support/ledger-table.ts";
import { newId, ONE, RouteOrderContext, TWO } from "../support/route-order-context.ts";

const LATER = "2026-11-01T11:00:00.000Z";
const LATEST = "2026-11-01T11:30:00.000Z";

/** Waits at a place until told to go on. */
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
    /** Resolves once somebody waits. */
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

for (const { kind, skip } of TABLE_EMULATORS) {
  describe(`events and sends that cross on ${kind}`, { skip, concurrency: 6 }, () => {
    let started: TestLedger;
    before(async () => {
      started = await startLedger(kind);
    });
    after(() => started.stop());
    const begin = () => ({ room: new RouteOrderContext(started), id: newId() });
    const story = (name: string, work: (begun: { room: RouteOrderContext; id: string }) => Promise<void>) =>
      test(name, () => work(begin()));
    const cancel = (room: RouteOrderContext, id: string) => room.ordered({ id, updatedAt: LATER, cancelledAt: LATER });
    const deps = ({ ledger, queues, now }: RouteOrderContext) => ({ ledger, queues, now });

    for (const [method, when] of [
      ["putBody", "before"],
      ["putBody", "after"],
      ["putOrder", "before"],
      ["putOrder", "after"],
    ] as const) {
      story(`killed ${when} ${method}: the repeat records it, sends it, and loses nothing`, async ({ room, id }) => {
        const { ledger } = room;
        room.ledger = dying(ledger, method, when);
        await rejects(room.ordered({ id }), /killed/);
        deepEqual(room.sentOf(id), []);
        room.ledger = ledger;
        await room.ordered({ id });
        deepEqual(room.sentOf(id), [ONE, TWO]);
        deepEqual((await room.record(id)).toSend, []);
        equal((await room.body(id)).id, id);
      });
    }

    story(
      "killed between body and state of an update: the older event that repeats leaves the newer body",
      async ({ room, id }) => {
        await room.ordered({ id, note: "old" });
        const { ledger } = room;
        room.ledger = dying(ledger, "putOrder", "before");
        await rejects(room.ordered({ id, updatedAt: LATER, note: "new" }), /killed/);
        room.ledger = ledger;
        await room.ordered({ id, note: "old" });
        equal((await room.body(id)).note, "new");
        equal((await room.ordered({ id, updatedAt: LATER, note: "new" })).outcome, "updated");
      },
    );

    story(
      "killed after the sends, before they were recorded: sent again, which is harmless, and settled",
      async ({ room, id }) => {
        const { ledger } = room;
        let writes = 0;
        room.ledger = {
          ...ledger,
          putOrder: async (record) => {
            if (++writes > 1) throw new Error("killed");
            return ledger.putOrder(record);
          },
        };
        await rejects(room.ordered({ id }), /killed/);
        room.ledger = ledger;
        await room.ordered({ id });
        deepEqual(room.sentOf(id), [ONE, TWO, ONE, TWO]);
        deepEqual((await room.record(id)).toSend, []);
      },
    );

    story("killed between a cancellation's record and its suppression: the repeat suppresses", async ({ room, id }) => {
      await room.ordered({ id });
      const { ledger } = room;
      room.ledger = dying(ledger, "putDelivery", "before");
      await rejects(cancel(room, id), /killed/);
      deepEqual((await room.record(id)).toSuppress, [ONE, TWO]);
      room.ledger = ledger;
      await cancel(room, id);
      const { record, deliveries } = await room.file(id);
      deepEqual(record.toSuppress, []);
      deepEqual(
        deliveries.map(({ state }) => state),
        ["cancelled", "cancelled"],
      );
    });

    story("an older event's body, written last, never lands on a newer one", async ({ room, id }) => {
      const { ledger } = room;
      const late = gate();
      room.ledger = {
        ...ledger,
        putBody: async (...args) => {
          await late.pass();
          return ledger.putBody(...args);
        },
      };
      const older = room.ordered({ id, note: "old" });
      await late.reached;
      room.ledger = ledger;
      await room.ordered({ id, updatedAt: LATER, note: "new" });
      late.open();
      equal((await older).outcome, "stale");
      equal((await room.body(id)).note, "new");
      equal((await room.record(id)).eventCount, 2);
    });

    story("an older event's state, written last, never lands on a newer one", async ({ room, id }) => {
      const { ledger } = room;
      const late = gate();
      room.ledger = {
        ...ledger,
        putOrder: async (record) => {
          await late.pass();
          return ledger.putOrder(record);
        },
      };
      const older = room.ordered({ id, note: "old" });
      await late.reached;
      room.ledger = ledger;
      await cancel(room, id);
      late.open();
      equal((await older).outcome, "stale");
      equal((await room.record(id)).state, "cancelled");
      deepEqual(room.sentOf(id), []);
    });

    story(
      "cancelled while its deliveries are being sent: what was sent is suppressed, and stays so",
      async ({ room, id }) => {
        const sending = gate();
        room.beforeSend = sending.pass;
        const ordered = room.ordered({ id });
        await sending.reached;
        room.beforeSend = async () => {};
        await cancel(room, id);
        sending.open();
        await ordered;
        const { record, deliveries } = await room.file(id);
        deepEqual([record.state, record.toSend, record.toSuppress], ["cancelled", [], []]);
        deepEqual(
          deliveries.map(({ state }) => state),
          ["cancelled", "cancelled"],
        );
      },
    );

    story("two dispatches at once leave nothing to send, and nothing unsent", async ({ room, id }) => {
      room.down.add(ONE).add(TWO);
      await rejects(room.ordered({ id }));
      room.down.clear();
      const record = await room.record(id);
      await Promise.all([dispatch(record, deps(room)), dispatch(record, deps(room)), room.ordered({ id })]);
      deepEqual([...new Set(room.sentOf(id))].sort(), [ONE, TWO]);
      deepEqual((await room.record(id)).toSend, []);
    });

    story("a dispatch that was overtaken by a cancellation never brings a delivery back", async ({ room, id }) => {
      room.down.add(ONE).add(TWO);
      await rejects(room.ordered({ id }));
      const before = await room.record(id);
      room.down.clear();
      await cancel(room, id);
      await dispatch(before, deps(room));
      const { record } = await room.file(id);
      deepEqual([record.state, record.toSend], ["cancelled", []]);
    });

    story(
      "cancelled between claim and create: it is too late, which is said, and the claim stands",
      async ({ room, id }) => {
        await room.ordered({ id });
        const { record } = await room.file(id);
        const { channel, connection, orderId, expiresAt } = record;
        const claimed = {
          ...{ v: 1 as const, rev: 1, channel, connection, orderId, destination: ONE, generation: 1, expiresAt },
          ...{ state: "sending" as const, attempts: 1, tries: {}, failed: {}, providerOrderIds: [] },
          ...{ reference: `pm-${id}`, firstSentAt: room.clock, token: "t", leaseUntil: room.clock + 1000 },
        };
        const { ledger } = room;
        // The claim is written between the suppression's read and its write.
        room.ledger = {
          ...ledger,
          load: async (identity) => {
            const file = await ledger.load(identity);
            if (claimed.rev === 1) await ledger.putDelivery(claimed);
            return file;
          },
        };
        await cancel(room, id);
        room.ledger = ledger;
        const { record: now, deliveries } = await room.file(id);
        const { state, rev } = deliveries.find(({ destination }) => destination === ONE) ?? {};
        deepEqual([state, rev], ["sending", 1], "untouched: its result is to be written upon it");
        equal(deliveries.find(({ destination }) => destination === TWO)?.state, "cancelled");
        match(now.reason ?? "", /too late for parcelworks\/one \(sending\)/);
        deepEqual(now.toSuppress, []);
      },
    );

    story("a suppression that failed halfway is looked at again by the due-time pass", async ({ room, id }) => {
      await room.ordered({ id });
      const { workAt } = await room.record(id);
      room.clock += 24 * 3_600_000;
      const { ledger } = room;
      room.ledger = dying(ledger, "putDelivery", "before");
      await rejects(cancel(room, id), /killed/);
      room.ledger = ledger;
      const later = (await room.record(id)).workAt ?? "";
      ok(later > (workAt ?? ""), "the entry that the pass has left behind would never be found again");
      ok(Date.parse(later) > room.clock);
    });

    story("a second cancellation of a cancelled order costs no more than any update", async ({ room, id }) => {
      await room.ordered({ id });
      await cancel(room, id);
      const { reason } = await room.record(id);
      room.commands.length = 0;
      await room.ordered({ id, updatedAt: LATEST, cancelledAt: LATER, note: "refunded since" });
      deepEqual(room.commands.filter((name) => name === "PutItemCommand").length, 2);
      equal((await room.record(id)).reason, reason);
      equal((await room.body(id)).note, "refunded since");
    });

    story("what was too late for a cancellation is still said after the next event about it", async ({ room, id }) => {
      await room.ordered({ id });
      const { record } = await room.file(id);
      const { channel, connection, orderId, expiresAt } = record;
      await room.ledger.putDelivery({
        ...{ v: 1, rev: 1, channel, connection, orderId, destination: ONE, generation: 1, expiresAt },
        ...{ state: "created", attempts: 1, tries: {}, failed: {}, providerOrderIds: ["P1"], firstSentAt: 1 },
      });
      await cancel(room, id);
      match((await room.record(id)).reason ?? "", /too late for parcelworks\/one \(created\)/);
      await room.ordered({ id, updatedAt: LATEST, cancelledAt: LATER });
      match((await room.record(id)).reason ?? "", /too late for parcelworks\/one \(created\)/);
    });

    story(
      "what waits for a person waits no longer once it is cancelled; what is held by then does",
      async ({ room, id }) => {
        await room.ordered({ id });
        const { record } = await room.file(id);
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
            failed: { m1: room.clock },
            providerOrderIds: [],
            ...onList("rejected", room.clock),
          },
        };
        await room.ledger.putDelivery({ ...rejected, destination: ONE });
        await room.ledger.putDelivery({ ...rejected, destination: TWO, attempts: 1, firstSentAt: room.clock });
        const waiting = async () =>
          (await Promise.all(NEEDS_OPERATOR.map((as) => Array.fromAsync(room.ledger.workList(as)))))
            .flat()
            .filter(({ identity }) => identity.orderId === id)
            .map(({ destination = "the order" }) => destination)
            .sort();
        deepEqual(await waiting(), [ONE, TWO]);
        const { ledger } = room;
        room.ledger = dying(ledger, "putDelivery", "before");
        await rejects(cancel(room, id));
        room.ledger = ledger;
        // Wanted again while its suppression is still open: held, and it stays so when the suppression is finished.
        equal((await room.ordered({ id, updatedAt: LATEST })).state, "held");
        deepEqual(await waiting(), [TWO, "the order"]);
        deepEqual((await room.record(id)).toSuppress, []);
      },
    );

    story(
      "hammered by ten events at once in any sequence, the newest stands and each is in the trace",
      async ({ room, id }) => {
        const versions = [3, 7, 1, 9, 0, 5, 8, 2, 6, 4];
        await Promise.all(
          versions.map((version) =>
            room.ordered({ id, updatedAt: `2026-11-01T10:0${version}:00.000Z`, note: `v${version}` }),
          ),
        );
        equal((await room.body(id)).note, "v9");
        const { freshness, eventCount, toSend } = await room.record(id);
        ok(freshness.startsWith("2026-11-01T10:09"));
        deepEqual([eventCount, toSend], [10, []]);
      },
    );

    describe("whose answer was lost on its way", () => {
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
        const room = new RouteOrderContext(started);
        room.ledger = createLedger(createTable(client, "ledger"), room.eventStore, { now: room.now });
        return {
          room,
          lose: (count: number) => {
            losses = count;
            calls = 0;
          },
          calls: () => calls,
          end: () => client.destroy(),
        };
      }

      test("putOrder, putBody: recorded once, as new", async () => {
        const { room, lose, calls, end } = await lossy();
        const id = newId();
        lose(2);
        equal((await room.ordered({ id })).outcome, "recorded");
        equal((await room.record(id)).eventCount, 1);
        ok(calls() >= 5, "the SDK met its own write");
        end();
      });

      test("putDelivery: the claim is still ours", async () => {
        const { room, lose, calls, end } = await lossy();
        const id = newId();
        const delivery = {
          ...{ v: 1 as const, rev: 1, channel: "plain", connection: "main", orderId: id, destination: ONE },
          ...{ generation: 1, state: "sending" as const, attempts: 1, tries: {}, failed: {}, providerOrderIds: [] },
          expiresAt: 2_000_000_000,
        };
        lose(1);
        equal(await room.ledger.putDelivery(delivery), "written");
        equal(calls(), 2);
        equal(await room.ledger.putDelivery(delivery), "conflict", "another's is not");
        lose(1);
        equal(await room.ledger.putDelivery({ ...delivery, rev: 2 }), "written");
        equal(await room.ledger.putDelivery({ ...delivery, rev: 2 }), "conflict");
        end();
      });
    });

    test("a put is never sent without a condition", async () => {
      const { room, id } = begin();
      const seen: (string | undefined)[] = [];
      const send = ((command: unknown) => {
        if (command instanceof PutItemCommand) seen.push(command.input.ConditionExpression);
        return started.client.send(command as never);
      }) as typeof started.client.send;
      room.ledger = createLedger(createTable({ send }, "ledger"), room.eventStore, { now: room.now });
      await room.ordered({ id });
      await cancel(room, id);
      ok(seen.length >= 6);
      ok(seen.every((condition) => condition));
    });
  });
}
