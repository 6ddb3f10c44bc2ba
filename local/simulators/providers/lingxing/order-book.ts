import type { HeldOrder } from "../../simulator.ts";
import type { Store } from "./company.ts";
import type { LingxingBody } from "./order-body.ts";
import type { LingxingSwitches } from "./switches.ts";

export interface LingxingHeld extends HeldOrder {
  readonly body: LingxingBody;
  readonly store: Store;
  /** ms */
  readonly at: number;
  cancelledAt?: number;
}

/** Counts up for good: Amazon's numbers stay unique when the orders are forgotten. */
export function createOrderBook(switches: Readonly<Pick<LingxingSwitches, "uniqueness">>) {
  let next = 1_946_049;
  const held: LingxingHeld[] = [];
  return {
    held,
    isTaken: (orderId: string, sid: number): boolean =>
      held.some((one) => one.body.order_id === orderId && (switches.uniqueness === "company" || one.store.sid === sid)),
    add(request: unknown, body: LingxingBody, store: Store, at: number): LingxingHeld {
      const id = `S01-6274054-${next}`;
      next += 1;
      const createdAt = new Date(at).toISOString();
      const entry: LingxingHeld = { id, reference: body.order_id, request, createdAt, body, store, at };
      held.push(entry);
      return entry;
    },
    cancel(entry: LingxingHeld, at: number): void {
      entry.cancelledAt ??= at;
      entry.cancelled = true;
    },
  };
}
export type OrderBook = ReturnType<typeof createOrderBook>;
