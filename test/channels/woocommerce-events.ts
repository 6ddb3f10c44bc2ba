import * as z from "zod/mini";
import type { Meaning, Reading } from "../../functions/channels/channel.ts";
import { woocommerce } from "../../functions/channels/woocommerce/index.ts";
import { Settings } from "../../functions/channels/woocommerce/settings.ts";
import type { Order } from "../../shared/order.ts";
import { event } from "../support/deliveries.ts";

export const URL = "https://shop.example";

/** The least that WooCommerce's paid order says, shipped to an address. */
export const leastOrder = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: 727,
  number: "727",
  status: "processing",
  currency: "USD",
  date_created_gmt: "2026-10-01T10:00:00",
  date_modified_gmt: "2026-10-01T10:00:05",
  date_paid_gmt: "2026-10-01T10:00:04",
  prices_include_tax: false,
  total: "25.00",
  total_tax: "0.00",
  payment_method: "stripe",
  shipping: { first_name: "Ada", last_name: "Byron", address_1: "1 Main Street", city: "Louisville", country: "US" },
  billing: { first_name: "Ada", last_name: "Byron", email: "ada@example.invalid", phone: "+1 502 555 0100" },
  line_items: [line()],
  shipping_lines: [{ method_title: "Flat rate", method_id: "flat_rate", total: "5.00", total_tax: "0.00" }],
  ...changes,
});

export const line = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  ...{ id: 315, name: "Tee", product_id: 93, variation_id: 0, quantity: 2, sku: "DEMO-TEE" },
  ...{ subtotal: "20.00", subtotal_tax: "0.00", total: "20.00", total_tax: "0.00", ...changes },
});

/** Reads a delivery as route-order does. */
export async function read(
  body: unknown,
  topic = "order.updated",
  settings: Record<string, unknown> = {},
): Promise<Reading<Meaning["kind"]>> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const headers = { "x-wc-webhook-topic": topic, "x-wc-webhook-source": `${URL}/` };
  const { topic: read, meaning } = (await woocommerce.reader()).interpret(event("woocommerce", text, headers));
  const shop = { connection: "woocommerce/demo", shop: undefined };
  return { topic: read, ...meaning({ ...shop, settings: z.parse(Settings, { url: URL, ...settings }) }) };
}

/** The order that a changed least order becomes. */
export async function orderOf(changes: Record<string, unknown>, settings?: Record<string, unknown>): Promise<Order> {
  const reading = await read(leastOrder(changes), "order.updated", settings);
  if (reading.kind !== "order") throw new Error(`Not an order but ${JSON.stringify(reading)}`);
  return reading.order;
}
