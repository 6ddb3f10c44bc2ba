import { createHmac } from "node:crypto";
import type { EndpointSecret } from "../../channel-simulator.ts";

/** hex(HMAC-SHA256(app secret, app key + body)), without a scheme's name. */
export function signedHeaders(body: string, endpoint: EndpointSecret) {
  const [appSecret = ""] = endpoint.signingSecrets ?? [];
  return {
    "content-type": "application/json",
    authorization: createHmac("sha256", appSecret).update(`${endpoint["appKey"]}${body}`).digest("hex"),
  };
}
