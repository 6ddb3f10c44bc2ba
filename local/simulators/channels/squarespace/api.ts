import { randomUUID } from "node:crypto";
import { parseJson } from "../../../../shared/json.ts";
import type { ApiBook, ApiRequest, ChannelApi } from "../../channel-api.ts";
import { type Answer, json } from "../../simulator.ts";
import { listOf } from "./order-list.ts";
import { orderResource } from "./order-resource.ts";
import { takeRequest } from "./rate-limit.ts";
import { endToken, isAuthorised, tokenAnswer } from "./tokens.ts";

interface Refusal {
  status: number;
  type: string;
  subtype?: string;
  message: string;
}

/** https://developers.squarespace.com/commerce-apis/error-responses */
export const refused = ({ status, type, subtype, message }: Refusal): Answer =>
  json(status, { type, subtype: subtype ?? null, message, details: null, contextId: randomUUID() });

const invalid = (message: string, subtype = "INVALID_ARGUMENT"): Answer =>
  refused({ status: 400, type: "INVALID_REQUEST_ERROR", subtype, message });
const notFound = (): Answer =>
  refused({ status: 404, type: "INVALID_REQUEST_ERROR", message: "The requested order was not found." });
const unauthorised = (): Answer =>
  refused({ status: 401, type: "AUTHORIZATION_ERROR", message: "You are not authorized to do that." });
/** It says nothing of how long. */
const throttled = (): Answer =>
  refused({ status: 429, type: "TOO_MANY_REQUESTS", message: "You have made too many requests." });

const LOGIN = "login.squarespace.com";
const ORDERS = "/1.0/commerce/orders";

/** https://developers.squarespace.com/commerce-apis/orders-overview */
export const api: ChannelApi = {
  resource: orderResource,
  kindOf: ({ host, path }) => {
    if (host === LOGIN) return "token";
    if (path === ORDERS) return "list";
    return path.startsWith(`${ORDERS}/`) ? "fetch" : "other";
  },
  handle(request, book) {
    if (request.host === LOGIN) {
      const isTokens = request.path === "/api/1/login/oauth/provider/tokens";
      return isTokens ? tokenAnswer(request, book) : json(404, { error: "not_found" });
    }
    if (!takeRequest(book)) return throttled();
    return isAuthorised(request, book) ? answerTo(request, book) : unauthorised();
  },
  faults: {
    throttle: throttled,
    "not-found-yet": notFound,
    "token-expired": (request, book) => {
      endToken(request, book);
      return unauthorised();
    },
    "scope-missing": () =>
      refused({
        status: 403,
        type: "AUTHORIZATION_ERROR",
        subtype: "MISSING_SCOPE",
        message: "The token lacks a scope that this endpoint needs.",
      }),
    "website-expired": () =>
      refused({ status: 402, type: "WEBSITE_EXPIRED", message: "The website's subscription has expired." }),
  },
};

function answerTo(request: ApiRequest, book: ApiBook): Answer {
  const { method, path, headers, query } = request;
  if (!headers["user-agent"]) return invalid("The header User-Agent is required.", "MISSING_ARGUMENT");
  if (path !== ORDERS && !path.startsWith(`${ORDERS}/`)) return notFound();
  if (method !== "GET") {
    return refused({ status: 405, type: "METHOD_NOT_ALLOWED", message: "The method is not allowed here." });
  }
  if (path === ORDERS) return listOf(query, book.orders, invalid);
  const [parameter] = query.keys();
  if (parameter !== undefined) return invalid(`The parameter ${parameter} is not supported.`);
  const text = book.orders.get(decodeURIComponent(path.slice(ORDERS.length + 1)));
  return text === undefined ? notFound() : json(200, parseJson(text));
}
