import { deepEqual, equal, ok } from "node:assert/strict";
import { after, before, test } from "node:test";
import { bigcommerce } from "../../functions/channels/bigcommerce/index.ts";
import type { Deps } from "../../functions/route-order/route-order.ts";
import { bodyOf } from "../../local/simulators/channels/bigcommerce/scopes.ts";
import { pack } from "../../shared/messages/event.ts";
import type { Order } from "../../shared/order.ts";
import { openStore, STORE } from "../support/bigcommerce-store.ts";
import { startLedger, type TestLedger } from "../support/ledger-table.ts";
import { newEvent, ONE, RouteOrderContext, TWO } from "../support/route-order-context.ts";

let started: TestLedger;
before(async () => {
  started = await startLedger("memory");
});
after(() => started.stop());

const OTHER_STORE = "def456uvw";
const since = "2026-01-01T00:00:00Z";

/** route-order with two stores of one app: the simulated one, and one whose API has an order of its own. */
class Stores extends RouteOrderContext {
  readonly north = openStore();
  readonly south = openStore();

  constructor() {
    super(started, {
      connections: [
        { channel: "bigcommerce", name: "north", key: "bn", endpoint: "app", shop: STORE, since },
        { channel: "bigcommerce", name: "south", key: "bs", endpoint: "app", shop: OTHER_STORE, since },
      ],
      routes: [{ from: ["bigcommerce/north", "bigcommerce/south"], to: [ONE, TWO] }],
    });
    this.channels.set("bigcommerce", bigcommerce);
    this.clock = this.north.clock;
  }

  protected override deps(): Deps {
    return {
      ...super.deps(),
      openClient: async (_channel, { name }) => (name === "north" ? this.north : this.south).client,
    };
  }

  /** A webhook of the store arrives, as the simulator writes it. */
  receive(topic: string, order: Order, shop = STORE) {
    const body = bodyOf({ topic, order, shop, now: this.clock });
    const receivedAt = new Date(this.clock).toISOString();
    return this.routes(pack(newEvent(body, { channel: "bigcommerce", endpoint: "app", receivedAt })));
  }

  /** State of an order in the ledger, and where it was sent. */
  async outcome(orderId: string, connection = "north") {
    const record = await this.ledger.order({ channel: "bigcommerce", connection, orderId });
    return [record?.state, record?.reason];
  }
}

test("equal hashes lose nothing: an order that was created unpaid and updated to paid is sent", async () => {
  const stores = new Stores();
  const placed = stores.north.place({ financialState: "pending" });
  await stores.receive("store/order/created", placed);
  deepEqual(await stores.outcome(placed.id), ["held", "not paid yet"]);
  deepEqual(stores.sentOf(placed.id), []);

  const paid = stores.north.place({ id: placed.id, financialState: "paid" }, placed);
  const hashOf = (scope: string, order: Order) => JSON.parse(bodyOf({ topic: scope, order, shop: STORE, now: 0 })).hash;
  equal(hashOf("store/order/created", placed), hashOf("store/order/updated", paid));
  await stores.receive("store/order/updated", paid);
  deepEqual(await stores.outcome(placed.id), ["recorded", undefined]);
  deepEqual(stores.sentOf(placed.id), [ONE, TWO]);
});

test("trap 8: created for an incomplete order is held until the checkout is finished", async () => {
  const stores = new Stores();
  const order = stores.north.place();
  stores.north.change(order.id, { status_id: 0, status: "Incomplete", payment_status: "" });
  await stores.receive("store/order/created", order);
  deepEqual(await stores.outcome(order.id), ["held", "its checkout is not finished (status 0 Incomplete)"]);
  deepEqual(stores.sentOf(order.id), []);

  const paid = stores.north.place({ id: order.id }, order);
  await stores.receive("store/order/statusUpdated", paid);
  deepEqual(stores.sentOf(order.id), [ONE, TWO]);
});

test("repeats of one event, in the 48 hours of its retries, are one order", async () => {
  const stores = new Stores();
  const order = stores.north.place();
  for (const hours of [0, 0, 1, 26, 48]) {
    stores.clock += hours * 3_600_000;
    stores.north.clock = stores.clock;
    await stores.receive("store/order/created", order);
  }
  deepEqual(stores.sentOf(order.id), [ONE, TWO]);
});

test("trap 16: a late event of an older state fetches the newer order, and changes nothing back", async () => {
  const stores = new Stores();
  const placed = stores.north.place({ financialState: "pending" });
  const cancelled = stores.north.place({ id: placed.id, cancelledAt: new Date(stores.clock).toISOString() }, placed);
  await stores.receive("store/order/statusUpdated", cancelled);
  await stores.receive("store/order/created", placed);
  equal((await stores.outcome(placed.id))[0], "cancelled");
  deepEqual(stores.sentOf(placed.id), []);
});

test("two stores of one app with equal order IDs are two orders", async () => {
  const stores = new Stores();
  const north = stores.north.place({ id: "250", note: "north's" });
  const south = stores.south.place({ id: "250", note: "south's" });
  await stores.receive("store/order/created", north);
  await stores.receive("store/order/created", south, OTHER_STORE);
  deepEqual(await stores.outcome("250", "north"), ["recorded", undefined]);
  deepEqual(await stores.outcome("250", "south"), ["recorded", undefined]);
  equal(stores.sentOf("250").length, 4);
  const unknown = await stores.receive("store/order/created", north, "another");
  equal(unknown.outcome, "unknown-shop");
});

test("an archived order that the API has is held; one that the API no longer has is cancelled", async () => {
  const stores = new Stores();
  const order = stores.north.place();
  stores.north.change(order.id, { is_deleted: true });
  await stores.receive("store/order/archived", order);
  deepEqual(await stores.outcome(order.id), ["held", "it is archived in the store"]);

  const gone = { ...order, id: "999" };
  const routed = await stores.receive("store/order/archived", gone);
  equal(routed.outcome, "cancelled");
  deepEqual(stores.sentOf("999"), []);
});

test("an order that the API does not have yet is asked for again, and an uninstalled app is an entry, no error", async () => {
  const stores = new Stores();
  const order = stores.north.place();
  stores.north.hosted.setFault({ fault: "not-found-yet", on: "fetch", times: 1 });
  const early = await stores.receive("store/order/created", order);
  deepEqual([early.outcome, early.error], ["waiting", "UnknownOrder"]);
  ok((early.retryInMs ?? 0) > 0);
  await stores.receive("store/order/created", order);
  deepEqual(stores.sentOf(order.id), [ONE, TWO]);
  equal((await stores.receive("store/app/uninstalled", order)).outcome, "interrupted");
  equal((await stores.receive("store/hook/deliveryException", order)).outcome, "interrupted");
});
