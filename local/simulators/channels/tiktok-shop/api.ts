import { parseJson } from "../../../../shared/json.ts";
import type { ApiBook, ApiRequest, ChannelApi } from "../../channel-api.ts";
import type { Answer } from "../../simulator.ts";
import { invalid, refused, success } from "./answers.ts";
import { orderResource } from "./order-resource.ts";
import { foundOrders, SEARCH_PARAMETERS } from "./order-search.ts";
import { sign } from "./sign.ts";
import { endToken, isTokenGood, tokenAnswer } from "./tokens.ts";

const LOGIN = "auth.tiktok-shops.com";
const ORDERS = "/order/202309/orders";
const SEARCH = `${ORDERS}/search`;
const SHOPS = "/authorization/202309/shops";

/** What a clock may differ, seconds. */
const SLOWEST = 300;
const FASTEST = 30;

const expired = (): Answer => refused(105_002, "Expired credentials. The access_token is expired.");

/** https://partner.tiktokshop.com/docv2/page/order-api-overview */
export const api: ChannelApi = {
  resource: orderResource,
  kindOf: ({ host, path }) => {
    if (host === LOGIN) return "token";
    if (path === ORDERS) return "fetch";
    return path === SEARCH ? "list" : "other";
  },
  handle(request, book) {
    if (request.host === LOGIN) return tokenAnswer(request, book);
    return objectionTo(request, book) ?? answerTo(request, book);
  },
  faults: {
    throttle: () => refused(36_009_002, "Too many requests. You've made too many requests in a short period of time."),
    "not-found-yet": () => success({ orders: [] }),
    "token-expired": (request, book) => {
      endToken(request, book);
      return expired();
    },
    "scope-missing": () => refused(105_005, "Access denied. You should apply auth pkg for this api."),
    "ip-not-allowed": () => refused(36_009_033, "The IP address is not in the IP allow list of the app."),
    "internal-error": () => refused(36_009_003, "Internal error. Please try again."),
  },
};

/** The parameters that each call takes beside `app_key`, `timestamp`, `sign` and `shop_cipher`. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  [`GET ${ORDERS}`]: ["ids"],
  [`POST ${SEARCH}`]: SEARCH_PARAMETERS,
  [`GET ${SHOPS}`]: [],
};

function objectionTo(request: ApiRequest, book: ApiBook): Answer | undefined {
  const { method, path, query, headers } = request;
  const taken = PARAMETERS[`${method} ${path}`];
  if (taken === undefined) return refused(36_009_009, "Invalid path", 404);
  if (headers["content-type"] !== "application/json") return refused(36_009_022, "Invalid content type");
  const common = ["app_key", "timestamp", "sign", ...(path === SHOPS ? [] : ["shop_cipher"])];
  const other = [...query.keys()].find((name) => ![...common, ...taken].includes(name));
  if (other !== undefined) return invalid(`param ${other} is invalid`);
  if (query.get("app_key") !== book.app["appKey"]) return invalid("app_key is invalid");
  const late = book.now() / 1000 - Number(query.get("timestamp") ?? Number.NaN);
  // Not a number is neither.
  if (!(late <= SLOWEST && late >= -FASTEST)) return invalid("timestamp is invalid");
  const [secret = ""] = (book.app["signingSecrets"] ?? []) as string[];
  if (query.get("sign") !== sign(request, secret)) return refused(106_001, "Invalid credentials. The sign is invalid.");
  if (!isTokenGood(request, book)) return expired();
  if (path === SHOPS) return undefined;
  if (!query.get("shop_cipher")) return refused(106_013, "shop_cipher is missing");
  return query.get("shop_cipher") === cipherOf(book) ? undefined : invalid("shop_cipher is invalid");
}

/** Before a shop is authorised, its secret has none. */
const cipherOf = ({ credentials, shop }: ApiBook): string => String(credentials["shopCipher"] ?? `ROW_${shop}`);

function answerTo(request: ApiRequest, book: ApiBook): Answer {
  const { path, query } = request;
  if (path === SEARCH) return foundOrders(request, book);
  if (path === SHOPS) {
    const { shop } = book;
    const seller = { name: "Demo shop", region: "US", seller_type: "LOCAL", code: "USLCDEMO" };
    return success({ shops: [{ id: shop, cipher: cipherOf(book), ...seller }] });
  }
  const ids = (query.get("ids") ?? "").split(",");
  if (ids.length > 50 || !ids.every((id) => /^\d+$/.test(id))) return invalid("ids is invalid");
  return success({ orders: ids.flatMap((id) => book.orders.get(id) ?? []).map((text) => parseJson(text)) });
}
