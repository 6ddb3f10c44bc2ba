import { createHash, randomInt } from "node:crypto";
import type { ChannelSimulatorKind } from "../../channel-simulator.ts";
import { api } from "./api.ts";
import { signedHeaders } from "./signed-headers.ts";
import { eventOf, TOPICS } from "./topics.ts";

/**
 * Ecwid's webhooks over HTTPS, and its REST API v3.
 * https://docs.ecwid.com/build-apps/webhook-automations, https://docs.ecwid.com/api-reference
 */
export const simulator: ChannelSimulatorKind = {
  topics: TOPICS,
  shopOf: (connection) =>
    String(1_000_000 + (createHash("sha256").update(connection).digest().readUInt32BE() % 10 ** 8)),
  newOrderId,
  newLineId: () => String(randomInt(10 ** 9, 10 ** 10)),
  topicOf: (_, known) => (known ? "order.updated" : "order.created"),
  objection: ({ id, buyer, lines }) => {
    if (!/^[\w-]{1,60}$/.test(id)) return `Ecwid's order IDs are letters, digits and hyphens, and "${id}" is none.`;
    const ids = [buyer?.id, ...lines.flatMap((line) => [line.id, line.productId, line.variantId])];
    const wrong = ids.find((one) => one !== undefined && !/^[1-9]\d{0,18}$/.test(one));
    return wrong === undefined ? undefined : `Ecwid's IDs of items and customers are numbers, and "${wrong}" is none.`;
  },
  webhooks: (event) => {
    const content = eventOf(event);
    return [{ headers: signedHeaders(content, event), body: JSON.stringify(content) }];
  },
  api,
};

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** Real ones have five letters and digits; with two more, one is new in every run. */
function newOrderId(): string {
  return Array.from({ length: 7 }, () => LETTERS[randomInt(LETTERS.length)]).join("");
}
