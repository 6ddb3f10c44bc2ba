import { deepEqual, doesNotMatch, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { kakaclo } from "../../functions/providers/kakaclo/index.ts";
import type { Found } from "../../functions/providers/provider.ts";
import { Rejected, Throttled } from "../../shared/errors.ts";
import type { Address, Order } from "../../shared/order.ts";
import { orderSample, outgoingSample } from "../support/order-sample.ts";
import { lookUpMutations } from "./look-up-mutations.ts";
import { attempt, outcomeOf, type ProviderContext, type Setup, startProviderContext } from "./provider-context.ts";

const setup: Setup = { secret: { token: "kk-demo-token" } };
const MINUTE = 60_000;

const Sent = z.object({
  orderAddresses: z.record(z.string(), z.string()),
  orderItemsList: z.array(z.object({ sku: z.string(), quantity: z.number(), channelType: z.string() })),
  remark: z.string(),
  salePlatform: z.optional(z.string()),
  channelType: z.string(),
});

type Context = Parameters<typeof startProviderContext>[0];
async function bodyOf(context: Context, changes: Partial<Order>, more: Partial<Setup> = {}) {
  const { client } = await startProviderContext(context, kakaclo, { ...setup, ...more });
  return Sent.parse(JSON.parse(String((await client.prepare(outgoingSample(changes))).request)));
}
const to = (changes: Partial<Address>): Partial<Order> => ({
  shippingAddress: { ...orderSample.shippingAddress, ...changes },
});
const rejection = (sentence: RegExp) => (error: unknown) => error instanceof Rejected && sentence.test(error.reason);

// What is sent

test("a missing phone, province or name comes from the destination, else the order is rejected with the setting's name", async (context) => {
  const without = { ...to({ phone: undefined, province: " ", provinceCode: undefined, name: undefined }) };
  Object.assign(without.shippingAddress ?? {}, { firstName: undefined, lastName: undefined, company: undefined });
  const { orderAddresses } = await bodyOf(
    context,
    { ...without, buyer: undefined },
    { missing: { phone: "0800 1", province: "-", name: "Reception" } },
  );
  deepEqual([orderAddresses.phone, orderAddresses.province, orderAddresses.recipient], ["0800 1", "-", "Reception"]);
  await rejects(
    bodyOf(context, { ...without, buyer: undefined }),
    rejection(/no phone.*kakaclo\/demo.*missing\.phone/),
  );
});

test("where addresses have no province the word for none is sent, where they have one the order is rejected", async (context) => {
  const bare = { province: undefined, provinceCode: undefined };
  for (const country of ["DE", "PL", "HK", "UA"]) {
    equal((await bodyOf(context, to({ country, ...bare }))).orderAddresses.province, "-");
  }
  const settings = { noProvince: "none" };
  equal((await bodyOf(context, to({ country: "DE", ...bare }), { settings })).orderAddresses.province, "none");
  const missing = { province: "-" };
  await rejects(
    bodyOf(context, to({ country: "US", ...bare }), { missing }),
    rejection(/no province.*missing\.province/),
  );
  const always = { provinceRequired: ["*"] };
  await rejects(bodyOf(context, to({ country: "DE", ...bare }), { settings: always }), rejection(/no province/));
});

test("the buyer's phone replaces a missing one of the address, a company a missing name", async (context) => {
  const { orderAddresses } = await bodyOf(
    context,
    to({ phone: undefined, name: undefined, firstName: undefined, lastName: undefined }),
  );
  equal(orderAddresses.phone, orderSample.buyer?.phone);
  equal(orderAddresses.recipient, "Atelier Lefèvre");
});

test("a province of more than 32 characters goes by its code, a recipient of more is rejected", async (context) => {
  const long = "Provence-Alpes-Côte d'Azur et au-delà";
  equal((await bodyOf(context, to({ province: long, provinceCode: "FR-PAC" }))).orderAddresses.province, "FR-PAC");
  await rejects(bodyOf(context, to({ province: long, provinceCode: undefined })), rejection(/province has 37/));
  await rejects(bodyOf(context, to({ name: "x".repeat(33) })), rejection(/recipient has 33 .* kakaclo\/demo .* 32/));
});

test("a street over 64 characters continues in the second line, at a word", async (context) => {
  const street1 = "Residência das Flores Bloco Um Apartamento Vinte e Três Rua Sete de Setembro";
  const { orderAddresses } = await bodyOf(context, to({ street1 }));
  equal(orderAddresses.street1, "Residência das Flores Bloco Um Apartamento Vinte e Três Rua Sete");
  equal(orderAddresses.street2, "de Setembro, Bâtiment B, Centre");
});

test("our service level becomes the channel type of the order and of each item", async (context) => {
  const shipping = { serviceLevel: "priority" } as const;
  const body = await bodyOf(context, { shipping });
  deepEqual([body.channelType, ...body.orderItemsList.map((item) => item.channelType)], Array(3).fill("Express"));
  const settings = { channelTypes: { priority: "Expedited" } };
  equal((await bodyOf(context, { shipping }, { settings })).channelType, "Expedited");
  equal((await bodyOf(context, { shipping: undefined }, { settings })).channelType, "Standard");
});

test("the sale platform is sent where its name is certain, or configured", async (context) => {
  equal((await bodyOf(context, { salesPlatform: "Amazon" })).salePlatform, "Amazon");
  equal((await bodyOf(context, { salesPlatform: "constructor" })).salePlatform, "Shopify");
  const settings = { salePlatforms: { etsy: "Etsy", shopify: "" } };
  equal((await bodyOf(context, { salesPlatform: "etsy" }, { settings })).salePlatform, "Etsy");
  equal((await bodyOf(context, {}, { settings })).salePlatform, undefined);
});

test("every platform of the document's list is sent, however it is written", async (context) => {
  for (const [ours, theirs] of [
    ["Wish", "Wish"],
    ["ebay", "eBay"],
    ["facebook_marketplace", "Facebook Marketplace"],
    ["home depot", "Homedepot"],
    ["irobotboxerp", "IrobotBoxERP"],
  ]) {
    equal((await bodyOf(context, { salesPlatform: ours })).salePlatform, theirs);
  }
});

test("tax numbers without a field, and a company beside a name, open the remark", async (context) => {
  const taxIds: Order["taxIds"] = [
    { type: "vat", value: "GB123" },
    { type: "national", value: "123.456.789-09" },
    { type: "eori", value: "GB123000" },
    { type: "tax-office", value: "Kadıköy" },
    { type: "vat", value: "FR5" },
  ];
  const { remark, orderAddresses } = await bodyOf(context, { taxIds, note: "x".repeat(300) });
  equal(orderAddresses.vat, "GB123");
  match(
    remark,
    /^\[SHO1-820982911946154508\] No. #1001; Tax ID: 123\.456\.789-09; EORI: GB123000; Tax office: Kadıköy; VAT: FR5; Company: Atelier Lefèvre; /,
  );
  const alone = await bodyOf(context, to({ name: undefined, firstName: undefined, lastName: undefined }));
  doesNotMatch(alone.remark, /Company/);
});

test("a Japanese street without spaces is broken over the two lines, one that fits neither is counted", async (context) => {
  const street1 = "東京都渋谷区神宮前一丁目二番三号".repeat(5);
  const { orderAddresses } = await bodyOf(context, to({ street1, street2: undefined, district: undefined }));
  equal(`${orderAddresses.street1}${orderAddresses.street2}`, street1);
  equal([...(orderAddresses.street1 ?? "")].length, 64);
  await rejects(
    bodyOf(context, to({ street1: "Jalan Raya ".repeat(15), street2: undefined, district: undefined })),
    rejection(/street has 164 characters and does not fit the 2 lines of 64 that kakaclo\/demo takes/),
  );
});

test("an empty first street line is none, and names of any script are sent as they are", async (context) => {
  const { orderAddresses } = await bodyOf(context, to({ street1: " ", name: "Аня 🌸 Ковальчук" }));
  deepEqual(
    [orderAddresses.street1, orderAddresses.street2, orderAddresses.recipient],
    [undefined, "Bâtiment B, Centre", "Аня 🌸 Ковальчук"],
  );
});

test("what a success complains of is recorded", async (context) => {
  const { client, proxy } = await startProviderContext(context, kakaclo, setup);
  const body = JSON.stringify({ code: 10000, message: "ok", data: 1000000371651, errors: ["phone is odd"] });
  proxy.strike(({ method }) => method === "POST", { status: 200, body });
  deepEqual(await client.create(await client.prepare(outgoingSample()), outgoingSample()), {
    providerOrderIds: ["1000000371651"],
    complaint: '["phone is odd"]',
  });
});

test("codes and words mean what the destination says", async (context) => {
  const outcome = async (code: number, message: string, settings: Record<string, unknown>) => {
    const fixture = await startProviderContext(context, kakaclo, { ...setup, settings });
    const body = JSON.stringify({ code, message, data: null });
    fixture.proxy.strike(({ method }) => method === "POST", { status: 200, body });
    return (await attempt(fixture, outgoingSample())).outcome;
  };
  equal(await outcome(42901, "rate", { codes: { "429xx": "throttled" } }), "throttled");
  equal(await outcome(20009, "no", { codes: { "20009": "exists" } }), "already-exists");
  equal(await outcome(50001, "no", { codes: { "50001": "rejected" } }), "rejected");
  equal(await outcome(30001, "Schon da: Order", { duplicateTexts: ["schon da"] }), "already-exists");
  equal(await outcome(30001, "gleich wieder", { transientTexts: ["gleich"] }), "in-doubt");
  equal(kakaclo.settings.safeParse({ codes: { "4O1": "failed" } }).success, false);
});

test("lists of null and numbers as text are read; no data at all is none unless the destination says so", async (context) => {
  const found = async (data: unknown, settings = {}) => {
    const fixture = await startProviderContext(context, kakaclo, { ...setup, settings });
    const { lines } = await fixture.client.prepare(outgoingSample());
    const body = JSON.stringify({ code: "10000", message: "ok", data });
    fixture.proxy.strike(({ method }) => method === "GET", { status: 200, body }, { times: 3 });
    const at = fixture.now();
    const sent = { reference: outgoingSample().reference, lines, firstSentAt: at, lastSentAt: at };
    return fixture.client.find(sent, outgoingSample());
  };
  const nothing = (conclusive: boolean) => ({ found: "nothing", conclusive });
  deepEqual(await found({ total: 0, list: null }), nothing(true));
  deepEqual(await found({ total: "0", list: [] }), nothing(true));
  deepEqual(await found({ total: 1, list: null }), nothing(false));
  deepEqual(await found({ total: null, list: [] }), nothing(false));
  deepEqual(await found(null), nothing(false));
  deepEqual(await found(null, { nullList: "empty" }), nothing(true));
  const ours = {
    ...row("1", whole),
    id: null,
    orderItems: whole.map(([skuCode, productNum]) => ({ skuCode, productNum: String(productNum) })),
  };
  deepEqual(await found({ total: "1", list: [ours] }), {
    found: "same",
    providerOrderIds: [outgoingSample().reference],
    notes: ["KakaClo's list shows no ID of the order."],
  });
});

test("the remark opens with our reference and is cut with …, the reference never", async (context) => {
  const { remark } = await bodyOf(context, { note: "x".repeat(500) }, { settings: { remarkLimit: 200 } });
  equal([...remark].length, 200);
  match(remark, /^\[SHO1-820982911946154508\] No\. #1001; .*x…$/);
});

test("the operator's catalog renames and packs; what makes no whole pack is rejected", async (context) => {
  const catalog = { "DEMO-TEE-M": { providerSku: "DEMO-TEE-2PACK", packSize: 2 } };
  const [tee] = (await bodyOf(context, {}, { catalog })).orderItemsList;
  deepEqual(tee, { sku: "DEMO-TEE-2PACK", quantity: 1, channelType: "Standard" });
  const odd = { "DEMO-MUG": { packSize: 2 } };
  await rejects(bodyOf(context, {}, { catalog: odd }), rejection(/1 of SKU DEMO-MUG .* packs of 2.*kakaclo\/demo/));
});

test("the 121st call at once is throttled, and made nothing", async (context) => {
  const fixture = await startProviderContext(context, kakaclo, { ...setup, switches: { leakPerSecond: 0 } });
  const outgoing = outgoingSample();
  const prepared = await fixture.client.prepare(outgoing);
  for (let made = 0; made < 120; made++) await fixture.client.create(prepared, outgoing);
  await rejects(fixture.client.create(prepared, outgoing), Throttled);
  equal(fixture.sandbox.orders("kakaclo").length, 120);
  deepEqual(fixture.counted, ["throttled"]);
});

test("Retry-After is handed on", async (context) => {
  const fixture = await startProviderContext(context, kakaclo, { ...setup, switches: { retryAfterSeconds: 7 } });
  fixture.sandbox.setFault("kakaclo", "throttle");
  const { error } = await attempt(fixture, outgoingSample());
  ok(error instanceof Throttled);
  equal(error.retryAfter, 7000);
});

// What is found

const plain = (sku: string, quantity: number, customOrderId: string, remark = "") => ({
  orderAddresses: { country: "FR", phone: "1", recipient: "A", province: "B" },
  orderItemsList: [{ sku, quantity }],
  channelType: "Standard",
  customOrderId,
  remark,
});
/** Made, with its answer lost. */
async function lost(fixture: ProviderContext) {
  fixture.sandbox.setFault("kakaclo", "reset-after-create");
  return (await attempt(fixture, outgoingSample())).sent;
}

test("the look-up reads all pages of the window, and only the window", async (context) => {
  const fixture = await startProviderContext(context, kakaclo, setup);
  const sent = await lost(fixture);
  fixture.pass(10 * MINUTE);
  for (let other = 0; other < 600; other++) {
    fixture.sandbox.plant("kakaclo", plain("DEMO-MUG", 1, `KA-${other}`), fixture.now() - MINUTE);
  }
  equal((await fixture.client.find(sent, outgoingSample())).found, "same");
  const lookUps = fixture.proxy.passed.filter(({ method }) => method === "GET");
  deepEqual(
    lookUps.map(({ target }) => new URLSearchParams(target.split("?")[1]).get("pageNumber")),
    ["1", "2", "3"],
  );
  const from = new URLSearchParams(lookUps[0]?.target.split("?")[1]).get("createStartTime") ?? "";
  equal(Date.parse(from), Math.floor((sent.firstSentAt - 15 * MINUTE) / 1000) * 1000);
});

test("a window with more orders than the setting allows to read proves nothing", async (context) => {
  const fixture = await startProviderContext(context, kakaclo, { ...setup, settings: { lookUpPages: 1 } });
  const { lines } = await fixture.client.prepare(outgoingSample());
  for (let other = 0; other < 251; other++) fixture.sandbox.plant("kakaclo", plain("DEMO-MUG", 1, `KA-${other}`));
  const { reference } = outgoingSample();
  const sent = { reference, lines, firstSentAt: fixture.now(), lastSentAt: fixture.now() };
  deepEqual(await fixture.client.find(sent, outgoingSample()), { found: "nothing", conclusive: false });
});

test("our order is found although their clock is 10 minutes behind", async (context) => {
  const fixture = await startProviderContext(context, kakaclo, setup);
  const sent = await lost(fixture);
  const later = { ...sent, firstSentAt: sent.firstSentAt + 10 * MINUTE };
  equal((await fixture.client.find(later, outgoingSample())).found, "same");
});

test("an order that lost its customOrderId is found by its remark", async (context) => {
  const fixture = await startProviderContext(context, kakaclo, setup);
  const sent = await lost(fixture);
  const [made] = fixture.sandbox.orders("kakaclo");
  ok(made);
  fixture.sandbox.reset("kakaclo");
  const { customOrderId: _, ...request } = Object(made.request);
  fixture.sandbox.plant("kakaclo", request);
  equal((await fixture.client.find(sent, outgoingSample())).found, "same");
});

/** What the list says, by hand. */
async function findIn(context: Context, rows: object[], after = 20 * MINUTE): Promise<Found> {
  const fixture = await startProviderContext(context, kakaclo, setup);
  const { lines } = await fixture.client.prepare(outgoingSample());
  const body = JSON.stringify({ code: 10000, message: "ok", data: { total: rows.length, list: rows } });
  fixture.proxy.strike(({ method }) => method === "GET", { status: 200, body });
  const at = fixture.now();
  fixture.pass(after);
  return fixture.client.find(
    { reference: outgoingSample().reference, lines, firstSentAt: at, lastSentAt: at },
    outgoingSample(),
  );
}
const row = (id: string, items: [string, number][], status = "processing") => ({
  id,
  customOrderId: outgoingSample().reference,
  status,
  orderItems: items.map(([skuCode, productNum]) => ({ skuCode, productNum })),
});
const whole: [string, number][] = [
  ["DEMO-TEE-M", 2],
  ["DEMO-MUG", 1],
];

test("several rows of our number are one order, by the sum per SKU", async (context) => {
  const rows = [
    row("1", [["DEMO-TEE-M", 1]]),
    row("2", [
      ["DEMO-TEE-M", 1],
      ["DEMO-MUG", 1],
    ]),
  ];
  deepEqual(await findIn(context, rows), { found: "same", providerOrderIds: ["1", "2"] });
});

test("a part of our order proves nothing while the rest may still come into the list, and is another order after", async (context) => {
  const rows = [row("1", [["DEMO-TEE-M", 2]])];
  deepEqual(await findIn(context, rows, MINUTE), { found: "nothing", conclusive: false });
  const late = await findIn(context, rows);
  equal(late.found, "different");
  match(late.found === "different" ? late.reason : "", /0 of DEMO-MUG instead of 1/);
});

test("two whole orders of our number are not ours to choose from", async (context) => {
  const found = await findIn(context, [row("1", whole), row("2", whole)], MINUTE);
  equal(found.found, "different");
  match(found.found === "different" ? found.reason : "", /1, 2 .* 4 of DEMO-TEE-M instead of 2/);
});

test("a living order beside a cancelled one of the same number is ours", async (context) => {
  const rows = [row("1", whole, "cancel"), row("2", whole)];
  deepEqual(await findIn(context, rows), { found: "same", providerOrderIds: ["2"] });
});

test("an order of which a part was cancelled is a person's business", async (context) => {
  const found = await findIn(context, [row("1", [["DEMO-TEE-M", 2]]), row("2", [["DEMO-MUG", 1]], "cancel")], MINUTE);
  equal(found.found, "different");
  match(found.found === "different" ? found.reason : "", /2 cancelled/);
});

test("an order whose rows are all cancelled is cancelled", async (context) => {
  const found = await findIn(context, [row("1", whole, "cancelled")]);
  deepEqual([found.found, found.found === "cancelled" && found.providerOrderIds], ["cancelled", ["1"]]);
});

test("another's row is skipped however odd it is; a row of ours that cannot be read fails the look-up", async (context) => {
  const odd = { id: null, customOrderId: 7, remark: null, status: null, orderItems: "none" };
  deepEqual(await findIn(context, [odd]), { found: "nothing", conclusive: true });
  const ours = { ...row("1", []), orderItems: [{ sku: "DEMO-MUG" }] };
  equal(await findIn(context, [ours]).then(() => "found", outcomeOf), "down");
});

test("a row without number and remark proves nothing, unless it has other lines than we sent", async (context) => {
  const unnamed = (items: unknown) => ({ id: "7", customOrderId: null, remark: "NULL", orderItems: items });
  for (const items of ["none", null, row("7", whole).orderItems, [{ skuCode: "DEMO-MUG", productNum: "1" }]]) {
    deepEqual(await findIn(context, [unnamed(items)]), { found: "nothing", conclusive: false });
  }
  const byHand = unnamed([{ skuCode: "DEMO-CAP", productNum: 1 }]);
  deepEqual(await findIn(context, [byHand]), { found: "nothing", conclusive: true });
});

test("a row that names our number in another field proves nothing", async (context) => {
  const named = (fields: object) => ({ id: "7", customOrderId: "KA-7", remark: "best order", ...fields });
  const { reference } = outgoingSample();
  for (const fields of [{ remark: `replaces ${reference}.` }, { order: { number: reference.toLowerCase() } }]) {
    deepEqual(await findIn(context, [named(fields)]), { found: "nothing", conclusive: false });
  }
  const longer = named({ remark: `[${reference}0] [${reference}-g2] [X${reference}]` });
  deepEqual(await findIn(context, [longer]), { found: "nothing", conclusive: true });
});

// How it is set up

test("the address is KakaClo's own unless the secret says otherwise, and never doubles /openapi", () => {
  equal(kakaclo.secret.parse({ token: "a" }).baseUrl, "https://developer.kakaclo.com");
  const of = (baseUrl: string) => kakaclo.secret.safeParse({ token: "a", baseUrl }).success;
  deepEqual([of("https://test-developer.kakaclo.com/"), of("https://developer.kakaclo.com/openapi")], [true, false]);
});

test("a misspelt setting is a mistake, not a default", () => {
  equal(kakaclo.settings.safeParse({ adressField: "orderAddress" }).success, false);
  equal(kakaclo.settings.safeParse({ channelTypes: { prio: "Express" } }).success, false);
});

test("a refusal names the destination, and the SKU that KakaClo's words name", async (context) => {
  const refused = async (message: string) => {
    const fixture = await startProviderContext(context, kakaclo, setup);
    const body = JSON.stringify({ code: 20002, message, data: null });
    fixture.proxy.strike(({ method }) => method === "POST", { status: 200, body });
    const { error } = await attempt(fixture, outgoingSample());
    return error instanceof Rejected ? error.reason : "";
  };
  match(
    await refused("sku DEMO-MUG does not exist"),
    /^kakaclo\/demo refused the order: SKU DEMO-MUG is not known there: 20002 .*does not exist/,
  );
  match(await refused("phone is required"), /^kakaclo\/demo refused the order: 20002 .*phone is required/);
});

// What an answer that is otherwise than documented proves

lookUpMutations(kakaclo, {
  ...setup,
  lookUp: /^GET \/openapi\/v2\/order\/orders$/,
  identifying: ["customOrderId", "remark"],
  ways: [
    { name: "rows as in the samples" },
    { name: "rows in the older vocabulary", switches: { vocabulary: "old" } },
    { name: "an order of several rows", switches: { split: "several" } },
  ],
});
