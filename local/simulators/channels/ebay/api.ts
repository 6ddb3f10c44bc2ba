import type { ApiBook, ApiRequest, ChannelApi } from "../../channel-api.ts";
import { EndpointSecret } from "../../channel-simulator.ts";
import { type Answer, json } from "../../simulator.ts";
import { listAnswer } from "./order-list.ts";
import { orderResource } from "./order-resource.ts";
import { badToken, invalid, noOrder, notFound, scopeMissing, throttled, wrongMethod } from "./refusals.ts";
import { publicKeyAnswer } from "./signed-headers.ts";
import { allows, endToken, IDENTITY, isAppToken, ORDERS, revoke, SCOPE, tokenAnswer } from "./tokens.ts";

const HOST = "api.ebay.com";
const IDENTITY_HOST = "apiz.ebay.com";
const TOKEN = "/identity/v1/oauth2/token";
const KEY = /^\/commerce\/notification\/v1\/public_key\/([\w-]+)$/;
const USER = "/commerce/identity/v1/user/";
const LIST = "/sell/fulfillment/v1/order";
const ONE = /^\/sell\/fulfillment\/v1\/order\/([\w!-]+)(\/shipping_fulfillment)?$/;

function permitted(request: ApiRequest, scope: string, book: ApiBook, answer: () => Answer): Answer {
  if (request.method !== "GET") return wrongMethod();
  switch (allows(request, scope, book)) {
    case "no-token":
      return badToken();
    case "no-scope":
      return scopeMissing();
    case "yes":
      return answer();
  }
}

function orderAnswer(id: string, isParcels: boolean, query: URLSearchParams, { orders }: ApiBook): Answer {
  for (const [name, value] of query) {
    if (name !== "fieldGroups" || value !== "TAX_BREAKDOWN" || isParcels) return invalid(name, "is not known");
  }
  const text = orders.get(id);
  if (text === undefined) return noOrder();
  const { parcels = [], ...order } = JSON.parse(text);
  return json(200, isParcels ? { fulfillments: parcels, total: parcels.length } : order);
}

/** The Fulfillment, Notification, Identity and OAuth APIs. https://developer.ebay.com/develop/api */
export const api: ChannelApi = {
  resource: orderResource,
  kindOf(request) {
    // An application's token and a key are never struck.
    if (request.path === TOKEN) return isAppToken(request) ? "other" : "token";
    if (request.path === LIST) return "list";
    return ONE.test(request.path) ? "fetch" : "other";
  },
  handle(request, book) {
    const { host, path, method, query, rawQuery } = request;
    if (host === IDENTITY_HOST && path === USER) {
      return permitted(request, IDENTITY, book, () => json(200, { userId: book.shop, username: "demo_seller" }));
    }
    if (host !== HOST) return notFound();
    if (path === TOKEN) return method === "POST" ? tokenAnswer(request, book) : wrongMethod();
    const [, keyId] = KEY.exec(path) ?? [];
    if (keyId !== undefined) {
      const key = publicKeyAnswer(keyId, EndpointSecret.parse(book.app));
      return permitted(request, SCOPE, book, () => (key ? json(200, key) : notFound()));
    }
    if (path === LIST) return permitted(request, ORDERS, book, () => listAnswer(query, rawQuery, book));
    const [, orderId, parcels] = ONE.exec(path) ?? [];
    if (orderId === undefined) return notFound();
    return permitted(request, ORDERS, book, () => orderAnswer(orderId, parcels !== undefined, query, book));
  },
  faults: {
    throttle: throttled,
    "not-found-yet": noOrder,
    "token-expired": (request, book) => {
      endToken(request, book);
      return badToken();
    },
    revoked: (_, book) => {
      revoke(book);
      return badToken();
    },
    "scope-missing": scopeMissing,
  },
};
