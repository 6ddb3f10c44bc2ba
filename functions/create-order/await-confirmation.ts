import { unconfirmed } from "../../shared/ledger/order-life.ts";
import type { OrderRecord } from "../../shared/ledger/order-record.ts";
import type { DeliveryContext } from "./delivery-context.ts";
import type { AttemptResult } from "./outcome.ts";

/**
 * After a restore of the table: gives the message back, and has find-due ask route-order to fetch the order. Where its
 * channel has no API, route-order holds it for the operator.
 */
export async function awaitConfirmation({ snapshot, ledger, config, now }: DeliveryContext): Promise<AttemptResult> {
  let current: OrderRecord | undefined = snapshot.record;
  while (current?.state === "recorded" && current.channelWait === undefined) {
    if ((await ledger.putOrder(unconfirmed(current, now()))) === "written") break;
    current = await ledger.order(current);
  }
  return { outcome: "waiting", disposition: { retryInMs: config.timing.holdLookAfter } };
}
