import { parseJson } from "../../../../shared/json.ts";
import type { ApiBook, ApiRequest, ChannelApi } from "../../channel-api.ts";
import { type Answer, json } from "../../simulator.ts";
import { type OrderResource, orderResource } from "./order-resource.ts";
import { searchOf } from "./order-search.ts";
import { takeRequest } from "./rate-limit.ts";
import { refused } from "./refused.ts";
import { endToken, isAuthorised, tokenAnswer } from "./tokens.ts";

const ORDERS = "/ecom/v1/orders/";
const FULFILMENTS = "/ecom/v1/fulfillments/orders/";
const SEARCH = "/ecom/v1/orders/search";

const unauthorised = (): Answer => refused(401, "Unauthenticated");

/** https://dev.wix.com/docs/rest/business-solutions/e-commerce/orders/orders/introduction */
export const api: ChannelApi = {
  resource: orderResource,
  kindOf: ({ path }) => {
    if (path === "/oauth2/token") return "token";
    if (path === SEARCH) return "list";
    return path.startsWith(ORDERS) || path.startsWith(FULFILMENTS) ? "fetch" : "other";
  },
  handle(request, book) {
    if (request.path === "/oauth2/token") return tokenAnswer(request, book);
    if (!isAuthorised(request, book)) return unauthorised();
    return takeRequest(book) ? answerTo(request, book) : refused(429, "Too many requests");
  },
  faults: {
    throttle: () => refused(429, "Too many requests"),
    "not-found-yet": () => refused(404, "order not found", "ORDER_NOT_FOUND"),
    "token-expired": (request, book) => {
      endToken(request, book);
      return unauthorised();
    },
    "scope-missing": () => refused(403, "Permission denied"),
  },
};

function answerTo(request: ApiRequest, book: ApiBook): Answer {
  const { method, path, query } = request;
  const [parameter] = query.keys();
  if (parameter !== undefined) return refused(400, `The parameter ${parameter} is not known.`);
  if (path === SEARCH) return method === "POST" ? searchOf(request, book) : refused(405, "Method not allowed");
  if (method !== "GET") return refused(405, "Method not allowed");
  if (path === "/stores/v3/provision/version") return json(200, { catalogVersion: "V3_CATALOG" });
  if (path.startsWith("/stores/v1/"))
    return refused(428, "Wrong catalog version", "CATALOG_V3_SITE_CALLING_CATALOG_V1_API");
  const place = [ORDERS, FULFILMENTS].find((start) => path.startsWith(start));
  if (place === undefined) return refused(404, "Not found");
  const text = book.orders.get(decodeURIComponent(path.slice(place.length)));
  if (text === undefined) return refused(404, "order not found", "ORDER_NOT_FOUND");
  const { fulfillments, ...order } = parseJson(text) as OrderResource;
  return place === ORDERS
    ? json(200, { order })
    : json(200, { orderWithFulfillments: { orderId: order.id, fulfillments: fulfillments ?? [] } });
}
