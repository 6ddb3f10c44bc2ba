import * as z from "zod/mini";
import { checkBody } from "../../body-check.ts";
import type { Answer } from "../../simulator.ts";
import { type Desk, invalid } from "./desk.ts";
import { chineseTime } from "./envelopes.ts";
import type { LingxingHeld } from "./order-book.ts";
import { quantityOf, statusOf } from "./order-status.ts";
import type { LingxingSwitches } from "./switches.ts";

const OrderInfo = z.strictObject({
  order_info: z
    .array(z.strictObject({ sid: z.int(), seller_fulfillment_order_id: z.string() }))
    .check(z.minLength(1), z.maxLength(200)),
});

/** `POST /order/amzod/api/orderDetails/productInformation` */
export function productInformation(body: unknown, { book, switches, envelopes, now }: Desk): Answer {
  const checked = checkBody(OrderInfo, body);
  if (!checked.ok) return invalid(envelopes, `${checked.complaint.field} => 错误`);
  const wanted = checked.body.order_info;
  const found = book.held.filter(
    (one) =>
      one.at <= now - switches.readDelayMs &&
      wanted.some(({ sid, seller_fulfillment_order_id: id }) => one.store.sid === sid && one.body.order_id === id),
  );
  if (found.length > 0) return envelopes.ok(found.map((one) => detailOf(one, switches)));
  if (switches.unknownOrder === "error") return envelopes.failed(500, "失败", ["订单不存在"]);
  return envelopes.ok([]);
}

function detailOf(one: LingxingHeld, switches: LingxingSwitches) {
  const row = wholeRow(one, switches);
  if (switches.rows === "whole") return row;
  const { sid, seller_fulfillment_order_id, order_status, listing_detail_info } = row;
  const lines = listing_detail_info.map(({ msku, quantity }) => ({ msku, quantity }));
  const brief = { order_status, listing_detail_info: lines };
  return switches.rows === "brief" ? { sid, seller_fulfillment_order_id, ...brief } : brief;
}

function wholeRow(one: LingxingHeld, switches: LingxingSwitches) {
  return {
    remark: one.body.remark ?? "",
    phone: "暂停显示",
    sid: one.store.sid,
    store_name: one.store.name,
    amazon_order_id: one.id,
    seller_fulfillment_order_id: one.body.order_id,
    displayable_order_comment: one.body.remark_for_packing ?? "",
    order_status: statusOf(one, switches),
    sales_channel: "Non-Amazon",
    purchase_date_local: chineseTime(one.at),
    ship_date: null,
    ship_date_utc: null,
    speed_category: one.body.delivery_service ?? "标准配送",
    listing_detail_info: one.body.item_list.map(({ msku, quantity_shipped: quantity }) => ({
      asin: "B0BB300BKQ",
      fnsku: "",
      quantity: quantityOf(one, quantity, switches),
      small_image_url: "",
      local_name: msku,
      local_sku: msku,
      msku,
      item_name: msku,
      cancelled_quantity: one.cancelledAt === undefined ? 0 : quantity,
      unfulfillable_quantity: 0,
      shipped_quantity: 0,
      fba_fee: "",
    })),
  };
}
