import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import type { ChangedOrder } from "../../functions/channels/channel.ts";
import { reader } from "../../functions/channels/shopify/reader.ts";
import { bodyOf } from "../../local/simulators/channels/shopify/topics.ts";
import type { PartialOrder } from "../../local/simulators/partial-order.ts";
import { Deferred, MalformedEvent, Misconfigured, Throttled, Unavailable } from "../../shared/errors.ts";
import { contentDigestOf } from "../../shared/ledger/order-body.ts";
import type { Order } from "../../shared/order.ts";
import { callHosted } from "../support/call-hosted.ts";
import { event, topic } from "../support/deliveries.ts";
import { memorySecret } from "../support/memory-secret.ts";
import { APP, MINUTE, NOW, openShop, resourceIn, SHOP } from "../support/shopify-shop.ts";

type Shop = ReturnType<typeof openShop>;

async function fetched({ client }: Shop, id: string): Promise<Order> {
  const found = await client.order(id);
  if (found === "gone") throw new Error(`${id} is gone`);
  return found.order;
}

async function refusal(shop: Shop, id = "1"): Promise<Error> {
  return shop.client.order(id).then(
    () => new Error("it was not refused"),
    (error: Error) => error,
  );
}

async function changed({ client }: Shop, time: string): Promise<ChangedOrder[]> {
  const found: ChangedOrder[] = [];
  for await (const one of client.changedSince?.(time) ?? []) found.push(one);
  return found;
}

const REFRESH = { credentials: { refreshToken: "first" }, settings: { api: "refresh-token" } };

test("an order by a permanent token: one call, to the shop's own address and version", async () => {
  const shop = openShop({ app: { signingSecrets: APP.signingSecrets } });
  const { id } = shop.put();
  equal((await fetched(shop, id)).shopName, SHOP);
  deepEqual(
    shop.calls.map(({ url, headers }) => [url, headers?.["x-shopify-access-token"]]),
    [[`https://${SHOP}/admin/api/2026-10/graphql.json`, "shpat_permanent"]],
  );
});

test("client credentials give a token of 24 hours: one call for it, and another one a day later", async () => {
  const shop = openShop({ credentials: {}, settings: { api: "client-credentials" } });
  const { id } = shop.put();
  for (const _ of [1, 2]) await fetched(shop, id);
  shop.pass(25 * 60 * MINUTE);
  await fetched(shop, id);
  equal(shop.calls.filter(({ url }) => url.endsWith("/oauth/access_token")).length, 2);
});

test("an offline token lasts an hour, and each refresh uses the refresh token that the last one gave", async () => {
  const shop = openShop(REFRESH);
  const { id } = shop.put();
  for (const _ of [1, 2, 3]) {
    for (const __ of [1, 2]) await fetched(shop, id);
    shop.pass(61 * MINUTE);
  }
  const sent = shop.calls.flatMap(({ body = "{}" }) => JSON.parse(body).refresh_token ?? []);
  equal(sent.length, 3);
  equal(sent[0], "first");
  equal(new Set(sent).size, 3, "each is used once");
});

test("a rotated refresh token is in the secret before its access token is used", async () => {
  const secret = memorySecret({ refreshToken: "first" });
  const refuse = async (): Promise<never> => {
    throw new Error("Secrets Manager refuses the write");
  };
  const broken = openShop({ ...REFRESH, tools: { secret: { ...secret, write: refuse } } });
  await rejects(broken.client.order("1"));
  equal(broken.queries().length, 0, "the new access token was not used");
  const shop = openShop({ ...REFRESH, tools: { secret } });
  await fetched(shop, shop.put().id);
  equal(secret.current()?.value["refreshToken"], shop.hosted.book.memory.get("newest refresh token"));
});

test("a token that is refused before its end is replaced, and the call made again", async () => {
  const shop = openShop(REFRESH);
  const { id } = shop.put();
  shop.hosted.setFault({ fault: "token-expired", on: "fetch", times: 1 });
  await fetched(shop, id);
  equal(shop.calls.filter(({ url }) => url.endsWith("/oauth/access_token")).length, 2);
});

test("a refresh token that ended, or an app that Shopify does not know, says: install again", async () => {
  const shop = openShop(REFRESH);
  const { id } = shop.put();
  await fetched(shop, id);
  shop.pass(91 * 24 * 60 * MINUTE);
  match((await refusal(shop, id)).message, /refuses the refresh token \(400\).*Install the app again/);
  const other = openShop({ ...REFRESH, app: { ...APP, clientSecret: "another" } });
  other.hosted.book.memory.set("newest refresh token", "another");
  ok((await refusal(other)) instanceof Misconfigured);
});

test("what a connection lacks is named, and no call is made", async () => {
  for (const [given, lack] of [
    [{ settings: { api: "client-credentials" }, app: { signingSecrets: APP.signingSecrets } }, /clientId and tokenKey/],
    [{ ...REFRESH, app: { signingSecrets: APP.signingSecrets } }, /clientId and tokenKey/],
    [{ ...REFRESH, credentials: { accessToken: "x" } }, /refreshToken/],
    [{ credentials: { refreshToken: "x" } }, /accessToken/],
    [{ shop: "shop.example" }, /name\.myshopify\.com/],
    [{ shop: "a.myshopify.com.evil.example" }, /name\.myshopify\.com/],
  ] as const) {
    const shop = openShop(given);
    const error = await refusal(shop);
    ok(error instanceof Misconfigured);
    match(error.message, lack);
    equal(shop.calls.length, 0);
  }
});

test("all pages of an order's lines, in one state: an order that changes meanwhile is read again", async () => {
  const shop = openShop();
  const lines = Array.from({ length: 45 }, (_, at) => ({ id: String(1000 + at), sku: `DEMO-${at}`, quantity: 1 }));
  const { id } = shop.put({ lines });
  const whole = await fetched(shop, id);
  deepEqual(
    whole.lines.map(({ sku }) => sku),
    lines.map(({ sku }) => sku),
  );
  deepEqual(shop.queries(), ["Order", "Part", "Part"]);

  const edited = { id, lines: [...lines.slice(0, 44), { ...lines[44], quantity: 7 }] } as PartialOrder;
  const before = shop.calls.length;
  shop.onCall(before + 1, () => {
    shop.pass(MINUTE);
    shop.put(edited);
  });
  const again = await shop.client.order(id);
  ok(again !== "gone");
  equal(again.order.lines.at(-1)?.quantity, 7);
  equal(again.order.updatedAt, new Date(NOW + MINUTE).toISOString());
  equal(shop.calls.length - before, 5, "a page of the former state, then all three");
});

test("an order of several refunds and fulfilments: each with all its lines", async () => {
  const shop = openShop();
  const { id } = shop.put({ fulfilmentState: "partial", refunded: "1.00", financialState: "partially-refunded" });
  const resource = resourceIn(shop, id);
  const [line] = resource.lineItems.nodes;
  Object.assign(line, { quantity: 400, currentQuantity: 250, unfulfilledQuantity: 130 });
  const piece = (at: number, more: object) => ({
    id: `gid://shopify/Piece/${at}`,
    lineItem: line,
    quantity: 1,
    ...more,
  });
  const refund = (at: number, restockType: string) => ({
    ...resource.refunds[0],
    id: `gid://shopify/Refund/${at}`,
    refundLineItems: { nodes: [piece(at, { restockType })] },
  });
  resource.refunds = Array.from({ length: 30 }, (_, at) => refund(at, "CANCEL"));
  resource.refunds[0].refundLineItems.nodes = Array.from({ length: 121 }, (_, at) =>
    piece(at, { restockType: "CANCEL" }),
  );
  resource.fulfillments = [
    {
      id: "gid://shopify/Fulfillment/1",
      status: "SUCCESS",
      fulfillmentLineItems: { nodes: Array.from({ length: 120 }, (_, at) => piece(at, {})) },
    },
    {
      id: "gid://shopify/Fulfillment/2",
      status: "CANCELLED",
      fulfillmentLineItems: { nodes: [piece(0, { quantity: 99 })] },
    },
  ];
  shop.store(id, resource);
  const order = await fetched(shop, id);
  // 400 ordered, 121 + 29 refunded before they were sent, 120 sent.
  deepEqual(
    order.lines.map(({ quantity, quantityToShip, fulfilled }) => ({ quantity, quantityToShip, fulfilled })),
    [{ quantity: 400, quantityToShip: 130, fulfilled: 120 }],
  );
});

test("a list without a cursor that may be longer, or pages that do not turn, are an error and no short order", async () => {
  const shop = openShop();
  const { id } = shop.put();
  const resource = resourceIn(shop, id);
  const fulfilment = { id: "gid://shopify/Fulfillment/1", status: "SUCCESS", fulfillmentLineItems: { nodes: [] } };
  shop.store(id, { ...resource, fulfillments: Array.from({ length: 300 }, () => fulfilment) });
  await rejects(shop.client.order(id), { field: "order.fulfillments" });
  shop.store(id, resource);
  const changes: ((order: Record<string, unknown>) => void)[] = [
    (order) => Object.assign(order, { lineItems: null }),
    (order) => Object.assign(Object(order["lineItems"]), { nodes: null }),
    (order) => Object.assign(Object(order["lineItems"]), { pageInfo: { hasNextPage: true, endCursor: null } }),
    (order) => Object.assign(order, { totalPriceSet: null }),
    (order) => Object.assign(order, { id: "gid://shopify/Order/7" }),
  ];
  for (const change of changes) {
    const wrong = openHidden(shop, (json) => {
      const answer = JSON.parse(json);
      if (answer.data.order.legacyResourceId) change(answer.data.order);
      return JSON.stringify(answer);
    });
    await rejects(wrong.client.order(id), MalformedEvent, String(change));
  }
});

test("an order that the API does not have, or an ID that is none, is gone; another order's answer is an error", async () => {
  const shop = openShop();
  equal(await shop.client.order("820982911946154508"), "gone");
  const before = shop.calls.length;
  for (const id of ["", "abc", "gid://shopify/Order/1", "1 2"]) equal(await shop.client.order(id), "gone", id);
  equal(shop.calls.length, before);
  const { id } = shop.put();
  shop.hosted.setFault({ fault: "not-found-yet", on: "fetch", times: 1 });
  equal(await shop.client.order(id), "gone");
  ok((await shop.client.order(id)) !== "gone");
});

// Shopify's own words for what a webhook says.
const ORDERS: Record<string, PartialOrder> = {
  "as it was placed": {},
  "unpaid, cash on delivery": { financialState: "pending", amountDue: "44.98" },
  "with a line that was removed from it": {
    lines: [
      {
        id: "11",
        sku: "DEMO-TEE-M",
        quantity: 2,
        quantityToShip: 0,
        unitPrice: "8100",
        productId: "5",
        variantId: "6",
      },
      { id: "12", sku: "DEMO-CAP", quantity: 3, quantityToShip: 1, unitPrice: "8500.5" },
    ],
    currency: "EGP",
  },
  "partly sent": {
    fulfilmentState: "partial",
    lines: [{ id: "11", sku: "DEMO-TEE-M", quantity: 3, quantityToShip: 1 }],
  },
  "wholly sent": { fulfilmentState: "fulfilled" },
  "partly refunded": { financialState: "partially-refunded", refunded: "5.00" },
  refunded: { financialState: "refunded" },
  cancelled: { cancelledAt: "2026-11-20T14:59:59.000Z", financialState: "voided" },
  "discounted, with taxes": {
    lines: [
      {
        ...{ id: "11", sku: "DEMO-TEE-M", quantity: 2, discount: "3.50", vendor: "V", variantTitle: "M" },
        taxes: [{ title: "VAT", rate: "0.19", amount: "5.77" }],
        properties: [{ name: "Engraving", value: "ADA" }, { name: "_file" }],
      },
    ],
    discountCodes: ["A", "B"],
    pricesIncludeTax: true,
    buyerCurrency: "CHF",
    shipping: { discount: "1.00", taxRate: "0.19", serviceLevel: "expedited" },
  },
  "with attributes and a note": {
    note: "ring twice",
    gift: true,
    giftMessage: "Hi",
    attributes: [{ name: "a", value: "b" }],
    taxIds: [{ type: "vat", value: "DE1" }],
    tags: ["x", "y z"],
    buyer: {
      id: "77",
      name: "Ada Byron",
      email: "a@example.invalid",
      phone: "+1 5",
      language: "en",
      ip: "203.0.113.7",
    },
  },
  "picked up": { shipping: { kind: "pick-up" } },
  "without an address": { shippingAddress: null },
  digital: { lines: [{ id: "11", sku: "DEMO-TEE-M", ships: false }] },
  "sent by another service": { lines: [{ id: "11", sku: "DEMO-TEE-M", fulfilledBy: "amazon" }] },
  "with a billing address of its own": { billingAddress: { name: "B C", street1: "S 1", city: "X", country: "DE" } },
  "a test": { test: true },
};
for (const [what, part] of Object.entries(ORDERS)) {
  test(`an edited order fetched by GraphQL agrees with its webhook: ${what}`, async () => {
    const shop = openShop();
    const order = shop.put(part);
    const endpoint = { signingSecrets: APP.signingSecrets };
    const body = bodyOf({ topic: "orders/updated", order, shop: SHOP, endpoint, now: NOW });
    const headers = { ...topic("orders/updated"), "x-shopify-shop-domain": SHOP };
    const settings = { cashOnDelivery: [], api: "token", holds: "ignored" } as never;
    const meaning = reader
      .interpret(event("shopify", body, headers))
      .meaning({ connection: "shopify/demo", shop: SHOP, settings });
    ok(meaning.kind === "order");
    const byApi = await fetched(shop, order.id);
    const stored = ({ paidAt, ...rest }: Order) => JSON.parse(JSON.stringify(rest));
    deepEqual(stored(byApi), stored(meaning.order));
    equal(contentDigestOf(byApi), contentDigestOf(meaning.order));
    const isPaid = ["paid", "partially-refunded", "refunded"].includes(order.financialState);
    equal(byApi.paidAt, isPaid ? order.placedAt : undefined);
  });
}

test("an amount is the same amount in a currency without cents", async () => {
  const shop = openShop();
  const { id } = shop.put();
  const money = (amount: string) => ({ shopMoney: { amount, currencyCode: "JPY" } });
  const resource = {
    ...resourceIn(shop, id),
    currencyCode: "JPY",
    totalPriceSet: money("1000.0"),
    totalTaxSet: money("90.5"),
  };
  shop.store(id, resource);
  const { total, tax } = await fetched(shop, id);
  deepEqual([total, tax], ["1000", "90.5"]);
});

const RESPECTED = { settings: { api: "token", holds: "respected" } };

test("an order whose fulfilment is on hold waits, and one that is planned waits until then", async () => {
  const shop = openShop(RESPECTED);
  const held = shop.put({ hold: { reason: "call Ada Byron first" } });
  deepEqual((await fetched(shop, held.id)).hold, { reason: "Shopify holds its fulfilment: other" });
  const planned = shop.put({ hold: { reason: "later", until: "2026-12-24T00:00:00.000Z" } });
  deepEqual((await fetched(shop, planned.id)).hold, {
    reason: "Shopify has scheduled its fulfilment for later",
    until: "2026-12-24T00:00:00.000Z",
  });
  equal((await fetched(shop, shop.put().id)).hold, undefined);
  equal((await fetched(openShopWith(held, {}), held.id)).hold, undefined, "by default holds are ignored");
});

/** A shop that has this order. */
function openShopWith({ id, ...order }: Order, given: Parameters<typeof openShop>[0]): Shop {
  const shop = openShop(given);
  shop.put({ id, hold: order.hold });
  return shop;
}

test("the last of many fulfilment orders holds the order, and the ID of one of them finds its order", async () => {
  const shop = openShop(RESPECTED);
  const { id } = shop.put();
  const resource = resourceIn(shop, id);
  const [open] = resource.fulfillmentOrders.nodes;
  const many = Array.from({ length: 45 }, (_, at) => ({
    ...open,
    id: `gid://shopify/FulfillmentOrder/${at}`,
    status: at === 44 ? "ON_HOLD" : "OPEN",
    fulfillmentHolds: [{ id: "gid://shopify/FulfillmentHold/1", reason: "HIGH_RISK_OF_FRAUD", reasonNotes: "Ada" }],
  }));
  shop.store(id, { ...resource, fulfillmentOrders: { nodes: many } });
  const order = await fetched(shop, "gid://shopify/FulfillmentOrder/3");
  deepEqual([order.id, order.hold], [id, { reason: "Shopify holds its fulfilment: high risk of fraud" }]);
  equal(await shop.client.order("gid://shopify/FulfillmentOrder/99"), "gone");
});

test("throttled is HTTP 200: the wait is what the points need to come back", async () => {
  const shop = openShop();
  shop.hosted.setFault({ fault: "throttle", on: "fetch", times: 1 });
  const error = await refusal(shop);
  // 400 asked, 300 there, 100 a second.
  ok(error instanceof Throttled && error.retryAfter === 1_000, String(error));
  shop.hosted.setFault({ fault: "too-many-requests", on: "fetch", times: 1 });
  const busy = await refusal(shop);
  ok(busy instanceof Throttled && busy.retryAfter === 2_000, "Retry-After: 2.0");
});

test("a large order waits for its points between two pages, and does not begin again", async () => {
  const shop = openShop();
  const lines = Array.from({ length: 90 }, (_, at) => ({ id: String(1000 + at), sku: `DEMO-${at}`, quantity: 1 }));
  const { id } = shop.put({ lines });
  shop.hosted.book.memory.set("points left", "700");
  shop.hosted.book.memory.set("points counted at", String(NOW));
  equal((await fetched(shop, id)).lines.length, 90);
  ok(shop.waits.length > 0, "it waited");
  equal(shop.queries().filter((name) => name === "Order").length, 1);
  const late = openShop({
    tools: {
      wait: async () => {
        throw new Deferred("no time", NOW);
      },
    },
  });
  late.put({ id, lines });
  late.hosted.book.memory.set("points left", "700");
  late.hosted.book.memory.set("points counted at", String(NOW));
  await rejects(late.client.order(id), Deferred);
});

test("a query that costs more than Shopify allows says which setting to lower", async () => {
  const shop = openShop({ settings: { api: "token", pageSize: 200 } });
  match((await refusal(shop, shop.put().id)).message, /pageSize/);
});

test("the default page leaves the query far below what one may cost", async () => {
  const shop = openShop(RESPECTED);
  await fetched(shop, shop.put({ fulfilmentState: "partial", refunded: "1.00" }).id);
  for (const reply of shop.hosted.calls) equal(reply.fault, undefined);
});

test("a lacking scope, hidden data and a revoked token are three errors; a frozen or locked shop two more", async () => {
  const shop = openShop();
  for (const [fault, error, text] of [
    ["scope-missing", Misconfigured, /token works.*read_orders/],
    ["order-hidden", Misconfigured, /token works.*protected customer data/],
    ["token-expired", Misconfigured, /401.*revoked/],
    ["shop-frozen", Misconfigured, /402.*frozen/],
    ["shop-locked", Misconfigured, /423.*locked/],
    ["internal-error", Unavailable, /failed/],
    ["error-500", Unavailable, /500/],
  ] as const) {
    // The permanent token is made again only by the operator: here the fault is refused once.
    shop.hosted.setFault({ fault, on: "fetch", times: 1 });
    const thrown = await refusal(shop, "1");
    ok(thrown instanceof error, `${fault}: ${thrown}`);
    match(thrown.message, text);
  }
});

test("a field that Shopify hides is unknown, and not null: the order is held, and never taken for a pick-up", async () => {
  const shop = openShop();
  const { id } = shop.put();
  const text =
    "This app is not approved to use the shippingAddress field. See https://shopify.dev/docs/apps/launch/protected-customer-data";
  const hide = (json: string): string => {
    const answer = JSON.parse(json);
    if (!answer.data?.order?.lineItems) return json;
    Object.assign(answer.data.order, { shippingAddress: null, email: null });
    answer.errors = ["shippingAddress", "email"].map((field) => ({
      message: text,
      path: ["order", field],
      extensions: { code: "ACCESS_DENIED" },
    }));
    return JSON.stringify(answer);
  };
  const order = await fetched(openHidden(shop, hide), id);
  equal(order.shippingAddress, null);
  equal(order.shipping?.kind ?? "ship", "ship");
  match(order.hold?.reason ?? "", /protected customer data/);
});

/** The same shop behind an API that changes its answers. */
function openHidden(shop: Shop, change: (text: string) => string): Shop {
  return openShop({
    tools: {
      http: async (request) => {
        const answer = await callHosted(shop.hosted, { timeout: 2_000, ...request });
        return { ...answer, text: change(answer.text) };
      },
    },
  });
}

test("changed orders: all pages, from ten minutes before, sorted by change; the index lags", async () => {
  const shop = openShop();
  const at = (ms: number) => new Date(NOW + ms).toISOString();
  const orders = Array.from({ length: 260 }, (_, index) =>
    shop.put({ updatedAt: at(-9 * MINUTE + index * 1_000), financialState: index % 2 ? "paid" : "pending" }),
  );
  shop.put({ updatedAt: at(-12 * MINUTE) });
  const newest = shop.put({ updatedAt: at(-1_000) });
  const found = await changed(shop, at(-MINUTE));
  deepEqual(
    found.map(({ id }) => id),
    orders.map(({ id }) => id),
  );
  deepEqual(found[0], { id: orders[0]?.id, changedAt: orders[0]?.updatedAt, state: "PENDING UNFULFILLED" });
  equal(JSON.parse(shop.calls[0]?.body ?? "{}").variables.query, "updated_at:>='2026-11-20T14:49:00Z'");
  shop.pass(MINUTE);
  ok(
    (await changed(shop, at(0))).some(({ id }) => id === newest.id),
    "the next search has it",
  );
});

test("an order that changes while the pages are read moves no other: the cursor is no page number", async () => {
  const shop = openShop();
  const orders = Array.from({ length: 300 }, (_, index) =>
    shop.put({ updatedAt: new Date(NOW - 9 * MINUTE + index * 1_000).toISOString() }),
  );
  const seen: string[] = [];
  for await (const { id } of shop.client.changedSince?.(new Date(NOW).toISOString()) ?? []) {
    seen.push(id);
    if (seen.length === 5) shop.put({ id: orders[1]?.id, updatedAt: new Date(NOW).toISOString() });
  }
  deepEqual(
    orders.map(({ id }) => id).filter((id) => !seen.includes(id)),
    [],
  );
});

test("a cancelled order says so in the list", async () => {
  const shop = openShop();
  shop.put({ cancelledAt: new Date(NOW - MINUTE).toISOString(), updatedAt: new Date(NOW - MINUTE).toISOString() });
  equal((await changed(shop, new Date(NOW).toISOString()))[0]?.state, "CANCELLED PAID UNFULFILLED");
});

test("the check: scopes, those that the settings need, the version, and data that is hidden", async () => {
  const check = (shop: Shop) => (shop.client.check ?? (async () => {}))();
  await check(openShop());
  await check(openShop({ settings: { api: "token", holds: "respected", history: "all" } }));
  const granted = (scopes: string, settings: object = {}) => {
    const shop = openShop({ settings: { api: "token", ...settings } });
    shop.hosted.book.memory.set("scopes", scopes);
    return shop;
  };
  await rejects(check(granted("read_products")), /token works, but lacks the scopes read_orders, read_customers/);
  await check(granted("write_orders,read_customers,read_products"));
  await rejects(check(granted("read_orders,read_customers,read_products", { history: "all" })), /60 days/);
  await rejects(
    check(granted("read_orders,read_customers,read_products", { holds: "respected" })),
    /read_merchant_managed_fulfillment_orders/,
  );
  await rejects(
    check(openShop({ settings: { api: "token", apiVersion: "2025-07" } })),
    /no longer serves API version 2025-07 but 2026-10/,
  );
  await rejects(
    check(openShop({ credentials: { accessToken: "other" }, settings: { api: "token" } })),
    () => true,
  ).catch(() => undefined);
  const hidden = openHidden(openShop(), (json) => {
    const answer = JSON.parse(json);
    const error = {
      message: "This app is not approved to use the email field.",
      path: ["orders", "nodes", 0, "email"],
    };
    return JSON.stringify({ ...answer, errors: [error] });
  });
  await rejects(check(hidden), /protected customer data/);
});
