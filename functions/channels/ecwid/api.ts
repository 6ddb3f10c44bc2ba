import * as z from "zod/mini";
import { type HttpAnswer, retryAfter } from "../../../shared/connector/http.ts";
import { Text } from "../../../shared/connector/loose-schema.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import type { ApiTools } from "../../../shared/connector/tools.ts";
import { MalformedEvent, Misconfigured, Rejected, Throttled, Unavailable } from "../../../shared/errors.ts";
import type { Account, ChangedOrder, ChannelApi, ChannelClient } from "../channel.ts";
import type { Credentials, Secret } from "./index.ts";
import { mapOrder } from "./map-order.ts";
import { isNamed, orderIdentity } from "./order-identity.ts";
import { timeIn } from "./order-time.ts";
import { type ListedOrder, OrderPage, Profile, StoreOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";

type StoreAccount = Account<Secret, Settings, Credentials>;
type Query = Readonly<Record<string, string>>;
/** Gets a path below `/api/v3/<storeId>`. Undefined: the API has no such thing. */
type Get = <T>(path: string, query: Query, schema: z.ZodMiniType<T>) => Promise<T | undefined>;

/** The most that a page has. */
const PAGE = 100;
/** A list is read by offsets: one of more rows is split into shorter times. */
const MOST_ROWS = 1_000;
/** What the rows of a list have: no buyer's data. */
const ROW = "total,items(id,internalId,orderNumber,updateDate,updateTimestamp,paymentStatus,fulfillmentStatus)";

/** One store's orders: the REST API v3. https://docs.ecwid.com/api-reference */
export const api: ChannelApi<Secret, Settings, Credentials> = {
  open(account, tools): ChannelClient {
    const { settings } = account;
    const shop = storeOf(account);
    const get = createGet(shop, account, tools);
    return {
      async order(id) {
        const order = await get(`/orders/${encodeURIComponent(id)}`, {}, StoreOrder);
        if (!order) return "gone";
        // `/orders/last` is an order too.
        if (!isNamed(order, id))
          throw new MalformedEvent({ field: "id", problem: "is not that of the order asked for" });
        return { order: mapOrder(order, { shop, currency: await currencyOf(get, settings) }, settings) };
      },
      changedSince: (time) => changedOrders(get, tools.now, time, settings),
      async check() {
        const page = await get("/orders", { limit: "1", responseFields: ROW }, OrderPage);
        if (!page) throw new Misconfigured("Ecwid has no store of the connection's shop (404).");
        await currencyOf(get, settings);
      },
    };
  },
};

/** @throws Misconfigured if the stage file does not name the store */
function storeOf({ shop }: StoreAccount): string {
  if (shop !== undefined && /^\d{1,19}$/.test(shop)) return shop;
  throw new Misconfigured("The connection's shop in the stage file is not the store's ID, a number such as 1003.");
}

/** An order does not name its currency: it is the store's, which may change it. */
async function currencyOf(get: Get, settings: Settings): Promise<string> {
  if (settings.currency !== undefined) return settings.currency;
  const profile = await get("/profile", { responseFields: "formatsAndUnits(currency)" }, Profile);
  if (!profile) throw new Misconfigured("Ecwid has no profile of the store (404): name its currency in the settings.");
  return profile.formatsAndUnits.currency.toUpperCase();
}

function createGet(shop: string, { settings, credentials }: StoreAccount, tools: ApiTools): Get {
  return async (path, query, schema) => {
    const search = new URLSearchParams(query).toString();
    const answer = await answerToRead(
      tools.http({
        method: "GET",
        url: `https://app.ecwid.com/api/v3/${shop}${path}${search && `?${search}`}`,
        headers: { authorization: `Bearer ${credentials.accessToken}`, accept: "application/json" },
      }),
    );
    if (answer.status !== 200) return failure(answer, path, settings, tools.now());
    const json = readAnswer(answer, z.unknown());
    if (json === undefined) throw new Unavailable("Ecwid answered 200 and no JSON.");
    const parsed = z.safeParse(schema, json);
    if (parsed.success) return parsed.data;
    throw malformed(parsed.error);
  };
}

const ErrorBody = z.object({ errorCode: Text, errorMessage: Text });

/**
 * What an answer that is no success means. Its texts may quote the buyer: only the status and Ecwid's own codes are kept.
 * https://docs.ecwid.com/api-reference/rest-api/rest-api-error-codes
 * @returns undefined if the API says that it has no such thing
 */
function failure(answer: HttpAnswer, path: string, settings: Settings, now: number): undefined {
  const { status } = answer;
  const { errorCode, errorMessage } = readAnswer(answer, ErrorBody) ?? {};
  const says = (code: string) => errorCode === code || errorMessage?.includes(code) === true;
  switch (status) {
    case 404:
      if (!says("STORE_NOT_FOUND")) return undefined;
      throw new Misconfigured("Ecwid has no store of the connection's shop (404 STORE_NOT_FOUND).");
    case 401:
      throw new Misconfigured(REVOKED(status));
    case 402:
      throw new Misconfigured(
        says("STORE_IS_SUSPENDED")
          ? "Ecwid refuses the call (402 STORE_IS_SUSPENDED): the store is suspended."
          : "Ecwid refuses the call (402): the store's plan has no API.",
      );
    case 403:
      throw new Misconfigured(says("INSUFFICIENT_APP_SCOPE") ? lacksScope(path) : REVOKED(status));
    case 429:
      throw new Throttled(
        "Ecwid has too many requests of this token (429).",
        retryAfter(answer, now) ?? settings.coolDown,
      );
    case 400:
    case 405:
    case 409:
    case 415:
    case 422:
      throw new Rejected(`Ecwid refuses the request (${status}).`);
    default:
      throw new Unavailable(`Ecwid answered ${status}.`);
  }
}

const REVOKED = (status: number): string =>
  `Ecwid refuses the access token (${status}): the app was uninstalled from the store, or installed again, which gives a new token.`;

const lacksScope = (path: string): string =>
  path === "/profile"
    ? "The access token is valid and lacks the scope read_store_profile (403 INSUFFICIENT_APP_SCOPE): grant it, or name the store's currency in the settings."
    : "The access token is valid and lacks the scope read_orders (403 INSUFFICIENT_APP_SCOPE).";

/** Seconds since the epoch. */
interface Times {
  from: number;
  until: number;
}

/**
 * By offsets, from the last page to the first: an order that changes meanwhile leaves its times, and each one behind it
 * moves forward, onto a page that is still to be read. What changes from now on belongs to the next search, which begins
 * before this one did.
 */
async function* changedOrders(
  get: Get,
  now: () => number,
  time: string,
  settings: Settings,
): AsyncGenerator<ChangedOrder> {
  const from = Math.max(0, Math.floor((Date.parse(time) - settings.listOverlap) / 1000));
  const seen = new Set<string>();
  const waiting: Times[] = [{ from, until: Math.max(from, Math.ceil(now() / 1000)) }];
  for (let times = waiting.pop(); times !== undefined; times = waiting.pop()) {
    const first = await readPage(get, times, 0);
    if (first.total > MOST_ROWS && times.until - times.from > 1) {
      // Whether a bound is itself meant is not documented: both halves have the middle.
      const middle = Math.floor((times.from + times.until) / 2);
      waiting.push({ from: middle, until: times.until }, { from: times.from, until: middle });
      continue;
    }
    for await (const row of rowsOf(get, times, first)) {
      const id = orderIdentity(row);
      if (seen.has(id)) continue;
      seen.add(id);
      yield changedOrder(id, row, settings);
    }
  }
}

async function* rowsOf(get: Get, times: Times, first: OrderPage): AsyncGenerator<ListedOrder> {
  const size = first.items.length;
  if (first.total > 0 && size === 0) throw new Unavailable("Ecwid counts changed orders and lists none.");
  if (first.total <= size) return yield* first.items;
  for (let page = Math.ceil(first.total / size) - 1; page >= 0; page--) {
    yield* (await readPage(get, times, page * size)).items;
  }
}

async function readPage(get: Get, { from, until }: Times, offset: number): Promise<OrderPage> {
  const query = { updatedFrom: String(from), updatedTo: String(until), responseFields: ROW };
  const page = await get("/orders", { ...query, limit: String(PAGE), offset: String(offset) }, OrderPage);
  if (page) return page;
  throw new Unavailable("Ecwid has no list of orders (404).");
}

const changedOrder = (id: string, row: ListedOrder, settings: Settings): ChangedOrder => ({
  id,
  changedAt: timeIn(row, "update", settings),
  state: [row.paymentStatus, row.fulfillmentStatus].filter(Boolean).join(" "),
});
