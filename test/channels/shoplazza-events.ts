import * as z from "zod/mini";
import type { Meaning, Reading } from "../../functions/channels/channel.ts";
import { shoplazza } from "../../functions/channels/shoplazza/index.ts";
import { Settings } from "../../functions/channels/shoplazza/settings.ts";
import type { Order } from "../../shared/order.ts";
import { event } from "../support/deliveries.ts";

export const DOMAIN = "muster.myshoplaza.com";

/** The least that Shoplazza's paid order says, to be shipped to an address. */
export const leastOrder = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: "11218-00000731",
  number: "00000731",
  status: "placed",
  financial_status: "paid",
  fulfillment_status: "waiting",
  payment_method: "online",
  currency: "USD",
  total_price: "25.00",
  total_paid: "25.00",
  created_at: "2026-10-01T10:00:00Z",
  updated_at: "2026-10-01T10:00:05Z",
  placed_at: "2026-10-01T10:00:04Z",
  shipping_address: { name: "Ada Byron", address1: "1 Main Street", city: "Louisville", country_code: "US" },
  line_items: [line()],
  ...changes,
});

export const line = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  ...{ id: "l-1", sku: "DEMO-TEE-M", quantity: 2, price: "10.00" },
  ...changes,
});

/** Reads a delivery as route-order does. */
export async function read(
  body: unknown,
  topic = "orders/update",
  settings: Record<string, unknown> = {},
): Promise<Reading<Meaning["kind"]>> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const interpretation = (await shoplazza.reader()).interpret(event("shoplazza", text, { "x-shoplazza-topic": topic }));
  const about = {
    connection: "shoplazza/demo",
    shop: undefined,
    settings: z.parse(Settings, { domain: DOMAIN, ...settings }),
  };
  return { topic: interpretation.topic, ...interpretation.meaning(about) };
}

export async function orderIn(changes: Record<string, unknown> = {}, settings = {}): Promise<Order> {
  const reading = await read(leastOrder(changes), "orders/update", settings);
  if (reading.kind !== "order") throw new Error(`Not an order but ${JSON.stringify(reading)}`);
  return reading.order;
}
