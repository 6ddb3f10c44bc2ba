import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { after, before, test } from "node:test";
import * as z from "zod/mini";
import { etsy } from "../../functions/channels/etsy/index.ts";
import { mapOrder } from "../../functions/channels/etsy/map-order.ts";
import { Receipt } from "../../functions/channels/etsy/payload.ts";
import { Settings } from "../../functions/channels/etsy/settings.ts";
import { completedOrder } from "../../functions/route-order/completed-order.ts";
import type { Deps } from "../../functions/route-order/route-order.ts";
import { bodyOf } from "../../local/simulators/channels/etsy/events.ts";
import { parseJson } from "../../shared/json.ts";
import { pack } from "../../shared/messages/event.ts";
import { linesToShip, type Order } from "../../shared/order.ts";
import { decide } from "../../shared/routing/decide.ts";
import { connection, fixture } from "../support/deliveries.ts";
import { openShop, SHOP } from "../support/etsy-shop.ts";
import { startLedger, type TestLedger } from "../support/ledger-table.ts";
import { MINUTE, newEvent, ONE, RouteOrderContext, TWO } from "../support/route-order-context.ts";

const sample = JSON.parse(fixture("etsy/fixtures/receipt.json").toString());
const [line] = sample.transactions;
const goods = { ...line, shipped_timestamp: null };
const euros = (amount: number) => ({ amount, divisor: 100, currency_code: "EUR" });
const refund = (amount: number, changes: object = {}) => ({
  ...{
    amount: euros(amount),
    created_timestamp: 1793880000,
    reason: "Other",
    note_from_issuer: null,
    status: "success",
  },
  ...changes,
});

/** The sample with other fields, as the API would answer it. */
function order(changes: object = {}, settings: object = {}): Order {
  const receipt = z.parse(Receipt, parseJson(JSON.stringify({ ...sample, ...changes })));
  return mapOrder({ receipt }, SHOP, z.parse(Settings, settings));
}

const routes = [{ from: ["etsy/demo"], to: ["s2/demo"], when: "paid" as const, test: false }];
/** What the routes decide. */
function decided(changes: object, settings: object = {}) {
  const { state, reason } = decide({ routes: routes as never }, connection("etsy"), order(changes, settings), 0);
  return reason === undefined ? state : `${state}: ${reason}`;
}

test("each status, in Etsy's capitals and its document's small letters, has our state", () => {
  const HALF = "held: part of it is refunded, and Etsy does not say for which lines";
  for (const [status, changes, expected] of [
    ["Paid", {}, "recorded"],
    ["Payment Processing", { is_paid: false }, "held: its status is payment processing"],
    ["Open", { is_paid: false }, "held: its status is open"],
    ["Open", {}, "held: its status is open"],
    ["Paid", { is_paid: false }, "held: its status is paid, but it is not marked as paid"],
    ["Completed", { is_shipped: true }, "not-routed: already fulfilled at the channel"],
    ["Completed", {}, "held: its status is completed, but it is not marked as shipped"],
    ["Canceled", {}, "cancelled: cancelled at the channel"],
    ["Canceled", { is_paid: false }, "cancelled: cancelled at the channel"],
    ["Fully Refunded", { refunds: [refund(9880)] }, "cancelled: refunded at the channel"],
    ["Fully Refunded", {}, "cancelled: refunded at the channel"],
    ["Partially Refunded", { refunds: [refund(1000)] }, HALF],
    ["Partially Refunded", {}, HALF],
  ] as const) {
    for (const word of [status, status.toLowerCase()]) equal(decided({ status: word, ...changes }), expected, word);
  }
  equal(decided({ status: "Partially Refunded", refunds: [refund(1000)] }, { partialRefunds: "send" }), "recorded");
  equal(order({ status: "Canceled", is_paid: false }).financialState, "voided");
});

test("a refund that leaves the status as it was counts by its amount, unless it failed", () => {
  match(decided({ refunds: [refund(1000)] }), /^held: part of it is refunded/);
  equal(decided({ refunds: [refund(9000), refund(880)] }), "cancelled: refunded at the channel");
  equal(decided({ refunds: [refund(9880, { status: "Declined" })] }), "recorded");
  match(decided({ refunds: [refund(1000, { status: "Declined" })] }, { failedRefunds: [] }), /^held/);
  const { refunded, total, financialState } = order({ refunds: [refund(1000), refund(250)] });
  deepEqual([refunded, total, financialState], ["12.50", "98.80", "partially-refunded"]);
});

test("a status that is none of Etsy's is held with its name, until the setting says what it means", () => {
  equal(
    decided({ status: "Bezahlt" }),
    `held: its status "bezahlt" is not Etsy's own: name it in the setting statuses`,
  );
  equal(decided({ status: "Bezahlt" }, { statuses: { bezahlt: "paid" } }), "recorded");
  equal(decided({ status: null }), "held: it has no status");
  equal(decided({ status: "<script>" }), "held: it has no status");
});

test("a refund does not move the receipt's own time: the order last changed when the refund was made", () => {
  equal(order().updatedAt, "2026-11-05T10:00:25.000Z");
  equal(order({ refunds: [refund(1000)] }).updatedAt, "2026-11-05T12:00:00.000Z");
  equal(order({ updated_timestamp: null }).updatedAt, "2026-11-05T10:00:25.000Z", "the older name of the field");
  throws(() => order({ updated_timestamp: null, update_timestamp: null }), { field: "order.updatedAt" });
  throws(() => order({ updated_timestamp: 1793872825000 }), /updated_timestamp/, "milliseconds are refused");
  equal(etsy.timePrecision, 1_000);
});

test("money is an amount and its divisor, exact to the last digit; any other divisor is refused", () => {
  const total = (amount: unknown, divisor: unknown, currency_code = "EUR") =>
    order({ grandtotal: { amount, divisor, currency_code } }).total;
  equal(total(9880, 100), "98.80");
  equal(total(5, 100), "0.05");
  equal(total(1500, 1, "JPY"), "1500");
  equal(total(12345, 1000, "KWD"), "12.345");
  equal(total("90071992547409931", 100), "900719925474099.31");
  equal(total(-250, 100), "-2.50");
  for (const divisor of [0, 3, 60, null, "100"]) throws(() => total(1, divisor), `${divisor}`);
  throws(() => total(1.5, 100));
});

test("lines that are shipped say so themselves: what is left is sent, and a parcel without its lines holds the order", () => {
  const shipped = { ...goods, transaction_id: 1, shipped_timestamp: 1793880000 };
  const part = order({ transactions: [goods, shipped] });
  deepEqual([part.fulfilmentState, part.hold], ["partial", undefined]);
  deepEqual(
    linesToShip(part).map(({ id }) => id),
    [String(goods.transaction_id)],
  );
  equal(order({ transactions: [shipped] }).fulfilmentState, "fulfilled");
  match(decided({ shipments: [{ receipt_shipping_id: 1 }] }), /^held: a parcel was announced/);
  equal(decided({ shipments: [{ receipt_shipping_id: 1 }], transactions: [goods, shipped] }), "recorded");
});

test("downloads are not shipped: an order of nothing else is digital, whatever its status", () => {
  const digital = { ...goods, is_digital: true };
  equal(order({ transactions: [digital] }).shipping?.kind, "digital");
  match(decided({ transactions: [digital], status: "Completed" }), /^not-routed/);
  deepEqual(linesToShip(order({ transactions: [goods, digital] })).length, 1);
});

test("a personalisation is a property, a choice of the product is its variant, and one that was left out is neither", () => {
  const variations = [
    { property_id: 200, value_id: 1, formatted_name: "Color", formatted_value: "Blue" },
    { property_id: 54, value_id: null, formatted_name: "Personalization", formatted_value: "Zoë &lt;3" },
    { property_id: 9, value_id: null, question_id: 7, formatted_name: "Back", formatted_value: "Ada" },
    {
      property_id: 54,
      value_id: null,
      formatted_name: "Personalization",
      formatted_value: "Not requested on this item.",
    },
  ];
  const read = (product_data: unknown, settings = {}) => {
    const [first] = order({ transactions: [{ ...goods, variations, product_data }] }, settings).lines;
    return [first?.variantTitle, first?.properties?.map(({ name, value }) => `${name}: ${value}`)];
  };
  const properties = ["Personalization: Zoë <3", "Back: Ada"];
  deepEqual(read([{ property_id: 200, value_ids: [1] }]), ["Blue", properties]);
  deepEqual(read(null), ["Blue", properties]);
  deepEqual(read([{ property_id: 1, value_ids: [1] }])[0], undefined, "chosen, but none of the product's properties");
  equal(read([], { notPersonalised: [] })[1]?.length, 3);
});

test("gifts: the message, the sender, and a wrap that was paid for", () => {
  const none = { is_gift: false, gift_message: "", gift_sender: "", gift_wrap_price: euros(0) };
  deepEqual([order(none).gift, order(none).giftMessage, order(none).attributes], [false, undefined, []]);
  equal(order({ ...none, gift_message: "Hi" }).gift, true);
  const wrapped = order({ ...none, gift_wrap_price: euros(350) });
  deepEqual([wrapped.gift, wrapped.attributes], [true, [{ name: "Gift wrap", value: "yes" }]]);
});

test("the shop's coupon is the lines' discount only where it adds up, and the total says whether tax is in the prices", () => {
  deepEqual(
    order().lines.map(({ discount }) => discount),
    ["7.8", "1.1"],
  );
  deepEqual(
    order({ discount_amt: euros(900) }).lines.map(({ discount }) => discount),
    [undefined, undefined],
  );
  equal(order({ discount_amt: euros(900) }).discount, "9.00");
  equal(order().pricesIncludeTax, false);
  const vat = { total_tax_cost: euros(0), total_vat_cost: euros(1200) };
  deepEqual([order({ ...vat, grandtotal: euros(9860) }).pricesIncludeTax, order(vat).tax], [true, "12.00"]);
  equal(order(vat).pricesIncludeTax, undefined, "neither sum");
  equal(order({ total_tax_cost: euros(0) }).pricesIncludeTax, undefined, "no tax");
});

test("a buyer whose address Etsy hides or masks is waited for, though the name is shown; what was known of it stays", async () => {
  const hidden = { first_line: null, second_line: null, city: null, state: null, zip: null };
  const unknown = await completedOrder(order(hidden), undefined);
  match(unknown.hold?.reason ?? "", /hides the buyer/);
  equal(
    (await completedOrder(order({ ...hidden, country_iso: null }), undefined)).hold?.reason,
    "it has no shipping address",
  );
  const known = { hasBuyer: true, isNotRouted: false, read: async () => order() };
  const completed = await completedOrder(order(hidden), known);
  equal(completed.shippingAddress?.street1, "51 Teal Road");
  match(completed.hold?.reason ?? "", /no longer gives the buyer's address/);
  const masked = await completedOrder(order({ first_line: "5* T*** R***" }), undefined);
  match(masked.hold?.reason ?? "", /masks street1/);
  equal((await completedOrder(order({ buyer_email: null }), known)).hold, undefined, "no e-mail is normal");
});

test("IDs keep their digits, and a receipt without its ID, its total or a line's quantity is malformed", () => {
  const text = JSON.stringify(sample).replaceAll("3021745515", "820982911946154508");
  const read = mapOrder({ receipt: z.parse(Receipt, parseJson(text)) }, SHOP, z.parse(Settings, {}));
  deepEqual([read.id, read.number], ["820982911946154508", "820982911946154508"]);
  for (const wrong of [{ receipt_id: null }, { grandtotal: null }, { transactions: [{ ...goods, quantity: -1 }] }]) {
    throws(() => order(wrong), JSON.stringify(wrong).slice(0, 60));
  }
  equal(order({ transactions: null }).lines.length, 0, "lines that come later");
});

let started: TestLedger;
before(async () => {
  started = await startLedger("memory");
});
after(() => started.stop());

/** route-order with one shop. */
class Shop extends RouteOrderContext {
  readonly etsy = openShop();

  constructor() {
    super(started, {
      connections: [{ channel: "etsy", name: "main", key: "et", shop: SHOP, since: "2026-01-01T00:00:00Z" }],
      routes: [{ from: ["etsy/main"], to: [ONE, TWO] }],
    });
    this.channels.set("etsy", etsy);
    this.clock = this.etsy.clock;
  }

  protected override deps(): Deps {
    return { ...super.deps(), openClient: async () => this.etsy.client };
  }

  receive(topic: string, about: Order) {
    this.etsy.clock = this.clock;
    const receivedAt = new Date(this.clock).toISOString();
    return this.routes(
      pack(newEvent(bodyOf({ topic, order: about, shop: SHOP }), { channel: "etsy", endpoint: "main", receivedAt })),
    );
  }

  found(orderId: string) {
    return this.ledger.order({ channel: "etsy", connection: "main", orderId });
  }
}

test("Etsy's Fully Refunded is not shipped, and the trace says why, although the receipt's time stays the same", async () => {
  const shop = new Shop();
  const waiting = shop.etsy.put({ financialState: "pending" });
  await shop.receive("order.paid", waiting);
  equal((await shop.found(waiting.id))?.state, "held");
  shop.clock += MINUTE;
  shop.etsy.change(waiting.id, { status: "Fully Refunded", is_paid: true, refunds: [] });
  await shop.receive("order.paid", waiting);
  const record = await shop.found(waiting.id);
  deepEqual([record?.state, record?.reason], ["cancelled", "refunded at the channel"]);
  deepEqual(shop.sentOf(waiting.id), []);

  const first = shop.etsy.put({ financialState: "refunded" });
  await shop.receive("order.canceled", first);
  const seen = await shop.found(first.id);
  deepEqual([seen?.state, seen?.reason], ["cancelled", "refunded at the channel"]);
  deepEqual(shop.sentOf(first.id), []);
});

test("paid, and paid again by the other host: one order; lines that are missing at first, and a 404, are waited for", async () => {
  const shop = new Shop();
  const paid = shop.etsy.put({});
  for (const topic of ["order.paid", "ORDER_PAID", "order.paid"]) await shop.receive(topic, paid);
  deepEqual(shop.sentOf(paid.id), [ONE, TWO]);

  const late = shop.etsy.put({});
  const whole = shop.etsy.hosted.book.orders.get(late.id) ?? "";
  shop.etsy.hosted.setFault({ fault: "not-found-yet", on: "fetch", times: 1 });
  equal((await shop.receive("order.paid", late)).outcome, "waiting");
  shop.etsy.change(late.id, { transactions: [] });
  await shop.receive("order.paid", late);
  equal((await shop.found(late.id))?.state, "held");
  shop.clock += 2 * MINUTE;
  shop.etsy.hosted.put(late.id, whole);
  await shop.receive("order.paid", late);
  ok((await shop.found(late.id))?.state === "recorded");
  deepEqual(shop.sentOf(late.id), [ONE, TWO]);
});
