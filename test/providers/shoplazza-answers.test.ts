import { deepEqual, equal, match, ok } from "node:assert/strict";
import { describe, test } from "node:test";
import { createError, orderIdIn } from "../../functions/providers/shoplazza/answers.ts";
import { Settings } from "../../functions/providers/shoplazza/settings.ts";
import type { HttpAnswer } from "../../shared/connector/http.ts";
import { InDoubt, Misconfigured, Rejected, Throttled } from "../../shared/errors.ts";
import { outgoingSample } from "../support/order-sample.ts";
import { openClient } from "./shoplazza-client.ts";

const answer = (status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  text: typeof body === "string" ? body : JSON.stringify(body),
});
const read = (status: number, body: unknown, settings = {}, headers = {}) =>
  createError(answer(status, body, headers), {
    settings: Settings.parse(settings),
    token: "secret-token",
    tools: { now: () => 0, count() {} },
  });
const nameOf = (error: unknown) => (error instanceof Error ? error.name : String(error));

/** As Go's validator says it. */
const goError = (field: string) =>
  `Key: 'CreateOrder.${field}' Error:Field validation for '${field}' failed on the 'required' tag`;

/** The document's table and what the reference adds to it. */
const cases: [status: number, body: unknown, outcome: string][] = [
  [422, { errors: ["The shipping address does not pass"] }, "Rejected"],
  [422, { errors: ["The shipping address does not pass: 1 Rue des Carrieres"] }, "Rejected"],
  [422, { errors: ["ShippingAddress is nil"] }, "Rejected"],
  [422, { errors: ["Get transaction settings error;not exists checkout setting"] }, "Rejected"],
  [422, { errors: ["Failed to create order line items", "record_not_found"] }, "Rejected"],
  [422, { errors: ["create_order_calculate_failed"] }, "Rejected"],
  [422, { error: "create_order_build_failed; customer or paymentline information error" }, "Rejected"],
  [422, { errors: ["TaxTotal is required", "Province is required"] }, "Rejected"],
  [422, { errors: ["order_id 11218-1 CreateOrderBatchOption failed"] }, "InDoubt"],
  [422, { errors: ["Get Order Detail failed"] }, "InDoubt"],
  [422, { errors: ["DecreaseInventory failed"] }, "InDoubt"],
  [422, { errors: ["something new"] }, "InDoubt"],
  [422, { errors: [] }, "InDoubt"],
  [422, { errors: { tax_total: ["is required"], shipping_address: { city: ["is required"] } } }, "Rejected"],
  [422, { errors: [{ message: "TaxTotal is required" }] }, "Rejected"],
  [422, { errors: [{ field: "tax_total", message: "something new" }] }, "InDoubt"],
  [422, { errors: { base: [{ msg: "DecreaseInventory failed" }] } }, "InDoubt"],
  [422, { error: `${goError("TaxTotal")}\n${goError("ShippingAddress.City")}` }, "Rejected"],
  [422, { error: `${goError("TaxTotal")}\nDecreaseInventory failed` }, "InDoubt"],
  // Whatever names an order.
  [422, { errors: ["TaxTotal is required"], order: { id: "11218-00000001" } }, "InDoubt"],
  [422, { errors: ["The shipping address does not pass, order_id 11218-1"] }, "InDoubt"],
  [403, { error: "scope", data: { order: { id: 7 } } }, "InDoubt"],
  [400, { errors: ["x"], order_id: "11218-1" }, "InDoubt"],
  [422, { errors: ["record_not_found"], orderId: "77-a" }, "InDoubt"],
  [422, { errors: ["record_not_found"], data: [{ id: "77-a" }] }, "InDoubt"],
  [422, "", "InDoubt"],
  [422, "<html>nothing is required</html>", "InDoubt"],
  // A known reason beside one that is not known, or as its cause, settles nothing.
  [422, { errors: ["TaxTotal is required", "DecreaseInventory failed"] }, "InDoubt"],
  [422, { errors: ["Failed to create order line items;DecreaseInventory failed"] }, "InDoubt"],
  [422, { errors: ["Get Order Detail failed: record_not_found"] }, "InDoubt"],
  [422, { errors: ["Failed to create order line items: DecreaseInventory failed"] }, "InDoubt"],
  [422, { errors: ["create_order_build_failed, order_id 7 CreateOrderBatchOption failed"] }, "InDoubt"],
  [422, { errors: ["record_not_found: get order detail failed"] }, "InDoubt"],
  [422, { error: "store is not active" }, "Misconfigured"],
  [406, { errors: ["Create order failed"] }, "InDoubt"],
  [500, { errors: ["Aborted"] }, "InDoubt"],
  [500, { error: "DeadlineExceeded" }, "InDoubt"],
  [500, { errors: ["NotFound"] }, "InDoubt"],
  [500, { errors: ["rpc error: code = NotFound desc = order not found"] }, "InDoubt"],
  [500, { error: "Unimplemented" }, "Misconfigured"],
  [500, "Unauthenticated", "Misconfigured"],
  [500, { message: "rpc error: code = Aborted desc = NotFound" }, "InDoubt"],
  [500, { errors: ["NotFound", "DeadlineExceeded"] }, "InDoubt"],
  [500, { errors: ["Internal Server Error"] }, "InDoubt"],
  [500, "", "InDoubt"],
  [500, "<h1>NotFound</h1>", "InDoubt"],
  [400, { errors: ["json: cannot unmarshal"] }, "Rejected"],
  [400, { error: "invalid access token" }, "Misconfigured"],
  [400, "", "Misconfigured"],
  [401, { error: "Unauthorized" }, "Misconfigured"],
  [403, { error: "scope" }, "Misconfigured"],
  [404, { errors: ["Unable to find resource"] }, "Misconfigured"],
  [405, "", "Misconfigured"],
  [429, "", "Throttled"],
  [302, "", "InDoubt"],
  [408, "", "InDoubt"],
  [418, "", "InDoubt"],
  [502, "", "InDoubt"],
  [503, { errors: ["TaxTotal is required"] }, "InDoubt"],
];

describe("what an answer to a create means", () => {
  for (const [status, body, outcome] of cases) {
    test(`${status} ${JSON.stringify(body)}: ${outcome}`, () => equal(nameOf(read(status, body)), outcome));
  }

  test("what stays unknown is switched", () => {
    ok(read(406, "", { notAcceptable: "rejected" }) instanceof Rejected);
    ok(read(500, { errors: ["NotFound"] }, { notFound: "rejected" }) instanceof Rejected);
    const alsoInDoubt = ["inventory"];
    ok(read(422, { errors: ["TaxTotal is required", "Inventory"] }, { alsoInDoubt }) instanceof InDoubt);
    ok(read(422, { error: "Store is closed today" }, { alsoFails: ["store is closed"] }) instanceof Misconfigured);
    const alsoRejects = ["Inventory is not enough"];
    ok(read(422, { errors: ["inventory is NOT enough for sku X"] }, { alsoRejects }) instanceof Rejected);
    ok(read(422, { errors: ["no inventory is not enough"] }, { alsoRejects }) instanceof InDoubt);
  });

  test("Retry-After is honoured where it comes", () => {
    const error = read(429, "", {}, { "retry-after": "3" });
    ok(error instanceof Throttled);
    equal(error.retryAfter, 3_000);
    const bare = read(429, "");
    ok(bare instanceof Throttled && bare.retryAfter === undefined);
  });

  test("the reason quotes the shop, without our token", () => {
    const error = read(403, { error: "token secret-token lacks write_order" });
    ok(error instanceof Misconfigured);
    match(error.reason, /token \*\*\* lacks write_order/);
  });

  test("reason 6 names the order", () => {
    const idIn = (text: string) => orderIdIn(answer(422, { errors: [text] }));
    equal(idIn("order_id 11218-00000001 CreateOrderBatchOption failed"), "11218-00000001");
    equal(idIn("order_id 254906204445092470545 CreateOrderBatchOption failed"), "254906204445092470545");
    equal(idIn("Get Order Detail failed"), undefined);
    equal(idIn("order_id is required"), undefined);
    const inField = (body: object) => orderIdIn(answer(422, body));
    equal(inField({ order: { id: "11218-00000001" } }), "11218-00000001");
    equal(inField({ data: { order: { id: 7 } } }), "7");
    equal(inField({ code: 422, errors: ["x"] }), undefined);
  });
});

describe("faults of the shop, through the connector", () => {
  for (const [fault, outcome, held] of [
    ["422-1-shipping-address", Rejected, 0],
    ["422-2-settings", Rejected, 0],
    ["422-5-build", Rejected, 0],
    ["422-6-batch-option-created", InDoubt, 1],
    ["422-7-detail-not-created", InDoubt, 0],
    ["422-8-inventory-created", InDoubt, 1],
    ["406-created", InDoubt, 1],
    ["500-aborted-created", InDoubt, 1],
    ["500-not-found-created", InDoubt, 1],
    ["500-unauthenticated", Misconfigured, 0],
    ["400-credentials", Misconfigured, 0],
    ["store-not-active", Misconfigured, 0],
    ["timeout-after-create", InDoubt, 1],
    ["timeout-before-create", InDoubt, 0],
    ["reset-after-create", InDoubt, 1],
    ["error-500-after-create", InDoubt, 1],
    ["created-but-unreadable-2xx", InDoubt, 1],
    ["empty-2xx", InDoubt, 1],
    ["oversized-10mb", InDoubt, 1],
    ["html-200", InDoubt, 0],
    ["redirect", InDoubt, 0],
    ["unavailable-503", InDoubt, 0],
    ["throttle", Throttled, 0],
    ["reject", Rejected, 0],
    ["duplicate", InDoubt, 0],
    ["401-once", Misconfigured, 0],
    ["old-cancelled-2xx", InDoubt, 1],
  ] as const) {
    test(`${fault}: ${outcome.name}`, async () => {
      await using shop = await openClient({ timeout: 300 });
      const { error } = await shop.failed(fault, outgoingSample());
      deepEqual([nameOf(error), shop.held().length], [outcome.name, held]);
    });
  }
});
