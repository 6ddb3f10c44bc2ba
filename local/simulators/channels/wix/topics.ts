import { randomUUID } from "node:crypto";
import type { Order } from "../../../../shared/order.ts";
import type { ChannelEvent } from "../../channel-simulator.ts";
import { orderResource, shownOrder } from "./order-resource.ts";

/** Not a topic of Wix's: `order_updated` of an order whose buyer is erased. */
const ANONYMIZED = "wix.ecom.v1.order_updated (anonymized)";

type Shown = ReturnType<typeof shownOrder>;

/** What an event carries of the order. https://dev.wix.com/docs/rest/business-solutions/e-commerce/orders/orders */
const CARRIED: Readonly<Record<string, { slug: string; carries(order: Shown): object }>> = {
  "wix.ecom.v1.order_approved": { slug: "approved", carries: (order) => ({ actionEvent: { body: { order } } }) },
  "wix.ecom.v1.order_created": { slug: "created", carries: (order) => ({ createdEvent: { entity: order } }) },
  "wix.ecom.v1.order_updated": { slug: "updated", carries: (order) => ({ updatedEvent: { currentEntity: order } }) },
  "wix.ecom.v1.order_canceled": { slug: "canceled", carries: (order) => ({ actionEvent: { body: { order } } }) },
  "wix.ecom.v1.order_payment_status_updated": {
    slug: "payment_status_updated",
    carries: (order) => ({ actionEvent: { body: { order, previousPaymentStatus: "NOT_PAID" } } }),
  },
  [ANONYMIZED]: { slug: "updated", carries: (order) => ({ updatedEvent: { currentEntity: nameless(order) } }) },
};

const FULFILMENTS = "wix.ecom.v1.fulfillments_updated";
const APP = ["AppInstalled", "AppRemoved"];

export const TOPICS = [...Object.keys(CARRIED), FULFILMENTS, ...APP];

export function topicOf({ cancelledAt, financialState }: Order, known: boolean): string {
  if (cancelledAt !== undefined) return "wix.ecom.v1.order_canceled";
  if (known) return "wix.ecom.v1.order_updated";
  // An order that waits for its online payment is created, and approved later.
  return financialState === "pending" ? "wix.ecom.v1.order_created" : "wix.ecom.v1.order_approved";
}

/** The claims of a webhook's token: JSON in JSON in JSON. */
export function claimsOf({ topic, order, shop, now }: Pick<ChannelEvent, "topic" | "order" | "shop" | "now">): object {
  const isAnonymized = topic === ANONYMIZED;
  const data = {
    data: JSON.stringify(payloadOf(topic, order, now)),
    instanceId: shop,
    eventType: isAnonymized ? "wix.ecom.v1.order_updated" : topic,
    identity: JSON.stringify({ identityType: "APP", appId: "0b4f6a2c-7d8e-4f10-9a3b-5c6d7e8f9012" }),
  };
  const seconds = Math.floor(now / 1000);
  return { data: JSON.stringify(data), iat: seconds, exp: seconds + 3_600 };
}

function payloadOf(topic: string, order: Order, now: number): object {
  if (APP.includes(topic)) return { appId: "0b4f6a2c-7d8e-4f10-9a3b-5c6d7e8f9012" };
  const event = {
    id: randomUUID(),
    entityId: order.id,
    eventTime: new Date(now).toISOString(),
    triggeredByAnonymizeRequest: topic === ANONYMIZED,
    originatedFrom: "",
    entityEventSequence: String(now),
  };
  const resource = orderResource(order);
  if (topic === FULFILMENTS) {
    const { id: orderId, fulfillments } = resource;
    const body = { currentEntity: { orderId, fulfillments } };
    return { ...event, entityFqdn: "wix.ecom.v1.fulfillments", slug: "updated", updatedEvent: body };
  }
  const { slug, carries } = CARRIED[topic] ?? { slug: "", carries: () => ({}) };
  return { ...event, entityFqdn: "wix.ecom.v1.order", slug, ...carries(shownOrder(resource)) };
}

/** As an order looks once its buyer was erased. */
function nameless({ billingInfo: _, shippingInfo: __, ...order }: Shown): object {
  return { ...order, buyerInfo: { contactId: null, email: null, visitorId: null } };
}
