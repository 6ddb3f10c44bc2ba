import { randomInt } from "node:crypto";
import type { ChannelSimulatorKind } from "../../channel-simulator.ts";
import { api } from "./api.ts";
import { bodyOf, impliedBy, SCOPES } from "./scopes.ts";
import { signedHeaders } from "./signed-headers.ts";

/**
 * BigCommerce's webhooks over HTTPS, and its REST API of orders (V2).
 * https://developer.bigcommerce.com/docs/integrations/webhooks, https://developer.bigcommerce.com/docs/rest-management/orders
 */
export const simulator: ChannelSimulatorKind = {
  topics: SCOPES,
  shopOf: (connection) => `${connection}hash`,
  newOrderId: newId,
  newLineId: newId,
  topicOf: ({ cancelledAt }, known) => {
    if (!known) return "store/order/created";
    return cancelledAt === undefined ? "store/order/updated" : "store/order/statusUpdated";
  },
  implied: impliedBy,
  objection: ({ id, buyer, lines }) => {
    const ids = [id, buyer?.id, ...lines.flatMap((line) => [line.id, line.productId, line.variantId])];
    const wrong = ids.find((one) => one !== undefined && !/^[1-9]\d{0,18}$/.test(one));
    return wrong === undefined ? undefined : `BigCommerce's IDs are whole numbers, and "${wrong}" is none.`;
  },
  webhooks: (event) => {
    const body = bodyOf(event);
    return [{ headers: signedHeaders(body, event), body }];
  },
  api,
};

/** Real ones count up from 100 in each store; a large one is new in every run. */
function newId(): string {
  return String(randomInt(10 ** 9, 10 ** 12));
}
