import { parseExactly } from "../../exact-json.ts";
import { paymentId, refundId, returnOrderId } from "./ids.ts";
import type { BesideOrder } from "./order-resource.ts";

type Fields = Readonly<Record<string, unknown>>;

/** An order as it is stored. */
interface Stored {
  /** As Square shows it. */
  order: Fields;
  beside: Partial<BesideOrder>;
}

export function storedIn(text: string): Stored {
  const { beside, ...order } = parseExactly(text) as Fields & { beside?: Partial<BesideOrder> };
  return { order, beside: beside ?? {} };
}

const tenderOf = ({ order }: Stored) => (order["tenders"] as Fields[] | undefined)?.[0];

const PAYMENTS: Readonly<Record<string, string>> = {
  AUTHORIZED: "APPROVED",
  CAPTURED: "COMPLETED",
  VOIDED: "CANCELED",
};

/** The order's payment: a refund adds to it. https://developer.squareup.com/reference/square/objects/Payment */
export function paymentOf(stored: Stored) {
  const { order, beside } = stored;
  const tender = tenderOf(stored);
  if (tender === undefined) return undefined;
  const { status = "CAPTURED" } = (tender["card_details"] ?? {}) as { status?: string };
  return {
    id: paymentId(String(order["id"])),
    created_at: tender["created_at"],
    updated_at: order["updated_at"],
    amount_money: tender["amount_money"],
    total_money: tender["amount_money"],
    status: PAYMENTS[status] ?? "PENDING",
    source_type: "CARD",
    location_id: order["location_id"],
    order_id: order["id"],
    ...(beside.refund && { refunded_money: beside.refund.amount, refund_ids: [refundId(String(order["id"]))] }),
    ...(beside.billing && { billing_address: beside.billing }),
  };
}

/** https://developer.squareup.com/reference/square/objects/PaymentRefund */
export function refundOf({ order, beside }: Stored) {
  if (!beside.refund) return undefined;
  const id = String(order["id"]);
  return {
    id: refundId(id),
    status: "COMPLETED",
    location_id: order["location_id"],
    amount_money: beside.refund.amount,
    payment_id: paymentId(id),
    order_id: returnOrderId(id),
    reason: "Returned goods",
    created_at: order["updated_at"],
    updated_at: order["updated_at"],
  };
}

/** https://developer.squareup.com/docs/orders-api/order-returns-exchanges: it sells nothing, and names what comes back. */
export function returnOrderOf({ order, beside }: Stored) {
  if (!beside.refund) return undefined;
  const { amount, lines } = beside.refund;
  const none = { amount: 0, currency: amount.currency };
  const items = lines.map(({ uid, quantity }) => ({
    ...{ uid: `${uid}r`, source_line_item_uid: uid, quantity, item_type: "ITEM" },
  }));
  return {
    id: returnOrderId(String(order["id"])),
    location_id: order["location_id"],
    created_at: order["updated_at"],
    updated_at: order["updated_at"],
    closed_at: order["updated_at"],
    state: "COMPLETED",
    total_money: none,
    returns: [
      {
        source_order_id: order["id"],
        return_line_items:
          items.length > 0
            ? items
            : [{ uid: "custom", quantity: "1", item_type: "CUSTOM_AMOUNT", total_money: amount }],
      },
    ],
    refunds: [
      { id: refundId(String(order["id"])), amount_money: amount, status: "APPROVED", reason: "Returned goods" },
    ],
    source: {},
  };
}
