import { randomBytes } from "node:crypto";
import type { Order } from "../../../../shared/order.ts";
import type { ChannelEvent } from "../../channel-simulator.ts";

/** `data` of each topic. https://developers.squarespace.com/webhooks/overview */
const DATA: Readonly<Record<string, (order: Order, now: number) => object>> = {
  "order.create": ({ id }) => ({ orderId: id }),
  "order.update": (order) => ({ orderId: order.id, update: updateOf(order) }),
  "extension.uninstall": () => ({ clientId: "demo-client" }),
  "contact.delete": (_, now) => ({ id: "64a7e3d2c8f1b95e30a14d2b", deletedOn: new Date(now).toISOString() }),
};

/** The one of a new order first. */
export const TOPICS = Object.keys(DATA);

/** The documented kinds of an update. None says that an order was paid. */
function updateOf({ cancelledAt, financialState, fulfilmentState }: Order): string {
  if (cancelledAt !== undefined) return "CANCELED";
  if (financialState === "refunded" || financialState === "partially-refunded") return "REFUNDED";
  return fulfilmentState === "fulfilled" ? "FULFILLED" : "MARKED_PENDING";
}

/** The body of a notification. Its time has no seconds. */
export function bodyOf({ topic, order, shop, now }: Pick<ChannelEvent, "topic" | "order" | "shop" | "now">): string {
  return JSON.stringify({
    id: randomBytes(12).toString("hex"),
    websiteId: shop,
    subscriptionId: "5f3c2155d947844beedda991",
    topic,
    createdOn: `${new Date(now).toISOString().slice(0, "2020-04-22T22:18".length)}+00:00`,
    data: DATA[topic]?.(order, now),
  });
}
