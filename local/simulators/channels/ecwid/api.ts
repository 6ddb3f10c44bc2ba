import type { ApiBook, ApiRequest, ChannelApi } from "../../channel-api.ts";
import { parseExactly } from "../../exact-json.ts";
import { type Answer, json } from "../../simulator.ts";
import { listOf } from "./order-list.ts";
import { orderResource } from "./order-resource.ts";
import { takeRequest } from "./rate-limit.ts";
import { selectFields } from "./response-fields.ts";

/** https://docs.ecwid.com/api-reference/rest-api/rest-api-error-codes */
const refused = (status: number, errorCode: string, errorMessage: string): Answer =>
  json(status, { errorMessage, errorCode });

const notFound = (): Answer => refused(404, "ORDER_NOT_FOUND", "Order with specified ID was not found");
const revoked = (): Answer => refused(403, "INVALID_API_TOKEN", "Invalid access token");
const throttled = (headers = {}): Answer => ({ ...refused(429, "RATE_LIMITED", "Too many requests"), headers });

export const api: ChannelApi = {
  resource: (order, shop) => {
    currencies.set(shop, order.currency);
    return orderResource(order);
  },
  kindOf: ({ path }) => {
    const [area, id] = pathIn(path).below;
    if (area !== "orders") return "other";
    return id === undefined ? "list" : "fetch";
  },
  handle(request, book) {
    const wait = takeRequest(book);
    if (wait !== undefined) return throttled({ "retry-after": String(wait) });
    return answerTo(request, book);
  },
  faults: {
    throttle: () => throttled({ "retry-after": "1" }),
    // Older texts name no header.
    "throttle-silent": () => throttled(),
    "not-found-yet": notFound,
    // No token ends by its age: it ends with the app's installation.
    "token-expired": revoked,
    "scope-missing": () => refused(403, "INSUFFICIENT_APP_SCOPE", "The app has not the scope that the request needs"),
    "store-suspended": () => refused(402, "STORE_IS_SUSPENDED", "The store is suspended"),
    "no-plan": () => refused(402, "NOT_AVAILABLE_ON_CURRENT_PLAN", "Feature not available on current plan"),
  },
};

/** By the store's ID. An order does not name it, the store's profile does: it is that of the order that was sent last. */
const currencies = new Map<string, string>();

/** `/api/v3/<store>/orders/XJ12H` */
function pathIn(path: string): { store: string | undefined; below: string[] } {
  const [, root, version, store, ...below] = path.split("/").map(decodeURIComponent);
  return root === "api" && version === "v3" ? { store, below } : { store: undefined, below: [] };
}

function answerTo(request: ApiRequest, book: ApiBook): Answer {
  const { store, below } = pathIn(request.path);
  if (store === undefined || !/^\d+$/.test(store)) return json(404, { errorMessage: "Not Found" });
  // A token opens the one store that it was made for.
  if (request.headers.authorization !== `Bearer ${book.credentials["accessToken"]}` || store !== book.shop) {
    return revoked();
  }
  if (request.method !== "GET") return refused(405, "METHOD_NOT_ALLOWED", "Method not allowed");
  const [area, id, ...more] = below;
  if (area === "profile" && id === undefined) return profileOf(request, book);
  if (area !== "orders" || more.length > 0) return json(404, { errorMessage: "Not Found" });
  if (id === undefined) {
    const answer = listOf(request, book);
    return typeof answer === "string" ? wrong(answer) : json(200, answer);
  }
  const [unknown] = [...request.query.keys()].filter((name) => name !== "responseFields");
  if (unknown !== undefined) return wrong(unknown);
  const order = orderOf(book, id);
  return order === undefined ? notFound() : json(200, selectFields(order, request.query));
}

const wrong = (name: string): Answer => refused(400, "WRONG_PARAMETER", `Wrong request parameter: ${name}`);

function profileOf({ query }: ApiRequest, { shop }: ApiBook): Answer {
  const currency = currencies.get(shop) ?? "USD";
  const profile = {
    generalInfo: { storeId: Number(shop) },
    formatsAndUnits: { currency, currencyPrecision: 2, timezone: "Europe/Dublin", weightUnit: "KILOGRAM" },
  };
  return json(200, selectFields(profile, query));
}

/** By its ID, or by its internal number, which older texts allow; `last` is the newest. */
function orderOf({ orders }: ApiBook, id: string): object | undefined {
  const stored = [...orders].map(([key, text]) => ({ key, order: parseExactly(text) as Record<string, unknown> }));
  if (id === "last") return stored.at(-1)?.order;
  const names = ({ key, order }: (typeof stored)[number]) => [
    key,
    order["id"],
    order["internalId"],
    order["orderNumber"],
  ];
  return stored.find((one) => names(one).some((name) => name !== undefined && String(name) === id))?.order;
}
