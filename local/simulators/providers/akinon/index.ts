import { createLeakyBucket, type LeakyBucket } from "../../leaky-bucket.ts";
import {
  type Answer,
  json,
  readJson,
  type Simulator,
  type SimulatorKind,
  type SimulatorRequest,
} from "../../simulator.ts";
import { cannedAnswers, check, detail, invalid, isRecord, noSuchKey, page, taken } from "./answers.ts";
import { createGeography } from "./geography.ts";
import { keyed, list } from "./list.ts";
import { bodySchema, type OrderBody } from "./order-body.ts";
import { type AkinonHeld, createOrderBook } from "./order-book.ts";
import { createPeople } from "./people.ts";
import { createProducts } from "./products.ts";
import { type AkinonSwitches, akinonSwitches } from "./switches.ts";
import { createTokens } from "./tokens.ts";

/**
 * Akinon's Omnitron: provider-docs/akinon-create-order.md, reference/providers.md 4, and what the vendor's own clients
 * (GitHub akinon/omnisdk, akinon/channel_app) call. A Django REST server, so paths end in a slash. Its geography takes any
 * city, township or district of the countries it knows, so that every sample order of a shop arrives, unless
 * `strictGeography` is on. Left out: updating anything, cancellation requests, the ERP family `/api/i1/`.
 */
export const simulator: SimulatorKind<AkinonSwitches> = {
  switches: akinonSwitches,
  faults: {
    "old-cancelled-2xx": { switched: { duplicates: "answer-cancelled" } },
    // 406 is for "other service-related exceptions", too; the code is one the vendor's app meets.
    "service-406": {
      instead: () => json(406, { non_field_errors: "Stock reservation failed.", code: "batch_request_status_100_1" }),
    },
  },
  start: ({ switches, now }) => startAkinon(switches, now),
};

const LOGIN = "/api/v1/auth/login/";
const PRICE_LIST = 21;
const STOCK_LIST = 31;
const CATALOG = 11;
const PAYMENT_OPTIONS = [
  { pk: 1, name: "Credit card", slug: "credit_card", payment_type: "credit_card" },
  { pk: 2, name: "Pay on delivery", slug: "pay_on_delivery", payment_type: "pay_on_delivery" },
];
const CARGOS = [
  { pk: 1, name: "Yurtici Kargo", erp_code: "yurtici-kargo", shipping_company: "yurtici" },
  { pk: 2, name: "Aras Kargo", erp_code: "aras-kargo", shipping_company: "aras" },
  { pk: 3, name: "MNG Kargo", erp_code: "mng-kargo", shipping_company: "mng" },
];
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

function startAkinon(switches: Readonly<AkinonSwitches>, now: () => number): Simulator {
  const tokens = createTokens(switches, now);
  const geography = createGeography(switches);
  const people = createPeople(switches, geography);
  const products = createProducts(switches);
  const book = createOrderBook(switches);
  const buckets = new Map<string, LeakyBucket>();
  const answers = cannedAnswers(switches, (request) => people.describe(orderOf(request)?.["shipping_address"]));
  const cargos = () => CARGOS.slice(0, switches.cargos === "one" ? 1 : undefined);

  function refuse(request: SimulatorRequest): Answer | undefined {
    const { path, query, headers, method } = request;
    // Django's CommonMiddleware, before any view: relative, since the sandbox serves below a prefix.
    if (!path.endsWith("/")) {
      if (switches.appendSlash === "not-found") return page(404, "Not Found");
      const last = path.slice(path.lastIndexOf("/") + 1);
      return { ...page(301, "Moved"), headers: { location: `${last}/${query.size > 0 ? `?${query}` : ""}` } };
    }
    if (path === LOGIN) return undefined;
    const key = tokens.keyOf(request);
    if (key === undefined) {
      return headers.authorization === undefined
        ? detail(401, "Authentication credentials were not provided.", { "www-authenticate": "Token" })
        : answers.unauthorized();
    }
    const bucket =
      buckets.get(key) ??
      createLeakyBucket(() => ({ size: switches.bucketSize, leakPerSecond: switches.leakPerSecond }), now);
    buckets.set(key, bucket);
    if (!bucket.take()) return answers.throttled();
    const type = headers["content-type"] ?? "";
    return method === "GET" || /^application\/json\b/i.test(type)
      ? undefined
      : detail(415, `Unsupported media type "${type}" in request.`);
  }

  function login(request: SimulatorRequest): Answer {
    const body = readJson(request);
    const { username, password } = isRecord(body) ? body : {};
    const missing = Object.entries({ username, password }).filter(([, value]) => typeof value !== "string" || !value);
    if (missing.length > 0) {
      return json(400, Object.fromEntries(missing.map(([name]) => [name, ["This field is required."]])));
    }
    return username === switches.username && password === switches.password
      ? json(200, { key: tokens.issue() })
      : json(400, { non_field_errors: ["Unable to log in with provided credentials."] });
  }

  /** @returns the body as it would be kept, or the answer that refuses it */
  function read(request: unknown, related: boolean): { body: OrderBody } | { refused: Answer } {
    const checked = check(bodySchema(switches), request);
    if (!checked.ok) return { refused: invalid(checked.errors) };
    const { order, order_item } = checked.body;
    const errors: Record<string, unknown> = {};
    const need = (name: string, key: number | null | undefined, exists: boolean) => {
      if (key != null && !exists) errors[name] = noSuchKey(key);
    };
    if (related) {
      need("customer", order.customer, people.hasCustomer(order.customer));
      need("shipping_address", order.shipping_address, people.hasAddress(order.shipping_address));
      need("billing_address", order.billing_address, people.hasAddress(order.billing_address));
    }
    need(
      "cargo_company",
      order.cargo_company,
      cargos().some(({ pk }) => pk === order.cargo_company),
    );
    need(
      "payment_option",
      order.payment_option,
      PAYMENT_OPTIONS.some(({ pk }) => pk === order.payment_option),
    );
    if (switches.channelMustMatch) need("channel", order.channel, order.channel === switches.channelId);
    if (Object.keys(errors).length > 0) return { refused: invalid({ order: errors }) };

    const items = order_item.map(({ product, price_list, stock_list }) => ({
      ...(!products.has(product) && { product: noSuchKey(product) }),
      ...(price_list != null && price_list !== PRICE_LIST && { price_list: noSuchKey(price_list) }),
      ...(stock_list != null && stock_list !== STOCK_LIST && { stock_list: noSuchKey(stock_list) }),
    }));
    if (items.some((each) => Object.keys(each).length > 0)) return { refused: invalid({ order_item: items }) };
    return { body: checked.body };
  }

  function create(request: unknown): Answer {
    const result = read(request, true);
    if ("refused" in result) return result.refused;
    const { body } = result;
    const there = book.byNumber(body.order.number);
    const created = (entry: AkinonHeld) => json(switches.successStatus, book.toRow(entry, switches.createdKey));
    if (switches.duplicates === "answer-cancelled") {
      const old = there ?? book.add(body, request, now() - YEAR_MS);
      book.cancel(old);
      return created(old);
    }
    if (there && switches.duplicates !== "accept") return taken(body.order.number, switches);
    return created(book.add(body, request, now()));
  }

  function orders(query: URLSearchParams): Answer {
    const number = switches.numberFilter ? query.get("number") : null;
    const ids = query.get("id__in")?.split(",");
    const found = book.held.filter(
      ({ reference, id }) => (number === null || reference === number) && (ids === undefined || ids.includes(id)),
    );
    return list(
      found.map((entry) => book.toRow(entry)),
      query,
      switches,
    );
  }

  function orderItems(query: URLSearchParams): Answer {
    const order = query.get("order");
    const found = book.held.filter(({ id }) => order === null || id === order);
    return list(found.flatMap(book.itemRows), query, switches);
  }

  /** `{cancel_items: [pk …], order, reasons}`; without items the whole order. */
  function cancelOrder(entry: AkinonHeld | undefined, body: unknown): Answer {
    if (!entry) return answers.notFound();
    const wanted = isRecord(body) && Array.isArray(body["cancel_items"]) ? body["cancel_items"].map(Number) : undefined;
    book.cancel(entry, wanted && entry.items.filter(({ pk }) => wanted.includes(pk)));
    return json(200, book.toRow(entry));
  }

  function ofChannel(request: SimulatorRequest, resource: string): Answer {
    const { method, query } = request;
    const post = method === "POST";
    if (resource === "create_orders/") return post ? create(readJson(request)) : notAllowed(method);
    if (resource === "customers/" && post) return people.addCustomer(readJson(request));
    if (resource === "addresses/" && post) return people.addAddress(readJson(request));
    const [, cancelled] = /^orders\/(\d+)\/cancel\/$/.exec(resource) ?? [];
    if (cancelled && post)
      return cancelOrder(
        book.held.find(({ id }) => id === cancelled),
        readJson(request),
      );
    if (method !== "GET") return notAllowed(method);

    const name = resource.slice(0, -1);
    if (geography.isPlaces(name)) return geography.places(name, query);
    const rows = (some: readonly { pk: number }[]) =>
      list(
        some.map(({ pk, ...row }) => keyed(pk, row, switches)),
        query,
        switches,
      );
    switch (name) {
      case "countries":
        return geography.countries(query);
      case "customers":
        return people.customers(query);
      case "addresses":
        return people.addresses(query);
      case "products":
        return products.products(query);
      case "integration_actions":
        return products.integrationActions(query);
      case "cargos":
        return rows(cargos());
      case "price_lists":
        return rows([{ pk: PRICE_LIST }]);
      case "stock_lists":
        return rows([{ pk: STOCK_LIST }]);
      case "payment_options":
        return rows(PAYMENT_OPTIONS);
      case "orders":
        return orders(query);
      case "order_items":
        return orderItems(query);
      default:
        return page(404, "Not Found");
    }
  }

  const notAllowed = (method: string) => detail(405, `Method "${method}" not allowed.`);

  return {
    answers,
    refuse,
    kindOf({ method, path }) {
      const [, resource] = /^\/api\/v1\/channel\/\d+\/(\w+)/.exec(path) ?? [];
      if (resource === "create_orders" && method === "POST") return "create";
      return method === "GET" && (resource === "orders" || resource === "order_items") ? "look-up" : "other";
    },
    handle(request) {
      const { method, path } = request;
      if (path === LOGIN) return method === "POST" ? login(request) : notAllowed(method);
      const [, channel, resource] = /^\/api\/v1\/channel\/(\d+)\/(.+)$/.exec(path) ?? [];
      if (resource !== undefined) {
        return Number(channel) === switches.channelId ? ofChannel(request, resource) : answers.notFound();
      }
      if (path === `/api/v1/channels/${switches.channelId}/`) {
        const channelRow = { name: "Demo channel", catalog: CATALOG, category_tree: null, conf: {}, is_active: true };
        return json(200, keyed(switches.channelId, channelRow, switches));
      }
      if (path === `/api/v1/catalogs/${CATALOG}/`) {
        return json(
          200,
          keyed(CATALOG, { name: "Demo catalog", price_list: PRICE_LIST, stock_list: STOCK_LIST }, switches),
        );
      }
      if (path === "/api/v1/products/") return products.products(request.query);
      return /^\/api\/v1\/(channels|catalogs)\/\d+\/$/.test(path) ? answers.notFound() : page(404, "Not Found");
    },
    orders: () => book.held,
    cancel(id) {
      const entry = book.held.find((order) => order.id === id);
      if (!entry) throw new RangeError(`Akinon holds no order ${id}.`);
      book.cancel(entry);
    },
    plant(request, createdAt) {
      // Another sender's order refers to customers and addresses of its own.
      const result = read(request, false);
      if ("refused" in result) throw new RangeError(`Akinon would not take that: ${result.refused.body.toString()}`);
      return book.add(result.body, request, createdAt).id;
    },
    expireTokens: tokens.expireAll,
    forget() {
      book.held.length = 0;
      buckets.clear();
    },
  };
}

function orderOf(request: unknown): Record<string, unknown> | undefined {
  const order = isRecord(request) ? request["order"] : undefined;
  return isRecord(order) ? order : undefined;
}
