import { deepEqual, equal, match, ok } from "node:assert/strict";
import { describe, test } from "node:test";
import * as z from "zod/mini";
import type { Channel, ChannelClient } from "../../functions/channels/channel.ts";
import { findDue } from "../../functions/find-due/find-due.ts";
import { routeOrder } from "../../functions/route-order/route-order.ts";
import { keep } from "../../operator/renew.ts";
import { waitingOnes } from "../../operator/waiting.ts";
import { Order } from "../../shared/order.ts";
import { createMemoryLedger } from "../support/memory-ledger.ts";
import { firstReceive, noChannelApi } from "../support/no-channel-api.ts";
import { plain, Relay, sampleOrder } from "../support/relay.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LATER = "2026-11-01T11:00:00Z";

/** A paid order whose message waits when the table is restored to a time before the present, and find-due's messages. */
async function restored() {
  const relay = new Relay({ ledger: createMemoryLedger() });
  await relay.ordered();
  const restoredAt = new Date(relay.clock + MINUTE).toISOString();
  relay.config = { ...relay.config, restoredAt };
  relay.clock += 10 * MINUTE;
  const intake: string[] = [];
  const { config, ledger, now } = relay;
  const queues = {
    sendToDestination: async (_: string, body: string) => relay.send(body),
    sendToIntake: async (body: string) => void intake.push(body),
  };
  const pass = () => findDue({ config, ledger, queues, now, deadline: relay.clock + 30_000 });
  await pass();
  const deps = { ...noChannelApi, config, ledger, queues, now, random: () => 0.5, eventStore: { get: async () => "" } };
  /** Runs route-order on what find-due asks for. @param found by the channel's API; undefined: it has none */
  async function ask(found?: Record<string, unknown> | "gone") {
    await pass();
    const [body, ...more] = intake.splice(0);
    ok(body !== undefined && more.length === 0);
    const order = found === undefined || found === "gone" ? found : { order: z.parse(Order, found) };
    const open = () => ({ order: async () => order ?? "gone" }) as ChannelClient;
    const channel: Channel = order === undefined ? plain : { ...plain, api: async () => ({ open }) };
    const message = firstReceive(body, relay.clock);
    return routeOrder(message, { ...deps, channelOf: async () => channel, openClient: async () => open() });
  }
  const record = async () => {
    const found = await ledger.order({ channel: "plain", connection: "main", orderId: sampleOrder().id });
    ok(found);
    return found;
  };
  return { relay, ask, pass, record, intake };
}

describe("after a restore of the table, an order from before it", () => {
  test("is not sent before it was fetched, though the provider does not have it", async () => {
    const { relay, ask, record } = await restored();
    await relay.run(HOUR);
    deepEqual([relay.parcelworks.posts, (await record()).channelWait?.cause], [0, "restored"]);
    ok(relay.parcelworks.finds >= 6, "it and the next five generations were looked up");
    equal((await ask(sampleOrder())).outcome, "duplicate");
    equal((await record()).channelWait, undefined);
    await relay.run(HOUR);
    deepEqual([relay.parcelworks.posts, relay.parcelworks.live().length, relay.queue.length], [1, 1, 0]);
  });

  test("that was cancelled in the time which the table lost is never sent", async () => {
    const { relay, ask } = await restored();
    await relay.run(HOUR);
    equal((await ask(sampleOrder({ updatedAt: LATER, cancelledAt: LATER }))).outcome, "cancelled");
    await relay.run(HOUR);
    deepEqual([relay.parcelworks.posts, relay.queue.length], [0, 0]);
  });

  test("that the channel no longer has is not sent, and is a ticket after 15 minutes", async () => {
    const { relay, ask, record } = await restored();
    await relay.run(HOUR);
    const { outcome, isOverdue } = await ask("gone");
    deepEqual([outcome, isOverdue, (await record()).channelWait?.cause], ["gone", true, "restored"]);
    await relay.run(HOUR);
    equal(relay.parcelworks.posts, 0);
  });

  test("is created at once where the provider has it: nothing is sent", async () => {
    const { relay } = await restored();
    const lines = [{ id: "1", sku: "DEMO-TEE", quantity: 2, product: "DEMO-TEE" }];
    const reference = `pm-${sampleOrder().id}-g3`;
    relay.parcelworks.held.push({ id: "P1", reference, lines, cancelled: false, visibleAt: 0 });
    await relay.run(HOUR);
    deepEqual([relay.parcelworks.posts, (await relay.trace()).deliveries[0]?.state], [0, "created"]);
  });

  test("of a channel without an API is held for the operator, who releases it", async () => {
    const { relay, ask, record } = await restored();
    await relay.run(HOUR);
    equal((await ask()).outcome, "touched");
    const held = await record();
    match(`${held.state}: ${held.reason}`, /^held: the table was restored, and the order's channel has no API/);
    const [waiting] = await waitingOnes(relay.ledger, relay.config, relay.clock);
    deepEqual([waiting?.kind, waiting?.destination], ["unconfirmed", null]);
    await relay.run(10 * HOUR);
    equal(relay.parcelworks.posts, 0);
    const file = await relay.ledger.load(held);
    ok(file);
    const kept = keep(file, { config: relay.config, who: "ada", now: relay.clock });
    match(kept.will, /looked up once more and sent/);
    await relay.ledger.putOrder(kept.record);
    await relay.run(48 * HOUR);
    deepEqual([relay.parcelworks.posts, relay.parcelworks.live().length], [1, 1]);
  });

  test("of a channel without an API, asked twice, is held once and nothing goes to the DLQ", async () => {
    const { relay, ask, record } = await restored();
    await relay.run(HOUR);
    const before = await record();
    await ask();
    const held = await record();
    equal(held.rev, before.rev + 2, "the next look, and the hold");
    equal(held.workList, "held");
  });

  test("placed before and first seen after is not sent either, and one placed after is", async () => {
    for (const [placedAt, posts] of [
      ["2026-11-01T10:00:00.000Z", 0],
      ["2026-11-01T11:30:00.000Z", 1],
    ] as const) {
      const relay = new Relay({ ledger: createMemoryLedger() });
      relay.config = { ...relay.config, restoredAt: "2026-11-01T11:00:00Z" };
      await relay.ordered({ placedAt });
      await relay.run(HOUR);
      equal(relay.parcelworks.posts, posts);
    }
  });
});
