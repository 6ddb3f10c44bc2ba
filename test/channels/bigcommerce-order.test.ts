import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { Rfc2822Time } from "../../functions/channels/bigcommerce/rfc-2822-time.ts";
import { isCashOnDelivery, linesToShip, type Order, progressOf } from "../../shared/order.ts";
import { decide } from "../../shared/routing/decide.ts";
import { fetched, openStore } from "../support/bigcommerce-store.ts";
import { connection } from "../support/deliveries.ts";

/** An order of the simulated store with these fields of the API changed, as the connector maps it. */
async function orderWith(changes: Record<string, unknown>, settings: Record<string, unknown> = {}): Promise<Order> {
  const store = openStore({ settings });
  const { id } = store.place({ id: "250" });
  store.change(id, changes);
  return fetched(store, id);
}

const ROUTES = [{ from: ["bigcommerce/demo"], to: ["kakaclo/one"], when: "ready" as const, test: false, priority: 0 }];
/** What becomes of an order that is routed once it is ready. */
function outcomeOf(order: Order): string {
  const { state, reason, destinations } = decide(
    { routes: ROUTES as never },
    connection("bigcommerce"),
    order,
    Date.now(),
  );
  return destinations.length > 0 ? "sent" : `${state}: ${reason}`;
}

// Each status of https://developer.bigcommerce.com/docs/rest-management/orders/order-status
const STATUSES: [id: number, name: string, payment: string, state: string, outcome: string][] = [
  [0, "Incomplete", "", "pending", "held: its checkout is not finished (status 0 Incomplete)"],
  [1, "Pending", "", "pending", "held: its checkout is not finished (status 1 Pending)"],
  [2, "Shipped", "captured", "paid", "not-routed: already fulfilled at the channel"],
  [3, "Partially Shipped", "captured", "paid", "held: its status is 3 Partially Shipped"],
  [4, "Refunded", "refunded", "refunded", "cancelled: refunded at the channel"],
  [5, "Cancelled", "captured", "paid", "cancelled: cancelled at the channel"],
  [6, "Declined", "declined", "voided", "cancelled: voided at the channel"],
  [7, "Awaiting Payment", "", "pending", "held: not paid yet"],
  [7, "Awaiting Payment", "authorized", "authorized", "held: not paid yet"],
  // A charge that came in, and another one that is awaited.
  [7, "Awaiting Payment", "captured", "paid", "held: its status is 7 Awaiting Payment"],
  [7, "Awaiting Payment", "partially refunded", "partially-refunded", "held: its status is 7 Awaiting Payment"],
  [8, "Awaiting Pickup", "captured", "paid", "not-routed: the buyer picks it up"],
  [9, "Awaiting Shipment", "captured", "paid", "sent"],
  [10, "Completed", "paid", "paid", "not-routed: already fulfilled at the channel"],
  [11, "Awaiting Fulfillment", "captured", "paid", "sent"],
  // The documents' own sample: only authorised, and its status says that the payment is confirmed.
  [11, "Awaiting Fulfillment", "authorized", "paid", "sent"],
  [11, "Awaiting Fulfillment", "", "paid", "sent"],
  [11, "Awaiting Fulfillment", "partially refunded", "partially-refunded", "sent"],
  [11, "Awaiting Fulfillment", "held for review", "paid", 'held: its payment status is "held for review"'],
  [11, "Awaiting Fulfillment", "Void", "paid", 'held: its payment status is "void"'],
  [9, "Awaiting Shipment", "refunded", "paid", 'held: its payment status is "refunded"'],
  [12, "Manual Verification Required", "captured", "paid", "held: its status is 12 Manual Verification Required"],
  [13, "Disputed", "captured", "paid", "held: its status is 13 Disputed"],
  [14, "Partially Refunded", "captured", "partially-refunded", "held: its status is 14 Partially Refunded"],
  [15, "Something New", "captured", "paid", "held: its status is 15 Something New"],
];
for (const [status_id, status, payment_status, state, outcome] of STATUSES) {
  test(`status ${status_id} ${status}, payment ${payment_status || "unsaid"}: ${outcome}`, async () => {
    const order = await orderWith({ status_id, status, payment_status });
    deepEqual([order.financialState, outcomeOf(order)], [state, outcome]);
  });
}

test("a label that the store gave a status changes nothing", async () => {
  equal(outcomeOf(await orderWith({ custom_status: "Cancelled", status: "Bereit" })), "sent");
});

test("the statuses of the setting are sent, and no others", async () => {
  const partly = { status_id: 3, status: "Partially Shipped" };
  equal(outcomeOf(await orderWith(partly, { shipStatuses: [3, 14] })), "sent");
  equal(outcomeOf(await orderWith({ status_id: 14, status: "Partially Refunded" }, { shipStatuses: [3, 14] })), "sent");
  match(outcomeOf(await orderWith({}, { shipStatuses: [9] })), /^held: its status is 11/);
  const awaiting = { status_id: 7, status: "Awaiting Payment", payment_status: "captured" };
  equal(outcomeOf(await orderWith(awaiting, { shipStatuses: [7] })), "sent");
});

test("an archived order is held, an archived checkout that was never finished is over", async () => {
  equal(outcomeOf(await orderWith({ is_deleted: true })), "held: it is archived in the store");
  const unfinished = { is_deleted: true, status_id: 0, status: "Incomplete", payment_status: "" };
  equal(outcomeOf(await orderWith(unfinished)), "cancelled: voided at the channel");
  match(outcomeOf(await orderWith({ is_deleted: true, status_id: 2, status: "Shipped" })), /^not-routed/);
});

test("a cancelled order was cancelled when it last changed", async () => {
  const order = await orderWith({ status_id: 5, date_modified: "Mon, 11 Mar 2019 15:17:25 +0000" });
  deepEqual([order.cancelledAt, progressOf(order)], ["2019-03-11T15:17:25.000Z", "cancelled"]);
});

// Times.

test("times of RFC 2822 become UTC, whatever their zone; a time without a zone, or of no day, is refused", () => {
  for (const [text, expected] of [
    ["Tue, 05 Mar 2019 21:40:11 +0000", "2019-03-05T21:40:11"],
    ["Tue, 5 Mar 2019 21:40:11 +0000", "2019-03-05T21:40:11"],
    ["05 Mar 2019 21:40:11 GMT", "2019-03-05T21:40:11"],
    ["Wed, 06 Mar 2019 07:10:11 +0930", "2019-03-05T21:40:11"],
    ["Tue, 05 Mar 2019 16:40:11 -0500", "2019-03-05T21:40:11"],
    ["Sat, 29 Feb 2020 00:00:00 +0000", "2020-02-29T00:00:00"],
    ["2019-03-05T21:40:11Z", "2019-03-05T21:40:11"],
  ] as const) {
    equal(new Date(z.parse(Rfc2822Time, text)).toISOString(), `${expected}.000Z`, text);
  }
  for (const text of [
    ...["", "soon", "Tue, 05 Mar 2019 21:40:11", "Sun, 30 Feb 2019 00:00:00 +0000", "2019-03-05T21:40:11"],
    ...["Tue, 05 Foo 2019 21:40:11 +0000", "1561479335", "Tue, 05 Mar 19 21:40:11 +0000", "05/03/2019"],
  ]) {
    equal(z.safeParse(Rfc2822Time, text).success, false, text);
  }
});

test("an order whose last change cannot be read is malformed: without it no order of events is known", async () => {
  for (const date_modified of ["", null, "yesterday", 0]) {
    await rejects(orderWith({ date_modified }), { name: "MalformedEvent", field: "date_modified" });
  }
});

// Lines.

const line = (changes: Record<string, unknown>) => ({
  ...{ id: 65, order_id: 250, product_id: 77, order_address_id: 51, name: "Mug", sku: "DEMO-MUG", type: "physical" },
  ...{ price_ex_tax: "10.0000", price_inc_tax: "11.9000", quantity: 3, quantity_shipped: 0, quantity_refunded: 0 },
  ...changes,
});
const address = (changes: Record<string, unknown> = {}) => ({
  ...{ id: 51, first_name: "Ada", last_name: "Byron", street_1: "1 Main Street", city: "Louisville", zip: "40202" },
  ...{ country: "United States", country_iso2: "US", shipping_method: "Flat Rate", ...changes },
});
const orderOf = (products: object[], addresses: object[] = [address()], changes: object = {}, settings: object = {}) =>
  orderWith({ products, shipping_addresses: addresses, ...changes }, { ...settings });

test("what was shipped or refunded of a line is not sent, and never more than is left", async () => {
  for (const [counts, left] of [
    [{}, 3],
    [{ quantity_shipped: 1 }, 2],
    [{ quantity_refunded: 1 }, 2],
    [{ quantity_shipped: 1, quantity_refunded: 1 }, 1],
    [{ quantity_shipped: 3, quantity_refunded: 1 }, 0],
    [{ quantity_shipped: 3 }, 0],
    [{ is_refunded: true }, 0],
    [{ is_refunded: true, quantity_refunded: 1 }, 2],
    [{ quantity_shipped: null, quantity_refunded: null }, 3],
    [{ quantity_shipped: "1" }, 2],
  ] as const) {
    const [only] = (await orderOf([line(counts)])).lines;
    equal(only?.quantityToShip, left, JSON.stringify(counts));
  }
  const partly = await orderOf([line({ quantity_shipped: 1 }), line({ id: 66 })]);
  deepEqual([partly.fulfilmentState, partly.lines.map(({ fulfilled }) => fulfilled)], ["partial", [1, 0]]);
});

test("a quantity that is none is malformed and names the line's field", async () => {
  for (const quantity of [-1, 1.5, "many", null, undefined]) {
    await rejects(orderOf([line({ quantity })]), { name: "MalformedEvent", field: "products.0.quantity" });
  }
});

test("downloads and gift certificates do not ship; an order of nothing else is digital", async () => {
  const digital = line({ id: 66, type: "digital", order_address_id: 0 });
  const certificate = line({ id: 67, type: "giftcertificate", order_address_id: 0, gift_certificate_id: 52 });
  const mixed = await orderOf([line({}), digital, certificate]);
  deepEqual(
    mixed.lines.map(({ ships }) => ships),
    [true, false, false],
  );
  deepEqual(
    linesToShip(mixed).map(({ id }) => id),
    ["65"],
  );
  const nothing = await orderOf([digital, certificate], [], { order_is_digital: true, shipping_address_count: 0 });
  deepEqual([nothing.shipping?.kind, nothing.shippingAddress], ["digital", null]);
  equal(outcomeOf(nothing), "not-routed: nothing of it travels");
});

test("items that are picked up do not ship, and need no address", async () => {
  const order = await orderOf([line({ order_pickup_method_id: 9, order_address_id: 0 })], []);
  deepEqual([order.shipping?.kind, order.lines[0]?.ships, order.shippingAddress], ["pick-up", false, null]);
  equal(outcomeOf(order), "not-routed: the buyer picks it up");
  const byWords = await orderOf([line({})], [address({ shipping_method: "Pickup In Store" })]);
  equal(byWords.shipping?.kind, "pick-up");
  const point = await orderOf([line({})], [address({ shipping_method: "Parcel locker pickup" })]);
  equal(point.shipping?.kind, "ship");
});

test("an order to several addresses is held, and gets the one that is left once the others are shipped", async () => {
  const two = [address(), address({ id: 52, first_name: "Grace", street_1: "3 Harbour Road" })];
  const lines = [line({}), line({ id: 66, order_address_id: 52 })];
  const held = await orderOf(lines, two, { shipping_address_count: 2 });
  deepEqual([held.hold?.reason, held.shippingAddress], ["the order goes to several addresses", null]);
  const left = await orderOf([line({ quantity_shipped: 3 }), line({ id: 66, order_address_id: 52 })], two);
  deepEqual([left.hold, left.shippingAddress?.street1], [undefined, "3 Harbour Road"]);
  const same = await orderOf(lines, [address(), address({ id: 52 })]);
  deepEqual([same.hold, same.shippingAddress?.street1], [undefined, "1 Main Street"]);
  const unused = await orderOf([line({})], two);
  deepEqual([unused.hold, unused.shippingAddress?.street1], [undefined, "1 Main Street"]);
});

test("a line without an address goes to the only one; of several, only the merchant knows which", async () => {
  const nowhere = line({ order_address_id: 0 });
  equal((await orderOf([nowhere])).shippingAddress?.street1, "1 Main Street");
  const several = await orderOf([nowhere], [address(), address({ id: 52, street_1: "3 Harbour Road" })]);
  equal(several.hold?.reason, "the order goes to several addresses");
  equal((await orderOf([nowhere], [])).shippingAddress, null);
});

test("a line to an address that the order lacks is malformed: it must not go to another one", async () => {
  await rejects(orderOf([line({ order_address_id: 99 })]), {
    name: "MalformedEvent",
    field: "products.order_address_id",
  });
});

test("options, old configurable fields and an event's date are properties; those that choose a variant name it", async () => {
  const option = (display_name: string, display_value: string, type: string) => ({ display_name, display_value, type });
  const order = await orderOf([
    line({
      product_options: [
        option("Size", "M", "Multiple choice"),
        option("Colour", "Blue", "Swatch"),
        option("Engraving", "ADA", "Text field"),
        { display_name: "Logo", display_value: "", value: '{"originalName":"a.jpeg"}', type: "File Upload" },
        { display_value: "nameless", type: "Text field" },
      ],
      configurable_fields: [{ name: "Ribbon", value: "red" }],
      event_name: "Wedding",
      event_date: "2026-12-24",
    }),
  ]);
  const [only] = order.lines;
  equal(only?.variantTitle, "M / Blue");
  deepEqual(only?.properties, [
    { name: "Size", value: "M" },
    { name: "Colour", value: "Blue" },
    { name: "Engraving", value: "ADA" },
    { name: "Logo", value: '{"originalName":"a.jpeg"}' },
    { name: "Ribbon", value: "red" },
    { name: "Wedding", value: "2026-12-24" },
  ]);
});

test("gift wrapping and its message make the order a gift", async () => {
  const wrapped = await orderOf([line({}), line({ id: 66, wrapping_name: "Box", wrapping_message: "All the best" })]);
  deepEqual([wrapped.gift, wrapped.giftMessage], [true, "All the best"]);
  const plain = await orderOf([line({ wrapping_name: null, wrapping_message: "" })]);
  deepEqual([plain.gift, plain.giftMessage], [false, undefined]);
});

test("IDs keep every digit, and 0 is none", async () => {
  const store = openStore();
  const { id } = store.place({
    lines: [{ id: "9007199254740993", sku: "DEMO-TEE-M" }],
    buyer: { id: "9007199254740995" },
  });
  const order = await fetched(store, id);
  deepEqual([order.lines[0]?.id, order.buyer?.id], ["9007199254740993", "9007199254740995"]);
  const guest = await orderOf([line({ product_id: 0, variant_id: 0 })], [address()], { customer_id: 0 });
  deepEqual([guest.buyer?.id, guest.lines[0]?.productId, guest.lines[0]?.variantId], [undefined, undefined, undefined]);
});

// Money.

test("prices are those with tax where the store's prices include it, else those without", async () => {
  const sums = {
    subtotal_ex_tax: "30.0000",
    subtotal_inc_tax: "35.7000",
    shipping_cost_ex_tax: "5",
    shipping_cost_inc_tax: "5.95",
  };
  const [without, including] = [
    await orderOf([line({})], [address()], { ...sums, is_tax_inclusive_pricing: false }),
    await orderOf([line({})], [address()], { ...sums, is_tax_inclusive_pricing: true }),
  ];
  const shown = ({ lines, subtotal, shipping, pricesIncludeTax }: Order) => [
    lines[0]?.unitPrice,
    subtotal,
    shipping?.price,
    pricesIncludeTax,
  ];
  deepEqual(shown(without), ["10.00", "30.00", "5", false]);
  deepEqual(shown(including), ["11.90", "35.70", "5.95", true]);
});

test("the subtotal is that after the discounts of staff and coupons, whose codes are kept", async () => {
  const coupons = ["AUTUMN", "FREESHIP", null].map((code, at) => ({ id: at + 1, code, discount: 5 }));
  const order = await orderWith({
    ...{ subtotal_ex_tax: "62.6793", discount_amount: "5.0000", coupon_discount: "5.5", coupons },
    ...{ total_inc_tax: "69.8400", total_tax: "5.3100" },
  });
  deepEqual(
    [order.subtotal, order.discount, order.discountCodes, order.total, order.tax],
    ["52.1793", "10.50", ["AUTUMN", "FREESHIP"], "69.84", "5.31"],
  );
});

test("the currency is the one that was charged; what the buyer saw is the buyer's", async () => {
  const order = await orderWith({ default_currency_code: "USD", currency_code: "EUR" });
  deepEqual([order.currency, order.buyerCurrency], ["USD", "EUR"]);
});

test("an amount that is none is malformed, not dropped", async () => {
  await rejects(orderWith({ total_inc_tax: "much" }), { name: "MalformedEvent", field: "total_inc_tax" });
  await rejects(orderOf([line({ price_ex_tax: {} })]), { field: "products.0.price_ex_tax" });
});

test("store credit and gift certificates are payment methods too", async () => {
  const order = await orderWith({
    gift_certificate_amount: "10.0000",
    store_credit_amount: "1",
    payment_method: "Credit Card",
  });
  equal(order.paymentMethod, "Credit Card, Store Credit, Gift Certificate");
});

test("cash on delivery is sent with what is due, and is paid once BigCommerce says that it is captured", async () => {
  const cash = { payment_method: "Cash on Delivery", payment_status: "", total_inc_tax: "44.98" };
  for (const status_id of [7, 9, 11]) {
    const order = await orderWith({ ...cash, status_id });
    deepEqual([order.amountDue, isCashOnDelivery(order), outcomeOf(order)], ["44.98", true, "sent"], String(status_id));
  }
  const captured = await orderWith({ ...cash, payment_status: "captured" });
  deepEqual([captured.financialState, captured.amountDue], ["paid", undefined]);
  const listed = await orderWith(
    { ...cash, payment_method: "Pay the driver" },
    { cashOnDelivery: ["pay the driver "] },
  );
  equal(listed.amountDue, "44.98");
  const bank = await orderWith({ ...cash, payment_method: "Bank Deposit", status_id: 7 });
  deepEqual([bank.amountDue, outcomeOf(bank)], [undefined, "held: not paid yet"]);
});

test("credit is subtracted from what is due on delivery, unless a setting says that the total lacks it", async () => {
  const cash = { payment_method: "COD", payment_status: "", total_inc_tax: "44.98", gift_certificate_amount: "4.98" };
  equal((await orderWith(cash)).amountDue, "40.00");
  equal((await orderWith(cash, { totalIncludesCredit: false })).amountDue, "44.98");
  const all = await orderWith({ ...cash, store_credit_amount: "40.00" });
  deepEqual([all.amountDue, all.financialState], [undefined, "paid"]);
});

test("orders of the test gateway are tests, or those of the payment methods that a setting lists", async () => {
  equal((await orderWith({ payment_method: "Test Payment Gateway" })).test, true);
  equal((await orderWith({ payment_method: "Credit Card" })).test, false);
  equal((await orderWith({ payment_method: "Test Payment Gateway" }, { testPaymentMethods: [] })).test, false);
  equal((await orderWith({ payment_method: "Bogus" }, { testPaymentMethods: ["bogus"] })).test, true);
});

// People.

test("form fields are attributes; known names are tax numbers, remarks and dates", async () => {
  const billing = {
    ...{ first_name: "Ada", last_name: "Byron", email: "ada@example.com", zip: "1", country_iso2: "DE" },
    form_fields: [
      { name: "VAT ID", value: "DE123456789" },
      { name: "Delivery date", value: "2026-12-24" },
      { name: "Sizes", value: ["S", "M"] },
      { name: "Floor", value: 2 },
      { value: "nameless" },
    ],
  };
  const remark = { form_fields: [{ name: "Delivery Instructions", value: "Back door" }] };
  const order = await orderOf([line({})], [address(remark)], {
    billing_address: billing,
    customer_message: "Ring twice",
  });
  deepEqual(order.taxIds, [{ type: "vat", value: "DE123456789" }]);
  equal(order.shippingAddress?.remark, "Back door");
  deepEqual(
    [order.shipping?.deliverFrom, order.shipping?.deliverUntil, order.note],
    ["2026-12-24T00:00:00.000Z", "2026-12-24T23:59:59.000Z", "Ring twice"],
  );
  deepEqual(
    order.attributes?.map(({ name, value }) => `${name}: ${value}`),
    [
      "VAT ID: DE123456789",
      "Delivery date: 2026-12-24",
      'Sizes: ["S","M"]',
      "Floor: 2",
      "Delivery Instructions: Back door",
    ],
  );
});

test("staff's notes, IP addresses and empty fields: what is private stays, what is empty is absent", async () => {
  const order = await orderWith({ staff_notes: "secret", ip_address: "", ip_address_v6: "2001:db8::7" });
  equal(order.buyer?.ip, "2001:db8::7");
  ok(!JSON.stringify(order).includes("secret"));
  equal((await orderOf([line({})], [address({ company: "", street_2: null })])).shippingAddress?.company, undefined);
});

test("an order without a billing address has no buyer, and a country may be a name", async () => {
  const order = await orderOf([line({})], [address({ country_iso2: "", country: "Germany" })], {
    billing_address: null,
  });
  deepEqual([order.billingAddress, order.shippingAddress?.country, order.buyer?.name], [undefined, "DE", undefined]);
});

test("the speed of a shipping method is read from its words", async () => {
  const levelOf = async (shipping_method: string) =>
    (await orderOf([line({})], [address({ shipping_method })])).shipping?.serviceLevel;
  equal(await levelOf("UPS® (Next Day Air®)"), "priority");
  equal(await levelOf("Express"), "expedited");
  equal(await levelOf("Flat Rate"), "standard");
});
