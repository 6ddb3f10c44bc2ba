import type { ApiBook, ApiRequest, ChannelApi } from "../../channel-api.ts";
import { type Answer, json } from "../../simulator.ts";
import { takeRequest } from "./rate-limit.ts";
import { listOf } from "./receipt-list.ts";
import { receiptResource } from "./receipt-resource.ts";
import { storedIn } from "./stored.ts";
import { endToken, expired, noScope, refusalOf, scopesAnswer, tokenAnswer, userAnswer } from "./tokens.ts";

const APPLICATION = "/v3/application";
const RECEIPTS = /^\/v3\/application\/shops\/(\d+)\/receipts(?:\/(\d+))?$/;
const INVENTORY = /^\/v3\/application\/listings\/(\d+)\/inventory$/;

const notFound = (): Answer => json(404, { error: "Resource not found" });

/** https://developers.etsy.com/documentation/reference */
export const api: ChannelApi = {
  resource: receiptResource,
  kindOf: ({ path }) => {
    if (path === "/v3/public/oauth/token") return "token";
    const receipts = RECEIPTS.exec(path);
    if (receipts) return receipts[2] === undefined ? "list" : "fetch";
    return "other";
  },
  handle(request, book) {
    if (request.host !== "api.etsy.com") return notFound();
    if (request.path === "/v3/public/oauth/token") return tokenAnswer(request, book);
    const { isAllowed, headers } = takeRequest(book);
    const answer = isAllowed
      ? (refusalOf(request, book) ?? answerTo(request, book))
      : json(429, { error: "Exceeded per second rate limit" });
    return { ...answer, headers: { ...answer.headers, ...headers } };
  },
  faults: {
    "not-found-yet": notFound,
    "token-expired": (request, book) => {
      endToken(request, book);
      return expired();
    },
    "scope-missing": noScope,
    "day-used-up": () => {
      const answer = json(429, { error: "Exceeded daily rate limit" });
      return { ...answer, headers: { ...answer.headers, "x-remaining-today": "0", "retry-after": "86400" } };
    },
  },
};

function answerTo(request: ApiRequest, book: ApiBook): Answer {
  const { method, path, query } = request;
  if (path === `${APPLICATION}/scopes`) return method === "POST" ? scopesAnswer(request) : notFound();
  if (method !== "GET") return json(405, { error: "Method not allowed" });
  if (path === `${APPLICATION}/users/me`) return userAnswer(book);
  const stored = () => [...book.orders.values()].map(storedIn);
  const listing = INVENTORY.exec(path)?.[1];
  if (listing !== undefined) return inventoryOf(listing, query, stored());
  const [isReceipts, shop, id] = RECEIPTS.exec(path) ?? [];
  if (isReceipts === undefined) return notFound();
  if (shop !== book.shop) return json(403, { error: "User does not own the shop" });
  if (id === undefined)
    return listOf(
      query,
      stored().map(({ receipt }) => receipt),
    );
  const text = book.orders.get(id);
  return text === undefined
    ? json(404, { error: `Could not find a Shop Receipt with receipt_id = ${id} associated with shop_id = ${shop}.` })
    : json(200, storedIn(text).receipt);
}

/** https://developers.etsy.com/documentation/reference#operation/getListingInventory */
function inventoryOf(listing: string, query: URLSearchParams, stored: readonly ReturnType<typeof storedIn>[]): Answer {
  const wrong = [...query].find(([name, value]) => name !== "show_deleted" || !/^(?:true|false)$/.test(value));
  if (wrong) return json(400, { error: `Invalid value for ${wrong[0]}` });
  const products = stored.flatMap(({ beside }) => beside.inventories?.[listing] ?? []);
  if (products.length === 0) return notFound();
  return json(200, {
    products: products.map(({ product_id, sku }) => ({
      ...{ product_id, sku, is_deleted: false, offerings: [], property_values: [] },
    })),
    ...{ price_on_property: [], quantity_on_property: [], sku_on_property: [] },
  });
}
