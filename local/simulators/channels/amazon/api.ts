import { parseJson } from "../../../../shared/json.ts";
import type { ApiBook, ApiRequest, ChannelApi } from "../../channel-api.ts";
import { type Answer, json } from "../../simulator.ts";
import { invalid, shown, unknownDataSet } from "./data-sets.ts";
import { orderResource } from "./order-resource.ts";
import { searchAnswer } from "./order-search.ts";
import { takeCall } from "./rate-limit.ts";
import { denied, endToken, refuse, revoke, tokenAnswer } from "./tokens.ts";

const LOGIN = "api.amazon.com";
const HOST = /^(?:sandbox\.)?sellingpartnerapi-(?:na|eu|fe)\.amazon\.com$/;
const ORDERS = "/orders/2026-01-01/orders";

const failed = (status: number, code: string, message: string, headers: Record<string, string> = {}): Answer =>
  json(status, { errors: [{ code, message, details: "" }] }, headers);
const notFound = (): Answer => failed(404, "NotFound", "The resource specified does not exist.");
/** Without Retry-After. */
const throttled = (rate = 0.5): Answer =>
  failed(429, "QuotaExceeded", "You exceeded your quota for the requested resource.", {
    "x-amzn-ratelimit-limit": String(rate),
  });

const kindOf: ChannelApi["kindOf"] = ({ host, path }) => {
  if (host === LOGIN) return "token";
  if (path === ORDERS) return "list";
  if (path.startsWith("/notifications/v1/")) return "subscriptions";
  return path.startsWith(`${ORDERS}/`) ? "fetch" : "other";
};

/** The Orders API 2026-01-01 and Login with Amazon. https://developer-docs.amazon.com/sp-api/docs/orders-api-v2026-01-01-reference */
export const api: ChannelApi = {
  resource: orderResource,
  kindOf,
  handle(request, book) {
    if (request.host === LOGIN) return request.path === "/auth/o2/token" ? tokenAnswer(request, book) : notFound();
    if (!HOST.test(request.host)) return notFound();
    return refuse(request, book) ?? answerTo(request, book);
  },
  faults: {
    throttle: () => throttled(),
    "not-found-yet": notFound,
    "token-expired": (request, book) => {
      endToken(request, book);
      return denied("The access token you provided has expired.");
    },
    revoked: (_, book) => {
      revoke(book);
      return denied("The access token you provided is revoked, malformed or invalid.");
    },
    "role-missing": () => denied(""),
    "data-set-refused": () => invalid("includedData is not supported here."),
  },
};

function answerTo(request: ApiRequest, book: ApiBook): Answer {
  const { method, path, query } = request;
  const kind = kindOf(request);
  if (kind !== "list" && kind !== "fetch") return notFound();
  if (method !== "GET") return failed(405, "InvalidInput", "The method is not allowed.");
  const exceeded = takeCall(kind, book);
  if (exceeded !== undefined) return throttled(exceeded);
  if (kind === "list") return searchAnswer(query, book);
  const parameter = [...query.keys()].find((name) => name !== "includedData");
  if (parameter !== undefined) return invalid(`The parameter ${parameter} is not known.`);
  const sets = query.get("includedData")?.split(",") ?? [];
  const unknown = unknownDataSet(sets);
  if (unknown !== undefined) return invalid(`includedData has ${unknown}.`);
  const text = book.orders.get(decodeURIComponent(path.slice(ORDERS.length + 1)));
  if (text === undefined) return notFound();
  return json(200, { order: shown(parseJson(text) as Readonly<Record<string, unknown>>, sets) });
}
