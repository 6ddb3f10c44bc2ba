import { MalformedEvent, Misconfigured } from "../../../shared/errors.ts";
import type { ChangedOrder, ChannelApi, ChannelClient } from "../channel.ts";
import { type Ask, createAsk } from "./access.ts";
import { hostsOf } from "./hosts-of.ts";
import { mapOrder } from "./map-order.ts";
import { EbayOrder, OrdersPage, type Shipment, ShipmentsAnswer } from "./payload.ts";
import { User, userUrl } from "./seller-of.ts";
import type { Credentials, Secret, Settings } from "./settings.ts";

const PAGE_SIZE = 200;

/** One seller's orders. https://developer.ebay.com/develop/api/sell/fulfillment_api */
export const api: ChannelApi<Secret, Settings, Credentials> = {
  open(account, tools): ChannelClient {
    const { app, settings, shop } = account;
    const base = `${hostsOf(app).api}/sell/fulfillment/v1/order`;
    const ask = createAsk(account, tools);
    return {
      async order(id) {
        const url = `${base}/${encodeURIComponent(id)}`;
        const order = await ask(`${url}?fieldGroups=TAX_BREAKDOWN`, EbayOrder);
        if (!order) return "gone";
        if (order.orderId !== id) {
          throw new MalformedEvent({ field: "orderId", problem: "is not that of the order asked for" });
        }
        return { order: mapOrder(order, await shipmentsOf(order, url, ask), app, settings) };
      },
      changedSince: (time) => changedOrders({ base, since: Date.parse(time), now: tools.now(), ask, settings }),
      async check() {
        await ask(`${base}?limit=1`, OrdersPage);
        if (!settings.readSeller || shop === undefined) return;
        const user = await ask(userUrl(app), User).catch((error: unknown) => {
          // A token that was not granted this scope reads orders all the same.
          if (error instanceof Misconfigured) return undefined;
          throw error;
        });
        const names = [user?.userId, user?.username].flatMap((name) => name?.toLowerCase() ?? []);
        if (names.length === 0 || names.includes(shop.toLowerCase())) return;
        throw new Misconfigured("The secret's token is another seller's than the connection's shop in the stage file.");
      },
    };
  },
};

/**
 * The parcels of an order of which a line has left in part: the order does not say how many pieces.
 * https://developer.ebay.com/develop/api/sell/fulfillment_api#sell-fulfillment_api-shipping_fulfillment-getshippingfulfillments
 */
async function shipmentsOf({ lineItems }: EbayOrder, url: string, ask: Ask): Promise<readonly Shipment[]> {
  const isInParts = lineItems.some(({ lineItemFulfillmentStatus: status }) => status === "IN_PROGRESS");
  return isInParts ? ((await ask(`${url}/shipping_fulfillment`, ShipmentsAnswer))?.fulfillments ?? []) : [];
}

interface Listing {
  base: string;
  /** Epoch ms. */
  since: number;
  now: number;
  ask: Ask;
  settings: Settings;
}

/** In windows that end before now, oldest first: an order that changes meanwhile leaves its window, and none comes in. */
async function* changedOrders(listing: Listing): AsyncGenerator<ChangedOrder> {
  const { since, now, settings } = listing;
  let from = Math.max(since - settings.listOverlap, now - settings.listHistory);
  while (from <= now) {
    const until = Math.min(from + settings.listWindow, now);
    yield* changedIn(listing, from, until);
    from = until + 1;
  }
}

/** Pages are read from the last to the first, because an order that leaves the window moves the later ones forward. */
async function* changedIn({ base, ask }: Listing, from: number, until: number): AsyncGenerator<ChangedOrder> {
  const [start, end] = [from, until].map((time) => new Date(time).toISOString());
  const page = async (offset: number) => {
    const filter = encodeURIComponent(`lastmodifieddate:[${start}..${end}]`);
    return (await ask(`${base}?filter=${filter}&limit=${PAGE_SIZE}&offset=${offset}`, OrdersPage)) ?? NONE;
  };
  const first = await page(0);
  for (let last = Math.ceil(first.total / PAGE_SIZE) - 1; last > 0; last--) {
    yield* (await page(last * PAGE_SIZE)).orders.map(listed);
  }
  yield* (first.total > PAGE_SIZE ? await page(0) : first).orders.map(listed);
}

const NONE: OrdersPage = { total: 0, orders: [] };

const listed = ({ orderId, lastModifiedDate, orderPaymentStatus }: OrdersPage["orders"][number]): ChangedOrder => ({
  id: orderId,
  changedAt: new Date(lastModifiedDate).toISOString(),
  state: orderPaymentStatus,
});
