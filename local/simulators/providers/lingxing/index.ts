import {
  type Answer,
  json,
  NotJson,
  readJson,
  type Simulator,
  type SimulatorKind,
  type SimulatorRequest,
} from "../../simulator.ts";
import { MARKETPLACES, sellerLists } from "./company.ts";
import { createEnvelopes, notAllowed } from "./envelopes.ts";
import { createInFlight } from "./in-flight.ts";
import { cancelOrder, listing, orderList, productInformation } from "./look-ups.ts";
import { createOrderBook } from "./order-book.ts";
import { checkOrder, quote } from "./order-check.ts";
import { regionsOf } from "./regions.ts";
import { isSigned } from "./signature.ts";
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

function startLingxing(switches: Readonly<LingxingSwitches>, now: () => number): Simulator {
  const envelopes = createEnvelopes(switches, now);
  const tokens = createTokens(switches, envelopes, now);
  const inFlight = createInFlight(switches, now);
  const book = createOrderBook(switches);
  const { gateway, failed, ok } = envelopes;
  const desk = () => ({ book, switches, envelopes, now: now() });

  const routes: Readonly<Record<string, (request: SimulatorRequest) => Answer>> = {
    [`POST ${OAUTH}access-token`]: tokens.fetch,
    [`POST ${OAUTH}refresh`]: tokens.refresh,
    [CREATE]: (request) => create(readJson(request)),
    "POST /order/amzod/api/orderDetails/productInformation": (request) => productInformation(readJson(request), desk()),
    "POST /order/amzod/api/orderList": (request) => orderList(readJson(request), desk()),
    "POST /order/amzod/api/cancelOrder": (request) => cancelOrder(readJson(request), desk()),
    "POST /erp/sc/data/mws/listing": (request) => listing(readJson(request), desk()),
    "POST /erp/sc/data/worldState/lists": (request) => worldState(readJson(request)),
    "GET /erp/sc/data/seller/lists": () => ok(sellerLists()),
    "GET /erp/sc/data/seller/allMarketplace": () => ok(MARKETPLACES),
  };
  const routeOf = ({ method, path }: SimulatorRequest) => `${method} ${path}`;

  function refuse(request: SimulatorRequest): Answer | undefined {
    const route = routeOf(request);
    if (!Object.hasOwn(routes, route)) return undefined;
    if (switches.gate === "ip-refused") return gateway("3001002", "ip not permit, please add ip to white list first.");
    if (switches.gate === "disabled")
      return json(switches.errorStatus, { code: "401", msg: "授权被禁用，请检查授权状态", data: null });
    if (switches.gate === "expired")
      return json(switches.errorStatus, { code: "403", msg: "授权失效，请更新授权有效期", data: null });
    if (request.path.startsWith(OAUTH)) return undefined;
    return refuseCaller(request) ?? (inFlight.enter(request) ? undefined : answers.throttled());
  }

  function refuseCaller(request: SimulatorRequest): Answer | undefined {
    const { query } = request;
    const [token = "", app = "", timestamp = "", sign = ""] = ["access_token", "app_key", "timestamp", "sign"].map(
      (name) => query.get(name) ?? "",
    );
    if (!token || !app || !timestamp || !sign) {
      return gateway("3001001", "missing query param(access_token,sign,timestamp,app_key)");
    }
    if (app !== switches.appId) return gateway("2001001", "app not exist");
    const state = tokens.state(token);
    if (state === "expired") return gateway("2001003", "access token is missing or expire");
    if (state === "no-match") return answers.unauthorized();
    if (!/^\d{10}$/.test(timestamp) || Math.abs(now() / 1000 - Number(timestamp)) > switches.signatureSeconds) {
      return gateway("2001007", "api sign has expired");
    }
    const business = businessOf(request);
    if (!business) return answers.malformed();
    const signed = isSigned({ ...business, access_token: token, app_key: app, timestamp }, sign, switches);
    // A POST has only these four in its URL.
    const stray = request.method === "POST" && [...query.keys()].length !== 4;
    if (!signed || stray) return gateway("2001006", " api sign not correct");
    return switches.gate === "not-granted"
      ? gateway("2001004", "the api not authorized, please grant first")
      : undefined;
  }

  /** The signed parameters besides the three common ones; undefined if the body is not a JSON object. */
  function businessOf(request: SimulatorRequest): Record<string, unknown> | undefined {
    if (request.method === "GET") {
      const business = new Map(request.query);
      for (const name of ["access_token", "app_key", "timestamp", "sign"]) business.delete(name);
      return Object.fromEntries(business);
    }
    if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) return undefined;
    try {
      const body = readJson(request);
      return typeof body === "object" && body !== null && !Array.isArray(body) ? { ...body } : undefined;
    } catch (error) {
      if (error instanceof NotJson) return undefined;
      throw error;
    }
  }

  function create(request: unknown): Answer {
    const checked = checkOrder(request, switches);
    if (!checked.ok) {
      return checked.kind === "type"
        ? failed(102, "参数不合法", [checked.detail], [])
        : failed(500, "失败", [checked.detail]);
    }
    const { body, store } = checked;
    if (book.isTaken(body.order_id, store.sid)) return alreadyThere();
    book.add(request, body, store, now());
    return ok([]);
  }

  const alreadyThere = () => failed(500, "失败", ["订单号已经存在"]);

  function worldState(body: unknown): Answer {
    const code = typeof body === "object" && body !== null && "country_code" in body ? body.country_code : undefined;
    if (typeof code !== "string") return failed(102, "参数不合法", ["country_code => country_code 必填"], []);
    const regions = regionsOf(code);
    return ok(regions, regions.length);
  }

  const answers: Simulator["answers"] = {
    throttled: () =>
      switches.throttleCode === "103"
        ? failed(103, "请求过于频繁,请稍后再试 [C0C1B855-48A2-6BB6-5636-5AC80042386C]", [], [])
        : gateway("3001008", "requests too frequently. please request later."),
    unauthorized: () => gateway("2001005", " access token not match"),
    serverError: () => ({
      status: 500,
      headers: { "content-type": "text/html" },
      body: "<html><head><title>500 Internal Server Error</title></head><body><hr><center>nginx</center></body></html>",
    }),
    malformed: () => gateway("102", "参数不合法"),
    notFound: () => gateway("500", "404 NOT_FOUND"),
    rejected: (request) => {
      const body = readJson(request);
      return failed(500, "失败", [`收货地址无法配送${quote(typeof body === "object" && body !== null ? body : {})}`]);
    },
    duplicate: alreadyThere,
  };

  return {
    answers,
    refuse,
    kindOf(request) {
      const route = routeOf(request);
      return route === CREATE ? "create" : LOOK_UPS.includes(route) ? "look-up" : "other";
    },
    handle(request) {
      const route = routeOf(request);
      const work = Object.hasOwn(routes, route) ? routes[route] : undefined;
      if (work) return work(request);
      // The documents do not say which unknown path gets which of the three answers.
      if (Object.keys(routes).some((known) => known.endsWith(` ${request.path}`))) return notAllowed();
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
