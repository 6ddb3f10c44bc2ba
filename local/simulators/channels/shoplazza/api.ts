import type { ApiBook, ApiRequest, ChannelApi } from "../../channel-api.ts";
import { createLeakyBucket, type LeakyBucket } from "../../leaky-bucket.ts";
import { type Answer, json } from "../../simulator.ts";
import { pageOf } from "./order-list.ts";
import { orderResource } from "./order-resource.ts";
import { grantToken, isKnownToken } from "./tokens.ts";

const TOKEN = "/admin/oauth/token";
const BELOW = /^\/openapi\/(?:2026-01|2026-07)\/(.+)$/;
const ORDER = /^orders\/([^/]+)$/;
const NUMBER = /^orders\/number\/([^/]+)$/;

const notFound = (): Answer => json(404, { errors: ["Unable to find resource"] });
const unauthorized = (): Answer => json(401, { error: "Unauthorized" });
/** Body and headers of a 429 are not documented. (ASSUME) */
const throttled = (): Answer => json(429, { errors: ["Too Many Requests"] });
const success = (data: object): Answer => json(200, { code: "Success", data });

/** Per app and shop, and per shop over all of its apps. https://www.shoplazza.dev/reference/api-rate-limits */
const LIMITS = [
  { size: 40, leakPerSecond: 2 },
  { size: 80, leakPerSecond: 20 },
];
const buckets = new WeakMap<ApiBook, LeakyBucket[]>();

function takes(book: ApiBook): boolean {
  const own = buckets.get(book) ?? LIMITS.map((limit) => createLeakyBucket(() => limit, book.now));
  buckets.set(book, own);
  return own.every((bucket) => bucket.take());
}

function answer(request: ApiRequest, book: ApiBook): Answer {
  const [, resource] = BELOW.exec(request.path) ?? [];
  // An address that is none is answered by the web server, not by the API.
  if (request.host !== book.shop || resource === undefined) return { ...notFound(), body: "404 page not found" };
  if (!isKnownToken(request, book)) return unauthorized();
  if (!takes(book)) return throttled();
  if (request.method !== "GET") return notFound();
  if (resource === "orders") {
    const page = pageOf(request, book);
    return page ? success(page) : json(400, { errors: ["invalid query"] });
  }
  const [, id] = ORDER.exec(resource) ?? [];
  const [, number] = NUMBER.exec(resource) ?? [];
  const text = id === undefined ? byNumber(book, number) : book.orders.get(decodeURIComponent(id));
  return text === undefined ? notFound() : success({ order: JSON.parse(text) });
}

const byNumber = ({ orders }: ApiBook, number: string | undefined): string | undefined =>
  number === undefined ? undefined : [...orders.values()].find((text) => JSON.parse(text).number === number);

export const api: ChannelApi = {
  resource: (order) => orderResource(order),
  kindOf({ path }) {
    if (path === TOKEN) return "token";
    const [, resource = ""] = BELOW.exec(path) ?? [];
    if (ORDER.test(resource)) return "fetch";
    if (resource.startsWith("webhooks")) return "subscriptions";
    return resource === "orders" ? "list" : "other";
  },
  handle(request, book) {
    if (request.path === TOKEN && request.host === book.shop && request.method === "POST")
      return grantToken(request, book);
    return answer(request, book);
  },
  faults: {
    "not-found-yet": notFound,
    "token-expired": unauthorized,
    "missing-scope": () => json(403, { errors: ["requires the scope read_order"] }),
    "bare-2022": (request, book) => unwrapped(answer(request, book)),
  },
};

/** As 2022-01 answers: without the envelope. */
function unwrapped(wrapped: Answer): Answer {
  const { data } = JSON.parse(wrapped.body.toString());
  return data === undefined ? wrapped : { ...wrapped, body: JSON.stringify(data) };
}
