import { randomUUID } from "node:crypto";
import type { Order } from "../../../../shared/order.ts";
import type { ChannelEvent } from "../../channel-simulator.ts";
import { orderResource } from "./order-resource.ts";
import { paymentOf, refundOf, storedIn } from "./stored.ts";

const storedOf = (order: Order) => storedIn(JSON.stringify(orderResource(order)));

/** `data` of an event about an order: the IDs, and no order. */
function ofOrder(name: string, order: Order, more: object = {}) {
  const { location_id, state, version } = orderResource(order);
  const about = { created_at: order.placedAt, location_id, order_id: order.id, state, version };
  return { type: name, id: order.id, object: { [name]: { ...about, ...more } } };
}

function ofPayment(order: Order) {
  const payment = paymentOf(storedOf(order));
  return { type: "payment", id: payment?.id, object: { payment } };
}

function ofRefund(order: Order) {
  const refund = refundOf(storedOf(order));
  return { type: "refund", id: refund?.id, object: { refund } };
}

/** `data` of each type. https://developer.squareup.com/docs/webhooks/v2webhook-events-tech-ref */
const DATA: Readonly<Record<string, (order: Order, now: number) => object>> = {
  "order.created": (order) => ofOrder("order_created", order),
  "order.updated": (order) => ofOrder("order_updated", order, { updated_at: order.updatedAt }),
  "order.fulfillment.updated": (order) =>
    ofOrder("order_fulfillment_updated", order, {
      updated_at: order.updatedAt,
      fulfillment_update: [{ fulfillment_uid: "f", old_state: "PROPOSED", new_state: "PROPOSED" }],
    }),
  "payment.created": ofPayment,
  "payment.updated": ofPayment,
  "refund.created": ofRefund,
  "refund.updated": ofRefund,
  "oauth.authorization.revoked": (_, now) => ({
    type: "revocation",
    id: randomUUID(),
    object: { revocation: { revoked_at: new Date(now).toISOString(), revoker_type: "MERCHANT" } },
  }),
  "customer.deleted": () => ({ type: "customer", id: "JDKYHBWT1D4F8MFH63DBMEN8Y4", deleted: true }),
  "webhooks.test_notification": () => ({ type: "webhooks", id: randomUUID() }),
};

/** The one of a new order first. */
export const TYPES = Object.keys(DATA);

/** The body of an event. Its time has nine digits of a second. */
export function bodyOf({ topic, order, shop, now }: Pick<ChannelEvent, "topic" | "order" | "shop" | "now">): string {
  return JSON.stringify({
    merchant_id: shop,
    type: topic,
    event_id: randomUUID(),
    created_at: new Date(now).toISOString().replace("Z", "119031Z"),
    data: DATA[topic]?.(order, now),
  });
}
