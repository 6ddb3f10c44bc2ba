import * as z from "zod/mini";
import { checkBody } from "../../body-check.ts";
import type { Answer } from "../../simulator.ts";
import { type Desk, invalid } from "./desk.ts";

const CancelBody = z.strictObject({ sid: z.int(), seller_fulfillment_order_id: z.string() });

/** `POST /order/amzod/api/cancelOrder` */
export function cancelOrder(body: unknown, { book, envelopes, now }: Desk): Answer {
  const checked = checkBody(CancelBody, body);
  if (!checked.ok) return invalid(envelopes, `${checked.complaint.field} => 错误`);
  const { sid, seller_fulfillment_order_id: id } = checked.body;
  const entry = book.held.find((one) => one.store.sid === sid && one.body.order_id === id);
  if (!entry) return envelopes.failed(500, "失败", ["订单不存在"]);
  if (entry.cancelledAt !== undefined) return envelopes.failed(500, "失败", ["订单已取消"]);
  book.cancel(entry, now);
  return envelopes.ok([]);
}
