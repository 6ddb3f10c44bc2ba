import { compare } from "../../../shared/decimal.ts";
import type { FinancialState, Order } from "../../../shared/order.ts";
import type { WixOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";

/** `paymentStatus`. One that is not here is as far as `NOT_PAID`. */
const PAYMENTS: Readonly<Record<string, FinancialState>> = {
  PAID: "paid",
  PARTIALLY_PAID: "partially-paid",
  AUTHORIZED: "authorized",
  PARTIALLY_REFUNDED: "partially-refunded",
  FULLY_REFUNDED: "refunded",
};

const CANCELLED = new Set(["CANCELED", "REJECTED"]);

/** What keeps an order from being sent, by its `status`. */
const UNFINISHED: Readonly<Record<string, string>> = {
  INITIALIZED: "its checkout is not finished (INITIALIZED)",
  PENDING: "the shop has not approved it yet (PENDING)",
};

const FULFILMENTS: Readonly<Record<string, Order["fulfilmentState"]>> = {
  FULFILLED: "fulfilled",
  PARTIALLY_FULFILLED: "partial",
};

type State = Pick<Order, "financialState" | "paidAt" | "amountDue" | "cancelledAt" | "fulfilmentState" | "hold">;

/** What `status`, `paymentStatus` and `fulfillmentStatus` say of an order. */
export function orderState(order: WixOrder, settings: Settings): State {
  const { status = "", fulfillmentStatus = "", updatedDate } = order;
  const financialState = financialStateOf(order);
  const reason = whyHeld(status);
  return {
    financialState,
    paidAt: happenedAt(order, "ORDER_PAID"),
    amountDue: amountDue(order, financialState, settings),
    cancelledAt: CANCELLED.has(status) ? (happenedAt(order, "ORDER_CANCELED") ?? updatedDate) : undefined,
    fulfilmentState: FULFILMENTS[fulfillmentStatus] ?? "unfulfilled",
    hold: reason === undefined ? undefined : { reason },
  };
}

export const totalOf = ({ priceSummary }: WixOrder): string | undefined =>
  (priceSummary?.total ?? priceSummary?.totalPrice)?.amount;

function financialStateOf(order: WixOrder): FinancialState {
  const { status, paymentStatus = "" } = order;
  const state = PAYMENTS[paymentStatus] ?? "pending";
  // Nothing was to be paid: a discount or a gift card covers it.
  const isFree = status === "APPROVED" && paymentStatus === "NOT_PAID" && compare(totalOf(order) ?? "1", "0") === 0;
  return isFree ? "paid" : state;
}

/** Of an approved order that is not paid: an offline payment. */
function amountDue(order: WixOrder, state: FinancialState, { offlinePayment }: Settings): string | undefined {
  const isOffline = order.status === "APPROVED" && order.paymentStatus === "NOT_PAID" && state === "pending";
  if (!isOffline || offlinePayment !== "cash-on-delivery") return undefined;
  return order.balanceSummary?.balance?.amount ?? totalOf(order);
}

function whyHeld(status: string): string | undefined {
  if (status === "APPROVED" || CANCELLED.has(status)) return undefined;
  return UNFINISHED[status] ?? (status === "" ? "it has no status" : `its status is ${status.slice(0, 60)}`);
}

/** The last time that the order's history names it. */
const happenedAt = ({ activities }: WixOrder, type: string): string | undefined =>
  activities.findLast((activity) => activity.type === type)?.createdDate;
