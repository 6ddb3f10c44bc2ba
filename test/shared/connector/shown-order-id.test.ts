import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { shownOrderId } from "../../../shared/connector/shown-order-id.ts";

test("an order's ID is read in any field that is named for it, and of what an answer holds an order in", () => {
  const bodies = [
    { orderId: 7 },
    { detail: "x", order_pk: "7" },
    { data: { kkOrderIds: ["7"] } },
    { data: { id: "7" } },
    { data: [{ id: 7 }] },
    { data: { order: { id: "7" } } },
    { result: { pk: 7 } },
    { errors: ["x"], body: { amazon_order_id: "7" } },
  ];
  deepEqual(
    bodies.map((body) => shownOrderId(body)),
    bodies.map(() => "7"),
  );
});

test("our own number, an ID of something else and a complaint about a field are no order's ID", () => {
  const bodies = [
    { customOrderId: "SHO1-7", data: { channelOrderId: "SHO1-7", seller_fulfillment_order_id: "SHO1-7" } },
    { request_id: "7", id: "7", data: { productId: 7, user: { id: 7 } } },
    { order: { id: ["Invalid pk 7."], number: ["This field must be unique."] }, order_id: "Invalid pk 7." },
    { data: { orderId: 0, order_no: "", orderNumber: null } },
    "7",
    null,
    [],
  ];
  for (const body of bodies) equal(shownOrderId(body), undefined, JSON.stringify(body));
});
