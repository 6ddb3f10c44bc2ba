import { randomInt } from "node:crypto";
import type { ChannelSimulatorKind } from "../../channel-simulator.ts";
import { api } from "./api.ts";
import { MOST_UNITS } from "./order-resource.ts";
import { signedHeaders } from "./signed-headers.ts";
import { bodyOf, TOPICS } from "./topics.ts";

/**
 * TikTok Shop's webhooks over HTTPS, its Order API and its tokens.
 * https://partner.tiktokshop.com/docv2/page/tts-webhooks-overview
 */
export const simulator: ChannelSimulatorKind = {
  topics: TOPICS,
  shopOf: () => "7494049642642441621",
  newOrderId: () => `576${digits(15)}`,
  // The last digits count the units of the line.
  newLineId: () => `577${digits(12)}000`,
  topicOf: () => "ORDER_STATUS_CHANGE",
  objection: ({ id, lines }) => {
    const wrong = [id, ...lines.map((line) => line.id)].find((one) => !/^\d{1,20}$/.test(one));
    if (wrong !== undefined) return `TikTok Shop's IDs have digits only, and "${wrong}" has not.`;
    const large = lines.find(({ quantity }) => quantity > MOST_UNITS);
    return large && `A line has at most ${MOST_UNITS} units here, and one has ${large.quantity}.`;
  },
  webhooks: (event) => {
    const body = bodyOf(event);
    return [{ headers: signedHeaders(body, event.endpoint), body }];
  },
  api,
};

const digits = (count: number): string => Array.from({ length: count }, () => randomInt(10)).join("");
