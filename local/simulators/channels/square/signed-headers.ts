import { createHmac } from "node:crypto";
import type { ChannelEvent } from "../../channel-simulator.ts";

/** https://developer.squareup.com/docs/webhooks/step3validate: HMAC-SHA256(notification URL + body), in base64. */
export function signedHeaders(body: string, { endpoint, now }: Pick<ChannelEvent, "endpoint" | "now">) {
  const [key = ""] = endpoint.signingSecrets ?? [];
  const signature = createHmac("sha256", key)
    .update(endpoint.url ?? "")
    .update(body)
    .digest("base64");
  return {
    "content-type": "application/json",
    "user-agent": "Square Connect v2",
    "square-environment": "Production",
    "square-initial-delivery-timestamp": new Date(now).toISOString(),
    "x-square-hmacsha256-signature": signature,
  };
}
