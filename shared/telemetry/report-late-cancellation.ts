import type { Identity } from "../identity.ts";
import { log } from "./log.ts";
import { count } from "./metrics.ts";

/** Logs and counts that the channel cancelled an order after it was sent to a destination: an operator must stop it there. */
export function reportLateCancellation(destination: string, { channel, connection, orderId }: Identity): void {
  log.warn("delivery.late-cancellation", { channel, connection, orderId, destination });
  count("LateCancellations", { destination });
}
