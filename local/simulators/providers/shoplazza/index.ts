import { randomUUID } from "node:crypto";
import { createLeakyBucket } from "../../leaky-bucket.ts";
import {
  type Answer,
  json,
  readJson,
  type Simulator,
  type SimulatorKind,
  type SimulatorRequest,
} from "../../simulator.ts";
import { isObject } from "./create-body.ts";
import { shoplazzaFaults } from "./faults.ts";
import { cursorPageOf, findOrders, pageOf } from "./list-orders.ts";
import { createOrderBook, unprocessable } from "./order-book.ts";
import { createProducts, toVariant } from "./products.ts";
import { type ShoplazzaHeld, toShopOrder } from "./shop-order.ts";
import { type ShoplazzaSwitches, shoplazzaSwitches } from "./switches.ts";

/**
 * Shoplazza's openapi 2022-01 and, for look-ups and payments, 2026-01: provider-docs/shoplazza-create-order.md,
 * reference/providers.md 5. Left out: OAuth, fulfilments, refunds, what else 2026-01 can create.
 */
export const simulator: SimulatorKind<ShoplazzaSwitches> = {
  switches: shoplazzaSwitches,
  faults: shoplazzaFaults,
  start: ({ switches, now }) => startShoplazza(switches, now),
};

function startShoplazza(switches: Readonly<ShoplazzaSwitches>, now: () => number): Simulator {
  const products = createProducts();
  const book = createOrderBook(products, switches, now);
  const newBuckets = () => [
    createLeakyBucket(() => ({ size: switches.appBucketSize, leakPerSecond: switches.appLeakPerSecond }), now),
    createLeakyBucket(() => ({ size: switches.storeBucketSize, leakPerSecond: switches.storeLeakPerSecond }), now),
  ];
  let buckets = newBuckets();

  const answers: Simulator["answers"] = {
    // Body and headers of a 429 are not documented. (ASSUME)
    throttled: () => json(429, { errors: ["Too Many Requests"] }),
    unauthorized: () => json(401, { error: "Unauthorized" }),
    serverError: () => json(500, { errors: ["Internal Server Error"] }),
    malformed: () => json(400, { errors: ["invalid character in JSON"] }),
    notFound: () => json(404, { errors: ["Unable to find resource"] }),
    rejected: (request) => unprocessable(`The shipping address does not pass: ${addressOf(readJson(request))}`),
    // Shoplazza reports no duplicates; this is the closest answer: nothing was created, and it gives no reason.
    duplicate: () => json(406, { errors: ["Create order failed"] }),
  };
  const orNull = <Row>(rows: Row[]): Row[] | null =>
    rows.length === 0 && switches.emptyLists === "null" ? null : rows;
  const badQuery = () => json(400, { errors: ["invalid query"] });

  function route({ method, path, query, body }: SimulatorRequest): Answer {
    const [, version = "", resource = ""] = /^\/openapi\/(2022-01|2026-01)\/(.+)$/.exec(path) ?? [];
    if (version === switches.retired) return { ...answers.notFound(), body: "404 page not found" };
    const show = (data: object) =>
      json(200, version === "2022-01" && !switches.wrapped ? data : { code: "Success", data });
    const one = (entry: ShoplazzaHeld | undefined) =>
      entry ? show({ order: toShopOrder(entry.order, switches) }) : answers.notFound();
    const called = `${method} ${resource}`;

    if (called === "POST orders") {
      const request = readJson({ body });
      return version === "2022-01" ? create(request, show) : create(asOf2022(request), show, request);
    }
    if (called === "GET orders") return list(query, version, show);
    if (called === "GET orders/count") {
      const found = findOrders(book.held, query, { version, switches, now: now() });
      return found ? show({ count: found.length }) : badQuery();
    }
    if (called === "GET shop") return show({ shop: { id: "11218", name: "Demo shop", domain: "demo.myshoplaza.com" } });
    const [, number] = /^GET orders\/number\/([^/]+)$/.exec(called) ?? [];
    if (number) return one(book.byNumber(number));
    const [, id] = /^GET orders\/([^/]+)$/.exec(called) ?? [];
    if (id) return one(book.byId(id));
    const [, toPay] = /^POST orders\/([^/]+)\/payment\/success$/.exec(called) ?? [];
    if (toPay) {
      const entry = book.byId(toPay);
      return (entry && book.pay(entry)) ?? one(entry);
    }
    const [, toCancel] = /^POST orders\/([^/]+)\/cancel$/.exec(called) ?? [];
    if (toCancel) {
      const entry = book.byId(toCancel);
      return one(entry && book.cancel(entry, reasonIn(body)));
    }
    return product(called, show);
  }

  function product(called: string, show: (data: object) => Answer): Answer {
    const [, sku] = /^GET products\/sku\/([^/]+)\/variants$/.exec(called) ?? [];
    if (sku) {
      const found = products.bySku(decodeURIComponent(sku), switches.skuSearch);
      if (found.length === 0 && switches.unknownSku === "404") return answers.notFound();
      return show({ variants: orNull(found.map((variant) => toVariant(variant, switches))) });
    }
    const [, id = ""] = /^GET variants\/([^/]+)$/.exec(called) ?? [];
    const variant = products.byId(decodeURIComponent(id));
    return variant ? show({ variant: toVariant(variant, switches) }) : answers.notFound();
  }

  /** @param asSent of another version */
  function create(body: unknown, show: (data: object) => Answer, asSent = body): Answer {
    const added = book.add(body, now(), asSent);
    if ("refused" in added) return added.refused;
    const { tags, note, ...rest } = toShopOrder(added.order, switches);
    const complaint = { errors: ["The e-mail to the buyer could not be sent."] };
    return show({
      order: switches.answerShowsMarks ? { ...rest, tags, note } : rest,
      ...(switches.complaints && complaint),
    });
  }

  function list(query: URLSearchParams, version: string, show: (data: object) => Answer): Answer {
    const found = findOrders(book.held, query, { version, switches, now: now() });
    if (!found) return badQuery();
    const rows = found.map(({ order }) => {
      const { tags, note, ...brief } = toShopOrder(order, switches);
      return switches.listRows === "brief" ? brief : { ...brief, tags, note };
    });
    if (version === "2022-01") {
      const page = pageOf(rows, query, switches);
      return page ? show({ orders: orNull(page) }) : badQuery();
    }
    const page = cursorPageOf(rows, query);
    return page ? show({ orders: orNull(page.rows), cursor: page.cursor, has_more: page.has_more }) : badQuery();
  }

  return {
    answers,
    kindOf({ method, path }) {
      const [, below] = /^\/openapi\/[^/]+\/orders(\/.+)?$/.exec(path) ?? [undefined, "/"];
      if (method === "POST") return path.endsWith("/orders") ? "create" : "other";
      return method === "GET" && below !== "/" ? "look-up" : "other";
    },
    refuse(request) {
      const { method, headers, body } = request;
      if (headers["access-token"] !== switches.token) return answers.unauthorized();
      // Not documented; frameworks read no body of another type. (ASSUME)
      if (method === "POST" && body.length > 0 && !/^application\/json\b/i.test(headers["content-type"] ?? "")) {
        return json(415, { errors: ["Unsupported Media Type"] });
      }
      // Both limits must allow a call. A call that one refuses still counts for the other; only a flood shows it.
      // (ASSUME)
      return buckets.every((bucket) => bucket.take()) ? undefined : answers.throttled();
    },
    handle: (request) => withRequestId(route(request)),
    orders: () => book.held,
    cancel(id) {
      const entry = book.byId(id);
      if (!entry) throw new RangeError(`Shoplazza has no order ${id}.`);
      book.cancel(entry, "staff");
    },
    plant(request, createdAt) {
      const added = book.add(request, createdAt);
      if ("refused" in added)
        throw new RangeError(`Shoplazza would refuse that body: ${added.refused.body.toString()}`);
      return added.id;
    },
    forget() {
      book.held.length = 0;
      buckets = newBuckets();
    },
  };
}

/** 2026-01: below `order`, and the shipping's name is another. Its required fields are those of the specification. */
function asOf2022(body: unknown): unknown {
  const order = isObject(body) ? body["order"] : undefined;
  if (!isObject(order)) return order;
  const { shipping_line: line, ...rest } = order;
  if (!isObject(line)) return order;
  const { shipping_name: name, ...shipping } = line;
  // Its name of 2022-01 is unknown here.
  return { ...rest, shipping_line: "name" in line ? { ...shipping, shipping_name: name } : { ...shipping, name } };
}

function reasonIn(body: Buffer): string {
  const request = body.length > 0 ? readJson({ body }) : {};
  return isObject(request) && typeof request["reason"] === "string" ? request["reason"] : "";
}

const withRequestId = (answer: Answer): Answer => ({
  ...answer,
  headers: { ...answer.headers, "request-id": randomUUID() },
});

/** Real error texts repeat the buyer's data; a test must detect a client that logs them. */
function addressOf(body: unknown): string {
  const address = isObject(body) ? body["shipping_address"] : undefined;
  return isObject(address) ? Object.values(address).filter(Boolean).join(", ") : "";
}
