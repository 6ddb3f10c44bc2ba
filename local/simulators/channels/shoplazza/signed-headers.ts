import { createHmac, randomUUID } from "node:crypto";
import type { ChannelEvent } from "../../channel-simulator.ts";

/** https://www.shoplazza.dev/reference/webhook-properties: the HMAC covers the body alone. */
export function signedHeaders(body: string, { topic, shop, endpoint }: Omit<ChannelEvent, "order">) {
  const [secret = ""] = endpoint.signingSecrets ?? [];
  return {
    "content-type": "application/json",
    "x-shoplazza-api-version": "2026-01",
    "x-shoplazza-deduplication-id": randomUUID(),
    "x-shoplazza-hmac-sha256": createHmac("sha256", secret).update(body).digest("base64"),
    "x-shoplazza-shop-domain": shop,
    "x-shoplazza-topic": topic,
  };
}
