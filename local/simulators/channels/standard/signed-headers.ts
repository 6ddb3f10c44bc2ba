import { createHmac, createPrivateKey, randomUUID, sign } from "node:crypto";
import type { EndpointSecret } from "../../channel-simulator.ts";

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#webhook-headers-sending-metadata-to-consumers */
export function signedHeaders(body: string, endpoint: EndpointSecret, now: number) {
  const id = `msg_${randomUUID()}`;
  const seconds = String(Math.floor(now / 1000));
  return {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": seconds,
    "webhook-signature": signatureOf(`${id}.${seconds}.${body}`, endpoint),
  };
}

/** `v1`: HMAC with a `whsec_` secret; `v1a`: ed25519, where the first signing secret is the public key `whpk_…`. */
function signatureOf(content: string, { signingSecrets: [first = ""] = [], privateKey }: EndpointSecret) {
  if (first.startsWith("whpk_")) {
    if (privateKey === undefined) throw new Error("local/secrets.json lacks the privateKey of this whpk_ key.");
    return `v1a,${sign(null, Buffer.from(content), createPrivateKey(privateKey)).toString("base64")}`;
  }
  const secret = Buffer.from(first.replace(/^whsec_/, ""), "base64");
  return `v1,${createHmac("sha256", secret).update(content).digest("base64")}`;
}
