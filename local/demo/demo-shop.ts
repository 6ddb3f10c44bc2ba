import { createHmac, randomBytes } from "node:crypto";
import secrets from "../secrets.json" with { type: "json" };
import type { LocalStack } from "../stack.ts";

const [SIGNING_SECRET = ""] = secrets.endpoints["shopify/demo"].signingSecrets;
const [STANDARD_SECRET = ""] = secrets.endpoints["standard/demo"].signingSecrets;

/** An 18-digit ID that JavaScript's numbers cannot hold. */
export const newOrderId = (): string =>
  `8209${String(BigInt(`0x${randomBytes(7).toString("hex")}`))
    .padStart(14, "0")
    .slice(0, 14)}`.replace(/[02468]$/, "9");

export interface ShopOrder {
  id: string;
  updatedAt?: string;
  financialStatus?: string;
  fulfilled?: boolean;
  sku?: string;
  note?: string;
  test?: boolean;
}

/** The REST order resource as a webhook carries it, cut down to what matters here; the ID stands in it as a bare number. */
export function shopifyBody({ id, updatedAt = "2026-11-20T10:00:00-05:00", ...order }: ShopOrder): string {
  const sku = order.sku ?? "DEMO-TEE-M";
  const line = {
    product_id: 632910392,
    variant_id: 808950810,
    sku,
    title: "Tee",
    quantity: 2,
    current_quantity: 2,
    fulfillable_quantity: order.fulfilled ? 0 : 2,
    price: "19.99",
    requires_shipping: true,
    gift_card: false,
  };
  const address = {
    name: "Ada Byron",
    first_name: "Ada",
    last_name: "Byron",
    address1: "1 Main Street",
    city: "Louisville",
    province: "Kentucky",
    province_code: "KY",
    zip: "40202",
    country: "United States",
    country_code: "US",
    phone: "+1 502 555 0100",
  };
  const rest = JSON.stringify({
    name: "#1001",
    created_at: "2026-11-20T09:00:00-05:00",
    updated_at: updatedAt,
    currency: "USD",
    financial_status: order.financialStatus ?? "paid",
    fulfillment_status: order.fulfilled ? "fulfilled" : null,
    subtotal_price: "39.98",
    total_price: "44.98",
    total_tax: "0.00",
    email: "ada@example.invalid",
    test: order.test ?? false,
    note: order.note ?? null,
    shipping_address: address,
    billing_address: address,
    shipping_lines: [{ title: "Standard", code: "standard", price: "5.00" }],
    line_items: [{ ...line, marker: 0 }],
  }).replace('"marker":0', '"id":866550311766439020');
  return `{"id":${id},${rest.slice(1)}`;
}

/** Delivers a webhook as Shopify does. @returns the status of the answer */
export async function shopifySends(
  stack: Pick<LocalStack, "url">,
  topic: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<number> {
  const answer = await fetch(`${stack.url}/webhooks/shopify/demo`, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "x-shopify-topic": topic,
      "x-shopify-hmac-sha256": createHmac("sha256", SIGNING_SECRET).update(body).digest("base64"),
      "x-shopify-shop-domain": "demo.myshopify.com",
      "x-shopify-webhook-id": crypto.randomUUID(),
      ...headers,
    },
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** Delivers an order of our own schema, signed by the Standard Webhooks spec. */
export async function standardSends(stack: Pick<LocalStack, "url">, order: unknown): Promise<number> {
  const body = JSON.stringify(order);
  const id = `msg_${crypto.randomUUID()}`;
  const timestamp = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(STANDARD_SECRET.replace("whsec_", ""), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  const answer = await fetch(`${stack.url}/webhooks/standard/demo`, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": `v1,${signature}`,
    },
  });
  await answer.arrayBuffer();
  return answer.status;
}
