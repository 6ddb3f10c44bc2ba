import { createHmac, randomUUID } from "node:crypto";
import type { ChannelEvent } from "../../channel-simulator.ts";

/**
 * The headers of Standard Webhooks. Its library decodes the key from base64, and BigCommerce's example encodes the client
 * secret for it: so the key is the client secret's text.
 * https://developer.bigcommerce.com/docs/integrations/webhooks/https-webhook-overview#webhook-signature
 */
export function signedHeaders(body: string, { endpoint, now }: Pick<ChannelEvent, "endpoint" | "now">) {
  const [clientSecret = ""] = endpoint.signingSecrets ?? [];
  const id = randomUUID();
  const seconds = String(Math.floor(now / 1000));
  const signature = createHmac("sha256", clientSecret).update(`${id}.${seconds}.${body}`).digest("base64");
  return {
    "content-type": "application/json",
    "user-agent": "akka-http/10.0.6",
    "webhook-id": id,
    "webhook-timestamp": seconds,
    "webhook-signature": `v1,${signature}`,
  };
}
