import { deepEqual, equal, match } from "node:assert/strict";
import { after, before, test } from "node:test";
import * as z from "zod/mini";
import { actionOf } from "../../functions/route-order/action-of.ts";
import { Order } from "../../shared/order.ts";
import { QUICK_TABLE, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { plain, sampleOrder } from "../support/relay.ts";
import { newId, ONE, RouteOrderContext, TWO } from "../support/route-order-context.ts";

const LATER = "2026-11-01T11:00:00.000Z";
const LATEST = "2026-11-01T12:00:00.000Z";
const ADA = { name: "Ada Byron", street1: "Main 1", city: "Berlin", country: "DE" };
const MASKED = { name: "A*** B****", street1: "****", city: "****", country: "DE" };

let started: TestLedger;
before(async () => {
  started = await startLedger(QUICK_TABLE);
});
after(() => started.stop());

test("the ledger keeps the buyer it knows, and the payment that came with masks sends the order to it", async () => {
  const router = new RouteOrderContext(started);
  const id = newId();
  await router.ordered({ id, financialState: "pending", shippingAddress: ADA });
  const paid = { id, updatedAt: LATER, shippingAddress: MASKED };
  equal((await router.ordered(paid)).outcome, "updated");
  deepEqual(router.sentOf(id), [ONE, TWO]);
  equal((await router.body(id)).shippingAddress?.street1, "Main 1");
  equal((await router.ordered(paid)).outcome, "duplicate");
  equal(router.sentOf(id).length, 2);
});

test("an order that came with masks is held, and sent when they are lifted", async () => {
  const router = new RouteOrderContext(started);
  const id = newId();
  await router.ordered({ id, shippingAddress: MASKED });
  const { state, reason, events } = await router.record(id);
  deepEqual([state, reason], ["held", "the channel masks name, street1, city of the shipping address"]);
  match(events[0]?.outcome ?? "", /^recorded, held: the channel masks/);
  equal(/\*/.test(JSON.stringify(await router.body(id))), false);
  await router.ordered({ id, updatedAt: LATER, shippingAddress: ADA });
  deepEqual(router.sentOf(id), [ONE, TWO]);
});

test("an order whose buyer is emptied before it is sent stays held with the address it had", async () => {
  const router = new RouteOrderContext(started);
  const id = newId();
  await router.ordered({ id, financialState: "pending", shippingAddress: ADA, buyer: { email: "ada@x.example" } });
  await router.ordered({ id, updatedAt: LATER, shippingAddress: { country: "DE" }, buyer: {} });
  equal((await router.record(id)).state, "held");
  deepEqual(router.sentOf(id), []);
  const { shippingAddress, buyer } = await router.body(id);
  deepEqual([shippingAddress?.street1, buyer?.email], ["Main 1", "ada@x.example"]);
  await router.ordered({ id, updatedAt: LATEST, shippingAddress: ADA });
  deepEqual(router.sentOf(id), [ONE, TWO]);
});

test("an order whose buyer the shop's plan hides is held, and the connection hears of it", async () => {
  const router = new RouteOrderContext(started);
  const id = newId();
  const hidden = { province: "Arkansas", provinceCode: "AR", country: "US" };
  const routed = await router.ordered({ id, shippingAddress: hidden });
  deepEqual([routed.state, routed.isBuyerHidden], ["held", true]);
  const again = await router.ordered({ id, updatedAt: LATER, shippingAddress: hidden });
  deepEqual([again.state, again.isBuyerHidden], ["held", undefined]);
  await router.ordered({ id, updatedAt: LATEST, shippingAddress: ADA });
  deepEqual(router.sentOf(id), [ONE, TWO]);
});

test("lines that a setting leaves out are named in the trace by that setting, never by the order's own words", async () => {
  const connections = [{ channel: "plain", name: "main", key: "pm", notGoods: ["*protection*"] }];
  const router = new RouteOrderContext(started, { connections, routes: [{ from: ["plain/main"], to: [ONE, TWO] }] });
  const id = newId();
  const protection = { id: "2", sku: "", title: "Shipping protection for Ada", quantity: 1 };
  await router.ordered({ id, lines: [...sampleOrder().lines, protection] });
  const [first] = (await router.record(id)).events;
  equal(first?.outcome, "recorded; left out: 1 line that notGoods lists (*protection*)");
  const alone = newId();
  await router.ordered({ id: alone, lines: [protection] });
  equal((await router.record(alone)).state, "not-routed");
});

test("an order without lines waits for them", async () => {
  const router = new RouteOrderContext(started);
  const id = newId();
  await router.ordered({ id, lines: [] });
  deepEqual([(await router.record(id)).state, (await router.record(id)).reason], ["held", "it has no lines yet"]);
  await router.ordered({ id, updatedAt: LATER });
  deepEqual(router.sentOf(id), [ONE, TWO]);
});

test("lines that a webhook leaves out are fetched where the channel has an API", () => {
  const withApi = { ...plain, api: () => Promise.reject(new Error("not called")) };
  const action = (lines: unknown[], channel: typeof plain) =>
    actionOf({ kind: "order", order: z.parse(Order, sampleOrder({ lines })) }, "webhook", channel).kind;
  const [line] = sampleOrder().lines;
  deepEqual(
    [action([], withApi), action([line], withApi), action([], plain), action([line], plain)],
    ["fetch", "record", "record", "record"],
  );
});
