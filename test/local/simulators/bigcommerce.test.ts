import { deepEqual, equal, match, ok } from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { Webhook as Library } from "standardwebhooks";
import { EndpointSecret } from "../../../local/simulators/channel-simulator.ts";
import { simulator } from "../../../local/simulators/channels/bigcommerce/index.ts";
import type { PartialOrder } from "../../../local/simulators/partial-order.ts";
import { type Order, quantityToShip } from "../../../shared/order.ts";
import { CREDENTIALS, fetched, openStore, STORE } from "../../support/bigcommerce-store.ts";

const endpoint = EndpointSecret.parse({ signingSecrets: ["the client secret", "the former one"] });

function webhookOf(topic: string, part: PartialOrder = {}) {
  const store = openStore();
  const order = store.place(part);
  const [webhook, ...others] = simulator.webhooks({ topic, order, shop: STORE, endpoint, now: Date.now() });
  ok(webhook);
  deepEqual(others, []);
  return { order, webhook, body: JSON.parse(webhook.body) };
}

test("a webhook is verified by the library that BigCommerce names, with the client secret in base64", () => {
  const { webhook } = webhookOf("store/order/created");
  ok(new Library(Buffer.from("the client secret").toString("base64")).verify(webhook.body, { ...webhook.headers }));
});

test("a webhook is thin: the scope, the order's ID, the store, the time and a hash, nothing of the buyer", () => {
  const { order, webhook, body } = webhookOf("store/order/created", { buyer: { name: "Grace Hopper" } });
  deepEqual(Object.keys(body), ["scope", "store_id", "data", "hash", "created_at", "producer"]);
  deepEqual(body.data, { type: "order", id: Number(order.id) });
  equal(body.producer, `stores/${STORE}`);
  ok(!webhook.body.includes("Grace"));
  equal(body.hash, createHash("sha1").update(JSON.stringify(body.data)).digest("hex"));
});

test("a new order is created, a known one is updated, a cancelled one has a new status", () => {
  const store = openStore();
  const order = store.place();
  equal(simulator.topicOf(order, false), "store/order/created");
  equal(simulator.topicOf(order, true), "store/order/updated");
  equal(simulator.topicOf({ ...order, cancelledAt: order.updatedAt }, true), "store/order/statusUpdated");
  match(simulator.objection?.({ ...order, id: "A-17" }) ?? "", /A-17/);
});

test("each scope that it sends has the order's ID where the documents have it", () => {
  for (const topic of simulator.topics ?? []) {
    const { order, body } = webhookOf(topic);
    const { data } = body;
    const places = [data.id, data.order_id, data.resource_id, data.orderId].map(String);
    const names = /^store\/(?:channel\/1\/)?order\/|^store\/shipment\//.test(topic);
    equal(places.includes(order.id), names, topic);
  }
});

const SAME = [
  ...(["id", "placedAt", "currency", "buyerCurrency", "financialState", "discountCodes", "pricesIncludeTax"] as const),
  ...(["tax", "total", "taxIds", "gift", "giftMessage", "note", "fulfilmentState", "subtotal", "discount"] as const),
];

test("the connector reads from the API what our order says", async () => {
  const store = openStore({ settings: { shipStatuses: [3, 9, 11] } });
  const sent = store.place({
    ...{ id: "4711", placedAt: "2026-11-20T14:00:00.000Z", updatedAt: "2026-11-20T14:00:05.000Z" },
    ...{ currency: "EUR", buyerCurrency: "CHF", financialState: "paid", pricesIncludeTax: true },
    ...{ discountCodes: ["AUTUMN"], gift: true, giftMessage: "Alles Gute 🎂", note: "Please ring twice." },
    lines: [
      {
        ...{ id: "866550311766439020", sku: "DEMO-MUG", quantity: 3, quantityToShip: 1, unitPrice: "19.90" },
        ...{
          title: "Mug",
          variantTitle: "Blue",
          vendor: "Muster",
          productId: "788032119674292922",
          variantId: "808950810",
        },
        ...{ discount: "1.50", taxes: [{ amount: "9.20" }], properties: [{ name: "Engraving", value: "ADA" }] },
      },
      { id: "866550311766439021", sku: "DEMO-CARD", quantity: 1, unitPrice: "25.00", ships: false },
    ],
    shippingAddress: {
      ...{
        name: "Zoë Muster",
        firstName: "Zoë",
        lastName: "Muster",
        company: "Muster AG",
        street1: "Bahnhofstrasse 12",
      },
      ...{ street2: "c/o Beispiel", city: "Zürich", province: "Zürich", postcode: "8001", country: "CH" },
      ...{ phone: "+41790000002", email: "zoe@example.invalid", remark: "Back door" },
    },
    buyer: {
      ...{ id: "115310627314723954", name: "Ada Muster", firstName: "Ada", lastName: "Muster" },
      ...{ email: "ada@example.invalid", phone: "+41790000001", language: "de-CH", ip: "192.0.2.7" },
    },
    taxIds: [{ type: "vat", value: "CHE-123.456.788" }],
    attributes: [{ name: "Floor", value: "2" }],
    shipping: { method: "DHL Express", price: "9.95" },
    fulfilmentState: "partial",
  });
  const arrived = await fetched(store, "4711");
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value ?? null));
  const amount = (value: unknown) => (typeof value === "string" && /^\d+\.?\d*$/.test(value) ? Number(value) : value);
  for (const field of SAME) deepEqual(amount(plain(arrived[field])), amount(plain(sent[field])), field);
  deepEqual(plain(arrived.shippingAddress), plain(sent.shippingAddress));
  deepEqual(arrived.buyer, sent.buyer);
  equal(arrived.updatedAt, "2026-11-20T14:00:05.000Z");
  deepEqual(plain(arrived.shipping), { kind: "ship", method: "DHL Express", serviceLevel: "expedited", price: "9.95" });
  const shown = ({ lines }: Order) =>
    lines.map((line) => [line.id, line.sku, line.quantity, quantityToShip(line), line.title, Number(line.unitPrice)]);
  deepEqual(shown(arrived), shown(sent));
  const [first] = arrived.lines;
  deepEqual(
    [first?.variantTitle, first?.vendor, first?.productId, first?.variantId, Number(first?.discount), first?.fulfilled],
    ["Blue", "Muster", "788032119674292922", "808950810", 1.5, 2],
  );
  deepEqual(first?.properties?.find(({ name }) => name === "Engraving")?.value, "ADA");
});

test("each state of our order comes back as the same: placed, paid, cancelled, or held", async () => {
  const cancelledAt = "2026-11-20T15:00:00.000Z";
  const states: [part: PartialOrder, expected: Partial<Order>][] = [
    [{ financialState: "pending" }, { financialState: "pending" }],
    [{ financialState: "authorized" }, { financialState: "authorized" }],
    [{ financialState: "refunded" }, { financialState: "refunded" }],
    [{ financialState: "voided" }, { financialState: "voided" }],
    [{ financialState: "partially-refunded" }, { financialState: "partially-refunded" }],
    [
      { financialState: "pending", amountDue: "44.98" },
      { financialState: "pending", amountDue: "44.98" },
    ],
    [{ fulfilmentState: "fulfilled" }, { fulfilmentState: "fulfilled" }],
    [{ shipping: { kind: "pick-up" } }, { shippingAddress: null }],
  ];
  for (const [part, expected] of states) {
    const store = openStore();
    const arrived = await fetched(store, store.place(part).id);
    for (const [field, value] of Object.entries(expected)) {
      deepEqual(arrived[field as keyof Order], value, `${JSON.stringify(part)}: ${field}`);
    }
  }
  const store = openStore();
  ok((await fetched(store, store.place({ cancelledAt }).id)).cancelledAt);
  ok((await fetched(store, store.place({ hold: { reason: "fraud" } }).id)).hold);
  equal((await fetched(store, store.place({ shipping: { kind: "local" } }).id)).shipping?.kind, "local");
});

// The strict server.

async function ask(path: string, changes: { headers?: Record<string, string>; method?: "GET" | "POST" } = {}) {
  const store = openStore();
  store.place({ id: "250", updatedAt: "2026-11-20T12:00:00Z", placedAt: "2026-11-20T11:00:00Z" });
  const { method = "GET", headers = {} } = changes;
  const answer = await store.http({
    method,
    url: `https://api.bigcommerce.com/stores/${STORE}${path}`,
    headers: { "x-auth-token": CREDENTIALS.accessToken, accept: "application/json", ...headers },
    timeout: 1_000,
  });
  return { ...answer, body: answer.text.startsWith("<") || answer.text === "" ? answer.text : JSON.parse(answer.text) };
}

test("without the store's token, or at another store, it answers 401 with a list of errors", async () => {
  for (const answer of [
    await ask("/v2/orders/250", { headers: { "x-auth-token": "another" } }),
    await ask("/v2/orders/250", { headers: { "x-auth-token": "" } }),
    await ask("x/v2/orders/250"),
  ]) {
    equal(answer.status, 401);
    deepEqual(answer.body, [{ status: 401, message: "Unauthorized" }]);
  }
});

test("without the header Accept it answers in XML", async () => {
  match((await ask("/v2/orders/250", { headers: { accept: "*/*" } })).text, /^<\?xml/);
});

test("an order has only the addresses of its sub-resources, and each sub-resource answers at its own path", async () => {
  const { body } = await ask("/v2/orders/250");
  equal(body.products.resource, "/orders/250/products");
  equal(body.shipping_addresses.resource, "/orders/250/shippingaddresses");
  equal((await ask("/v2/orders/250/products")).body[0].sku, "DEMO-TEE-M");
  equal((await ask("/v2/orders/250/shipping_addresses")).body[0].city, "Louisville");
  deepEqual([(await ask("/v2/orders/250/coupons")).status, (await ask("/v2/orders/250/coupons")).text], [204, ""]);
  for (const path of ["/v2/orders/251", "/v2/orders/251/products", "/v2/orders/250/other", "/v3/orders/250", "/v2/x"]) {
    equal((await ask(path)).status, 404, path);
  }
});

test("a query that the documents do not have is refused, and a page that is too large is 413", async () => {
  for (const query of ["limit=0", "page=0", "limit=many", "page=-1", "colour=red", "limit=2.5"]) {
    equal((await ask(`/v2/orders?${query}`)).status, 400, query);
  }
  equal((await ask("/v2/orders?sort=name")).status, 400);
  equal((await ask("/v2/orders/250?limit=5")).status, 400);
  equal((await ask("/v2/orders?limit=250")).status, 200);
  equal((await ask("/v2/orders?limit=251")).status, 413);
  equal((await ask("/v2/orders", { method: "POST" })).status, 405);
});

test("bounds are ISO 8601 or RFC 2822; one that was encoded twice is ignored without a word", async () => {
  const listed = async (bound: string) => (await ask(`/v2/orders?min_date_modified=${bound}`)).status;
  equal(await listed(encodeURIComponent("2026-11-20T12:00:00Z")), 200);
  equal(await listed(encodeURIComponent("2026-11-20T12:00:01Z")), 204);
  equal(await listed(encodeURIComponent("Fri, 20 Nov 2026 12:00:01 +0000")), 204);
  equal(await listed(encodeURIComponent(encodeURIComponent("2026-11-20T12:00:01Z"))), 200);
  deepEqual((await ask("/v2/orders/count?min_date_modified=2026-11-20T12:00:01Z")).body.count, 0);
});

test("every answer says what is left of the store's quota", async () => {
  const { headers } = await ask("/v2/orders/250");
  equal(headers["x-rate-limit-requests-quota"], "150");
  equal(headers["x-rate-limit-requests-left"], "149");
  equal(headers["x-rate-limit-time-reset-ms"], "5000");
});
