import type { Answer } from "../../simulator.ts";
import { invalidRequest, ok } from "./envelope.ts";
import type { KakacloOrder, OrderBook } from "./order-book.ts";
import { toRow, toSeconds } from "./rows.ts";
import type { KakacloSwitches } from "./switches.ts";

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const WINDOWS = ["createStartTime", "createEndTime", "updateStartTime", "updateEndTime"] as const;

/**
 * `GET /openapi/v2/order/orders`: newest first (order not stated), no filter by customOrderId. The document swaps the
 * texts of pageNumber and pageSize; the samples show page 1 of 10.
 */
export function listOrders(query: URLSearchParams, book: OrderBook, switches: KakacloSwitches, now: number): Answer {
  const pageNumber = wholeNumber(query.get("pageNumber"), 1);
  const pageSize = wholeNumber(query.get("pageSize"), 10);
  const badTime = WINDOWS.some((name) => query.has(name) && !isTime(query.get(name) ?? ""));
  if (badTime || !(pageNumber >= 1 && pageSize >= 1 && pageSize <= 250)) return invalidRequest();

  const [createStart, createEnd, updateStart, updateEnd] = WINDOWS.map((name) => query.get(name) ?? undefined);
  const ids = query.get("ids")?.split(",");
  const indexed = now - switches.indexLagMs;
  const seen = ({ cancelledAt }: KakacloOrder) =>
    cancelledAt !== undefined && cancelledAt <= indexed ? cancelledAt : undefined;

  const found = book
    .rows()
    .map((order) => ({ order, cancelledAt: seen(order) }))
    .filter(({ order, cancelledAt }) => {
      const updated = toSeconds(cancelledAt ?? order.createdAt);
      return (
        order.createdAt <= indexed &&
        isWithin(toSeconds(order.createdAt), createStart, createEnd) &&
        isWithin(updated, updateStart, updateEnd) &&
        (ids?.includes(order.id) ?? true)
      );
    })
    .sort((a, b) => b.order.createdAt - a.order.createdAt);

  const list = found
    .slice((pageNumber - 1) * pageSize, pageNumber * pageSize)
    .map(({ order, cancelledAt }) => shown(toRow(order, cancelledAt, switches), switches));
  if (list.length === 0 && switches.emptyList === "no-data") return ok(null);
  const rows = list.length === 0 && switches.emptyList === "null" ? null : list;
  const page = { total: found.length, pageNumber, pageSize, list: rows };
  return ok(
    switches.vocabulary === "old" ? page : { vo: null, ...page, totalPageNumber: null, modifyDate: null, nextId: null },
  );
}

function shown(row: Record<string, unknown>, { rows }: KakacloSwitches): Record<string, unknown> {
  if (rows === "whole") return row;
  const { remark, customOrderId, ...nameless } = row;
  return rows === "brief" ? { ...nameless, customOrderId } : nameless;
}

const isTime = (text: string): boolean => TIME.test(text) && !Number.isNaN(Date.parse(text));

const wholeNumber = (text: string | null, missing: number): number =>
  text === null ? missing : /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;

/** Times of one format compare as text. Both ends are included. */
const isWithin = (time: string, start: string | undefined, end: string | undefined): boolean =>
  (start === undefined || time >= start) && (end === undefined || time <= end);
