import {
  type Answer,
  json,
  readJson,
  type Simulator,
  type SimulatorKind,
  type SimulatorRequest,
} from "../../simulator.ts";
import { cancelOrder } from "./cancel-order.ts";
import { MARKETPLACES, sellerLists } from "./company.ts";
import { alreadyThere, createOrder } from "./create-order.ts";
import type { Desk } from "./desk.ts";
import { createEnvelopes, notAllowed } from "./envelopes.ts";
import { malformed, refuseApp, refuseCaller, unauthorized } from "./gate.ts";
import { createInFlight } from "./in-flight.ts";
import { listing } from "./listing.ts";
import { createOrderBook } from "./order-book.ts";
import { checkOrder, quote } from "./order-check.ts";
import { orderList } from "./order-list.ts";
import { productInformation } from "./product-information.ts";
import { worldState } from "./regions.ts";
import { type LingxingSwitches, lingxingSwitches } from "./switches.ts";
import { createTokens } from "./tokens.ts";

const CREATE = "POST /order/amzod/api/createOrder";
const LOOK_UPS = ["POST /order/amzod/api/orderDetails/productInformation", "POST /order/amzod/api/orderList"];
const OAUTH = "/api/auth-server/oauth/";

/**
 * Lingxing's open API for orders that Amazon fulfils. provider-docs/lingxing-create-mcf-order.md,
 * reference/providers.md 3, and its guide, token, store, region, listing and look-up pages
 * (https://apidoc.lingxing.com).
 */
export const simulator: SimulatorKind<LingxingSwitches> = {
  switches: lingxingSwitches,
  faults: {
    "throttle-103": {
      instead: () =>
        json(200, { code: 103, message: "请求过于频繁,请稍后再试 [C0C1B855]", error_details: [], data: [], total: 0 }),
    },
    "signature-expired": { instead: () => json(200, { code: "2001007", msg: "api sign has expired", data: null }) },
    "token-missing": {
      instead: () => json(200, { code: "2001003", msg: "access token is missing or expire", data: null }),
    },
    // Code "500" has no meaning of its own; this answer has no details.
    "error-500-envelope": {
      instead: () => json(200, { code: 500, message: "失败", error_details: [], data: null, total: 0 }),
    },
    "service-missing": {
      instead: () => json(200, { code: 400, message: "服务不存在", error_details: [], data: [], total: 0 }),
    },
  },
  start: ({ switches, now }) => startLingxing(switches, now),
};

/** Resources of signed calls: a POST has its parameters in the body. */
const RESOURCES: Readonly<Record<string, (body: unknown, desk: Desk) => Answer>> = {
  [CREATE]: createOrder,
  "POST /order/amzod/api/orderDetails/productInformation": productInformation,
  "POST /order/amzod/api/orderList": orderList,
  "POST /order/amzod/api/cancelOrder": cancelOrder,
  "POST /erp/sc/data/mws/listing": listing,
  "POST /erp/sc/data/worldState/lists": worldState,
  "GET /erp/sc/data/seller/lists": (_, { envelopes }) => envelopes.ok(sellerLists()),
  "GET /erp/sc/data/seller/allMarketplace": (_, { envelopes }) => envelopes.ok(MARKETPLACES),
};

function startLingxing(switches: Readonly<LingxingSwitches>, now: () => number): Simulator {
  const envelopes = createEnvelopes(switches, now);
  const tokens = createTokens(switches, envelopes, now);
  const inFlight = createInFlight(switches, now);
  const book = createOrderBook(switches);
  const { gateway, failed } = envelopes;

  const oauth: Readonly<Record<string, (request: SimulatorRequest) => Answer>> = {
    [`POST ${OAUTH}access-token`]: tokens.fetch,
    [`POST ${OAUTH}refresh`]: tokens.refresh,
  };
  const routes = [...Object.keys(oauth), ...Object.keys(RESOURCES)];
  const routeOf = ({ method, path }: SimulatorRequest) => `${method} ${path}`;

  const answers: Simulator["answers"] = {
    throttled: () =>
      switches.throttleCode === "103"
        ? failed(103, "请求过于频繁,请稍后再试 [C0C1B855-48A2-6BB6-5636-5AC80042386C]", [], [])
        : gateway("3001008", "requests too frequently. please request later."),
    unauthorized: () => unauthorized({ envelopes }),
    serverError: () => ({
      status: 500,
      headers: { "content-type": "text/html" },
      body: "<html><head><title>500 Internal Server Error</title></head><body><hr><center>nginx</center></body></html>",
    }),
    malformed: () => malformed({ envelopes }),
    notFound: () => gateway("500", "404 NOT_FOUND"),
    rejected: (request) => {
      const body = readJson(request);
      return failed(500, "失败", [`收货地址无法配送${quote(typeof body === "object" && body !== null ? body : {})}`]);
    },
    duplicate: () => alreadyThere({ envelopes }),
  };

  return {
    answers,
    refuse(request) {
      if (!routes.includes(routeOf(request))) return undefined;
      const gate = { switches, envelopes, tokens, now: now() };
      const refused = refuseApp(gate);
      if (refused || request.path.startsWith(OAUTH)) return refused;
      return refuseCaller(request, gate) ?? (inFlight.enter(request) ? undefined : answers.throttled());
    },
    kindOf(request) {
      const route = routeOf(request);
      return route === CREATE ? "create" : LOOK_UPS.includes(route) ? "look-up" : "other";
    },
    handle(request) {
      const route = routeOf(request);
      const issue = Object.hasOwn(oauth, route) ? oauth[route] : undefined;
      if (issue) return issue(request);
      const work = Object.hasOwn(RESOURCES, route) ? RESOURCES[route] : undefined;
      const body = request.method === "POST" && work ? readJson(request) : undefined;
      if (work) return work(body, { book, switches, envelopes, now: now() });
      // The documents do not say which unknown path gets which of the three answers.
      if (routes.some((known) => known.endsWith(` ${request.path}`))) return notAllowed();
      if (request.path.startsWith("/erp/")) return failed(400, "服务不存在", [], []);
      return /^\/(api|order)\//.test(request.path) ? answers.notFound() : notAllowed();
    },
    orders: () => book.held,
    cancel(id) {
      const entry = book.held.find((one) => one.id === id);
      if (!entry) throw new RangeError(`Lingxing has no order ${id}.`);
      book.cancel(entry, now());
    },
    plant(request, createdAt) {
      const checked = checkOrder(request, switches);
      if (!checked.ok) throw new RangeError(`Lingxing would refuse that body: ${checked.detail}`);
      return book.add(request, checked.body, checked.store, createdAt).id;
    },
    expireTokens: () => tokens.expireAll(),
    forget() {
      book.held.length = 0;
      inFlight.forget();
    },
  };
}
