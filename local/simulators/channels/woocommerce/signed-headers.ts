import { createHash, createHmac } from "node:crypto";
import type { ChannelEvent } from "../../channel-simulator.ts";

/** The number of this webhook in its shop. */
const WEBHOOK_ID = "7";

/** The order of WordPress's own table: the ampersand last, so that nothing is decoded twice. */
const DECODED: [RegExp, string][] = [
  [/&quot;|&#0*34;|&#[xX]0*22;/g, '"'],
  [/&#0*39;|&#[xX]0*27;/g, "'"],
  [/&lt;|&#0*60;/g, "<"],
  [/&gt;|&#0*62;/g, ">"],
  [/&amp;|&#0*38;|&#[xX]0*26;/g, "&"],
];

/**
 * https://github.com/woocommerce/woocommerce, includes/class-wc-webhook.php, `deliver`. The delivery ID is made from
 * the webhook and the second: two orders of one second share it.
 */
export function signedHeaders(body: string, { topic, shop, endpoint, now }: Omit<ChannelEvent, "order">) {
  const [stored = ""] = endpoint.signingSecrets ?? [];
  const secret = DECODED.reduce((text, [entity, character]) => text.replace(entity, character), stored);
  const [resource = "", event = ""] = topic.split(".");
  const delivery = createHash("md5").update(`${WEBHOOK_ID}${Math.floor(now / 1000)}`);
  return {
    "content-type": "application/json",
    "user-agent": "WooCommerce/10.2.1 Hookshot (WordPress/6.8.2)",
    "x-wc-webhook-source": `https://${shop}/`,
    "x-wc-webhook-topic": topic,
    "x-wc-webhook-resource": resource,
    "x-wc-webhook-event": event,
    "x-wc-webhook-signature": createHmac("sha256", secret).update(body).digest("base64"),
    "x-wc-webhook-id": WEBHOOK_ID,
    "x-wc-webhook-delivery-id": delivery.digest("hex"),
  };
}
