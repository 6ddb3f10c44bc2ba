import { randomInt } from "node:crypto";
import type { ChannelSimulatorKind } from "../../channel-simulator.ts";
import { api } from "./api.ts";
import { bodyOf, DELETION, TOPICS } from "./events.ts";
import { signedHeaders } from "./signed-headers.ts";

/**
 * An Adobe Commerce shop: its events as Adobe I/O Events delivers them, with the signing keys, its REST API, and the
 * tokens of Adobe's identity service. https://developer.adobe.com/events/docs/guides/
 */
export const simulator: ChannelSimulatorKind = {
  topics: TOPICS,
  shopOf: (connection) => `${connection}-provider`,
  newOrderId: newId,
  newLineId: newId,
  // One event for a new order and for every change of it.
  topicOf: () => "com.adobe.commerce.observer.sales_order_save_commit_after",
  // In the shop's API a deleted order is then cancelled: our order has no other word for it.
  implied: (topic, at) => (topic === DELETION ? { cancelledAt: at } : {}),
  objection({ id, buyer, lines }) {
    const ids = [id, buyer?.id, ...lines.flatMap((line) => [line.id, line.productId, line.variantId])];
    const wrong = ids.find((one) => one !== undefined && !/^[1-9]\d{0,18}$/.test(one));
    return wrong === undefined ? undefined : `Commerce's IDs are whole numbers, and "${wrong}" is none.`;
  },
  webhooks(event) {
    const body = bodyOf(event);
    const headers = {
      "content-type": "application/cloudevents+json; charset=UTF-8",
      "user-agent": "Adobe/1.0",
      "x-adobe-event-code": event.topic,
      ...signedHeaders(body, event.endpoint),
    };
    return [{ headers, body }];
  },
  api,
};

/** Real ones count up from 1 in each shop; a large one is new in every run. */
function newId(): string {
  return String(randomInt(10 ** 9, 10 ** 12));
}
