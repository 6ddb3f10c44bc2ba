import type { Ledger } from "../shared/ledger/ledger.ts";
import { withTrace } from "../shared/ledger/order-life.ts";
import type { OrderRecord } from "../shared/ledger/order-record.ts";

/** Adds a line to the trace of an order, again after each conflict with another writer. @param now epoch ms */
export async function addTrace(ledger: Ledger, record: OrderRecord, outcome: string, now: number): Promise<void> {
  for (let current: OrderRecord | undefined = record; current; current = await ledger.order(record)) {
    if ((await ledger.putOrder(withTrace(current, outcome, now))) === "written") return;
  }
}
