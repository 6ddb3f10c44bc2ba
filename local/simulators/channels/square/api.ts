import * as z from "zod/mini";
import { checkBody } from "../../body-check.ts";
import type { ApiBook, ApiRequest, ChannelApi } from "../../channel-api.ts";
import { type Answer, json, NotJson } from "../../simulator.ts";
import { catalogAnswer } from "./catalog.ts";
import { LOCATION, orderResource } from "./order-resource.ts";
import { searchAnswer } from "./order-search.ts";
import { invalid, notFound, scopeMissing, throttled, unauthorized, wrongMethod } from "./refusals.ts";
import { paymentOf, refundOf, returnOrderOf, storedIn } from "./stored.ts";
import { endToken, refuse, revoke, statusAnswer, tokenAnswer } from "./tokens.ts";

const HOST = "connect.squareup.com";
const ONE = /^\/v2\/(orders|payments|refunds)\/([\w-]+)$/;
const MERCHANT_LOCATIONS = "/v2/locations";

/** The paths that take a body, and what each answers. */
const QUESTIONS: Readonly<Record<string, (body: unknown, book: ApiBook) => Answer>> = {
  "/v2/orders/search": (body, book) => searchAnswer(body, allOrders(book), book),
  "/v2/orders/batch-retrieve": batchAnswer,
  "/v2/catalog/batch-retrieve": catalogAnswer,
  "/oauth2/token/status": (_, book) => statusAnswer(book),
};

/** While it is in the memory, the lines of orders are not there yet. */
const NO_LINES = "no lines yet";

/** The Orders, Catalog, Payments, Refunds, Locations and OAuth APIs. https://developer.squareup.com/reference/square */
export const api: ChannelApi = {
  resource: orderResource,
  kindOf: ({ path }) => {
    if (path === "/oauth2/token") return "token";
    if (path === "/v2/orders/search") return "list";
    if (path.startsWith("/v2/webhooks/subscriptions")) return "subscriptions";
    return path.startsWith("/v2/orders/") && !(path in QUESTIONS) ? "fetch" : "other";
  },
  handle(request, book) {
    if (request.host !== HOST) return notFound();
    const version = request.headers["square-version"];
    if (version !== undefined && !/^\d{4}-\d\d-\d\d$/.test(String(version))) {
      return invalid("Square-Version", "is not a date", "INVALID_SQUARE_VERSION_FORMAT");
    }
    if (request.path === "/oauth2/token") {
      return request.method === "POST" ? tokenAnswer(bodyOf(request), book) : wrongMethod();
    }
    return refuse(request, book) ?? answerTo(request, book);
  },
  faults: {
    throttle: throttled,
    "not-found-yet": notFound,
    "token-expired": (request, book) => {
      endToken(request, book);
      return unauthorized("ACCESS_TOKEN_EXPIRED");
    },
    revoked: (_, book) => {
      revoke(book);
      return unauthorized("ACCESS_TOKEN_REVOKED");
    },
    "scope-missing": () => scopeMissing("ORDERS_READ"),
    "no-lines-yet": (request, book) => {
      book.memory.set(NO_LINES, "once");
      return api.handle(request, book);
    },
  },
};

/** @throws NotJson */
function bodyOf({ headers, body }: ApiRequest): unknown {
  if (body.length === 0) return {};
  if (!/^application\/json\b/.test(headers["content-type"] ?? "")) throw new NotJson();
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new NotJson();
  }
}

function answerTo(request: ApiRequest, book: ApiBook): Answer {
  const { method, path, query } = request;
  const question = Object.hasOwn(QUESTIONS, path) ? QUESTIONS[path] : undefined;
  if (question) return method === "POST" ? question(bodyOf(request), book) : wrongMethod();
  if (path !== MERCHANT_LOCATIONS && !ONE.test(path)) return notFound();
  if (method !== "GET") return wrongMethod();
  const [parameter] = query.keys();
  if (parameter !== undefined) return invalid(parameter, "is not known");
  if (path === MERCHANT_LOCATIONS) return json(200, { locations: locationsOf(book) });
  const [, kind = "", id = ""] = ONE.exec(path) ?? [];
  return oneAnswer(kind, id, book);
}

const locationsOf = (book: ApiBook) =>
  [...new Set([LOCATION, ...allOrders(book).map((order) => String(order["location_id"]))])].map((id) => ({
    ...{ id, name: "Shop", merchant_id: book.shop, status: "ACTIVE", country: "US", currency: "USD", timezone: "UTC" },
  }));

function oneAnswer(kind: string, id: string, book: ApiBook): Answer {
  if (kind === "orders") {
    const order = orderOf(id, book);
    if (!order) return notFound();
    const { line_items, ...without } = order;
    return json(200, { order: book.memory.delete(NO_LINES) ? without : { ...without, line_items } });
  }
  const text = book.orders.get(id.slice(1));
  const stored = text === undefined ? undefined : storedIn(text);
  if (kind === "payments") {
    const payment = stored && paymentOf(stored);
    return payment?.id === id ? json(200, { payment }) : notFound();
  }
  const refund = stored && refundOf(stored);
  return refund?.id === id ? json(200, { refund }) : notFound();
}

/** An order that was sold, or one of a return. */
function orderOf(id: string, { orders }: ApiBook): Readonly<Record<string, unknown>> | undefined {
  const own = orders.get(id);
  if (own !== undefined) return storedIn(own).order;
  const sold = orders.get(id.slice(1));
  const returned = sold === undefined ? undefined : returnOrderOf(storedIn(sold));
  return returned?.id === id ? returned : undefined;
}

const allOrders = ({ orders }: ApiBook): Readonly<Record<string, unknown>>[] =>
  [...orders.values()].map(storedIn).flatMap((stored) => {
    const returned = returnOrderOf(stored);
    return returned ? [stored.order, returned] : [stored.order];
  });

const Batch = z.strictObject({
  location_id: z.optional(z.string()),
  order_ids: z.array(z.string()).check(z.minLength(1), z.maxLength(100)),
});

/** Orders that do not exist are left out. */
function batchAnswer(body: unknown, book: ApiBook): Answer {
  const checked = checkBody(Batch, body);
  if (!checked.ok) return invalid(checked.complaint.field, checked.complaint.message);
  const orders = checked.body.order_ids.flatMap((id) => orderOf(id, book) ?? []);
  return json(200, orders.length > 0 ? { orders } : {});
}
