import { deepEqual, equal } from "node:assert/strict";
import { after, before, test } from "node:test";
import { ecwid } from "../../functions/channels/ecwid/index.ts";
import type { Deps } from "../../functions/route-order/route-order.ts";
import { internalId } from "../../local/simulators/channels/ecwid/internal-id.ts";
import { eventOf } from "../../local/simulators/channels/ecwid/topics.ts";
import { pack } from "../../shared/messages/event.ts";
import type { Order } from "../../shared/order.ts";
import { openStore, STORE } from "../support/ecwid-store.ts";
import { startLedger, type TestLedger } from "../support/ledger-table.ts";
import { MINUTE, newEvent, ONE, RouteOrderContext, TWO } from "../support/route-order-context.ts";

let started: TestLedger;
before(async () => {
  started = await startLedger("memory");
});
after(() => started.stop());

const OTHER_STORE = "1004";
const since = "2026-01-01T00:00:00Z";

/** route-order with two stores of one app, each with an API of its own. */
class Stores extends RouteOrderContext {
  readonly north = openStore();
  readonly south = openStore();

  constructor() {
    super(started, {
      connections: [
        { channel: "ecwid", name: "north", key: "en", endpoint: "app", shop: STORE, since },
        { channel: "ecwid", name: "south", key: "es", endpoint: "app", shop: OTHER_STORE, since },
      ],
      routes: [{ from: ["ecwid/north", "ecwid/south"], to: [ONE, TWO] }],
    });
    this.channels.set("ecwid", ecwid);
    this.clock = this.north.clock;
  }

  protected override deps(): Deps {
    return {
      ...super.deps(),
      openClient: async (_channel, { name }) => (name === "north" ? this.north : this.south).client,
    };
  }

  /** An event of the store arrives, as the simulator writes it. @param changes what an attacker wrote in its place */
  receive(topic: string, order: Order, changes: object = {}) {
    const body = JSON.stringify({ ...eventOf({ topic, order, shop: STORE, now: this.clock }), ...changes });
    const receivedAt = new Date(this.clock).toISOString();
    return this.routes(pack(newEvent(body, { channel: "ecwid", endpoint: "app", receivedAt })));
  }

  /** State of an order in the ledger; undefined if it is unknown. */
  async state(orderId: string, connection = "north") {
    return (await this.ledger.order({ channel: "ecwid", connection, orderId }))?.state;
  }

  calls(): number {
    return this.north.requests.length + this.south.requests.length;
  }
}

test("Ecwid: altered data cannot cancel, pay, delete or erase an order, nor move it to another store", async () => {
  const stores = new Stores();
  const order = stores.north.place();
  await stores.receive("order.created", order);
  deepEqual(stores.sentOf(order.id), [ONE, TWO]);

  const cancelled = { orderId: order.id, newPaymentStatus: "CANCELLED", newFulfillmentStatus: "WILL_NOT_DELIVER" };
  for (const changes of [
    { data: cancelled },
    { eventType: "order.deleted" },
    { eventType: "application.uninstalled" },
  ]) {
    await stores.receive("order.updated", order, changes);
    equal(await stores.state(order.id), "recorded", JSON.stringify(changes));
  }
  const erasure = await stores.receive("order.updated", order, { eventType: "customer.personalDataRemovalRequest" });
  deepEqual([erasure.outcome, erasure.error], ["unreadable", "MalformedEvent"]);
  deepEqual(stores.sentOf(order.id), [ONE, TWO], "and nothing is sent twice");

  const unpaid = stores.north.place({ financialState: "pending" });
  await stores.receive("order.created", unpaid, { data: { orderId: unpaid.id, newPaymentStatus: "PAID" } });
  equal(await stores.state(unpaid.id), "held");

  // The other store's API does not have the order: no order of the one becomes an order of the other.
  equal((await stores.receive("order.created", order, { storeId: Number(OTHER_STORE) })).outcome, "waiting");
  equal(await stores.state(order.id, "south"), undefined);
});

test("two stores with an order of one ID have two orders", async () => {
  const stores = new Stores();
  const order = stores.north.place({ id: "SAME-ID", note: "north's" });
  stores.south.place({ id: "SAME-ID", note: "south's" });
  // The simulated API of both is store 1003's: which store is asked for is the connection's.
  await stores.receive("order.created", order);
  await stores.receive("order.created", order, { storeId: Number(OTHER_STORE) });
  deepEqual(stores.sentOf("SAME-ID"), [ONE, TWO, ONE, TWO]);
  for (const connection of ["north", "south"]) {
    const file = await stores.ledger.load({ channel: "ecwid", connection, orderId: "SAME-ID" });
    const body = file?.body && (await stores.ledger.readBody(file.body));
    equal(body?.note, `${connection}'s`);
  }
});

test("events of an unknown store are counted and ignored, without a call", async () => {
  const stores = new Stores();
  const order = stores.north.place();
  equal((await stores.receive("order.created", order, { storeId: 1005 })).outcome, "unknown-shop");
  equal(stores.calls(), 0);
});

test("Ecwid: both names of an order in events are one order; repeats and the list's ID too", async () => {
  const stores = new Stores();
  const order = stores.north.place();
  await stores.receive("order.created", order);
  await stores.receive("order.created", order);
  // An old event has no data, and the internal number.
  await stores.receive("order.updated", order, { data: undefined });
  equal(await stores.state(String(internalId(order.id))), undefined);
  deepEqual(stores.sentOf(order.id), [ONE, TWO]);
});

test("unpaid, then paid, then late news of the unpaid order: sent once, and not taken back", async () => {
  const stores = new Stores();
  const { id } = stores.north.place({ financialState: "pending" });
  const unpaid = stores.north.hosted.book.orders.get(id) ?? "";
  const order = stores.north.place({ id, financialState: "pending" });
  await stores.receive("order.created", order);
  equal(await stores.state(id), "held");
  stores.clock += MINUTE;
  stores.north.change(id, { paymentStatus: "PAID", updateDate: "2026-11-20 15:01:07 +0000" });
  await stores.receive("order.updated", order);
  equal(await stores.state(id), "recorded");
  // A read replica that lags shows the order as it was.
  stores.north.hosted.put(id, unpaid);
  await stores.receive("order.updated", order);
  equal(await stores.state(id), "recorded");
  deepEqual(stores.sentOf(id), [ONE, TWO]);
});

test("an order that the store cancels is cancelled by what the API says", async () => {
  const stores = new Stores();
  const order = stores.north.place({ financialState: "pending" });
  await stores.receive("order.created", order);
  stores.clock += MINUTE;
  stores.north.change(order.id, {
    ...{ paymentStatus: "CANCELLED", fulfillmentStatus: "WILL_NOT_DELIVER" },
    updateDate: "2026-11-20 15:01:07 +0000",
  });
  await stores.receive("order.updated", order);
  equal(await stores.state(order.id), "cancelled");
  deepEqual(stores.sentOf(order.id), []);
});

test("an event that comes before its order can be fetched is retried, and the order is sent then", async () => {
  const stores = new Stores();
  const order = stores.north.place();
  stores.north.hosted.setFault({ fault: "not-found-yet", on: "fetch", times: 1 });
  equal((await stores.receive("order.created", order)).outcome, "waiting");
  equal(await stores.state(order.id), undefined);
  stores.clock += MINUTE;
  await stores.receive("order.created", order);
  deepEqual(stores.sentOf(order.id), [ONE, TWO]);
});
