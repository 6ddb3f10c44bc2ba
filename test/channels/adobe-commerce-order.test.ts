import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import { mapOrder } from "../../functions/channels/adobe-commerce/map-order.ts";
import { RestOrder } from "../../functions/channels/adobe-commerce/payload.ts";
import { Settings } from "../../functions/channels/adobe-commerce/settings.ts";
import { parseJson } from "../../shared/json.ts";
import { linesToShip, type Order, progressOf, quantityToShip } from "../../shared/order.ts";

type Fields = Record<string, unknown>;

const item = (changes: Fields = {}): Fields => ({
  ...{ item_id: 101, product_id: 67, product_type: "simple", sku: "DEMO-TEE", name: "Tee", is_virtual: 0 },
  ...{ qty_ordered: 2, qty_shipped: 0, qty_refunded: 0, qty_canceled: 0 },
  ...{ base_price: 20, base_price_incl_tax: 23.8, base_tax_amount: 7.6, tax_percent: 19, ...changes },
});
const ADDRESS = {
  ...{ firstname: "Ada", lastname: "Byron", street: ["1 Main Street"], city: "Louisville", postcode: "40202" },
  ...{ region: "Kentucky", region_code: "KY", country_id: "US", telephone: "+1 502 555 0100" },
};
const shippedTo = (...addresses: Fields[]) => ({
  shipping_assignments: addresses.map((address) => ({ shipping: { address, method: "flatrate_flatrate" } })),
});

/** The least that Commerce's paid order says, shipped to an address. */
const leastOrder = (changes: Fields = {}): Fields => ({
  ...{ entity_id: 3, increment_id: "000000003", state: "processing", status: "processing", is_virtual: 0 },
  ...{ created_at: "2026-11-20 10:00:00", updated_at: "2026-11-20 10:00:05" },
  ...{ base_currency_code: "USD", order_currency_code: "USD", base_subtotal: 40, base_subtotal_incl_tax: 47.6 },
  ...{ base_discount_amount: 0, base_tax_amount: 7.6, base_grand_total: 52.6, base_total_paid: 52.6 },
  ...{ base_shipping_amount: 5, base_shipping_incl_tax: 5.95 },
  ...{ items: [item()], billing_address: ADDRESS, payment: { method: "braintree" } },
  extension_attributes: shippedTo(ADDRESS),
  ...changes,
});

function orderOf(changes: Fields = {}, settings: Fields = {}): Order {
  const read = Settings.parse({ url: "https://shop.example", ...settings });
  return mapOrder(RestOrder.parse(parseJson(JSON.stringify(leastOrder(changes)))), read);
}
const skus = (order: Order) => linesToShip(order).map(({ sku, ...line }) => [sku, quantityToShip({ ...line, sku })]);

// States.

test("each state of Commerce is a financial state, a cancellation or a reason to wait", () => {
  const unpaid = { base_total_paid: 0, base_total_due: 52.6 };
  const cases: [changes: Fields, financialState: string, more?: Partial<Order>][] = [
    [{ state: "new", status: "pending", ...unpaid }, "pending"],
    [{ state: "pending_payment", ...unpaid }, "pending"],
    [{ state: "processing" }, "paid"],
    [{ state: "processing", ...unpaid, payment: { method: "a", base_amount_authorized: 52.6 } }, "authorized"],
    [{ state: "processing", base_total_paid: 20 }, "partially-paid"],
    [{ state: "processing", base_total_refunded: 10 }, "partially-refunded", { refunded: "10" }],
    [{ state: "processing", base_total_refunded: 52.6 }, "refunded", { refunded: "52.6" }],
    [{ state: "complete" }, "paid", { fulfilmentState: "fulfilled" }],
    [{ state: "closed", base_total_refunded: 52.6 }, "refunded"],
    [{ state: "canceled", ...unpaid }, "voided", { cancelledAt: "2026-11-20T10:00:05.000Z" }],
    [{ state: "canceled" }, "paid", { cancelledAt: "2026-11-20T10:00:05.000Z" }],
    [{ state: "holded" }, "paid", { hold: { reason: "the shop's staff put it on hold (holded)" } }],
    [{ state: "payment_review" }, "paid", { hold: { reason: "its payment is under review (payment_review)" } }],
    [{ state: "inspecting" }, "paid", { hold: { reason: 'its state "inspecting" is none of Commerce\'s own' } }],
    // Store credit or gift cards paid all of it.
    [{ state: "new", base_grand_total: 0, base_total_paid: 0 }, "paid"],
    [{ state: "pending_payment", base_grand_total: 0, base_total_paid: 0 }, "pending"],
  ];
  for (const [changes, financialState, more = {}] of cases) {
    const order = orderOf(changes);
    equal(order.financialState, financialState, JSON.stringify(changes));
    for (const [field, value] of Object.entries(more)) deepEqual(order[field as keyof Order], value, field);
    if (more.hold === undefined) equal(order.hold, undefined, JSON.stringify(changes));
  }
});

test("cash on delivery owes its total until it is paid, by its code, its title or the setting", () => {
  const due = { state: "new", base_total_paid: 0, base_total_due: 52.6 };
  equal(orderOf({ ...due, payment: { method: "cashondelivery" } }).amountDue, "52.6");
  const titled = { payment_additional_info: [{ key: "method_title", value: "Nachnahme" }], ...shippedTo(ADDRESS) };
  equal(orderOf({ ...due, extension_attributes: titled }).amountDue, "52.6");
  equal(orderOf({ ...due, payment: { method: "carrier_cash" } }).amountDue, undefined);
  const listed = { cashOnDelivery: ["carrier_cash"] };
  equal(orderOf({ ...due, payment: { method: "carrier_cash" } }, listed).amountDue, "52.6");
  equal(orderOf({ payment: { method: "cashondelivery" } }).amountDue, undefined);
  equal(orderOf({ ...due, state: "canceled", payment: { method: "cashondelivery" } }).amountDue, undefined);
});

test("payment on account counts as paid once the shop processes the order, if the setting lists the method", () => {
  const changes = { base_total_paid: 0, payment: { method: "purchaseorder" } };
  equal(orderOf(changes).financialState, "pending");
  equal(orderOf(changes, { paidMethods: ["purchaseorder"] }).financialState, "paid");
  equal(orderOf({ ...changes, state: "new" }, { paidMethods: ["purchaseorder"] }).financialState, "pending");
});

test("a status of the shop's own holds the order if the setting lists it; one that is over is not held", () => {
  const holdStatuses = ["fraud_check"];
  equal(orderOf({ status: "fraud_check" }, { holdStatuses }).hold?.reason, 'its status is "fraud_check"');
  equal(orderOf({ status: "fraud_check" }).hold, undefined);
  equal(orderOf({ status: "fraud_check", state: "canceled" }, { holdStatuses }).hold, undefined);
  equal(progressOf(orderOf({ state: "closed" }, { holdStatuses })), "cancelled");
});

test("Commerce's own statuses of suspected fraud and of a PayPal payment taken back hold a processing order", () => {
  for (const status of ["fraud", "paypal_reversed"]) {
    equal(orderOf({ status }).hold?.reason, `its status is "${status}"`);
    equal(orderOf({ status }, { holdStatuses: [] }).hold, undefined);
  }
  equal(orderOf({ status: "paypal_canceled_reversal" }).hold, undefined);
});

// Lines.

const CHOSEN = { item_id: 102, parent_item_id: 101, product_id: 56, base_price: 0, base_tax_amount: 0 };

test("a configurable product and the simple one in it are one line: the outer one's price and counts, the inner one's SKU", () => {
  const outer = item({ product_type: "configurable", name: "Hoodie", sku: "DEMO-HOODIE", qty_shipped: 1 });
  const inner = item({ ...CHOSEN, name: "Hoodie-S-Gray", sku: "DEMO-HOODIE-S" });
  for (const items of [
    [outer, inner],
    [inner, outer],
  ]) {
    const [line, ...others] = orderOf({ items }).lines;
    deepEqual(others, []);
    const {
      id,
      sku,
      quantity,
      quantityToShip: left,
      fulfilled,
      productId,
      variantId,
      title,
      variantTitle,
      unitPrice,
    } = line ?? {};
    deepEqual(
      [id, sku, quantity, left, fulfilled, productId, variantId, title, variantTitle, unitPrice],
      ["101", "DEMO-HOODIE-S", 2, 1, 1, "67", "56", "Hoodie", "S-Gray", "20"],
    );
  }
  const cancelled = orderOf({ items: [item({ product_type: "configurable", qty_canceled: 2 }), item(CHOSEN)] });
  deepEqual(skus(cancelled), []);
  // The outer product was deleted from the order.
  deepEqual(skus(orderOf({ items: [item({ ...CHOSEN, sku: "DEMO-A" })] })), [["DEMO-A", 2]]);
});

const bundle = (changes: Fields = {}) => item({ product_type: "bundle", sku: "DEMO-KIT", name: "Kit", ...changes });
const inBundle = (id: number, sku: string, changes: Fields = {}) =>
  item({ item_id: id, parent_item_id: 101, sku, name: sku, ...changes });

test("a bundle is the products in it, and as many of each are gone as went with the bundle", () => {
  const items = [bundle({ base_price: 50 }), inBundle(104, "DEMO-CAP"), inBundle(105, "DEMO-TEE", { qty_ordered: 6 })];
  deepEqual(skus(orderOf({ items })), [
    ["DEMO-CAP", 2],
    ["DEMO-TEE", 6],
  ]);
  const together = [bundle({ qty_shipped: 1 }), ...items.slice(1)];
  deepEqual(skus(orderOf({ items: together })), [
    ["DEMO-CAP", 1],
    ["DEMO-TEE", 3],
  ]);
  const apart = [items[0], inBundle(104, "DEMO-CAP", { qty_shipped: 2 }), items[2]];
  deepEqual(skus(orderOf({ items: apart })), [["DEMO-TEE", 6]]);
});

test("a bundle's own price is on a line that is not shipped; the price of its products is on theirs", () => {
  const free = { base_price: 0, base_tax_amount: 0 };
  const fixed = orderOf({ items: [bundle({ base_price: 50 }), inBundle(104, "DEMO-CAP", free)] });
  deepEqual(
    fixed.lines.map(({ sku, unitPrice, ships }) => [sku, unitPrice, ships]),
    [
      ["DEMO-CAP", "0", true],
      ["DEMO-KIT", "50", false],
    ],
  );
  const dynamic = orderOf({ items: [bundle({ base_price: 50 }), inBundle(104, "DEMO-CAP", { base_price: 50 })] });
  deepEqual(
    dynamic.lines.map(({ sku, unitPrice }) => [sku, unitPrice]),
    [["DEMO-CAP", "50"]],
  );
});

test("a bundle is sent whole, under its own SKU, if the setting says so", () => {
  const items = [bundle({ base_price: 50 }), inBundle(104, "DEMO-CAP"), inBundle(105, "DEMO-TEE")];
  deepEqual(skus(orderOf({ items }, { bundles: "whole" })), [["DEMO-KIT", 2]]);
});

test("virtual and downloadable products are not shipped, also as the variant of one that is; alone they are digital", () => {
  const mixed = orderOf({
    items: [item(), item({ item_id: 110, product_type: "downloadable", is_virtual: "1", sku: "PDF" })],
  });
  deepEqual(skus(mixed), [["DEMO-TEE", 2]]);
  equal(mixed.shipping?.kind, "ship");
  const chosen = [item({ product_type: "configurable" }), item({ ...CHOSEN, is_virtual: true })];
  deepEqual(skus(orderOf({ items: chosen })), []);
  const digital = orderOf({
    is_virtual: 1,
    items: [item({ product_type: "virtual", is_virtual: 1 })],
    extension_attributes: { shipping_assignments: [{ shipping: { total: {} }, items: [] }] },
  });
  deepEqual([digital.shipping?.kind, digital.shippingAddress, digital.hold], ["digital", null, undefined]);
});

test("refunded pieces are those not shipped yet, or returned ones, by the setting; a cancelled piece is neither", () => {
  const one = (changes: Fields, settings: Fields = {}) =>
    orderOf({ items: [item({ qty_ordered: 4, ...changes })] }, settings).lines[0];
  equal(one({ qty_shipped: 1, qty_refunded: 1 })?.quantityToShip, 2);
  equal(one({ qty_shipped: 1, qty_refunded: 1 }, { refundedPieces: "returned" })?.quantityToShip, 3);
  equal(one({ qty_canceled: 1, qty_refunded: 1 }, { refundedPieces: "returned" })?.quantityToShip, 2);
  equal(one({ qty_shipped: 4, qty_refunded: 4 })?.quantityToShip, 0);
  equal(orderOf({ items: [item({ qty_shipped: 1 })] }).fulfilmentState, "partial");
  equal(orderOf({ items: [item({ qty_shipped: 2 })] }).fulfilmentState, "fulfilled");
});

test("half a piece, an ID or an amount that is none makes the order unreadable, and names the field", () => {
  const wrong = (changes: Fields) =>
    RestOrder.safeParse(parseJson(JSON.stringify(leastOrder(changes)))).error?.issues[0]?.path.join(".");
  equal(wrong({ items: [item({ qty_ordered: 1.5 })] }), "items.0.qty_ordered");
  equal(wrong({ items: [item({ qty_shipped: -1 })] }), "items.0.qty_shipped");
  equal(wrong({ items: [item({ item_id: null })] }), "items.0.item_id");
  equal(wrong({ base_grand_total: "much" }), "base_grand_total");
  equal(wrong({ items: undefined }), "items");
  equal(RestOrder.parse(leastOrder({ items: [item({ qty_ordered: "2.0000" })] })).items[0]?.qty_ordered, 2);
  throws(() => orderOf({ updated_at: "2026-02-30 10:00:00" }), { name: "MalformedEvent", field: "updated_at" });
  throws(() => orderOf({ created_at: "yesterday" }), { name: "MalformedEvent", field: "created_at" });
});

// Amounts.

test("amounts are in the shop's currency; the buyer's is named beside it", () => {
  const order = orderOf({ order_currency_code: "EUR", grand_total: 48, subtotal: 36, tax_amount: 7 });
  deepEqual(
    [order.currency, order.buyerCurrency, order.total, order.subtotal, order.tax, order.shipping?.price],
    ["USD", "EUR", "52.6", "40", "7.6", "5"],
  );
});

test("prices are without tax, or with it if the setting says that the shop writes them so", () => {
  const prices = (settings: Fields) => {
    const { lines, subtotal, shipping, pricesIncludeTax } = orderOf({}, settings);
    return [lines[0]?.unitPrice, subtotal, shipping?.price, pricesIncludeTax];
  };
  deepEqual(prices({}), ["20", "40", "5", false]);
  deepEqual(prices({ pricesIncludeTax: true }), ["23.8", "47.6", "5.95", true]);
  deepEqual(orderOf().lines[0]?.taxes, [{ title: undefined, rate: "0.19", amount: "7.6" }]);
});

test("digits that PHP invented are rounded to the four of Commerce's database", () => {
  const body = JSON.stringify(leastOrder()).replace('"base_price":20', '"base_price":29.870000000000001');
  const order = mapOrder(RestOrder.parse(parseJson(body)), Settings.parse({ url: "https://shop.example" }));
  equal(order.lines[0]?.unitPrice, "29.87");
});

test("discounts: of each line, of the shipping, and of the order, which Commerce writes below zero", () => {
  const order = orderOf({
    ...{ base_discount_amount: -6, base_shipping_discount_amount: 2, coupon_code: "AUTUMN,VIP" },
    items: [item({ base_discount_amount: 4, base_original_price: 25 })],
  });
  deepEqual(
    [order.discount, order.shipping?.discount, order.lines[0]?.discount, order.subtotal, order.discountCodes],
    ["6", "2", "4", "36", ["AUTUMN", "VIP"]],
  );
  equal(order.lines[0]?.compareAtPrice, "25");
});

// Address and shipping.

test("an order to several addresses is held; one to an address that is given twice is not", () => {
  const elsewhere = { ...ADDRESS, street: ["2 Main Street"] };
  const several = orderOf({ extension_attributes: shippedTo(ADDRESS, elsewhere) });
  deepEqual([several.shippingAddress, several.hold], [null, { reason: "the order goes to several addresses" }]);
  const twice = orderOf({ extension_attributes: shippedTo(ADDRESS, { ...ADDRESS }) });
  deepEqual([twice.shippingAddress?.street1, twice.hold], ["1 Main Street", undefined]);
});

test("an address has up to four lines of street, middle names, and a region with a code or without", () => {
  const address = { ...ADDRESS, middlename: "M.", suffix: "Jr.", street: ["1 Main Street", "", "Floor 2", "Door 3"] };
  const { shippingAddress } = orderOf({ extension_attributes: shippedTo(address) });
  deepEqual(
    [shippingAddress?.name, shippingAddress?.street1, shippingAddress?.street2, shippingAddress?.provinceCode],
    ["Ada M. Byron Jr.", "1 Main Street", "Floor 2, Door 3", "KY"],
  );
  const hail = { ...ADDRESS, region: "Hail", region_code: "Hail", country_id: "SA", street: "King Road\nGate 4" };
  const arabian = orderOf({ extension_attributes: shippedTo(hail) }).shippingAddress;
  deepEqual([arabian?.province, arabian?.provinceCode, arabian?.street2], ["Hail", undefined, "Gate 4"]);
});

test("in-store delivery and methods that say so by their words are picked up; an empty list of PHP is no object", () => {
  const instore = { shipping_assignments: [{ shipping: { address: ADDRESS, method: "instore_pickup" } }] };
  equal(orderOf({ extension_attributes: instore }).shipping?.kind, "pick-up");
  equal(
    orderOf({ extension_attributes: { ...shippedTo(ADDRESS), pickup_location_code: "main" } }).shipping?.kind,
    "pick-up",
  );
  equal(orderOf({ shipping_description: "Abholung im Laden" }).shipping?.kind, "pick-up");
  equal(orderOf({ shipping_description: "Local delivery" }).shipping?.kind, "local");
  const bare = orderOf({ extension_attributes: [], items: [item({ product_option: [], extension_attributes: [] })] });
  deepEqual([bare.shippingAddress, bare.attributes, bare.shipping?.kind], [null, [], "ship"]);
});

test("what the buyer wrote: names of options by the setting, gift messages, notes, fields of extensions", () => {
  const custom_options = [
    { option_id: "12", option_value: "To Grace" },
    { option_id: "13", option_value: "7" },
  ];
  const order = orderOf(
    {
      customer_note: "Ring twice",
      items: [
        item({ product_option: { extension_attributes: { custom_options } }, extension_attributes: { gw_id: 4 } }),
      ],
      extension_attributes: {
        ...shippedTo(ADDRESS),
        delivery_date: "2026-12-24",
        is_vip: true,
        points: 7,
        eori_number: "DE1",
      },
    },
    { optionNames: { "12": "Engraving" } },
  );
  deepEqual(order.lines[0]?.properties, [
    { name: "Engraving", value: "To Grace" },
    { name: "option 13", value: "7" },
  ]);
  deepEqual([order.note, order.gift, order.giftMessage], ["Ring twice", true, undefined]);
  equal(order.shipping?.deliverFrom, "2026-12-24T00:00:00.000Z");
  deepEqual(order.taxIds, [{ type: "eori", value: "DE1" }]);
  ok(order.attributes?.some(({ name, value }) => name === "points" && value === "7"));
});

test("a masked buyer is mapped as the shop shows it, and a guest is known by the billing address", () => {
  const masked = orderOf({ extension_attributes: shippedTo({ ...ADDRESS, lastname: "****" }) });
  equal(masked.shippingAddress?.name, "Ada ****");
  const guest = orderOf({
    customer_firstname: null,
    billing_address: { ...ADDRESS, email: "ada@example.invalid", vat_id: "DE9" },
  });
  deepEqual(
    [guest.buyer?.name, guest.buyer?.email, guest.taxIds],
    ["Ada Byron", "ada@example.invalid", [{ type: "vat", value: "DE9" }]],
  );
});
