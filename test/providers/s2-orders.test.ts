import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { s2 } from "../../functions/providers/s2/index.ts";
import { unitPriceOf } from "../../functions/providers/s2/unit-price.ts";
import { productIdOf } from "../../local/simulators/providers/s2/products.ts";
import { Misconfigured, Rejected } from "../../shared/errors.ts";
import type { Line } from "../../shared/order.ts";
import { orderSample, outgoingSample } from "../support/order-sample.ts";
import { lookUpMutations } from "./look-up-mutations.ts";
import { attempt, outcomeOf, type ProviderContext, type Setup, startProviderContext } from "./provider-context.ts";

const ACCOUNT = "1ac48942-405a-4841-a7d8-708f50dbe888";
const OTHER_ACCOUNT = "1ac48942-405a-4841-a7d8-708f50dbe1ad";
const ORGANIZATION = "95d73baf-76ba-4bea-86ac-1534c5e5d4aa";
const secret = { email: "demo@order-relay.invalid", password: "s2-demo-password", organization: ORGANIZATION };
const setup: Setup = { settings: { accountId: ACCOUNT }, secret };

type Context = Parameters<typeof startProviderContext>[0];
const calls = (fixture: ProviderContext, method: string, path: string) =>
  fixture.proxy.passed.filter((one) => one.method === method && one.target.split("?")[0] === `/s2${path}`);

// Tokens

test("a batch logs in once, and once more when its token ends", async (context) => {
  const fixture = await startProviderContext(context, s2, setup);
  const batch = [1, 2, 3, 4, 5].map((number) => outgoingSample({}, `SHO1-${number}`));
  const ready = await Promise.all(
    batch.map(async (outgoing) => {
      const client = fixture.open();
      return { client, outgoing, prepared: await client.prepare(outgoing) };
    }),
  );
  equal(calls(fixture, "POST", "/login").length, 1);
  fixture.sandbox.expireTokens("s2");
  await Promise.all(ready.map(({ client, outgoing, prepared }) => client.create(prepared, outgoing)));
  equal(calls(fixture, "POST", "/login").length, 2);
  equal(fixture.sandbox.orders("s2").length, 5);
});

test("a token is renewed before it ends, not after", async (context) => {
  const fixture = await startProviderContext(context, s2, setup);
  await attempt(fixture, outgoingSample({}, "SHO1-1"));
  fixture.pass(7 * 24 * 3_600_000 - 60_000);
  await attempt(fixture, outgoingSample({}, "SHO1-2"));
  equal(calls(fixture, "POST", "/login").length, 2);
  equal(calls(fixture, "POST", "/order").length, 2);
  deepEqual(fixture.counted, []);
});

test("a wrong password is failed, and its answer is not quoted", async (context) => {
  const fixture = await startProviderContext(context, s2, {
    ...setup,
    secret: { ...secret, password: "wrong-password" },
  });
  await rejects(
    fixture.client.prepare(outgoingSample()),
    (error) =>
      error instanceof Misconfigured && !error.reason.includes("wrong-password") && /login.*401/.test(error.reason),
  );
});

test("a wrong organization is failed after one new login, and made nothing", async (context) => {
  const fixture = await startProviderContext(context, s2, {
    ...setup,
    secret: { ...secret, organization: "00000000-0000-4000-8000-000000000000" },
    catalog: { "DEMO-TEE-M": { productId: "a" }, "DEMO-MUG": { productId: "b" } },
  });
  equal((await attempt(fixture, outgoingSample())).outcome, "failed");
  equal(calls(fixture, "POST", "/order").length, 2);
  equal(calls(fixture, "POST", "/login").length, 2);
  deepEqual(fixture.sandbox.orders("s2"), []);
});

test("the next record tries a failed login again", async (context) => {
  const fixture = await startProviderContext(context, s2, setup);
  fixture.proxy.strike(({ target }) => target === "/s2/login", "no-answer");
  fixture.setTimeout(200);
  equal(await fixture.client.prepare(outgoingSample()).then(() => "prepared", outcomeOf), "down");
  fixture.setTimeout(10_000);
  equal((await attempt(fixture, outgoingSample())).outcome, "created");
});

test("a login page instead of a token is 'down', not a token", async (context) => {
  const fixture = await startProviderContext(context, s2, setup);
  fixture.proxy.strike(({ target }) => target === "/s2/login", {
    status: 200,
    body: '{"type":"MFA","accessToken":"x"}',
  });
  equal(await fixture.client.prepare(outgoingSample()).then(() => "prepared", outcomeOf), "down");
});

// What is sent

const Body = z.object({
  accountId: z.string(),
  channelOrderIdAlt: z.string(),
  channelShippingMethod: z.string(),
  shippingAddress: z.record(z.string(), z.string()),
  billingAddress: z.nullable(z.record(z.string(), z.string())),
  items: z.array(z.object({ productId: z.string(), quantity: z.number(), unitPrice: z.number(), meta: z.unknown() })),
  meta: z.unknown(),
});
async function bodyOf(context: Context, changes: Parameters<typeof outgoingSample>[0], more: Partial<Setup> = {}) {
  const { client } = await startProviderContext(context, s2, { ...setup, ...more });
  return Body.parse(JSON.parse(String((await client.prepare(outgoingSample(changes))).request)));
}

test("what the order lacks is an empty string, zero, {} or null, and never left out", async (context) => {
  const [line] = orderSample.lines;
  ok(line);
  const body = await bodyOf(
    context,
    {
      number: undefined,
      shipping: undefined,
      billingAddress: undefined,
      buyer: undefined,
      shippingAddress: { street1: "7 rue Rabelais" },
      lines: [{ id: "1", sku: "DEMO-MUG", quantity: 1 }],
    },
    { settings: { accountId: ACCOUNT, meta: false } },
  );
  equal(body.channelOrderIdAlt, "");
  equal(body.channelShippingMethod, "");
  equal(body.billingAddress, null);
  deepEqual(body.meta, {});
  deepEqual(body.items[0], { productId: productIdOf("DEMO-MUG"), quantity: 1, unitPrice: 0, meta: {} });
  const keys = "name company address1 address2 city state postalCode countryId phone email".split(" ");
  deepEqual(Object.keys(body.shippingAddress), keys);
  equal(Object.values(body.shippingAddress).filter(Boolean).length, 1);
});

test("a parcel without a name goes to the buyer, or to the destination's default", async (context) => {
  const shippingAddress = { street1: "7 rue Rabelais", city: "Orléans" };
  equal((await bodyOf(context, { shippingAddress })).shippingAddress["name"], "Zoé Lefèvre");
  const missing = { name: "Reception" };
  const body = await bodyOf(context, { shippingAddress, buyer: undefined }, { missing });
  equal(body.shippingAddress["name"], "Reception");
});

test("a state is sent without its country, billing and shipping alike", async (context) => {
  const to = (provinceCode: string) => ({ ...orderSample.shippingAddress, provinceCode });
  const body = await bodyOf(context, { shippingAddress: to("DE-BY"), billingAddress: to("BY") });
  deepEqual([body.shippingAddress["state"], body.billingAddress?.["state"]], ["BY", "BY"]);
  equal((await bodyOf(context, { shippingAddress: to("JP-13") })).shippingAddress["state"], "13");
});

test("a method without a level of ours goes by its name, one with a level by the destination's word", async (context) => {
  const settings = { accountId: ACCOUNT, shippingMethods: { standard: "Ground", priority: "Air" } };
  const methodOf = async (shipping: object | undefined) =>
    (await bodyOf(context, { shipping }, { settings })).channelShippingMethod;
  equal(await methodOf({ method: "DHL Express" }), "DHL Express");
  equal(await methodOf({ method: "DHL Express", serviceLevel: "priority" }), "Air");
  equal(await methodOf({ method: "DHL Express", serviceLevel: "expedited" }), "DHL Express");
  equal(await methodOf({ method: "Post", serviceLevel: "standard" }), "Ground");
  equal(await methodOf(undefined), "Ground");
});

test("the price is the shop's own figure by default; hidden properties and attributes stay here", async (context) => {
  const [line] = outgoingSample().lines;
  ok(line);
  const properties = [
    { name: "_internal", value: "x" },
    { name: "engraving", value: "Аня 🌸" },
  ];
  const priced = { ...line, unitPrice: "9.99", taxes: [{ rate: "0.0725" }], properties };
  const changes = { pricesIncludeTax: false, lines: [priced], attributes: [{ name: "_utm", value: "y" }] };
  const { items, meta } = await bodyOf(context, changes);
  equal(items[0]?.unitPrice, 9.99);
  deepEqual(Object(items[0]?.meta).orderRelay.properties, [properties[1]]);
  equal(JSON.stringify([items, meta]).includes('"_'), false);
});

test("what a success complains of, and other items in it, are recorded", async (context) => {
  const answered = async (changes: object) => {
    const fixture = await startProviderContext(context, s2, setup);
    const { client, proxy, now } = fixture;
    const { reference } = outgoingSample();
    const body = JSON.stringify({ id: "o1", channelOrderId: reference, createdAt: new Date(now()), ...changes });
    proxy.strike(({ method, target }) => method === "POST" && target === "/s2/order", { status: 201, body });
    return client.create(await client.prepare(outgoingSample()), outgoingSample());
  };
  const item = (sku: string, quantity: unknown) => ({ product: { id: productIdOf(sku) }, quantity });
  const same = [item("DEMO-TEE-M", "2"), item("DEMO-MUG", 1)];
  deepEqual(await answered({ items: same, errors: [] }), { providerOrderIds: ["o1"] });
  const notes = [`S2's answer shows 0 of ${productIdOf("DEMO-MUG")} instead of 1.`];
  deepEqual(await answered({ items: [same[0]] }), { providerOrderIds: ["o1"], notes });
  deepEqual(await answered({ warnings: ["The phone number is odd."] }), {
    providerOrderIds: ["o1"],
    complaint: '["The phone number is odd."]',
  });
});

test("lists of null, numbers as text and rows without an ID are read", async (context) => {
  const fixture = await startProviderContext(context, s2, setup);
  const { sent } = await attempt(fixture, outgoingSample());
  const listed = async (...pages: object[]) => {
    for (const page of pages) {
      const strike = { status: 200, body: JSON.stringify(page) };
      fixture.proxy.strike(({ method, target }) => method === "GET" && target.startsWith("/s2/order?"), strike);
    }
    return fixture.client.find(sent, outgoingSample());
  };
  const empty = { items: null, total: "0" };
  deepEqual(await listed(empty, empty), { found: "nothing", conclusive: true });
  const foreign = { id: null, channelOrderId: 7, account: null, createdAt: 5 };
  deepEqual(await listed(empty, { items: [foreign], total: 1 }), { found: "nothing", conclusive: true });
  const cut = { items: null, total: 1 };
  deepEqual(await listed(empty, cut), { found: "nothing", conclusive: false });
  const ours = {
    id: 4711,
    channelOrderId: sent.reference,
    account: { id: ACCOUNT.toUpperCase() },
    items: sent.lines.map(({ product, quantity }) => ({ productId: product, quantity: String(quantity) })),
  };
  deepEqual(await listed({ items: [ours], total: 1 }), { found: "same", providerOrderIds: ["4711"] });
  // An account by its name or a number may be ours.
  for (const account of [1, "Demo account", { id: 7 }]) {
    const page = { items: [{ ...ours, account }], total: 1 };
    deepEqual(await listed(page, page), { found: "nothing", conclusive: false });
  }
});

test("a product list that could not be read to its end proves no unknown SKU", async (context) => {
  const fixture = await startProviderContext(context, s2, setup);
  const answered = async (page: object) => {
    const strike = { status: 200, body: JSON.stringify(page) };
    fixture.proxy.strike(({ target }) => target.startsWith("/s2/product"), strike, { times: 4 });
    return fixture
      .open()
      .prepare({ ...outgoingSample(), lines: [{ id: "1", sku: "TEE-1", quantity: 1 }] })
      .then(() => "prepared", outcomeOf);
  };
  equal(await answered({ items: null, total: null }), "down");
});

test("the account follows the connection; a connection without one is the stage file's fault", async (context) => {
  const map = { "shopify/demo": OTHER_ACCOUNT };
  equal((await bodyOf(context, {}, { settings: { accountId: map } })).accountId, OTHER_ACCOUNT);
  await rejects(
    bodyOf(context, {}, { settings: { accountId: { "woocommerce/demo": ACCOUNT } } }),
    (error) => error instanceof Misconfigured && /s2\/demo.*shopify\/demo.*settings\.accountId/.test(error.reason),
  );
});

test("states by name and speeds by their words, where the destination says so", async (context) => {
  const settings = { accountId: ACCOUNT, state: "name", shippingMethods: { standard: "Ground" } };
  const body = await bodyOf(context, {}, { settings });
  equal(body.shippingAddress["state"], "Centre-Val de Loire");
  equal(body.channelShippingMethod, "Ground");
});

test("prices have the digits of the order, however many", async (context) => {
  const { client } = await startProviderContext(context, s2, setup);
  const [line] = outgoingSample().lines;
  ok(line);
  const outgoing = { ...outgoingSample(), lines: [{ ...line, unitPrice: "12345678901234567.89" }] };
  match(String((await client.prepare(outgoing)).request), /"unitPrice":12345678901234567\.89,/);
});

test("the unit price in each of its meanings", () => {
  const line: Line = {
    id: "1",
    sku: "A",
    quantity: 3,
    unitPrice: "20.00",
    discount: "6.00",
    taxes: [{ rate: "0.2", amount: "9.00" }],
  };
  const of = (meaning: Parameters<typeof unitPriceOf>[2], pricesIncludeTax: boolean, one: Line = line) =>
    unitPriceOf(one, { ...orderSample, pricesIncludeTax }, meaning);
  equal(of("listed", false), "20");
  equal(of("gross", true), "20");
  equal(of("gross", false), "24");
  equal(of("gross-discounted", true), "18");
  equal(of("gross-discounted", false), "21.6");
  equal(of("net", false), "20");
  equal(of("net", true), "16.6667");
  equal(of("net-discounted", true), "15");
  // Without a rate, the tax is an amount of the whole line.
  equal(of("gross", false, { ...line, taxes: [{ amount: "9.00" }] }), "23");
  equal(of("net", true, { ...line, taxes: [{ amount: "9.00" }] }), "17");
  equal(of("gross", false, { ...line, unitPrice: undefined }), "0");
});

// Products

test("a product is the one whose SKU is exactly ours; others that the term finds are not", async (context) => {
  const body = await bodyOf(context, {}, { switches: { productNeighbours: true } });
  equal(body.items[0]?.productId, productIdOf("DEMO-TEE-M"));
});

test("a SKU without a product, or with two, is rejected with the way to fix it", async (context) => {
  const fixture = await startProviderContext(context, s2, setup);
  const outgoing = { ...outgoingSample(), lines: [{ id: "1", sku: "TEE-1", quantity: 1 }] };
  const says = (text: RegExp) => (error: unknown) => error instanceof Rejected && text.test(error.reason);
  await rejects(
    fixture.client.prepare(outgoing),
    says(/^TEE-1 is the SKU of no product of s2\/demo: .*npm run catalog/),
  );
  const two = JSON.stringify({
    items: [
      { id: "a", sku: "TEE-1" },
      { id: "b", sku: "TEE-1" },
    ],
    total: 2,
  });
  fixture.proxy.strike(({ target }) => target.startsWith("/s2/product"), { status: 200, body: two });
  await rejects(fixture.client.prepare(outgoing), says(/more than one product of s2\/demo/));
});

test("the operator's catalog goes before the look-up; packs cost what their pieces cost", async (context) => {
  const catalog = {
    "DEMO-TEE-M": { productId: "mapped", packSize: 2 },
    "DEMO-MUG": { providerSku: "DEMO-CUP" },
  };
  const { items } = await bodyOf(context, {}, { catalog });
  deepEqual(
    items.map(({ productId, quantity, unitPrice }) => [productId, quantity, unitPrice]),
    [
      ["mapped", 1, 39.98],
      [productIdOf("DEMO-CUP"), 1, 7.5],
    ],
  );
});

test("a product's ID is remembered, and asked for again once an order with it was refused", async (context) => {
  const fixture = await startProviderContext(context, s2, setup);
  const lookUps = () => calls(fixture, "GET", "/product").length;
  const outgoing = outgoingSample();
  const prepared = await fixture.client.prepare(outgoing);
  await fixture.open().prepare(outgoing);
  equal(lookUps(), 2);
  fixture.proxy.strike(({ method, target }) => method === "POST" && target === "/s2/order", {
    status: 404,
    body: '{"message":"Product does not exist"}',
  });
  await rejects(fixture.client.create(prepared, outgoing), Rejected);
  await fixture.open().prepare(outgoing);
  equal(lookUps(), 4);
});

// What is found

/** Made, with its answer lost. */
async function lost(fixture: ProviderContext) {
  fixture.sandbox.setFault("s2", "reset-after-create");
  return (await attempt(fixture, outgoingSample())).sent;
}
const request = (fixture: ProviderContext) => Object(fixture.sandbox.orders("s2")[0]?.request);

test("an order of our number in another account is not ours", async (context) => {
  const fixture = await startProviderContext(context, s2, setup);
  const sent = await lost(fixture);
  const foreign = { ...request(fixture), accountId: OTHER_ACCOUNT };
  fixture.sandbox.reset("s2");
  fixture.sandbox.plant("s2", foreign);
  deepEqual(await fixture.client.find(sent, outgoingSample()), { found: "nothing", conclusive: true });
});

test("an order whose number was altered is found by our reference in Alt2", async (context) => {
  const fixture = await startProviderContext(context, s2, { ...setup, switches: { term: "nothing" } });
  const sent = await lost(fixture);
  const altered = { ...request(fixture), channelOrderId: "0001" };
  fixture.sandbox.reset("s2");
  fixture.sandbox.plant("s2", altered);
  equal((await fixture.client.find(sent, outgoingSample())).found, "same");
});

test("where the term finds nothing all orders are paged; more than the setting allows prove nothing", async (context) => {
  for (const [lookUpPages, expected] of [
    [3, { found: "nothing", conclusive: true }],
    [2, { found: "nothing", conclusive: false }],
  ] as const) {
    const fixture = await startProviderContext(context, s2, {
      ...setup,
      settings: { accountId: ACCOUNT, lookUpPages },
    });
    const { sent } = await attempt(fixture, outgoingSample({}, "SHO1-other"));
    const other = request(fixture);
    for (let made = 1; made < 205; made++) fixture.sandbox.plant("s2", { ...other, channelOrderId: `x${made}` });
    const { reference } = outgoingSample();
    deepEqual(await fixture.client.find({ ...sent, reference }, outgoingSample()), expected);
    equal(calls(fixture, "GET", "/order").length, 1 + lookUpPages);
  }
});

test("a list known to be newest first is read only to the beginning of the window", async (context) => {
  const settings = { accountId: ACCOUNT, orderList: "newest-first" };
  const fixture = await startProviderContext(context, s2, { ...setup, settings });
  const { sent } = await attempt(fixture, outgoingSample({}, "SHO1-other"));
  const other = request(fixture);
  const old = fixture.now() - 24 * 3_600_000;
  for (let made = 1; made < 305; made++) fixture.sandbox.plant("s2", { ...other, channelOrderId: `x${made}` }, old);
  const { reference } = outgoingSample();
  deepEqual(await fixture.client.find({ ...sent, reference }, outgoingSample()), {
    found: "nothing",
    conclusive: true,
  });
  equal(calls(fixture, "GET", "/order").length, 2);
});

test("a live order beside a cancelled one of the same number is ours; of two live ones we choose neither", async (context) => {
  const fixture = await startProviderContext(context, s2, setup);
  const sent = await lost(fixture);
  const body = request(fixture);
  fixture.sandbox.cancel("s2", fixture.sandbox.orders("s2")[0]?.id ?? "");
  const second = fixture.sandbox.plant("s2", body);
  deepEqual(await fixture.client.find(sent, outgoingSample()), { found: "same", providerOrderIds: [second] });
  fixture.sandbox.plant("s2", body);
  const found = await fixture.client.find(sent, outgoingSample());
  equal(found.found, "different");
  match(found.found === "different" ? found.reason : "", /more than one living order/);
});

test("the check names an account that the user cannot see", async (context) => {
  const { client } = await startProviderContext(context, s2, { ...setup, settings: { accountId: "not-there" } });
  await rejects(
    async () => client.check?.(),
    (error) => error instanceof Misconfigured && /not-there/.test(error.reason),
  );
});

test("a 5xx keeps its reference ID for S2's support", async (context) => {
  const fixture = await startProviderContext(context, s2, setup);
  fixture.sandbox.setFault("s2", "error-500");
  const { error } = await attempt(fixture, outgoingSample());
  match(error instanceof Error ? error.message : "", /HTTP 500: .*reference ID when contacting support: [0-9a-f-]{36}/);
});

// What an answer that is otherwise than documented proves

lookUpMutations(s2, {
  ...setup,
  lookUp: /^GET \/order(\/|$)/,
  identifying: ["channelOrderId", "channelOrderIdAlt", "channelOrderIdAlt2"],
  ways: [
    { name: "found by the term" },
    { name: "found in the whole list", switches: { term: "nothing" } },
    { name: "brief rows", switches: { listRows: "brief", term: "nothing" } },
  ],
});
