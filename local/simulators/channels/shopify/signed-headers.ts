import { createHmac, randomUUID } from "node:crypto";
import type { ChannelEvent } from "../../channel-simulator.ts";

/** Of the REST Admin API. https://shopify.dev/docs/api/usage/versioning */
const API_VERSION = "2026-04";

/** https://shopify.dev/docs/apps/build/webhooks/verify-deliveries: the HMAC covers the body alone. */
export function signedHeaders(body: string, { topic, shop, endpoint, now }: Omit<ChannelEvent, "order">) {
  const [secret = ""] = endpoint.signingSecrets ?? [];
  return {
    "content-type": "application/json",
    "user-agent": "Shopify-Captain-Hook",
    "x-shopify-api-version": API_VERSION,
    "x-shopify-event-id": randomUUID(),
    "x-shopify-hmac-sha256": createHmac("sha256", secret).update(body).digest("base64"),
    "x-shopify-shop-domain": shop,
    "x-shopify-topic": topic,
    "x-shopify-triggered-at": new Date(now).toISOString(),
    "x-shopify-webhook-id": randomUUID(),
  };
}
