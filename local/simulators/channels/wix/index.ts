import { randomUUID } from "node:crypto";
import type { ChannelSimulatorKind } from "../../channel-simulator.ts";
import { api } from "./api.ts";
import { signedToken } from "./signed-token.ts";
import { claimsOf, TOPICS, topicOf } from "./topics.ts";

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Wix's webhooks over HTTPS, each a JWT, and its eCommerce Orders API.
 * https://dev.wix.com/docs/build-apps/develop-your-app/api-integrations/events-and-webhooks/about-webhooks
 */
export const simulator: ChannelSimulatorKind = {
  topics: TOPICS,
  shopOf: (connection) => `${connection}-instance`,
  newOrderId: () => randomUUID(),
  newLineId: (position) => `00000000-0000-0000-0000-${String(position + 1).padStart(12, "0")}`,
  topicOf,
  implied: (topic, at) => (topic === "wix.ecom.v1.order_canceled" ? { cancelledAt: at } : {}),
  objection: ({ id, lines }) => {
    const wrong = [id, ...lines.map((line) => line.id)].find((one) => !GUID.test(one));
    return wrong === undefined ? undefined : `Wix's IDs are GUIDs, and "${wrong}" is none.`;
  },
  webhooks: (event) => {
    const body = signedToken(claimsOf(event), event.endpoint.privateKey ?? "");
    return [{ headers: { "content-type": "text/plain" }, body }];
  },
  // Which lines were shipped is not in the webhook.
  fetched: { fulfilmentState: "partial", lines: [{ sku: "DEMO-TEE-M", quantity: 2, fulfilled: 1 }] },
  api,
};
