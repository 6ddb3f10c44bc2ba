import { deepEqual, equal, ok } from "node:assert/strict";
import { after, before, test } from "node:test";
import { ebay } from "../../functions/channels/ebay/index.ts";
import type { Deps } from "../../functions/route-order/route-order.ts";
import { bodiesOf } from "../../local/simulators/channels/ebay/events.ts";
import { buyerHash } from "../../shared/ledger/buyer-hash.ts";
import { pack } from "../../shared/messages/event.ts";
import type { Order } from "../../shared/order.ts";
import { openSeller, SELLER } from "../support/ebay-seller.ts";
import { startLedger, type TestLedger } from "../support/ledger-table.ts";
import { DAY, MINUTE, newEvent, ONE, RouteOrderContext, TWO } from "../support/route-order-context.ts";

let started: TestLedger;
before(async () => {
  started = await startLedger("memory");
});
after(() => started.stop());

const OTHER = "TGsellerTwo";
const since = "2026-01-01T00:00:00Z";

/** route-order with two sellers of one application, each with an API of its own. */
class Sellers extends RouteOrderContext {
  readonly north = openSeller();
  readonly south = openSeller();

  constructor() {
    super(started, {
      connections: [
        { channel: "ebay", name: "north", key: "en", endpoint: "app", shop: SELLER, since },
        { channel: "ebay", name: "south", key: "es", endpoint: "app", shop: OTHER, since },
      ],
      routes: [{ from: ["ebay/north", "ebay/south"], to: [ONE, TWO] }],
    });
    this.channels.set("ebay", ebay);
    this.clock = this.north.clock;
  }

  protected override deps(): Deps {
    return {
      ...super.deps(),
      openClient: async (_channel, { name }) => (name === "north" ? this.north : this.south).client,
    };
  }

  /** The notifications of a topic arrive, as the simulator writes them. */
  async receive(topic: string, order: Order, shop = SELLER) {
    const outcomes: string[] = [];
    for (const body of bodiesOf({ topic, order, shop, now: this.clock })) {
      const receivedAt = new Date(this.clock).toISOString();
      outcomes.push(
        (await this.routes(pack(newEvent(body, { channel: "ebay", endpoint: "app", receivedAt })))).outcome,
      );
    }
    return outcomes;
  }

  /** State of an order in the ledger; undefined if it is unknown. */
  async state(orderId: string, connection = "north") {
    return (await this.ledger.order({ channel: "ebay", connection, orderId }))?.state;
  }
}

test("eBay: three notifications for a three-line order give one order", async () => {
  const sellers = new Sellers();
  const order = sellers.north.put({ lines: [{ sku: "DEMO-A" }, { sku: "DEMO-B" }, { sku: "DEMO-C" }] });
  deepEqual(await sellers.receive("ORDER_CONFIRMATION", order), ["recorded", "duplicate", "duplicate"]);
  sellers.clock += 3 * DAY;
  deepEqual(await sellers.receive("ORDER_CONFIRMATION", order), Array(3).fill("duplicate"));
  deepEqual(sellers.sentOf(order.id), [ONE, TWO]);
  equal((await sellers.ledger.order({ channel: "ebay", connection: "north", orderId: order.id }))?.generation, 1);
});

test("a payment that fails and then succeeds: the second confirmation sends the order, once", async () => {
  const sellers = new Sellers();
  const order = sellers.north.put({ financialState: "pending" });
  await sellers.receive("ORDER_CONFIRMATION", order);
  equal(await sellers.state(order.id), "held");
  sellers.clock += MINUTE;
  const paid = sellers.north.put({ ...order, financialState: "paid", updatedAt: "2026-11-20T15:00:30.000Z" });
  await sellers.receive("ORDER_CONFIRMATION", paid);
  equal(await sellers.state(order.id), "recorded");
  deepEqual(sellers.sentOf(order.id), [ONE, TWO]);
});

test("a cancellation before the order is sent cancels it", async () => {
  const sellers = new Sellers();
  const order = sellers.north.put({ hold: { reason: "asked" } });
  await sellers.receive("ORDER_CONFIRMATION", order);
  equal(await sellers.state(order.id), "held");
  sellers.clock += MINUTE;
  const at = "2026-11-20T15:00:30.000Z";
  await sellers.receive("ORDER_CANCELLATION_ACTIVITY", sellers.north.put({ ...order, cancelledAt: at, updatedAt: at }));
  equal(await sellers.state(order.id), "cancelled");
  deepEqual(sellers.sentOf(order.id), []);
});

test("an order that eBay ships itself is not routed", async () => {
  const sellers = new Sellers();
  const order = sellers.north.put({ lines: [{ sku: "DEMO-A", fulfilledBy: "ebay" }] });
  await sellers.receive("ORDER_CONFIRMATION", order);
  const record = await sellers.ledger.order({ channel: "ebay", connection: "north", orderId: order.id });
  equal(record?.state, "not-routed");
  ok(JSON.stringify(record).includes("fulfilled by ebay"));
  deepEqual(sellers.sentOf(order.id), []);
});

test("two sellers with an order of one ID have two orders; those of an unknown seller are ignored", async () => {
  const sellers = new Sellers();
  const order = sellers.north.put({ id: "11-11111-11111" });
  sellers.south.put({ id: order.id });
  await sellers.receive("ORDER_CONFIRMATION", order);
  await sellers.receive("ORDER_CONFIRMATION", order, OTHER);
  deepEqual(sellers.sentOf(order.id), [ONE, TWO, ONE, TWO]);
  const calls = sellers.north.calls.length;
  deepEqual(await sellers.receive("ORDER_CONFIRMATION", order, "TGunknown"), ["unknown-shop"]);
  equal(sellers.north.calls.length, calls);
});

test("a closed account is to be erased at both sellers, by either name, and a repeat asks for nothing more", async () => {
  const sellers = new Sellers();
  const order = sellers.north.put({ buyer: { id: "topf_und_deckel" } });
  deepEqual(await sellers.receive("MARKETPLACE_ACCOUNT_DELETION", order), ["erasure-requested"]);
  const open = (await sellers.ledger.erasures.open()).filter(({ channel }) => channel === "ebay");
  const expected = ["north", "south"].flatMap((connection) =>
    ["ma8vp1jySJC", "topf_und_deckel"].map((id) => ({
      connection,
      subject: { kind: "buyer", buyer: buyerHash(id, { channel: "ebay", name: connection }) },
    })),
  );
  const byText = (one: unknown, other: unknown) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);
  const found = open.map(({ connection, subject }) => ({ connection, subject }));
  deepEqual(found.toSorted(byText), expected.toSorted(byText));
  await sellers.receive("ORDER_CONFIRMATION", order);
  const record = await sellers.ledger.order({ channel: "ebay", connection: "north", orderId: order.id });
  ok(
    expected.some(({ subject }) => subject.buyer === record?.buyer),
    "the order bears the hash that is asked for",
  );
});

test("a revoked authorisation interrupts its own connection", async () => {
  const sellers = new Sellers();
  const order = sellers.north.put({});
  deepEqual(await sellers.receive("AUTHORIZATION_REVOCATION", order, OTHER), ["interrupted"]);
  deepEqual(await sellers.receive("AUTHORIZATION_REVOCATION", order, "TGunknown"), ["unknown-shop"]);
});

test("an order that cannot be read yet is asked for again", async () => {
  const sellers = new Sellers();
  const order = sellers.north.put({});
  sellers.north.hosted.setFault({ fault: "not-found-yet", on: "fetch", times: 1 });
  deepEqual(await sellers.receive("ORDER_CONFIRMATION", order), ["waiting"]);
  sellers.clock += MINUTE;
  await sellers.receive("ORDER_CONFIRMATION", order);
  deepEqual(sellers.sentOf(order.id), [ONE, TWO]);
});
