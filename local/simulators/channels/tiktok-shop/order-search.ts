import * as z from "zod/mini";
import { parseJson } from "../../../../shared/json.ts";
import type { ApiBook, ApiRequest } from "../../channel-api.ts";
import { type Answer, NotJson } from "../../simulator.ts";
import { invalid, success } from "./answers.ts";

const Time = z.optional(z.int().check(z.minimum(0)));
const Filter = z.strictObject({
  order_status: z.optional(z.string()),
  create_time_ge: Time,
  create_time_lt: Time,
  update_time_ge: Time,
  update_time_lt: Time,
  shipping_type: z.optional(z.enum(["TIKTOK", "SELLER"])),
  buyer_user_id: z.optional(z.string()),
  is_buyer_request_cancel: z.optional(z.boolean()),
  warehouse_ids: z.optional(z.array(z.string())),
});

/** What the query may have beside the common parameters. */
export const SEARCH_PARAMETERS = ["page_size", "page_token", "sort_field", "sort_order"];

interface Stored extends Readonly<Record<string, unknown>> {
  id?: unknown;
}

/** `POST /order/202309/orders/search`: whole orders; of the filters, the times of change count here. */
export function foundOrders({ query, body }: ApiRequest, { orders }: ApiBook): Answer {
  const size = Number(query.get("page_size") ?? 20);
  if (!Number.isInteger(size) || size < 1 || size > 100) return invalid("page_size is invalid");
  const field = query.get("sort_field") ?? "create_time";
  if (field !== "create_time" && field !== "update_time") return invalid("sort_field is invalid");
  const order = query.get("sort_order") ?? "DESC";
  if (order !== "ASC" && order !== "DESC") return invalid("sort_order is invalid");
  const filter = Filter.safeParse(filterIn(body));
  if (!filter.success) return invalid(`${filter.error.issues[0]?.path.join(".")} is invalid`);
  const { update_time_ge: from = 0, update_time_lt: until = Number.POSITIVE_INFINITY } = filter.data;

  const found = [...orders.values()]
    .map((text) => parseJson(text) as Stored)
    .filter((one) => Number(one["update_time"]) >= from && Number(one["update_time"]) < until)
    .toSorted((a, b) => (order === "ASC" ? 1 : -1) * (Number(a[field]) - Number(b[field])));
  const start = Number(Buffer.from(query.get("page_token") ?? "", "base64").toString() || 0);
  const next = start + size;
  return success({
    orders: found.slice(start, next),
    // With characters that have to be encoded in a query.
    next_page_token: next < found.length ? Buffer.from(String(next)).toString("base64") : "",
    total_count: found.length,
  });
}

function filterIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new NotJson();
  }
}
