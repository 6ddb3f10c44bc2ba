import { createHmac } from "node:crypto";
import type { ChannelEvent } from "../../channel-simulator.ts";

/** The two fields of a body that are signed. */
interface Mark {
  eventCreated: number;
  eventId: string;
}

/**
 * base64(HMAC-SHA256(client_secret, "{eventCreated}.{eventId}")).
 * https://docs.ecwid.com/build-apps/webhook-automations/setup-webhooks
 */
export function signedHeaders({ eventCreated, eventId }: Mark, { endpoint }: Pick<ChannelEvent, "endpoint">) {
  const [clientSecret = ""] = endpoint.signingSecrets ?? [];
  return {
    "content-type": "application/json; charset=UTF-8",
    "cache-control": "no-cache",
    "x-ecwid-webhook-signature": createHmac("sha256", clientSecret)
      .update(`${eventCreated}.${eventId}`)
      .digest("base64"),
  };
}
