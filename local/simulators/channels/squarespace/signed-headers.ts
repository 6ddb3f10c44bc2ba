import { createHmac } from "node:crypto";
import type { ChannelEvent } from "../../channel-simulator.ts";

/** https://developers.squarespace.com/webhooks/verifying-notifications: HMAC-SHA256(hexToBytes(secret), payload), in hex. */
export function signedHeaders(body: string, { endpoint }: Pick<ChannelEvent, "endpoint">) {
  const [secret = ""] = endpoint.signingSecrets ?? [];
  return {
    "content-type": "application/json",
    "user-agent": "Squarespace/1.0",
    "squarespace-signature": createHmac("sha256", Buffer.from(secret, "hex")).update(body).digest("hex"),
  };
}
