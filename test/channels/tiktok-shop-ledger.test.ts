import { deepEqual, equal } from "node:assert/strict";
import { after, before, test } from "node:test";
import { tiktokShop } from "../../functions/channels/tiktok-shop/index.ts";
import type { Deps } from "../../functions/route-order/route-order.ts";
import { bodyOf } from "../../local/simulators/channels/tiktok-shop/topics.ts";
import { pack } from "../../shared/messages/event.ts";
import type { Order } from "../../shared/order.ts";
import { startLedger, type TestLedger } from "../support/ledger-table.ts";
import { newEvent, ONE, RouteOrderContext, TWO } from "../support/route-order-context.ts";
import { MINUTE, openShop, SHOP } from "../support/tiktok-shop.ts";

let started: TestLedger;
before(async () => {
  started = await startLedger("memory");
});
after(() => started.stop());

const OTHER = "7494049642642449999";
const since = "2026-01-01T00:00:00Z";

/** route-order with two shops of one app, each with an API of its own. */
class Shops extends RouteOrderContext {
  readonly north = openShop();
  readonly south = openShop();

  constructor() {
    super(started, {
      connections: [
        { channel: "tiktok-shop", name: "north", key: "tn", endpoint: "app", shop: SHOP, since },
        { channel: "tiktok-shop", name: "south", key: "ts", endpoint: "app", shop: OTHER, since },
      ],
      routes: [{ from: ["tiktok-shop/north", "tiktok-shop/south"], to: [ONE, TWO] }],
    });
    this.channels.set("tiktok-shop", tiktokShop);
    this.clock = this.north.now();
  }

  protected override deps(): Deps {
    return {
      ...super.deps(),
      openClient: async (_channel, { name }) => (name === "north" ? this.north : this.south).client,
    };
  }

  /** A notification of a shop arrives, as the simulator writes it. */
  receive(topic: string, order: Order, shop = SHOP) {
    const body = bodyOf({ topic, order, shop, now: this.clock });
    const receivedAt = new Date(this.clock).toISOString();
    return this.routes(pack(newEvent(body, { channel: "tiktok-shop", endpoint: "app", receivedAt })));
  }

  async state(orderId: string, connection = "north") {
    return (await this.ledger.order({ channel: "tiktok-shop", connection, orderId }))?.state;
  }
}

test("an order that is ON_HOLD waits, and is sent once it awaits its shipment, however often it is said", async () => {
  const shops = new Shops();
  const order = shops.north.put({ hold: { reason: "the first hour" } });
  await shops.receive("ORDER_STATUS_CHANGE", order);
  equal(await shops.state(order.id), "held");
  const { hold: _, ...free } = order;
  const ready = shops.north.put({ ...free, updatedAt: "2026-11-20T15:00:30.000Z" });
  for (const topic of ["ORDER_STATUS_CHANGE", "RECIPIENT_ADDRESS_UPDATE", "ORDER_STATUS_CHANGE"]) {
    shops.clock += MINUTE;
    await shops.receive(topic, ready);
  }
  equal(await shops.state(order.id), "recorded");
  deepEqual(shops.sentOf(order.id), [ONE, TWO]);
});

test("two shops of one app with an order of one ID have two orders; those of an unknown shop are ignored", async () => {
  const shops = new Shops();
  const id = "576653688135258178";
  const order = shops.north.put({ id });
  shops.south.put({ id });
  await shops.receive("ORDER_STATUS_CHANGE", order);
  await shops.receive("ORDER_STATUS_CHANGE", order, OTHER);
  deepEqual(shops.sentOf(id), [ONE, TWO, ONE, TWO]);
  const calls = shops.north.calls.length;
  equal((await shops.receive("ORDER_STATUS_CHANGE", order, "1")).outcome, "unknown-shop");
  equal(shops.north.calls.length, calls);
});

test("what TikTok fulfils, and a test push, reach no provider; the end of an authorisation is the operator's", async () => {
  const shops = new Shops();
  const theirs = shops.north.put({ lines: [{ sku: "A", fulfilledBy: "TikTok" }] });
  await shops.receive("ORDER_STATUS_CHANGE", theirs);
  equal(await shops.state(theirs.id), "not-routed");
  deepEqual(shops.sentOf(theirs.id), []);
  const push = { ...theirs, id: "576486316948490001" };
  equal((await shops.receive("ORDER_STATUS_CHANGE", push)).outcome, "ignored");
  equal(await shops.state(push.id), undefined);
  for (const topic of ["SELLER_DEAUTHORIZATION", "UPCOMING_AUTHORIZATION_EXPIRATION"]) {
    equal((await shops.receive(topic, theirs)).outcome, "interrupted", topic);
  }
});
