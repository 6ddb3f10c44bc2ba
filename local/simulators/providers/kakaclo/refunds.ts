import { type Answer, bare } from "../../simulator.ts";
import { failed, ok } from "./envelope.ts";
import type { KakacloOrder, OrderBook } from "./order-book.ts";
import type { KakacloSwitches } from "./switches.ts";

/**
 * `POST …/orders/{id}/refund`: "Cancel the order and get a refund", asynchronously; with `orderItems` only these.
 * https://docs.kakaclo.com/admin-api/order-1/refund-order
 */
export function askRefund(id: string, body: unknown, book: OrderBook, now: number): Answer {
  if (typeof body !== "object" || body === null) return bare(400);
  const row = book.rows().find((order) => order.id === id);
  if (!row) return failed(30001, `order ${id} does not exist`);
  if (row.refund || row.cancelledAt !== undefined) return failed(30002, `order ${id} is refunded already`);
  row.refund = { no: `1560897${row.id}`, askedAt: now, whole: !("orderItems" in body) };
  if (row.refund.whole) book.refunding.add(row);
  return ok(row.refund.no, "ok");
}

/** `GET …/orders/refund/{id}`: the document does not say which ID; its sample row has both, so it accepts both. */
export function refundsOf(id: string, book: OrderBook, switches: KakacloSwitches, now: number): Answer {
  const list = book
    .rows()
    .filter((row) => row.refund && (row.id === id || row.refund.no === id))
    .map((row) => ({ refundNo: row.refund?.no, refundStatus: statusOf(row, switches, now), id: row.id }));
  return ok({ total: list.length, pageNumber: 1, pageSize: 10, list });
}

/** Completes the refunds that are due; a whole one cancels its order. */
export function settleRefunds(book: OrderBook, switches: KakacloSwitches, now: number): void {
  for (const row of book.refunding) {
    if (!row.refund || !isSettled(row, switches, now)) continue;
    book.refunding.delete(row);
    book.cancel(row, row.refund.askedAt + switches.refundAfterMs);
  }
}

const isSettled = ({ refund }: KakacloOrder, { refundAfterMs }: KakacloSwitches, now: number): boolean =>
  refund !== undefined && now >= refund.askedAt + refundAfterMs;

const statusOf = (row: KakacloOrder, switches: KakacloSwitches, now: number): string =>
  isSettled(row, switches, now) ? "refund_successfully" : "pending_review";
