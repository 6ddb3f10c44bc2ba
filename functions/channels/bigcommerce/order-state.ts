import type { FinancialState, Order } from "../../../shared/order.ts";
import type { V2Order } from "./payload.ts";
import type { Settings } from "./settings.ts";

interface Status {
  /** `paid-by-status`: BigCommerce sets it once the order is paid. `as-charged`: only `payment_status` says it. */
  money: FinancialState | "paid-by-status" | "as-charged";
  /** `unless-listed`: it is sent if the setting `shipStatuses` has it. Default: never. */
  held?: "unfinished" | "unless-listed";
  /** The goods have left, or were downloaded. */
  isFulfilled?: true;
}

const CANCELLED = 5;
const AWAITING_PAYMENT = 7;
const AWAITING_PICKUP = 8;

/** https://developer.bigcommerce.com/docs/rest-management/orders/order-status. A store may give them other labels. */
const STATUSES: Readonly<Record<number, Status>> = {
  /* Incomplete */ 0: { money: "as-charged", held: "unfinished" },
  /* Pending */ 1: { money: "as-charged", held: "unfinished" },
  /* Shipped */ 2: { money: "paid-by-status", isFulfilled: true },
  /* Partially Shipped */ 3: { money: "paid-by-status", held: "unless-listed" },
  /* Refunded */ 4: { money: "refunded" },
  [CANCELLED]: { money: "as-charged" },
  /* Declined */ 6: { money: "voided" },
  [AWAITING_PAYMENT]: { money: "as-charged" },
  [AWAITING_PICKUP]: { money: "paid-by-status" },
  /* Awaiting Shipment */ 9: { money: "paid-by-status", held: "unless-listed" },
  /* Completed */ 10: { money: "paid-by-status", isFulfilled: true },
  /* Awaiting Fulfillment */ 11: { money: "paid-by-status", held: "unless-listed" },
  /* Manual Verification Required */ 12: { money: "as-charged", held: "unless-listed" },
  /* Disputed */ 13: { money: "as-charged", held: "unless-listed" },
  /* Partially Refunded */ 14: { money: "partially-refunded", held: "unless-listed" },
};
/** A status that the documents do not have. */
const UNKNOWN: Status = { money: "as-charged", held: "unless-listed" };

/** The values of `payment_status` that say that money came, or will. */
const PAYMENTS: Readonly<Record<string, FinancialState>> = {
  captured: "paid",
  paid: "paid",
  "partially refunded": "partially-refunded",
  authorized: "authorized",
  "capture pending": "authorized",
};
/** Those that contradict a status in which the order would be sent. */
const DOUBTFUL_PAYMENTS = new Set(["declined", "held for review", "refunded", "void", "void pending"]);

/**
 * What the status of an order says of it.
 * @param isCashOnDelivery by its payment method, and something is due
 */
export function orderState(
  order: V2Order,
  isCashOnDelivery: boolean,
  settings: Settings,
): Pick<Order, "financialState" | "cancelledAt" | "fulfilmentState" | "hold"> {
  const status = STATUSES[order.status_id] ?? UNKNOWN;
  const reason = whyHeld(order, status, settings);
  return {
    financialState: financialState(order, status, isCashOnDelivery),
    cancelledAt: order.status_id === CANCELLED ? order.date_modified : undefined,
    fulfilmentState: status.isFulfilled && "fulfilled",
    hold: reason === undefined ? undefined : { reason },
  };
}

export const isAwaitingPickup = ({ status_id }: V2Order): boolean => status_id === AWAITING_PICKUP;

const paymentOf = ({ payment_status }: V2Order): string => payment_status?.toLowerCase() ?? "";

function financialState(order: V2Order, { money, held }: Status, isCashOnDelivery: boolean): FinancialState {
  const charged = PAYMENTS[paymentOf(order)] ?? "pending";
  // An unfinished checkout that was archived never becomes an order.
  if (held === "unfinished" && order.is_deleted === true && charged === "pending") return "voided";
  if (money === "as-charged") return charged;
  if (money !== "paid-by-status") return money;
  // Staff moves an order that is paid on delivery to 11 to have it sent: then the status does not say that it is paid.
  if (isCashOnDelivery || charged === "partially-refunded") return charged;
  return "paid";
}

/** Why the order is not sent yet; undefined if it may be, or if nothing of it is to be sent anyway. */
function whyHeld(order: V2Order, { held, isFulfilled }: Status, { shipStatuses }: Settings): string | undefined {
  if (order.is_deleted === true && !isFulfilled) return "it is archived in the store";
  if (owesMore(order) && !shipStatuses.includes(order.status_id)) return `its status is ${nameOf(order)}`;
  if (held === undefined) return undefined;
  if (held === "unfinished") return `its checkout is not finished (status ${nameOf(order)})`;
  if (!shipStatuses.includes(order.status_id)) return `its status is ${nameOf(order)}`;
  const payment = paymentOf(order);
  return DOUBTFUL_PAYMENTS.has(payment) ? `its payment status is "${payment}"` : undefined;
}

/** A payment came in, and the store waits for one all the same. */
const owesMore = (order: V2Order): boolean =>
  order.status_id === AWAITING_PAYMENT && ["paid", "partially-refunded"].includes(PAYMENTS[paymentOf(order)] ?? "");

/** `12 Manual Verification Required`. The name is BigCommerce's own; a long text would be none. */
const nameOf = ({ status_id, status }: V2Order): string => `${status_id} ${status?.slice(0, 60) ?? ""}`.trim();
