import type { Order } from "../../../../shared/order.ts";
import type { ChannelEvent } from "../../channel-simulator.ts";

/** https://developers.etsy.com/documentation/essentials/webhooks. There is none for a refund. */
export const TOPICS = ["order.paid", "order.canceled", "order.shipped", "order.delivered"];

export function topicOf({ cancelledAt, financialState, fulfilmentState }: Order): string {
  if (cancelledAt !== undefined || financialState === "refunded") return "order.canceled";
  return fulfilmentState === "fulfilled" ? "order.shipped" : "order.paid";
}

/** The shop is a number, as in deliveries. https://github.com/etsy/open-api/discussions/1564 */
export const bodyOf = ({ topic, order, shop }: Pick<ChannelEvent, "topic" | "order" | "shop">): string =>
  JSON.stringify({
    event_type: topic,
    resource_url: `https://api.etsy.com/v3/application/shops/${shop}/receipts/${order.id}`,
    shop_id: Number(shop),
  });
