import type { ApiBook, ApiRequest, ChannelApi } from "../../channel-api.ts";
import { EndpointSecret } from "../../channel-simulator.ts";
import { parseExactly } from "../../exact-json.ts";
import { type Answer, bare, json } from "../../simulator.ts";
import { endToken, isImsCall, tokenAnswer } from "./ims.ts";
import { oauthProblem } from "./oauth.ts";
import { listOf } from "./order-list.ts";
import { orderResource } from "./order-resource.ts";
import { publicKeyAt } from "./signed-headers.ts";

const KEYS = "static.adobeioevents.com";
const IMS = "ims-na1.adobelogin.com";
/** Hosts of Commerce as a Cloud Service. */
const SAAS = /\.api\.commerce\.adobe\.com$/;

const notFound = (): Answer =>
  json(404, { message: "The entity that was requested doesn't exist. Verify the entity and try again." });
const noRoute = (): Answer => json(404, { message: "Request does not match any route." });
/** What Commerce says to a call that its caller may not make, and to a Bearer token that it does not know. */
const notAllowed = (): Answer =>
  json(401, {
    message: "The consumer isn't authorized to access %resources.",
    parameters: { resources: "Magento_Sales::actions_view" },
  });
/** While it is in the memory, the shop takes the integration's token as a Bearer token, which Commerce 2.4.4 ended. */
const TAKES_BEARER = "takes bearer tokens";

/** The path below the version: `/orders/3`. Undefined where the API has nothing. */
function below({ host, path }: ApiRequest): string | undefined {
  const [, rest] = (SAAS.test(host) ? /^\/[\w-]+\/V1(\/.*)$/ : /^\/rest\/(?:all|default)\/V1(\/.*)$/).exec(path) ?? [];
  return rest;
}

function whyRefused(request: ApiRequest, book: ApiBook): Answer | undefined {
  if (isImsCall(request, book)) return undefined;
  const token = book.credentials["accessToken"];
  if (SAAS.test(request.host) || token === undefined)
    return json(401, { error_code: "401013", message: "Oauth token is not valid" });
  const isBearer = request.headers.authorization === `Bearer ${token}`;
  if (isBearer && book.memory.has(TAKES_BEARER)) return undefined;
  const problem = oauthProblem(request, book);
  if (problem === undefined) return undefined;
  return problem === "no oauth" ? notAllowed() : json(401, { message: problem });
}

function answerTo(request: ApiRequest, book: ApiBook): Answer {
  const path = below(request);
  if (path === undefined) return noRoute();
  if (request.method !== "GET") return noRoute();
  if (path === "/orders") return listOf(request.query, book.orders);
  const [, id] = /^\/orders\/(\d+)$/.exec(path) ?? [];
  if (id === undefined) return noRoute();
  const text = book.orders.get(id);
  return text === undefined ? notFound() : json(200, parseExactly(text));
}

/** https://developer.adobe.com/commerce/webapi/rest/ */
export const api: ChannelApi = {
  resource: (order) => orderResource(order),
  kindOf(request) {
    if (request.host === KEYS) return "other";
    if (request.host === IMS) return "token";
    const path = below(request) ?? "";
    if (path === "/orders") return "list";
    return path.startsWith("/orders/") ? "fetch" : "other";
  },
  handle(request, book) {
    if (request.host === KEYS) {
      const pem = publicKeyAt(request.path, EndpointSecret.parse(book.app));

      return pem === undefined
        ? bare(404)
        : { status: 200, headers: { "content-type": "application/x-pem-file" }, body: pem };
    }
    if (request.host === IMS) return request.path === "/ims/token/v3" ? tokenAnswer(request, book) : bare(404);
    return whyRefused(request, book) ?? answerTo(request, book);
  },
  faults: {
    "not-found-yet": notFound,
    "token-expired": (request, book) => {
      endToken(request, book);
      return notAllowed();
    },
    "resource-missing": notAllowed,
    firewall: () => ({ status: 403, headers: { "content-type": "text/html" }, body: "<html>Forbidden</html>" }),
    maintenance: () => bare(503, { "retry-after": "1" }),
    "bearer-allowed": (request, book) => {
      book.memory.set(TAKES_BEARER, "yes");
      return api.handle(request, book);
    },
  },
};
