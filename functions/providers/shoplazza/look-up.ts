import * as z from "zod/mini";
import type { Found, Outgoing, Sent, Tools } from "../provider.ts";
import { arrivalOf } from "./arrival.ts";
import { toTheSecond } from "./create-body.ts";
import type { Settings } from "./settings.ts";
import { readListed, readShopOrder, type Shop, type Version } from "./shop.ts";
import { carries, holds, isCancelled, markerOf, type ShopOrder } from "./shop-order.ts";

/** Our clock against the shop's (reference/providers.md 5.5, as for KakaClo 1.5). */
const SKEW = 15 * 60_000;
/** No request can act longer after it was sent: a function lives 15 minutes. */
const LONGEST_ACT = 60 * 60_000;

/** Where an error has named the order that may exist. The cache is shared by all destinations. */
export const namedOrder = (destination: string, reference: string): string => `named ${destination} ${reference}`;

interface Place {
  destination: string;
  shop: Shop;
  settings: Settings;
  tools: Tools;
}

/** What the shop's own records say of our reference; nothing here changes anything. */
export async function lookUp(sent: Sent, outgoing: Outgoing, place: Place): Promise<Found> {
  const marker = markerOf(sent.reference);
  const byId = await namedByError(sent.reference, marker, place);
  if (byId) return judge([byId], sent, outgoing, place.settings);

  const search = await searched(marker, sent, outgoing, place);
  return search.orders.length > 0
    ? judge(search.orders, sent, outgoing, place.settings)
    : { found: "nothing", conclusive: search.whole };
}

function judge(orders: readonly ShopOrder[], sent: Sent, outgoing: Outgoing, settings: Settings): Found {
  const ids = (some: readonly ShopOrder[]) => some.map(({ id }) => id);
  const live = orders.filter((order) => !isCancelled(order));
  const same = live.filter((order) => holds(order, sent.lines));
  const [first] = same;
  if (first) {
    const { notes, ...arrival } = arrivalOf(first, outgoing, settings);
    const several = same.length > 1 ? [`${same.length} live orders there carry our reference.`] : [];
    return { found: "same", providerOrderIds: ids(same), ...arrival, notes: [...several, ...notes] };
  }
  if (live.length > 0) {
    return { found: "different", reason: `Order ${ids(live).join(", ")} carries our reference with other lines.` };
  }
  return {
    found: "cancelled",
    providerOrderIds: ids(orders),
    reason: `Order ${ids(orders).join(", ")} with our reference is cancelled in the shop.`,
  };
}

/** 422 reason 6 names the order; it counts unless it bears another mark (its tags may be what failed). */
async function namedByError(reference: string, marker: string, { destination, shop, tools }: Place) {
  const id = await tools.cache.get(namedOrder(destination, reference), z.string());
  const order = id === undefined ? undefined : await shop.order(id);
  const others = /(^|[\s,])ext:/.test(`${order?.tags ?? ""},${order?.note ?? ""}`);
  return order && (carries(order, marker) || !others) ? order : undefined;
}

interface Search {
  /** Those with our mark. */
  orders: ShopOrder[];
  /** Nothing can have been missed. */
  whole: boolean;
}

async function searched(marker: string, sent: Sent, outgoing: Outgoing, place: Place): Promise<Search> {
  if (place.settings.lookUp === "2026-01") {
    const tagged = await byTag(marker, place);
    if (tagged.orders.length > 0 || (tagged.whole && place.settings.tagMiss === "conclusive")) return tagged;
  }
  const found: Search = { orders: [], whole: true };
  for (const window of windows(sent, outgoing)) {
    const { orders, whole } = await byWindow(marker, window, place);
    found.orders.push(...orders.filter(({ id }) => found.orders.every((known) => known.id !== id)));
    found.whole &&= whole;
  }
  return found;
}

/**
 * Around the sends by our clock; and around the time of placing, which we send as `created_at` and the shop may keep
 * as the order's own [ASSUME].
 */
function windows({ firstSentAt, lastSentAt }: Sent, { order }: Outgoing): [from: number, to: number][] {
  const [from, to] = [firstSentAt - SKEW, lastSentAt + LONGEST_ACT];
  const placedAt = Date.parse(order.placedAt);
  return placedAt >= from && placedAt <= to
    ? [[from, to]]
    : [
        [from, to],
        [placedAt - SKEW, placedAt + SKEW],
      ];
}

/** A shop that ignores the filter lists others' orders: then a miss is none. */
async function byTag(marker: string, place: Place): Promise<Search> {
  let cursor = "";
  const search = startSearch("2026-01", marker, place);
  for (let page = 1; page <= place.settings.maxPages; page++) {
    const query = { order_tags: marker, page_size: String(place.settings.pageSize), ...(cursor && { cursor }) };
    const read = await search.read(query);
    if (!read.allOurs) break;
    if (!read.hasMore) return { orders: search.orders, whole: true };
    if (!read.cursor || read.cursor === cursor) break;
    cursor = read.cursor;
  }
  return { orders: search.orders, whole: false };
}

/**
 * Pages until an empty one, not until a short one: the shop may cap `limit` below what was asked for. A page without
 * anything new means that it does not turn pages.
 */
async function byWindow(marker: string, [from, to]: [number, number], place: Place): Promise<Search> {
  const search = startSearch("2022-01", marker, place);
  const limit = String(place.settings.pageSize);
  const window = { created_at_min: toTheSecond(from), created_at_max: toTheSecond(to) };
  for (let page = 1; page <= place.settings.maxPages; page++) {
    const read = await search.read({ ...window, limit, page: String(page) });
    if (read.rows === 0) return { orders: search.orders, whole: true };
    if (read.fresh === 0) break;
  }
  return { orders: search.orders, whole: false };
}

function startSearch(version: Version, marker: string, { shop }: Place) {
  const seen = new Set<string>();
  const orders: ShopOrder[] = [];
  return {
    orders,
    async read(query: Record<string, string>) {
      const page = await shop.page(version, query);
      let fresh = 0;
      let allOurs = true;
      for (const row of page.orders) {
        const listed = readListed(row);
        const ours = listed !== undefined && carries(listed, marker);
        allOurs &&= ours;
        // A row without an ID is no order we could tell from another: it is counted, as something new.
        if (listed && seen.has(listed.id)) continue;
        if (listed) seen.add(listed.id);
        fresh++;
        if (ours) orders.push(readShopOrder(row));
      }
      return { rows: page.orders.length, fresh, allOurs, hasMore: page.has_more === true, cursor: page.cursor };
    },
  };
}
