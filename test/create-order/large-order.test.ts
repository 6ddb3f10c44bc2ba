import { deepEqual, equal } from "node:assert/strict";
import { after, before, test } from "node:test";
import { startLedger, type TestLedger } from "../support/ledger-table.ts";
import { Relay } from "../support/relay.ts";

let started: TestLedger;
before(async () => {
  started = await startLedger("dynalite");
});
after(() => started.stop());

test("an order of very many lines is claimed, and found again by what the claim says was sent", async () => {
  const relay = new Relay(started);
  relay.parcelworks.fates.push("timeout-after-create");
  const lines = Array.from({ length: 10_000 }, (_, index) => ({
    id: String(7_000_000_000_000 + index),
    sku: `DEMO-TEE-${index % 977}-${index % 31}`,
    quantity: 1 + (index % 3),
  }));
  await relay.ordered({ id: "10000-lines", lines });
  await relay.run();
  equal(relay.parcelworks.posts, 1);
  equal(relay.parcelworks.live().length, 1);
  const file = await started.ledger.load({ channel: "plain", connection: "main", orderId: "10000-lines" });
  equal(file?.deliveries[0]?.state, "created");
  deepEqual(file?.deliveries[0]?.lines, relay.parcelworks.held[0]?.lines);
});
