import type { Ask } from "./access.ts";
import {
  OrdersAnswer,
  type Payment,
  PaymentAnswer,
  type Refund,
  RefundAnswer,
  type SquareOrder,
  type WholeOrder,
} from "./payload.ts";
import type { Settings } from "./settings.ts";

type MoneyBack = Pick<WholeOrder, "payments" | "refunds" | "returnOrders">;

/** Orders that a call names. */
const MOST_IDS = 100;
const REFUSED = new Set(["REJECTED", "FAILED"]);

/**
 * How much of an order's money was given back. Square does not change the order that was sold: a refund is made to its payment, and
 * makes an order of its own, which says what goes back.
 * https://developer.squareup.com/docs/orders-api/order-returns-exchanges
 * @param inHand an order of a return that is known already
 */
export async function moneyBackOf(
  order: SquareOrder,
  inHand: SquareOrder | undefined,
  ask: Ask,
  { readRefunds }: Settings,
): Promise<MoneyBack> {
  if (!readRefunds) return { payments: [], refunds: [], returnOrders: [] };
  const payments: Payment[] = [];
  const refunds: Refund[] = [];
  for (const id of new Set(order.tenders.flatMap(({ payment_id }) => payment_id ?? []))) {
    const answer = await ask({ method: "GET", path: `/v2/payments/${encodeURIComponent(id)}` }, PaymentAnswer);
    if (answer) payments.push(answer.payment);
  }
  for (const id of new Set(payments.flatMap(({ refund_ids }) => refund_ids))) {
    const answer = await ask({ method: "GET", path: `/v2/refunds/${encodeURIComponent(id)}` }, RefundAnswer);
    if (answer && !REFUSED.has(answer.refund.status ?? "")) refunds.push(answer.refund);
  }
  const ids = refunds.flatMap(({ order_id: id }) => (id === undefined || id === order.id ? [] : id));
  const returnOrders = await ordersOf(
    [...new Set(ids)].filter((id) => id !== inHand?.id),
    ask,
  );
  return { payments, refunds, returnOrders: inHand ? [...returnOrders, inHand] : returnOrders };
}

/** Those that Square has. */
async function ordersOf(ids: readonly string[], ask: Ask): Promise<SquareOrder[]> {
  const orders: SquareOrder[] = [];
  for (let from = 0; from < ids.length; from += MOST_IDS) {
    const body = { order_ids: ids.slice(from, from + MOST_IDS) };
    const answer = await ask({ method: "POST", path: "/v2/orders/batch-retrieve", body }, OrdersAnswer);
    orders.push(...(answer?.orders ?? []));
  }
  return orders;
}

/** The order that was sold, if an order only says what of it goes back. An exchange also sells something. */
export function soldOrderId({
  line_items,
  returns,
}: {
  line_items: readonly unknown[];
  returns: readonly { source_order_id?: string | undefined }[];
}): string | undefined {
  return line_items.length > 0 ? undefined : returns.find(({ source_order_id }) => source_order_id)?.source_order_id;
}
