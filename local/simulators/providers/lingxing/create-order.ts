import type { Answer } from "../../simulator.ts";
import { type Desk, invalid } from "./desk.ts";
import { checkOrder } from "./order-check.ts";

/** `POST /order/amzod/api/createOrder` */
export function createOrder(request: unknown, { book, switches, envelopes, now }: Desk): Answer {
  const checked = checkOrder(request, switches);
  if (!checked.ok) {
    return checked.kind === "type"
      ? invalid(envelopes, checked.detail)
      : envelopes.failed(500, "失败", [checked.detail]);
  }
  const { body, store } = checked;
  if (book.isTaken(body.order_id, store.sid)) return alreadyThere({ envelopes });
  book.add(request, body, store, now);
  return envelopes.ok([], 0, switches.complaint === "none" ? [] : ["收件人电话格式不正确"]);
}

export const alreadyThere = ({ envelopes }: Pick<Desk, "envelopes">): Answer =>
  envelopes.failed(500, "失败", ["订单号已经存在"]);
