import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { after, before, test } from "node:test";
import { adobeCommerce } from "../../functions/channels/adobe-commerce/index.ts";
import { reader } from "../../functions/channels/adobe-commerce/reader.ts";
import { Settings } from "../../functions/channels/adobe-commerce/settings.ts";
import type { Meaning } from "../../functions/channels/channel.ts";
import type { Deps } from "../../functions/route-order/route-order.ts";
import { EndpointSecret } from "../../local/simulators/channel-simulator.ts";
import { bodyOf } from "../../local/simulators/channels/adobe-commerce/events.ts";
import { pack } from "../../shared/messages/event.ts";
import { interpretEvent } from "../../shared/messages/interpret-event.ts";
import type { Order } from "../../shared/order.ts";
import { AdobeCommerceShop, APP, SHOP, URL_OF_SHOP } from "../support/adobe-commerce-shop.ts";
import { connection, event } from "../support/deliveries.ts";
import { startLedger, type TestLedger } from "../support/ledger-table.ts";
import { newEvent, ONE, RouteOrderContext, TWO } from "../support/route-order-context.ts";

let started: TestLedger;
before(async () => {
  started = await startLedger("memory");
});
after(() => started.stop());

const SAVED = "com.adobe.commerce.observer.sales_order_save_commit_after";
const OTHER_SHOP = "c0a5bd7e-0000-4b0a-9a57-2f6f1c9e0d22";
const since = "2026-01-01T00:00:00Z";

// What an event means.

const facts = (settings: object = {}) => ({
  connection: "adobe-commerce/demo",
  shop: SHOP,
  settings: Settings.parse({ url: URL_OF_SHOP, ...settings }),
});
const cloudEvent = (type: string, value: string, more = ""): string =>
  `{"specversion":"1.0","type":"${type}","source":"urn:uuid:${SHOP}"${more},"data":{"value":${value}}}`;
const interpreted = (body: string, headers: Record<string, string> = {}) =>
  reader.interpret(event("adobe-commerce", body, headers));
const meaningOf = (name: string, value: string, settings: object = {}): Meaning =>
  interpreted(cloudEvent(`com.adobe.commerce.${name}`, value)).meaning(facts(settings));

test("an event of an order names it by entity_id, number or text, to the last digit; increment_id is no ID", () => {
  for (const [value, orderId] of [
    ['{"entity_id":"3","increment_id":"000000042"}', "3"],
    ['{"entity_id":3,"order_id":"9"}', "3"],
    ['{"entity_id":820982911946154508}', "820982911946154508"],
    ['{"order":{"entity_id":"12","increment_id":"000000042"}}', "12"],
  ]) {
    for (const name of [
      ...["observer.sales_order_save_commit_after", "observer.sales_order_save_after", "observer.order_cancel_after"],
      ...["observer.sales_order_place_after", "plugin.magento.sales.api.order_repository.save"],
    ]) {
      deepEqual(meaningOf(name, value ?? ""), { kind: "fetch", orderId }, `${name} ${value}`);
    }
  }
});

test("an event of a part of an order names it by order_id or parent_id; entity_id is then the part's own", () => {
  for (const part of ["shipment", "shipment_track", "invoice", "creditmemo", "item"]) {
    const name = `observer.sales_order_${part}_save_commit_after`;
    deepEqual(meaningOf(name, '{"entity_id":"77","order_id":"3"}'), { kind: "fetch", orderId: "3" });
    throws(() => meaningOf(name, '{"entity_id":"77"}'), { name: "MalformedEvent", field: "data.value.order_id" });
  }
  for (const part of ["address", "payment", "status_history"]) {
    const name = `observer.sales_order_${part}_save_after`;
    deepEqual(meaningOf(name, '{"entity_id":"77","parent_id":3}'), { kind: "fetch", orderId: "3" });
  }
});

test("an event without the ID says what to add to its subscription, and no other field is taken for it", () => {
  const name = "observer.sales_order_save_commit_after";
  for (const value of [
    "{}",
    '{"increment_id":"000000042"}',
    '{"entity_id":null}',
    '{"order_id":"3","id":"3"}',
    "[]",
    "null",
  ]) {
    throws(() => meaningOf(name, value), {
      ...{ name: "MalformedEvent", field: "data.value.entity_id" },
      message: "data.value.entity_id is missing: add entity_id to the fields of the event's subscription in Commerce",
    });
  }
  for (const id of ['""', "0", '"0"', '"3/items"', '"../customers/3"', "-3", "3.5", "{}", "true", '"000000042"']) {
    throws(
      () => meaningOf(name, `{"entity_id":${id}}`),
      { field: "data.value.entity_id", message: /is not the ID/ },
      id,
    );
  }
});

test("the shop's own events count once the setting orderEvents names them, in either way of writing", () => {
  const name = "observer.big_orders";
  equal(meaningOf(name, '{"entity_id":"3"}').kind, "ignored");
  for (const orderEvents of [["big_orders"], ["com.adobe.commerce.observer.big_orders"]]) {
    deepEqual(meaningOf(name, '{"entity_id":"3"}', { orderEvents }), { kind: "fetch", orderId: "3" });
  }
});

test("a deleted order is a change; what is sent too early, and what is not about orders, is ignored with a reason", () => {
  deepEqual(meaningOf("observer.sales_order_delete_commit_after", '{"entity_id":"3"}'), {
    ...{ kind: "change", orderId: "3", change: "cancelled" },
  });
  for (const name of [
    ...["observer.sales_order_place_before", "observer.catalog_product_save_commit_after", "observer.customer_login"],
    ...["observer.customer_delete_commit_after", "observer.sales_order_grid_save_after", "plugin.constructor", "x"],
  ]) {
    equal(meaningOf(name, '{"entity_id":"3"}').kind, "ignored", name);
  }
});

test("the shop is the event's source, the time its own; an event in Adobe's older form is read as well", () => {
  const { topic, shop, eventTime } = interpreted(
    cloudEvent(SAVED, '{"entity_id":"3"}', ',"time":"2026-11-20T10:00:08.436Z"').replace(SHOP, SHOP.toUpperCase()),
  );
  deepEqual({ topic, shop, eventTime }, { topic: SAVED, shop: SHOP, eventTime: "2026-11-20T10:00:08.436Z" });
  const older = `{"event_id":"e","event":{"source":"urn:uuid:${SHOP}","data":{"value":{"entity_id":"3"}}}}`;
  const read = interpreted(older, { "x-adobe-event-code": SAVED });
  deepEqual([read.topic, read.shop, read.meaning(facts())], [SAVED, SHOP, { kind: "fetch", orderId: "3" }]);
  // The signed type counts, not the header.
  equal(interpreted(cloudEvent(SAVED, "{}"), { "x-adobe-event-code": "another" }).topic, SAVED);
  throws(() => interpreted("{}"), { name: "MalformedEvent", field: "type" });
  for (const body of ["[", "null", "7", '"text"']) throws(() => interpreted(body), { name: "MalformedEvent" }, body);
});

// What route-order makes of it.

const endpoint = EndpointSecret.parse(APP);

/** route-order with two shops of one project. */
class Shops extends RouteOrderContext {
  readonly north = new AdobeCommerceShop();
  readonly south = new AdobeCommerceShop();

  constructor() {
    const common = { channel: "adobe-commerce", endpoint: "app", settings: { url: URL_OF_SHOP }, since };
    super(started, {
      connections: [
        { ...common, name: "north", key: "an", shop: SHOP },
        { ...common, name: "south", key: "as", shop: OTHER_SHOP },
      ],
      routes: [{ from: ["adobe-commerce/north", "adobe-commerce/south"], to: [ONE, TWO] }],
    });
    this.channels.set("adobe-commerce", adobeCommerce);
    this.clock = this.north.clock;
  }

  protected override deps(): Deps {
    return {
      ...super.deps(),
      openClient: async (_channel, { name }) => (name === "north" ? this.north : this.south).client,
    };
  }

  receive(order: Order, shop = SHOP, topic = SAVED) {
    const body = bodyOf({ topic, order, shop, endpoint, now: this.clock });
    const receivedAt = new Date(this.clock).toISOString();
    return this.routes(pack(newEvent(body, { channel: "adobe-commerce", endpoint: "app", receivedAt })));
  }

  pass(ms: number) {
    this.clock += ms;
    this.north.clock = this.clock;
  }

  async stateOf(orderId: string, name = "north") {
    return (await this.ledger.order({ channel: "adobe-commerce", connection: name, orderId }))?.state;
  }
}

test("two shops of one project with equal order IDs are two orders, and a third shop's event is no one's", async () => {
  const shops = new Shops();
  const north = shops.north.place({ id: "3", note: "north's" });
  const south = shops.south.place({ id: "3", note: "south's" });
  await shops.receive(north);
  await shops.receive(south, OTHER_SHOP);
  deepEqual([await shops.stateOf("3"), await shops.stateOf("3", "south")], ["recorded", "recorded"]);
  equal(shops.sentOf("3").length, 4);
  equal((await shops.receive(north, "another")).outcome, "unknown-shop");
});

test("created and paid are one event: the unpaid order waits, the paid one is sent once, however often it is repeated", async () => {
  const shops = new Shops();
  const placed = shops.north.place({ financialState: "pending" });
  await shops.receive(placed);
  equal(await shops.stateOf(placed.id), "held");
  deepEqual(shops.sentOf(placed.id), []);
  shops.pass(60_000);
  const paid = shops.north.place({ id: placed.id, financialState: "paid" }, placed);
  // Adobe repeats an event for 24 hours.
  for (const minutes of [0, 1, 2, 4, 8, 15, 15, 1380]) {
    shops.pass(minutes * 60_000);
    await shops.receive(paid);
  }
  equal(await shops.stateOf(placed.id), "recorded");
  deepEqual(shops.sentOf(placed.id), [ONE, TWO]);
});

test("trap 16: an event of an older state that comes late fetches the newer one, and changes nothing back", async () => {
  const shops = new Shops();
  const placed = shops.north.place({ financialState: "pending" });
  const cancelled = shops.north.place({ id: placed.id, cancelledAt: new Date(shops.clock).toISOString() }, placed);
  await shops.receive(cancelled);
  await shops.receive(placed);
  equal(await shops.stateOf(placed.id), "cancelled");
  deepEqual(shops.sentOf(placed.id), []);
});

test("an event before the commit may find no order yet: it is asked for again; a deleted one is cancelled", async () => {
  const shops = new Shops();
  const order = shops.north.place();
  shops.north.hosted.setFault({ fault: "not-found-yet", on: "fetch", times: 1 });
  const early = await shops.receive(order);
  deepEqual([early.outcome, early.error, (early.retryInMs ?? 0) > 0], ["waiting", "UnknownOrder", true]);
  await shops.receive(order);
  deepEqual(shops.sentOf(order.id), [ONE, TWO]);

  const deletion = "com.adobe.commerce.observer.sales_order_delete_commit_after";
  const gone = await shops.receive({ ...order, id: "999" }, SHOP, deletion);
  equal(gone.outcome, "cancelled");
  // The API still has it, and not cancelled: that counts.
  await shops.receive(order, SHOP, deletion);
  equal(await shops.stateOf(order.id), "recorded");
});

test("a connection is found by its provider, whatever the case of its letters in the event", async () => {
  const config = {
    connections: [connection("adobe-commerce", { shop: SHOP, settings: { url: URL_OF_SHOP } })],
    endpoints: [],
  };
  const one = event("adobe-commerce", cloudEvent(SAVED, '{"entity_id":"3"}').replace(SHOP, SHOP.toUpperCase()));
  ok((await interpretEvent<Meaning>(one, adobeCommerce, config)).about);
});
