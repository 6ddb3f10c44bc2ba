import * as z from "zod/mini";
import { checkBody } from "../../body-check.ts";
import { type Answer, isKnownSku } from "../../simulator.ts";
import { STORES } from "./company.ts";
import { chineseTime, type Envelopes } from "./envelopes.ts";
import type { LingxingHeld, OrderBook } from "./order-book.ts";
import type { LingxingSwitches } from "./switches.ts";

interface Desk {
  book: OrderBook;
  switches: Readonly<LingxingSwitches>;
  envelopes: Envelopes;
  now: number;
}

const invalid = ({ failed }: Envelopes, detail: string): Answer => failed(102, "参数不合法", [detail], []);

const OrderInfo = z.object({
  order_info: z
    .array(z.object({ sid: z.int(), seller_fulfillment_order_id: z.string() }))
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
  return envelopes.ok(switches.unknownOrder === "null" ? null : []);
}

const statusOf = ({ cancelledAt }: LingxingHeld, { statusCase }: Pick<LingxingSwitches, "statusCase">): string => {
  const status = cancelledAt === undefined ? "Processing" : "Cancelled";
  return statusCase === "UPPER" ? status.toUpperCase() : status;
};

const quantityOf = ({ cancelledAt }: LingxingHeld, quantity: number, switches: LingxingSwitches): number =>
  cancelledAt !== undefined && switches.cancelledQuantity === "zero" ? 0 : quantity;

function detailOf(one: LingxingHeld, switches: LingxingSwitches) {
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

const Day = z.string().check(z.regex(/^\d{4}-\d\d-\d\d$/));
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
const ListQuery = z.object({
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

const CancelBody = z.object({ sid: z.int(), seller_fulfillment_order_id: z.string() });

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

const ListingQuery = z.object({
  sid: z.string().check(z.regex(/^\d+(,\d+)*$/)),
  search_field: z.nullish(z.enum(["seller_sku", "asin", "sku"])),
  search_value: z.nullish(z.array(z.string()).check(z.maxLength(10))),
  exact_search: z.nullish(z.literal([0, 1])),
  is_delete: z.nullish(z.literal([0, 1])),
});

/**
 * `POST /erp/sc/data/mws/listing`, exact search by `seller_sku`. MSKUs that end in -FBM are sold, but not fulfilled by
 * Amazon.
 */
export function listing(body: unknown, { envelopes }: Desk): Answer {
  const checked = checkBody(ListingQuery, body);
  if (!checked.ok) return invalid(envelopes, `${checked.complaint.field} => 错误`);
  const { sid, search_field, search_value, exact_search } = checked.body;
  const stores = STORES.filter((store) => sid.split(",").includes(String(store.sid)));
  const skus = search_field === "seller_sku" && exact_search !== 0 ? (search_value ?? []) : [];
  const rows = stores.flatMap((store) =>
    skus.filter(isKnownSku).map((seller_sku) => ({
      listing_id: "0623ZI1F5EF11",
      sid: store.sid,
      marketplace: store.country,
      seller_sku,
      fnsku: "B085NPWXXX",
      asin: "B0B4WP82XX",
      status: 1,
      is_delete: 0,
      quantity: 0,
      afn_fulfillable_quantity: 1_000,
      fulfillment_channel_type: seller_sku.endsWith("-FBM") ? "FBM" : "FBA",
    })),
  );
  return envelopes.ok(rows, rows.length);
}
