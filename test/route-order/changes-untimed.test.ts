import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { reportEvent } from "../../functions/route-order/report-event.ts";
import { linesWrittenBy, metricsIn } from "../support/lines-written-by.ts";
import { createMemoryLedger } from "../support/memory-ledger.ts";
import { Relay, sampleOrder } from "../support/relay.ts";

const deleted = { topic: "orders/delete", kind: "change", change: "cancelled", orderId: sampleOrder().id };

for (const known of [true, false]) {
  test(`a deletion of ${known ? "a known" : "an unknown"} order that does not say when is taken as of its receipt, and is a ticket`, async () => {
    const relay = new Relay({ ledger: createMemoryLedger() });
    if (known) await relay.ordered();
    const routed = await relay.arrives(deleted);
    deepEqual([routed.outcome, routed.isUntimed], ["cancelled", true]);
    const { state, events } = await relay.trace();
    equal(state, "cancelled");
    match(events.at(-1)?.outcome ?? "", /nothing of when that was, so the time of its receipt counts/);
    const lines = await linesWrittenBy(async () => reportEvent(routed, { messageId: "m1", receives: 1 }));
    equal(metricsIn(lines).filter((values) => "ChangesUntimed" in values).length, 1);
    // The repeat of it changes nothing, and is no second ticket.
    equal((await relay.arrives(deleted)).isUntimed, undefined);
  });
}

test("one that says when it happened is no ticket", async () => {
  const relay = new Relay({ ledger: createMemoryLedger() });
  await relay.ordered();
  const routed = await relay.arrives({ ...deleted, eventTime: "2026-11-01T11:00:00.000Z" });
  deepEqual([routed.outcome, routed.isUntimed], ["cancelled", undefined]);
});
