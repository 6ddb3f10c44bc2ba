import { deepEqual, equal, match } from "node:assert/strict";
import { after, before, test } from "node:test";
import { QUICK_TABLE, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { Relay } from "../support/relay.ts";

let started: TestLedger;
before(async () => {
  started = await startLedger(QUICK_TABLE);
});
after(() => started.stop());

test("an order of as many lines as are sent is claimed, and found again by what the claim says was sent", async () => {
  const relay = new Relay(started);
  relay.parcelworks.fates.push("timeout-after-create");
  const lines = Array.from({ length: 2_000 }, (_, index) => ({
    id: String(7_000_000_000_000 + index),
    sku: `DEMO-TEE-${index % 977}-${index % 31}`,
    quantity: 1 + (index % 3),
  }));
  await relay.ordered({ id: "2000-lines", lines });
  await relay.run();
  equal(relay.parcelworks.posts, 1);
  equal(relay.parcelworks.live().length, 1);
  const file = await started.ledger.load({ channel: "plain", connection: "main", orderId: "2000-lines" });
  equal(file?.deliveries[0]?.state, "created");
  const held = relay.parcelworks.held[0]?.lines.map((line) => ({ ...line, pieces: line.quantity }));
  deepEqual(file?.deliveries[0]?.lines, held);
});

test("an order that grew beyond them after it was queued is rejected with a sentence, and nothing is posted", async () => {
  const relay = new Relay(started);
  const lines = Array.from({ length: 2_001 }, (_, index) => ({ id: String(index), sku: "DEMO-TEE", quantity: 1 }));
  await relay.ordered({ id: "grown", lines: lines.slice(0, 1) });
  await relay.ordered({ id: "grown", lines, updatedAt: "2026-11-01T11:59:00.000Z" });
  await relay.run();
  equal(relay.parcelworks.posts, 0);
  const file = await started.ledger.load({ channel: "plain", connection: "main", orderId: "grown" });
  equal(file?.deliveries[0]?.state, "rejected");
  match(file?.deliveries[0]?.errorText?.text ?? "", /^The order has 2001 lines to ship/);
});
