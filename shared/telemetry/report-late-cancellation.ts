import type { Identity } from "../identity.ts";
import { log } from "./log.ts";
import { count } from "./metrics.ts";

/** Raises that an order was cancelled at the channel, and is created at a destination, or may be: a person has to stop it there. */
export function reportLateCancellation(destination: string, { channel, connection, orderId }: Identity): void {
  log.warn("delivery.cancelled-too-late", { channel, connection, orderId, destination });
  count("CancelledAfterCreated", { destination });
}
