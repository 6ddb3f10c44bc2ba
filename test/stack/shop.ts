import type { LocalStack } from "../../local/stack.ts";
import type { Trace } from "../../shared/ledger/trace.ts";

export { newOrderId, shopifyBody, shopifySends, standardSends } from "../../local/demo/demo-shop.ts";

export async function traceOf(
  stack: Pick<LocalStack, "url">,
  orderId: string,
  connection = "shopify/demo",
): Promise<Trace | undefined> {
  const answer = await fetch(`${stack.url}/orders/${connection}/${orderId}`);
  return answer.status === 200 ? ((await answer.json()) as Trace) : undefined;
}

/** Waits for something to become so. @throws what it last saw, when that does not happen in time */
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

/** Waits until every delivery of an order has come to rest in one of the states. */
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

/** Live orders a provider's simulator holds under an ID. */
export const held = (stack: LocalStack, provider: string, orderId: string) =>
  stack.sandbox.orders(provider).filter((order) => order.reference.includes(orderId));
