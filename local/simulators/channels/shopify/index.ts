import { randomInt } from "node:crypto";
import type { ChannelSimulatorKind } from "../../channel-simulator.ts";
import { api } from "./api.ts";
import { signedHeaders } from "./signed-headers.ts";
import { bodyOf, ID_ALONE, impliedBy, TOPICS } from "./topics.ts";

/**
 * Shopify's webhooks over HTTPS, with the REST order resource of version 2026-04, and its GraphQL Admin API.
 * https://shopify.dev/docs/apps/build/webhooks, https://shopify.dev/docs/api/admin-rest/latest/resources/order
 */
export const simulator: ChannelSimulatorKind = {
  topics: TOPICS,
  shopOf: (connection) => `${connection}.myshopify.com`,
  newOrderId: newId,
  newLineId: newId,
  topicOf: ({ cancelledAt, financialState }, known) => {
    if (cancelledAt !== undefined) return "orders/cancelled";
    if (known) return "orders/updated";
    return financialState === "paid" ? "orders/paid" : "orders/create";
  },
  implied: impliedBy,
  objection: ({ id, buyer, lines }) => {
    const ids = [id, buyer?.id, ...lines.flatMap((line) => [line.id, line.productId, line.variantId])];
    const wrong = ids.find((one) => one !== undefined && !/^[1-9]\d{0,18}$/.test(one));
    return wrong === undefined ? undefined : `Shopify's IDs are numbers of up to 19 digits, and "${wrong}" is none.`;
  },
  webhooks: (event) => {
    const body = bodyOf(event);
    return [{ headers: signedHeaders(body, event), body }];
  },
  fetched: { tags: [ID_ALONE] },
  api,
};

/** 18 digits, of which no JavaScript number holds the last ones. */
function newId(): string {
  return `8209${randomInt(1_000_000).toString().padStart(6, "0")}${randomInt(10_000_000).toString().padStart(7, "0")}9`;
}
