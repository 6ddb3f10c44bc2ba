import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { channels } from "../../functions/channels/registry.ts";
import { MalformedEvent } from "../../shared/errors.ts";
import { event, leastOrder, orderOf, read, topic } from "../support/deliveries.ts";

const ID = "820982911946154508";

for (const name of ["create", "paid", "updated", "cancelled", "fulfilled", "partially_fulfilled"]) {
  test(`orders/${name} carries the order, its ID to the last digit`, async () => {
    const reading = await read("shopify", leastOrder(), topic(`orders/${name}`));
    equal(reading.topic, `orders/${name}`);
    equal(orderOf(reading).id, ID);
    equal(orderOf(reading).lines[0]?.id, "866550311766439020");
  });
}

const about: Record<string, [body: string, change: string]> = {
  "orders/edited": [`{"order_edit":{"id":78912328793123780,"order_id":${ID},"line_items":{}}}`, "touched"],
  "orders/delete": [`{"id":${ID}}`, "cancelled"],
  "refunds/create": [`{"id":890088186047892319,"order_id":${ID},"refund_line_items":[]}`, "touched"],
  "order_transactions/create": [`{"id":120560818172775265,"order_id":${ID},"kind":"sale"}`, "touched"],
  "orders/risk_assessment_changed": [`{"order_id":${ID},"risk_level":"medium"}`, "touched"],
};
for (const [name, [body, change]] of Object.entries(about)) {
  test(`${name} changes the order whose ID is where this topic keeps it`, async () => {
    deepEqual(await read("shopify", body, topic(name)), { topic: name, kind: "change", orderId: ID, change });
  });
}

test("a risk assessment without an order is ignored, one that names it in a header is noted", async () => {
  const name = "orders/risk_assessment_changed";
  equal((await read("shopify", '{"risk_level":"medium"}', topic(name))).kind, "ignored");
  const headers = { ...topic(name), "shopify-resource-id": `gid://shopify/Order/${ID}` };
  deepEqual(await read("shopify", '{"risk_level":"medium"}', headers), {
    topic: name,
    kind: "change",
    orderId: ID,
    change: "touched",
  });
});

test("a header, which is not signed, never says which order is cancelled", async () => {
  const headers = { ...topic("orders/delete"), "shopify-resource-id": `gid://shopify/Order/${ID}` };
  for (const body of ["{}", '{"order_edit":{"id":78912328793,"order_id":7}}', '{"shop_id":954889}']) {
    await rejects(read("shopify", body, headers), { field: "id" });
  }
});

// The official samples, shortened: https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance
const redaction = (orders: string, customer = '{"id":191167782911638123,"email":"john@example.com"}') =>
  `{"shop_id":954889,"shop_domain":"a.myshopify.com","customer":${customer},"orders_to_redact":${orders}}`;

test("a request to erase a buyer names the orders, to the last digit", async () => {
  deepEqual(await read("shopify", redaction("[299938,820982911946154508]"), topic("customers/redact")), {
    topic: "customers/redact",
    kind: "erase",
    subject: { orderIds: ["299938", ID] },
  });
});

test("where it names no order, everything of that buyer is to be erased; without either it is malformed", async () => {
  for (const orders of ["[]", "null"]) {
    const reading = await read("shopify", redaction(orders), topic("customers/redact"));
    deepEqual(reading.kind === "erase" && reading.subject, { buyerId: "191167782911638123" });
  }
  await rejects(read("shopify", redaction("[]", "{}"), topic("customers/redact")), { field: "customer.id" });
  await rejects(read("shopify", redaction('"all"'), topic("customers/redact")), { field: "orders_to_redact" });
});

const SHOP = '{"shop_id":954889,"shop_domain":"muster.myshopify.com"}';

test("a request to erase the shop names the shop, and nothing else", async () => {
  deepEqual(await read("shopify", SHOP, topic("shop/redact")), {
    topic: "shop/redact",
    kind: "erase",
    subject: "shop",
  });
});

const dataRequest = (orders: string) =>
  `{"shop_id":954889,"shop_domain":"a.myshopify.com","orders_requested":${orders},"customer":{"id":191167782911638123,"email":"john@example.com"},"data_request":{"id":9999}}`;

test("a buyer who asks for their data names the orders, or means all of them", async () => {
  deepEqual(await read("shopify", dataRequest(`[299938,${ID}]`), topic("customers/data_request")), {
    topic: "customers/data_request",
    kind: "export",
    subject: { orderIds: ["299938", ID] },
  });
  const all = await read("shopify", dataRequest("[]"), topic("customers/data_request"));
  deepEqual(all.kind === "export" && all.subject, { buyerId: "191167782911638123" });
});

// The signature covers the body, not the topic: a holder of one signed body may send it under any topic.
const SIGNED: Record<string, string> = {
  "orders/paid": leastOrder(['"customer":{"id":191167782911638123}']),
  "orders/delete": `{"id":${ID}}`,
  "refunds/create": `{"id":890088186047892319,"order_id":${ID}}`,
  "customers/update": '{"id":191167782911638123,"email":"john@example.com","orders_to_redact":[]}',
  "shop/update": '{"id":954889,"domain":"muster.myshopify.com","myshopify_domain":"muster.myshopify.com"}',
  "customers/redact": redaction(`[${ID}]`),
  "customers/data_request": dataRequest(`[${ID}]`),
  "shop/redact": SHOP,
  nothing: "{}",
};
for (const asked of ["customers/redact", "customers/data_request", "shop/redact"]) {
  for (const [signed, body] of Object.entries(SIGNED).filter(([name]) => name !== asked)) {
    test(`a body of ${signed} under the topic ${asked} erases and exports nothing`, async () => {
      await rejects(read("shopify", body, topic(asked)), MalformedEvent);
    });
  }
}

test("a request that names another shop in its signed body is not about this one", async () => {
  for (const [name, body] of [
    ["shop/redact", SHOP],
    ["customers/redact", redaction(`[${ID}]`)],
    ["customers/data_request", dataRequest(`[${ID}]`)],
  ] as const) {
    await rejects(read("shopify", body, topic(name), { shop: "other.myshopify.com" }), { field: "shop_domain" });
  }
  equal((await read("shopify", SHOP, topic("shop/redact"), { shop: "MUSTER.myshopify.com" })).kind, "erase");
});

test("an app that was uninstalled is what its topic says, whatever its body", async () => {
  deepEqual(await read("shopify", "[[[", topic("app/uninstalled")), {
    topic: "app/uninstalled",
    kind: "lifecycle",
    event: "uninstalled",
  });
});

for (const [what, body] of Object.entries({
  "an order": leastOrder(),
  "a refund": '{"id":890088186047892319,"created_at":"2026-10-01T12:00:00Z"}',
})) {
  test(`the topic is not signed: ${what} deletes no order`, async () => {
    await rejects(read("shopify", body, topic("orders/delete")), MalformedEvent);
  });
}

for (const name of ["products/update", "orders/link_requested", "constructor", "__proto__"]) {
  test(`the topic ${name} is ignored, whatever its body`, async () => {
    const reading = await read("shopify", "[[[", topic(name));
    equal(reading.kind === "ignored" && reading.reason, "a topic that is not about orders");
  });
}

test("both families of headers say the same", async () => {
  const newer = {
    "shopify-topic": "orders/create",
    "shopify-shop-domain": "muster.myshopify.com",
    "shopify-triggered-at": "2026-10-02T06:00:01.064630177Z",
    "shopify-test": "true",
  };
  const older = Object.fromEntries(Object.entries(newer).map(([name, value]) => [`x-${name}`, value]));
  const reading = await read("shopify", leastOrder(), newer);
  deepEqual(reading, await read("shopify", leastOrder(), older));
  equal(reading.eventTime, "2026-10-02T06:00:01.064Z");
  equal(orderOf(reading).shopName, "muster.myshopify.com");
  equal(orderOf(reading).test, true);
});

test("an event time that is none is left out", async () => {
  for (const time of ["", "yesterday", "2026-99-99T00:00:00Z"]) {
    const reading = await read("shopify", leastOrder(), { ...topic("orders/create"), "x-shopify-triggered-at": time });
    equal("eventTime" in reading, false, time);
  }
});

test("test deliveries and test orders are marked", async () => {
  const test = async (headers: Record<string, string>, more: string[] = []) =>
    orderOf(await read("shopify", leastOrder(more), { ...topic("orders/create"), ...headers })).test;
  equal(await test({}), false);
  equal(await test({ "x-shopify-test": "false" }), false);
  equal(await test({ "x-shopify-test": "true" }), true);
  equal(await test({}, ['"test":true']), true);
});

test("the shop is the domain that the header names, in lower case", async () => {
  const headers = { ...topic("orders/create"), "x-shopify-shop-domain": "Other.myshopify.com" };
  const reader = await (await channels.shopify()).reader();
  equal(reader.interpret(event("shopify", leastOrder(), headers)).shop, "other.myshopify.com");
  equal(reader.interpret(event("shopify", leastOrder(), topic("orders/create"))).shop, undefined);
});

const unreadable: Record<string, [headers: Record<string, string>, body: string | Uint8Array]> = {
  "no topic": [{}, leastOrder()],
  "no JSON": [topic("orders/create"), "id=1"],
  "an empty body": [topic("orders/create"), ""],
  "no UTF-8": [topic("orders/create"), Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xff]), Buffer.from('"}')])],
  "an array": [topic("orders/paid"), "[]"],
  "nested beyond reason": [topic("orders/create"), "[".repeat(200_000) + "]".repeat(200_000)],
  "the ID alone (include_fields)": [topic("orders/updated"), `{"id":${ID}}`],
  "an amount that is none": [topic("orders/updated"), leastOrder(['"total_price":"12,50"'])],
  "an unknown financial status": [topic("orders/updated"), leastOrder().replace('"paid"', '"half-paid"')],
  "a quantity that is none": [
    topic("orders/updated"),
    leastOrder(['"line_items":[{"id":1,"sku":"DEMO-1","quantity":"two"}]']),
  ],
  "an edit without an order": [topic("orders/edited"), `{"id":${ID}}`],
  "a refund with only its own ID": [topic("refunds/create"), `{"id":${ID}}`],
  "an order by Shopify Events": [{ "shopify-topic": "Order", "shopify-action": "create" }, "{}"],
};
for (const [what, [headers, body]] of Object.entries(unreadable)) {
  test(`unreadable: ${what}`, async () => {
    await rejects(read("shopify", body, headers), MalformedEvent);
  });
}

test("a malformed event names its field, never its value", async () => {
  const body = leastOrder(['"total_price":"Ada Muster, Bahnhofstrasse 12"']);
  await rejects(read("shopify", body, topic("orders/create")), (error: MalformedEvent) => {
    equal(/total_price/.test(error.reason), true);
    equal(/Ada|Bahnhof/.test(error.reason), false);
    return true;
  });
});

test("settings that are wrong are an error, not ignored", async () => {
  const settings = { cashOnDelivery: "Versement" };
  await rejects(read("shopify", leastOrder(), topic("orders/create"), { settings }), /cashOnDelivery/);
});
