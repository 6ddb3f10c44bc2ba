import { randomInt } from "node:crypto";
import type { ChannelEvent, ChannelSimulatorKind, OutgoingWebhook } from "../../channel-simulator.ts";
import { signedHeaders } from "./signed-headers.ts";

/**
 * A sender that signs by the Standard Webhooks specification and sends our own order JSON: docs/channels/standard.md.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const simulator: ChannelSimulatorKind = {
  topics: undefined,
  shopOf: (connection) => connection,
  newOrderId: () =>
    `W${randomInt(10 ** 12)
      .toString()
      .padStart(12, "0")}`,
  newLineId: (position) => String(position + 1),
  topicOf: () => BARE,
  implied: (topic, at) => (/\bcancell?ed$/.test(topic) ? { cancelledAt: at } : {}),
  webhooks: (event) => [webhook(event)],
};

/** The order alone, which the channel reads as topic "order"; any other topic wraps it, as the specification advises. */
const BARE = "order";

function webhook({ topic, order, endpoint, now }: ChannelEvent): OutgoingWebhook {
  const timestamp = new Date(now).toISOString();
  const body = JSON.stringify(topic === BARE ? order : { type: topic, timestamp, data: order });
  return { headers: signedHeaders(body, endpoint, now), body };
}
