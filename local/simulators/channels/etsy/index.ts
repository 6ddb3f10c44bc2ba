import { createHash, randomInt } from "node:crypto";
import type { ChannelSimulatorKind } from "../../channel-simulator.ts";
import { api } from "./api.ts";
import { bodyOf, TOPICS, topicOf } from "./events.ts";
import { signedHeaders } from "./signed-headers.ts";

/**
 * Etsy's webhooks over HTTPS, and its Open API v3: receipts, inventories and tokens.
 * https://developers.etsy.com/documentation/essentials/webhooks, https://developers.etsy.com/documentation/reference
 */
export const simulator: ChannelSimulatorKind = {
  topics: TOPICS,
  shopOf: (connection) => String(createHash("sha256").update(connection).digest().readUInt32BE() + 10_000_000),
  newOrderId: newId,
  newLineId: newId,
  topicOf,
  implied: (topic, at) => {
    if (topic === "order.canceled") return { cancelledAt: at };
    return topic === "order.paid" ? {} : { fulfilmentState: "fulfilled" };
  },
  objection: ({ id, lines }) => {
    const wrong = [id, ...lines.map((line) => line.id)].find((one) => !/^[1-9]\d{0,17}$/.test(one));
    return wrong === undefined ? undefined : `Etsy's IDs are numbers, and "${wrong}" is none.`;
  },
  webhooks: (event) => {
    const body = bodyOf(event);
    return [{ headers: signedHeaders(body, event), body }];
  },
  api,
};

function newId(): string {
  return String(randomInt(3_000_000_000, 4_000_000_000));
}
