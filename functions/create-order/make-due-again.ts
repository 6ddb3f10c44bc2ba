import { dueAgain, isBehindDue } from "../../shared/ledger/order-life.ts";
import type { OrderRecord } from "../../shared/ledger/order-record.ts";
import type { DeliveryContext } from "./delivery-context.ts";

/**
 * Before a delivery that had failed is tried again: find-due left its order behind, and would never miss its message. An
 * order that find-due has still to look at costs nothing.
 */
export async function makeDueAgain({ snapshot, ledger, config, now }: DeliveryContext): Promise<void> {
  const { dueAfter } = config.timing;
  let current: OrderRecord | undefined = snapshot.record;
  while (current && isBehindDue(current, now())) {
    if ((await ledger.putOrder(dueAgain(current, { now: now(), dueAfter }))) === "written") return;
    current = await ledger.order(current);
  }
}
