import type { ApiTools } from "../../../shared/connector/tools.ts";
import { MalformedEvent, Misconfigured, Rejected, Unavailable } from "../../../shared/errors.ts";
import type { ChangedOrder, ChannelApi, ChannelClient } from "../channel.ts";
import type { Secret } from "./index.ts";
import { lookUpSkus } from "./look-up-skus.ts";
import { isPartlyShipped, mapOrder } from "./map-order.ts";
import { FulfilmentsAnswer, OrderAnswer, OrderPage } from "./payload.ts";
import type { Settings } from "./settings.ts";
import { type Answered, type Call, siteCalls } from "./site-calls.ts";

const SEARCH = "/ecom/v1/orders/search";
/** The most that a page may have. */
const PAGE_SIZE = 100;
const MOST_PAGES = 2_000;

/** One site's orders. https://dev.wix.com/docs/rest/business-solutions/e-commerce/orders/orders/introduction */
export const api: ChannelApi<Secret, Settings, unknown> = {
  open(account, tools): ChannelClient {
    const { shop, settings } = account;
    const call = siteCalls(account, tools);
    return {
      async order(id) {
        const answer = found(await call("GET", `/ecom/v1/orders/${encodeURIComponent(id)}`, OrderAnswer));
        if (!answer) return "gone";
        const { order } = answer;
        if (order.id !== id) {
          throw new MalformedEvent({ field: "order.id", problem: "is not that of the order asked for" });
        }
        const shipped = isPartlyShipped(order) ? await shippedPieces(id, call) : undefined;
        const skus = await lookUpSkus(order, settings, { call, tools });
        return { order: mapOrder({ order, shipped, ...skus }, shop, settings) };
      },
      changedSince: (time) => changedOrders(call, tools, time, settings),
      async check() {
        const search = { ...changedFrom(tools.now() - 60_000), cursorPaging: { limit: 1 } };
        found(await call("POST", SEARCH, OrderPage, { search }));
      },
    };
  },
};

/** @returns undefined: the API has no such thing */
function found<T>(answer: Answered<T>): T | undefined {
  if ("found" in answer) return answer.found;
  switch (answer.status) {
    case 404:
      return undefined;
    case 403:
      throw new Misconfigured(
        "Wix refuses the call (403): the access token works, but the app lacks the permission Read Orders, or the site's owner has not accepted the app's new version.",
      );
    default:
      throw new Rejected(`Wix refuses the request (${answer.status}).`);
  }
}

/** Pieces in an order's parcels, by line. Undefined if the API has no list of them. */
async function shippedPieces(id: string, call: Call): Promise<ReadonlyMap<string, number> | undefined> {
  const path = `/ecom/v1/fulfillments/orders/${encodeURIComponent(id)}`;
  const answer = found(await call("GET", path, FulfilmentsAnswer));
  if (!answer) return undefined;
  const shipped = new Map<string, number>();
  for (const { lineItems } of answer.orderWithFulfillments.fulfillments) {
    for (const line of lineItems) shipped.set(line.id, (shipped.get(line.id) ?? 0) + (line.quantity ?? 0));
  }
  // Parcels that name no line leave open what was in them.
  return shipped.size > 0 ? shipped : undefined;
}

/** @param from epoch ms */
const changedFrom = (from: number) => ({
  filter: { updatedDate: { $gte: new Date(from).toISOString() } },
  // By default the newest come first, and one that changes meanwhile would push others onto pages that were read.
  sort: [{ fieldName: "updatedDate", order: "ASC" }],
});

/** Orders whose checkout is not finished are in no list: their event, or a later one, names them. */
async function* changedOrders(
  call: Call,
  { now }: Pick<ApiTools, "now">,
  time: string,
  { listOverlap }: Settings,
): AsyncGenerator<ChangedOrder> {
  const from = Math.min(Date.parse(time), now()) - listOverlap;
  const seen = new Set<string>();
  // Wix ignores a body without `search`, and answers every order there is.
  let search: object = { ...changedFrom(from), cursorPaging: { limit: PAGE_SIZE } };
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const read: OrderPage | undefined = found(await call("POST", SEARCH, OrderPage, { search }));
    if (!read) throw new Unavailable("Wix has no list of orders (404).");
    for (const { id, updatedDate, status, paymentStatus, fulfillmentStatus } of read.orders) {
      const changedAt = new Date(updatedDate).toISOString();
      const state = `${id} ${changedAt}`;
      if (seen.has(state) || Date.parse(changedAt) < from) continue;
      seen.add(state);
      yield { id, changedAt, state: [status, paymentStatus, fulfillmentStatus].join(" ").trim() };
    }
    const places = [read.metadata, read.pagingMetadata];
    const next = places.map((place) => place?.cursors?.next).find((cursor) => cursor !== undefined);
    const hasNext = places.map((place) => place?.hasNext).find((says) => typeof says === "boolean");
    if (hasNext === false || read.orders.length === 0) return;
    if (next === undefined && hasNext)
      throw new MalformedEvent({ field: "metadata.cursors.next", problem: "is missing" });
    if (next === undefined) return;
    if (next === cursor) throw new MalformedEvent({ field: "metadata.cursors.next", problem: "is that of this page" });
    cursor = next;
    // The cursor alone: beside a filter Wix may answer the first page again.
    search = { cursorPaging: { limit: PAGE_SIZE, cursor } };
  }
  throw new MalformedEvent({ field: "metadata.cursors", problem: "has too many pages" });
}
