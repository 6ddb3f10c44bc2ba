import { isCashOnDeliveryMethod } from "../../../shared/connector/cash-on-delivery.ts";
import { compare, type Decimal, subtract } from "../../../shared/decimal.ts";
import type { FinancialState, Order } from "../../../shared/order.ts";
import type { RestOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";

/** Magento\Sales\Model\Order: a shop adds statuses, each of which is one of these states. */
const STATES = ["new", "pending_payment", "processing", "complete", "closed", "canceled", "holded", "payment_review"];

type State = Pick<Order, "financialState" | "cancelledAt" | "amountDue" | "hold">;

/**
 * The financial and cancellation state, and the shop's reason to wait: docs/channels/adobe-commerce.md.
 * @param methods code and title of the payment method
 */
export function orderState(order: RestOrder, updatedAt: string, methods: readonly string[], settings: Settings): State {
  const state = financialState(order, settings);
  const isOpen = order.state === "new" || order.state === "processing";
  const paysOnDelivery = isOpen && state !== "paid" && isCashOnDeliveryMethod(methods, settings.cashOnDelivery);
  const reason = whyHeld(order, settings);
  return {
    financialState: state,
    cancelledAt: order.state === "canceled" ? updatedAt : undefined,
    amountDue: paysOnDelivery ? owed(order) : undefined,
    hold: reason === undefined ? undefined : { reason },
  };
}

function financialState(order: RestOrder, { paidMethods }: Settings): FinancialState {
  const { state, base_grand_total: total, base_total_paid: paid, base_total_refunded: refunded } = order;
  const wasRefunded = isPositive(refunded);
  if (state === "closed" || (wasRefunded && compare(refunded ?? "0", paid ?? "0") >= 0)) return "refunded";
  if (isPaid(order, paidMethods)) return wasRefunded ? "partially-refunded" : "paid";
  if (state === "canceled") return "voided";
  if (isPositive(paid) && total) return "partially-paid";
  return isPositive(order.payment?.base_amount_authorized) ? "authorized" : "pending";
}

function isPaid(order: RestOrder, paidMethods: readonly string[]): boolean {
  const { state, base_grand_total: total, base_total_paid: paid, payment } = order;
  // Paid by store credit or gift cards as a whole: nothing is left to pay.
  if (total && compare(total, "0") === 0) return state === "new" || state === "processing" || state === "complete";
  if (total && isPositive(paid)) return compare(paid ?? "0", total) >= 0;
  return (state === "processing" || state === "complete") && isListed(payment?.method, paidMethods);
}

function owed(order: RestOrder): Decimal | undefined {
  const { base_total_due: due, base_grand_total: total, base_total_paid: paid } = order;
  return due ?? (total ? subtract(total, paid ?? "0") : undefined);
}

function whyHeld({ state, status }: RestOrder, { holdStatuses }: Settings): string | undefined {
  if (state === "canceled" || state === "closed") return undefined;
  if (state === "holded") return "the shop's staff put it on hold (holded)";
  if (state === "payment_review") return "its payment is under review (payment_review)";
  if (isListed(status, holdStatuses)) return `its status is "${status?.slice(0, 40)}"`;
  return STATES.includes(state) ? undefined : `its state "${state.slice(0, 40)}" is none of Commerce's own`;
}

const isPositive = (amount: Decimal | null | undefined): boolean => compare(amount ?? "0", "0") > 0;

const isListed = (name: string | undefined, listed: readonly string[]): boolean =>
  listed.some((other) => other.toLowerCase() === name?.toLowerCase());
