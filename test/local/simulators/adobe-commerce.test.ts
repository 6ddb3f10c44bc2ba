import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { createVerify } from "node:crypto";
import { test } from "node:test";
import secrets from "../../../local/secrets.json" with { type: "json" };
import { EndpointSecret } from "../../../local/simulators/channel-simulator.ts";
import { simulator } from "../../../local/simulators/channels/adobe-commerce/index.ts";
import type { PartialOrder } from "../../../local/simulators/partial-order.ts";
import type { HttpRequest } from "../../../shared/connector/http.ts";
import type { Order } from "../../../shared/order.ts";
import { AdobeCommerceShop, APP, INTEGRATION, SHOP, URL_OF_SHOP } from "../../support/adobe-commerce-shop.ts";

const endpoint = EndpointSecret.parse(secrets.endpoints["adobe-commerce/demo"]);

function eventOf(part: PartialOrder = {}, topic?: string) {
  const order = new AdobeCommerceShop().place(part);
  const chosen = topic ?? simulator.topicOf(order, false);
  const [webhook, ...others] = simulator.webhooks({ topic: chosen, order, shop: SHOP, endpoint, now: Date.now() });
  ok(webhook);
  deepEqual(others, []);
  return { order, webhook, body: JSON.parse(webhook.body) };
}

test("an event is thin, says whose it is, and is signed twice by keys that the keys' host answers", async () => {
  const { order, webhook, body } = eventOf({ buyer: { name: "Grace Hopper" } });
  equal(body.type, "com.adobe.commerce.observer.sales_order_save_commit_after");
  equal(body.source, `urn:uuid:${SHOP}`);
  equal(body.recipient_client_id, secrets.endpoints["adobe-commerce/demo"].clientIds[0]);
  equal(body.data.value.entity_id, order.id);
  ok(!webhook.body.includes("Grace"));
  for (const n of [1, 2]) {
    const reply = simulator.api?.handle(
      {
        ...{
          method: "GET",
          path: webhook.headers[`x-adobe-public-key${n}-path`] ?? "",
          host: "static.adobeioevents.com",
        },
        ...{ query: new URLSearchParams(), rawQuery: "", headers: {}, body: Buffer.alloc(0), caller: "endpoint" },
        ended: Promise.resolve("answered"),
      },
      {
        shop: SHOP,
        app: endpoint,
        credentials: {},
        orders: new Map(),
        resources: new Map(),
        memory: new Map(),
        now: Date.now,
      },
    );
    const signature = webhook.headers[`x-adobe-digital-signature-${n}`] ?? "";
    ok(createVerify("RSA-SHA256").update(webhook.body).verify(String(reply?.body), signature, "base64"), String(n));
  }
  notEqual(webhook.headers["x-adobe-digital-signature-1"], webhook.headers["x-adobe-digital-signature-2"]);
});

test("the order's ID of a part's event is in order_id, and entity_id is another", () => {
  for (const part of ["shipment", "invoice", "creditmemo"]) {
    const { order, body } = eventOf({}, `com.adobe.commerce.observer.sales_order_${part}_save_commit_after`);
    equal(body.data.value.order_id, order.id);
    notEqual(body.data.value.entity_id, order.id);
  }
});

test("what is sent to the simulator arrives at the connector, as far as Commerce has a place for it", async () => {
  const shop = new AdobeCommerceShop({ settings: { optionNames: { "12": "Engraving" } } });
  const line = {
    ...{ id: "41", sku: "DEMO-MUG-BLUE", quantity: 3, quantityToShip: 2, productId: "67", variantId: "56" },
    ...{ title: "Mug", variantTitle: "Blue", unitPrice: "19.99", compareAtPrice: "24.5", discount: "1.5" },
    taxes: [{ title: "VAT", rate: "0.19", amount: "3.8" }],
  };
  const part: PartialOrder = {
    ...{ id: "820982911946154508", number: "000000042", buyerCurrency: "EUR", fulfilmentState: "partial" },
    ...{ note: "Ring twice", discountCodes: ["AUTUMN"], giftMessage: "For Grace", gift: true, paymentMethod: "PayPal" },
    lines: [
      { ...line, properties: [{ name: "option 12", value: "To Grace" }] },
      { id: "42", sku: "DEMO-PDF", ships: false },
    ],
    buyer: { id: "9", firstName: "Ada", lastName: "Byron", email: "ada@example.invalid", ip: "203.0.113.7" },
    billingAddress: { name: "Grace Hopper", street1: "3 Harbour Road", city: "Boston", country: "US" },
    taxIds: [{ type: "vat", value: "DE1" }],
    shipping: { method: "Express", code: "ups_2da", price: "7", taxRate: "0.19" },
  };
  const sent = shop.place(part);
  const arrived = await shop.fetched(sent.id);
  const same: (keyof Order)[] = [
    ...(["id", "number", "currency", "buyerCurrency", "financialState", "fulfilmentState", "note", "gift"] as const),
    ...(["giftMessage", "discountCodes", "paymentMethod", "taxIds", "pricesIncludeTax", "placedAt"] as const),
  ];
  for (const field of same) {
    const expected =
      field === "pricesIncludeTax"
        ? false
        : field === "placedAt"
          ? sent.placedAt.replace(/\.\d+/, ".000")
          : sent[field];
    deepEqual(arrived[field], expected, field);
  }
  const [first, second] = arrived.lines;
  deepEqual({ ...first, properties: undefined }, { ...line, fulfilled: 1, ships: true, properties: undefined });
  deepEqual(first?.properties, [{ name: "Engraving", value: "To Grace" }]);
  deepEqual([second?.sku, second?.ships], ["DEMO-PDF", false]);
  deepEqual([Number(arrived.total), Number(arrived.tax), arrived.shipping?.taxRate], [Number(sent.total), 3.8, "0.19"]);
  deepEqual([arrived.shippingAddress?.street1, arrived.billingAddress?.name], ["1 Main Street", "Grace Hopper"]);
  equal(arrived.buyer?.id, "9");
});

test("each state of our order is one of Commerce's, and comes back", async () => {
  const at = "2026-11-20T14:00:00.000Z";
  const states: [PartialOrder, Partial<Order>][] = [
    [{ financialState: "pending" }, { financialState: "pending" }],
    [{ financialState: "authorized" }, { financialState: "authorized" }],
    [{ financialState: "partially-paid" }, { financialState: "partially-paid" }],
    [
      { financialState: "partially-refunded", refunded: "1" },
      { financialState: "partially-refunded", refunded: "1" },
    ],
    [{ financialState: "refunded" }, { financialState: "refunded" }],
    [{ financialState: "voided" }, { financialState: "voided" }],
    [{ fulfilmentState: "fulfilled" }, { fulfilmentState: "fulfilled" }],
    [{ financialState: "pending", amountDue: "44.98" }, { amountDue: "44.98" }],
  ];
  for (const [part, expected] of states) {
    const shop = new AdobeCommerceShop();
    const arrived = await shop.fetched(shop.place(part).id);
    for (const [field, value] of Object.entries(expected)) {
      deepEqual(arrived[field as keyof Order], value, `${JSON.stringify(part)}: ${field}`);
    }
  }
  const shop = new AdobeCommerceShop();
  ok((await shop.fetched(shop.place({ cancelledAt: at }).id)).cancelledAt);
  ok((await shop.fetched(shop.place({ hold: { reason: "fraud" } }).id)).hold);
  for (const kind of ["pick-up", "local"] as const) {
    equal((await shop.fetched(shop.place({ shipping: { kind } }).id)).shipping?.kind, kind);
  }
  const digital = { lines: [{ sku: "DEMO-PDF", ships: false }] };
  equal((await shop.fetched(shop.place(digital).id)).shipping?.kind, "digital");
  deepEqual(
    simulator.objection?.({ ...shop.place(), id: "A-17" }),
    `Commerce's IDs are whole numbers, and "A-17" is none.`,
  );
});

// The strict server.

async function ask(path: string, changes: Partial<Omit<HttpRequest, "url" | "timeout">> = {}) {
  const shop = new AdobeCommerceShop();
  shop.place({ id: "3", updatedAt: "2026-11-20T12:00:00Z", placedAt: "2026-11-20T11:00:00Z" });
  shop.hosted.book.memory.set("takes bearer tokens", "yes");
  const headers = { authorization: `Bearer ${INTEGRATION.accessToken}` };
  const answer = await shop.ask({ method: "GET", headers, url: `${URL_OF_SHOP}${path}`, ...changes });
  return { ...answer, body: JSON.parse(answer.text) };
}

test("a call without a known signature or token is 401, in Commerce's words", async () => {
  for (const authorization of [
    "",
    "Bearer another",
    "OAuth",
    'OAuth oauth_token="x"',
    'OAuth oauth_consumer_key="consumer-key"',
  ]) {
    const { status, body } = await ask("/rest/all/V1/orders/3", { headers: { authorization } });
    equal(status, 401, authorization);
    match(body.message, /authorized|rejected|expired/, authorization);
  }
});

test("an address that the documents do not have is 404, and says that nothing matches it", async () => {
  for (const path of ["/V1/orders/3", "/rest/V1/orders/3", "/rest/all/V2/orders/3", "/rest/all/V1/orders/three"]) {
    deepEqual((await ask(path)).body, { message: "Request does not match any route." }, path);
  }
  equal((await ask("/rest/all/V1/orders/3", { method: "POST" })).status, 404);
  match((await ask("/rest/all/V1/orders/4")).body.message, /^The entity that was requested doesn't exist/);
});

function criteria(pairs: Record<string, string>): string {
  const named = Object.fromEntries(Object.entries(pairs).map(([name, value]) => [`searchCriteria${name}`, value]));
  return `/rest/all/V1/orders?${new URLSearchParams(named)}`;
}

test("a list refuses names and values that the documents do not have, and repeats its last page", async () => {
  const filter = (field: string, value: string, condition_type = "gteq") =>
    criteria({
      "[filter_groups][0][filters][0][field]": field,
      "[filter_groups][0][filters][0][value]": value,
      "[filter_groups][0][filters][0][condition_type]": condition_type,
    });
  for (const path of [
    ...[
      filter("updated_at", "2026-11-20T12:00:00Z"),
      filter("colour", "red"),
      filter("updated_at", "2026-11-20 12:00:00", "after"),
    ],
    ...[criteria({ "[pageSize]": "0" }), criteria({ "[pageSize]": "301" }), criteria({ "[page]": "1" })],
    ...[criteria({ "[sortOrders][0][direction]": "UP" }), "/rest/all/V1/orders?limit=5"],
  ]) {
    equal((await ask(path)).status, 400, path);
  }
  const count = async (value: string) => (await ask(filter("updated_at", value))).body.total_count;
  deepEqual([await count("2026-11-20 12:00:00"), await count("2026-11-20 12:00:01")], [1, 0]);
  equal((await ask(criteria({ "[pageSize]": "1", "[currentPage]": "9" }))).body.items.length, 1);
});

test("IMS refuses another secret, a scope that opens nothing, and a body that is no form", async () => {
  const shop = new AdobeCommerceShop();
  const form = {
    ...{ client_id: APP.clientIds[0] ?? "", client_secret: APP.clientSecret },
    ...{ grant_type: "client_credentials", scope: "openid,commerce.accs" },
  };
  const login = async (changes: object, type = "application/x-www-form-urlencoded") => {
    const body = new URLSearchParams({ ...form, ...changes }).toString();
    const url = "https://ims-na1.adobelogin.com/ims/token/v3";
    return (await shop.ask({ method: "POST", url, headers: { "content-type": type }, body })).status;
  };
  equal(await login({}), 200);
  equal(await login({ client_secret: "another" }), 401);
  equal(await login({ scope: "openid" }), 400);
  equal(await login({ grant_type: "password" }), 400);
  equal(await login({ colour: "red" }), 400);
  equal(await login({}, "application/json"), 400);
});
