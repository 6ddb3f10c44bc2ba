import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import * as z from "zod/mini";
import type { Channel } from "../../functions/channels/channel.ts";
import { pack, pointerTo } from "../../shared/messages/event.ts";
import { Order } from "../../shared/order.ts";
import { NewerRelease } from "../../shared/release.ts";
import { QUICK_TABLE, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { plain, sampleOrder } from "../support/relay.ts";
import { newEvent, newId, ONE, RouteOrderContext, TWO } from "../support/route-order-context.ts";

/** A channel whose mapping is broken until `mapping.fixed`. */
function fixableChannel() {
  const mapping = { fixed: false };
  const channel: Channel = {
    ...plain,
    reader: async () => ({
      interpret: ({ body }) => {
        if (!mapping.fixed) throw new TypeError("Cannot read properties of undefined (Ada Byron)");
        const order = z.parse(Order, JSON.parse(Buffer.from(body).toString()));
        return { topic: "orders/create", meaning: () => ({ kind: "order", order }) };
      },
    }),
  };
  return { channel, mapping };
}

describe("an event that cannot be read", () => {
  let started: TestLedger;
  before(async () => {
    started = await startLedger(QUICK_TABLE);
  });
  after(() => started.stop());

  test("is unreadable while its mapping is broken, and an order once the same message comes again", async () => {
    const router = new RouteOrderContext(started);
    const { channel, mapping } = fixableChannel();
    router.channels.set("plain", channel);
    const id = newId();
    const message = pack(newEvent(JSON.stringify(sampleOrder({ id }))));
    const routed = await router.routes(message);
    equal(routed.outcome, "unreadable");
    ok(!JSON.stringify({ ...routed, event: undefined }).includes("Ada"));
    equal(await router.ledger.order({ channel: "plain", connection: "main", orderId: id }), undefined);
    deepEqual(router.commands, ["GetItemCommand"], "it touched no table");
    mapping.fixed = true;
    equal((await router.routes(message)).outcome, "recorded");
    deepEqual(router.sentOf(id), [ONE, TWO]);
  });

  test("is one of a connection or a channel that was taken out of the stage, until it is back", async () => {
    const router = new RouteOrderContext(started);
    const id = newId();
    const reading = JSON.stringify({ topic: "orders/paid", kind: "order", order: sampleOrder({ id }) });
    equal((await router.routes(pack(newEvent(reading, { endpoint: "gone" })))).outcome, "unreadable");
    equal((await router.routes(pack(newEvent(reading, { channel: "constructor" })))).outcome, "unreadable");
    const [main] = router.config.connections;
    ok(main);
    router.config = {
      ...router.config,
      connections: [...router.config.connections, { ...main, name: "gone", key: "pg" }],
    };
    equal((await router.routes(pack(newEvent(reading, { endpoint: "gone" })))).state, "unrouted");
  });

  test("is whatever is no envelope of ours", async () => {
    const router = new RouteOrderContext(started);
    const envelope = JSON.parse(pack(newEvent("{}")));
    const broken = [
      "",
      "null",
      "[]",
      "{",
      '{"v":1}',
      JSON.stringify({ ...envelope, headers: { a: 1 } }),
      JSON.stringify({ ...envelope, body: "not gzip" }),
      JSON.stringify({ ...envelope, body: envelope.body.slice(0, -8) }),
      JSON.stringify({ Records: [{ s3: {} }] }),
    ];
    for (const message of broken) {
      equal((await router.routes(message)).outcome, "unreadable", message.slice(0, 50));
    }
    deepEqual(router.commands, []);
  });

  test("is not one that a newer release wrote, in the message or in S3: that waits for its function", async () => {
    const router = new RouteOrderContext(started);
    const newer = (message: string) => JSON.stringify({ ...JSON.parse(message), v: 2 });
    const event = newEvent("{}");
    await rejects(router.routes(newer(pack(event))), NewerRelease);
    await rejects(router.routes(newer(pointerTo("events/newer", event))), NewerRelease);
    router.objects.set("events/newer", newer(pack(event)));
    await rejects(router.routes(pointerTo("events/newer", event)), NewerRelease);
    deepEqual(router.commands, [], "it touched no table");
  });

  test("is a gzip bomb, in the message and in S3, without unpacking it", async () => {
    const router = new RouteOrderContext(started);
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024)).toString("base64");
    const message = JSON.stringify({ ...JSON.parse(pack(newEvent("{}"))), body: bomb });
    const before = process.memoryUsage.rss();
    equal((await router.routes(message)).outcome, "unreadable");
    router.objects.set("events/bomb", message);
    equal((await router.routes(pointerTo("events/bomb", newEvent("")))).outcome, "unreadable");
    ok(process.memoryUsage.rss() - before < 150 * 1024 * 1024);
  });

  test("is not one whose body lies in an S3 that is down: that is retried", async () => {
    const router = new RouteOrderContext(started);
    const id = newId();
    const event = newEvent(JSON.stringify({ topic: "orders/paid", kind: "order", order: sampleOrder({ id }) }));
    const message = pointerTo("events/big", event);
    await rejects(router.routes(message), /NoSuchKey/);
    router.objects.set("events/big", pack(event));
    equal((await router.routes(message)).outcome, "recorded");
    // A pointer that was replaced by another's envelope is no way around the signature check either: it is what it says.
    router.objects.set("events/big", pointerTo("events/big", event));
    equal((await router.routes(message)).outcome, "unreadable");
  });

  test("is not one whose order's body cannot be stored in S3: that is retried, and nothing is sent", async () => {
    const router = new RouteOrderContext(started);
    const id = newId();
    const { put } = router.eventStore;
    router.eventStore.put = async () => {
      throw new Error("SlowDown");
    };
    const attributes = Array.from({ length: 40 }, (_, index) => ({
      name: `n${index}`,
      value: Buffer.from(crypto.getRandomValues(new Uint8Array(12_000))).toString("base64"),
    }));
    await rejects(router.ordered({ id, attributes }), /SlowDown/);
    deepEqual(router.sentOf(id), []);
    router.eventStore.put = put;
    equal((await router.ordered({ id, attributes })).outcome, "recorded");
    deepEqual(router.sentOf(id), [ONE, TWO]);
  });

  test("is not one that says nothing of ours: that is ignored, and writes nothing", async () => {
    const router = new RouteOrderContext(started);
    equal((await router.arrives({ kind: "ignored", reason: "a topic about products" })).outcome, "ignored");
    deepEqual(router.commands, []);
  });
});
