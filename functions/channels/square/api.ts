import { MalformedEvent, Misconfigured, Unavailable } from "../../../shared/errors.ts";
import type { ChangedOrder, ChannelApi, ChannelClient } from "../channel.ts";
import { type Ask, checkSeller, createAsk } from "./access.ts";
import { productsOf } from "./catalog.ts";
import type { Credentials, Secret } from "./index.ts";
import { mapOrder } from "./map-order.ts";
import { shipmentsOf } from "./order-state.ts";
import { LocationsAnswer, OrderAnswer, SearchPage, type SquareOrder, TokenStatus } from "./payload.ts";
import { moneyBackOf, soldOrderId } from "./refunds.ts";
import type { Settings } from "./settings.ts";

/** Of a search. */
const MOST_LOCATIONS = 10;
const PAGE_SIZE = 500;
const MOST_PAGES = 2_000;

/** One seller's orders. https://developer.squareup.com/docs/orders-api/what-it-does */
export const api: ChannelApi<Secret, Settings, Credentials> = {
  open(account, tools): ChannelClient {
    const { settings, shop } = account;
    const ask = createAsk(account, tools);
    return {
      async order(id) {
        const named = await orderOf(id, ask);
        if (!named) return "gone";
        // A refund names the order of the return: the order that was sold is meant.
        const soldId = soldOrderId(named);
        const sold = soldId === undefined || soldId === id ? undefined : await orderOf(soldId, ask);
        const order = sold ?? named;
        const known = isDoneAtTheTill(order) ? undefined : await moneyBackOf(order, sold && named, ask, settings);
        const products = known ? await productsOf(order.line_items, ask, account, tools) : new Map();
        return { order: mapOrder({ order, products, ...(known ?? NOTHING_MORE) }, shop, settings) };
      },
      changedSince: (time) => changedOrders(ask, time, settings),
      async check() {
        const status = await ask({ method: "POST", path: "/oauth2/token/status" }, TokenStatus);
        checkSeller(status?.merchant_id, account);
        const lacks = needed(settings).filter((scope) => status?.scopes && !status.scopes.includes(scope));
        if (lacks.length === 0) return;
        throw new Misconfigured(`The token works, but lacks ${lacks.join(", ")}.`);
      },
    };
  },
};

/** Most orders of a till are paid and taken along: nothing more has to be known of them. */
const isDoneAtTheTill = (order: SquareOrder): boolean =>
  (order.state === "COMPLETED" || order.state === "CANCELED") && shipmentsOf(order).length === 0;
const NOTHING_MORE = { payments: [], refunds: [], returnOrders: [] };

const needed = ({ locations, readRefunds }: Settings): string[] => [
  "ORDERS_READ",
  "ITEMS_READ",
  ...(readRefunds ? ["PAYMENTS_READ"] : []),
  ...(locations.length === 0 ? ["MERCHANT_PROFILE_READ"] : []),
];

/** https://developer.squareup.com/reference/square/orders-api/retrieve-order */
async function orderOf(id: string, ask: Ask): Promise<SquareOrder | undefined> {
  const answer = await ask({ method: "GET", path: `/v2/orders/${encodeURIComponent(id)}` }, OrderAnswer);
  if (answer && answer.order.id !== id) {
    throw new MalformedEvent({ field: "order.id", problem: "is not that of the order asked for" });
  }
  return answer?.order;
}

/** Ten locations at a time. Without an end, a search ends at the time of its first page, by Square's clock. */
async function* changedOrders(ask: Ask, time: string, settings: Settings): AsyncGenerator<ChangedOrder> {
  const start_at = new Date(Date.parse(time) - settings.listOverlap).toISOString();
  const locations = settings.locations.length > 0 ? settings.locations : await locationsOf(ask);
  for (let from = 0; from < locations.length; from += MOST_LOCATIONS) {
    yield* searched(ask, {
      location_ids: locations.slice(from, from + MOST_LOCATIONS),
      query: {
        filter: { date_time_filter: { updated_at: { start_at } } },
        sort: { sort_field: "UPDATED_AT", sort_order: "ASC" },
      },
      limit: PAGE_SIZE,
    });
  }
}

async function locationsOf(ask: Ask): Promise<string[]> {
  const answer = await ask({ method: "GET", path: "/v2/locations" }, LocationsAnswer);
  if (!answer) throw new Unavailable("Square has no list of locations (404).");
  return answer.locations.map(({ id }) => id);
}

/** https://developer.squareup.com/reference/square/orders-api/search-orders */
async function* searched(ask: Ask, search: object): AsyncGenerator<ChangedOrder> {
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const body = { ...search, ...(cursor !== undefined && { cursor }) };
    const read: SearchPage | undefined = await ask({ method: "POST", path: "/v2/orders/search", body }, SearchPage);
    if (!read) throw new Unavailable("Square has no search for orders (404).");
    for (const { id, updated_at, state, ...order } of read.orders) {
      yield { id: soldOrderId(order) ?? id, changedAt: new Date(updated_at).toISOString(), state };
    }
    cursor = read.cursor;
    if (cursor === undefined) return;
  }
  throw new MalformedEvent({ field: "cursor", problem: "has too many pages" });
}
