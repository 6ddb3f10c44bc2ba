import { type ShoplazzaHeld, time } from "./shop-order.ts";
import type { ShoplazzaSwitches } from "./switches.ts";

const RANGES = {
  created_at: ({ order }: ShoplazzaHeld) => order.createdAt,
  updated_at: ({ order }: ShoplazzaHeld) => order.updatedAt,
  placed_at: ({ order }: ShoplazzaHeld) => order.placedAt,
} as const;

/** The orders of a list of either version, sorted; undefined if the query is invalid. */
export function findOrders(
  held: readonly ShoplazzaHeld[],
  query: URLSearchParams,
  { version, switches, now }: { version: string; switches: ShoplazzaSwitches; now: number },
): ShoplazzaHeld[] | undefined {
  const times = Object.keys(RANGES).flatMap((field) => [query.get(`${field}_min`), query.get(`${field}_max`)]);
  if (times.some((text) => text !== null && Number.isNaN(Date.parse(text)))) return undefined;
  // Comma-separated on 2022-01, repeated on 2026-01.
  const all = (name: string) => query.getAll(name).flatMap((text) => text.split(","));
  const [ids, tags] = [all("ids"), query.getAll("order_tags")];
  const filters = version === "2026-01" && switches.tagFilter === "exact" && tags.length > 0;

  const found = held.filter((entry) => {
    const { order } = entry;
    return (
      order.arrivedAt <= now - switches.indexLagMs &&
      (ids.length === 0 || ids.includes(order.id)) &&
      (!filters || order.tags.some((tag) => tags.includes(tag))) &&
      ["status", "financial_status"].every((name) => {
        const wanted = all(name);
        return wanted.length === 0 || wanted.includes(name === "status" ? order.status : order.financialStatus);
      }) &&
      Object.entries(RANGES).every(([field, at]) =>
        isWithin(at(entry), query.get(`${field}_min`), query.get(`${field}_max`)),
      )
    );
  });
  const sign = switches.sort === "newest" ? -1 : 1;
  return found.sort((a, b) => sign * (a.order.createdAt - b.order.createdAt));
}

/** To the second, both ends included. */
function isWithin(at: number | undefined, min: string | null, max: string | null): boolean {
  if (min === null && max === null) return true;
  if (at === undefined) return false;
  const second = Date.parse(time(at));
  return (min === null || second >= Date.parse(min)) && (max === null || second <= Date.parse(max));
}

/** `limit` and `page` of 2022-01. Defaults are not documented: 10 as on 2026-01. (ASSUME) */
export function pageOf<Row>(
  rows: readonly Row[],
  query: URLSearchParams,
  { listLimit, paging }: ShoplazzaSwitches,
): Row[] | undefined {
  const [limit, page] = [whole(query.get("limit") ?? "10"), whole(query.get("page") ?? "1")];
  if (!(limit >= 1 && page >= 1)) return undefined;
  const size = Math.min(limit, listLimit);
  const from = paging === "ignored" ? 0 : (page - 1) * size;
  return rows.slice(from, from + size);
}

/** `page_size` (1 to 250, default 10) and `cursor` of 2026-01. */
export function cursorPageOf<Row>(
  rows: readonly Row[],
  query: URLSearchParams,
): { rows: Row[]; cursor: string; has_more: boolean } | undefined {
  const size = whole(query.get("page_size") ?? "10");
  const cursor = query.get("cursor") ?? "";
  const from = cursor === "" ? 0 : whole(Buffer.from(cursor, "base64url").toString());
  if (!(size >= 1 && size <= 250 && from >= 0)) return undefined;
  const has_more = from + size < rows.length;
  return {
    rows: rows.slice(from, from + size),
    cursor: has_more ? Buffer.from(String(from + size)).toString("base64url") : "",
    has_more,
  };
}

const whole = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN);
