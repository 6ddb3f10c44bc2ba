import { checkBody } from "../../body-check.ts";
import { createLeakyBucket, type LeakyBucket } from "../../leaky-bucket.ts";
import { type Answer, bearerToken, json, readJson, type Simulator, type SimulatorKind } from "../../simulator.ts";
import { alreadyThere, CODES, cannedAnswers, created, quote } from "./answers.ts";
import { productOf, stocksOf, warehouses } from "./catalog.ts";
import { failed, invalidRequest, ok } from "./envelope.ts";
import { listOrders } from "./list-orders.ts";
import { bodyBySample, bodyByTable, SALE_PLATFORMS } from "./order-body.ts";
import { type Accepted, countriesOf, createOrderBook, type KakacloHeld, UNIT_PRICE } from "./order-book.ts";
import { askRefund, refundsOf, settleRefunds } from "./refunds.ts";
import { type KakacloSwitches, kakacloSwitches } from "./switches.ts";

const ORDERS = "/openapi/v2/order/orders";

/**
 * KakaClo's open API, Order V2. provider-docs/kakaclo-create-order.md, reference/providers.md 1, and the list, refund
 * and product pages of https://docs.kakaclo.com. Left out: V1 orders, freight and channel queries, custom products.
 */
export const simulator: SimulatorKind<KakacloSwitches> = {
  switches: kakacloSwitches,
  faults: {
    // Not an error but a surprise: the order arrives as one for each country, despite `split`.
    split: { switched: { split: "several" } },
  },
  start: ({ switches, now }) => startKakaclo(switches, now),
};

function readBySample(request: unknown) {
  const checked = checkBody(bodyBySample, request);
  return checked.ok ? { ...checked, address: checked.body.orderAddresses } : checked;
}

function readByTable(request: unknown) {
  const checked = checkBody(bodyByTable, request);
  return checked.ok ? { ...checked, address: checked.body.orderAddress } : checked;
}

function startKakaclo(switches: Readonly<KakacloSwitches>, now: () => number): Simulator {
  const answers = cannedAnswers;
  const book = createOrderBook(switches.firstOrderId);
  const buckets = new Map<string, LeakyBucket>();
  let spent = 0;

  function refuse(request: Parameters<Simulator["refuse"]>[0]): Answer | undefined {
    const token = bearerToken(request);
    if (token !== switches.token) return answers.unauthorized();
    let bucket = buckets.get(token);
    if (!bucket) {
      bucket = createLeakyBucket(() => ({ size: switches.bucketSize, leakPerSecond: switches.leakPerSecond }), now);
      buckets.set(token, bucket);
    }
    return bucket.take() ? undefined : answers.throttled();
  }

  /** @returns the order as it is stored, or the answer that refuses it */
  function read(request: unknown, createdAt: number): { accepted: Accepted } | { refused: Answer } {
    const checked = switches.strictTable ? readByTable(request) : readBySample(request);
    if (!checked.ok) {
      const { field, what, message } = checked.complaint;
      // A wrong type is a 400; the envelope reports everything else. (ASSUME)
      if (what === "type" || field === "") return { refused: invalidRequest() };
      const why = what === "missing" ? "is required" : message;
      return { refused: failed(CODES.invalid, `${field} ${why}${quote(request)}`) };
    }
    const { body } = checked;
    const unknown = body.orderItemsList.find(({ sku }) => countriesOf(sku).length === 0);
    if (unknown) return { refused: failed(CODES.sku, `sku ${unknown.sku} does not exist${quote(request)}`) };
    const { salePlatform } = body;
    if (salePlatform && switches.salePlatforms === "listed" && !SALE_PLATFORMS.includes(salePlatform)) {
      return { refused: failed(CODES.invalid, `salePlatform ${salePlatform} is not known${quote(request)}`) };
    }
    const address = checked.address;
    const { orderItemsList: items, customOrderId = null, remark = null } = body;
    return { accepted: { request, address, items, customOrderId, remark, createdAt } };
  }

  function create(request: unknown): Answer {
    const result = read(request, now());
    if ("refused" in result) return result.refused;
    const { customOrderId, items } = result.accepted;
    if (switches.duplicates === "refuse" && customOrderId !== null && book.held.some(isCalled(customOrderId))) {
      return alreadyThere(customOrderId);
    }
    const price = items.reduce((sum, { quantity }) => sum + quantity * UNIT_PRICE, 0);
    if (spent + price > switches.balance) return failed(CODES.balance, `Insufficient balance${quote(request)}`);
    spent += price;
    return created(book.add(result.accepted, switches.split), switches);
  }

  const isCalled = (customOrderId: string) => (held: KakacloHeld) => held.reference === customOrderId;
  return {
    answers,
    refuse,
    kindOf: ({ method, path }) => (path !== ORDERS ? "other" : method === "POST" ? "create" : "look-up"),
    handle(request) {
      const { method, path, query } = request;
      if (method === "POST" && !/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
        return json(415, { error: "Unsupported Media Type" });
      }
      settleRefunds(book, switches, now());
      const route = `${method} ${path}`;
      if (route === `POST ${ORDERS}`) return create(readJson(request));
      if (route === `GET ${ORDERS}`) return listOrders(query, book, switches, now());
      if (route === "GET /openapi/v1/product/products") return productOf(query);
      if (route === "GET /openapi/v1/product/stocks") return stocksOf(query);
      if (route === "GET /openapi/v1/product/countryAndWarehouse") return warehouses();
      if (route === "GET /openapi/v1/payment/balance") {
        // The document shows an empty answer. (ASSUME)
        return ok({ balance: Math.round((switches.balance - spent) * 100) / 100, currencyCode: "USD" });
      }
      const [, toRefund] = /^POST \/openapi\/v2\/order\/orders\/([^/]+)\/refund$/.exec(route) ?? [];
      if (toRefund) return askRefund(toRefund, readJson(request), book, now());
      const [, refunded] = /^GET \/openapi\/v2\/order\/orders\/refund\/([^/]+)$/.exec(route) ?? [];
      if (refunded) return refundsOf(refunded, book, switches, now());
      return answers.notFound();
    },
    orders() {
      settleRefunds(book, switches, now());
      return book.held;
    },
    cancel(id) {
      const rows = book.held.find((held) => held.id === id)?.rows ?? book.rows().filter((row) => row.id === id);
      if (rows.length === 0) throw new RangeError(`KakaClo has no order ${id}.`);
      for (const row of rows) book.cancel(row, now());
    },
    plant(request, createdAt) {
      const result = read(request, createdAt);
      if ("refused" in result)
        throw new RangeError(`KakaClo would refuse that body: ${result.refused.body.toString()}`);
      return book.add(result.accepted, switches.split).id;
    },
    forget() {
      book.held.length = 0;
      book.refunding.clear();
      buckets.clear();
      spent = 0;
    },
  };
}
