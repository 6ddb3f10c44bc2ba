import type { Ledger } from "../shared/ledger/ledger.ts";
import { type OrderRecord, TRACE_LENGTH } from "../shared/ledger/order-record.ts";

/** The order's record with one line more in its trace, ready to be written. @param now epoch ms */
export function withEvent(record: OrderRecord, outcome: string, now: number): OrderRecord {
  const event = { at: new Date(now).toISOString(), topic: "operator", outcome };
  const events = [...record.events, event].slice(-TRACE_LENGTH);
  return { ...record, rev: record.rev + 1, events, eventCount: record.eventCount + 1 };
}

/** Adds a line to the trace of an order, whoever writes it at the same time. */
export async function addEvent(ledger: Ledger, record: OrderRecord, outcome: string, now: number): Promise<void> {
  for (let current: OrderRecord | undefined = record; current; current = await ledger.order(record)) {
    if ((await ledger.putOrder(withEvent(current, outcome, now))) === "written") return;
  }
}
