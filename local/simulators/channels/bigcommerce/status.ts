import { isCashOnDelivery, type Order } from "../../../../shared/order.ts";

/** `hold.reason` of an order that the store's staff archived. */
export const ARCHIVED = "archived";

interface Status {
  id: number;
  name: string;
  /** One of the documented values of `payment_status`. */
  payment: string;
}

const status = (id: number, name: string, payment: string): Status => ({ id, name, payment });

/** The status of our order. https://developer.bigcommerce.com/docs/rest-management/orders/order-status */
export function statusOf(order: Order): Status {
  const { cancelledAt, financialState, fulfilmentState, hold, shipping } = order;
  const payment = PAYMENTS[financialState];
  if (cancelledAt !== undefined) return status(5, "Cancelled", payment);
  if (financialState === "refunded") return status(4, "Refunded", payment);
  if (financialState === "voided") return status(6, "Declined", payment);
  if (fulfilmentState === "fulfilled") return status(2, "Shipped", payment);
  if (fulfilmentState === "partial") return status(3, "Partially Shipped", payment);
  if (hold !== undefined && hold.reason !== ARCHIVED) return status(12, "Manual Verification Required", payment);
  if (financialState === "partially-refunded") return status(14, "Partially Refunded", payment);
  if (shipping?.kind === "pick-up") return status(8, "Awaiting Pickup", payment);
  if (financialState === "paid" || isCashOnDelivery(order)) return status(11, "Awaiting Fulfillment", payment);
  return status(7, "Awaiting Payment", payment);
}

const PAYMENTS: Readonly<Record<Order["financialState"], string>> = {
  pending: "",
  authorized: "authorized",
  "partially-paid": "pending",
  paid: "captured",
  "partially-refunded": "partially refunded",
  refunded: "refunded",
  voided: "void",
};
