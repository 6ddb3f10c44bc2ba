import type { Order } from "../../../../shared/order.ts";
import { cents, gid, idNumber, moneyOf, relatedId, shopTime } from "./fields.ts";

/** How much of it was paid back: what the order says, else all of a refunded one. */
const refundedAmount = ({ refunded, financialState, total }: Order): string | undefined =>
  refunded ?? (financialState === "refunded" ? total : undefined);

/** None, or one over all that was paid back. */
export const refundsOf = (order: Order) => (refundedAmount(order) === undefined ? [] : [refundResource(order)]);

/** https://shopify.dev/docs/api/admin-rest/latest/resources/refund */
export function refundResource(order: Order) {
  const id = relatedId(order.id, "refund");
  const money = moneyOf(order);
  return {
    id: idNumber(id),
    admin_graphql_api_id: gid("Refund", id),
    created_at: shopTime(order.updatedAt),
    note: null,
    order_id: idNumber(order.id),
    processed_at: shopTime(order.updatedAt),
    restock: false,
    total_duties_set: money("0.00"),
    user_id: null,
    order_adjustments: [],
    transactions: [transactionResource(order, "refund", refundedAmount(order) ?? order.total ?? "0.00")],
    refund_line_items: [],
    refund_shipping_lines: [],
    duties: [],
    return: null,
  };
}

/** https://shopify.dev/docs/api/admin-rest/latest/resources/transaction */
export function transactionResource(order: Order, kind: "sale" | "refund", amount: string) {
  const id = relatedId(order.id, kind);
  return {
    id: idNumber(id),
    admin_graphql_api_id: gid("OrderTransaction", id),
    amount: cents(amount),
    authorization: null,
    created_at: shopTime(order.updatedAt),
    currency: order.buyerCurrency ?? order.currency,
    device_id: null,
    error_code: null,
    gateway: order.paymentMethod ?? "shopify_payments",
    kind,
    location_id: null,
    message: "Transaction approved",
    order_id: idNumber(order.id),
    parent_id: kind === "refund" ? idNumber(relatedId(order.id, "sale")) : null,
    payment_id: `${relatedId(order.id, "token")}.1`,
    processed_at: shopTime(order.updatedAt),
    receipt: {},
    source_name: "web",
    status: "success",
    test: order.test ?? false,
    user_id: null,
  };
}
