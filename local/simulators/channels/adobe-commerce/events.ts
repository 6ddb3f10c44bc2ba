import { randomUUID } from "node:crypto";
import type { Order } from "../../../../shared/order.ts";
import type { ChannelEvent } from "../../channel-simulator.ts";
import { relatedId, sqlTime } from "./fields.ts";
import { orderResource } from "./order-resource.ts";

const PREFIX = "com.adobe.commerce.observer.";

/** The fields that the subscription chose. Events have all values as text. */
function ofOrder(order: Order, isNew: boolean) {
  const { state, status, increment_id } = orderResource(order);
  return {
    entity_id: order.id,
    increment_id,
    state,
    status,
    created_at: sqlTime(order.placedAt),
    updated_at: sqlTime(order.updatedAt),
    _isNew: isNew,
  };
}

const ofPart = (what: string) => (order: Order) => ({
  entity_id: relatedId(order.id, what),
  order_id: order.id,
  created_at: sqlTime(order.updatedAt),
});

/** `data.value` of each event. https://developer.adobe.com/commerce/extensibility/events/events-reference/ */
const VALUES: Readonly<Record<string, (order: Order) => object>> = {
  [`${PREFIX}sales_order_save_commit_after`]: (order) => ofOrder(order, order.placedAt === order.updatedAt),
  [`${PREFIX}sales_order_place_after`]: (order) => ofOrder(order, true),
  [`${PREFIX}sales_order_delete_commit_after`]: (order) => ofOrder(order, false),
  [`${PREFIX}sales_order_shipment_save_commit_after`]: ofPart("shipment"),
  [`${PREFIX}sales_order_invoice_save_commit_after`]: ofPart("invoice"),
  [`${PREFIX}sales_order_creditmemo_save_commit_after`]: ofPart("creditmemo"),
  [`${PREFIX}customer_save_commit_after`]: () => ({ id: "32", email: "ada@example.invalid" }),
};

/** The one of a new order, and of every change of it, first. */
export const TOPICS = Object.keys(VALUES);
export const DELETION = `${PREFIX}sales_order_delete_commit_after`;

/** A CloudEvent, with what Adobe adds to it. */
export function bodyOf({ topic, order, shop, endpoint, now }: ChannelEvent): string {
  const [clientId] = Array.isArray(endpoint["clientIds"]) ? endpoint["clientIds"] : [];
  const eventId = randomUUID();
  return JSON.stringify({
    specversion: "1.0",
    id: randomUUID(),
    source: `urn:uuid:${shop}`,
    type: topic,
    datacontenttype: "application/json",
    time: new Date(now).toISOString(),
    eventid: eventId,
    event_id: eventId,
    recipient_client_id: clientId,
    recipientclientid: clientId,
    data: {
      key: randomUUID(),
      value: VALUES[topic]?.(order),
      source: "order_relay.demo",
      _metadata: {
        commerceEdition: "Adobe Commerce",
        commerceVersion: "2.4.8",
        eventsClientVersion: "1.12.1",
        storeId: "1",
        websiteId: "1",
        storeGroupId: "1",
      },
    },
  });
}
