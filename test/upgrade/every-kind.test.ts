import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { type AttributeValue, PutItemCommand } from "@aws-sdk/client-dynamodb";
import * as z from "zod/mini";
import { renew } from "../../operator/renew.ts";
import { resolve } from "../../operator/resolve.ts";
import { pointerTo } from "../../shared/ledger/outbox.ts";
import type { WorkList } from "../../shared/ledger/work-list.ts";
import { QUICK_TABLES, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { Relay } from "../support/relay.ts";
import { frozen } from "./frozen.ts";

/**
 * Frozen items of the first release that ledger-items-v1.json does not have. Those of the first two orders were
 * written with lower limits for bodies in S3 and for zipped lines: at the real limits they would take a megabyte.
 */
const { items, objects } = z.parse(
  z.object({ items: z.array(z.custom<Record<string, AttributeValue>>()), objects: z.record(z.string(), z.string()) }),
  frozen("ledger-items-of-every-kind-v1"),
);
const BODY_IN_S3 = "820982911946100111";
/** In doubt; its body is in S3, too. */
const ZIPPED_LINES = "820982911946100112";
const FAULTY = "820982911946100113";
const RETRYING = "820982911946100114";
/** Its function died after the claim. */
const SENDING = "820982911946100115";
/** Created as P2; the step `pay` is open. */
const FOLLOW_UP = "820982911946100116";
/** Created as P3, cancelled, wanted again. */
const HELD = "820982911946100117";
/** Cancelled before it was sent, wanted again; its second generation is on the queue. */
const GENERATION_2 = "820982911946100118";
/** The operator found at 13:00 that it was not created. */
const NOT_CREATED = "820982911946100119";

const DESTINATION = "parcelworks/demo";
const WRITTEN_AT = Date.parse("2026-11-01T12:00:00Z");
const MINUTE = 60_000;

for (const { kind, skip } of QUICK_TABLES) {
  describe(`every kind of item of the first release on ${kind}`, { skip }, () => {
    let started: TestLedger;
    let relay: Relay;
    before(async () => {
      started = await startLedger(kind);
      for (const [key, text] of Object.entries(objects)) started.objects.set(key, text);
    });
    after(() => started.stop());
    beforeEach(async () => {
      for (const Item of items) await started.client.send(new PutItemCommand({ TableName: "ledger", Item }));
      relay = new Relay(started);
      relay.clock = Date.parse("2026-11-10T00:00:00Z");
    });

    const identity = (orderId: string) => ({ channel: "plain", connection: "main", orderId });
    const fileOf = async (orderId: string) => {
      const file = await started.ledger.load(identity(orderId));
      ok(file);
      return file;
    };
    const deliveryOf = async (orderId: string) => (await fileOf(orderId)).deliveries.at(-1);

    /** Delivers its message, as a redrive would. */
    async function comes(orderId: string, generation?: number) {
      const { record } = await fileOf(orderId);
      relay.send(JSON.stringify(pointerTo({ ...record, ...(generation && { generation }) }, DESTINATION, "test")));
      const message = relay.queue.at(-1);
      ok(message);
      const handled = await relay.receive(message);
      ok(handled !== "killed");
      return handled;
    }

    /** Its orders at the provider, by our reference. */
    const exists = (orderId: string, quantity = 2) =>
      relay.parcelworks.held.push({
        ...{ id: "P90", reference: `pm-${orderId}`, cancelled: false, visibleAt: 0 },
        lines: [{ id: "1", sku: "DEMO-TEE", quantity, product: "DEMO-TEE" }],
      });
    const asked = () => ({ posts: relay.parcelworks.posts, finds: relay.parcelworks.finds });

    test("each has the work list entry of its state", async () => {
      const entriesOf = async (as: WorkList) => {
        const found: string[] = [];
        for await (const { identity, destination = "order" } of started.ledger.workList(as)) {
          found.push(`${identity.orderId} ${destination}`);
        }
        return found.sort();
      };
      const open = [ZIPPED_LINES, RETRYING, FOLLOW_UP, NOT_CREATED].map((id) => `${id} ${DESTINATION}`);
      deepEqual(await entriesOf("open"), open.sort());
      deepEqual(await entriesOf("failed"), [`${FAULTY} ${DESTINATION}`]);
      deepEqual(await entriesOf("held"), [`${HELD} order`]);
    });

    test("an order whose body is in S3 is created from there", async () => {
      equal((await comes(BODY_IN_S3)).outcome, "created");
      const [made] = relay.parcelworks.live(`pm-${BODY_IN_S3}`);
      deepEqual(made?.lines, [{ id: "1", sku: "DEMO-TEE", quantity: 2, product: "DEMO-TEE" }]);
    });

    test("a look-up compares with the zipped lines, not with the order's newer ones", async () => {
      const lines = [{ id: "1", sku: "DEMO-TEE", quantity: 5 }];
      await relay.ordered({ id: ZIPPED_LINES, updatedAt: "2026-11-09T00:00:00Z", lines });
      exists(ZIPPED_LINES);
      equal((await comes(ZIPPED_LINES)).outcome, "created");
      deepEqual((await deliveryOf(ZIPPED_LINES))?.providerOrderIds, ["P90"]);
      deepEqual(asked(), { posts: 0, finds: 1 });
    });

    test("a failed one is looked up by its replay, then created", async () => {
      equal((await comes(FAULTY)).outcome, "created");
      deepEqual(asked(), { posts: 1, finds: 1 });
      equal(relay.parcelworks.live(`pm-${FAULTY}`).length, 1);
      equal((await deliveryOf(FAULTY))?.workList, undefined);
    });

    test("a retried one waits for its time, and is created without a look-up", async () => {
      relay.clock = WRITTEN_AT + 5_000;
      equal((await comes(RETRYING)).outcome, "waiting");
      deepEqual(asked(), { posts: 0, finds: 0 });
      await relay.run();
      deepEqual(asked(), { posts: 1, finds: 0 });
      const { state, attempts, workList } = (await deliveryOf(RETRYING)) ?? {};
      deepEqual({ state, attempts, workList }, { state: "created", attempts: 2, workList: undefined });
    });

    test("one whose function died is not touched until its lease ends, then looked up", async () => {
      exists(SENDING);
      relay.clock = WRITTEN_AT + MINUTE;
      equal((await comes(SENDING)).outcome, "waiting");
      deepEqual(asked(), { posts: 0, finds: 0 });
      await relay.run();
      deepEqual((await deliveryOf(SENDING))?.providerOrderIds, ["P90"]);
      equal(relay.parcelworks.posts, 0);
    });

    test("a step that is open after creation is carried out, and nothing else", async () => {
      const steps: unknown[] = [];
      relay.parcelworks.client.followUp = async (step, ids) => void steps.push([step, ids]);
      await comes(FOLLOW_UP);
      deepEqual(steps, [["pay", ["P2"]]]);
      deepEqual(asked(), { posts: 0, finds: 0 });
      const { state, followUp, workList } = (await deliveryOf(FOLLOW_UP)) ?? {};
      deepEqual({ state, followUp, workList }, { state: "created", followUp: undefined, workList: undefined });
    });

    test("an order that is held for an operator stays held until the operator resolves it", async () => {
      await relay.ordered({ id: HELD, updatedAt: "2026-11-09T00:00:00Z" });
      deepEqual(relay.queue, []);
      const file = await fileOf(HELD);
      const { state, workList } = file.record;
      deepEqual({ state, workList }, { state: "held", workList: "held" });
      await rejects(renew(file, started.ledger, releaser()), /may still exist: parcelworks\/demo \(created\)/);
      const { delivery } = resolve(file, DESTINATION, { is: "cancelled" }, around());
      const renewed = await renew({ ...file, deliveries: [delivery] }, started.ledger, releaser());
      deepEqual([renewed.record.generation, renewed.record.toSend], [2, [DESTINATION]]);
    });

    test("in a second generation the first one's message does nothing; its own message creates the order under a new reference", async () => {
      equal((await comes(GENERATION_2, 1)).outcome, "superseded");
      deepEqual(asked(), { posts: 0, finds: 0 });
      equal((await comes(GENERATION_2)).outcome, "created");
      deepEqual(
        relay.parcelworks.live().map(({ reference }) => reference),
        [`pm-${GENERATION_2}-g2`],
      );
    });

    test("one that the operator found not created is created without a look-up; an older restore changes nothing", async () => {
      relay.config = { ...relay.config, restoredAt: "2026-11-01T12:30:00Z" };
      // Its channel was asked since whether it is still wanted.
      const { record } = await fileOf(NOT_CREATED);
      const confirmed = { ...record, rev: record.rev + 1, confirmedAt: "2026-11-01T13:00:00.000Z" };
      equal(await started.ledger.putOrder(confirmed), "written");
      equal((await comes(NOT_CREATED)).outcome, "created");
      deepEqual(asked(), { posts: 1, finds: 0 });
      match((await deliveryOf(NOT_CREATED))?.resolvedBy ?? "", /^not-created, .*ada$/);
    });

    test("a delivery that the operator resolved before a restore is looked up again", async () => {
      relay.config = { ...relay.config, restoredAt: "2026-11-01T13:30:00Z" };
      exists(NOT_CREATED);
      equal((await comes(NOT_CREATED)).outcome, "created");
      deepEqual(asked(), { posts: 0, finds: 1 });
    });

    const releaser = () => ({ config: relay.config, who: "ada", now: relay.clock });
    const around = () => ({
      ...{ destinations: relay.config.destinations, timing: relay.config.timing, restoredAt: undefined },
      ...{ settlingOf: () => 2 * MINUTE, who: "ada", now: relay.clock },
    });
  });
}
