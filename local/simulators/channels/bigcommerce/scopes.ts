import { createHash } from "node:crypto";
import type { Order } from "../../../../shared/order.ts";
import type { ChannelEvent } from "../../channel-simulator.ts";
import type { PartialOrder } from "../../partial-order.ts";
import { idNumber, relatedId } from "./fields.ts";
import { ARCHIVED, statusOf } from "./status.ts";

const ofOrder = ({ id }: Order) => ({ type: "order", id: idNumber(id) });
const ofMetafield = ({ id }: Order) => ({ metafield_id: 14, resource_id: id });
const ofShipment = ({ id }: Order) => ({
  type: "shipment",
  id: idNumber(relatedId(id, "shipment")),
  orderId: idNumber(id),
});
const ofTransaction = ({ id }: Order) => ({
  type: "transaction",
  order_id: idNumber(id),
  transaction_id: relatedId(id, "transaction"),
});
const ofChannel = ({ id }: Order) => ({ order_id: idNumber(id) });

/** `data` of each scope. https://developer.bigcommerce.com/docs/integrations/webhooks/events */
const DATA: Readonly<Record<string, (order: Order) => object>> = {
  "store/order/created": ofOrder,
  "store/order/updated": ofOrder,
  "store/order/statusUpdated": (order) => ({
    ...ofOrder(order),
    status: { previous_status_id: 0, new_status_id: statusOf(order).id },
  }),
  "store/order/archived": ofOrder,
  "store/order/message/created": (order) => ({ ...ofOrder(order), message: { order_message_id: 3 } }),
  "store/order/refund/created": (order) => ({ ...ofOrder(order), refund: { refund_id: 3 } }),
  "store/order/transaction/created": ofTransaction,
  "store/order/transaction/updated": ofTransaction,
  "store/order/metafield/created": ofMetafield,
  "store/order/metafield/updated": ofMetafield,
  "store/order/metafield/deleted": ofMetafield,
  "store/channel/1/order/created": ofChannel,
  "store/channel/1/order/updated": ofChannel,
  "store/channel/1/order/statusUpdated": ofChannel,
  "store/shipment/created": ofShipment,
  "store/shipment/updated": ofShipment,
  "store/shipment/deleted": ofShipment,
  "store/customer/deleted": () => ({ type: "customer", id: 32 }),
  "store/app/uninstalled": () => ({ type: "app", id: "1025646" }),
  "store/hook/deliveryException": () => ({
    type: "webhook",
    id: 123,
    error_code: 90002,
    message: "Non-200 response received, all attempts are exhausted",
  }),
};

/** The one of a new order first. */
export const SCOPES = Object.keys(DATA);

const STORE_ID = "1025646";

/** The body of a webhook. The hash is equal for all events with the same data, as in BigCommerce's samples. */
export function bodyOf({ topic, order, shop, now }: Pick<ChannelEvent, "topic" | "order" | "shop" | "now">): string {
  const data = DATA[topic]?.(order);
  return JSON.stringify({
    scope: topic,
    store_id: STORE_ID,
    data,
    hash: createHash("sha1").update(JSON.stringify(data)).digest("hex"),
    created_at: Math.floor(now / 1000),
    producer: `stores/${shop}`,
  });
}

/** What the scope says of the order by itself. */
export function impliedBy(scope: string, _at: string): PartialOrder {
  switch (scope) {
    case "store/order/refund/created":
      return { financialState: "refunded" };
    case "store/order/archived":
      return { hold: { reason: ARCHIVED } };
    default:
      return {};
  }
}
