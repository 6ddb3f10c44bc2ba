import { deepEqual, equal } from "node:assert/strict";
import { after, before, test } from "node:test";
import { square } from "../../functions/channels/square/index.ts";
import type { Deps } from "../../functions/route-order/route-order.ts";
import { bodyOf } from "../../local/simulators/channels/square/events.ts";
import { pack } from "../../shared/messages/event.ts";
import type { Order } from "../../shared/order.ts";
import { startLedger, type TestLedger } from "../support/ledger-table.ts";
import { DAY, MINUTE, newEvent, ONE, RouteOrderContext, TWO } from "../support/route-order-context.ts";
import { OWN, openSeller, SELLER } from "../support/square-seller.ts";

let started: TestLedger;
before(async () => {
  started = await startLedger("memory");
});
after(() => started.stop());

const OTHER = "MLOTHER";
const since = "2026-01-01T00:00:00Z";

/** route-order with two sellers of one application, each with an API of its own. */
class Sellers extends RouteOrderContext {
  readonly north = openSeller(OWN);
  readonly south = openSeller(OWN);

  constructor() {
    super(started, {
      connections: [
        { channel: "square", name: "north", key: "qn", endpoint: "app", shop: SELLER, since },
        { channel: "square", name: "south", key: "qs", endpoint: "app", shop: OTHER, since },
      ],
      routes: [{ from: ["square/north", "square/south"], to: [ONE, TWO] }],
    });
    this.channels.set("square", square);
    this.clock = this.north.clock;
  }

  protected override deps(): Deps {
    return {
      ...super.deps(),
      openClient: async (_channel, { name }) => (name === "north" ? this.north : this.south).client,
    };
  }

  /** An event of a seller arrives, as the simulator writes it. */
  receive(topic: string, order: Order, shop = SELLER) {
    const body = bodyOf({ topic, order, shop, now: this.clock });
    const receivedAt = new Date(this.clock).toISOString();
    return this.routes(pack(newEvent(body, { channel: "square", endpoint: "app", receivedAt })));
  }

  /** State of an order in the ledger; undefined if it is unknown. */
  async state(orderId: string, connection = "north") {
    return (await this.ledger.order({ channel: "square", connection, orderId }))?.state;
  }
}

test("Square's paid order that stays OPEN is sent once, whatever says so and however often, for three days", async () => {
  const sellers = new Sellers();
  const order = sellers.north.put({ financialState: "pending" });
  await sellers.receive("order.created", order);
  equal(await sellers.state(order.id), "held");
  const paid = sellers.north.put({ ...order, financialState: "paid", updatedAt: "2026-11-20T15:00:30.000Z" });
  for (const wait of [0, MINUTE, DAY, 2 * DAY]) {
    sellers.clock += wait;
    for (const topic of ["payment.updated", "order.updated", "order.created"]) await sellers.receive(topic, paid);
  }
  equal(await sellers.state(order.id), "recorded");
  deepEqual(sellers.sentOf(order.id), [ONE, TWO]);
});

test("of two states of one time the higher version counts, and a late older one changes nothing", async () => {
  const sellers = new Sellers();
  const order = sellers.north.put({});
  sellers.north.change(order.id, { version: 4, state: "DRAFT" });
  await sellers.receive("order.updated", order);
  equal(await sellers.state(order.id), "held");
  sellers.clock += 2 * MINUTE;
  sellers.north.change(order.id, { version: 5, state: "OPEN" });
  await sellers.receive("order.updated", order);
  equal(await sellers.state(order.id), "recorded");
  // A read replica that lags shows the order as it was.
  sellers.clock += 2 * MINUTE;
  sellers.north.change(order.id, { version: 4, state: "DRAFT" });
  await sellers.receive("order.updated", order);
  equal(await sellers.state(order.id), "recorded");
  deepEqual(sellers.sentOf(order.id), [ONE, TWO]);
});

test("two sellers with an order of one ID have two orders; those of an unknown seller are ignored", async () => {
  const sellers = new Sellers();
  const order = sellers.north.put({ id: "SAME-ID" });
  sellers.south.put({ id: "SAME-ID" });
  await sellers.receive("order.created", order);
  await sellers.receive("order.created", order, OTHER);
  deepEqual(sellers.sentOf("SAME-ID"), [ONE, TWO, ONE, TWO]);
  const calls = sellers.north.calls.length;
  equal((await sellers.receive("order.created", order, "MLUNKNOWN")).outcome, "unknown-shop");
  equal(sellers.north.calls.length, calls);
});

test("a refund of the whole order before it is sent cancels it, although the order that was sold shows nothing of it", async () => {
  const sellers = new Sellers();
  const order = sellers.north.put({ financialState: "pending" });
  await sellers.receive("order.created", order);
  sellers.clock += MINUTE;
  const refunded = sellers.north.put({ ...order, financialState: "refunded", updatedAt: "2026-11-20T15:00:30.000Z" });
  await sellers.receive("refund.created", refunded);
  equal(await sellers.state(order.id), "cancelled");
  equal(await sellers.state(`T${order.id}`), undefined, "the order of the return is none of ours");
  deepEqual(sellers.sentOf(order.id), []);
});

test("webhook before its object is readable: it is retried, held while it has no lines, and then sent", async () => {
  const sellers = new Sellers();
  const order = sellers.north.put({});
  sellers.north.hosted.setFault({ fault: "not-found-yet", on: "fetch", times: 1 });
  equal((await sellers.receive("payment.updated", order)).outcome, "waiting");
  equal(await sellers.state(order.id), undefined);
  sellers.clock += MINUTE;
  sellers.north.hosted.setFault({ fault: "no-lines-yet", on: "fetch", times: 1 });
  await sellers.receive("payment.updated", order);
  equal(await sellers.state(order.id), "held");
  sellers.clock += 2 * MINUTE;
  await sellers.receive("payment.updated", order);
  deepEqual(sellers.sentOf(order.id), [ONE, TWO]);
});
