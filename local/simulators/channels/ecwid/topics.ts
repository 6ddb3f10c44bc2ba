import { randomUUID } from "node:crypto";
import type { Order } from "../../../../shared/order.ts";
import type { ChannelEvent } from "../../channel-simulator.ts";
import { internalId } from "./internal-id.ts";
import { fulfillmentStatus, paymentStatus } from "./statuses.ts";

/** What an event says beside its store: of orders the internal number, of the app a text. */
type Rest = (order: Order, shop: string) => { entityId: number | string; data?: object };

const ofOrder =
  (data: (order: Order) => object): Rest =>
  (order) => ({ entityId: internalId(order.id), data: { orderId: order.id, ...data(order) } });

const isNow = (order: Order) => ({
  newPaymentStatus: paymentStatus(order),
  newFulfillmentStatus: fulfillmentStatus(order),
});
const ofCart = ofOrder(() => ({ cartId: "320AB5DE-5EA6-4419-A4C5-3F5F1B5C7E11" }));
const ofCustomer: Rest = ({ buyer }) => ({
  entityId: Number(buyer?.id ?? 270919557),
  data: { customerEmail: buyer?.email ?? "" },
});

/** https://docs.ecwid.com/build-apps/webhook-automations/learn-ecwid-webhooks/list-of-webhook-events */
const EVENTS: Readonly<Record<string, Rest>> = {
  "order.created": ofOrder(isNow),
  "order.updated": ofOrder((order) => ({
    oldPaymentStatus: "AWAITING_PAYMENT",
    oldFulfillmentStatus: "AWAITING_PROCESSING",
    ...isNow(order),
  })),
  "order.deleted": ofOrder(() => ({})),
  "unfinished_order.created": ofCart,
  "unfinished_order.updated": ofCart,
  "unfinished_order.deleted": ofCart,
  "customer.deleted": ofCustomer,
  "customer.personalDataRemovalRequest": ofCustomer,
  "customer.personalDataExportRequest": ofCustomer,
  "application.uninstalled": (_, shop) => ({ entityId: shop }),
  "application.subscriptionStatusChanged": (_, shop) => ({
    entityId: shop,
    data: { oldSubscriptionStatus: "ACTIVE", newSubscriptionStatus: "SUSPENDED" },
  }),
  "profile.subscriptionStatusChanged": (_, shop) => ({
    entityId: Number(shop),
    data: { oldSubscriptionName: "ECWID_BUSINESS", newSubscriptionName: "ECWID_FREE" },
  }),
  "profile.updated": (_, shop) => ({ entityId: Number(shop) }),
};

/** The one of a new order first. */
export const TOPICS = Object.keys(EVENTS);

/** https://docs.ecwid.com/build-apps/webhook-automations/learn-ecwid-webhooks/webhook-structure */
export const eventOf = ({ topic, order, shop, now }: Pick<ChannelEvent, "topic" | "order" | "shop" | "now">) => ({
  eventId: randomUUID(),
  eventCreated: Math.floor(now / 1000),
  storeId: Number(shop),
  ...(EVENTS[topic]?.(order, shop) ?? {}),
  eventType: topic,
});
