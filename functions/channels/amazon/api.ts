import * as z from "zod/mini";
import type { ApiTools } from "../../../shared/connector/tools.ts";
import { Deferred, MalformedEvent, Rejected } from "../../../shared/errors.ts";
import type { ChangedOrder, ChannelApi, ChannelClient } from "../channel.ts";
import { createGet, type Get } from "./access.ts";
import type { Credentials, Secret } from "./index.ts";
import { mapOrder } from "./map-order.ts";
import { OrderAnswer, SearchPage } from "./payload.ts";
import type { Settings } from "./settings.ts";

const ORDERS = "/orders/2026-01-01/orders";
const PAGE_SIZE = 100;
/** Amazon allows 20 calls at once, then one in three minutes. */
const MOST_PAGES = 1_000;
/** An ID of the right form that no order has: a call with it proves that orders may be asked for. */
const NO_ORDER = "000-0000000-0000000";
/** When the last list of changed orders began, epoch ms; in the connection's cache. */
const LAST_LIST = "last list";

/** One seller's orders. https://developer-docs.amazon.com/sp-api/docs/orders-api-v2026-01-01-reference */
export const api: ChannelApi<Secret, Settings, Credentials> = {
  open(account, tools): ChannelClient {
    const { settings } = account;
    const get = createGet(account, tools);
    return {
      async order(id) {
        const path = `${ORDERS}/${encodeURIComponent(id)}`;
        const answer = await get(path, includedData(settings.includedData), OrderAnswer);
        if (!answer) return "gone";
        if (answer.order.orderId !== id) {
          throw new MalformedEvent({ field: "order.orderId", problem: "is not that of the order asked for" });
        }
        return { order: mapOrder(answer.order, settings) };
      },
      changedSince: (time) => changedOrders(get, time, settings, tools),
      async check() {
        try {
          await get(`${ORDERS}/${NO_ORDER}`, {}, z.unknown());
        } catch (error) {
          // That the ID is not one proves the credentials, too.
          if (!(error instanceof Rejected)) throw error;
        }
      },
    };
  },
};

const includedData = (sets: readonly string[]) => (sets.length > 0 ? { includedData: sets.join(",") } : {});

/**
 * https://developer-docs.amazon.com/sp-api/reference/searchorders. Without an end, a list ends two minutes before its
 * first page, by Amazon's clock.
 * @throws Deferred before `listEvery` has passed since the last list of any environment
 */
async function* changedOrders(
  get: Get,
  time: string,
  { listOverlap, listEvery, marketplaceIds, includedData: sets, fbaOrders }: Settings,
  { cache, now }: ApiTools,
): AsyncGenerator<ChangedOrder> {
  const next = ((await cache.get(LAST_LIST, z.number())) ?? 0) + listEvery;
  if (now() < next) throw new Deferred("Amazon's list of changed orders is not due yet", next);
  await cache.put(LAST_LIST, now(), listEvery);
  const search = {
    lastUpdatedAfter: new Date(Date.parse(time) - listOverlap).toISOString(),
    maxResultsPerPage: String(PAGE_SIZE),
    ...(marketplaceIds.length > 0 && { marketplaceIds: marketplaceIds.join(",") }),
    ...(fbaOrders === "ignore" && { fulfilledBy: "MERCHANT" }),
    // For the state alone: lists are not mapped.
    ...includedData(sets.filter((set) => set === "FULFILLMENT")),
  };
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = { ...search, ...(token !== undefined && { paginationToken: token }) };
    const read: SearchPage | undefined = await get(ORDERS, query, SearchPage);
    for (const { orderId, lastUpdatedTime, fulfillment } of read?.orders ?? []) {
      yield { id: orderId, changedAt: new Date(lastUpdatedTime).toISOString(), state: fulfillment?.fulfillmentStatus };
    }
    token = read?.pagination?.nextToken;
    if (token === undefined) return;
  }
  throw new MalformedEvent({ field: "pagination.nextToken", problem: "has too many pages" });
}
