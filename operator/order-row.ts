import type { Identity } from "../shared/identity.ts";
import type { DeliveryState } from "../shared/ledger/delivery.ts";
import { deliveryOf } from "../shared/ledger/delivery-of.ts";
import type { OrderSnapshot } from "../shared/ledger/ledger.ts";
import type { OrderRecord } from "../shared/ledger/order-record.ts";
import { type Kind, kindOf } from "./next-step.ts";

/** An order as a list shows it: no personal data, and no reason, which may quote the buyer. Times UTC ISO 8601. */
export interface OrderRow {
  identity: Identity;
  /** The number that the buyer sees. */
  number: string | null;
  state: OrderRecord["state"];
  firstSeenAt: string;
  placedAt: string | null;
  /** Of the current generation, those that no attempt has claimed yet included. */
  deliveries: { destination: string; state: DeliveryState; needs: Kind | null; reference: string | null }[];
}

export function orderRow(file: OrderSnapshot): OrderRow {
  const { channel, connection, orderId, number, state, firstSeenAt, placedAt, decided } = file.record;
  return {
    identity: { channel, connection, orderId },
    ...{ number: number ?? null, state, firstSeenAt, placedAt: placedAt ?? null },
    deliveries: decided.map((destination) => {
      const delivery = deliveryOf(file, destination);
      return {
        destination,
        state: delivery?.state ?? "queued",
        needs: (delivery && kindOf(delivery)) ?? null,
        reference: delivery?.reference ?? null,
      };
    }),
  };
}
