import * as z from "zod/mini";
import { type HttpAnswer, retryAfter } from "../../../shared/connector/http.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { answerToRead } from "../../../shared/connector/read-answer.ts";
import type { ApiTools } from "../../../shared/connector/tools.ts";
import { MalformedEvent, Misconfigured, Rejected, Throttled, Unavailable } from "../../../shared/errors.ts";
import { parseJson } from "../../../shared/json.ts";
import type { Account, ChangedOrder, ChannelApi, ChannelClient } from "../channel.ts";
import { mapOrder } from "./map-order.ts";
import { ListedOrder, OrderCoupon, OrderProduct, ShippingAddress, V2Order } from "./payload.ts";
import type { Settings } from "./settings.ts";

interface Credentials {
  storeHash: string;
  accessToken: string;
}

type Query = Readonly<Record<string, string>>;
/** Gets a path below `/stores/<hash>/v2`. Undefined: the API has no such thing. */
type Get = <T>(path: string, query: Query, schema: z.ZodMiniType<T>) => Promise<T | undefined>;

/** The most that a page may have; for more, BigCommerce answers 413. */
const PAGE_SIZE = 250;
/** The size of a page that names none. A page of fewer rows is the last, even if the API does not grant our size. */
const USUAL_PAGE_SIZE = 50;
/** So many pages of a sub-resource hold more rows than an order may have lines. */
const MOST_PAGES = 400;

/** One store's orders: the V2 API. https://developer.bigcommerce.com/docs/rest-management/orders */
export const api: ChannelApi<unknown, Settings, Credentials> = {
  open(account, tools): ChannelClient {
    const { settings, credentials } = ownStore(account);
    const get = createGet(credentials, tools);
    return {
      async order(id) {
        const path = `/orders/${encodeURIComponent(id)}`;
        // The order first: what changes while its parts are read is then newer than its `date_modified`.
        const order = await get(path, {}, V2Order);
        if (!order) return "gone";
        if (order.id !== id) throw new MalformedEvent({ field: "id", problem: "is not that of the order asked for" });
        const products = await readAll(get, `${path}/products`, OrderProduct);
        const addresses = products && (await readAll(get, `${path}/shipping_addresses`, ShippingAddress));
        // Parts that are missing while the order is there are about to appear, as an order that was just placed.
        if (!products || !addresses) return "gone";
        const coupons = (await readAll(get, `${path}/coupons`, OrderCoupon)) ?? [];
        return { order: mapOrder({ order, products, addresses, coupons }, credentials.storeHash, settings) };
      },
      changedSince: (time) => changedOrders(get, time, settings),
      async check() {
        const orders = await get("/orders", { limit: "1" }, z.array(z.unknown()));
        if (!orders) throw new Misconfigured("BigCommerce has no store of the secret's storeHash (404).");
      },
    };
  },
};

/** @throws Misconfigured if the secret is another store's than the connection */
function ownStore<T extends Account<unknown, Settings, Credentials>>(account: T): T {
  const { shop, credentials } = account;
  if (shop === undefined || shop.toLowerCase() === credentials.storeHash.toLowerCase()) return account;
  throw new Misconfigured("The secret's storeHash is not the connection's shop in the stage file.");
}

function createGet({ storeHash, accessToken }: Credentials, tools: ApiTools): Get {
  return async (path, query, schema) => {
    const search = new URLSearchParams(query).toString();
    const answer = await answerToRead(
      tools.http({
        method: "GET",
        url: `https://api.bigcommerce.com/stores/${storeHash}/v2${path}${search && `?${search}`}`,
        // Without it V2 answers in XML.
        headers: { "x-auth-token": accessToken, accept: "application/json" },
      }),
    );
    if (answer.status === 404) return undefined;
    if (answer.status !== 200 && answer.status !== 204) throw refusal(answer, tools.now());
    // An empty list is 204 without a body.
    const parsed = z.safeParse(schema, answer.status === 204 ? [] : jsonOf(answer.text));
    if (parsed.success) return parsed.data;
    if (answer.status === 204) return undefined;
    // `products.0.quantity`: the sub-resource is what follows the order's ID.
    throw malformed(parsed.error, path.split("/").slice(3));
  };
}

/** @throws Unavailable */

function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new Unavailable("BigCommerce's answer is not JSON.", { cause });
  }
}

/** The error that an answer means: its body may quote the buyer, so only the status says it. */
function refusal({ status, headers }: HttpAnswer, now: number): Error {
  switch (status) {
    case 401:
      return new Misconfigured(
        "BigCommerce refuses the access token (401): the account or the app was removed, or has a new token.",
      );
    case 403:
      return new Misconfigured(
        "BigCommerce refuses the call (403): the access token lacks the scope Orders: read-only.",
      );
    case 429:
      return new Throttled("BigCommerce has too many requests for this store (429).", waitOf(headers, now));
    case 400:
    case 405:
    case 409:
    case 413:
    case 422:
      return new Rejected(`BigCommerce refuses the request (${status}).`);
    default:
      return new Unavailable(`BigCommerce answered ${status}.`);
  }
}

/** ms. A 429 of the store's quota says when it ends; one of the platform has no header. */
function waitOf(headers: HttpAnswer["headers"], now: number): number | undefined {
  const reset = headers["x-rate-limit-time-reset-ms"]?.trim() ?? "";
  return /^\d{1,9}$/.test(reset) ? Number(reset) : retryAfter({ headers }, now);
}

/** All rows of a sub-resource, once each. Undefined: the API has no such thing. */
async function readAll<T extends { id: string }>(
  get: Get,
  path: string,
  row: z.ZodMiniType<T>,
): Promise<T[] | undefined> {
  const rows = new Map<string, T>();
  for (let page = 1; page <= MOST_PAGES; page++) {
    const read = await get(path, { limit: String(PAGE_SIZE), page: String(page) }, z.array(row));
    if (!read) return page === 1 ? undefined : [...rows.values()];
    const before = rows.size;
    for (const one of read) rows.set(one.id, one);
    const isLast = read.length < USUAL_PAGE_SIZE || rows.size === before;
    if (isLast) return [...rows.values()];
  }
  throw new MalformedEvent({ field: path.split("/").at(-1) ?? path, problem: "has too many pages" });
}

const Counted = z.object({ count: z.int().check(z.minimum(0)) });

/**
 * Reads the pages from the last to the first: an order that changes meanwhile moves to the end of the list, and each one
 * behind it moves forward, onto a page that is still to be read.
 */
async function* changedOrders(get: Get, time: string, { listOverlap }: Settings): AsyncGenerator<ChangedOrder> {
  const from = Math.floor((Date.parse(time) - listOverlap) / 1000) * 1000;
  const since = { min_date_modified: `${new Date(from).toISOString().slice(0, "2026-11-20T10:00:00".length)}Z` };
  const counted = await get("/orders/count", since, Counted);
  if (!counted) throw new Unavailable("BigCommerce does not count its orders.");
  const seen = new Set<string>();
  for (let page = Math.max(1, Math.ceil(counted.count / PAGE_SIZE)); page > 0; page--) {
    const query = { ...since, sort: "date_modified:asc", limit: String(PAGE_SIZE), page: String(page) };
    const rows = (await get("/orders", query, z.array(ListedOrder))) ?? [];
    for (const { id, date_modified, status } of rows) {
      const changedAt = new Date(date_modified).toISOString();
      // A bound that it cannot read, BigCommerce ignores, and lists every order there is.
      if (seen.has(id) || Date.parse(changedAt) < from) continue;
      seen.add(id);
      yield { id, changedAt, state: status };
    }
  }
}
