import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { after, before, test } from "node:test";
import { shoplazza } from "../../functions/channels/shoplazza/index.ts";
import { Settings } from "../../functions/channels/shoplazza/settings.ts";
import { pack } from "../../shared/messages/event.ts";
import { event, verify } from "../support/deliveries.ts";
import { QUICK_TABLE, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { newEvent, newId, RouteOrderContext } from "../support/route-order-context.ts";
import { DOMAIN, leastOrder, line, read } from "./shoplazza-events.ts";

let started: TestLedger;
before(async () => {
  started = await startLedger(QUICK_TABLE);
});
after(() => started.stop());

const BODY = '{"id":"11218-00000001","number":"00000001"}';
const verdict = (signature: string, signingSecrets: string[], header = "x-shoplazza-hmac-sha256") =>
  verify(shoplazza, { headers: { [header]: signature }, body: BODY }, { signingSecrets });

test("the signature is that of openssl, in base64, by any of the keys", () => {
  const signature = "2UmK7fTbDp29yR0dYGyzKKzEadloTgRBCTBb6q4b/RU=";
  equal(verdict(signature, ["plain secret of sixteen"]), "authentic");
  equal(verdict(signature, ["the former client secret", "plain secret of sixteen"]), "authentic");
  equal(verdict(signature, ["another client secret"]), "forged");
  equal(verdict(signature, ["plain secret of sixteen"], "x-shopify-hmac-sha256"), "unsigned");
});

test("trap: the rule of OAuth's callback, hexadecimal, does not sign a webhook", () => {
  const hex = "d9498aedf4db0e9dbdc91d1d606cb328acc469d9684e044109305beaae1bfd15";
  equal(verdict(hex, ["plain secret of sixteen"]), "unsigned");
});

for (const topic of [
  "orders/create",
  "orders/paid",
  "orders/cancelled",
  "orders/partially_refunded",
  " Orders/Update ",
]) {
  test(`"${topic}" carries the order, wrapped or flat`, async () => {
    for (const body of [leastOrder(), { order: leastOrder() }]) {
      const reading = await read(body, topic);
      equal(reading.topic, topic.trim().toLowerCase());
      deepEqual(reading.kind === "order" && [reading.order.id, reading.order.number], ["11218-00000731", "00000731"]);
    }
  });
}

test("a topic about orders that is in no list is an order by its body", async () => {
  equal((await read(leastOrder(), "orders/fulfillment_created")).kind, "order");
});

test("a body without lines names the order, which is fetched", async () => {
  for (const body of [{ id: "11218-00000731" }, { order: { id: "11218-00000731", status: "placed" } }]) {
    deepEqual(await read(body, "orders/create"), { topic: "orders/create", kind: "fetch", orderId: "11218-00000731" });
  }
});

test("a number as ID keeps its digits", async () => {
  const reading = await read('{"id":820982911946154508}', "orders/create");
  equal(reading.kind === "fetch" && reading.orderId, "820982911946154508");
});

test("orders/delete asks the API, whatever else its body says: the topic is not signed", async () => {
  for (const body of [{ id: "11218-00000731" }, leastOrder()]) {
    deepEqual(await read(body, "orders/delete"), {
      ...{ topic: "orders/delete", kind: "change", orderId: "11218-00000731", change: "cancelled" },
    });
  }
  await rejects(read("{}", "orders/delete"), { name: "MalformedEvent", field: "id" });
});

test("an app that was uninstalled, and topics that are not about orders, are what their topic says", async () => {
  deepEqual(await read("[[[", "app/uninstalled"), {
    topic: "app/uninstalled",
    kind: "lifecycle",
    event: "uninstalled",
  });
  for (const topic of ["products/update", "customers/create", "constructor", "order"]) {
    equal((await read("[[[", topic)).kind, "ignored", topic);
  }
});

test("a missing topic, several topics, and a body that is no order are malformed", async () => {
  const field = "headers.x-shoplazza-topic";
  await rejects(read(leastOrder(), " "), { field });
  await rejects(read(leastOrder(), "orders/create, orders/delete"), { field });
  for (const body of ["null", "[]", "7", '"text"', "{}", '{"order":{}}', '{"order":[]}']) {
    await rejects(read(body), { name: "MalformedEvent" }, body);
  }
  await rejects(read({ ...leastOrder(), line_items: {} }), { field: "line_items" });
});

test("what cannot be mapped is still an order whose ID and change are known", async () => {
  const { interpret } = await shoplazza.reader();
  const body = JSON.stringify(leastOrder({ line_items: [line({ quantity: "many" })] }));
  const { order, shop, meaning } = interpret(
    event("shoplazza", body, {
      "x-shoplazza-topic": "orders/paid",
      "x-shoplazza-shop-domain": "Muster.myshoplaza.com",
    }),
  );
  deepEqual([order, shop], [{ id: "11218-00000731", changedAt: "2026-10-01T10:00:05.000Z" }, DOMAIN]);
  const settings = Settings.parse({ domain: DOMAIN });
  try {
    meaning({ connection: "shoplazza/demo", shop: undefined, settings });
    throw new Error("read");
  } catch (error) {
    match(String(error), /line_items\.0\.quantity/);
  }
});

function relay() {
  const settings = { domain: DOMAIN };
  const context = new RouteOrderContext(started, {
    connections: [{ channel: "shoplazza", name: "main", key: "sz", maxOrderAge: "none", shop: DOMAIN, settings }],
    routes: [{ from: ["shoplazza/main"], to: ["parcelworks/one"] }],
  });
  context.channels.set("shoplazza", shoplazza);
  const sends = (topic: string, order: unknown, shop = DOMAIN) => {
    const headers = {
      "x-shoplazza-topic": topic,
      "x-shoplazza-shop-domain": shop,
      "x-shoplazza-deduplication-id": "7d9a1e66-0d0d-4a55-9f0e-2f0a5d7c1c11",
    };
    return context.routes(pack(newEvent(JSON.stringify({ order }), { channel: "shoplazza", headers })));
  };
  return { context, sends };
}

test("one deduplication ID for created and paid loses neither; a late retry of the older state changes nothing", async () => {
  const { context, sends } = relay();
  const id = `11218-${newId()}`;
  const created = leastOrder({ id, status: "opened", financial_status: "waiting", placed_at: "", total_paid: "0.00" });
  equal((await sends("orders/create", created)).outcome, "recorded");
  deepEqual(context.sentOf(id), []);
  equal((await sends("orders/paid", leastOrder({ id, updated_at: "2026-10-01T10:00:09Z" }))).outcome, "updated");
  deepEqual(context.sentOf(id), ["parcelworks/one"]);
  equal((await sends("orders/create", created)).outcome, "stale");
  equal((await sends("orders/paid", leastOrder({ id, updated_at: "2026-10-01T10:00:09Z" }))).outcome, "duplicate");
  deepEqual(context.sentOf(id), ["parcelworks/one"]);
});

test("another shop's events are none of this endpoint's shop", async () => {
  const { context, sends } = relay();
  const id = `11218-${newId()}`;
  equal((await sends("orders/paid", leastOrder({ id }), "other.myshoplaza.com")).outcome, "unknown-shop");
  deepEqual(context.sentOf(id), []);
});

test("an order that Order Relay created there is ignored, and is no order of the ledger", async () => {
  const { context, sends } = relay();
  const id = `11218-${newId()}`;
  for (const topic of ["orders/create", "orders/paid", "orders/cancelled", "orders/delete"]) {
    equal((await sends(topic, leastOrder({ id, tags: "vip,ext:sh-1001" }))).outcome, "ignored", topic);
  }
  deepEqual(context.sentOf(id), []);
  equal(await context.ledger.order({ channel: "shoplazza", connection: "main", orderId: id }), undefined);
});
