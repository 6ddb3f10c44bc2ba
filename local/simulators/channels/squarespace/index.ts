import { randomBytes } from "node:crypto";
import type { ChannelSimulatorKind } from "../../channel-simulator.ts";
import { api } from "./api.ts";
import { signedHeaders } from "./signed-headers.ts";
import { bodyOf, TOPICS } from "./topics.ts";

/**
 * Squarespace's webhooks over HTTPS, its Orders API and its OAuth tokens.
 * https://developers.squarespace.com/webhooks/overview, https://developers.squarespace.com/commerce-apis/orders-overview
 */
export const simulator: ChannelSimulatorKind = {
  topics: TOPICS,
  shopOf: (connection) => `${connection}-website`,
  newOrderId: newId,
  newLineId: newId,
  topicOf: (_, known) => (known ? "order.update" : "order.create"),
  objection: ({ id, lines }) => {
    const wrong = [id, ...lines.map((line) => line.id)].find((one) => !/^[0-9a-f]{24}$/.test(one));
    return wrong === undefined ? undefined : `Squarespace's IDs have 24 hexadecimal digits, and "${wrong}" has not.`;
  },
  webhooks: (event) => {
    const body = bodyOf(event);
    return [{ headers: signedHeaders(body, event), body }];
  },
  api,
};

function newId(): string {
  return randomBytes(12).toString("hex");
}
