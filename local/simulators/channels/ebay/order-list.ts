import type { ApiBook } from "../../channel-api.ts";
import { type Answer, json } from "../../simulator.ts";
import { invalid } from "./refusals.ts";

const KNOWN = new Set(["filter", "limit", "offset", "fieldGroups", "orderIds"]);
const FILTER =
  /^lastmodifieddate:\[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\.\.(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)?\]$/;
const TWO_YEARS = 730 * 86_400_000;
const LONGEST_PAGE = 200;

/** `GET /order`: both bounds of the time included, the newest first; brackets have to be encoded. */
export function listAnswer(query: URLSearchParams, rawQuery: string, { orders, now }: ApiBook): Answer {
  const unknown = [...query.keys()].find((name) => !KNOWN.has(name));
  if (unknown !== undefined) return invalid(unknown, "is not known");
  if (/[[\]]/.test(rawQuery)) return invalid("filter", "has brackets that are not encoded");
  const limit = Number(query.get("limit") ?? 50);
  const offset = Number(query.get("offset") ?? 0);
  if (!Number.isInteger(limit) || limit < 1 || limit > LONGEST_PAGE) return invalid("limit", "is not 1 to 200");
  if (!Number.isInteger(offset) || offset < 0) return invalid("offset", "is no position");
  const filter = query.get("filter");
  const [, from, until = new Date(now()).toISOString()] = FILTER.exec(filter ?? "") ?? [];
  if (filter !== null && from === undefined) return invalid("filter", "is not read");
  const earliest = now() - TWO_YEARS;
  if (from !== undefined && Date.parse(from) < earliest) return invalid("filter", "begins more than two years ago");
  const isWithin = (time: string) => from === undefined || (time >= from && time <= until);
  const rows = [...orders.values()]
    .map((text): Record<string, unknown> => JSON.parse(text))
    .filter((order) => isWithin(String(order["lastModifiedDate"])))
    .toSorted((a, b) => (String(a["creationDate"]) < String(b["creationDate"]) ? 1 : -1));
  const page = rows.slice(offset, offset + limit);
  const href = (at: number) => `https://api.ebay.com/sell/fulfillment/v1/order?limit=${limit}&offset=${at}`;
  return json(200, {
    href: href(offset),
    total: rows.length,
    ...(offset + limit < rows.length && { next: href(offset + limit) }),
    limit,
    offset,
    orders: page.map(({ parcels: _, ...order }) => ({ ...order, cancelStatus: withoutRequests(order) })),
  });
}

/** The list shows no requests for a cancellation. */
const withoutRequests = ({ cancelStatus }: Record<string, unknown>) => ({
  ...Object(cancelStatus),
  cancelRequests: [],
});
