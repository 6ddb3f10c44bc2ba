import { deepEqual, equal, fail, ok, rejects } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type AttributeValue, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { pointerTo } from "../../shared/ledger/outbox.ts";
import { workOnBatch } from "../../shared/messages/sqs-batch.ts";
import { QUICK_TABLES, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { Relay, sampleOrder } from "../support/relay.ts";
import { frozenItems } from "./frozen.ts";

/** Frozen items of the first release: an order created, one rejected, one in doubt, one held. */
const CREATED = "820982911946100001";
const REJECTED = "820982911946100002";
const IN_DOUBT = "820982911946100003";
const HELD = "820982911946100004";

type Raw = Record<string, AttributeValue>;

for (const { kind, skip } of QUICK_TABLES) {
  describe(`items of the first release on ${kind}`, { skip }, () => {
    let started: TestLedger;
    let relay: Relay;
    before(async () => {
      started = await startLedger(kind);
      relay = new Relay(started);
      // After all times in the fixtures.
      relay.clock = Date.parse("2026-11-10T00:00:00Z");
      for (const item of frozenItems("ledger-items-v1")) await put(item);
    });
    after(() => started.stop());
    const put = (Item: Raw) => started.client.send(new PutItemCommand({ TableName: "ledger", Item }));

    /** A message for an order's delivery, as a redrive would bring it. */
    async function redelivered(orderId: string) {
      const record = await started.ledger.order({ channel: "plain", connection: "main", orderId });
      ok(record);
      relay.send(JSON.stringify(pointerTo(record, "parcelworks/demo", "test")));
      const message = relay.queue.at(-1);
      ok(message);
      return message;
    }

    test("a created order is not created again", async () => {
      await redelivered(CREATED);
      await relay.run();
      equal(relay.parcelworks.posts, 0);
      equal((await relay.trace(CREATED)).deliveries[0]?.state, "created");
    });

    test("a redrive creates a rejected one, with the same reference", async () => {
      await redelivered(REJECTED);
      await relay.run();
      deepEqual(relay.parcelworks.live(`pm-${REJECTED}`).length, 1);
    });

    test("one in doubt is looked up before anything is posted", async () => {
      const lines = [{ id: "1", sku: "DEMO-TEE", quantity: 2, product: "DEMO-TEE" }];
      relay.parcelworks.held.push({ id: "P90", reference: `pm-${IN_DOUBT}`, lines, cancelled: false, visibleAt: 0 });
      const posts = relay.parcelworks.posts;
      const open = await Array.fromAsync(started.ledger.workList("open"));
      deepEqual(
        open.map(({ identity }) => identity.orderId),
        [IN_DOUBT],
      );
      await redelivered(IN_DOUBT);
      await relay.run();
      equal(relay.parcelworks.posts, posts);
      deepEqual((await relay.trace(IN_DOUBT)).deliveries[0]?.providerOrderIds, ["P90"]);
    });

    test("the event that says it is paid releases a held one", async () => {
      await relay.ordered({ id: HELD, updatedAt: "2026-11-09T00:00:00Z" });
      await relay.run();
      equal((await relay.trace(HELD)).deliveries[0]?.state, "created");
    });

    for (const sk of ["order", "body", "delivery#parcelworks/demo#1"]) {
      test(`an item "${sk}" of a newer release is refused: nothing is posted, nothing overwritten, the message stays`, async () => {
        const id = `82098291194620${String(Date.now()).slice(-4)}`;
        await relay.ordered({ id });
        const message = relay.queue.at(-1);
        ok(message);
        if (sk.startsWith("delivery")) {
          relay.parcelworks.fates.push("throttled", "throttled");
          relay.parcelworks.fates.unshift("down");
          await relay.receive(message);
          relay.parcelworks.fates.length = 0;
        }
        const key = { pk: `order#plain/main#${id}`, sk };
        const item = await started.table.get(key);
        ok(item, sk);
        await started.table.put({ ...item, v: 2, added: "by a newer release" }, { expression: "attribute_exists(pk)" });
        const posts = relay.parcelworks.posts;
        await rejects(relay.receive(message), /newer release/);
        equal(relay.parcelworks.posts, posts);
        ok(relay.queue.includes(message));
        equal((await started.table.get(key))?.["added"], "by a newer release");
        relay.queue.splice(relay.queue.indexOf(message), 1);
      });
    }

    const update = (id: string) => ({ order: sampleOrder({ id, updatedAt: "2026-11-09T00:00:00Z" }) });
    const cancellation = (orderId: string) => ({
      kind: "change",
      change: "cancelled",
      orderId,
      topic: "orders/cancelled",
    });
    for (const [what, eventOf, sk, id] of [
      ["an update", update, "order", "820982911946200001"],
      ["a cancellation", cancellation, "order", "820982911946200002"],
      ["a cancellation", cancellation, "delivery#parcelworks/demo#1", "820982911946200003"],
    ] as const) {
      test(`${what} that meets an item "${sk}" of a newer release is given back, overwrites and sends nothing, and is processed once that release is deployed`, async () => {
        await relay.ordered({ id });
        const [message] = relay.queue.splice(0);
        ok(message);
        relay.parcelworks.fates.push("down");
        await relay.receive(message);
        const key = { pk: `order#plain/main#${id}`, sk };
        const known = await started.table.get(key);
        ok(known, sk);
        await started.table.put(
          { ...known, v: 2, added: "by a newer release" },
          { expression: "attribute_exists(pk)" },
        );
        const newer = await started.table.get(key);
        const body = await started.table.get({ ...key, sk: "body" });

        deepEqual(await routed(eventOf(id)), { batchItemFailures: [{ itemIdentifier: "m1" }] });
        deepEqual(await started.table.get(key), newer);
        deepEqual(await started.table.get({ ...key, sk: "body" }), body);
        deepEqual(relay.queue, []);

        await started.table.put(known, { expression: "attribute_exists(pk)" });
        deepEqual(await routed(eventOf(id)), { batchItemFailures: [] });
        const { state, events } = await relay.trace(id);
        equal(state, what === "an update" ? "recorded" : "cancelled");
        ok(events.length > 1);
      });
    }

    /** route-order on a message of the intake queue. @throws what gives it another visibility than the queue's own */
    function routed(reading: Record<string, unknown>) {
      const record = {
        ...{ messageId: "m1", receiptHandle: "r1", body: "", messageAttributes: {}, md5OfBody: "" },
        ...{ eventSource: "aws:sqs", eventSourceARN: "arn:aws:sqs:eu-central-1:000000000000:intake" },
        attributes: {
          ...{ ApproximateReceiveCount: "1", SentTimestamp: "0", SenderId: "" },
          ApproximateFirstReceiveTimestamp: "0",
        },
        awsRegion: "eu-central-1",
      };
      const changeVisibility = async () => fail("it must not reach the DLQ early");
      return workOnBatch({ Records: [record] }, { changeVisibility }, async () => {
        await relay.arrives(reading);
        return "ack";
      });
    }
  });
}
