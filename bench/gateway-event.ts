import { createHmac } from "node:crypto";

/** A signed Shopify webhook as API Gateway passes it to receive-webhook (payload format 2.0). */
export function gatewayEvent(body: string, secret: string): object {
  const headers = {
    "content-type": "application/json",
    "x-shopify-topic": "orders/paid",
    "x-shopify-hmac-sha256": createHmac("sha256", secret).update(body).digest("base64"),
    "x-shopify-shop-domain": "demo.myshopify.com",
  };
  return {
    version: "2.0",
    routeKey: "POST /webhooks/shopify/demo",
    rawPath: "/webhooks/shopify/demo",
    rawQueryString: "",
    headers,
    requestContext: { http: { method: "POST", path: "/webhooks/shopify/demo" }, requestId: "bench", stage: "$default" },
    body,
    isBase64Encoded: false,
  };
}

/** A Shopify order padded to a size in bytes, with text that compresses about as well as real orders do. */
export function paddedOrder(order: string, bytes: number): string {
  const words = ["blue", "cotton", "gift", "express", "engraved", "size M", "leave at the door", "fragile"];
  const attributes: string[] = [];
  let size = order.length;
  for (let index = 0; size < bytes; index++) {
    const value = `${words[index % words.length]} ${((index * 2_654_435_761) % 4_294_967_296).toString(36)}`;
    const attribute = `{"name":"attribute ${index}","value":"${value}"}`;
    attributes.push(attribute);
    size += attribute.length + 1;
  }
  return order.replace('"line_items"', `"note_attributes":[${attributes.join(",")}],"line_items"`);
}
