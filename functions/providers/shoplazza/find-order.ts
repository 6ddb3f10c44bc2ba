import * as z from "zod/mini";
import type { Tools } from "../../../shared/connector/tools.ts";
import type { Found, Outgoing, Sent } from "../provider.ts";
import { type Api, readListed, readShopOrder } from "./api.ts";
import { arrivalOf } from "./arrival.ts";
import { toTheSecond } from "./order-body.ts";
import type { Settings } from "./settings.ts";
import { carries, carriesAnother, differenceOf, isCancelled, markerOf, type ShopOrder } from "./shop-order.ts";

/** Our clock against the shop's (reference/providers.md 5.5, as for KakaClo 1.5). */
const SKEW = 15 * 60_000;
/** No request can act longer after it was sent: a function lives 15 minutes. */
const LONGEST_ACT = 60 * 60_000;

/** Under which name the cache holds the order ID that an error has named. */
export const namedOrder = (reference: string): string => `named ${reference}`;

interface LookUpContext {
  api: Api;
  settings: Settings;
  tools: Tools;
}

/** What the shop's own records say of our reference; nothing here changes anything. */
export async function findOrder(sent: Sent, outgoing: Outgoing, context: LookUpContext): Promise<Found> {
  const marker = markerOf(sent.reference);
  const byId = await namedByError(sent.reference, marker, context);
  if (byId) return judge([byId], sent, outgoing, context.settings);

  const { orders, whole } = await search(marker, sent, outgoing, context);
  if (orders.length === 0) return { found: "nothing", conclusive: whole };
  const judged = judge(orders, sent, outgoing, context.settings);
  // A living one may be on a page we did not reach.
  return judged.found === "cancelled" && !whole ? { found: "nothing", conclusive: false } : judged;
}

function judge(orders: readonly ShopOrder[], sent: Sent, outgoing: Outgoing, settings: Settings): Found {
  const idsOf = (some: readonly ShopOrder[]) => some.map(({ id }) => id);
  const live = orders.filter((order) => !isCancelled(order));
  const same = live.filter((order) => differenceOf(order, sent.lines) === undefined);
  const [first] = same;
  if (first) {
    const { notes, priceDiffers: _, ...arrival } = arrivalOf(first, outgoing, settings);
    const several = same.length > 1 ? [`${same.length} live orders there carry our reference.`] : [];
    return { found: "same", providerOrderIds: idsOf(same), ...arrival, notes: [...several, ...notes] };
  }
  // Its lines may be written after it, so it cannot be compared yet.
  if (live.some(({ line_items }) => !line_items?.length)) return { found: "nothing", conclusive: false };
  if (live.length > 0) {
    const differences = live.map((order) => `${order.id} with ${differenceOf(order, sent.lines)}`).join("; ");
    return { found: "different", reason: `Shoplazza holds under ${sent.reference} order ${differences}.` };
  }
  const reason = `Shoplazza holds under ${sent.reference} order ${idsOf(orders).join(", ")}, cancelled.`;
  return { found: "cancelled", providerOrderIds: idsOf(orders), reason };
}

/** 422 reason 6 names the order; it counts unless it bears another mark (its tags may be what failed). */
async function namedByError(
  reference: string,
  marker: string,
  { api, tools }: LookUpContext,
): Promise<ShopOrder | undefined> {
  const id = await tools.cache.get(namedOrder(reference), z.string(), { newer: "refuse" });
  const order = id === undefined ? undefined : await api.order(id);
  return order && !carriesAnother(order, marker) ? order : undefined;
}

interface Hits {
  /** Those with our mark. */
  orders: ShopOrder[];
  /** Nothing can have been missed. */
  whole: boolean;
}

async function search(marker: string, sent: Sent, outgoing: Outgoing, context: LookUpContext): Promise<Hits> {
  if (context.settings.lookUp === "2026-01") {
    const tagged = await byTag(marker, context);
    if (tagged.orders.length > 0 || (tagged.whole && context.settings.tagMiss === "conclusive")) return tagged;
  }
  const hits: Hits = { orders: [], whole: true };
  for (const window of windowsOf(sent, outgoing)) {
    const { orders, whole } = await byWindow(marker, window, context);
    hits.orders.push(...orders.filter(({ id }) => hits.orders.every((known) => known.id !== id)));
    hits.whole &&= whole;
  }
  return hits;
}

/**
 * Around the sends by our clock; and around the time of placing, which we send as `created_at` and the shop may keep
 * as the order's own [ASSUME].
 */
function windowsOf({ firstSentAt, lastSentAt }: Sent, { order }: Outgoing): [from: number, to: number][] {
  const [from, to] = [firstSentAt - SKEW, lastSentAt + LONGEST_ACT];
  const placedAt = Date.parse(order.placedAt);
  const sends: [number, number] = [from, to];
  return placedAt >= from && placedAt <= to ? [sends] : [sends, [placedAt - SKEW, placedAt + SKEW]];
}

/** By the tag alone, whenever it was created. A shop that ignores the filter lists others' orders: then a miss is none. */
async function byTag(marker: string, { api, settings, tools }: LookUpContext): Promise<Hits> {
  const sieve = createSieve(marker);
  let cursor = "";
  for (let page = 1; page <= settings.maxPages && tools.now() < tools.deadline; page++) {
    const query = { order_tags: marker, page_size: String(settings.pageSize), ...(cursor && { cursor }) };
    const { orders: rows, has_more, cursor: next } = await api.page("2026-01", query);
    const { allOurs } = sieve.take(rows);
    if (!allOurs) break;
    if (has_more !== true) return { orders: sieve.orders, whole: true };
    if (!next || next === cursor) break;
    cursor = next;
  }
  return { orders: sieve.orders, whole: false };
}

/**
 * Pages until an empty one, not until a short one: the shop may cap `limit` below what was asked for (200 is reported, 250
 * documented). A page without anything new means that it does not turn pages.
 */
async function byWindow(
  marker: string,
  [from, to]: [from: number, to: number],
  { api, settings, tools }: LookUpContext,
): Promise<Hits> {
  const sieve = createSieve(marker);
  const window = { created_at_min: toTheSecond(from), created_at_max: toTheSecond(to) };
  for (let page = 1; page <= settings.maxPages && tools.now() < tools.deadline; page++) {
    const query = { ...window, limit: String(settings.pageSize), page: String(page) };
    const { orders: rows } = await api.page("2022-01", query);
    if (rows.length === 0) return { orders: sieve.orders, whole: true };
    if (sieve.take(rows).fresh === 0) break;
  }
  return { orders: sieve.orders, whole: false };
}

/** Keeps what bears our mark. Other orders may look as they like. */
function createSieve(marker: string) {
  const seen = new Set<string>();
  const orders: ShopOrder[] = [];
  return {
    orders,
    take(rows: readonly unknown[]): { fresh: number; allOurs: boolean } {
      let fresh = 0;
      let allOurs = true;
      for (const row of rows) {
        const listed = readListed(row);
        const ours = listed !== undefined && carries(listed, marker);
        allOurs &&= ours;
        if (!listed || seen.has(listed.id)) continue;
        seen.add(listed.id);
        fresh += 1;
        if (ours) orders.push(readShopOrder(row));
      }
      return { fresh, allOurs };
    },
  };
}
