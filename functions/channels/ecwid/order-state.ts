import { isCashOnDeliveryMethod } from "../../../shared/connector/cash-on-delivery.ts";
import { compare, type Decimal } from "../../../shared/decimal.ts";
import type { FinancialState, Order } from "../../../shared/order.ts";
import type { StoreOrder } from "./payload.ts";
import { FULFILLMENT_STATUSES, PAYMENT_STATUSES, type Settings } from "./settings.ts";

type PaymentStatus = (typeof PAYMENT_STATUSES)[number];
type FulfillmentStatus = (typeof FULFILLMENT_STATUSES)[number];

const FINANCIAL: Readonly<Record<PaymentStatus, FinancialState>> = {
  AWAITING_PAYMENT: "pending",
  PAID: "paid",
  CANCELLED: "voided",
  REFUNDED: "refunded",
  PARTIALLY_REFUNDED: "partially-refunded",
  INCOMPLETE: "pending",
};

/** What came back had been shipped. `cancelled`: the store decided not to ship it. */
const FULFILMENT: Readonly<Record<FulfillmentStatus, "unfulfilled" | "fulfilled" | "cancelled">> = {
  AWAITING_PROCESSING: "unfulfilled",
  PROCESSING: "unfulfilled",
  READY_FOR_PICKUP: "unfulfilled",
  SHIPPED: "fulfilled",
  OUT_FOR_DELIVERY: "fulfilled",
  DELIVERED: "fulfilled",
  RETURNED: "fulfilled",
  WILL_NOT_DELIVER: "cancelled",
};

/** A status in Ecwid's own words, by the connection's settings; undefined if it is none of them. */
export function paymentStatus({ paymentStatus: given }: StoreOrder, settings: Settings): PaymentStatus | undefined {
  return translated(given, PAYMENT_STATUSES, settings.paymentStatuses);
}

export function fulfillmentStatus(
  { fulfillmentStatus: given }: StoreOrder,
  settings: Settings,
): FulfillmentStatus | undefined {
  return translated(given, FULFILLMENT_STATUSES, settings.fulfillmentStatuses);
}

function translated<Word extends string>(
  given: string | undefined,
  known: readonly Word[],
  settings: Readonly<Record<string, Word>>,
): Word | undefined {
  if (given === undefined) return undefined;
  return Object.hasOwn(settings, given) ? settings[given] : known.find((word) => word === given);
}

type State = Pick<Order, "financialState" | "cancelledAt" | "fulfilmentState" | "hold" | "amountDue">;

/** What the order's two statuses say of it, in our words: docs/channels/ecwid.md. */
export function orderState(order: StoreOrder, updatedAt: string, settings: Settings): State {
  const [payment, fulfilment] = [paymentStatus(order, settings), fulfillmentStatus(order, settings)];
  const progress = fulfilment === undefined ? "unfulfilled" : FULFILMENT[fulfilment];
  const financialState = financialStateOf(order, payment);
  const isCancelled = payment === "CANCELLED" || progress === "cancelled";
  const isFulfilled = progress === "fulfilled";
  const reason = whyHeld(order, financialState, settings);
  return {
    financialState,
    cancelledAt: isCancelled ? updatedAt : undefined,
    // Labels say that a parcel leaves, not with what.
    fulfilmentState: isFulfilled ? "fulfilled" : order.shipments.length > 0 ? "partial" : "unfulfilled",
    hold: reason === undefined || isCancelled || isFulfilled ? undefined : { reason },
    amountDue: payment === "AWAITING_PAYMENT" && isOnDelivery(order, settings) ? order.total : undefined,
  };
}

const isOnDelivery = ({ paymentMethod = "" }: StoreOrder, { cashOnDelivery }: Settings): boolean =>
  isCashOnDeliveryMethod([paymentMethod], cashOnDelivery);

/** A refund of a part may leave the status at PAID. */
function financialStateOf({ refundedAmount, total }: StoreOrder, payment: PaymentStatus | undefined): FinancialState {
  const state = payment === undefined ? "pending" : FINANCIAL[payment];
  if (state !== "paid" && state !== "partially-refunded") return state;
  const refunded: Decimal = refundedAmount ?? "0";
  if (compare(refunded, "0") <= 0) return state;
  return compare(refunded, total) < 0 ? "partially-refunded" : "refunded";
}

/** Why the order is not sent yet; undefined if it may be. */
function whyHeld(order: StoreOrder, state: FinancialState, settings: Settings): string | undefined {
  const payment = paymentStatus(order, settings);
  if (payment === undefined) return unknown("paymentStatus", order.paymentStatus);
  if (fulfillmentStatus(order, settings) === undefined) return unknown("fulfillmentStatus", order.fulfillmentStatus);
  if (payment === "INCOMPLETE") return "the buyer has not placed it yet";
  if (state === "partially-refunded" && settings.partialRefunds === "hold") {
    return "part of it is refunded, and Ecwid does not say which lines";
  }
  if (order.shipments.length > 0) return "a shipping label was bought for it, and Ecwid does not say for which lines";
  return undefined;
}

/** A status is no text of the buyer's, but its field could hold anything. */
const unknown = (field: "paymentStatus" | "fulfillmentStatus", word = ""): string =>
  /^\w{1,60}$/.test(word)
    ? `its ${field} ${word} is not Ecwid's own: name it in the setting ${field}es`
    : `it has no ${field}`;
