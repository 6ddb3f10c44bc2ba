import type { ChannelSimulatorKind } from "../../channel-simulator.ts";
import { api } from "./api.ts";
import { bodyOf, TYPES } from "./events.ts";
import { newId } from "./ids.ts";
import { signedHeaders } from "./signed-headers.ts";

/**
 * Square's webhooks over HTTPS, and its APIs of orders, products, payments and tokens.
 * https://developer.squareup.com/docs/webhooks/overview, https://developer.squareup.com/reference/square
 */
export const simulator: ChannelSimulatorKind = {
  topics: TYPES,
  shopOf: (connection) => `ML${connection.toUpperCase()}`,
  newOrderId: () => newId(28),
  newLineId: () => newId(22),
  topicOf: (_, known) => (known ? "order.updated" : "order.created"),
  implied: (topic) => (topic.startsWith("refund.") ? { financialState: "refunded" } : {}),
  objection: ({ id, lines }) => {
    const wrong = [id, ...lines.map((line) => line.id)].find((one) => !/^[\w-]{1,192}$/.test(one));
    return wrong === undefined ? undefined : `Square's IDs are letters, digits, - and _, and "${wrong}" is none.`;
  },
  webhooks: (event) => {
    const body = bodyOf(event);
    return [{ headers: signedHeaders(body, event), body }];
  },
  api,
};
