import { deepEqual, equal, match, ok } from "node:assert/strict";
import { after, before, test } from "node:test";
import { renew } from "../../operator/renew.ts";
import { pointerTo } from "../../shared/ledger/outbox.ts";
import { QUICK_TABLE, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { Relay, sampleOrder } from "../support/relay.ts";

let started: TestLedger;
let last = 0;
before(async () => {
  started = await startLedger(QUICK_TABLE);
});
after(() => started.stop());

const ADA = { id: "ada" };
const BEN = { id: "ben" };
const MONTH_LATER = { placedAt: "2026-12-01T10:00:00.000Z", updatedAt: "2026-12-01T10:00:00.000Z" };

async function first(changes: Record<string, unknown> = {}) {
  const relay = new Relay(started);
  const id = `55${String(process.pid).padStart(7, "0")}${++last}`;
  const identity = { channel: "plain", connection: "main", orderId: id };
  await relay.ordered({ id, buyer: ADA, ...changes });
  const record = async () => {
    const found = await started.ledger.order(identity);
    ok(found);
    return found;
  };
  return { relay, id, identity, record };
}

test("the same ID, placed at another time by another buyer, is another order: held with a sentence, and not sent (row 20)", async () => {
  const { relay, id, record } = await first();
  await relay.run();
  relay.clock = Date.parse("2026-12-01T10:00:01.000Z");
  const other = { id, buyer: BEN, lines: [{ id: "9", sku: "DEMO-MUG", quantity: 1 }], ...MONTH_LATER };
  const routed = await relay.ordered(other);
  deepEqual([routed.outcome, routed.state], ["updated", "held"]);
  await relay.run();
  equal(relay.parcelworks.posts, 1);
  const { reason, workList } = await record();
  match(reason ?? "", /^another order came under this ID: by another buyer, placed at 2026-12-01/);
  equal(workList, "held", "npm run failed lists it, and its alarm rings");
  // What was sent is another order's: that is no edit of it.
  deepEqual(relay.tickets, []);

  const file = await started.ledger.load(await record());
  ok(file);
  const { record: renewed } = await renew(file, started.ledger, {
    config: relay.config,
    who: "test",
    now: relay.clock,
  });
  equal(await started.ledger.putOrder(renewed), "written");
  for (const destination of renewed.toSend) relay.send(JSON.stringify(pointerTo(renewed, destination)));
  await relay.run();
  deepEqual(
    relay.parcelworks.live().map(({ lines }) => lines.map(({ sku }) => sku)),
    [["DEMO-TEE"], ["DEMO-MUG"]],
  );
});

for (const [what, changes] of [
  ["another time and the same buyer", { ...MONTH_LATER, buyer: ADA }],
  ["another buyer and the same time", { updatedAt: MONTH_LATER.updatedAt, buyer: BEN }],
  ["another time and no buyer", MONTH_LATER],
] as const) {
  test(`${what} is an update`, async () => {
    const { relay, id, record } = await first();
    relay.clock = Date.parse("2026-12-01T10:00:01.000Z");
    await relay.ordered({ id, ...changes });
    equal((await record()).state, "recorded");
  });
}

test("while the former order is being sent, the other one's event waits in the DLQ; a redrive takes it", async () => {
  const { relay, id, record } = await first();
  relay.clock = Date.parse("2026-12-01T10:00:01.000Z");
  const other = { id, buyer: BEN, ...MONTH_LATER };
  const routed = await relay.ordered(other);
  deepEqual([routed.outcome, routed.field], ["unreadable", "id"]);
  await relay.run();
  equal(relay.parcelworks.live()[0]?.lines[0]?.sku, sampleOrder().lines[0]?.sku);
  equal((await relay.ordered(other)).state, "held");
  equal((await record()).reused, true);
});

test("in place of an order that was never sent, it is held all the same, until the operator renews it", async () => {
  const { relay, id, record } = await first({ financialState: "pending" });
  relay.clock = Date.parse("2026-12-01T10:00:01.000Z");
  await relay.ordered({ id, buyer: BEN, ...MONTH_LATER });
  await relay.ordered({ id, buyer: BEN, ...MONTH_LATER, updatedAt: "2026-12-02T10:00:00.000Z", note: "soon" });
  const { state, workList, generation, decided } = await record();
  deepEqual([state, workList, generation, decided], ["held", "held", 1, []]);
  deepEqual(relay.queue, []);
});

test("its cancellation is not one of what was sent before", async () => {
  const { relay, id, record } = await first();
  await relay.run();
  relay.clock = Date.parse("2026-12-01T10:00:01.000Z");
  await relay.ordered({ id, buyer: BEN, ...MONTH_LATER });
  const cancelledAt = "2026-12-02T10:00:00.000Z";
  await relay.ordered({ id, buyer: BEN, ...MONTH_LATER, updatedAt: cancelledAt, cancelledAt });
  equal((await record()).state, "cancelled");
  deepEqual(relay.late, []);
});
