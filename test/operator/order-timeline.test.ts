import { deepEqual, equal, ok } from "node:assert/strict";
import { after, before, test } from "node:test";
import { orderTimeline, type TimelineSpan } from "../../operator/order-timeline.ts";
import { HISTORY_LENGTH } from "../../shared/ledger/delivery.ts";
import { startLedger, type TestLedger } from "../support/ledger-table.ts";
import type { Fate } from "../support/parcelworks.ts";
import { Relay } from "../support/relay.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let started: TestLedger;
before(async () => {
  started = await startLedger("memory");
});
after(() => started.stop());

let orders = 0;
/** A relay whose provider takes 1.2 s for each create. */
function relayWith(...fates: Fate[]) {
  const relay = new Relay(started);
  relay.parcelworks.fates.push(...fates);
  relay.parcelworks.onPost = async () => {
    relay.clock += 1_200;
  };
  const id = `timeline-${++orders}`;
  const timeline = async () => {
    const file = await relay.ledger.load({ channel: "plain", connection: "main", orderId: id });
    ok(file);
    return orderTimeline(file, relay.config, relay.clock);
  };
  return { relay, id, timeline };
}

const words = (spans: readonly TimelineSpan[] = []) =>
  spans.map(({ kind, what, result, from, to }) =>
    [kind, what, ...(result ? [result] : []), to === undefined ? "goes on" : (to - from) / SECOND].join(" | "),
  );

test("held for payment, then queued, then the provider's call: waiting is apart from working", async () => {
  const { relay, id, timeline } = relayWith();
  await relay.ordered({ id, financialState: "pending" });
  relay.clock += 10 * MINUTE;
  deepEqual(words((await timeline()).lanes[0]?.spans), [
    "waiting | received, until recorded | 0",
    "waiting | held | goes on",
  ]);
  await relay.ordered({ id, updatedAt: "2026-11-01T11:00:00.000Z" });
  relay.clock += 5 * SECOND;
  deepEqual(words((await timeline()).lanes[1]?.spans), ["waiting | on its queue | goes on"]);
  await relay.run();
  const { lanes, marks, gaps, from, to } = await timeline();
  deepEqual(words(lanes[0]?.spans), ["waiting | received, until recorded | 0", "waiting | held | 600"]);
  deepEqual(words(lanes[1]?.spans), ["waiting | on its queue | 5", "working | provider's call | created | 1.2"]);
  deepEqual(
    marks.map(({ what }) => what),
    ["recorded, held: not paid yet", "updated"],
  );
  deepEqual([gaps, to - from], [[], 10 * MINUTE + 6_200]);
});

test("an answer that is lost: settling, the look-up, what it found", async () => {
  const found = relayWith("timeout-after-create");
  await found.relay.ordered({ id: found.id });
  await found.relay.run();
  const spans = (await found.timeline()).lanes[1]?.spans ?? [];
  deepEqual(words(spans.slice(0, 2)), [
    "waiting | on its queue | 0",
    "working | provider's call | no clear answer | 1.2",
  ]);
  equal(spans.at(-1)?.result, "found by a look-up");
  ok(spans.slice(2).every(({ kind }) => kind === "waiting"));

  const nothing = relayWith("timeout-before-create");
  await nothing.relay.ordered({ id: nothing.id });
  await nothing.relay.run();
  const again = (await nothing.timeline()).lanes[1]?.spans ?? [];
  equal(words(again).at(-1), "working | provider's call | created | 1.2");
  equal(again.at(-2)?.result, "a look-up found nothing: sent again");
  const settling = again
    .filter(({ what }) => what === "settling")
    .reduce((sum, { from, to = from }) => sum + to - from, 0);
  ok(settling >= 2 * MINUTE, `${settling}`);
});

test("an attempt that died wrote no end: it is said, and not invented", async () => {
  const { relay, id, timeline } = relayWith("killed-after-create");
  await relay.ordered({ id });
  await relay.run();
  const spans = (await timeline()).lanes[1]?.spans ?? [];
  equal(words(spans)[1], "working | provider's call | ended without an answer | 90");
  equal(spans.at(-1)?.result, "found by a look-up");
});

test("a refusal waits for a person until it is sent again; spans follow each other without a gap", async () => {
  const { relay, id, timeline } = relayWith("rejected");
  await relay.ordered({ id });
  await relay.run();
  relay.clock += MINUTE;
  deepEqual(words((await timeline()).lanes[1]?.spans).slice(1), [
    "working | provider's call | refused | 1.2",
    "person | waits for a person | goes on",
  ]);
  relay.redrive("new");
  await relay.run();
  const spans = (await timeline()).lanes[1]?.spans ?? [];
  equal(spans.at(-1)?.result, "created");
  for (const [index, { to }] of spans.entries()) {
    const next = spans[index + 1];
    if (next) equal(to, next.from, words(spans).join("\n"));
  }
});

test("of a long life the newest steps are kept, and the page says so", async () => {
  const { relay, id, timeline } = relayWith(...Array.from({ length: 24 }, (): Fate => "down"));
  relay.config = { ...relay.config, timing: { ...relay.config.timing, retryCap: 2 * MINUTE } };
  await relay.ordered({ id });
  await relay.run();
  const { gaps, lanes } = await timeline();
  equal(gaps.length, 1);
  ok(gaps[0]?.startsWith(`Of parcelworks/demo the newest ${HISTORY_LENGTH} steps are kept; it has had `), gaps[0]);
  ok(lanes[1]?.spans[0]?.what !== "on its queue", "when it was queued is before them");
});
