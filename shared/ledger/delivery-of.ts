import type { Delivery } from "./delivery.ts";
import type { OrderSnapshot } from "./ledger.ts";

/** The order's delivery to a destination, of the current generation unless another is named; undefined before its first write. */
export const deliveryOf = (
  { record, deliveries }: Pick<OrderSnapshot, "record" | "deliveries">,
  destination: string,
  generation: number = record.generation,
): Delivery | undefined => deliveries.find((one) => one.destination === destination && one.generation === generation);
