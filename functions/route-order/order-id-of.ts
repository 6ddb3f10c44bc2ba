import { MalformedEvent } from "../../shared/errors.ts";
import type { Action } from "./action-of.ts";

/** As `Order` has it: DynamoDB takes 2,048 bytes of a key. */
const LONGEST_ID = 255;

/** The ID of the order that an action is about, if it is about one. @throws MalformedEvent if it cannot be a key */
export function orderIdOf(action: Action): string | undefined {
  const orderId = action.kind === "record" ? action.order.id : "orderId" in action ? action.orderId : undefined;
  return orderId === undefined ? undefined : checkedOrderId(orderId);
}

/** An order ID that the ledger can have as a key. @throws MalformedEvent */
export function checkedOrderId(orderId: string): string {
  // Lone surrogates become U+FFFD in UTF-8, so two IDs could collide.
  if (orderId === "" || orderId.length > LONGEST_ID || !orderId.isWellFormed()) {
    throw new MalformedEvent({ field: "order ID", problem: "is empty, too long or not well-formed" });
  }
  return orderId;
}
