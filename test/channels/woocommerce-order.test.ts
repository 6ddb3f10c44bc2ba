import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { Settings } from "../../functions/channels/woocommerce/settings.ts";
import { isCashOnDelivery, linesToShip, type Order, progressOf } from "../../shared/order.ts";
import { leastOrder, line, orderOf, read, URL } from "./woocommerce-events.ts";

const UNPAID = { date_paid_gmt: null };

/** What the states table of docs/channels/woocommerce.md says. */
const STATES: [status: string, paid: boolean, expected: Partial<Order>][] = [
  ["pending", false, { financialState: "pending", fulfilmentState: "unfulfilled" }],
  ["failed", false, { financialState: "pending", fulfilmentState: "unfulfilled" }],
  [
    "on-hold",
    false,
    { financialState: "pending", hold: { reason: "on-hold: the shop waits for the payment, or for a decision" } },
  ],
  [
    "on-hold",
    true,
    { financialState: "paid", hold: { reason: "on-hold: the shop waits for the payment, or for a decision" } },
  ],
  ["processing", true, { financialState: "paid", fulfilmentState: "unfulfilled" }],
  ["processing", false, { financialState: "paid", fulfilmentState: "unfulfilled" }],
  ["wc-processing", true, { financialState: "paid", fulfilmentState: "unfulfilled" }],
  ["completed", true, { financialState: "paid", fulfilmentState: "fulfilled" }],
  ["completed", false, { financialState: "paid", fulfilmentState: "fulfilled" }],
  ["cancelled", false, { financialState: "voided", cancelledAt: "2026-10-01T10:00:05.000Z" }],
  ["cancelled", true, { financialState: "paid", cancelledAt: "2026-10-01T10:00:05.000Z" }],
  ["trash", true, { financialState: "paid", cancelledAt: "2026-10-01T10:00:05.000Z" }],
  ["refunded", true, { financialState: "refunded" }],
];
for (const [status, paid, expected] of STATES) {
  test(`status ${status}, ${paid ? "paid" : "not paid"}: ${JSON.stringify(expected)}`, async () => {
    const order = await orderOf({ status, ...(!paid && UNPAID) });
    deepEqual({ ...order, ...expected }, order);
    equal(order.paidAt, paid ? "2026-10-01T10:00:04.000Z" : undefined);
    if (!("hold" in expected)) equal(order.hold, undefined);
    if (!("cancelledAt" in expected)) equal(order.cancelledAt, undefined);
  });
}

test("an order that was paid once, and whose payment failed or is awaited again, is held: the money may be back", async () => {
  for (const status of ["failed", "pending"]) {
    const order = await orderOf({ status });
    equal(order.hold?.reason, `its status is "${status}" although it was paid`);
    equal((await orderOf({ status, ...UNPAID })).hold, undefined);
    equal((await orderOf({ status }, { statuses: { [status]: "processing" } })).hold, undefined);
  }
});

test("a status of a plugin is held with its name, until the setting statuses says what it means", async () => {
  const held = await orderOf({ status: "awaiting-shipment", ...UNPAID });
  equal(held.financialState, "pending");
  match(held.hold?.reason ?? "", /"awaiting-shipment".*statuses/);
  const settings = { statuses: { "awaiting-shipment": "processing", packed: "completed", completed: "processing" } };
  const known = await orderOf({ status: "awaiting-shipment", ...UNPAID }, settings);
  deepEqual([known.financialState, known.hold], ["paid", undefined]);
  equal((await orderOf({ status: "packed" }, settings)).fulfilmentState, "fulfilled");
  equal((await orderOf({ status: "completed" }, settings)).fulfilmentState, "unfulfilled");
});

test("cash on delivery is owed while it is processed unpaid, and never before or after", async () => {
  const cod = { payment_method: "cod", payment_method_title: "Nachnahme" };
  const owed = await orderOf({ ...cod, ...UNPAID });
  deepEqual([owed.financialState, owed.amountDue, isCashOnDelivery(owed)], ["pending", "25.00", true]);
  for (const changes of [
    { ...cod },
    { ...cod, ...UNPAID, status: "pending" },
    { ...cod, ...UNPAID, status: "failed" },
    { ...cod, ...UNPAID, status: "completed" },
    { ...UNPAID },
  ]) {
    equal((await orderOf(changes)).amountDue, undefined, JSON.stringify(changes));
  }
  const own = { payment_method: "Smart_COD", ...UNPAID };
  equal((await orderOf(own)).amountDue, undefined);
  equal((await orderOf(own, { cashOnDelivery: ["smart_cod"] })).amountDue, "25.00");
});

test("times without a zone are UTC by their twin; without the twin they need the setting timeZone", async () => {
  const local = { date_modified_gmt: null, date_modified: "2026-10-01T12:00:05" };
  await rejects(orderOf(local), { field: "date_modified_gmt", message: /timeZone/ });
  equal((await orderOf(local, { timeZone: "Europe/Berlin" })).updatedAt, "2026-10-01T10:00:05.000Z");
  const both = await orderOf({ date_modified: "2026-10-01T12:00:05" }, { timeZone: "America/New_York" });
  equal(both.updatedAt, "2026-10-01T10:00:05.000Z");
  equal((await orderOf({ date_modified_gmt: "2026-10-01T12:00:05+02:00" })).updatedAt, "2026-10-01T10:00:05.000Z");
  await rejects(orderOf({ date_created_gmt: "yesterday" }), { field: "date_created_gmt" });
  await rejects(orderOf({ date_created_gmt: null }), { field: "date_created_gmt" });
});

test("lines are without tax; with it where the shop's prices include it", async () => {
  const taxed = {
    line_items: [line({ quantity: 3, subtotal: "50.17", subtotal_tax: "9.53", total: "45.97", total_tax: "8.73" })],
    ...{ discount_total: "4.20", discount_tax: "0.80", total: "60.65", total_tax: "9.68" },
    shipping_lines: [{ method_title: "Standard", method_id: "flat_rate", total: "5.00", total_tax: "0.95" }],
  };
  const gross = await orderOf({ ...taxed, prices_include_tax: true });
  const [mug] = gross.lines;
  deepEqual([mug?.unitPrice, mug?.discount, gross.subtotal, gross.discount], ["19.90", "5.00", "54.70", "5.00"]);
  deepEqual([gross.shipping?.price, gross.total, gross.pricesIncludeTax], ["5.95", "60.65", true]);
  const net = await orderOf(taxed);
  const [tee] = net.lines;
  deepEqual([tee?.unitPrice, tee?.discount, net.subtotal, net.discount], ["16.723333", "4.20", "45.97", "4.20"]);
  deepEqual([net.shipping?.price, net.tax, net.pricesIncludeTax], ["5.00", "9.68", false]);
});

test("the price of a piece comes from the line before discounts, never from the number `price`", async () => {
  const { lines } = await orderOf({
    line_items: [
      line({ id: 1, quantity: 3, subtotal: "30.00", total: "20.00", price: 6.666666666666667 }),
      line({ id: 2, quantity: 1, subtotal: "1200", total: "1200", price: 1200 }),
      line({ id: 3, quantity: 0, subtotal: "0.00", total: "0.00", price: 0 }),
    ],
  });
  deepEqual(
    lines.map(({ unitPrice, discount }) => [unitPrice, discount]),
    [
      ["10.00", "10.00"],
      ["1200", "0"],
      [undefined, "0.00"],
    ],
  );
});

test("a fee is a line that is not shipped; one below zero is a discount", async () => {
  const order = await orderOf({
    ...{ discount_total: "1.00", discount_tax: "0.00" },
    fee_lines: [
      { id: 401, name: "Cash on delivery &amp; handling", total: "3.00", total_tax: "0.57", taxes: [] },
      { id: 402, name: "Loyalty", total: "-2.50", total_tax: "0.00" },
    ],
  });
  deepEqual(
    order.lines.map(({ id, title, ships, unitPrice }) => [id, title, ships, unitPrice]),
    [
      ["315", "Tee", true, "10.00"],
      ["401", "Cash on delivery & handling", false, "3.00"],
    ],
  );
  deepEqual(
    linesToShip(order).map(({ id }) => id),
    ["315"],
  );
  deepEqual([order.discount, order.subtotal], ["3.50", "23.00"]);
});

test("refunds: their sum is what was paid back, and a refund of everything ends the order", async () => {
  const over = await orderOf({
    status: "refunded",
    refunds: [
      { id: 1, total: "-10.00" },
      { id: 2, total: "-15.00" },
    ],
  });
  deepEqual([over.refunded, progressOf(over)], ["25.00", "cancelled"]);
});

test("the parcel goes to the shipping address; to the billing address where that is all the shop keeps", async () => {
  const own = await orderOf({});
  deepEqual([own.shippingAddress?.street1, own.shippingAddress?.phone], ["1 Main Street", "+1 502 555 0100"]);
  equal(
    (await orderOf({ shipping: { ...Object(leastOrder()["shipping"]), phone: "+49" } })).shippingAddress?.phone,
    "+49",
  );
  const empty = { first_name: "", last_name: "", address_1: "", city: "", postcode: "", country: "", state: "" };
  const billing = { first_name: "Ada", address_1: "2 Bill Road", city: "Bern", country: "CH", email: "a@b.invalid" };
  for (const shipping of [empty, [], null]) {
    const { shippingAddress, shipping: method } = await orderOf({ shipping, billing });
    deepEqual([shippingAddress?.street1, method?.kind], ["2 Bill Road", undefined]);
  }
});

test("states are codes where they look like codes, and always the province", async () => {
  const stateOf = async (state: string) => {
    const { shippingAddress } = await orderOf({ shipping: { ...Object(leastOrder()["shipping"]), state } });
    return [shippingAddress?.province, shippingAddress?.provinceCode];
  };
  deepEqual(await stateOf("KY"), ["KY", "KY"]);
  deepEqual(await stateOf("JP13"), ["JP13", "JP13"]);
  deepEqual(await stateOf("Bayern"), ["Bayern", undefined]);
  deepEqual(await stateOf(""), [undefined, undefined]);
});

test("what the buyer picks up, or the shop brings itself, is no parcel", async () => {
  const by = (method_id: string) => ({ shipping_lines: [{ method_title: "Store", method_id, total: "0.00" }] });
  for (const method of ["local_pickup", "local_pickup:3", "pickup_location"]) {
    const order = await orderOf(by(method));
    deepEqual([order.shipping?.kind, linesToShip(order)], ["pick-up", []], method);
  }
  equal((await orderOf(by("local_delivery"))).shipping?.kind, "local");
  equal((await orderOf(by("flat_rate"))).shipping?.kind, undefined);
});

test("an order to several addresses, or partly picked up, is held", async () => {
  const several = { hold: { reason: "the order goes to several addresses" }, shippingAddress: null };
  const parts = ["flat_rate", "local_pickup"].map((method_id) => ({ method_title: "S", method_id, total: "0.00" }));
  for (const changes of [{ meta_data: [{ key: "_multiple_shipping", value: "yes" }] }, { shipping_lines: parts }]) {
    const order = await orderOf(changes);
    deepEqual({ ...order, ...several }, order);
  }
  const [first, second] = [parts[0], parts[0]];
  equal((await orderOf({ shipping_lines: [first, second] })).hold, undefined);
});

test("plugins' fields are read by their names: VAT ID, gift message, day of delivery", async () => {
  const { taxIds, giftMessage, gift, shipping, shippingAddress, attributes } = await orderOf({
    meta_data: [
      { key: "_billing_vat_number", value: "DE123" },
      { key: "billing_cpf", value: "123.456.789-09" },
      { key: "_gift_message", value: "Alles Gute" },
      { key: "delivery_date", value: "2026-12-24" },
      { key: "_shipping_delivery_note", value: "Back door" },
      { key: "_state", value: { a: [1] } },
      { key: "empty", value: "" },
      { key: null, value: "x" },
      // An entry that is none takes no other with it.
      "nonsense",
    ],
  });
  deepEqual(taxIds, [
    { type: "vat", value: "DE123" },
    { type: "national", value: "123.456.789-09" },
  ]);
  deepEqual([gift, giftMessage, shipping?.deliverFrom], [true, "Alles Gute", "2026-12-24T00:00:00.000Z"]);
  equal(shippingAddress?.remark, "Back door");
  equal(attributes?.find(({ name }) => name === "_state")?.value, '{"a":[1]}');
});

test("what WooCommerce writes as 0 or null is absent: guest 0, product 0, no SKU", async () => {
  const order = await orderOf({
    customer_id: 0,
    line_items: [line({ product_id: 0, variation_id: 0, sku: null, name: "Caf&#233; &ndash; &copy; &bogus; &#0;" })],
  });
  equal(order.buyer?.id, undefined);
  const [first] = order.lines;
  deepEqual([first?.productId, first?.variantId, first?.sku], [undefined, undefined, ""]);
  equal(first?.title, "Café – © &bogus; &#0;");
});

test("IDs of lines and products keep every digit", async () => {
  const body = JSON.stringify(leastOrder())
    .replace('"id":315', '"id":9007199254740993')
    .replace('"product_id":93', '"product_id":9007199254740995');
  const reading = await read(body);
  ok(reading.kind === "order");
  deepEqual([reading.order.lines[0]?.id, reading.order.lines[0]?.productId], ["9007199254740993", "9007199254740995"]);
});

test("money and quantities that cannot be read are errors that name the field", async () => {
  for (const [changes, field] of [
    [{ total: "much" }, "total"],
    [{ line_items: [line({ total: {} })] }, "line_items.0.total"],
    [{ line_items: [line({ quantity: -1 })] }, "line_items.0.quantity"],
    [{ line_items: [line({ id: null })] }, "line_items.0.id"],
    [{ currency: "Dollar" }, "order.currency"],
    [{ status: "" }, "status"],
  ] as const) {
    await rejects(orderOf(changes), { name: "MalformedEvent", field }, field);
  }
});

test("settings: the shop's address is HTTPS on its own port; zones and statuses are real", () => {
  const reads = (settings: Record<string, unknown>) => Settings.safeParse({ url: URL, ...settings });
  equal(reads({ url: "https://example.com/shop/" }).data?.url, "https://example.com/shop");
  for (const url of [
    "http://shop.example",
    "shop.example",
    "https://shop.example:8443",
    "https://a:b@shop.example",
    "https://shop.example/?p=1",
    undefined,
  ]) {
    equal(reads({ url }).success, false, url);
  }
  equal(reads({ timeZone: "Berlin" }).success, false);
  equal(reads({ statuses: { packed: "shipped" } }).success, false);
  deepEqual(reads({}).data?.cashOnDelivery, ["cod"]);
});
