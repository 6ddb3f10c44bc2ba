import { isCashOnDeliveryMethod } from "../../../shared/connector/cash-on-delivery.ts";
import { compare, type Decimal, subtract } from "../../../shared/decimal.ts";
import type { FinancialState, Order } from "../../../shared/order.ts";
import type { ShopOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";

type State = Pick<
  Order,
  "financialState" | "fulfilmentState" | "cancelledAt" | "paidAt" | "refunded" | "amountDue" | "hold"
>;

/** `financial_status`. https://www.shoplazza.dev/reference/order-details-2 */
const FINANCIAL: Readonly<Record<string, FinancialState>> = {
  waiting: "pending",
  paying: "pending",
  failed: "pending",
  authorized: "authorized",
  partially_paid: "partially-paid",
  paid: "paid",
  // The money is not back yet, and how much will be is not said: held.
  refunding: "paid",
  refund_failed: "paid",
  partially_refunded: "partially-refunded",
  refunded: "refunded",
  cancelled: "voided",
};

const HELD: Readonly<Record<string, string>> = {
  refunding: "a refund is under way",
  refund_failed: "a refund failed",
};

/** `fulfillment_status`. What was sent back had been shipped; the lines say how much of the order. */
const FULFILMENT: Readonly<Record<string, NonNullable<Order["fulfilmentState"]>>> = {
  initialled: "unfulfilled",
  waiting: "unfulfilled",
  cancelled: "unfulfilled",
  partially_shipped: "partial",
  partially_finished: "partial",
  partially_returned: "partial",
  shipped: "fulfilled",
  finished: "fulfilled",
  returning: "fulfilled",
  returned: "fulfilled",
};

const STATUSES = new Set(["opened", "placed", "finished", "cancelled"]);

const HELD_FULFILMENT: Readonly<Record<string, string>> = { cancelled: "the shop cancelled its fulfilment" };

/** The order's own states in our words. A word that is none of the documented ones holds it. */
export function orderState(order: ShopOrder, settings: Settings): State {
  const state = wordIn(FINANCIAL, order.financial_status) ?? "pending";
  const cancelledAt = cancellationOf(order, settings);
  const isPaid = ["paid", "partially-refunded", "refunded"].includes(state);
  const isCash = isCashOnDelivery(order, settings);
  const reason = cancelledAt === undefined ? whyHeld(order) : undefined;
  const amountDue = isCash ? dueOf(order, state) : undefined;
  return {
    financialState: state,
    fulfilmentState: wordIn(FULFILMENT, order.fulfillment_status) ?? "unfulfilled",
    cancelledAt,
    // "paid or confirmed": an order of cash on delivery is confirmed long before it is paid.
    paidAt: isPaid && !isCash ? (order.placed_at ?? undefined) : undefined,
    refunded: order.total_refund_price ?? undefined,
    ...(amountDue !== undefined && { amountDue }),
    ...(reason !== undefined && { hold: { reason } }),
  };
}

/** Both spellings are seen, and a cancelled order without either time. */
function cancellationOf(order: ShopOrder, { deletedAt }: Settings): string | undefined {
  const { status, canceled_at, cancelled_at, deleted_at, updated_at } = order;
  const at = canceled_at ?? cancelled_at ?? (deletedAt === "cancels" ? deleted_at : undefined);
  return at ?? (/^cancell?ed$/i.test(status ?? "") ? updated_at : undefined);
}

const isCashOnDelivery = ({ payment_method, payment_line }: ShopOrder, { cashOnDelivery }: Settings): boolean =>
  isCashOnDeliveryMethod(
    [payment_method, payment_line?.payment_method, payment_line?.payment_channel].flatMap((name) => name ?? []),
    cashOnDelivery,
  );

/** Of an order that the buyer has confirmed: an `opened` one is not placed yet. */
function dueOf({ status, total_price, total_paid }: ShopOrder, state: FinancialState): Decimal | undefined {
  if (status === "opened" || total_price === undefined || total_price === null) return undefined;
  if (state === "pending" || state === "authorized") return subtract(total_price, total_paid ?? "0");
  // What is owed of a partly paid order is the rest alone: without what was paid it is not known.
  const isKnown = state === "partially-paid" && total_paid && compare(total_paid, "0") > 0;
  return isKnown ? subtract(total_price, total_paid) : undefined;
}

function whyHeld({
  status,
  financial_status: financial,
  fulfillment_status: fulfilment,
}: ShopOrder): string | undefined {
  if (status !== undefined && !STATUSES.has(status.toLowerCase())) return unknown("status", status);
  if (wordIn(FINANCIAL, financial) === undefined) return unknown("financial_status", financial);
  if (fulfilment !== undefined && wordIn(FULFILMENT, fulfilment) === undefined) {
    return unknown("fulfillment_status", fulfilment);
  }
  return wordIn(HELD, financial) ?? wordIn(HELD_FULFILMENT, fulfilment);
}

const wordIn = <T>(words: Readonly<Record<string, T>>, word = ""): T | undefined =>
  Object.hasOwn(words, word.toLowerCase()) ? words[word.toLowerCase()] : undefined;

/** Longest word that is quoted; a state is no text of the buyer's, but its field could hold anything. */
const unknown = (field: string, word = ""): string =>
  /^\w{1,30}$/.test(word) ? `its ${field} "${word}" is none that Shoplazza documents` : `it has no ${field}`;
