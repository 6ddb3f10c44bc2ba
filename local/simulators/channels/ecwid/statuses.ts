import type { Order } from "../../../../shared/order.ts";

const PAYMENT: Readonly<Record<Order["financialState"], string>> = {
  pending: "AWAITING_PAYMENT",
  authorized: "AWAITING_PAYMENT",
  "partially-paid": "AWAITING_PAYMENT",
  paid: "PAID",
  "partially-refunded": "PARTIALLY_REFUNDED",
  refunded: "REFUNDED",
  voided: "CANCELLED",
};

export const paymentStatus = ({ cancelledAt, financialState }: Order): string =>
  cancelledAt === undefined ? PAYMENT[financialState] : "CANCELLED";

/** A held order has a status of the store's own, which a connection's settings translate. */
export function fulfillmentStatus({ cancelledAt, fulfilmentState, hold, shipping }: Order): string {
  if (fulfilmentState === "fulfilled") return "SHIPPED";
  if (cancelledAt !== undefined) return "WILL_NOT_DELIVER";
  if (hold !== undefined) return "CUSTOM_FULFILLMENT_STATUS_1";
  return shipping?.kind === "pick-up" ? "READY_FOR_PICKUP" : "AWAITING_PROCESSING";
}
