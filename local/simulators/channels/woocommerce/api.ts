import type { ApiBook, ApiRequest, ChannelApi } from "../../channel-api.ts";
import { parseExactly } from "../../exact-json.ts";
import { type Answer, json } from "../../simulator.ts";
import { orderResource, shown } from "./order-resource.ts";

const BASE = "/wp-json/wc/v3";
const ORDER = /^\/orders\/(\d+)$/;
const REFUNDS = /^\/orders\/(\d+)\/refunds$/;
const PRODUCT = /^\/products\/\d+(?:\/variations\/\d+)?$/;

/** As WordPress words it. https://woocommerce.github.io/woocommerce-rest-api-docs/#errors */
const refusal = (status: number, code: string, message: string): Answer =>
  json(status, { code, message, data: { status } });

const invalidId = () => refusal(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.");
const noRoute = () => refusal(404, "rest_no_route", "No route was found matching the URL and request method.");
const invalidParameter = (name: string) => refusal(400, "rest_invalid_param", `Invalid parameter(s): ${name}`);
const wrongKey = () => refusal(401, "woocommerce_rest_authentication_error", "Consumer key is invalid.");

/** `/wp-json/…`, or `/?rest_route=/wc/v3/…` of a shop without pretty permalinks. */
const pathOf = ({ path, query }: ApiRequest): string =>
  path === "/" ? `/wp-json${query.get("rest_route") ?? ""}` : path;

const below = (request: ApiRequest): string | undefined => {
  const path = pathOf(request);
  return path.startsWith(`${BASE}/`) ? path.slice(BASE.length) : undefined;
};

/** https://woocommerce.github.io/woocommerce-rest-api-docs/#authentication-over-https */
function isKnown({ headers, query }: ApiRequest, { credentials }: ApiBook): boolean {
  const { consumerKey, consumerSecret } = credentials;
  const basic = Buffer.from(`${consumerKey}:${consumerSecret}`).toString("base64");
  if (headers.authorization !== undefined) return headers.authorization === `Basic ${basic}`;
  return query.get("consumer_key") === consumerKey && query.get("consumer_secret") === consumerSecret;
}

type Stored = Record<string, unknown>;
const stored = (text: string): Stored => parseExactly(text) as Stored;

/** https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-orders, and class-wc-rest-orders-controller.php */
const ALLOWED: Readonly<Record<string, RegExp>> = {
  page: /^[1-9]\d*$/,
  per_page: /^(?:[1-9]\d?|100)$/,
  order: /^(?:asc|desc)$/,
  orderby: /^(?:date|id|include|title|slug|modified)$/,
  status: /^(?:any|trash|pending|processing|on-hold|completed|cancelled|refunded|failed|checkout-draft)$/,
  modified_after: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:\d{2})?$/,
  modified_before: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:\d{2})?$/,
  dates_are_gmt: /^(?:true|false|0|1)$/,
};

const wrongParameter = (query: URLSearchParams): string | undefined =>
  Object.keys(ALLOWED).find((name) => query.has(name) && !ALLOWED[name]?.test(query.get(name) ?? ""));

/** Bounds are exclusive, without a zone, and of the shop's own clock unless the query says otherwise. */
function list({ query }: ApiRequest, { orders }: ApiBook): Answer {
  const wrong = wrongParameter(query);
  if (wrong !== undefined) return invalidParameter(wrong);
  const field = /^(?:true|1)$/.test(query.get("dates_are_gmt") ?? "") ? "date_modified_gmt" : "date_modified";
  const bound = (name: string) => query.get(name)?.slice(0, "2026-11-20T10:00:05".length);
  const [after, before, status] = [bound("modified_after"), bound("modified_before"), query.get("status") ?? "any"];
  const found = [...orders.values()]
    .map(stored)
    .filter((order) => (status === "any" ? order["status"] !== "trash" : order["status"] === status))
    .filter((order) => after === undefined || String(order[field]) > after)
    .filter((order) => before === undefined || String(order[field]) < before);
  const by = query.get("orderby") === "modified" ? "date_modified_gmt" : "date_created_gmt";
  found.sort((a, b) => compare(String(a[by]), String(b[by])) || Number(a["id"]) - Number(b["id"]));
  if (query.get("order") !== "asc") found.reverse();
  return page(found.map(shown), query);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** https://woocommerce.github.io/woocommerce-rest-api-docs/#pagination */
function page(rows: readonly object[], query: URLSearchParams): Answer {
  const size = Number(query.get("per_page") ?? 10);
  const from = (Number(query.get("page") ?? 1) - 1) * size;
  const headers = { "x-wp-total": String(rows.length), "x-wp-totalpages": String(Math.ceil(rows.length / size)) };
  return json(
    200,
    rows.slice(from, from + size).map((row) => fieldsOf(row, query)),
    headers,
  );
}

/** WordPress's own `_fields`. https://developer.wordpress.org/rest-api/using-the-rest-api/global-parameters/ */
function fieldsOf(row: object, query: URLSearchParams): object {
  const names = query.get("_fields")?.split(",");
  return names ? Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name))) : row;
}

function refunds(id: string, { query }: ApiRequest, { orders }: ApiBook): Answer {
  const wrong = wrongParameter(query);
  if (wrong !== undefined) return invalidParameter(wrong);
  const text = orders.get(id);
  if (text === undefined) return refusal(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.");
  const all = stored(text)["refunds"];
  const rows = Array.isArray(all) ? all : [];
  return page(
    rows.map(({ total, ...refund }: { total?: string }) => ({ ...refund, amount: total?.slice(1) })),
    query,
  );
}

export const api: ChannelApi = {
  resource: orderResource,
  kindOf(request) {
    const path = below(request) ?? "";
    if (ORDER.test(path)) return "fetch";
    if (path.startsWith("/webhooks")) return "subscriptions";
    return path === "/orders" ? "list" : "other";
  },
  handle(request, book) {
    const path = below(request);
    if (path === undefined) return noRoute();
    if (!isKnown(request, book)) return wrongKey();
    if (request.method !== "GET") return noRoute();
    if (path === "/orders") return list(request, book);
    const [, ofRefunds] = REFUNDS.exec(path) ?? [];
    if (ofRefunds !== undefined) return refunds(ofRefunds, request, book);
    // Every product of this shop is a thing; `PUT … {"resources": …}` makes one virtual.
    if (PRODUCT.test(path)) return json(200, { virtual: false });
    const [, id] = ORDER.exec(path) ?? [];
    if (id === undefined) return noRoute();
    const text = book.orders.get(id);
    return text === undefined ? invalidId() : json(200, fieldsOf(shown(stored(text)), request.query));
  },
  faults: {
    "not-found-yet": invalidId,
    "token-expired": wrongKey,
    "html-200": () => ({
      status: 200,
      headers: { "content-type": "text/html" },
      body: "<html>Briefly unavailable</html>",
    }),
    "no-permission": () => refusal(403, "woocommerce_rest_cannot_view", "Sorry, you cannot view this resource."),
  },
};
