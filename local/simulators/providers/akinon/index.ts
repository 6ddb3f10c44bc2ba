import { json, readJson, type Simulator, type SimulatorKind } from "../../simulator.ts";
import { cannedAnswers, isRecord } from "./answers.ts";
import {
  CATALOG,
  CATALOG_ROW,
  CHANNEL_ROW,
  cargosOf,
  PAYMENT_OPTIONS,
  PRICE_LIST,
  STOCK_LIST,
} from "./channel-rows.ts";
import { createDoor } from "./door.ts";
import { createGeography, PLACE_LISTS } from "./geography.ts";
import { keyed, list } from "./list.ts";
import { login } from "./login.ts";
import { createOrderBook } from "./order-book.ts";
import { createOrders } from "./orders.ts";
import { createPeople } from "./people.ts";
import { createProducts } from "./products.ts";
import { dispatcher, notAllowed, type RouteTable } from "./route-table.ts";
import { type AkinonSwitches, akinonSwitches } from "./switches.ts";
import { createTokens } from "./tokens.ts";

/**
 * Akinon's Omnitron: provider-docs/akinon-create-order.md, reference/providers.md 4, and what the vendor's own clients
 * (GitHub akinon/omnisdk, akinon/channel_app) call. It is a Django REST server, so paths end in a slash. It refuses
 * what would do harm, too: field names that the document does not have, refunds of an order that is only being created,
 * amounts that do not add up. With `strictGeography` off it accepts any city, township or district of the countries it
 * knows, so that every sample order of a shop arrives. Left out: updates, the ERP family `/api/i1/` but its login.
 */
export const simulator: SimulatorKind<AkinonSwitches> = {
  switches: akinonSwitches,
  faults: {
    "old-cancelled-2xx": { switched: { duplicates: "answer-cancelled" } },
    // 406 is also for "other service-related exceptions"; the vendor's app handles this code.
    "service-406": {
      instead: () => json(406, { non_field_errors: "Stock reservation failed.", code: "batch_request_status_100_1" }),
    },
  },
  start: ({ switches, now }) => startAkinon(switches, now),
};

const CHANNEL = /^\/api\/v1\/channel\/(\d+)\/(.+)$/;

function startAkinon(switches: Readonly<AkinonSwitches>, now: () => number): Simulator {
  const tokens = createTokens(switches, now);
  const geography = createGeography(switches);
  const people = createPeople(switches, geography);
  const products = createProducts(switches);
  const book = createOrderBook(switches);
  const orders = createOrders({ switches, people, products, book, now });
  const answers = cannedAnswers(switches, (request) => people.describe(orderOf(request)?.["shipping_address"]));
  const door = createDoor({ switches, tokens, answers, now });

  const rows =
    (some: () => readonly { pk: number }[]): RouteTable[string] =>
    ({ query }) => {
      const shown = some().map(({ pk, ...row }) => keyed(pk, row, switches));
      return list(shown, query, switches);
    };
  const row = (pk: number, key: string, fields: object) =>
    key === String(pk) ? json(200, keyed(pk, { ...fields }, switches)) : answers.notFound();

  const dispatch = dispatcher({
    "GET /api/v1/channels/{id}/": (_, id = "") => row(switches.channelId, id, CHANNEL_ROW),
    "GET /api/v1/catalogs/{id}/": (_, id = "") => row(CATALOG, id, CATALOG_ROW),
    "GET /api/v1/products/": ({ query }) => products.products(query),
  });
  /** Below `/api/v1/channel/{id}/`. */
  const dispatchOfChannel = dispatcher({
    "POST create_orders/": (request) => orders.create(readJson(request)),
    "GET orders/": orders.orders,
    "POST orders/{id}/cancel/": orders.cancel,
    "GET order_items/": orders.orderItems,
    "GET customers/": ({ query }) => people.customers(query),
    "POST customers/": (request) => people.addCustomer(readJson(request)),
    "GET addresses/": ({ query }) => people.addresses(query),
    "POST addresses/": (request) => people.addAddress(readJson(request)),
    "GET countries/": ({ query }) => geography.countries(query),
    ...Object.fromEntries(
      PLACE_LISTS.map((name): [string, RouteTable[string]] => [
        `GET ${name}/`,
        ({ query }) => geography.places(name, query),
      ]),
    ),
    "GET products/": ({ query }) => products.products(query),
    "GET integration_actions/": ({ query }) => products.integrationActions(query),
    "GET cargos/": rows(() => cargosOf(switches)),
    "GET price_lists/": rows(() => [{ pk: PRICE_LIST }]),
    "GET stock_lists/": rows(() => [{ pk: STOCK_LIST }]),
    "GET payment_options/": rows(() => PAYMENT_OPTIONS),
  });

  return {
    answers,
    refuse: door.refuse,
    kindOf({ method, path }) {
      const [, resource] = /^\/api\/v1\/channel\/\d+\/(\w+)/.exec(path) ?? [];
      if (resource === "create_orders" && method === "POST") return "create";
      return method === "GET" && (resource === "orders" || resource === "order_items") ? "look-up" : "other";
    },
    handle(request) {
      if (request.path === switches.loginPath) {
        return request.method === "POST" ? login(request, switches, tokens) : notAllowed(request);
      }
      const [, channel, resource] = CHANNEL.exec(request.path) ?? [];
      if (resource === undefined) return dispatch(request, request.path);
      return Number(channel) === switches.channelId ? dispatchOfChannel(request, resource) : answers.notFound();
    },
    orders: () => book.held,
    cancel(id) {
      const entry = book.held.find((order) => order.id === id);
      if (!entry) throw new RangeError(`Akinon has no order ${id}.`);
      book.cancel(entry);
    },
    plant(request, createdAt) {
      // Another sender's order refers to its own customers and addresses.
      const result = orders.read(request, false);
      if ("refused" in result) throw new RangeError(`Akinon would refuse that body: ${result.refused.body.toString()}`);
      return book.add(result.body, request, createdAt).id;
    },
    expireTokens: tokens.expireAll,
    forget() {
      book.held.length = 0;
      door.forget();
    },
  };
}

function orderOf(request: unknown): Record<string, unknown> | undefined {
  const order = isRecord(request) ? request["order"] : undefined;
  return isRecord(order) ? order : undefined;
}
