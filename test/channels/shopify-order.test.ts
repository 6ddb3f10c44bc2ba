import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { MalformedEvent } from "../../shared/errors.ts";
import { linesToShip, type Order, quantityToShip } from "../../shared/order.ts";
import { asConfigured } from "../../shared/stage/as-configured.ts";
import type { ReadAs } from "../../shared/stage/config.ts";
import { fixture, leastOrder, orderOf, read, topic } from "../support/deliveries.ts";

const headers: Record<string, string> = JSON.parse(fixture("shopify/fixtures/orders-updated.headers.json").toString());
const sample = async (): Promise<Order> =>
  orderOf(await read("shopify", fixture("shopify/fixtures/orders-updated.json"), headers));

/** As it is stored: what is undefined is not there. */
const stored = (order: unknown): unknown => JSON.parse(JSON.stringify(order));

test("what goes to providers: one mug, two tees, no gift card", async () => {
  const order = await sample();
  deepEqual(
    linesToShip(order).map((line) => [line.sku, quantityToShip(line)]),
    [
      ["DEMO-MUG-BLUE", 1],
      ["DEMO-TEE-L", 2],
    ],
  );
});

const map = async (...more: string[]): Promise<Order> =>
  orderOf(await read("shopify", leastOrder(more), topic("orders/updated")));

test("the least of an order is an order", async () => {
  const order = await map();
  equal(order.shippingAddress, null);
  equal(order.shipping, undefined);
  equal(order.refunded, undefined);
  equal(order.fulfilmentState, "unfulfilled");
  deepEqual(order.attributes, []);
});

test("every financial status of Shopify is known", async () => {
  const states: Record<string, string> = {
    pending: "pending",
    authorized: "authorized",
    partially_paid: "partially-paid",
    paid: "paid",
    partially_refunded: "partially-refunded",
    refunded: "refunded",
    voided: "voided",
    expired: "pending",
  };
  for (const [status, state] of Object.entries(states)) {
    equal((await map(`"financial_status":"${status}"`)).financialState, state);
  }
  equal((await map('"financial_status":null')).financialState, "pending");
});

test("when it was paid: by its terms, by the topic that says so, or at once", async () => {
  const paidAt = async (name: string, ...more: string[]) => {
    const triggered = { ...topic(name), "x-shopify-triggered-at": "2026-10-03T08:00:00Z" };
    return orderOf(await read("shopify", leastOrder(more), triggered)).paidAt;
  };
  equal(await paidAt("orders/paid"), "2026-10-03T08:00:00.000Z");
  equal(await paidAt("orders/create"), "2026-10-01T10:00:00.000Z");
  equal(await paidAt("orders/updated"), undefined);
  equal(await paidAt("orders/paid", '"financial_status":"pending"'), undefined);
  const terms = '{"payment_schedules":[{"completed_at":"2026-10-04T00:00:00Z"},{"completed_at":null}]}';
  equal(await paidAt("orders/updated", `"payment_terms":${terms}`), "2026-10-04T00:00:00.000Z");
});

test("an imported order was placed when it was placed, not when it was imported", async () => {
  equal((await map('"processed_at":"2019-05-01T10:00:00Z"')).placedAt, "2019-05-01T10:00:00.000Z");
  equal((await map('"processed_at":"2026-12-01T10:00:00Z"')).placedAt, "2026-10-01T10:00:00.000Z");
  equal((await map('"processed_at":null')).placedAt, "2026-10-01T10:00:00.000Z");
});

test("a cancelled order says when", async () => {
  equal((await map('"cancelled_at":"2026-10-02T10:00:00-05:00"')).cancelledAt, "2026-10-02T15:00:00.000Z");
});

test("cash on delivery is known by its many names, and cod is no fish", async () => {
  const unpaid = ['"financial_status":"pending"', '"total_price":"20.00"'];
  const cod = async (name: string) => (await map(...unpaid, `"payment_gateway_names":["${name}"]`)).amountDue;
  for (const name of [
    ...["Cash on Delivery (COD)", "cash_on_delivery", "COD", "Nachnahme", "Contra reembolso", "Payment on delivery"],
    ...[
      "Paiement à la livraison",
      "Kapıda ödeme",
      "Za pobraniem",
      "Dobírka",
      "Накладений платіж",
      "貨到付款",
      "代引き",
    ],
  ]) {
    equal(await cod(name), "20.00", name);
  }
  for (const name of ["shopify_payments", "codfish", "paypal", "manual", "Bank Deposit", "reembolso"])
    equal(await cod(name), undefined, name);
  equal((await map(...unpaid, '"gateway":"Cash on Delivery (COD)"')).amountDue, "20.00");
  const named = leastOrder([...unpaid, '"payment_gateway_names":["Versement"]']);
  const settings = { cashOnDelivery: [" versement"] };
  equal(orderOf(await read("shopify", named, topic("orders/create"), { settings })).amountDue, "20.00");
});

test("cash on delivery is what is still owed, and nothing of an order that was paid", async () => {
  const names = '"payment_gateway_names":["authorize_net","Cash on Delivery (COD)"]';
  const due = async (status: string, ...more: string[]) =>
    (await map(names, `"financial_status":"${status}"`, '"total_price":"20.00"', ...more)).amountDue;
  equal(await due("partially_paid", '"total_outstanding":"7.50"'), "7.50");
  equal(await due("pending", '"total_outstanding":"7.50"'), "7.50");
  // The rest alone may be collected: without it, the order waits to be paid.
  equal(await due("partially_paid"), undefined);
  for (const status of ["paid", "partially_refunded", "refunded", "voided"])
    equal(await due(status), undefined, status);
});

const GOODS = '"line_items":[{"id":1,"sku":"DEMO-A","quantity":1,"requires_shipping":true}]';
const method = (title: string, code = "x") => `"shipping_lines":[{"title":"${title}","code":"${code}","price":"0.00"}]`;

test("what is picked up, brought by the shop or not shipped at all is no parcel", async () => {
  const address = '"shipping_address":{"name":"Ada","country_code":"DE"}';
  const kinds: [expected: string | undefined, fields: string[]][] = [
    [undefined, [address, method("Standard")]],
    // Left out of the event: it says nothing.
    [undefined, [method("Standard")]],
    ["pick-up", ['"shipping_address":null', method("Main St Store", "Main St Store")]],
    ["pick-up", ['"shipping_address":null']],
    ["pick-up", [address, method("Store Pickup")]],
    ["pick-up", [address, method("x", "click_and_collect")]],
    ["pick-up", [address, method("Abholung in der Filiale")]],
    ["pick-up", [address, method("Самовивіз")]],
    ["pick-up", [address, method("店舗受取")]],
    ["pick-up", [address, method("Selbstabholung")]],
    ["pick-up", [address, method("Recoger en tienda")]],
    ["pick-up", [address, method("Retirar na loja")]],
    ["pick-up", [address, method("Avhämtning i butik")]],
    ["pick-up", [address, method("Collect in store")]],
    ["pick-up", [address, method("Store collection")]],
    ["local", [address, method("Local Delivery", "Local Delivery")]],
    ["local", [address, method("Доставка кур'єром", "Local Delivery")]],
    ["local", [address, method("Livraison locale")]],
    // A carrier brings it to a point near the buyer.
    [undefined, [address, method("Pick-up point (Mondial Relay)")]],
    [undefined, [address, method("Retrait en Point Relais")]],
    [undefined, [address, method("Parcel locker pickup")]],
    [undefined, [address, method("Post Office pick-up")]],
    [undefined, [address, method("Recogida en oficina de Correos")]],
    [undefined, [address, method("Abholung in der Postfiliale")]],
    [undefined, [address, method("Odbiór osobisty w punkcie")]],
    [undefined, [address, method("Самовывоз из ПВЗ СДЭК")]],
    [undefined, [address, method("Самовивіз із відділення Нової пошти")]],
    [undefined, [address, method("DPD Pickup")]],
    ["pick-up", ['"shipping_address":null', method("Pick-up point")]],
  ];
  for (const [expected, fields] of kinds) {
    const order = await map(GOODS, ...fields);
    equal(order.shipping?.kind, expected, fields.join());
    equal(linesToShip(order).length, expected === undefined ? 1 : 0, fields.join());
  }
  const gift = await map('"line_items":[{"id":1,"quantity":1,"gift_card":true}]', '"shipping_address":null');
  equal(gift.shipping?.kind, "digital");
});

test("lines that another service ships name it, and are not sent", async () => {
  const lines = ["manual", "gift_card", "amazon_marketplace_web", "relay-app"]
    .map((service, id) => `{"id":${id + 1},"sku":"DEMO-${id}","quantity":1,"fulfillment_service":"${service}"}`)
    .join();
  const order = await map(`"line_items":[${lines}]`);
  deepEqual(
    order.lines.map(({ fulfilledBy }) => fulfilledBy),
    [undefined, undefined, "amazon_marketplace_web", "relay-app"],
  );
  const sent = (settings: ReadAs) => linesToShip(asConfigured(order, settings)).map(({ sku }) => sku);
  deepEqual(sent({}), ["DEMO-0", "DEMO-1"]);
  deepEqual(sent({ fulfilmentServices: ["Relay-App"] }), ["DEMO-0", "DEMO-1", "DEMO-3"]);
});

test("an odd attribute spoils no other, and an empty object is an empty list", async () => {
  const order = await map(
    '"line_items":[{"id":1,"sku":"A","quantity":1,"tax_lines":{},"properties":[{"name":"Engraving","value":"Anna"},{"name":{"a":1},"value":"x"},{"name":null,"value":"y"},{"name":7},5]}]',
    '"note_attributes":[{"name":"gift","value":"yes"},{"name":"VAT"}]',
    '"shipping_lines":{}',
  );
  deepEqual(stored(order.lines[0]?.properties), [
    { name: "Engraving", value: "Anna" },
    { name: '{"a":1}', value: "x" },
    { name: "7" },
  ]);
  equal(order.gift, true);
});

test("service level: by the words of the method's title and code", async () => {
  const level = async (title: string) =>
    (await map(`"shipping_lines":[{"title":"${title}","code":"m1","price":"1"}]`)).shipping?.serviceLevel;
  const words: Record<string, string> = {
    Standard: "standard",
    "Economy International": "standard",
    "USPS Priority Mail": "expedited",
    "UPS Express Saver": "expedited",
    fedex_2_day: "expedited",
    "Expressway Pickup": "standard",
    "Next-Day Air": "priority",
    fedex_priority_overnight: "priority",
    "Next Day Delivery (order before 2pm)": "priority",
    "Order before 2pm for next day delivery": "priority",
    "DHL Express - made to order": "expedited",
    "Express, ships within 24h": "expedited",
    "No signature Express": "expedited",
    "UPS 2nd Day Air": "expedited",
    // When it leaves is no speed of carriage, and neither is what it is not.
    "Standard (ships next day)": "standard",
    "Same day dispatch, 5-7 days": "standard",
    "Free shipping - 2 day handling": "standard",
    "DHL Packet (no Express)": "standard",
    "Kein Express, normale Lieferung": "standard",
    "Shipped same day | economy": "standard",
    "Same-day shipping": "standard",
    "Economy: 48h processing": "standard",
    "Versand in 24h": "standard",
    "24h-Versand": "standard",
    "Sent next day": "standard",
    "Se envía en 24h": "standard",
    "Enviado em 24h": "standard",
    "Wysyłka 24h": "standard",
    "Verzonden binnen 24h": "standard",
    "Non-express economy": "standard",
    "Economy (slower than express)": "standard",
    "Envío express 24h": "priority",
    "Versand mit DHL Express": "expedited",
    "FREE - 4-15 working days": "standard",
    "JNE - OKE": "standard",
  };
  for (const [title, expected] of Object.entries(words)) equal(await level(title), expected, title);
});

test("several shipping lines become one; a removed one does not count", async () => {
  const { shipping } = await map(
    `"shipping_lines":[
      {"title":"Gone","price":"99.00","is_removed":true},
      {"title":"Parcel","price":"5.00","discounted_price":"4.00","tax_lines":[{"rate":0.06,"price":"0.3"},{"rate":0.0125,"price":"0.1"}]},
      {"title":"Letter","price":"1.50","discount_allocations":[{"amount":"1.50"}]}]`,
  );
  equal(shipping?.method, "Parcel");
  equal(shipping?.price, "6.50");
  equal(shipping?.discount, "2.50");
  equal(shipping?.taxRate, "0.0725");
});

test("an order of which a part is picked up and another part shipped is held, whichever comes first", async () => {
  const lines = (...titles: string[]) => `"shipping_lines":${JSON.stringify(titles.map((title) => ({ title })))}`;
  for (const titles of [
    ["Store Pickup", "Standard"],
    ["Standard", "Store Pickup"],
    ["Local Delivery", "Store Pickup"],
  ]) {
    const { shipping, hold } = await map(GOODS, lines(...titles));
    deepEqual([shipping?.kind, hold], [undefined, { reason: "its parts reach the buyer in different ways" }]);
  }
  for (const titles of [
    ["Standard", "Express"],
    ["Store Pickup", "Abholung"],
  ]) {
    equal((await map(GOODS, lines(...titles))).hold, undefined);
  }
});

test("a gift is known by its attribute or message, and 'no' means no", async () => {
  const gift = async (name: string, value: string) => {
    const { gift, giftMessage } = await map(`"note_attributes":[{"name":"${name}","value":"${value}"}]`);
    return [gift, giftMessage];
  };
  deepEqual(await gift("gift", "true"), [true, undefined]);
  deepEqual(await gift("is_gift", "No"), [false, undefined]);
  deepEqual(await gift("giftMessage", "Hi"), [true, "Hi"]);
  for (const yes of [
    "yes",
    "TRUE",
    "1",
    "Ja",
    "Sí",
    "SIM",
    "так",
    "Да.",
    "evet",
    "はい",
    "是",
    "Yes (+ 5 EUR)",
    "tak, czerwony",
  ])
    deepEqual(await gift("gift", yes), [true, undefined], yes);
  // An unknown word is no yes: a box costs money.
  for (const no of [
    "Ні",
    "Hayır",
    "nej",
    "não",
    "нет",
    "いいえ",
    "否",
    "아니요",
    "ne",
    "не",
    "n/a",
    "-",
    "0",
    "none",
    "maybe",
  ])
    deepEqual(await gift("gift", no), [false, undefined], no);
  deepEqual(await gift("colour", "red"), [false, undefined]);
});

test("a wish for a day that is none is left in the attributes and nowhere else", async () => {
  for (const value of ["2026-02-30", "tomorrow", "09.10.2026", ""]) {
    const { shipping, attributes } = await map(`"note_attributes":[{"name":"Delivery date","value":"${value}"}]`);
    equal(shipping, undefined, value);
    equal(attributes?.length, 1);
  }
});

test("tips and what needs no shipping do not ship; a gift card does if the shop says so", async () => {
  const { lines } = await map(
    `"line_items":[
      {"id":1,"sku":"DEMO-A","quantity":1,"requires_shipping":true,"gift_card":false},
      {"id":2,"sku":"DEMO-B","quantity":1,"requires_shipping":false},
      {"id":3,"sku":"DEMO-C","quantity":1,"requires_shipping":true,"gift_card":true},
      {"id":4,"title":"Tip","quantity":1,"tip":{"payment_method":"card"}},
      {"id":5,"sku":"DEMO-D","quantity":1,"requires_shipping":false,"gift_card":true},
      {"id":6,"sku":"DEMO-E","quantity":1,"gift_card":true}]`,
  );
  deepEqual(
    lines.map(({ ships }) => ships),
    [true, false, true, false, false, false],
  );
});

test("odd values of fields an order can do without do not stop it", async () => {
  const order = await map(
    '"note":{"a":1}',
    '"note_attributes":"none"',
    '"client_details":[]',
    '"customer":[]',
    '"billing_address":""',
    '"payment_gateway_names":[null,{},"manual"]',
    '"refunds":{}',
    '"discount_codes":{}',
    '"fulfillments":{}',
    '"shipping_address":{"name":["x"],"latitude":"north","country_code":"CH","zip":8001}',
    '"line_items":[{"id":1,"sku":12345678901234567890,"quantity":1,"properties":{"Size":{"w":1},"Note":null}}]',
  );
  equal(order.note, undefined);
  equal(order.paymentMethod, "manual");
  equal(order.shippingAddress?.postcode, "8001");
  equal(order.shippingAddress?.latitude, undefined);
  equal(order.lines[0]?.sku, "12345678901234567890");
  deepEqual(stored(order.lines[0]?.properties), [{ name: "Size", value: '{"w":1}' }, { name: "Note" }]);
});

test("a country is known by two letters, three, or its name", async () => {
  const country = async (fields: string) => (await map(`"shipping_address":{${fields}}`)).shippingAddress?.country;
  equal(await country('"country_code":"USA"'), "US");
  equal(await country('"country_code":null,"country":"Côte d’Ivoire"'), "CI");
  equal(await country('"country_code":"","country":""'), undefined);
  equal(await country('"country_code":"HK","country":"Hong Kong"'), "HK");
  await rejects(
    country('"country_code":null,"country":"Middle-earth"'),
    (error) =>
      error instanceof MalformedEvent &&
      error.field === "order.shippingAddress.country" &&
      !error.message.includes("Middle"),
  );
});

test("IDs of every length come through to the digit, wherever they stand", async () => {
  for (const id of ["1", "9007199254740991", "9007199254740993", "820982911946154508", "18446744073709551615"]) {
    const body = leastOrder([
      `"line_items":[{"id":${id},"product_id":${id},"variant_id":${id},"sku":"DEMO-1","quantity":1}]`,
      `"customer":{"id":${id}}`,
    ]).replace("820982911946154508", id);
    const order = orderOf(await read("shopify", body, topic("orders/create")));
    const [line] = order.lines;
    deepEqual(new Set([order.id, order.buyer?.id, line?.id, line?.productId, line?.variantId]), new Set([id]));
  }
});

test("two orders whose IDs JSON.parse takes for one stay two", async () => {
  const id = async (id: string) =>
    orderOf(await read("shopify", leastOrder().replace("820982911946154508", id), topic("orders/create"))).id;
  equal(JSON.parse("820982911946154508"), JSON.parse("820982911946154500"));
  equal((await id("820982911946154508")) === (await id("820982911946154500")), false);
});
