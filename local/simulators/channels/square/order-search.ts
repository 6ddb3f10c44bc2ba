import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { checkBody } from "../../body-check.ts";
import type { ApiBook } from "../../channel-api.ts";
import { type Answer, json } from "../../simulator.ts";
import { invalid } from "./refusals.ts";

type Fields = Readonly<Record<string, unknown>>;

const Time = z.iso.datetime({ offset: true });
const Range = z.strictObject({ start_at: z.optional(Time), end_at: z.optional(Time) });

/** https://developer.squareup.com/reference/square/orders-api/search-orders. Other filters are not simulated. */
const Search = z.strictObject({
  location_ids: z.array(z.string()).check(z.minLength(1), z.maxLength(10)),
  query: z.strictObject({
    filter: z.strictObject({ date_time_filter: z.strictObject({ updated_at: Range }) }),
    sort: z.strictObject({ sort_field: z.literal("UPDATED_AT"), sort_order: z.enum(["ASC", "DESC"]) }),
  }),
  limit: z.optional(z.int().check(z.minimum(1), z.maximum(1_000))),
  cursor: z.optional(z.string()),
  return_entries: z.optional(z.literal(false)),
});

/** Where a search goes on. Only the search that it belongs to takes it. */
const Cursor = z.strictObject({ query: z.string(), after: z.string(), end: z.number() });

/** Orders by the time of their last change, both bounds included. Empty lists are left out. */
export function searchAnswer(given: unknown, orders: readonly Fields[], { now }: Pick<ApiBook, "now">): Answer {
  const checked = checkBody(Search, given);
  if (!checked.ok) return invalid(checked.complaint.field, checked.complaint.message);
  const { cursor: text, limit = 500, ...search } = checked.body;
  const { start_at, end_at } = search.query.filter.date_time_filter.updated_at;
  const query = createHash("sha256")
    .update(JSON.stringify({ ...search, limit }))
    .digest("hex");
  const cursor = text === undefined ? undefined : cursorIn(text);
  if (text !== undefined && cursor?.query !== query)
    return invalid("cursor", "is not one of this search", "INVALID_CURSOR");
  // Without an end it is the time of the first call.
  const end = cursor?.end ?? (end_at === undefined ? now() : Date.parse(end_at));
  const timeOf = (order: Fields) => Date.parse(String(order["updated_at"]));
  const sign = search.query.sort.sort_order === "ASC" ? 1 : -1;
  const rows = orders
    .filter((order) => search.location_ids.includes(String(order["location_id"])))
    .filter((order) => timeOf(order) <= end && (start_at === undefined || timeOf(order) >= Date.parse(start_at)))
    .map((order) => ({ key: `${new Date(timeOf(order)).toISOString()} ${order["id"]}`, order }))
    .toSorted((a, b) => (a.key < b.key ? -sign : sign));
  const from = cursor ? rows.findIndex(({ key }) => (sign > 0 ? key > cursor.after : key < cursor.after)) : 0;
  const left = from < 0 ? [] : rows.slice(from);
  const page = left.slice(0, limit);
  const next = { query, after: page.at(-1)?.key ?? "", end };
  return json(200, {
    ...(page.length > 0 && { orders: page.map(({ order }) => order) }),
    ...(left.length > page.length && { cursor: Buffer.from(JSON.stringify(next)).toString("base64url") }),
  });
}

function cursorIn(text: string): z.infer<typeof Cursor> | undefined {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(text, "base64url").toString()));
  } catch {
    return undefined;
  }
}
