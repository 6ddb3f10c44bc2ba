import { malformed } from "../../shared/connector/malformed.ts";
import { Order } from "../../shared/order.ts";

/**
 * An order as a channel's mapping made it, within the limits of `Order`: whatever is recorded can be read again, by
 * every function. The channel `standard` has parsed it before; other channels map what their platform sent.
 * @throws MalformedEvent that names the field of `Order`
 */
export function checkedOrder(order: Order): Order {
  const parsed = Order.safeParse(order);
  if (parsed.success) return parsed.data;
  throw malformed(parsed.error, ["order"]);
}
