import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { test } from "node:test";
import { linesToShip } from "../../shared/order.ts";
import { leastOrder, line, money, orderIn } from "./wix-events.ts";

test("each payment status is translated; one that is not known waits", async () => {
  for (const [paymentStatus, expected] of [
    ["PAID", "paid"],
    ["NOT_PAID", "pending"],
    ["PENDING", "pending"],
    ["PARTIALLY_PAID", "partially-paid"],
    ["AUTHORIZED", "authorized"],
    ["PARTIALLY_REFUNDED", "partially-refunded"],
    ["FULLY_REFUNDED", "refunded"],
    ["DECLINED", "pending"],
    ["UNSPECIFIED", "pending"],
    [undefined, "pending"],
  ]) {
    equal((await orderIn({ paymentStatus })).financialState, expected, paymentStatus);
  }
});

test("an approved order of nothing is paid; one whose total is unknown, or whose checkout is open, is not", async () => {
  const free = { paymentStatus: "NOT_PAID", priceSummary: { total: money("0.00") } };
  equal((await orderIn(free)).financialState, "paid");
  equal((await orderIn({ ...free, status: "INITIALIZED" })).financialState, "pending");
  equal((await orderIn({ ...free, priceSummary: {} })).financialState, "pending");
});

test("an open checkout and an order that the shop has not approved are held; cancelled and rejected are cancelled", async () => {
  equal((await orderIn({ status: "APPROVED" })).hold, undefined);
  for (const [status, reason] of [
    ["INITIALIZED", /checkout is not finished/],
    ["PENDING", /not approved/],
    ["SOMETHING", /its status is SOMETHING/],
    [undefined, /no status/],
  ] as const) {
    const order = await orderIn({ status });
    match(order.hold?.reason ?? "", reason);
    equal(order.cancelledAt, undefined);
  }
  for (const status of ["CANCELED", "REJECTED"]) {
    const { cancelledAt, hold } = await orderIn({ status });
    deepEqual([cancelledAt, hold], ["2026-10-01T10:00:05.000Z", undefined]);
  }
  const activities = [
    { type: "ORDER_PAID", createdDate: "2026-10-01T10:00:01.000Z" },
    { type: "ORDER_CANCELED", createdDate: "2026-10-01T10:00:03.000Z" },
    { type: "CUSTOM_ACTIVITY" },
  ];
  const { cancelledAt, paidAt } = await orderIn({ status: "CANCELED", activities });
  deepEqual([paidAt, cancelledAt], ["2026-10-01T10:00:01.000Z", "2026-10-01T10:00:03.000Z"]);
});

test("an offline payment waits, or is cash on delivery by the setting", async () => {
  const unpaid = { paymentStatus: "NOT_PAID", balanceSummary: { balance: money("12.50") } };
  const cod = { offlinePayment: "cash-on-delivery" };
  equal((await orderIn(unpaid)).amountDue, undefined);
  equal((await orderIn(unpaid, cod)).amountDue, "12.50");
  equal((await orderIn({ ...unpaid, balanceSummary: null }, cod)).amountDue, "20.00");
  // An online payment that is under way is none.
  equal((await orderIn({ ...unpaid, status: "INITIALIZED" }, cod)).amountDue, undefined);
  equal((await orderIn({ paymentStatus: "PENDING" }, cod)).amountDue, undefined);
  equal((await orderIn({}, cod)).amountDue, undefined);
});

test("refunded pieces are not sent; a fulfilled order has nothing left", async () => {
  const refunded = await orderIn({
    paymentStatus: "PARTIALLY_REFUNDED",
    lineItems: [line({ refundQuantity: 1 })],
    balanceSummary: { refunded: money("10.00") },
  });
  deepEqual([refunded.lines[0]?.quantityToShip, refunded.refunded], [1, "10.00"]);
  equal((await orderIn({ lineItems: [line({ refundQuantity: 5 })] })).lines[0]?.quantityToShip, 0);
  const done = await orderIn({ fulfillmentStatus: "FULFILLED" });
  deepEqual([done.fulfilmentState, done.lines[0]?.fulfilled, linesToShip(done)], ["fulfilled", 2, []]);
});

test("lines that another service ships are its own; downloads, services and gift cards do not ship", async () => {
  equal((await orderIn({ lineItems: [line({ fulfillerId: "85e29287" })] })).lines[0]?.fulfilledBy, "85e29287");
  for (const [changes, ships] of [
    [{}, true],
    [{ physicalProperties: null, itemType: null }, true],
    [{ physicalProperties: { sku: "a", shippable: false } }, false],
    [{ itemType: { preset: "DIGITAL" } }, false],
    [{ itemType: { preset: "GIFT_CARD" } }, false],
    [{ itemType: { custom: "Service" } }, false],
    [{ itemType: { custom: "Deposit" } }, true],
  ] as const) {
    equal(
      (await orderIn({ lineItems: [line(changes)] }, { catalog: "off" })).lines[0]?.ships,
      ships,
      JSON.stringify(changes),
    );
  }
  equal((await orderIn({ lineItems: [line({ itemType: { preset: "DIGITAL" } })] })).shipping?.kind, "digital");
  const deposit = { lineItems: [line({ itemType: { custom: "Deposit" } })] };
  equal((await orderIn(deposit, { notShippedTypes: ["deposit"] })).lines[0]?.ships, false);
});

const shippingInfo = (logistics: object, title = "Standard") => ({ shippingInfo: { title, logistics } });

test("pick-up in the store is no parcel; a pick-up point is one, to the point's address", async () => {
  const address = { country: "DE", city: "Hamburg", postalCode: "20457", addressLine1: "Am Sandtorkai 30" };
  const billingInfo = { contactDetails: { firstName: "Ada", lastName: "Byron" } };
  const picked = await orderIn({
    billingInfo,
    ...shippingInfo({ pickupDetails: { address, pickupMethod: "STORE_PICKUP" } }),
  });
  deepEqual([picked.shipping?.kind, picked.shippingAddress], ["pick-up", null]);
  equal((await orderIn(shippingInfo({ pickupDetails: {} }))).shipping?.kind, "pick-up");
  const point = await orderIn({
    billingInfo,
    ...shippingInfo({ pickupDetails: { address, pickupMethod: "PICKUP_POINT" } }),
  });
  deepEqual(
    [point.shipping?.kind, point.shippingAddress?.street1, point.shippingAddress?.name],
    ["ship", "Am Sandtorkai 30", "Ada Byron"],
  );
  equal((await orderIn({ shippingInfo: null, channelInfo: { type: "POS" } })).shipping?.kind, "pick-up");
  equal((await orderIn({ shippingInfo: null })).shipping?.kind, "ship");
  equal((await orderIn(shippingInfo({}, "Local Delivery"))).shipping?.kind, "local");
});

test("street and province, however they are written", async () => {
  const of = async (address: object) =>
    (await orderIn(shippingInfo({ shippingDestination: { address } }))).shippingAddress;
  equal((await of({ country: "US", streetAddress: { number: "12", name: "Elm St", apt: "4" } }))?.street1, "12 Elm St");
  equal((await of({ country: "US", streetAddress: { number: "12", name: "Elm St", apt: "4" } }))?.street2, "4");
  equal((await of({ country: "US", subdivision: "US-NY" }))?.provinceCode, "NY");
  equal((await of({ country: "US", subdivision: "NY" }))?.provinceCode, "NY");
  equal((await of({ country: "US", subdivisionFullname: "New York" }))?.provinceCode, "NY");
  equal((await of({ country: "FR", subdivision: "Bretagne" }))?.provinceCode, undefined);
  // A field of another type does not lose the order.
  equal((await of({ country: "US", location: "here", city: 7 }))?.city, "7");
});

test("an anonymised or masked order is mapped as it is shown: what it lacks is for route-order to judge", async () => {
  const bare = await orderIn({ buyerInfo: null, billingInfo: null, shippingInfo: null, recipientInfo: null });
  deepEqual([bare.shippingAddress, bare.billingAddress, bare.buyer?.name], [null, undefined, undefined]);
  const masked = await orderIn(
    shippingInfo({
      shippingDestination: {
        address: { country: "US", addressLine: "****" },
        contactDetails: { firstName: "", lastName: null },
      },
    }),
  );
  deepEqual([masked.shippingAddress?.street1, masked.shippingAddress?.name], ["****", undefined]);
});

test("choices are the variant; what the buyer wrote is a property alone", async () => {
  const text = (name: string, plainText: object) => ({
    name: { original: name },
    lineType: "PLAIN_TEXT",
    ...plainText,
  });
  const { lines } = await orderIn({
    lineItems: [
      line({
        catalogReference: { catalogItemId: "p", options: { customTextFields: { Engraving: "Ada" } } },
        descriptionLines: [
          text("Size", { plainText: { original: "M", translated: "M" } }),
          text("Colour", { colorInfo: { original: "Blue" } }),
          text("Old", { color: "red" }),
          text("Engraving", { plainTextValue: { original: "Ada" } }),
          { plainText: { original: "nameless" } },
        ],
      }),
    ],
  });
  equal(lines[0]?.variantTitle, "M / Blue / red");
  deepEqual(
    lines[0]?.properties?.map(({ name, value }) => `${name}: ${value}`),
    ["Size: M", "Colour: Blue", "Old: red", "Engraving: Ada"],
  );
});

test("amounts: unit price before discounts, the total by either name, a subtotal after discounts and never below nothing", async () => {
  const { lines } = await orderIn({
    lineItems: [line({ price: money("8.00"), priceBeforeDiscounts: money("10.00"), totalDiscount: money("4.00") })],
  });
  deepEqual([lines[0]?.unitPrice, lines[0]?.discount], ["10.00", "4.00"]);
  equal((await orderIn({ priceSummary: { total: money("7"), totalPrice: money("9") } })).total, "7");
  const summary = (discount: string) => ({ priceSummary: { subtotal: money("20"), discount: money(discount) } });
  equal((await orderIn(summary("5.00"))).subtotal, "15.00");
  equal((await orderIn(summary("25"))).subtotal, "0");
  const taxed = line({ taxDetails: { taxRate: "0", totalTax: money("2.66") } });
  deepEqual((await orderIn({ lineItems: [taxed] })).lines[0]?.taxes, [{ amount: "2.66" }]);
});

test("tax numbers of the buyer, and fields of the checkout", async () => {
  const person = (vatId: object) => ({ billingInfo: { contactDetails: { vatId } } });
  deepEqual((await orderIn(person({ id: "DE1", type: "UNSPECIFIED" }))).taxIds, [{ type: "vat", value: "DE1" }]);
  deepEqual((await orderIn(person({ id: "123", type: "CPF" }))).taxIds, [{ type: "national", value: "123" }]);
  const customFields = [
    { title: "VAT ID", value: "DE2" },
    { title: "EORI", value: "E1" },
    { title: "Gift", value: true },
    { title: "Options", value: ["a", "b"] },
    { title: "Empty", value: "" },
    { value: "nameless" },
  ];
  const order = await orderIn({ customFields, ...person({ id: "DE1" }) });
  deepEqual(order.taxIds, [
    { type: "vat", value: "DE1" },
    { type: "eori", value: "E1" },
  ]);
  deepEqual([order.gift, order.attributes?.at(-1)], [true, { name: "Options", value: '["a","b"]' }]);
});

test("an order of another marketplace bears its name as a tag", async () => {
  deepEqual((await orderIn({ channelInfo: { type: "EBAY", externalOrderId: "12-345" } })).tags, ["EBAY"]);
  deepEqual((await orderIn({ channelInfo: { type: "WEB" } })).tags, []);
});

test("an order without currency, ID or lines' quantity is malformed, and the field is named", async () => {
  for (const changes of [{ currency: null }, { currency: "dollars" }, { lineItems: [{ ...line(), id: null }] }]) {
    await rejects(orderIn(changes), { name: "MalformedEvent" });
  }
  deepEqual((await orderIn({ lineItems: null })).lines, []);
  equal((await orderIn({ ...leastOrder() })).number, "10042");
});
