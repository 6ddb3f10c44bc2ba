import { compare } from "../../../shared/decimal.ts";
import type { FinancialState, Order } from "../../../shared/order.ts";
import type { SiteOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";

/** A payment that is not complete. A state that is not here, and not in `paidStates`, is as far as `PENDING`. */
const UNPAID: Readonly<Record<string, FinancialState>> = {
  AUTHORIZED: "authorized",
  PARTIALLY_PAID: "partially-paid",
};

/** Its money was taken, whatever becomes of the refund. */
const REFUNDING = new Set(["REFUND_PENDING", "REFUND_FAILED"]);

type State = Pick<Order, "financialState" | "cancelledAt" | "fulfilmentState" | "hold">;

/** What `paymentState`, `fulfillmentStatus` and the refunded amount say of an order. */
export function orderState(order: SiteOrder, settings: Settings): State {
  const financialState = financialStateOf(order, settings);
  const fulfilmentState = fulfilmentStateOf(order);
  const reason = whyHeld(order, financialState, settings);
  return {
    financialState,
    cancelledAt: order.fulfillmentStatus === "CANCELED" ? order.modifiedOn : undefined,
    fulfilmentState,
    hold: reason === undefined || fulfilmentState === "fulfilled" ? undefined : { reason },
  };
}

const paymentOf = ({ paymentState }: SiteOrder): string => paymentState?.toUpperCase() ?? "NONE";

function financialStateOf(order: SiteOrder, { paidStates }: Settings): FinancialState {
  const payment = paymentOf(order);
  const total = order.grandTotal.value;
  const refunded = order.refundedTotal?.value ?? "0";
  if (payment === "REFUNDED") return "refunded";
  // Nothing was to be charged: a gift card or a discount covers it.
  const isFree = payment === "NOT_CHARGED" && compare(total, "0") === 0;
  if (!isFree && !paidStates.includes(payment) && !REFUNDING.has(payment)) return UNPAID[payment] ?? "pending";
  if (compare(refunded, "0") <= 0) return "paid";
  return compare(refunded, total) < 0 ? "partially-refunded" : "refunded";
}

/** An order is fulfilled as a whole; parcels of one that is not are a part, and no field says of which lines. */
function fulfilmentStateOf({ fulfillmentStatus, fulfillments }: SiteOrder): NonNullable<Order["fulfilmentState"]> {
  if (fulfillmentStatus === "FULFILLED") return "fulfilled";
  return fulfillments.length > 0 ? "partial" : "unfulfilled";
}

/** Why the order is not sent yet; undefined if it may be. */
function whyHeld(order: SiteOrder, state: FinancialState, settings: Settings): string | undefined {
  const payment = paymentOf(order);
  const isFree = payment === "NOT_CHARGED" && state === "paid";
  if (!isFree && settings.heldStates.includes(payment) && !settings.paidStates.includes(payment)) {
    return payment === "NONE" ? "it has no payment state" : `its payment state is ${payment.slice(0, 60)}`;
  }
  if (state === "partially-refunded" && settings.partialRefunds === "hold") {
    return "part of it is refunded, and Squarespace does not say which lines";
  }
  if (fulfilmentStateOf(order) === "partial") return "part of it is shipped, and Squarespace does not say which lines";
  return undefined;
}
