import { randomInt } from "node:crypto";
import type { Order } from "../../../../shared/order.ts";
import type { ChannelEvent } from "../../channel-simulator.ts";
import { secondsOf, statusOf } from "./order-resource.ts";

interface Topic {
  type: number;
  data(order: Order, now: number): object;
}

const dated = ({ id, updatedAt }: Order) => ({ order_id: id, update_time: secondsOf(updatedAt) });

/** Each topic's number and data. https://partner.tiktokshop.com/docv2/page/1-order-status-change and the pages beside it */
const ALL: Readonly<Record<string, Topic>> = {
  ORDER_STATUS_CHANGE: {
    type: 1,
    data: (order) => ({
      is_on_hold_order: order.hold !== undefined,
      ...dated(order),
      // The webhook's word is another one than the order's.
      order_status: order.cancelledAt === undefined ? statusOf(order) : "CANCEL",
    }),
  },
  RECIPIENT_ADDRESS_UPDATE: { type: 3, data: dated },
  PACKAGE_UPDATE: {
    type: 4,
    data: ({ id, updatedAt }) => ({
      sc_type: "SPLIT",
      role_type: "ROLE_SELLER",
      package_list: [{ package_id: "1152321127278713123", order_id_list: [id] }],
      update_time: secondsOf(updatedAt),
    }),
  },
  SELLER_DEAUTHORIZATION: {
    type: 6,
    data: () => ({ message: "Shop_id {xxx} is deauthorized from your APP by merchant." }),
  },
  UPCOMING_AUTHORIZATION_EXPIRATION: {
    type: 7,
    data: (_, now) => ({
      message: "Authorization of shop_id {xxx} is expiring in 30 days. Please direct the merchant to re-authorize.",
      expiration_time: String(Math.floor(now / 1000) + 30 * 86_400),
    }),
  },
  CANCELLATION_STATUS_CHANGE: {
    type: 11,
    data: ({ id, updatedAt }) => ({
      order_id: id,
      cancellations_role: "BUYER",
      cancel_status: "CANCELLATION_REQUEST_PENDING",
      cancel_id: "4035318504086604100",
      create_time: secondsOf(updatedAt),
    }),
  },
  RETURN_STATUS_CHANGE: {
    type: 12,
    data: (order) => ({ ...dated(order), return_id: "4035318504086604101", return_role: "BUYER" }),
  },
};

/** The one of a new order first. */
export const TOPICS = Object.keys(ALL);

export function bodyOf({ topic, order, shop, now }: Pick<ChannelEvent, "topic" | "order" | "shop" | "now">): string {
  const { type, data } = ALL[topic] ?? { type: 0, data: () => ({}) };
  return JSON.stringify({
    type,
    tts_notification_id: `73${String(randomInt(1e12)).padStart(17, "0")}`,
    shop_id: shop,
    timestamp: Math.floor(now / 1000),
    data: data(order, now),
  });
}
