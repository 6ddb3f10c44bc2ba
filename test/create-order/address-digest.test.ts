import { equal, match, notEqual, ok } from "node:assert/strict";
import { after, before, test } from "node:test";
import { addressDigest } from "../../shared/ledger/address-digest.ts";
import { QUICK_TABLE, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { Relay, sampleOrder } from "../support/relay.ts";

let started: TestLedger;
before(async () => {
  started = await startLedger(QUICK_TABLE);
});
after(() => started.stop());

const orderOf = (orderId: string) => ({ channel: "plain", connection: "main", orderId });
const digestOf = async (orderId: string) => (await started.ledger.load(orderOf(orderId)))?.deliveries[0]?.addressDigest;

test("a delivery keeps the digest of the address that was sent, whatever becomes of the order's", async () => {
  const relay = new Relay(started);
  const { shippingAddress: sent } = sampleOrder();
  await relay.ordered({ id: "1" });
  equal(await digestOf("1"), undefined, "nothing was sent yet");
  await relay.run();
  equal(relay.parcelworks.posts, 1);
  equal(await digestOf("1"), addressDigest(orderOf("1"), sent));

  const edited = { ...sent, street1: "Side 2" };
  await relay.ordered({ id: "1", updatedAt: "2026-11-02T00:00:00Z", shippingAddress: edited });
  await relay.run();
  equal(await digestOf("1"), addressDigest(orderOf("1"), sent));
});

test("an attempt under a later address keeps that one's digest, and no digest shows the address", async () => {
  const relay = new Relay(started);
  relay.parcelworks.fates.push("down");
  await relay.ordered({ id: "2" });
  const [message] = relay.queue;
  ok(message);
  await relay.receive(message);
  const first = await digestOf("2");
  match(first ?? "", /^[\w-]{43}$/);
  const shippingAddress = { ...sampleOrder().shippingAddress, street1: "Side 2" };
  await relay.ordered({ id: "2", updatedAt: "2026-11-02T00:00:00Z", shippingAddress });
  await relay.run();
  notEqual(await digestOf("2"), first);
  equal(await digestOf("2"), addressDigest(orderOf("2"), shippingAddress));
});
