import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import * as z from "zod/mini";
import { QUICK_TABLE, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { Relay } from "../support/relay.ts";
import { ONE, RouteOrderContext, TWO } from "../support/route-order-context.ts";
import { frozen, frozenItems } from "./frozen.ts";

/**
 * Frozen messages of the first release: a DLQ keeps them for 14 days, and a redrive may deliver them to a newer
 * release.
 */
const { envelope, pointer, objects, delivery } = z.parse(
  z.object({
    /** Of order …05. */
    envelope: z.string(),
    /** Of order …06, whose envelope is in S3. */
    pointer: z.string(),
    objects: z.record(z.string(), z.string()),
    /** Of order …02, rejected in ledger-items-v1.json. */
    delivery: z.string(),
  }),
  frozen("messages-v1"),
);
const [SMALL, LARGE, REJECTED] = ["820982911946100005", "820982911946100006", "820982911946100002"];

/** As a later release may write it. */
const newer = (message: string): string =>
  JSON.stringify({ ...JSON.parse(message), v: 2, added: "by a newer release" });

describe("messages of the first release", () => {
  let started: TestLedger;
  before(async () => {
    started = await startLedger(QUICK_TABLE);
    for (const [key, text] of Object.entries(objects)) started.objects.set(key, text);
    for (const Item of frozenItems("ledger-items-v1")) {
      await started.client.send(new PutItemCommand({ TableName: "ledger", Item }));
    }
  });
  after(() => started.stop());

  for (const [what, message, id] of [
    ["envelope", envelope, SMALL],
    ["pointer to an envelope in S3", pointer, LARGE],
  ] as const) {
    test(`an ${what} becomes its order`.replace("an p", "a p"), async () => {
      const context = new RouteOrderContext(started);
      const routed = await context.routes(message);
      deepEqual([routed.outcome, routed.orderId], ["recorded", id]);
      equal(routed.event?.source === "webhook" && routed.event.headers["x-name"], "Zoë");
      deepEqual(context.sentOf(id), [ONE, TWO]);
    });
  }

  test("a destination's message finds its delivery and tries it again", async () => {
    const relay = new Relay(started);
    relay.clock = Date.parse("2026-11-10T00:00:00Z");
    relay.send(delivery);
    await relay.run();
    equal(relay.parcelworks.live(`pm-${REJECTED}`).length, 1);
    deepEqual(relay.queue, []);
  });

  test("a destination's message of a newer release is given back as it was sent, and touches nothing", async () => {
    const relay = new Relay(started);
    const id = "820982911946100007";
    await relay.ordered({ id });
    const [sent] = relay.queue.splice(0);
    ok(sent);
    const before = await started.table.partition(`order#plain/main#${id}`);
    relay.send(newer(sent.body));
    const [message] = relay.queue;
    ok(message);
    await rejects(relay.receive(message), { name: "NewerRelease" });
    deepEqual(
      relay.queue.map(({ body }) => body),
      [newer(sent.body)],
    );
    ok(message.visibleAt >= relay.clock + 500_000, "it does not reach the DLQ while the newer function is deployed");
    equal(relay.parcelworks.posts + relay.parcelworks.finds, 0);
    deepEqual(await started.table.partition(`order#plain/main#${id}`), before);
    // As the newer release would do.
    relay.queue.splice(0);
    relay.send(sent.body);
    await relay.run();
    equal(relay.parcelworks.live(`pm-${id}`).length, 1);
  });
});
