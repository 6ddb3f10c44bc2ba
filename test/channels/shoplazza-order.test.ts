import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { test } from "node:test";
import { Settings } from "../../functions/channels/shoplazza/settings.ts";
import { isCashOnDelivery, linesToShip, progressOf, quantityToShip } from "../../shared/order.ts";
import { line, orderIn, read } from "./shoplazza-events.ts";

/** `docs/channels/shoplazza.md` has the same table. */
const FINANCIAL: [word: string, state: string, progress: string, held: boolean][] = [
  ["waiting", "pending", "placed", false],
  ["paying", "pending", "placed", false],
  ["failed", "pending", "placed", false],
  ["authorized", "authorized", "placed", false],
  ["partially_paid", "partially-paid", "placed", false],
  ["paid", "paid", "paid", false],
  ["refunding", "paid", "paid", true],
  ["refund_failed", "paid", "paid", true],
  ["partially_refunded", "partially-refunded", "paid", false],
  ["refunded", "refunded", "cancelled", false],
  ["cancelled", "voided", "cancelled", false],
];
for (const [word, state, progress, held] of FINANCIAL) {
  test(`financial_status ${word} is ${state}${held ? ", and held" : ""}`, async () => {
    const order = await orderIn({ financial_status: word });
    deepEqual([order.financialState, progressOf(order), order.hold !== undefined], [state, progress, held]);
  });
}

test("a state that Shoplazza does not document holds the order, whichever field has it", async () => {
  for (const [field, word] of [
    ["financial_status", "settled"],
    ["fulfillment_status", "packing"],
    ["status", "paused"],
  ] as const) {
    const { hold } = await orderIn({ [field]: word });
    match(hold?.reason ?? "", new RegExp(`${field} "${word}"`));
  }
  const { hold, financialState } = await orderIn({ financial_status: "Ada Byron, 1 Main Street" });
  deepEqual([financialState, hold?.reason], ["pending", "it has no financial_status"]);
  equal((await orderIn({ status: undefined })).hold, undefined);
});

for (const [word, state] of Object.entries({
  initialled: "unfulfilled",
  waiting: "unfulfilled",
  partially_shipped: "partial",
  partially_finished: "partial",
  partially_returned: "partial",
  shipped: "fulfilled",
  finished: "fulfilled",
  returning: "fulfilled",
  returned: "fulfilled",
})) {
  test(`fulfillment_status ${word} is ${state}`, async () => {
    const order = await orderIn({ fulfillment_status: word });
    deepEqual([order.fulfilmentState, order.hold], [state, undefined]);
    equal(linesToShip(order).length, state === "fulfilled" ? 0 : 1);
  });
}

test("a fulfilment that the shop cancelled holds the order", async () => {
  match((await orderIn({ fulfillment_status: "cancelled" })).hold?.reason ?? "", /cancelled its fulfilment/);
});

test("trap: both spellings of the cancellation's time, and a cancelled order with neither", async () => {
  const at = "2026-10-01T11:00:00Z";
  for (const field of ["canceled_at", "cancelled_at", "deleted_at"]) {
    equal((await orderIn({ [field]: at })).cancelledAt, "2026-10-01T11:00:00.000Z", field);
  }
  equal((await orderIn({ status: "cancelled", canceled_at: null })).cancelledAt, "2026-10-01T10:00:05.000Z");
  for (const none of ["", null, "0001-01-01T00:00:00Z", undefined]) {
    equal((await orderIn({ canceled_at: none, cancelled_at: none, deleted_at: none })).cancelledAt, undefined);
  }
  equal((await orderIn({ deleted_at: at }, { deletedAt: "ignored" })).cancelledAt, undefined);
  equal((await orderIn({ customer_deleted_at: at })).cancelledAt, undefined);
  await rejects(orderIn({ canceled_at: "yesterday" }), { field: "canceled_at" });
});

test("trap: the refund is the sum of all refunds, which is not added up again", async () => {
  const amounts = ["10.00", "25.00"];
  for (const total_refund_price of amounts) {
    equal((await orderIn({ financial_status: "partially_refunded", total_refund_price })).refunded, total_refund_price);
  }
});

test("trap: the number keeps its leading zeros", async () => {
  equal((await orderIn({ number: "00000001" })).number, "00000001");
});

test("trap: 2022-01 writes amounts as numbers, which lose no digit", async () => {
  const reading = await read(
    '{"id":"1-1","number":"1","status":"placed","financial_status":"paid","currency":"USD","created_at":"2026-10-01T10:00:00-04:00","updated_at":"2026-10-01T10:00:00-04:00","total_price":12345678901234567.10,"sub_total":10.50,"total_discount":0.50,"line_items":[{"id":"l","quantity":1,"price":0.1}],"shipping_address":null}',
  );
  if (reading.kind !== "order") throw new Error(reading.kind);
  const { total, subtotal, lines, placedAt } = reading.order;
  deepEqual([total, subtotal, lines[0]?.unitPrice], ["12345678901234567.10", "10.00", "0.1"]);
  equal(placedAt, "2026-10-01T14:00:00.000Z");
});

test("refunded and shipped pieces are not sent, in the words of both versions", async () => {
  const shipped = (part: Record<string, unknown>, status = "success") => ({
    fulfillments: [
      {
        status,
        line_items: [
          { id: "l-1", ...part },
          { id: "other", ship_quantity: 9 },
        ],
      },
    ],
  });
  const cases: [changes: Record<string, unknown>, toShip: number, fulfilled: number | undefined][] = [
    [{}, 5, undefined],
    [{ line_items: [line({ quantity: 5, refund_quantity: 2 })] }, 3, undefined],
    [{ line_items: [line({ quantity: 5, refund_quantity_total: 4 })] }, 1, undefined],
    [{ line_items: [line({ quantity: 5, refund_quantity_total: 9 })] }, 0, undefined],
    [shipped({ ship_quantity: 2 }), 3, 2],
    [shipped({ shipping_quantity: 1, quantity: 5 }), 4, 1],
    // As a fulfilment is made: 0, and no number, are the whole line.
    [shipped({ ship_quantity: 0 }), 0, 5],
    [shipped({}), 0, 5],
    [shipped({ ship_quantity: 2 }, "cancelled"), 5, undefined],
    [{ line_items: [line({ quantity: 5, fulfillment_status: "shipped" })] }, 0, undefined],
  ];
  for (const [changes, toShip, fulfilled] of cases) {
    const order = await orderIn({ line_items: [line({ quantity: 5 })], ...changes });
    const [first] = order.lines;
    if (!first) throw new Error("no line");
    deepEqual([quantityToShip(first), first.fulfilled], [toShip, fulfilled], JSON.stringify(changes));
  }
});

test("cash on delivery is owed once the buyer has confirmed the order", async () => {
  const cash = { payment_method: "cod", financial_status: "waiting", total_paid: "0.00" };
  const placed = await orderIn(cash);
  deepEqual([placed.amountDue, isCashOnDelivery(placed), placed.paidAt], ["25.00", true, undefined]);
  equal((await orderIn({ ...cash, status: "opened" })).amountDue, undefined);
  equal((await orderIn({ ...cash, financial_status: "paid" })).amountDue, undefined);
  equal((await orderIn({ ...cash, financial_status: "partially_paid", total_paid: "5.00" })).amountDue, "20.00");
  equal((await orderIn({ ...cash, financial_status: "partially_paid" })).amountDue, undefined);
  const named = { ...cash, payment_method: "custom", payment_line: { payment_channel: "Versement" } };
  equal((await orderIn(named)).amountDue, undefined);
  equal((await orderIn(named, { cashOnDelivery: ["versement"] })).amountDue, "25.00");
});

test("a test payment makes a test order", async () => {
  equal((await orderIn({ payment_line: { payment_channel: "bogus" } })).test, true);
  equal((await orderIn({ payment_line: { payment_channel: "paypal" } })).test, false);
  equal((await orderIn({ payment_line: { payment_channel: "bogus" } }, { testPayments: [] })).test, false);
});

test("pick-up and local delivery are known by their words, digital goods by their lines", async () => {
  const kindOf = async (changes: Record<string, unknown>) => (await orderIn(changes)).shipping?.kind;
  equal(await kindOf({ shipping_line: { name: "Store pickup" } }), "pick-up");
  equal(await kindOf({ shipping_line: { shipping_name: "Local delivery" } }), "local");
  equal(await kindOf({ shipping_line: { name: "Standard" } }), undefined);
  const digital = await orderIn({ line_items: [line({ requires_shipping: false })], shipping_address: null });
  deepEqual([digital.shipping?.kind, linesToShip(digital)], ["digital", []]);
  const both = await orderIn({ line_items: [line({ requires_shipping: false }), line({ id: "l-2" })] });
  deepEqual(
    linesToShip(both).map(({ id }) => id),
    ["l-2"],
  );
});

test("discounts: of the order once, of a line by its total; a sum that cannot be is left out", async () => {
  const order = await orderIn({
    ...{ sub_total: "20.00", total_discount: "3.50", discount_code: "AUTUMN" },
    line_items: [line({ total: "18.50" }), line({ id: "l-2", total: "20.00" }), line({ id: "l-3", total: "" })],
  });
  deepEqual([order.subtotal, order.discount, order.discountCodes], ["16.50", "3.50", ["AUTUMN"]]);
  deepEqual(
    order.lines.map(({ discount }) => discount),
    ["1.50", undefined, undefined],
  );
  equal((await orderIn({ sub_total: "15.00", total_discount: "100.00" })).subtotal, undefined);
  equal((await orderIn({ discount_code: "" })).discountCodes?.length, 0);
});

test("prices with tax are said to be so in either place", async () => {
  equal((await orderIn({ product_tax_included: true })).pricesIncludeTax, true);
  equal((await orderIn({ config: { product_tax_included: true } })).pricesIncludeTax, true);
  equal((await orderIn()).pricesIncludeTax, undefined);
});

test("a province's code loses its country, and only that", async () => {
  const codeOf = async (province_code: string, country_code = "US") =>
    (await orderIn({ shipping_address: { name: "A B", country_code, province_code } })).shippingAddress?.provinceCode;
  equal(await codeOf("US-KY"), "KY");
  equal(await codeOf("KY"), "KY");
  equal(await codeOf("GD", "CN"), "GD");
  equal(await codeOf("CN-GD", "US"), "CN-GD");
});

test("Brazil's tax number comes from the address, others from what an app added to a line", async () => {
  const shipping_address = { name: "A B", country_code: "BR", extra_info: { cpf: "11144477735" } };
  deepEqual((await orderIn({ shipping_address })).taxIds, [{ type: "national", value: "11144477735" }]);
  const custom_properties = { "VAT ID": "DE123" };
  deepEqual((await orderIn({ line_items: [line({ custom_properties })] })).taxIds, [{ type: "vat", value: "DE123" }]);
});

test("the buyer's own note goes before the shop's, and tags may be a list", async () => {
  const order = await orderIn({ customer_note: "ring", note: "checked by Ann", tags: ["vip", "a, b"] });
  deepEqual([order.note, order.tags], ["ring", ["vip", "a", "b"]]);
  equal((await orderIn({ customer_note: "", note: "checked by Ann" })).note, "checked by Ann");
});

test("an order without lines yet, or with null for them, keeps none", async () => {
  deepEqual((await orderIn({ line_items: null })).lines, []);
});

test("settings name a host, and a version whose lists have a cursor", () => {
  const ok = (settings: object) => Settings.safeParse(settings).success;
  equal(ok({ domain: "Demo.myshoplaza.com" }), true);
  for (const domain of ["https://demo.myshoplaza.com", "demo", "demo.myshoplaza.com/x", "a@b.com", "demo.x:8080", ""]) {
    equal(ok({ domain }), false, domain);
  }
  equal(ok({ domain: "demo.myshoplaza.com", version: "2026-07" }), true);
  for (const version of ["2022-01", "latest", "2026-1"]) equal(ok({ domain: "demo.myshoplaza.com", version }), false);
  equal(ok({ domain: "demo.myshoplaza.com", tokens: "x" }), false);
});
