import { compare, type Decimal, subtract, sum } from "../../../shared/decimal.ts";
import type { FinancialState, Order } from "../../../shared/order.ts";
import type { Fulfilment, SquareOrder, Tender, WholeOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";

type State = Pick<Order, "financialState" | "paidAt" | "cancelledAt" | "fulfilmentState" | "refunded">;

/** What the states, the payments and the refunds say of an order. */
export function orderState(whole: WholeOrder, settings: Settings): State {
  const { order, refunds } = whole;
  const financialState = financialStateOf(whole, settings);
  const captured = order.tenders.filter((tender) => statusOf(tender, whole) === "captured");
  const times = captured.flatMap(({ created_at }) => created_at ?? []).toSorted();
  return {
    financialState,
    paidAt: financialState === "paid" ? times.at(-1) : undefined,
    cancelledAt: order.state === "CANCELED" ? (order.closed_at ?? order.updated_at) : undefined,
    fulfilmentState: fulfilmentStateOf(order),
    refunded: refunds.length > 0 ? sum(refunds.map(({ amount_money }) => amount_money.value)) : undefined,
  };
}

/** Square changes `updated_at` when the order changes, and not when its money goes back. */
export function lastChange({ order, refunds, returnOrders }: WholeOrder): string {
  const times = [
    order.updated_at,
    ...refunds.flatMap(({ updated_at, created_at }) => updated_at ?? created_at ?? []),
    ...returnOrders.map(({ updated_at }) => updated_at),
  ];
  return new Date(Math.max(...times.map((time) => Date.parse(time)).filter(Number.isFinite))).toISOString();
}

const NOT_YET = new Set(["AUTHORIZED", "APPROVED"]);
const NEVER = new Set(["PENDING", "VOIDED", "FAILED", "CANCELED"]);

/** How far a payment has come. Cash and the like have no status: it was taken. */
function statusOf(tender: Tender, { payments }: Pick<WholeOrder, "payments">): "captured" | "authorized" | "none" {
  const { card_details, bank_account_details, buy_now_pay_later_details, square_account_details } = tender;
  const details = card_details ?? bank_account_details ?? buy_now_pay_later_details ?? square_account_details;
  const status = payments.find(({ id }) => id === tender.payment_id)?.status ?? details?.status ?? "";
  if (tender.type === "NO_SALE" || NEVER.has(status)) return "none";
  return NOT_YET.has(status) ? "authorized" : "captured";
}

const amountOf = (tenders: readonly Tender[]): Decimal =>
  sum(tenders.map(({ amount_money }) => amount_money?.value ?? "0"));

function financialStateOf(whole: WholeOrder, { freeOrders }: Settings): FinancialState {
  const { order, refunds } = whole;
  // An order that only takes goods back sells nothing.
  if (order.line_items.length === 0 && order.returns.length > 0) return "refunded";
  const total = order.total_money?.value ?? "0";
  const back = sum(refunds.map(({ amount_money }) => amount_money.value));
  const isBack = compare(back, "0") > 0;
  if (isBack && compare(back, total) >= 0) return "refunded";
  const captured = order.tenders.filter((tender) => statusOf(tender, whole) === "captured");
  const isAuthorized = order.tenders.some((tender) => statusOf(tender, whole) === "authorized");
  if (isAuthorized) return "authorized";
  // A paid order stays OPEN until it is fulfilled: its state says nothing of the money.
  const due = order.net_amount_due_money?.value ?? subtract(total, amountOf(captured));
  const isFree = compare(total, "0") === 0 && (order.state === "COMPLETED" || freeOrders === "paid");
  if (compare(due, "0") <= 0 && (captured.length > 0 || isFree)) return isBack ? "partially-refunded" : "paid";
  return captured.length > 0 ? "partially-paid" : "pending";
}

const CALLED_OFF = new Set(["CANCELED", "FAILED"]);

/** What of an order travels: its shipments; of one without any, what the shop delivers itself. */
export function shipmentsOf({ fulfillments }: SquareOrder): Fulfilment[] {
  const shipments = fulfillments.filter(({ type }) => type === "SHIPMENT");
  return shipments.length > 0 ? shipments : fulfillments.filter(({ type }) => type === "DELIVERY");
}

export const isDone = ({ state }: Fulfilment): boolean => state === "COMPLETED";
/** It is still to be made. */
export const isOpen = (fulfilment: Fulfilment): boolean =>
  !isDone(fulfilment) && !CALLED_OFF.has(fulfilment.state ?? "");

function fulfilmentStateOf(order: SquareOrder): NonNullable<Order["fulfilmentState"]> {
  const shipments = shipmentsOf(order);
  const isShipped = shipments.some(isDone);
  // A completed order has nothing open. A sale at the till is completed at once.
  if (order.state === "COMPLETED" || (isShipped && !shipments.some(isOpen))) return "fulfilled";
  return isShipped ? "partial" : "unfulfilled";
}
