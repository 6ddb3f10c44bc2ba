import secrets from "../../local/secrets.json" with { type: "json" };
import { EndpointSecret } from "../../local/simulators/channel-simulator.ts";
import { simulator as shopify } from "../../local/simulators/channels/shopify/index.ts";
import { signedHeaders } from "../../local/simulators/channels/shopify/signed-headers.ts";
import { bodyOf } from "../../local/simulators/channels/shopify/topics.ts";
import { signedHeaders as standardHeaders } from "../../local/simulators/channels/standard/signed-headers.ts";
import { completeOrder } from "../../local/simulators/demo-order.ts";
import type { LocalStack } from "../../local/stack.ts";
import type { Trace } from "../../shared/ledger/trace.ts";

const SHOPIFY = EndpointSecret.parse(secrets.endpoints["shopify/demo"]);
const STANDARD = EndpointSecret.parse(secrets.endpoints["standard/demo"]);
const SHOP = "demo.myshopify.com";

export const newOrderId = (): string => shopify.newOrderId();

export interface ShopOrder {
  id: string;
  updatedAt?: string;
  financialStatus?: "pending" | "paid";
  fulfilled?: boolean;
  sku?: string;
  note?: string;
  test?: boolean;
}

/** A webhook's body from Shopify's simulator: the whole order resource, with its ID as a bare number. */
export function shopifyBody({ id, updatedAt = "2026-11-20T10:00:00-05:00", ...given }: ShopOrder): string {
  const line = { id: "866550311766439020", sku: given.sku ?? "DEMO-TEE-M" };
  const part = {
    ...{ id, placedAt: "2026-11-20T09:00:00-05:00", updatedAt, lines: [line] },
    ...{ financialState: given.financialStatus ?? "paid", note: given.note, test: given.test },
    ...(given.fulfilled && { fulfilmentState: "fulfilled" as const }),
  };
  const source = { newId: newOrderId, newLineId: newOrderId, newNumber: () => "1001", known: undefined, now: 0 };
  const order = completeOrder(part, source);
  return bodyOf({ topic: "orders/paid", order, shop: SHOP, endpoint: SHOPIFY, now: Date.now() });
}

/** Delivers a body as Shopify does, signed unless `headers` say otherwise. @returns the status of the answer */
export function shopifySends(
  stack: Pick<LocalStack, "url">,
  topic: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<number> {
  const event = `${topic} ${body}`;
  const signed =
    deliveries.get(event) ?? signedHeaders(body, { topic, shop: SHOP, endpoint: SHOPIFY, now: Date.now() });
  deliveries.set(event, signed);
  return post(`${stack.url}/webhooks/shopify/demo`, body, { ...signed, ...headers });
}

/** Headers by event: a repeated delivery has the first one's headers, including `x-shopify-triggered-at`. */
const deliveries = new Map<string, Record<string, string>>();

/** Delivers an order of our own schema, signed by the Standard Webhooks spec. @returns the status of the answer */
export function standardSends(stack: Pick<LocalStack, "url">, order: unknown): Promise<number> {
  const body = JSON.stringify(order);
  return post(`${stack.url}/webhooks/standard/demo`, body, standardHeaders(body, STANDARD, Date.now()));
}

async function post(url: string, body: string, headers: Record<string, string>): Promise<number> {
  const answer = await fetch(url, { method: "POST", body, headers });
  await answer.arrayBuffer();
  return answer.status;
}

export async function traceOf(
  stack: Pick<LocalStack, "url">,
  orderId: string,
  connection = "shopify/demo",
): Promise<Trace | undefined> {
  const answer = await fetch(`${stack.url}/orders/${connection}/${orderId}`);
  return answer.status === 200 ? ((await answer.json()) as Trace) : undefined;
}

/** Waits until a condition holds. @throws with what it last saw, if that takes too long */
export async function until<T>(
  what: () => T | undefined | false | Promise<T | undefined | false>,
  seconds: number,
  seen: () => unknown,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await what();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline)
      throw new Error(`Not within ${seconds} s; last seen: ${JSON.stringify(await seen(), null, 1)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Waits until every delivery of an order is in one of the states. */
export const deliveriesAre = (
  stack: LocalStack,
  orderId: string,
  states: string[],
  seconds = 60,
  connection = "shopify/demo",
) =>
  until(
    async () => {
      const trace = await traceOf(stack, orderId, connection);
      const all = trace?.deliveries ?? [];
      return all.length > 0 && all.every(({ state }) => states.includes(state)) ? trace : undefined;
    },
    seconds,
    () => traceOf(stack, orderId, connection),
  );

/** Orders with an ID at a provider's simulator that are not cancelled. */
export const held = (stack: LocalStack, provider: string, orderId: string) =>
  stack.sandbox.orders(provider).filter((order) => order.reference.includes(orderId));
