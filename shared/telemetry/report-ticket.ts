import type { Identity } from "../identity.ts";
import { log } from "./log.ts";
import { count } from "./metrics.ts";

/**
 * Logs and counts that the merchant wants to hear of an order. The order's record has the ticket's text.
 * @param kind "held-too-long", as ticket.ts has it
 */
export function reportTicket(
  { kind, destination }: { kind: string; destination?: string | undefined },
  { channel, connection, orderId }: Identity,
): void {
  log.warn("order.ticket", { kind, channel, connection, orderId, destination });
  count("OrdersToCheck", {});
}
