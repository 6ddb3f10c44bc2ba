import { deepEqual, equal, ok } from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import * as z from "zod/mini";
import { mapOrder } from "../../../functions/channels/square/map-order.ts";
import { OrderAnswer } from "../../../functions/channels/square/payload.ts";
import { Settings } from "../../../functions/channels/square/settings.ts";
import { hostApi } from "../../../local/simulators/channel-api.ts";
import { EndpointSecret } from "../../../local/simulators/channel-simulator.ts";
import { catalogId } from "../../../local/simulators/channels/square/catalog.ts";
import { simulator } from "../../../local/simulators/channels/square/index.ts";
import { LOCATION } from "../../../local/simulators/channels/square/order-resource.ts";
import { completeOrder } from "../../../local/simulators/demo-order.ts";
import type { PartialOrder } from "../../../local/simulators/partial-order.ts";
import type { Order } from "../../../shared/order.ts";

const NOW = Date.parse("2026-11-20T15:00:07.123Z");
const KEY = "the-first-signature-key";
const URL = "https://hooks.example.com/webhooks/square/demo";
const endpoint = EndpointSecret.parse({ signingSecrets: [KEY, "the-former-signature-key"], url: URL });

const orderOf = (part: PartialOrder): Order => {
  const { newOrderId: newId, newLineId } = simulator;
  return completeOrder(part, { newId, newLineId, newNumber: () => "1001", known: undefined, now: NOW });
};

/** The order that the connector maps from the simulated API. */
function read(part: PartialOrder): Order {
  const order = orderOf(part);
  const answer = z.parse(OrderAnswer, JSON.parse(JSON.stringify({ order: simulator.api?.resource(order, "seller") })));
  const products = order.lines.map(
    (line) => [catalogId(line), { sku: line.sku, itemId: undefined, type: undefined }] as const,
  );
  const whole = { order: answer.order, products: new Map(products), payments: [], refunds: [], returnOrders: [] };
  return mapOrder(whole, "seller", z.parse(Settings, {}));
}

interface Call {
  host?: string;
  method?: string;
  path?: string;
  query?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

function shop(app: Record<string, unknown> = { clientId: "client", clientSecret: "secret" }) {
  if (!simulator.api) throw new Error("the simulator has no API");
  let clock = NOW;
  const credentials = { accessToken: "own", refreshToken: "first" };
  const hosted = hostApi(simulator.api, { shop: "seller", app, credentials, now: () => clock });
  const ask = ({
    host = "connect.squareup.com",
    method = "GET",
    path = "/v2/locations",
    query = "",
    ...call
  }: Call) => {
    const reply = hosted.reply({
      ...{ caller: "connection", host, method, path, query: new URLSearchParams(query), rawQuery: query },
      headers: { authorization: "Bearer own", "content-type": "application/json", ...call.headers },
      body: Buffer.from(call.body === undefined ? "" : JSON.stringify(call.body)),
      ended: Promise.resolve("answered"),
    });
    ok("status" in reply);
    return { status: reply.status, body: JSON.parse(String(reply.body)) };
  };
  const post = (path: string, body: unknown) => ask({ method: "POST", path, body });
  function put(part: PartialOrder): Order {
    const order = orderOf(part);
    hosted.put(order.id, JSON.stringify(simulator.api?.resource(order, "seller")));
    return order;
  }
  const pass = (ms: number) => {
    clock += ms;
  };
  return { hosted, ask, post, put, pass };
}

test("the connector maps from the simulated order what our order says", () => {
  const part: PartialOrder = {
    ...{ number: "1042", currency: "EUR", financialState: "paid", version: 1, paidAt: "2026-11-20T14:00:03.000Z" },
    ...{ placedAt: "2026-11-20T14:00:00.000Z", updatedAt: "2026-11-20T14:00:00.000Z", pricesIncludeTax: true },
    ...{ discountCodes: ["AUTUMN"], gift: true, giftMessage: "For you", tax: "1.20" },
    buyer: { id: "c1", name: "Grace Hopper", firstName: "Grace", lastName: "Hopper", email: "g@example.invalid" },
    taxIds: [{ type: "vat", value: "DE123456789" }],
    shipping: { kind: "ship", method: "Express", code: "DHL", price: "5.00", shipBy: "2026-11-25T00:00:00.000Z" },
    lines: [
      {
        ...{
          sku: "DEMO-TEE-M",
          title: "Tee",
          variantTitle: "M / Blue",
          quantity: 2,
          unitPrice: "19.99",
          discount: "3.00",
        },
        ...{ properties: [{ name: "Print", value: "Ada" }], taxes: [{ title: "VAT", rate: "0.19", amount: "1.20" }] },
      },
    ],
  };
  const [sent, mapped] = [orderOf(part), read(part)];
  for (const field of [
    ...(["id", "number", "placedAt", "updatedAt", "paidAt", "version", "currency", "financialState"] as const),
    ...(["pricesIncludeTax", "discount", "discountCodes", "tax", "total", "subtotal"] as const),
    ...(["gift", "giftMessage", "taxIds"] as const),
  ]) {
    if (field !== "id") deepEqual(mapped[field], sent[field], field);
  }
  const { id: _, ...line } = sent.lines[0] ?? { id: "" };
  for (const [field, value] of Object.entries(line)) deepEqual(Reflect.get(mapped.lines[0] ?? {}, field), value, field);
  const { name, street1, city, provinceCode, postcode, country, phone } = mapped.shippingAddress ?? {};
  deepEqual(
    [name, street1, city, provinceCode, postcode, country, phone],
    ["Ada Byron", "1 Main Street", "Louisville", "KY", "40202", "US", "+1 502 555 0100"],
  );
  const { method, code, serviceLevel, price, shipBy } = mapped.shipping ?? {};
  deepEqual(
    [method, code, serviceLevel, price, shipBy],
    ["Express", "DHL", "expedited", "5.00", sent.shipping?.shipBy],
  );
});

test("each state, and each kind of shipping, arrives as it is", () => {
  for (const financialState of ["pending", "authorized", "partially-paid", "paid"] as const) {
    equal(read({ financialState }).financialState, financialState);
  }
  for (const kind of ["ship", "pick-up", "local", "digital"] as const)
    equal(read({ shipping: { kind } }).shipping?.kind, kind);
  equal(read({ fulfilmentState: "fulfilled" }).fulfilmentState, "fulfilled");
  const partial = read({ fulfilmentState: "partial", lines: [{ quantity: 3, fulfilled: 1 }] });
  deepEqual([partial.fulfilmentState, partial.lines[0]?.quantityToShip], ["partial", 2]);
  equal(read({ cancelledAt: "2026-11-20T14:00:00.000Z" }).cancelledAt, "2026-11-20T14:00:00.000Z");
  equal(read({ hold: { reason: "staff" } }).hold?.reason, "it is a draft");
  equal(read({ currency: "JPY", lines: [{ unitPrice: "1230" }] }).lines[0]?.unitPrice, "1230");
});

test("each type of event names its order where Square's own does, signed over the address and the body", () => {
  const part = { financialState: "refunded" as const };
  for (const topic of simulator.topics ?? []) {
    const order = orderOf(part);
    const [webhook] = simulator.webhooks({ topic, order, shop: "seller", endpoint, now: NOW });
    ok(webhook);
    const event = JSON.parse(webhook.body);
    deepEqual([event.type, event.merchant_id, event.created_at], [topic, "seller", "2026-11-20T15:00:07.123119031Z"]);
    const [inner = {}] = Object.values<Record<string, unknown>>(event.data.object ?? {});
    if (topic.startsWith("order.")) equal(inner["order_id"], order.id);
    if (topic.startsWith("payment.")) equal(inner["order_id"], order.id);
    if (topic.startsWith("refund.")) equal(inner["order_id"], `T${order.id}`, "the order of the return");
    const expected = createHmac("sha256", KEY).update(Buffer.concat([Buffer.from(URL), Buffer.from(webhook.body)]));
    equal(webhook.headers["x-square-hmacsha256-signature"], expected.digest("base64"));
  }
});

const SEARCH = {
  location_ids: [LOCATION],
  query: {
    filter: { date_time_filter: { updated_at: { start_at: "2026-11-20T14:00:00Z" } } },
    sort: { sort_field: "UPDATED_AT", sort_order: "ASC" },
  },
};

test("requests that the document does not have are refused, with the field", () => {
  const { ask, post } = shop();
  const { query } = SEARCH;
  for (const [path, body, field] of [
    ["/v2/orders/search", { ...SEARCH, colour: 1 }, "colour"],
    ["/v2/orders/search", { ...SEARCH, limit: 1_001 }, "limit"],
    ["/v2/orders/search", { ...SEARCH, limit: "5" }, "limit"],
    ["/v2/orders/search", { ...SEARCH, location_ids: Array(11).fill(LOCATION) }, "location_ids"],
    ["/v2/orders/search", { ...SEARCH, location_ids: [] }, "location_ids"],
    ["/v2/orders/search", { ...SEARCH, cursor: "no" }, "cursor"],
    [
      "/v2/orders/search",
      { ...SEARCH, query: { ...query, sort: { sort_field: "CREATED_AT", sort_order: "ASC" } } },
      "query.sort.sort_field",
    ],
    ["/v2/orders/batch-retrieve", { order_ids: Array(101).fill("a") }, "order_ids"],
    ["/v2/orders/batch-retrieve", { ids: ["a"] }, "order_ids"],
    ["/v2/catalog/batch-retrieve", { object_ids: ["a"], related: true }, "related"],
    ["/v2/catalog/batch-retrieve", { object_ids: [7] }, "object_ids.0"],
  ] as const) {
    const answer = post(path, body);
    deepEqual([answer.status, answer.body.errors[0].field], [400, field], JSON.stringify(body));
  }
  equal(ask({ query: "limit=5" }).status, 400);
  equal(ask({ method: "POST" }).status, 405);
  equal(ask({ path: "/v2/orders/search" }).status, 405);
  equal(ask({ path: "/v2/orders/a/b" }).status, 404);
  equal(ask({ host: "connect.squareupsandbox.com" }).status, 404);
  equal(ask({ headers: { "square-version": "latest" } }).body.errors[0].code, "INVALID_SQUARE_VERSION_FORMAT");
});

test("a search: both bounds included, empty lists left out, a cursor for its own search alone, returns listed too", () => {
  const { post, put } = shop();
  deepEqual(post("/v2/orders/search", SEARCH).body, {});
  const times = ["13:59:59.999", "14:00:00.000", "14:30:00.000", "15:00:07.123", "15:00:07.124"];
  const [, first, second, third] = times.map((time) => put({ updatedAt: `2026-11-20T${time}Z` }).id);
  const page = post("/v2/orders/search", { ...SEARCH, limit: 2 }).body;
  const ids = (body: { orders: { id: string }[] }) => body.orders.map(({ id }) => id);
  deepEqual(ids(page), [first, second]);
  const next = post("/v2/orders/search", { ...SEARCH, limit: 2, cursor: page.cursor }).body;
  deepEqual([ids(next), next.cursor], [[third], undefined]);
  equal(post("/v2/orders/search", { ...SEARCH, limit: 3, cursor: page.cursor }).body.errors[0].code, "INVALID_CURSOR");
  const { id } = put({ financialState: "refunded", updatedAt: "2026-11-20T14:40:00.000Z" });
  deepEqual(
    ids(post("/v2/orders/search", SEARCH).body),
    [first, second, `T${id}`, id, third].toSorted((a, b) => order(a) - order(b)),
  );
  function order(one: string | undefined): number {
    return [first, second, ...[`T${id}`, id].toSorted(), third].indexOf(one);
  }
});

test("IDs that do not exist are left out of a batch, and are a 404 alone; what a refund makes is found", () => {
  const { ask, post, put } = shop();
  const { id } = put({ financialState: "refunded" });
  deepEqual(post("/v2/orders/batch-retrieve", { order_ids: ["a"] }).body, {});
  const batch = post("/v2/orders/batch-retrieve", { order_ids: ["a", id, `T${id}`] }).body.orders;
  deepEqual(
    batch.map((one: { id: string }) => one.id),
    [id, `T${id}`],
  );
  equal("beside" in batch[0], false, "what Square keeps elsewhere is not in the order");
  equal(ask({ path: `/v2/payments/P${id}` }).body.payment.refund_ids[0], `R${id}`);
  equal(ask({ path: `/v2/refunds/R${id}` }).body.refund.order_id, `T${id}`);
  for (const path of ["orders/a", "payments/a", `payments/X${id}`, "refunds/a", `refunds/R${put({}).id}`]) {
    equal(ask({ path: `/v2/${path}` }).status, 404, path);
  }
  deepEqual(post("/v2/catalog/batch-retrieve", { object_ids: ["nothing"] }).body, {});
});

const EXCHANGE = { client_id: "client", client_secret: "secret", grant_type: "refresh_token", refresh_token: "first" };

test("tokens: those of the code flow are taken again and again, those by PKCE once; any other app's are refused", () => {
  const code = shop();
  const token = (body: object, at = code) => at.post("/oauth2/token", body);
  for (const _ of [1, 2]) equal(token(EXCHANGE).body.refresh_token, "first");
  for (const wrong of [{ client_id: "x" }, { client_secret: "x" }, { refresh_token: "x" }]) {
    equal(token({ ...EXCHANGE, ...wrong }).status, 401, JSON.stringify(wrong));
  }
  equal(token({ ...EXCHANGE, grant_type: "password" }).status, 400);
  equal(token({ ...EXCHANGE, secret: "x" }).status, 400);
  const pkce = shop({ clientId: "client" });
  const { client_secret: _, ...open } = EXCHANGE;
  const { refresh_token } = token(open, pkce).body;
  equal(token(open, pkce).status, 401);
  equal(token({ ...open, refresh_token }, pkce).status, 200);
});

test("an access token lasts 30 days; none works once the seller revoked the authorisation", () => {
  const { ask, hosted, pass, post } = shop();
  const { access_token } = post("/oauth2/token", EXCHANGE).body;
  const code = (token: string) => ask({ headers: { authorization: `Bearer ${token}` } }).body.errors?.[0].code;
  equal(code(access_token), undefined);
  equal(code("another"), "UNAUTHORIZED");
  pass(30 * 86_400_000);
  equal(code(access_token), "ACCESS_TOKEN_EXPIRED");
  hosted.setFault({ fault: "revoked", on: "fetch", times: 1 });
  equal(ask({ path: "/v2/orders/a" }).status, 401);
  equal(code("own"), "ACCESS_TOKEN_REVOKED");
  equal(post("/oauth2/token", EXCHANGE).status, 401);
});

test("an ID that Square cannot have is refused with a sentence", () => {
  equal(
    simulator.objection?.(orderOf({ id: "a/b" })),
    'Square\'s IDs are letters, digits, - and _, and "a/b" is none.',
  );
  equal(simulator.objection?.(orderOf({})), undefined);
});
