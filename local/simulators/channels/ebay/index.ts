import type { ChannelSimulatorKind } from "../../channel-simulator.ts";
import { api } from "./api.ts";
import { bodiesOf, TOPICS } from "./events.ts";
import { newLineId, newOrderId } from "./ids.ts";
import { signedHeaders } from "./signed-headers.ts";

/**
 * eBay's notifications over HTTPS, and its APIs of orders, keys, users and tokens.
 * https://developer.ebay.com/api-docs/commerce/notification/overview.html
 */
export const simulator: ChannelSimulatorKind = {
  topics: TOPICS,
  shopOf: (connection) => `TG${connection}`,
  newOrderId,
  newLineId,
  topicOf: (order, known) =>
    known && order.cancelledAt !== undefined ? "ORDER_CANCELLATION_ACTIVITY" : "ORDER_CONFIRMATION",
  implied: (topic, at) => (topic === "ORDER_CANCELLATION_ACTIVITY" ? { cancelledAt: at } : {}),
  objection: ({ id }) =>
    /^[\w!-]{1,100}$/.test(id) ? undefined : `eBay's IDs are digits and -, like 06-15211-22068, and "${id}" is none.`,
  webhooks: (event) => bodiesOf(event).map((body) => ({ headers: signedHeaders(body, event.endpoint), body })),
  api,
};
