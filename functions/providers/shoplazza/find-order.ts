import * as z from "zod/mini";
import { filled } from "../../../shared/connector/fit-text.ts";
import { Shown } from "../../../shared/connector/list-schema.ts";
import { type Recognised, recognise } from "../../../shared/connector/recognise.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import type { Found, Outgoing, Sent } from "../provider.ts";
import { type Api, readShopOrder } from "./api.ts";
import { arrivalOf } from "./arrival.ts";
import { toTheSecond } from "./order-body.ts";
import type { Settings } from "./settings.ts";
import {
  carries,
  differenceOf,
  isCancelled,
  Listed,
  markerOf,
  marksOf,
  ShopOrder,
  showsMarks,
  tagsOf,
} from "./shop-order.ts";

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
  const search = { marker: markerOf(sent.reference), sent, outgoing, context };
  const byId = await namedByError(search);
  if (byId) return judge([byId], sent, outgoing, context.settings);

  const { orders, whole } = await searchAll(search);
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

/** An error named the order; it counts unless it is surely another: the tags of ours may be what failed. */
async function namedByError(search: Search): Promise<ShopOrder | undefined> {
  const { api, tools } = search.context;
  const id = await tools.cache.get(namedOrder(search.sent.reference), z.string(), { newer: "refuse" });
  const order = id === undefined ? undefined : await api.orderAsIs(id);
  return order && recogniseRow(Listed.parse(order), search) !== "another" ? readShopOrder(order) : undefined;
}

interface Search {
  marker: string;
  sent: Sent;
  outgoing: Outgoing;
  context: LookUpContext;
}

interface Hits {
  /** Those with our mark. */
  orders: ShopOrder[];
  /** Nothing can have been missed. */
  whole: boolean;
  /** The shop found an order by our tag that does not show it: then it has ours, whatever its other lists show. */
  isAnswered?: boolean;
}

async function searchAll(search: Search): Promise<Hits> {
  const { settings } = search.context;
  let isAnswered = false;
  if (settings.lookUp === "2026-01") {
    const tagged = await byTag(search);
    isAnswered = tagged.isAnswered ?? false;
    if (tagged.orders.length > 0 || (tagged.whole && settings.tagMiss === "conclusive")) return tagged;
  }
  const hits: Hits = { orders: [], whole: !isAnswered };
  for (const window of windowsOf(search)) {
    const { orders, whole } = await byWindow(window, search);
    hits.orders.push(...orders.filter(({ id }) => hits.orders.every((known) => known.id !== id)));
    hits.whole &&= whole;
  }
  return hits;
}

/**
 * Around the sends by our clock; and around the time of placing, which we send as `created_at` and the shop may keep
 * as the order's own [ASSUME].
 */
function windowsOf({ sent, outgoing }: Search): [from: number, to: number][] {
  const [from, to] = [sent.firstSentAt - SKEW, sent.lastSentAt + LONGEST_ACT];
  const placedAt = Date.parse(outgoing.order.placedAt);
  const sends: [number, number] = [from, to];
  return placedAt >= from && placedAt <= to ? [sends] : [sends, [placedAt - SKEW, placedAt + SKEW]];
}

/** By the tag alone, whenever it was created. A shop that ignores the filter lists others' orders: then a miss is none. */
async function byTag(search: Search): Promise<Hits> {
  const { api, settings, tools } = search.context;
  const sieve = createSieve(search);
  let cursor = "";
  for (let page = 1; page <= settings.maxPages && tools.now() < tools.deadline; page++) {
    const query = { order_tags: search.marker, page_size: String(settings.pageSize), ...(cursor && { cursor }) };
    const { orders: rows, has_more, cursor: next } = await api.page("2026-01", query);
    // An empty list is one; whether null is one, only the other list's count can say.
    if (rows === null) break;
    const { allOurs } = await sieve.take(rows);
    if (!allOurs) return { orders: sieve.orders, whole: false, isAnswered: await filtersTags(search) };
    if (isLast({ rows, has_more, next }, settings)) return { orders: sieve.orders, whole: sieve.sawAll() };
    if (!next || next === cursor) break;
    cursor = next;
  }
  return { orders: sieve.orders, whole: false };
}

/** Whether the shop shows no order for a tag that no order has. */
async function filtersTags({ context: { api } }: Search): Promise<boolean> {
  const { orders } = await api.page("2026-01", { order_tags: "ext:order-relay-no-such-order", page_size: "1" });
  return (orders ?? []).length === 0;
}

const isLast = (page: { rows: unknown[]; has_more: unknown; next: unknown }, { pageSize }: Settings): boolean =>
  page.has_more === false || (page.has_more == null && !page.next && page.rows.length < pageSize);

/**
 * Pages until an empty one, not until a short one: the shop may cap `limit` below what was asked for (200 is reported, 250
 * documented). A page without anything new means that it does not turn pages. Later versions have a cursor.
 */
async function byWindow([from, to]: [from: number, to: number], search: Search): Promise<Hits> {
  const { api, settings, tools } = search.context;
  const sieve = createSieve(search);
  const window = { created_at_min: toTheSecond(from), created_at_max: toTheSecond(to) };
  const size = String(settings.pageSize);
  const isNumbered = settings.version === "2022-01";
  let cursor = "";
  for (let page = 1; page <= settings.maxPages && tools.now() < tools.deadline; page++) {
    const place = isNumbered
      ? { limit: size, page: String(page) }
      : { page_size: size, ...(cursor !== "" && { cursor }) };
    const { orders: rows, has_more, cursor: next } = await api.page(settings.version, { ...window, ...place });
    if (rows === null) return { orders: sieve.orders, whole: sieve.sawAll(await api.count(window)) };
    if (rows.length === 0) return { orders: sieve.orders, whole: sieve.sawAll() };
    if ((await sieve.take(rows)).fresh === 0) break;
    if (isNumbered) continue;
    if (isLast({ rows, has_more, next }, settings)) return { orders: sieve.orders, whole: sieve.sawAll() };
    if (!next || next === cursor) break;
    cursor = next;
  }
  return { orders: sieve.orders, whole: false };
}

/** Keeps what bears our mark, and knows whether that could have been missed. Other orders may look as they like. */
function createSieve(search: Search) {
  const { api, settings, tools } = search.context;
  const seen = new Set<string>();
  /** Rows as text: an ID alone might be of several. */
  const examined = new Set<string>();
  const orders: ShopOrder[] = [];
  let details = 0;
  let isBlind = false;

  /** A list may be briefer than the order itself. */
  async function whole(row: Listed): Promise<Listed> {
    if (showsMarks(row) || carries(row, search.marker) || row.id === "" || !looksLike(row, search)) return row;
    if (++details > settings.maxDetails || tools.now() >= tools.deadline) return row;
    const order = await api.orderAsIs(row.id);
    return order ? Listed.parse(order) : row;
  }

  return {
    orders,
    /** @param atLeast how many orders there are to be seen */
    sawAll: (atLeast = 0): boolean => !isBlind && seen.size >= atLeast,
    async take(rows: readonly unknown[]): Promise<{ fresh: number; allOurs: boolean }> {
      let fresh = 0;
      let allOurs = true;
      for (const listed of rows.map((row) => Listed.parse(row))) {
        if (!seen.has(listed.id)) fresh += 1;
        seen.add(listed.id);
        const text = JSON.stringify(listed.raw) ?? "";
        if (examined.has(text)) continue;
        examined.add(text);
        const row = await whole(listed);
        const is = recogniseRow(row, search);
        allOurs &&= is === "ours";
        isBlind ||= is === "unknown";
        if (is === "ours" && orders.every(({ id }) => id !== row.id)) orders.push(readShopOrder(row.raw));
      }
      return { fresh, allOurs };
    },
  };
}

/**
 * A row shows whose it is by its tags and its note. Where it has a mark of ours, but of another order, it is that one's,
 * whatever else a buyer wrote into the note.
 */
function recogniseRow(row: Listed, search: Search): Recognised {
  const { marker, sent } = search;
  const isOurs = carries(row, marker);
  if (!isOurs && marksOf(row).some((mark) => mark.toLowerCase() !== marker.toLowerCase())) return "another";
  return recognise(row.raw, {
    reference: sent.reference,
    isOurs,
    identifying: showsMarks(row) ? [tagsOf(row.tags).join(), row.note] : [],
    isSurelyOther: () => !looksLike(row, search),
  });
}

/**
 * Whether an order that shows no mark may be ours all the same, as where the shop keeps neither tags nor notes. It is
 * another's if two of lines, postcode and e-mail differ: one alone may be written otherwise there.
 */
function looksLike({ raw, shipping_address }: Listed, { sent, outgoing }: Search): boolean {
  const held = ShopOrder.safeParse(raw).data;
  const { zip, email } = Destination.safeParse(shipping_address).data ?? {};
  const { shippingAddress, buyer } = outgoing.order;
  const isOther = (theirs: string | undefined, ours: string | undefined) =>
    Boolean(theirs && filled(ours) && plain(theirs) !== plain(ours ?? ""));
  const differences = [
    Boolean(held?.line_items?.length) && held !== undefined && differenceOf(held, sent.lines) !== undefined,
    isOther(zip, shippingAddress?.postcode),
    isOther(email, filled(shippingAddress?.email) ?? buyer?.email),
  ];
  return differences.filter(Boolean).length < 2;
}

const Destination = z.object({ zip: Shown, email: Shown });
const plain = (text: string): string => text.toLowerCase().replace(/\s/g, "");
