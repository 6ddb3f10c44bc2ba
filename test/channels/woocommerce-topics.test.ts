import { deepEqual, equal, rejects } from "node:assert/strict";
import { after, before, test } from "node:test";
import { woocommerce } from "../../functions/channels/woocommerce/index.ts";
import { signingKey } from "../../functions/channels/woocommerce/signing-key.ts";
import { pack } from "../../shared/messages/event.ts";
import { event, verify } from "../support/deliveries.ts";
import { QUICK_TABLE, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { newEvent, RouteOrderContext } from "../support/route-order-context.ts";
import { leastOrder, line, read, URL } from "./woocommerce-events.ts";

let started: TestLedger;
before(async () => {
  started = await startLedger(QUICK_TABLE);
});
after(() => started.stop());

const verdict = (signature: string, signingSecrets: string[], body = '{"id":16}') =>
  verify(woocommerce, { headers: { "x-wc-webhook-signature": signature }, body }, { signingSecrets });

test("trap: a secret with &, \" or ' signs decoded, in whichever form it was stored (openssl's vectors)", () => {
  const signature = "lqCcX3NvwhKK2tRVOmBQQoXszEg8k3D0zn7Ox2OYn9g=";
  for (const secret of [
    `a&b"c'd<e> with sixteen`,
    "a&amp;b&quot;c&#039;d&lt;e&gt; with sixteen",
    "a&#38;b&#034;c&#x27;d&#60;e&#062; with sixteen",
  ]) {
    equal(verdict(signature, [secret]), "authentic", secret);
  }
  equal(verdict(signature, ["a&amp;amp;b&quot;c&#039;d&lt;e&gt; with sixteen"]), "forged");
  equal(verdict("OtZeKprssTgUQGuxJx8/9VNTYCSAQYUEv4fGsFtDeZs=", ["plain secret of sixteen"]), "authentic");
  equal(
    verdict("OtZeKprssTgUQGuxJx8/9VNTYCSAQYUEv4fGsFtDeZs=", ["another secret of us", "plain secret of sixteen"]),
    "authentic",
  );
});

test("the key is decoded once, and only what WordPress decodes", () => {
  const keys = {
    "&amp;lt;": "&lt;",
    "&apos;": "&apos;",
    "&QUOT;": "&QUOT;",
    "&#X26;": "&",
    "&#x3c;": "&#x3c;",
    "&": "&",
  };
  for (const [stored, key] of Object.entries(keys)) equal(signingKey(stored), key, stored);
});

test("trap: the unsigned form-encoded ping is answered 200, and only that text is a ping", () => {
  const ping = (body: string, headers: Record<string, string> = {}) =>
    verify(woocommerce, { headers, body }, { signingSecrets: ["plain secret of sixteen"] });
  deepEqual(ping("webhook_id=142", { "content-type": "application/x-www-form-urlencoded" }), { answer: {} });
  for (const body of [
    "webhook_id=",
    "webhook_id=1&order=2",
    "webhook_id=1\n",
    `webhook_id=${"1".repeat(50)}`,
    '{"id":1}',
    "",
  ]) {
    equal(ping(body), "unsigned", body);
  }
  equal(ping("webhook_id=142", { "x-wc-webhook-topic": "order.created" }), "unsigned");
});

test("trap: two orders with one delivery ID are two", async () => {
  const context = new RouteOrderContext(started, {
    connections: [{ channel: "woocommerce", name: "main", key: "wc", maxOrderAge: "none", settings: { url: URL } }],
    routes: [{ from: ["woocommerce/main"], to: ["parcelworks/one"] }],
  });
  context.channels.set("woocommerce", woocommerce);
  const headers = {
    "x-wc-webhook-topic": "order.created",
    "x-wc-webhook-source": `${URL}/`,
    "x-wc-webhook-delivery-id": "263d29b68d77a67d6122c54b6c48cbc4",
  };
  const ids = [727, 728].map((id) => Number(`${process.pid}${id}`));
  for (const id of ids) {
    const body = JSON.stringify(leastOrder({ id, number: String(id) }));
    const routed = await context.routes(pack(newEvent(body, { channel: "woocommerce", headers })));
    equal(routed.outcome, "recorded");
  }
  for (const id of ids) deepEqual(context.sentOf(String(id)), ["parcelworks/one"]);
});

for (const topic of ["order.created", "order.updated", "order.restored", " Order.Updated "]) {
  test(`"${topic}" carries the order, its ID to the last digit`, async () => {
    const body = JSON.stringify(leastOrder()).replace('"id":727', '"id":820982911946154508');
    const reading = await read(body, topic);
    equal(reading.kind === "order" && reading.order.id, "820982911946154508");
  });
}

test("order.deleted changes the order, which the API is then asked for; a body that says more is no deletion", async () => {
  deepEqual(await read('{"id":820982911946154508}', "order.deleted"), {
    ...{ topic: "order.deleted", kind: "change", orderId: "820982911946154508", change: "cancelled" },
  });
  await rejects(read(leastOrder(), "order.deleted"), { name: "MalformedEvent" });
  await rejects(read("{}", "order.deleted"), { field: "id" });
});

test("topics that are not about orders are ignored, whatever their body", async () => {
  for (const topic of ["coupon.deleted", "product.updated", "customer.created", "action.woocommerce_add_to_cart"]) {
    equal((await read('{"action":"woocommerce_add_to_cart","arg":"x"}', topic)).kind, "ignored", topic);
  }
});

test("a missing topic and several topics are malformed", async () => {
  const field = "headers.x-wc-webhook-topic";
  await rejects(read(leastOrder(), " "), { field });
  await rejects(read(leastOrder(), "order.created, order.deleted"), { field });
});

test("what is no order says what to change at the shop", async () => {
  await rejects(read({ order: { id: 1, line_items: [] } }), { field: "order", message: /WP REST API Integration v3/ });
  const error = { code: "woocommerce_rest_cannot_view", message: "Sorry", data: { status: 403 } };
  await rejects(read(error), { field: "code", message: /may not read orders/ });
});

test("trap (field report 79): an order without line items is fetched, with or without fees", async () => {
  const fee = { id: 9, name: "Gift wrap", total: "2.00", total_tax: "0.00" };
  for (const empty of [[], null, {}]) {
    deepEqual(await read(leastOrder({ line_items: empty, fee_lines: [fee] })), {
      ...{ topic: "order.updated", kind: "fetch", orderId: "727" },
    });
  }
  const { line_items: _, ...without } = leastOrder();
  await rejects(read(without), { field: "line_items" });
});

test("what only the API knows is fetched: the pieces of a refund, whether products are shipped", async () => {
  const fetch = { topic: "order.updated", kind: "fetch", orderId: "727" };
  deepEqual(await read(leastOrder({ refunds: [{ id: 1, total: "-5.00" }] })), fetch);
  deepEqual(await read(leastOrder({ shipping_lines: [], shipping: { first_name: "", country: "" } })), fetch);
  const over = await read(leastOrder({ status: "refunded", refunds: [{ id: 1, total: "-25.00" }] }));
  equal(over.kind === "order" && over.order.financialState, "refunded");
});

test("an order whose buyer's data the shop erased is to be erased here too", async () => {
  const meta_data = [{ id: 1, key: "_anonymized", value: "yes" }];
  deepEqual(await read(leastOrder({ meta_data })), {
    ...{ topic: "order.updated", kind: "erase", subject: { orderIds: ["727"] } },
  });
  equal((await read(leastOrder({ meta_data: [{ key: "_anonymized", value: "no" }] }))).kind, "order");
});

test("a draft of the checkout is no order yet", async () => {
  for (const status of ["checkout-draft", "auto-draft", "wc-checkout-draft"]) {
    equal((await read(leastOrder({ status }))).kind, "ignored", status);
  }
});

test("the event names its shop as the stage file does: host and path, without the slash at the end", async () => {
  const { interpret } = await woocommerce.reader();
  const shopOf = (source: string) =>
    interpret(
      event("woocommerce", JSON.stringify(leastOrder()), {
        ...{ "x-wc-webhook-topic": "order.updated", "x-wc-webhook-source": source },
      }),
    ).shop;
  equal(shopOf("https://Shop.example/"), "shop.example");
  equal(shopOf("http://shop.example/de/"), "shop.example/de");
  equal(shopOf("none"), undefined);
});

test("an order that cannot be mapped is named, with the time of its change", async () => {
  const { interpret } = await woocommerce.reader();
  const body = JSON.stringify(leastOrder({ line_items: [line({ quantity: 0.5 })] }));
  const { order } = interpret(event("woocommerce", body, { "x-wc-webhook-topic": "order.updated" }));
  deepEqual(order, { id: "727", changedAt: "2026-10-01T10:00:05.000Z" });
  await rejects(read(body), { field: "line_items.0.quantity" });
});
