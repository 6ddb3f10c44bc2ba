import type { Identity } from "../shared/identity.ts";
import { CommandError } from "./command-error.ts";

/** The order that the operator typed: `shopify/main/820982911946154508`. @throws CommandError */
export function orderIdentity(words: string): Identity {
  const [, channel, connection, orderId] = /^([^/]+)\/([^/]+)\/(.+)$/s.exec(words) ?? [];
  if (!channel || !connection || !orderId) {
    throw new CommandError(
      `"${words}" is not an order: write channel/connection/order ID, as in shopify/main/820982911946154508.`,
    );
  }
  return { channel, connection, orderId };
}
