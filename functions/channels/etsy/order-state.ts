import { compare, sum } from "../../../shared/decimal.ts";
import type { FinancialState, Order } from "../../../shared/order.ts";
import type { Receipt, ReceiptRow, Refund, Transaction } from "./payload.ts";
import { type Settings, STATUSES } from "./settings.ts";

type Status = (typeof STATUSES)[number];
type State = Pick<Order, "financialState" | "cancelledAt" | "fulfilmentState" | "hold">;

/** Refunds by which money went back. */
export const refundsOf = ({ refunds }: Pick<Receipt, "refunds">, { failedRefunds }: Settings): Refund[] =>
  refunds.filter(({ status }) => !failedRefunds.includes(status?.toLowerCase() ?? ""));

export const refundedOf = (receipt: Pick<Receipt, "refunds">, settings: Settings): string =>
  sum(refundsOf(receipt, settings).map(({ amount }) => amount?.value ?? "0"));

/**
 * When a receipt last changed. A refund leaves the receipt's own time as it is.
 * https://github.com/etsy/open-api/issues/513
 */
export function lastChange(receipt: ReceiptRow): string | undefined {
  const own = receipt.updated_timestamp ?? receipt.update_timestamp;
  if (!own) return undefined;
  const times = [own, ...receipt.refunds.flatMap(({ created_timestamp }) => created_timestamp ?? [])];
  return times.toSorted().at(-1);
}

/** Etsy's word, in lower case: it is documented so, and sent as "Fully Refunded". */
const wordOf = ({ status }: Pick<Receipt, "status">): string => status?.toLowerCase() ?? "";

function statusOf(receipt: Pick<Receipt, "status">, { statuses }: Settings): Status | undefined {
  const word = wordOf(receipt);
  return Object.hasOwn(statuses, word) ? statuses[word] : STATUSES.find((known) => known === word);
}

/** @returns the state of a row of a list in one word, which changes with each change that the list's times miss */
export function stateWord(row: ReceiptRow, settings: Settings): string {
  const refunded = refundedOf(row, settings);
  return [wordOf(row), ...(compare(refunded, "0") > 0 ? [`refunded ${refunded}`] : [])].join(", ");
}

/** Whether a list says that the order was cancelled or wholly refunded. */
export const isListedAsOver = (row: Pick<Receipt, "status">, settings: Settings): boolean =>
  OVER.has(statusOf(row, settings));
const OVER: ReadonlySet<Status | undefined> = new Set(["canceled", "fully refunded"] as const);

/** What a receipt's status, its flags and its refunds say of the order: docs/channels/etsy.md. */
export function orderState(receipt: Receipt, settings: Settings): State {
  const status = statusOf(receipt, settings);
  const financialState = financialStateOf(receipt, status, settings);
  const fulfilmentState = fulfilmentStateOf(receipt, status);
  const isOver = status === "canceled";
  const reason = whyHeld(receipt, status, { financialState, fulfilmentState }, settings);
  return {
    financialState,
    cancelledAt: isOver ? lastChange(receipt) : undefined,
    fulfilmentState,
    hold: reason === undefined || isOver || fulfilmentState === "fulfilled" ? undefined : { reason },
  };
}

export const isCancelled = (receipt: Receipt, settings: Settings): boolean => {
  const { financialState, cancelledAt } = orderState(receipt, settings);
  return cancelledAt !== undefined || financialState === "refunded";
};

function financialStateOf(receipt: Receipt, status: Status | undefined, settings: Settings): FinancialState {
  if (status === "fully refunded") return "refunded";
  const refunded = refundedOf(receipt, settings);
  const isRefunded = compare(refunded, "0") > 0;
  // A refund may leave the status as it was.
  if (isRefunded && compare(refunded, receipt.grandtotal.value) >= 0) return "refunded";
  if (status === "partially refunded") return "partially-refunded";
  if (!isPaid(receipt, status)) return status === "canceled" ? "voided" : "pending";
  return isRefunded ? "partially-refunded" : "paid";
}

/** Of an order whose status is unknown, the flag alone is no proof. */
function isPaid({ is_paid }: Receipt, status: Status | undefined): boolean {
  if (status === undefined || status === "open" || status === "payment processing") return false;
  return is_paid ?? status !== "canceled";
}

/** Each line says for itself when it was shipped. */
export const isShipped = ({ shipped_timestamp }: Transaction): boolean => shipped_timestamp !== undefined;

function fulfilmentStateOf(
  { is_shipped, transactions }: Receipt,
  status: Status | undefined,
): NonNullable<Order["fulfilmentState"]> {
  const goods = transactions.filter(({ is_digital }) => is_digital !== true);
  if (is_shipped ?? status === "completed") return "fulfilled";
  if (goods.length > 0 && goods.every(isShipped)) return "fulfilled";
  return goods.some(isShipped) ? "partial" : "unfulfilled";
}

/** Why the order is not sent yet; undefined if it may be. */
function whyHeld(
  receipt: Receipt,
  status: Status | undefined,
  { financialState, fulfilmentState }: Pick<State, "financialState" | "fulfilmentState">,
  { partialRefunds }: Settings,
): string | undefined {
  if (status === undefined) return unknownStatus(wordOf(receipt));
  if (status === "open" || status === "payment processing") return `its status is ${status}`;
  if (financialState === "pending") return `its status is ${status}, but it is not marked as paid`;
  if (financialState === "partially-refunded" && partialRefunds === "hold") {
    return "part of it is refunded, and Etsy does not say for which lines";
  }
  if (status === "completed") return "its status is completed, but it is not marked as shipped";
  if (receipt.shipments.length > 0 && fulfilmentState === "unfulfilled") {
    return "a parcel was announced for it, and Etsy does not say for which lines";
  }
  return undefined;
}

/** A status is no text of the buyer's, but its field could hold anything. */
const unknownStatus = (word: string): string =>
  /^[\p{L}\p{M} _-]{1,60}$/u.test(word)
    ? `its status "${word}" is not Etsy's own: name it in the setting statuses`
    : "it has no status";
