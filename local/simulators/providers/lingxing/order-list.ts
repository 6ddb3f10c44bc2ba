import * as z from "zod/mini";
import { checkBody } from "../../body-check.ts";
import { isCalendarDay } from "../../iso-codes.ts";
import type { Answer } from "../../simulator.ts";
import { type Desk, invalid } from "./desk.ts";
import { chineseTime } from "./envelopes.ts";
import { quantityOf, statusOf } from "./order-status.ts";

const Day = z.string().check(z.refine(isCalendarDay));
const Status = z.enum([
  "NEW",
  "RECEIVED",
  "PLANNING",
  "PROCESSING",
  "CANCELLED",
  "COMPLETE",
  "COMPLETE_PARTIALLED",
  "UNFULFILLABLE",
  "INVALID",
]);
const ListQuery = z.strictObject({
  sids: z.nullish(z.array(z.int())),
  start_date: z.nullish(Day),
  end_date: z.nullish(Day),
  date_type: z.nullish(z.literal([1, 2])),
  order_status: z.nullish(z.array(Status)),
  offset: z.int().check(z.minimum(0)),
  length: z.int().check(z.minimum(1), z.maximum(1000)),
});
const SIX_MONTHS = 183 * 86_400_000;

/** `POST /order/amzod/api/orderList`: by default of the last six months. Both days included, Beijing time. (ASSUME) */
export function orderList(body: unknown, { book, switches, envelopes, now }: Desk): Answer {
  const checked = checkBody(ListQuery, body);
  if (!checked.ok) return invalid(envelopes, `${checked.complaint.field} => 错误`);
  const { sids, date_type, order_status, offset, length } = checked.body;
  const from = checked.body.start_date ?? chineseTime(now - SIX_MONTHS).slice(0, 10);
  const to = checked.body.end_date ?? chineseTime(now).slice(0, 10);
  const found = book.held.filter((one) => {
    const day = chineseTime(date_type === 2 ? (one.cancelledAt ?? one.at) : one.at).slice(0, 10);
    const status = statusOf(one, { statusCase: "UPPER" });
    return (
      one.at <= now - switches.readDelayMs &&
      (sids?.includes(one.store.sid) ?? true) &&
      (order_status?.some((wanted) => wanted === status) ?? true) &&
      day >= from &&
      day <= to
    );
  });
  const records = found.slice(offset, offset + length).map((one) => ({
    remark: one.body.remark ?? "",
    sid: one.store.sid,
    store_name: one.store.name,
    country: one.store.country,
    amazon_order_id: one.id,
    seller_fulfillment_order_id: one.body.order_id,
    last_update_time: chineseTime(one.cancelledAt ?? one.at),
    gmt_modified: chineseTime(one.cancelledAt ?? one.at),
    order_status: statusOf(one, switches),
    purchase_date_local: chineseTime(one.at),
    buyer_name: one.body.receiver,
    ship_date: "",
    ship_date_utc: "",
    listing_info: one.body.item_list.map(({ msku, quantity_shipped }) => ({
      msku,
      quantity: quantityOf(one, quantity_shipped, switches),
      fnsku: "",
      local_sku: msku,
      item_name: msku,
      local_name: msku,
      small_image_url: "",
      asin: "B09MERTKGH",
    })),
  }));
  return envelopes.ok({ total: found.length, records });
}
