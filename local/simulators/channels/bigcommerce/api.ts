import type { ApiBook, ApiRequest, ChannelApi } from "../../channel-api.ts";
import { parseExactly } from "../../exact-json.ts";
import { type Answer, bare, json } from "../../simulator.ts";
import { orderResource } from "./order-resource.ts";
import { takeRequest } from "./rate-limit.ts";

/** An order as it is stored, with its sub-resources in it. */
type Stored = Readonly<Record<string, unknown>>;

/** V2 answers errors as a list. https://developer.bigcommerce.com/docs/start/about/status-codes */
const refused = (status: number, message: string): Answer => json(status, [{ status, message }]);
const notFound = (): Answer => refused(404, "The requested resource was not found.");
const unauthorized = (): Answer => refused(401, "Unauthorized");

const SUB_RESOURCES = ["products", "shipping_addresses", "coupons"] as const;
/** Of the query of each kind of call, the names that it takes; those that are not simulated are missing. */
const NAMES = {
  order: [],
  page: ["page", "limit"],
  count: ["status_id", "min_date_modified", "max_date_modified"],
  orders: ["page", "limit", "sort", "status_id", "min_date_modified", "max_date_modified"],
} as const;

const USUAL_LIMIT = 50;
const HIGHEST_LIMIT = 250;

/** While it is in the memory, the products of orders are not there yet. */
const NO_PRODUCTS = "no products yet";

/** https://developer.bigcommerce.com/docs/rest-management/orders */
export const api: ChannelApi = {
  resource: orderResource,
  kindOf: ({ path }) => {
    const [area, id] = pathIn(path).below;
    if (area !== "orders") return "other";
    return id === undefined || id === "count" ? "list" : "fetch";
  },
  handle(request, book) {
    const { isAllowed, headers } = takeRequest(book);
    if (!isAllowed) return bare(429, headers);
    const answer = answerTo(request, book);
    return { ...answer, headers: { ...answer.headers, ...headers } };
  },
  faults: {
    throttle: () => bare(429, { "x-rate-limit-time-reset-ms": "1000" }),
    // The platform sheds load: no header says for how long.
    "throttle-platform": () => bare(429),
    "not-found-yet": notFound,
    "token-expired": unauthorized,
    "scope-missing": () => refused(403, "You don't have a required scope to access the endpoint"),
    "no-products-yet": (request, book) => {
      book.memory.set(NO_PRODUCTS, "once");
      return api.handle(request, book);
    },
  },
};

/** `/stores/<hash>/v2/orders/100/products` */
function pathIn(path: string): { store: string | undefined; version: string | undefined; below: string[] } {
  const [, stores, store, version, ...below] = path.split("/").map(decodeURIComponent);
  return stores === "stores" ? { store, version, below } : { store: undefined, version: undefined, below };
}

function answerTo(request: ApiRequest, book: ApiBook): Answer {
  const { store, version, below } = pathIn(request.path);
  // A token opens the one store that it was made for.
  if (request.headers["x-auth-token"] !== book.credentials["accessToken"] || store !== book.shop) return unauthorized();
  if (version !== "v2") return notFound();
  if (request.method !== "GET") return refused(405, "Method Not Allowed");
  const accept = request.headers.accept ?? "";
  if (!accept.includes("application/json")) {
    return {
      status: 200,
      headers: { "content-type": "application/xml" },
      body: '<?xml version="1.0"?><orders></orders>',
    };
  }
  const [area, id, part, ...more] = below;
  if (area !== "orders" || more.length > 0) return notFound();
  if (id === undefined) return listOf(request, book);
  if (id === "count" && part === undefined) return countOf(request, book);
  const text = book.orders.get(id);
  if (text === undefined) return notFound();
  const order = parseExactly(text) as Stored;
  if (part === undefined) return checked(request, "order") ?? exactly(shown(order, id));
  const name = SUB_RESOURCES.find((one) => one === part);
  if (name === undefined) return notFound();
  if (name === "products" && book.memory.delete(NO_PRODUCTS)) return bare(204);
  return checked(request, "page") ?? pageOf(rowsIn(order[name]), request);
}

const exactly = (value: unknown): Answer => json(200, value);
const rowsIn = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** The order alone: its sub-resources are addresses. */
function shown(order: Stored, id: string): Stored {
  const links = SUB_RESOURCES.map((name) => {
    const resource = `/orders/${id}/${name.replace("_", "")}`;
    return [name, { url: `https://api.bigcommerce.com/stores/{store_hash}/v2${resource}`, resource }];
  });
  return { ...order, ...Object.fromEntries(links) };
}

/** @returns the refusal of a query that the document does not have */
function checked({ query }: ApiRequest, kind: keyof typeof NAMES): Answer | undefined {
  const known: readonly string[] = NAMES[kind];
  const unknown = [...query.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) return refused(400, `The field '${unknown}' is not supported by this resource.`);
  const [limit, page] = [numberIn(query, "limit", USUAL_LIMIT), numberIn(query, "page", 1)];
  if (limit === undefined || page === undefined)
    return refused(400, "The fields 'page' and 'limit' are whole numbers.");
  return limit > HIGHEST_LIMIT ? refused(413, "The requested page is too large.") : undefined;
}

function numberIn(query: URLSearchParams, name: string, usual: number): number | undefined {
  const text = query.get(name);
  if (text === null) return usual;
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined;
}

/** One page; nothing at all is 204 without a body, and so is a page after the last. */
function pageOf(rows: readonly unknown[], { query }: ApiRequest): Answer {
  const limit = numberIn(query, "limit", USUAL_LIMIT) ?? USUAL_LIMIT;
  const page = numberIn(query, "page", 1) ?? 1;
  const part = rows.slice((page - 1) * limit, page * limit);
  return part.length === 0 ? bare(204) : exactly(part);
}

function listOf(request: ApiRequest, book: ApiBook): Answer {
  const refusal = checked(request, "orders");
  if (refusal) return refusal;
  const [field = "id", direction = "asc"] = request.query.get("sort")?.split(":") ?? [];
  if (!["id", "date_modified"].includes(field) || !["asc", "desc"].includes(direction)) {
    return refused(400, "The field 'sort' is invalid.");
  }
  const keyOf = (order: Stored) => (field === "id" ? Number(order["id"]) : modifiedAt(order));
  const sorted = wanted(request, book).toSorted((a, b) => keyOf(a) - keyOf(b));
  const rows = direction === "asc" ? sorted : sorted.toReversed();
  return pageOf(
    rows.map((order) => shown(order, String(order["id"]))),
    request,
  );
}

function countOf(request: ApiRequest, book: ApiBook): Answer {
  return checked(request, "count") ?? exactly({ statuses: [], count: wanted(request, book).length });
}

const modifiedAt = (order: Stored): number => Date.parse(String(order["date_modified"]));

/** Orders within the bounds. A bound that is no time (one that was encoded twice) is ignored, without a word. */
function wanted({ query }: ApiRequest, book: ApiBook): Stored[] {
  const status = query.get("status_id");
  const from = boundIn(query, "min_date_modified") ?? Number.NEGATIVE_INFINITY;
  const until = boundIn(query, "max_date_modified") ?? Number.POSITIVE_INFINITY;
  return [...book.orders.values()]
    .map((text) => parseExactly(text) as Stored)
    .filter((order) => modifiedAt(order) >= from && modifiedAt(order) <= until)
    .filter((order) => status === null || String(order["status_id"]) === status);
}

/** ISO 8601 or RFC 2822, to the second. */
function boundIn(query: URLSearchParams, name: string): number | undefined {
  const time = Date.parse(query.get(name) ?? "");
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000) * 1000;
}
