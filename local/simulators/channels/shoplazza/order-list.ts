import type { ApiBook, ApiRequest } from "../../channel-api.ts";

/** Query of `GET /openapi/2026-01/orders`, and what a value must look like. */
const ALLOWED: Readonly<Record<string, RegExp>> = {
  page_size: /^(?:[1-9]\d?|1\d\d|2[0-4]\d|250)$/,
  cursor: /^[\w-]+$/,
  ids: /^[\w,-]+$/,
  status: /^(?:opened|placed|finished|cancelled)$/,
  ...Object.fromEntries(
    ["created_at", "updated_at", "placed_at"].flatMap((field) =>
      ["min", "max"].map((end) => [`${field}_${end}`, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:\d{2})$/]),
    ),
  ),
};

/** A page of orders, the last changed first (ASSUME); undefined if the query is none of the document's. */
export function pageOf({ query }: ApiRequest, { orders }: ApiBook) {
  if ([...query].some(([name, value]) => !ALLOWED[name]?.test(value))) return undefined;
  const from = Number(Buffer.from(query.get("cursor") ?? "", "base64url").toString() || 0);
  if (!Number.isInteger(from)) return undefined;
  const size = Number(query.get("page_size") ?? 10);
  const found = [...orders.values()]
    .map((text): Record<string, unknown> => JSON.parse(text))
    .filter((order) => isFound(order, query))
    .sort((a, b) => timeIn(b, "updated_at") - timeIn(a, "updated_at"));
  const has_more = from + size < found.length;
  return {
    orders: found.slice(from, from + size),
    cursor: has_more ? Buffer.from(String(from + size)).toString("base64url") : "",
    has_more,
  };
}

function isFound(order: Record<string, unknown>, query: URLSearchParams): boolean {
  const [status, ids] = [query.get("status"), query.get("ids")];
  if (status !== null && order["status"] !== status) return false;
  if (ids !== null && !ids.split(",").includes(String(order["id"]))) return false;
  // Both ends included.
  return ["created_at", "updated_at", "placed_at"].every((field) => {
    const [min, max, at] = [query.get(`${field}_min`), query.get(`${field}_max`), timeIn(order, field)];
    return (min === null || at >= Date.parse(min)) && (max === null || at <= Date.parse(max));
  });
}

const timeIn = (order: Record<string, unknown>, field: string): number => Date.parse(String(order[field])) || 0;
