import type { OrderRecord } from "../shared/ledger/order-record.ts";
import { dispatch } from "../shared/ledger/outbox.ts";
import { addTrace } from "./add-trace.ts";
import { CommandError } from "./command-error.ts";
import type { Resolved } from "./resolve.ts";
import { recordSend, type SendDeps } from "./send-again.ts";

/**
 * Writes what the operator found out. Where that needs a message, the order is made due first: a delivery that was released
 * by a process that then ended is sent by the due-time pass, and a message too many only looks it up.
 * @param record of the order, as it was read @param outcome for the trace
 * @throws CommandError where an attempt changed the delivery meanwhile
 */
export async function recordFinding(
  { delivery, send }: Resolved,
  record: OrderRecord,
  outcome: string,
  deps: SendDeps,
): Promise<void> {
  const { ledger, now } = deps;
  const due = send ? await recordSend(record, [delivery.destination], outcome, deps) : undefined;
  if ((await ledger.putDelivery(delivery)) === "conflict") {
    throw new CommandError(
      `The delivery to ${delivery.destination} changed meanwhile, so your finding was not recorded. Look at it again.`,
    );
  }
  if (due) await dispatch(due, deps);
  else await addTrace(ledger, (await ledger.order(record)) ?? record, outcome, now());
}
