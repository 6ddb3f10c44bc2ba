import { createHmac, randomUUID } from "node:crypto";
import type { ChannelEvent } from "../../channel-simulator.ts";

/**
 * The headers of Standard Webhooks: the key is the base64 after `whsec_`.
 * https://developers.etsy.com/documentation/essentials/webhooks
 */
export function signedHeaders(body: string, { endpoint, now }: Pick<ChannelEvent, "endpoint" | "now">) {
  const [secret = ""] = endpoint.signingSecrets ?? [];
  const id = `msg_${randomUUID().replaceAll("-", "")}`;
  const seconds = String(Math.floor(now / 1000));
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  return {
    "content-type": "application/json",
    "user-agent": "Svix-Webhooks/1.82.0",
    "webhook-id": id,
    "webhook-timestamp": seconds,
    "webhook-signature": `v1,${createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64")}`,
  };
}
