import { deepEqual, equal, match, ok } from "node:assert/strict";
import { after, before, test } from "node:test";
import { findDue } from "../../functions/find-due/find-due.ts";
import { QUICK_TABLE, startLedger, type TestLedger } from "../support/ledger-table.ts";
import type { Fate } from "../support/parcelworks.ts";
import { Relay, sampleOrder } from "../support/relay.ts";

const LATER = "2026-11-01T11:00:00Z";
const LATEST = "2026-11-01T11:30:00Z";
const TEE = { id: "1", sku: "DEMO-TEE", quantity: 2 };
const UPSELL = { id: "2", sku: "UPSELL", quantity: 1 };

let started: TestLedger;
let last = 0;
before(async () => {
  started = await startLedger(QUICK_TABLE);
});
after(() => started.stop());

/** An order that was created, or met another fate, and its later events. */
async function sent(order: Record<string, unknown> = {}, ...fates: Fate[]) {
  const relay = new Relay(started);
  const id = `66${String(process.pid).padStart(7, "0")}${++last}`;
  relay.parcelworks.fates.push(...fates);
  await relay.ordered({ id, ...order });
  const [message] = relay.queue;
  ok(message);
  await relay.receive(message);
  const updated = (changes: Record<string, unknown>, updatedAt = LATER) =>
    relay.ordered({ id, ...order, updatedAt, ...changes });
  const texts = () => relay.tickets.map(({ kind, text }) => `${kind}: ${text}`);
  return { relay, id, message, updated, texts };
}

for (const [what, lines, difference] of [
  ["a line was added", [TEE, UPSELL], "line 2 (SKU UPSELL) was added, 1 piece"],
  ["a line without a SKU was added", [TEE, { ...UPSELL, sku: "" }], "line 2 (no SKU) was added, 1 piece"],
  ["a piece was added", [{ ...TEE, quantity: 3 }], "line 1 (SKU DEMO-TEE) has 3 pieces, 2 sent"],
  ["a piece was removed", [{ ...TEE, quantityToShip: 1 }], "line 1 (SKU DEMO-TEE) has 1 piece, 2 sent"],
  ["its line was removed", [{ ...TEE, quantityToShip: 0 }], "line 1 (SKU DEMO-TEE) was removed"],
  [
    "its line is not there any more",
    [UPSELL],
    "line 2 (SKU UPSELL) was added, 1 piece; line 1 (SKU DEMO-TEE) was removed",
  ],
  ["its line became another product", [{ ...TEE, sku: "DEMO-MUG" }], "line 1 (SKU DEMO-TEE) became SKU DEMO-MUG"],
] as const) {
  test(`an edit after sending raises one ticket that names the difference: ${what}`, async () => {
    const { relay, id, updated, texts } = await sent();
    await updated({ lines });
    const expected = [`edited-after-sending: edited after it was sent to parcelworks/demo: ${difference}`];
    deepEqual(texts(), expected);
    // Repeats, and later events with the same difference, raise nothing.
    await updated({ lines });
    await updated({ lines, note: "call me" }, LATEST);
    deepEqual(texts(), expected);
    const { tickets = [] } = (await started.ledger.order({ channel: "plain", connection: "main", orderId: id })) ?? {};
    deepEqual(tickets, relay.tickets);
    equal(relay.parcelworks.posts, 1);
  });
}

test("a further edit raises a further ticket", async () => {
  const { updated, texts } = await sent();
  await updated({ lines: [TEE, UPSELL] });
  await updated({ lines: [{ ...TEE, quantity: 3 }, UPSELL] }, LATEST);
  equal(texts().length, 2);
  match(texts()[1] ?? "", /DEMO-TEE\) has 3 pieces, 2 sent; line 2 \(SKU UPSELL\)/);
});

for (const [what, changes] of [
  [
    "shipped, as the channel counts it",
    { lines: [{ ...TEE, quantityToShip: 0, fulfilled: 2 }], fulfilmentState: "fulfilled" },
  ],
  ["shipped, as the channel says", { lines: [{ ...TEE, quantityToShip: 0 }], fulfilmentState: "fulfilled" }],
  ["shipped in part", { lines: [{ ...TEE, quantityToShip: 1, fulfilled: 1 }], fulfilmentState: "partial" }],
  [
    "shipped, sent back and refunded",
    { lines: [{ ...TEE, quantityToShip: 0, fulfilled: 2 }], financialState: "partially-refunded" },
  ],
  ["mapped in another way: title, price, note", { lines: [{ ...TEE, title: "Tee", unitPrice: "1" }], note: "thanks" }],
  [
    "spelt in another way",
    { shippingAddress: { name: "ADA BYRON", street1: "Main  1", city: "Berlin", country: "de", latitude: "52.5" } },
  ],
] as const) {
  test(`what was only ${what} raises nothing`, async () => {
    const { updated, texts } = await sent();
    await updated(changes);
    deepEqual(texts(), []);
  });
}

test("a line that was removed while the other one was shipped is named", async () => {
  const { updated, texts } = await sent({ lines: [TEE, UPSELL] });
  const lines = [
    { ...TEE, quantityToShip: 0, fulfilled: 2 },
    { ...UPSELL, quantityToShip: 0, fulfilled: 0 },
  ];
  await updated({ lines, fulfilmentState: "partial" });
  deepEqual(texts(), [
    "edited-after-sending: edited after it was sent to parcelworks/demo: line 2 (SKU UPSELL) was removed",
  ]);
});

test("an exchange adds a line to a fulfilled order: its new piece is named (27a)", async () => {
  const { updated, texts } = await sent();
  const shipped = { ...TEE, quantityToShip: 0, fulfilled: 2 };
  await updated({ lines: [shipped], fulfilmentState: "fulfilled" });
  await updated({ lines: [shipped, { ...UPSELL, quantityToShip: 1 }], fulfilmentState: "partial" }, LATEST);
  deepEqual(texts(), [
    "edited-after-sending: edited after it was sent to parcelworks/demo: line 2 (SKU UPSELL) was added, 1 piece",
  ]);
});

test("a new address after sending raises one ticket, which does not quote it; a second change raises another", async () => {
  const { relay, updated, texts } = await sent();
  const moved = (street1: string) => ({ shippingAddress: { ...sampleOrder().shippingAddress, street1 } });
  await updated(moved("Side 2"));
  const text = "address-changed-after-sending: its shipping address was changed after it was sent to parcelworks/demo";
  deepEqual(texts(), [text]);
  ok(!JSON.stringify(relay.tickets).includes("Side"));
  await updated({ ...moved("Side 2"), note: "new" }, "2026-11-01T11:10:00Z");
  equal(texts().length, 1);
  await updated(moved("Side 3"), LATEST);
  deepEqual(texts(), [text, text]);
});

test("an order that is picked up after all, although it was sent as a parcel, raises a ticket (row 11)", async () => {
  const { relay, updated, texts } = await sent();
  await updated({ shippingAddress: null, shipping: { kind: "pick-up", method: "Main Street Store" } });
  const removed = (instead: string) =>
    `address-changed-after-sending: its shipping address was removed (${instead}) after it was sent to parcelworks/demo`;
  deepEqual(texts(), [removed("the buyer picks it up")]);
  equal(relay.parcelworks.posts, 1);

  const local = await sent();
  await local.updated({ shippingAddress: null, shipping: { kind: "local", method: "Local delivery" } });
  deepEqual(local.texts(), [removed("the shop delivers it itself")]);

  const shipped = await sent();
  await shipped.updated({
    shippingAddress: null,
    shipping: { kind: "pick-up", method: "Main Street Store" },
    fulfilmentState: "fulfilled",
  });
  deepEqual(shipped.texts(), []);
});

test("what was not sent yet, or surely is not there, is sent as it is now, and raises nothing", async () => {
  const { relay, updated, texts } = await sent({}, "down");
  await updated({ lines: [TEE, UPSELL], shippingAddress: { ...sampleOrder().shippingAddress, street1: "Side 2" } });
  await relay.run();
  deepEqual(texts(), []);
});

test("what is in doubt is perhaps there", async () => {
  const { updated, texts } = await sent({}, "timeout-after-create");
  await updated({ lines: [TEE, UPSELL] });
  match(texts()[0] ?? "", /^edited-after-sending: edited after it was perhaps sent to parcelworks\/demo: line 2/);
});

test("a cancelled order is not an edited one", async () => {
  const { relay, updated, texts } = await sent();
  await updated({ cancelledAt: LATER, lines: [{ ...TEE, quantityToShip: 0 }] });
  deepEqual([texts(), relay.late], [[], ["parcelworks/demo"]]);
});

test("an update between the read and the claim of an attempt is found by find-due, once", async () => {
  const relay = new Relay(started);
  const id = `66${String(process.pid).padStart(7, "0")}${++last}`;
  await relay.ordered({ id });
  const { client } = relay.parcelworks;
  const prepare = client.prepare.bind(client);
  client.prepare = async (outgoing) => {
    client.prepare = prepare;
    await relay.ordered({ id, updatedAt: LATER, lines: [TEE, UPSELL] });
    return prepare(outgoing);
  };
  await relay.run();
  deepEqual([relay.tickets.length, relay.parcelworks.posts], [0, 1]);
  const texts: string[] = [];
  const { ledger, config, now } = relay;
  const sendToIntake = async () => {};
  for (const _ of [1, 2]) {
    relay.clock += config.timing.dueAfter;
    await findDue({
      ...{ ledger, config, now, deadline: relay.clock + 30_000 },
      queues: { sendToIntake, sendToDestination: async () => {} },
      onTicket: ({ text }, { orderId }) => void (orderId === id && texts.push(text)),
    });
  }
  deepEqual(texts, ["edited after it was sent to parcelworks/demo: line 2 (SKU UPSELL) was added, 1 piece"]);
});
